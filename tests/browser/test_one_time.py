"""Something secret, passed on once: two real browsers, and nothing of it where it must not be."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from bot.operations.backup import backup
from bot.settings import read_settings
from tests.browser.test_console import enter, problems, tell, until
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

SECRET = "the vault opens with 7-left-heron"
DOCUMENT = b"%PDF-1.4 heron passport scan"


def _another_browser_cannot_use_it_up(browser: Browser, bot: BotProcess, page: str) -> None:
    other = browser.new_context().new_page()
    other.goto(bot.url + "/console/sign-in")
    other.get_by_label("Email address").fill("maya@example.com")
    other.get_by_label("Password").fill("correct horse battery")
    other.get_by_role("button", name="Sign in").click()
    other.goto(page)
    other.get_by_role("button", name="Read it now, once").click()
    expect(other.get_by_text("Only the browser in which this was asked for")).to_be_visible()


def _stands_nowhere(bot: BotProcess, saved: pathlib.Path) -> None:
    """Not in the database, the log or a backup."""
    settings = read_settings(database_url=bot.environment["ASKONCE_DATABASE_URL"], support_email="a@example.com")
    backup(settings, saved)
    for file in (*bot.folder.glob("*"), saved):
        if file.is_file():
            assert b"heron" not in file.read_bytes(), file


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("dark", "de-DE")])
def test_it_is_read_once_in_the_browser_that_asked_and_stands_nowhere_else(
    make_bot: Callable[..., BotProcess], browser: Browser, tmp_path: pathlib.Path, scheme: str, locale: str
) -> None:
    bot = make_bot()
    tell(bot, "a", "my lamp arrived broken")
    lead = browser.new_context(color_scheme=scheme).new_page()  # type: ignore[arg-type]
    enter(lead, bot)
    until(lead, bot.url + "/console/conversations", "my lamp arrived broken")
    lead.locator("a.open").first.click()
    lead.get_by_role("button", name="Join this chat").click()
    lead.get_by_label("What you need (the shopper reads this)").fill("the code on the letter")
    lead.get_by_role("button", name="Ask by a one-time link").click()
    expect(lead.get_by_role("status").filter(has_text="The shopper has the link")).to_be_visible()
    found = {"asked": problems(lead)}
    link = re.search(r"http\S+/once/[a-z]+#[a-z]{128}", lead.locator("#turns").inner_text())
    assert link

    phone = browser.new_context(color_scheme=scheme, locale=locale, viewport={"width": 360, "height": 640})  # type: ignore[arg-type]
    sent: list[bytes] = []
    shopper = phone.new_page()
    shopper.on("request", lambda request: sent.append(request.url.encode() + (request.post_data_buffer or b"")))
    shopper.goto(link[0])
    expect(shopper.get_by_text("What is asked for: the code on the letter")).to_be_visible()
    found["open"] = problems(shopper)
    assert shopper.evaluate("document.documentElement.scrollWidth <= innerWidth"), "on a phone nothing is cut off"
    shopper.get_by_role("button", name="Encrypt and pass on").click()
    expect(shopper.get_by_role("status")).to_contain_text("Write something or choose a document first")
    shopper.get_by_label("What you want to pass on").fill(SECRET)
    shopper.get_by_label("A document").set_input_files(
        {"name": "../my passport.pdf", "mimeType": "application/pdf", "buffer": DOCUMENT}
    )
    phone.set_offline(True)
    shopper.get_by_role("button", name="Encrypt and pass on").click()
    expect(shopper.get_by_role("status")).to_contain_text("nothing you wrote is lost")
    assert shopper.get_by_label("What you want to pass on").input_value() == SECRET
    phone.set_offline(False)
    shopper.get_by_role("button", name="Encrypt and pass on").click()
    expect(shopper.get_by_role("status")).to_contain_text("has not been read yet")
    found["sealed"] = problems(shopper)
    assert not any(mark in body for body in sent for mark in (b"heron", b"vault", link[0].rpartition("#")[2].encode()))

    page = lead.url.partition("#")[0]
    _another_browser_cannot_use_it_up(browser, bot, page)

    lead.goto(page)
    found["unread"] = problems(lead)
    lead.get_by_role("button", name="Read it now, once").click()
    expect(lead.get_by_text(SECRET)).to_be_visible()
    found["opened"] = problems(lead)
    with lead.expect_download() as download:
        lead.get_by_role("link", name="Save the document").click()
    assert download.value.path().read_bytes() == DOCUMENT
    assert "/" not in download.value.suggested_filename
    expect(shopper.get_by_role("status")).to_contain_text("It was read, and has been deleted here", timeout=30_000)
    lead.goto(page)
    assert SECRET not in lead.content()
    expect(lead.get_by_text("Read, and deleted")).to_be_visible()
    assert found == {key: [] for key in found}

    _stands_nowhere(bot, tmp_path / "saved.db")
