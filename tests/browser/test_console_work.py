"""What leads do with the console's forms, in a real Chromium: an article, the desk, a sample, one-time codes, a person
erased."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_console import enter, problems, tell, until
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser


def test_a_gap_becomes_an_article_that_answers(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    tell(bot, "a", "is there a shop in Bergen?")
    enter(page, bot)
    until(page, bot.url + "/console/gaps", "is there a shop in Bergen?")
    page.get_by_role("link", name="Draft an article").click()
    box = page.get_by_label("Text, with its header")
    expect(box).to_have_value(re.compile("name the document where this stands"))
    text = box.input_value()
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_role("alert")).to_contain_text("“Write the answer here” was left to be filled in")
    box.fill(text[: text.rindex("---") + 4] + "There is no shop in Bergen; everything is sold here.\n")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 5: “name the document where this stands”")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    page.get_by_role("link", name="Go on writing").click()
    expect(box).to_have_value(re.compile("There is no shop in Bergen"))
    box.fill(box.input_value().replace("name the document where this stands", "Shops and hours, page 1"))
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("status").filter(has_text="Saved as a draft")).to_be_visible()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    expect(page.get_by_text("+There is no shop in Bergen")).to_be_visible()
    page.goto(bot.url + "/console/articles-try?q=is+there+a+shop+in+Bergen")
    expect(page.get_by_text("does not answer")).to_be_visible()
    page.goto(bot.url + "/console/articles")
    expect(page.get_by_role("heading", name="1 draft waits")).to_be_visible()
    page.get_by_role("region", name="Drafts that wait").get_by_role("link").click()
    page.get_by_role("button", name="Publish: answer from it at once").click()
    expect(page.get_by_role("status")).to_contain_text("Published")
    page.goto(bot.url + "/console/articles-try?q=is+there+a+shop+in+Bergen")
    expect(page.get_by_role("heading", name="The bot answers")).to_be_visible()
    page.goto(bot.url + "/console/gaps")
    expect(page.get_by_text("Answered by now")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_editors_see_both_texts_and_nothing_is_lost(
    make_bot: Callable[..., BotProcess], browser: Browser, scheme: str
) -> None:
    bot = make_bot()
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})  # type: ignore[arg-type]
    one, found = context.new_page(), {}
    enter(one, bot)
    two = context.new_page()
    for page in (one, two):
        page.goto(bot.url + "/console/articles/reply-time")
    box = one.get_by_label("Text, with its header")
    box.fill(box.input_value() + "\nAda writes this.\n")
    one.get_by_role("button", name="Save as a draft").click()
    expect(one.get_by_text("+Ada writes this.")).to_be_visible()
    found["draft"] = problems(one)
    box = two.get_by_label("Text, with its header")
    box.fill(box.input_value() + "\nWe promise this.\n")
    two.get_by_role("button", name="Save as a draft").click()
    expect(two.get_by_role("heading", name="Two texts of reply-time")).to_be_visible()
    expect(two.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(two.get_by_text("-Ada writes this.")).to_be_visible()
    found["clash"] = problems(two)
    assert two.evaluate("document.documentElement.scrollWidth <= innerWidth"), "on a phone nothing is cut off"
    mine = two.get_by_label("Your text, with its header")
    mine.fill(mine.input_value().replace("We promise this.", "Ada writes this.\n\nWe promise this."))
    two.get_by_role("button", name="Save mine upon the newer one").click()
    expect(two.get_by_role("alert")).to_contain_text("promises something (R15)")
    found["unfit"] = problems(two)
    one.get_by_role("button", name="Publish").click()
    expect(one.get_by_role("heading", name="Two texts of reply-time")).to_be_visible()
    two.get_by_role("link", name="Go on writing").click()
    expect(two.get_by_role("heading", name="Two texts of reply-time")).to_be_hidden()
    box = two.get_by_label("Text, with its header")
    expect(box).to_have_value(re.compile("We promise this"))
    box.fill(box.input_value().replace("We promise this.", "Bea writes this."))
    two.get_by_role("button", name="Save as a draft").click()
    two.get_by_role("button", name="Publish").click()
    expect(two.get_by_role("status")).to_contain_text("Published")
    found["article"] = problems(two)
    two.get_by_role("button", name="Looked at, still true").click()
    expect(two.get_by_role("status")).to_contain_text("looked at again on")
    two.goto(bot.url + "/console/articles")
    found["articles"] = problems(two)
    context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_ticket_is_worked_and_a_sample_judged(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    tell(bot, "a", "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    enter(page, bot)
    until(page, bot.url + "/console/desk", "my lamp is broken")
    page.get_by_role("link", name=re.compile("^AO-")).click()
    page.get_by_label("Text").fill("Asked the warehouse")
    page.get_by_role("button", name="Keep as a note").click()
    expect(page.get_by_text("Asked the warehouse")).to_be_visible()
    expect(page.get_by_role("button", name="Reply by email")).to_be_disabled()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("closed")
    until(page, bot.url + "/console/conversations", "my lamp is broken")
    page.get_by_role("link", name="Samples").click()
    page.get_by_label("Size").fill("5")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("status")).to_contain_text("1 conversation was drawn of 1")
    page.get_by_role("link", name="Judge the next one").click()
    page.get_by_role("radio", name="Right").check()
    page.get_by_role("button", name="Save the verdict").click()
    page.goto(bot.url + "/console/samples/1")
    expect(page.get_by_text("You have judged all of them")).to_be_visible()


def test_codes_are_set_up_and_a_person_is_erased(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    tell(bot, "a", "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    enter(page, bot)
    page.get_by_role("link", name="Maya Lind").click()
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator("p.mono").inner_text()
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("list", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email address").fill("maya@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("six-digit code")
    page.get_by_label("Email address").fill("maya@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Privacy").click()
    page.get_by_label("Email address").fill("jane@example.com")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("1 conversation, ")).to_be_visible()
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", name="Erased")).to_be_visible()
    assert bot.get("/api/conversations")["items"] == [] and bot.get("/api/tickets")["items"] == []
