"""The widget for everybody: axe-core in every state, the keyboard alone, a screen reader's live region, zoom, colours,
print."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.chat.phrases import ENGLISH, catalogue
from tests.browser.drive import wait_for
from tests.browser.test_console import problems
from tests.browser.test_widget import in_language
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser


#: A question, what its answer says, an issue, and thanks.
TOLD = {
    "en": ("how long does delivery take?", "6 to 12 working days", "my lamp is broken", "thanks, bye"),
    "ar": ("كم يوم يستغرق التوصيل؟", "من 6 إلى 12 يوم عمل", "وصل المصباح مكسورًا", "شكرا لك مع السلامة"),
}


def _away_and_back(page: Page, bot: BotProcess, label: Callable[[str, str], str]) -> dict[str, list[str]]:
    """Faults while the server is away, on a desk and on a phone, and once it is back and the chat is closed."""
    box, found = page.get_by_role("textbox", name=label("placeholder", "Write a message")), {}
    bot.kill()
    expect(page.get_by_role("status").first).to_contain_text(label("offline", "No connection"))
    box.fill("are you there?")
    box.press("Enter")
    expect(page.get_by_role("img", name=label("waiting", "Not sent yet"))).to_be_visible()
    found["offline"] = problems(page)
    page.set_viewport_size({"width": 360, "height": 640})
    found["phone"] = problems(page)
    bot.start()
    expect(page.get_by_role("img", name=label("waiting", "Not sent yet"))).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".launch")).to_be_visible()  # in the language of what was said last
    found["closed again"] = problems(page)
    return found


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("ar", "light"), ("ar", "dark")])
def test_no_state_has_an_accessibility_fault(
    make_bot: Callable[..., BotProcess], browser: Browser, language: str, scheme: str
) -> None:
    bot = make_bot(
        ASKONCE_HOURS="Mon-Fri 09:00-17:00 Europe/Berlin", ASKONCE_LIMIT_BURST="1000", ASKONCE_LIMIT_RATE="1000"
    )
    context = browser.new_context(color_scheme=scheme, viewport={"width": 900, "height": 700})  # type: ignore[arg-type]
    page = context.new_page()
    if language != "en":
        in_language(page, language)
    words = catalogue(language)["widget"] if language != "en" else None
    said = catalogue(language)["bot"] if language != "en" else ENGLISH

    def label(key: str, english: str) -> str:
        return str(words[key]) if words else english

    page.goto(bot.url)
    opener = page.get_by_role("button", name=label("open", "Chat with us"))
    opener.wait_for()
    found = {"closed": problems(page)}
    opener.click()
    box = page.get_by_role("textbox", name=label("placeholder", "Write a message"))
    expect(box).to_be_focused()
    found["greeting"] = problems(page)

    def tell(text: str, until: str) -> None:
        box.fill(text)
        box.press("Enter")
        wait_for(page, until)

    tell(*TOLD[language][:2])
    page.locator(".log summary").first.click()
    expect(page.locator(".log details[open]")).to_have_count(1)
    found["answer"] = problems(page)
    tell(TOLD[language][2], said["offer_ticket"])
    found["offer"] = problems(page)
    page.get_by_role("button", name=said["choice_yes"]).click()
    wait_for(page, catalogue(language)["fields"]["email"] if words else "your email address")
    tell("Jane Doe, jane@example.com", "AO-")
    found["ticket"] = problems(page)
    tell(TOLD[language][3], said["invite_rating"][:30])
    page.get_by_role("radio", name="4").check()
    expect(page.locator(".rating textarea")).to_be_visible()
    found["rating"] = problems(page)
    page.get_by_role("button", name=label("more", "More")).click()
    expect(page.get_by_role("button", name=label("erase", "Delete this chat"))).to_be_visible()
    found["menu"] = problems(page)
    page.get_by_role("button", name=label("erase", "Delete this chat")).click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    found["sure"] = problems(page)
    page.keyboard.press("Escape")
    found |= _away_and_back(page, bot, label)
    context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("accent", ["#ffd400", "#101010", "hotpink"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_colour_of_a_shop_can_be_read(
    make_bot: Callable[..., BotProcess], browser: Browser, accent: str, scheme: str
) -> None:
    bot = make_bot()
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(bot.url)
    page.wait_for_function("globalThis.Askonce")
    page.evaluate("(accent) => Askonce.theme({ accent })", accent)
    faults = problems(page)
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_role("textbox", name="Write a message").fill("my lamp is broken")
    page.keyboard.press("Enter")
    wait_for(page, "Would you like me to open")
    faults += problems(page)
    context.close()
    assert faults == []


def test_from_opening_to_the_ticket_by_keyboard_alone(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    page.goto(bot.url)
    page.wait_for_function("globalThis.Askonce")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.localName") == "askonce-chat":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.type("my lamp is broken")
    page.keyboard.press("Enter")
    wait_for(page, "Would you like me to open")
    yes = page.get_by_role("button", name="Yes, open a ticket")
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if yes.evaluate("(b) => b.getRootNode().activeElement === b"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    wait_for(page, "your full name and your email address")
    page.keyboard.type("Jane Doe, jane@example.com")
    page.keyboard.press("Enter")
    wait_for(page, "Your support ticket is filed")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    assert len(bot.get("/api/tickets")["items"]) == 1


def test_the_menu_keeps_and_returns_the_focus(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="Copy this chat")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More")).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete this chat").click()
    expect(page.get_by_role("button", name="No, keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()


def test_each_new_turn_is_read_out_once_and_old_ones_never(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.add_init_script("""
      globalThis.readOut = [];
      const look = setInterval(() => {
        const region = document.querySelector('askonce-chat')?.shadowRoot?.querySelector('[aria-live=polite]');
        if (!region) return;
        clearInterval(look);
        const readAloud = (change) => change.addedNodes.forEach((n) => readOut.push(n.textContent));
        new MutationObserver((changes) => changes.forEach(readAloud))
          .observe(region, { childList: true, subtree: true });
      }, 5);""")
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    box = page.get_by_role("textbox", name="Write a message")
    box.fill("my lamp is broken")
    box.press("Enter")
    wait_for(page, "Would you like me to open")
    read = page.evaluate("readOut")
    assert [r for r in read if "Would you like me to open" in r] == [r for r in read if r.endswith("for this?")]
    assert len([r for r in read if "Would you like me to open" in r]) == 1
    assert not [r for r in read if "my lamp is broken" in r]
    assert page.get_by_role("log").get_attribute("aria-live") == "off"
    page.reload()
    wait_for(page, "Would you like me to open")
    page.wait_for_timeout(300)
    assert page.evaluate("readOut") == []


def test_zoomed_to_four_hundred_percent(make_bot: Callable[..., BotProcess], browser: Browser) -> None:
    """WCAG 1.4.10: 1280 by 1024 at 400 % is 320 by 256."""
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    box = page.get_by_role("textbox", name="Write a message")
    box.fill("x" * 300)
    box.press("Enter")
    page.locator(".turn.bot").nth(1).wait_for()
    inside = page.locator(".panel").evaluate(
        "(p) => [p.scrollWidth - p.clientWidth, p.getBoundingClientRect().right - innerWidth]"
    )
    assert inside[0] <= 0 and inside[1] <= 0
    log = page.locator(".log").bounding_box()
    assert log and log["height"] >= 60 and page.locator(".log").evaluate("(l) => l.scrollWidth <= l.clientWidth")
    page.close()


def test_printed_only_the_conversation_is_left(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    box = page.get_by_role("textbox", name="Write a message")
    box.fill("how long does delivery take?")
    box.press("Enter")
    wait_for(page, "6 to 12 working days")
    page.emulate_media(media="print")
    expect(page.get_by_text("6 to 12 working days").first).to_be_visible()
    for hidden in ("textbox", "button"):
        for part in page.locator("askonce-chat").get_by_role(hidden).all():  # type: ignore[arg-type]
            expect(part).to_be_hidden()


def test_a_long_chat_is_printed_whole_and_stands_as_it_stood_afterwards(
    make_bot: Callable[..., BotProcess], page: Page
) -> None:
    page.set_viewport_size({"width": 1000, "height": 700})
    page.goto(make_bot(ASKONCE_LIMIT_BURST="1000", ASKONCE_LIMIT_RATE="1000").url)
    page.get_by_role("button", name="Chat with us").click()
    box = page.get_by_role("textbox", name="Write a message")
    for number in range(20):
        box.fill(f"line {number} of what I say" + ", and more of it" * 12)
        box.press("Enter")
        expect(page.locator(".turn.shopper")).to_have_count(number + 1)
        expect(page.locator(".turn").last).not_to_have_class(re.compile("shopper"))  # it is answered
    expect(page.locator(".typing")).to_have_count(0)
    before = page.locator(".log").evaluate("(log) => log.scrollTop")
    assert before > 0
    paper = page.pdf()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 2, "only what was in sight is on paper"
    after = "(panel) => [panel.matches(':popover-open'), panel.querySelector('.log').scrollTop]"
    assert page.locator(".panel").evaluate(after) == [True, before]
    expect(box).to_be_focused()


def test_forced_colours_and_reduced_motion(make_bot: Callable[..., BotProcess], browser: Browser) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    words = page.locator(".words").first
    expect(words).to_be_visible()
    assert words.evaluate("(w) => getComputedStyle(w).borderTopStyle") == "solid"
    assert page.locator(".turn").first.evaluate("(t) => getComputedStyle(t).animationName") == "none"
    context.close()
