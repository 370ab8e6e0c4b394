"""How the widget writes numbers in each language; the server of these tests is one that says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from bot.chat.phrases import catalogue
from tests.browser.test_widget import in_language
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

WELCOME = {"type": "welcome", "conversation": "c", "token": "t", "seq": 0, "rated": False}


def served(page: Page, url: str, language: str, **welcome: Any) -> WebSocketRoute:
    """The chat opened in a language, with the socket's other end in the test's hands."""
    sockets: list[WebSocketRoute] = []

    def answer(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.on_message(lambda text: socket.send(json.dumps(WELCOME | welcome)) if "hello" in str(text) else None)

    page.route_web_socket("**/ws", answer)
    if language != "en":
        in_language(page, language)
    page.goto(url)
    words = catalogue(language)["widget"] if language != "en" else {"open": "Chat with us", "log": "Conversation"}
    page.get_by_role("button", name=words["open"]).click()
    expect(page.get_by_role("log", name=words["log"])).to_be_visible()
    return sockets[0]


def turn(seq: int) -> str:
    plain = {"asks": [], "sources": [], "ticket": None, "choices": [], "act": "clarify"}
    return json.dumps({"type": "turn", "seq": seq, "who": "bot", "text": "?", "at": "2026-01-05T09:00:00.000Z"} | plain)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {1: "1 new message", 2: "2 new messages"}),
        ("fr", {1: "1 nouveau message", 2: "2 nouveaux messages"}),
        ("ar", {1: "رسالة جديدة واحدة", 2: "رسالتان جديدتان", 3: "3 رسائل جديدة", 11: "11 رسالة جديدة"}),
    ],
)
def test_new_messages_are_counted_in_the_languages_own_forms(
    make_bot: Callable[..., BotProcess], page: Page, language: str, said: dict[int, str]
) -> None:
    socket = served(page, make_bot().url, language)
    page.keyboard.press("Escape")
    for number in range(1, max(said) + 1):
        socket.send(turn(number))
        if number in said:
            expect(page.locator(".badge")).to_have_text(str(number))
            expect(page.locator(".badge")).to_have_attribute("aria-label", said[number])
