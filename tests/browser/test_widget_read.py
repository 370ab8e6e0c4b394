"""What a shopper has read, they have read everywhere: on another device, in a chat that is opened again, and for the
person of the shop who is in the chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.chat.identity import signature
from tests.browser.drive import elsewhere, say, wait_for
from tests.conftest import BotProcess, wait_until

pytestmark = pytest.mark.browser
BotMaker = Callable[..., BotProcess]
SECRET = "a secret of the shop"


def _device(browser: Browser, bot: BotProcess) -> tuple[BrowserContext, Page, list[dict[str, Any]]]:
    """A browser of its own in which Jane is signed in, and the frames it sends."""
    context = browser.new_context()
    page = context.new_page()
    sent: list[dict[str, Any]] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda text: sent.append(orjson.loads(text))))
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").wait_for()
    jane = {
        "name": "Jane Doe",
        "email": "jane@example.com",
        "signature": signature(SECRET, "jane@example.com", expires=time.time() + 3600),
    }
    page.evaluate("(customer) => Askonce.identify(customer)", jane)
    return context, page, sent


def _read_and_closed(page: Page) -> None:
    """A chat of two turns, seen, and the panel closed."""
    page.get_by_role("button", name="Chat with us").click()
    say(page, "hello")
    wait_for(page, "How can I help")
    page.get_by_role("button", name="Close the chat").click()


def test_what_is_read_on_one_device_is_read_on_the_other(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot(ASKONCE_IDENTITY_SECRET=SECRET)
    one_context, one, sent = _device(browser, bot)
    _read_and_closed(one)

    two_context, two, _ = _device(browser, bot)
    expect(two.locator("[role=log]")).to_contain_text("How can I help")
    expect(two.locator(".badge")).to_be_hidden()  # it was read on the first
    two.get_by_role("button", name="Chat with us").click()
    say(two, "how long does delivery take?")
    wait_for(two, "6 to 12 working days")
    expect(one.locator("[role=log]")).to_contain_text("6 to 12 working days")
    expect(one.locator(".badge")).to_be_hidden()

    two.get_by_role("button", name="Close the chat").click()
    one.get_by_role("button", name="Chat with us").click()
    wait_for(one, "6 to 12 working days")
    told = [frame["seq"] for frame in sent if frame["type"] == "read"]
    assert told == sorted(set(told)), "each turn is told at most once"
    one_context.close()
    two_context.close()


def test_what_was_seen_while_the_line_was_down_is_told_when_it_is_back(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot(ASKONCE_IDENTITY_SECRET=SECRET)
    context, page, _ = _device(browser, bot)
    _read_and_closed(page)
    elsewhere(page, "how long does delivery take?")
    expect(page.locator(".badge")).to_have_text("1")
    (chat,) = bot.get("/api/conversations")["items"]

    def read() -> int:
        seq: int = bot.get(f"/api/conversations/{chat['id']}")["read"]
        return seq

    wait_until(lambda: read() == 2)
    bot.stop()
    page.get_by_role("button", name="Chat with us").click()
    expect(page.locator(".badge")).to_be_hidden()
    page.get_by_role("button", name="Close the chat").click()
    expect(page.get_by_role("button", name="Chat with us")).to_be_visible()
    bot.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_until(lambda: read() == 4)
    context.close()
