"""What leads do with the console's forms, in a real Chromium: an article, the desk, a sample, one-time codes, a person
erased."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_console import enter, tell, until
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser


def test_a_gap_becomes_an_article_that_answers(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    tell(bot, "a", "is there a shop in Bergen?")
    enter(page, bot)
    until(page, bot.url + "/console/gaps", "is there a shop in Bergen?")
    page.get_by_role("link", name="Draft an article").click()
    box = page.get_by_label("Text, with its header")
    text = box.input_value()
    box.fill(text.replace("Write the answer here", "We have no shop in Bergen").replace("revised:", "reviesd:"))
    page.get_by_role("button", name="Save: answer from it at once").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    box.fill(text[: text.rindex("---") + 4] + "There is no shop in Bergen; everything is sold here.\n")
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    page.get_by_role("button", name="Save: answer from it at once").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.goto(bot.url + "/console/articles-try?q=is+there+a+shop+in+Bergen")
    expect(page.get_by_role("heading", name="The bot answers")).to_be_visible()
    page.goto(bot.url + "/console/gaps")
    expect(page.get_by_text("Answered by now")).to_be_visible()


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
