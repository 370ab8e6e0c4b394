"""How the widget writes numbers and hours in each language; the server of these tests says what a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from bot.chat.phrases import catalogue
from bot.web.asyncapi import Home, Welcome
from tests.browser.drive import heard
from tests.browser.test_widget import in_language
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

#: As the server says it: whatever its model asks for is here.
WELCOME = Welcome(
    type="welcome",
    conversation="c",
    token="t" * 40,
    seq=0,
    rated=False,
    language=None,
    features=["languages", "hours", "home", "read"],
    read=0,
    home=Home(topics=[]),
).model_dump(mode="json")


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
    heard(page, lambda: sockets)
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


HOURS = {"text": "Mo–Fr 09:00–17:00 Uhr", "open": True, "next": None, "closes": "2100-01-04T17:00:00Z", "closed": ""}


def test_the_line_of_the_hours_changes_without_a_reload(make_bot: Callable[..., BotProcess], page: Page) -> None:
    own = catalogue("de")["widget"]
    socket = served(page, make_bot().url, "de", hours=HOURS)
    line = page.locator(".hours")
    until = own["hoursUntil"].replace("{when}", "Montag, 4. Januar um 17:00")
    expect(line).to_have_text(until)
    expect(line).to_have_attribute("title", HOURS["text"])  # the whole week
    shut = {"open": False, "next": "2100-01-04T09:00:00Z", "closes": None, "closed": "Geschlossen: Freitag (Neujahr)"}
    socket.send(json.dumps({"type": "hours", "hours": HOURS | shut}))
    expect(line).to_contain_text(own["hoursNext"])
    expect(line).to_contain_text("Montag, 4. Januar")  # far away: the name of the day would not do
    expect(line).to_contain_text("· Geschlossen: Freitag (Neujahr)")
    socket.send(json.dumps({"type": "hours", "hours": HOURS}))
    until = own["hoursUntil"].replace("{when}", "Montag, 4. Januar um 17:00")
    expect(line).to_have_text(until)
    expect(line).to_have_attribute("title", HOURS["text"])  # the whole week


def test_a_moment_has_the_digits_of_all_that_is_written_there(make_bot: Callable[..., BotProcess], page: Page) -> None:
    served(page, make_bot().url, "ar", hours=HOURS | {"open": False, "next": "2100-01-04T09:00:00Z"})
    expect(page.locator(".hours")).to_contain_text("يناير")
    expect(page.locator(".hours")).not_to_contain_text("٤")
