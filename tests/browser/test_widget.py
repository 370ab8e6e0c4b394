"""A real Chromium on the real page: the first acceptance dialogue, a reload in the middle, the plug pulled."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.chat.phrases import catalogue
from bot.widget.joined import script
from tests.browser.drive import say, wait_for
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser


def turns(page: Page) -> list[str]:
    return page.get_by_role("log").locator(".turn .words").all_inner_texts()


def test_the_first_dialogue_with_a_reload_in_the_middle(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    say(page, "I still have not received my order")
    wait_for(page, "Would you like me to open a support ticket")
    say(page, "follow up on my order")
    wait_for(page, "noted already")
    before = turns(page)
    page.reload()
    wait_for(page, "noted already")
    assert turns(page) == before
    page.get_by_role("textbox", name="Write a message").wait_for()
    say(page, "yes please create the ticket")
    wait_for(page, "your full name and your email address")
    say(page, "Jane Doe")
    wait_for(page, "I need your email address")
    say(page, "jane.doe@example.com")
    wait_for(page, "Your support ticket is filed")
    card = page.locator(".card")
    expect(card).to_contain_text(re.compile(r"AO-\w{12}-1"))
    (ticket,) = bot.get("/api/tickets")["items"]
    assert ticket["reference"] in card.inner_text()
    assert ticket["fields"] == {
        "name": "Jane Doe",
        "email": "jane.doe@example.com",
        "reason": "I still have not received my order",
    }


def test_choices_and_sources(make_bot: Callable[..., BotProcess], page: Page) -> None:
    page.goto(make_bot().url)
    page.get_by_role("button", name="Ask the chat").click()
    say(page, "my order is late")
    wait_for(page, "Would you like me to open")
    page.get_by_text("Source: When an order is late").click()
    source = page.locator(".source")
    expect(source).to_contain_text("Last revised on")
    expect(source.get_by_role("link", name="Read the article")).to_be_visible()
    expect(page.locator("blockquote")).to_have_count(0)  # the reply says the passage itself
    page.get_by_role("button", name="No, thanks").click()
    wait_for(page, "no ticket")
    expect(page.get_by_role("button", name="No, thanks")).to_have_count(0)


def test_the_plug_is_pulled_and_nothing_is_lost(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "open a ticket, my lamp is broken")
    wait_for(page, "your full name and your email address")
    bot.kill()
    expect(page.get_by_role("status")).to_contain_text("No connection")
    say(page, "Jane Doe, jane@example.com")
    expect(page.get_by_role("img", name="Not sent yet")).to_be_visible()
    page.wait_for_timeout(300)
    bot.start()
    wait_for(page, "Your support ticket is filed")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(0)
    words = turns(page)
    assert words.count("Jane Doe, jane@example.com") == 1 and len(bot.get("/api/tickets")["items"]) == 1


def test_markup_in_messages_is_shown_as_text(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    hostile = "<img src=x onerror=\"document.title='owned'\"> my lamp is broken, open a ticket"
    say(page, hostile)
    wait_for(page, "your full name")
    assert hostile in turns(page)
    assert page.title() != "owned"


def test_a_phone_and_the_keyboard_alone(make_bot: Callable[..., BotProcess], browser: Browser) -> None:
    bot = make_bot()
    page = browser.new_page(viewport={"width": 360, "height": 640})
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("is shipping free?")
    page.keyboard.press("Enter")
    wait_for(page, "Shipping is free")
    panel = page.locator(".panel").bounding_box()
    assert panel is not None and (panel["width"], panel["height"]) == (360, 640)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_the_widget_is_small() -> None:
    import gzip

    assert len(gzip.compress(script().encode())) <= 30_000


def in_language(page: Page, language: str) -> None:
    """The shop's page with a language on the script, set as the parser meets it: as if the shop had written it."""
    page.add_init_script(
        "new MutationObserver(() => { for (const s of document.querySelectorAll('script[data-askonce]')) "
        f"s.dataset.locale ??= '{language}'; }}).observe(document, {{ childList: true, subtree: true }});"
    )


def test_the_widget_speaks_arabic_from_right_to_left(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    own = catalogue("ar")
    in_language(page, "ar")
    page.goto(bot.url)
    page.get_by_role("button", name=own["widget"]["open"]).click()
    box = page.get_by_role("textbox", name=own["widget"]["placeholder"])
    box.fill("وصل المصباح مكسورًا")
    box.press("Enter")
    wait_for(page, own["bot"]["offer_ticket"])
    page.get_by_role("button", name=own["bot"]["choice_yes"]).click()
    wait_for(page, own["fields"]["email"])
    box.fill("عمر حسن, omar@example.com")
    box.press("Enter")
    wait_for(page, "24-48 ساعة")
    assert page.locator(".panel").get_attribute("dir") == "rtl"
    (ticket,) = bot.get("/api/tickets")["items"]
    assert ticket["fields"]["name"] == "عمر حسن"


def test_without_its_words_the_widget_speaks_english(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    in_language(page, "de")
    page.route(re.compile("/widget/words/"), lambda route: route.abort())
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
