"""What a shop's page calls: its looks, its customer, what it hears of the chat; and a customer at another device."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from bot.chat.identity import signature
from tests.browser.drive import say, wait_for
from tests.browser.test_console import problems
from tests.browser.test_widget import turns
from tests.browser.test_widget_states import BotMaker, stored

pytestmark = pytest.mark.browser


def test_what_the_page_may_set_and_hear(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    page.goto(bot.url)
    page.wait_for_function("globalThis.Askonce")
    page.evaluate("""() => {
      globalThis.heard = [];
      for (const name of ["open", "close", "message", "ticket", "ready"])
        Askonce.on(name, (d) => heard.push([name, d?.reference ?? d?.act ?? null]));
      Askonce.theme({ position: "left", title: "Ask us", greeting: "Ahoy!", launcher: "Ask", accent: "#1f5c4a" });
      Askonce.identify({ name: "Jane Doe", email: "jane@example.com" });
    }""")
    left = page.locator(".launch").bounding_box()
    assert left and left["x"] < 50
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("dialog", name="Ask us")).to_contain_text("Ahoy!")
    say(page, "open a ticket, my lamp is broken")
    wait_for(page, "Your support ticket is filed")
    page.evaluate("Askonce.close()")
    heard = page.evaluate("heard")
    reference = bot.get("/api/tickets")["items"][0]["reference"]
    assert ["open", None] in heard and ["close", None] in heard and ["ticket", reference] in heard
    assert ["message", "ticket_filed"] in heard
    page.evaluate("Askonce.reset()")
    page.evaluate("Askonce.open()")
    expect(page.get_by_role("log")).not_to_contain_text("filed")
    expect(page.get_by_role("log")).to_contain_text("Ahoy!")


def test_a_customer_whom_the_shop_vouches_for_goes_on_at_another_device(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot(ASKONCE_IDENTITY_SECRET="a secret of the shop")
    jane = {
        "name": "Jane Doe",
        "email": "Jane@example.com",
        "signature": signature("a secret of the shop", "jane@example.com", expires=time.time() + 3600),
    }

    def device(who: dict[str, str]) -> Page:
        page = browser.new_context().new_page()
        page.goto(bot.url)
        page.wait_for_function("globalThis.Askonce")
        page.evaluate("(who) => Askonce.identify(who)", who)
        page.get_by_role("button", name="Chat with us").click()
        return page

    first = device(jane)
    say(first, "my lamp is broken")
    wait_for(first, "Would you like me to open")
    second = device(jane)
    wait_for(second, "Would you like me to open")
    say(second, "yes please")
    wait_for(first, "Your support ticket is filed")
    assert len(stored(bot)) == 1
    for stranger in ({**jane, "signature": "0" * 64}, {"name": "Jane Doe", "email": "jane@example.com"}):
        other = device(stranger)
        say(other, "hello")
        wait_for(other, "Hello")
        assert "my lamp is broken" not in turns(other)
        other.context.close()
    # The same browser, another customer: not the first one's chat.
    sam = {
        "name": "Sam Roe",
        "email": "sam@example.com",
        "signature": signature("a secret of the shop", "sam@example.com", expires=time.time() + 3600),
    }
    first.reload()
    first.wait_for_function("globalThis.Askonce")
    first.evaluate("(who) => Askonce.identify(who)", sam)
    expect(first.get_by_role("log")).not_to_contain_text("my lamp is broken")
    for page in (first, second):
        page.context.close()


def test_a_message_that_failed_is_kept_marked_and_sent_again_by_hand(make_bot: BotMaker, page: Page) -> None:
    """The bot's end is real; between it and the widget one message is answered with an error."""
    refused: list[str] = []

    def between(ws: WebSocketRoute) -> None:
        server = ws.connect_to_server()

        def on(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["type"] == "say" and not refused:
                refused.append(frame["id"])
                answer = {"type": "error", "code": "too_long", "message": "This is too long.", "id": frame["id"]}
                ws.send(json.dumps(answer))
            else:
                server.send(message)

        ws.on_message(on)

    page.route_web_socket("**/ws", between)
    bot = make_bot()
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "my lamp is broken")
    expect(page.get_by_text("Could not be sent: This is too long.")).to_be_visible()
    assert problems(page) == []
    page.get_by_role("button", name="Send again").click()
    wait_for(page, "Would you like me to open")
    expect(page.get_by_text("Could not be sent")).to_have_count(0)
    assert turns(page).count("my lamp is broken") == 1
