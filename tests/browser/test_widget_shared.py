"""Two customers, one browser: from the moment the page names the second, nothing of the first one's chat is on screen,
is sent or is stored, whatever was on its way. Each way in which the two moments can meet is played with the network
held in hand."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from bot.chat.identity import signature
from tests.browser.drive import say, wait_for
from tests.browser.test_widget_states import BotMaker, stored
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

SECRET = "a secret of the shop"
_people = itertools.count()
HERS = ("my lamp is broken", "Would you like me to open", "Jane Doe")


def customer(name: str, *, signed: bool = True) -> dict[str, str]:
    """A customer of this name whom no other test has: one whom the shop vouches for comes back to their earlier
    chat."""
    email = f"{name.split()[0].lower()}{next(_people)}@example.com"
    return {"name": name, "email": email} | (
        {"signature": signature(SECRET, email, expires=time.time() + 3600)} if signed else {}
    )


class Wires:
    """Jane, Sam and their browser. Every connection of a context, held in hand: what either side sent waits until it is
    let through."""

    def __init__(self, context: BrowserContext) -> None:
        self.jane, self.sam = customer("Jane Doe"), customer("Sam Roe")
        self.holding: set[str] = set()
        self._held: list[tuple[str, Callable[[], None]]] = []
        self.sent: list[dict[str, Any]] = []
        context.route_web_socket("**/ws", self._between)

    def _between(self, ws: WebSocketRoute) -> None:
        server = ws.connect_to_server()

        def out(message: str | bytes) -> None:
            frame = json.loads(message)
            self.sent.append(frame)
            self._pass(f"out:{frame['type']}", lambda: server.send(message))

        def back(message: str | bytes) -> None:
            self._pass(f"in:{json.loads(message)['type']}", lambda: ws.send(message))

        ws.on_message(out)
        server.on_message(back)

    def _pass(self, what: str, go: Callable[[], None]) -> None:
        if what in self.holding or (self._held and what.split(":")[0] in {w.split(":")[0] for w, _ in self._held}):
            self._held.append((what, go))  # and what comes after it waits behind it
        else:
            go()

    def held(self, page: Page, what: str) -> None:
        """Until a frame of this kind waits."""
        while not any(kind == what for kind, _ in self._held):
            page.wait_for_timeout(20)

    def release(self) -> None:
        """Let everything through, in order; what belongs to a closed connection is lost, as it would be."""
        self.holding.clear()
        held, self._held = self._held, []
        for _, go in held:
            go()


@contextmanager
def one_browser(bot: BotProcess, browser: Browser) -> Iterator[tuple[Page, Wires]]:
    context = browser.new_context()
    wires = Wires(context)
    page = context.new_page()
    load(page, bot)
    yield page, wires
    context.close()


def load(page: Page, bot: BotProcess) -> None:
    page.goto(bot.url)
    page.wait_for_function("globalThis.Askonce")


def call(page: Page, who: dict[str, str] | None) -> None:
    page.evaluate("(who) => Askonce.identify(who)", who)


def hers(page: Page) -> str:
    """All words the widget holds, the hidden ones and what is being written included, of this very moment."""
    return str(
        page.evaluate("""() => {
      const root = document.querySelector("askonce-chat").shadowRoot;
      const written = [...root.querySelectorAll("textarea")].map((t) => t.value);
      return [root.textContent, ...written, JSON.stringify(localStorage)].join(" | ");
    }""")
    )


def nothing_of_hers(page: Page) -> None:
    found = hers(page)
    assert not [words for words in (*HERS, "jane") if words.lower() in found.lower()], found


def janes_chat(page: Page, wires: Wires) -> None:
    call(page, wires.jane)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")


def as_sam(page: Page, bot: BotProcess, wires: Wires) -> None:
    """Sam is named; at once and for good nothing of Jane's is there, and Sam's chat works and is another one."""
    call(page, wires.sam)
    nothing_of_hers(page)
    wires.release()
    if page.get_by_role("dialog").count() == 0:
        page.get_by_role("button", name="Chat with us").click()
    say(page, "my kettle leaks")
    wait_for(page, "Would you like me to open")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(0)
    assert "my lamp is broken" not in hers(page) and "Jane Doe" not in hers(page)
    chats = {c["id"]: bot.get(f"/api/conversations/{c['id']}") for c in stored(bot)}
    for chat in chats.values():
        told = [t["text"] for t in chat["turns"] if t["who"] == "shopper"]
        assert not ("my kettle leaks" in told and any("lamp" in t for t in told)), told
        if "my kettle leaks" in told:
            assert not str(chat["state"]["email"]).startswith("jane")


def _shown(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)


def _before_any_word(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"out:hello"}
    page.reload()
    page.wait_for_function("globalThis.Askonce")
    wires.held(page, "out:hello")


def _hello_sent_no_welcome(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"in:welcome"}
    page.reload()
    page.wait_for_function("globalThis.Askonce")
    wires.held(page, "in:welcome")


def _welcome_no_turns(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"in:turn"}
    page.reload()
    page.wait_for_function("globalThis.Askonce")
    wires.held(page, "in:turn")


def _said_not_acknowledged(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"in:turn"}
    say(page, "yes, Jane Doe")
    wires.held(page, "in:turn")


def _said_not_sent(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"out:say"}
    say(page, "yes, Jane Doe")
    wires.held(page, "out:say")


def _being_written(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    page.get_by_role("textbox", name="Write a message").fill("I am Jane Doe and my lamp is broken")


def _rating_being_written(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    say(page, "no thanks")
    say(page, "bye")
    page.get_by_role("textbox", name="Comment").fill("Jane Doe was served well")


def _asked_whether_sure(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete this chat").click()


def _closed_panel(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    page.get_by_role("button", name="Close the chat").click()


def _without_network(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    page.context.set_offline(True)
    expect(page.get_by_role("status").first).to_contain_text("No connection")
    say(page, "Jane Doe")
    page.context.set_offline(False)


def _named_before_the_second_hello_got_through(page: Page, wires: Wires, bot: BotProcess) -> None:
    janes_chat(page, wires)
    wires.holding = {"out:hello"}
    call(page, wires.jane)
    wires.held(page, "out:hello")


MOMENTS = (
    _shown, _before_any_word, _hello_sent_no_welcome, _welcome_no_turns, _said_not_acknowledged, _said_not_sent,
    _being_written, _rating_being_written, _asked_whether_sure, _closed_panel, _without_network,
    _named_before_the_second_hello_got_through,
)  # fmt: skip


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    found = BotProcess(tmp_path_factory.mktemp("shared"), ASKONCE_IDENTITY_SECRET=SECRET).start()
    yield found
    found.stop()


@pytest.mark.parametrize("moment", MOMENTS, ids=[m.__name__.strip("_") for m in MOMENTS])
def test_the_first_ones_chat_leaves_the_screen_at_once(
    moment: Callable[[Page, Wires, BotProcess], None], bot: BotProcess, browser: Browser
) -> None:
    with one_browser(bot, browser) as (page, wires):
        moment(page, wires, bot)
        as_sam(page, bot, wires)


def test_it_leaves_every_tab_and_a_late_answer_brings_it_to_none(bot: BotProcess, browser: Browser) -> None:
    with one_browser(bot, browser) as (page, wires):
        janes_chat(page, wires)
        other = page.context.new_page()
        load(other, bot)
        wait_for(other, "Would you like me to open")
        wires.holding = {"in:turn"}
        say(other, "yes please")
        wires.held(other, "in:turn")
        call(page, wires.sam)
        other.wait_for_function(
            "!document.querySelector('askonce-chat').shadowRoot.textContent.includes('my lamp is broken')"
        )
        nothing_of_hers(page)
        nothing_of_hers(other)
        wires.release()
        say(page, "my kettle leaks")
        wait_for(page, "Would you like me to open")
        wait_for(other, "my kettle leaks")  # the browser is Sam's now, in every tab
        assert "my lamp is broken" not in hers(page) + hers(other)


def test_a_customer_nobody_vouches_for_and_one_who_signs_out(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    jane, sam = customer("Jane Doe", signed=False), customer("Sam Roe", signed=False)
    with one_browser(bot, browser) as (page, _):
        call(page, jane)
        page.get_by_role("button", name="Chat with us").click()
        say(page, "my lamp is broken")
        wait_for(page, "Would you like me to open")
        page.reload()
        wait_for(page, "Would you like me to open")
        call(page, jane)
        assert "my lamp is broken" in hers(page)  # the same customer's chat stays
        call(page, sam)
        nothing_of_hers(page)
        say(page, "open a ticket, my kettle leaks")
        wait_for(page, "Your support ticket is filed")
        (ticket,) = bot.get("/api/tickets")["items"]
        assert ticket["fields"] == {"name": "Sam Roe", "email": sam["email"], "reason": "my kettle leaks"}
        call(page, None)
        assert "my kettle leaks" not in hers(page) and sam["email"] not in hers(page)


def test_a_page_that_comes_back_from_the_browsers_memory_shows_nothing(bot: BotProcess, browser: Browser) -> None:
    with one_browser(bot, browser) as (page, wires):
        janes_chat(page, wires)
        # What such a page finds: the storage moved on while it slept, and no event told it.
        page.evaluate("""() => {
          const key = Object.keys(localStorage).find((k) => k.endsWith(":whose"));
          localStorage.setItem(key, "another-era sam@example.com");
          localStorage.setItem(key.replace(":whose", ":token"), "");
          dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }""")
        nothing_of_hers(page)


def test_a_rating_is_asked_for_in_no_tab_and_after_no_reload_once_it_is_given(
    bot: BotProcess, browser: Browser
) -> None:
    with one_browser(bot, browser) as (page, _):
        page.get_by_role("button", name="Chat with us").click()
        say(page, "hello")
        say(page, "bye")
        form = page.get_by_role("group", name="Rate this chat")
        expect(form).to_have_count(1)
        other = page.context.new_page()
        load(other, bot)
        expect(other.get_by_role("group", name="Rate this chat")).to_have_count(1)
        page.get_by_role("radio", name="4 of 5").check()
        page.get_by_role("button", name="Send rating").click()
        expect(other.get_by_role("group", name="Rate this chat")).to_have_count(0)
        for tab in (page, other):
            tab.reload()
            wait_for(tab, "bye")
            wait_for(tab, "Thank you")
            expect(tab.get_by_role("group", name="Rate this chat")).to_have_count(0)
