"""The help centre in a real Chromium: axe, light and dark, a narrow phone, right to left, without JavaScript, the
search as one types, and the way into the chat and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drive import say, wait_for
from tests.browser.test_console import problems
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

#: Every kind of page.
PAGES = (
    "/",
    "/?q=how+long+does+delivery+take",
    "/?q=purple+elephants",
    "/delivery-time",
    "/delivery-time/thanks",
    "/no",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_has_an_accessibility_fault_or_is_wider_than_a_phone(
    make_bot: Callable[..., BotProcess], browser: Browser, language: str, scheme: str
) -> None:
    bot = make_bot(ASKONCE_HELP_COLOUR="#ffd400")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740})  # type: ignore[arg-type]
    page, faults = context.new_page(), {}
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Security" in message.text else None)
    for path in PAGES:
        page.goto(f"{bot.url}/help/{language}{path}")
        found = problems(page)
        inside = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if found or not inside:
            faults[path] = found, inside
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == (
        "rtl" if language == "ar" else "ltr"
    )
    assert page.evaluate("document.cookie") == "" and page.evaluate("localStorage.length") == 0
    context.close()
    assert faults == {} and said == []


def test_everything_works_without_javascript(make_bot: Callable[..., BotProcess], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(make_bot(ASKONCE_HELP_CHAT="widget").url + "/help")
    expect(page).to_have_title("Help centre")
    page.get_by_label("Search the help articles").fill("how long does delivery take")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="How long delivery takes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How long delivery takes")
    expect(page.get_by_role("link", name="Ask in the chat")).to_be_hidden()
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie lange die Lieferung dauert")
    page.get_by_label("Ein Wort dazu (freiwillig)").fill("Gilt das für Inseln?")
    page.get_by_role("button", name="Nein").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke für Ihre Rückmeldung!")
    page.get_by_role("link", name="Zurück zum Artikel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie lange die Lieferung dauert")
    context.close()


def test_the_search_goes_along_as_one_types_and_back(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.goto(make_bot().url + "/help/en/")
    box = page.get_by_label("Search the help articles")
    box.press_sequentially("how long does delivery take", delay=5)
    first = page.locator("#found li").first
    expect(first).to_contain_text("Answers this")
    expect(first).to_contain_text("6 to 12 working days")
    expect(page.get_by_role("status")).to_contain_text("Articles found:")
    expect(box).to_be_focused()
    assert page.url.endswith("/help/en/") and "delivery take" in page.title()
    box.fill("<b>purple</b> elephants")
    expect(page.get_by_role("heading", level=2)).to_have_text("What fits “<b>purple</b> elephants”")
    expect(page.get_by_role("status")).to_contain_text("No article speaks of this.")
    box.fill("")
    expect(page.get_by_role("heading", name="Delivery")).to_be_visible()
    assert page.title() == "Help centre"


def test_by_keyboard_alone_to_an_article(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.goto(make_bot().url + "/help/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search the help articles")).to_be_focused()
    page.keyboard.type("is shipping free")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="What shipping costs").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What shipping costs")


def test_an_article_leads_into_the_chat_and_the_chats_source_to_the_article(
    make_bot: Callable[..., BotProcess], page: Page
) -> None:
    bot = make_bot(ASKONCE_HELP_CHAT="widget")
    page.goto(bot.url + "/help/en/delivery-time")
    page.get_by_role("link", name="Ask in the chat").click()
    box = page.get_by_role("textbox", name="Write a message")
    expect(box).to_have_value("How long delivery takes")
    assert problems(page) == []
    box.fill("how long does delivery take?")
    box.press("Enter")
    wait_for(page, "6 to 12 working days")
    page.get_by_text("Source: How long delivery takes").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Read the article").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("How long delivery takes")
    assert opened.value.url == bot.url + "/help/en/delivery-time"


def test_a_link_opens_the_chat_with_words_in_its_box_and_sends_nothing(
    make_bot: Callable[..., BotProcess], page: Page
) -> None:
    bot = make_bot()
    page.goto(bot.url + "/?askonce=open&askonce_about=Gift%20wrapping%20%3Cb%3E")
    box = page.get_by_role("textbox", name="Write a message")
    expect(box).to_have_value("Gift wrapping <b>")
    assert bot.get("/api/conversations")["items"] == []
    box.fill("I am writing this")
    page.evaluate("Askonce.open('other words')")
    expect(box).to_have_value("I am writing this")
    page.evaluate("Askonce.close()")
    page.goto(bot.url + "/?askonce_about=x")
    expect(page.get_by_role("button", name="Chat with us")).to_be_visible()
    page.evaluate("Askonce.open({})")
    expect(box).to_have_value("I am writing this")  # a draft is kept until it is sent
    say(page, "how long does delivery take?")
    wait_for(page, "6 to 12 working days")
