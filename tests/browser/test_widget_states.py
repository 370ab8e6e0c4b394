"""States that others forget, on pages that are not friendly: two tabs, no network, no storage, a strict or a hostile
page."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.drive import elsewhere, say, time_stands_still, wait_for
from tests.browser.hosting import shop
from tests.browser.test_widget import turns
from tests.conftest import BotProcess
from tests.patience import wait_until

pytestmark = pytest.mark.browser

BotMaker = Callable[..., BotProcess]


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.get_by_role("button", name="Chat with us").click()
    return page


def menu(page: Page, item: str) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=item).click()


def stored(bot: BotProcess) -> list[dict[str, str]]:
    found: list[dict[str, str]] = bot.get("/api/conversations")["items"]
    return found


def test_two_tabs_show_one_conversation_in_step(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    context = browser.new_context()
    one = opened(context.new_page(), bot.url)
    say(one, "my lamp is broken")
    wait_for(one, "Would you like me to open")
    two = context.new_page()
    two.goto(bot.url)
    wait_for(two, "Would you like me to open")
    say(two, "yes please")
    wait_for(one, "your full name and your email address")
    expect(one.get_by_role("button", name="Yes, open a ticket")).to_have_count(0)
    say(one, "Jane Doe, jane@example.com")
    wait_for(two, "Your support ticket is filed")
    wait_for(one, "Your support ticket is filed")
    assert turns(one) == turns(two) and len(stored(bot)) == 1
    context.close()


def test_a_full_house_is_said_and_comes_right_by_itself(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot(ASKONCE_LIMIT_CHATS="1")
    first, second = browser.new_context(), browser.new_context()
    inside = opened(first.new_page(), bot.url)
    say(inside, "hello")
    wait_for(inside, "hello")
    outside = opened(second.new_page(), bot.url)
    expect(outside.get_by_role("status").first).to_contain_text("The chat is busy")
    say(outside, "my lamp is broken")
    expect(outside.get_by_role("img", name="Not sent yet")).to_have_count(1)
    say(inside, "my kettle is broken")  # whoever is inside goes on
    wait_for(inside, "Would you like me to open")
    first.close()
    wait_for(outside, "Would you like me to open")
    expect(outside.get_by_role("img", name="Not sent yet")).to_have_count(0)
    second.close()


def test_offline_in_the_middle_loses_and_doubles_nothing(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    context = browser.new_context()
    page = opened(context.new_page(), bot.url)
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")
    context.set_offline(True)
    expect(page.get_by_role("status").first).to_contain_text("No connection")
    say(page, "yes please")
    say(page, "Jane Doe, jane@example.com")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(2)
    context.set_offline(False)
    wait_for(page, "Your support ticket is filed")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(0)
    words = turns(page)
    assert words.count("yes please") == words.count("Jane Doe, jane@example.com") == 1
    assert words.index("yes please") < words.index("Jane Doe, jane@example.com")
    assert len(bot.get("/api/tickets")["items"]) == 1
    context.close()


def test_unsent_words_outlive_the_page(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    context = browser.new_context()
    page = opened(context.new_page(), bot.url)
    say(page, "hello")
    wait_for(page, "How can I help")
    bot.kill()
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    expect(page.get_by_role("img", name="Not sent yet")).to_be_visible()
    page.close()
    bot.start()
    page = context.new_page()
    page.goto(bot.url)
    wait_for(page, "Your support ticket is filed")
    assert len(bot.get("/api/tickets")["items"]) == 1
    context.close()


def test_a_strict_page_of_another_origin(make_bot: BotMaker, page: Page) -> None:
    """The two directives of `docs/embedding.md` are enough, and no other is broken (the `page` fixture sees to
    that)."""
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        socket = bot.url.replace("http", "ws")
        policy = f"default-src 'none'; script-src {bot.url}; connect-src {socket}"
        script = f'<script async src="{bot.url}/widget.js" data-askonce></script>'
        html = f"<!doctype html><title>Shop</title><p>Shop</p>{script}"
        pages["/"] = (html, {"Content-Security-Policy": policy})
        opened(page, origin)
        say(page, "how long does delivery take?")
        wait_for(page, "6 to 12 working days")
        assert page.locator(".launch").count() == 1


def test_a_page_that_is_not_allowed_gets_no_chat(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot()
        pages["/"] = (
            f'<!doctype html><title>x</title><script async src="{bot.url}/widget.js" data-askonce></script>',
            {},
        )
        opened(page, origin)
        expect(page.get_by_role("status").first).to_contain_text("not available on this page")
        assert stored(bot) == []


HOSTILE = """<!doctype html><title>Shop</title>
<style>* { all: unset !important; display: none !important; color: red !important; }
html, body, p { display: block !important; }
askonce-chat { position: static !important; transform: scale(0.1) !important; opacity: 0 !important; }
button, textarea, section { visibility: hidden !important; font-size: 90px !important; }</style>
<script>
Object.prototype.ticket = { reference: "EVIL", status: "filed" };
Object.prototype.toJSON = function () { return "polluted"; };
Array.prototype.toJSON = function () { return "polluted"; };
Object.prototype.choices = ["polluted"];
Object.prototype.quiet = true;
Object.prototype.customer = { name: "Polluted Name", email: "polluted@example.com" };
Array.prototype.extra = function () {};
</script><p>Shop</p>
<script async src="BOT/widget.js" data-askonce></script>"""


def test_a_hostile_page_neither_breaks_the_widget_nor_is_broken_by_it(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages["/"] = (HOSTILE.replace("BOT", bot.url), {})
        opened(page, origin)
        panel = page.locator(".panel").bounding_box()
        assert panel and panel["width"] == 400 and panel["height"] > 500
        say(page, "open a ticket, my lamp is broken")
        wait_for(page, "your full name and your email address")
        assert page.locator(".card").count() == 0 and page.get_by_role("button", name="polluted").count() == 0
        words = page.locator(".turn.bot .words").last
        assert words.evaluate("(w) => [getComputedStyle(w).fontSize, getComputedStyle(w).color]") == [
            "16px",
            "rgb(27, 29, 34)",
        ]
        say(page, "Jane Doe, jane@example.com")
        wait_for(page, "Your support ticket is filed")
        expect(page.locator(".card")).not_to_contain_text("EVIL")
        page.reload()
        wait_for(page, "Your support ticket is filed")
        (ticket,) = bot.get("/api/tickets")["items"]
        assert ticket["fields"]["name"] == "Jane Doe"
        # The page's own things are as they were: one global, no style, nothing on the prototypes.
        assert page.evaluate("document.styleSheets.length") == 1
        assert page.evaluate("getComputedStyle(document.querySelector('p')).color") == "rgb(255, 0, 0)"


def test_without_storage_the_chat_lasts_as_long_as_the_page_and_says_so(make_bot: BotMaker, page: Page) -> None:
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, "
        "{ get() { throw new DOMException('blocked', 'SecurityError'); } });"
    )
    bot = make_bot()
    opened(page, bot.url)
    expect(page.get_by_role("status").first).to_contain_text("keeps nothing")
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")
    bot.kill()
    bot.start()
    say(page, "yes please")
    wait_for(page, "your full name and your email address")


def test_a_conversation_that_is_gone_begins_anew(make_bot: BotMaker, browser: Browser, tmp_path: pathlib.Path) -> None:
    bot = make_bot()
    context = browser.new_context()
    page = opened(context.new_page(), bot.url)
    say(page, "hello")
    wait_for(page, "How can I help")
    bot.kill()
    for file in tmp_path.glob("askonce.db*"):
        file.unlink()
    bot.start()
    wait_for(page, "no longer available")
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")
    context.close()


def test_messages_faster_than_allowed_all_arrive_once(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot(ASKONCE_LIMIT_BURST="3", ASKONCE_LIMIT_RATE="5")
    opened(page, bot.url)
    for n in range(8):
        say(page, f"hello number {n}")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(0)
    expect(page.get_by_text("a little fast")).to_have_count(0)
    (chat,) = stored(bot)
    said = [t["text"] for t in bot.get(f"/api/conversations/{chat['id']}")["turns"] if t["who"] == "shopper"]
    assert sorted(said) == [f"hello number {n}" for n in range(8)]


def test_a_long_text_is_sent_in_parts_and_nothing_is_cut(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot.url)
    text = "my lamp is broken " + "🙂 and so on " * 600
    say(page, text)
    expect(page.locator(".turn.shopper:not(:has(.sign))")).to_have_count(2)
    (chat,) = stored(bot)
    said = [t["text"] for t in bot.get(f"/api/conversations/{chat['id']}")["turns"] if t["who"] == "shopper"]
    assert "".join(said).replace(" ", "") == text.replace(" ", "")


def test_the_shoppers_own_copy(make_bot: BotMaker, browser: Browser) -> None:
    context: BrowserContext = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], accept_downloads=True
    )
    page = context.new_page()
    page.clock.install()
    opened(page, make_bot().url)
    say(page, "how long does delivery take?")
    wait_for(page, "6 to 12 working days")
    time_stands_still(page)
    menu(page, "Copy this chat")
    expect(page.get_by_role("status").first).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "You: how long does delivery take?" in copied and "Assistant: Delivery takes 6 to 12 working days" in copied
    with page.expect_download() as waiting:
        menu(page, "Download this chat")
    download = waiting.value
    assert re.fullmatch(r"chat-\d{4}-\d\d-\d\d\.txt", download.suggested_filename)
    assert pathlib.Path(download.path()).read_text(encoding="utf-8") == copied
    context.close()


def test_starting_over_keeps_the_old_chat_and_begins_a_new_one(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot.url)
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")
    menu(page, "Start a new chat")
    page.get_by_role("button", name="No, keep it").click()
    wait_for(page, "Would you like me to open")
    menu(page, "Start a new chat")
    page.get_by_role("button", name="Yes", exact=True).click()
    wait_for(page, "This is a new chat")
    assert "my lamp is broken" not in turns(page)
    say(page, "how long does delivery take?")
    wait_for(page, "6 to 12 working days")
    assert len(stored(bot)) == 2


def test_a_deleted_chat_is_gone_everywhere_and_its_ticket_is_filed(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    context = browser.new_context()
    page = opened(context.new_page(), bot.url)
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    wait_for(page, "Your support ticket is filed")
    other = context.new_page()
    other.goto(bot.url)
    wait_for(other, "Your support ticket is filed")
    id = stored(bot)[0]["id"]
    menu(page, "Delete this chat")
    page.get_by_role("button", name="Yes", exact=True).click()
    wait_for(page, "The chat was deleted")
    wait_for(other, "no longer available")
    assert "my lamp is broken" not in " ".join(turns(page) + turns(other))
    assert id not in [c["id"] for c in stored(bot)]
    say(page, "hello")
    wait_for(page, "How can I help")
    context.close()


def test_unread_turns_are_counted_in_all_tabs_over_page_changes_and_read_in_all_at_once(
    make_bot: BotMaker, browser: Browser
) -> None:
    bot = make_bot()
    context = browser.new_context()
    one = opened(context.new_page(), bot.url)
    say(one, "hello")
    wait_for(one, "How can I help")
    two = context.new_page()
    two.goto(bot.url)
    wait_for(two, "How can I help")
    for tab in (one, two):
        tab.get_by_role("button", name="Close the chat").click()
    title = one.title()
    elsewhere(one, "how long does delivery take?")
    for tab in (one, two):
        expect(tab.locator(".badge")).to_have_text("1")
        expect(tab).to_have_title(f"(1) {title}")
    one.goto(f"{bot.url}/?next")
    expect(one.locator(".badge")).to_have_text("1")
    one.get_by_role("button", name="Chat with us").click()
    for tab in (one, two):
        expect(tab).to_have_title(title)
        expect(tab.locator(".badge")).to_be_hidden()
    one.get_by_role("button", name="Close the chat").click()
    two.reload()
    two.get_by_role("button", name="Chat with us").wait_for()
    expect(two.locator(".badge")).to_be_hidden()
    context.close()


def test_sound_is_off_until_it_is_wanted_and_stays_so(make_bot: BotMaker, page: Page) -> None:
    page.add_init_script(
        "globalThis.AudioContext = class { constructor() { globalThis.sounds = (globalThis.sounds ?? 0) + 1; } };"
    )
    bot = make_bot()
    opened(page, bot.url)
    say(page, "hello")
    wait_for(page, "How can I help")
    assert page.evaluate("globalThis.sounds ?? 0") == 0
    page.get_by_role("button", name="More").click()
    sound = page.get_by_role("button", name="Sound for new messages")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")
    page.reload()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="Sound for new messages")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    say(page, "hello")
    wait_until(lambda: page.evaluate("globalThis.sounds ?? 0") > 0)  # the page's policy allows no polling within it


def test_a_rating_is_given_once(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot.url)
    say(page, "thanks, bye")
    page.get_by_role("radio", name="4 of 5, good").check()
    page.get_by_role("textbox", name="Comment").fill("Quick <b>and</b> kind")
    page.get_by_role("button", name="Send rating").click()
    wait_for(page, "Thank you for your feedback")
    expect(page.get_by_role("radio")).to_have_count(0)
    say(page, "bye")
    wait_for(page, "Goodbye")
    expect(page.get_by_role("group", name="Rate this chat")).to_have_count(0)
