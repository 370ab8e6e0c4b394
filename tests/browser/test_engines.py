"""The widget in the engines that are not Chromium's: Firefox, and WebKit, which every telephone of Apple's has. A whole
chat in each, as its shopper has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.engines import Bidi, Classic, Window, firefox, webkit
from tests.conftest import BotProcess, wait_until

pytestmark = pytest.mark.browser
BotMaker = Callable[..., BotProcess]
ENGINES = {"firefox": firefox, "webkit": webkit}
#: No window of WebKit's is narrower than the second; the widget fills screens of up to 480.
DESK, PHONE = (1200, 800), (447, 700)


@pytest.fixture(scope="module", params=ENGINES)
def wire(request: pytest.FixtureRequest) -> Iterator[Bidi | Classic]:
    with ENGINES[request.param]() as found:
        yield found


@pytest.fixture
def window(wire: Bidi | Classic, make_bot: BotMaker) -> Iterator[Window]:
    """A window of the engine on a new bot's page; each bot has a port, so a storage, of its own."""
    wire.size(*DESK)
    found = Window(wire)
    yield found
    assert found.faults == []


def _opened(window: Window, bot: BotProcess) -> Window:
    window.open(bot.url)
    window.click(".launch")
    wait_until(lambda: window.place("textarea"))
    return window


def _greeted(window: Window, bot: BotProcess) -> None:
    """A chat of two turns."""
    _opened(window, bot).say("hello")
    window.until("How can I help")


def _within_view(window: Window, *selectors: str) -> bool:
    """Whether these are in sight, whole."""
    wide, high = window.run("() => [innerWidth, innerHeight]")
    places = [window.place(selector) for selector in selectors]
    return all(
        at is not None
        and min(at["left"], at["top"]) >= -0.5
        and at["left"] + at["width"] <= wide + 0.5
        and at["top"] + at["height"] <= high + 0.5
        for at in places
    )


def _stands_at_the_left(window: Window, selector: str) -> bool:
    """Whether this is nearer to the panel's left than to its right edge."""
    it, panel = window.place(selector), window.place(".panel")
    assert it and panel
    return it["x"] - it["width"] / 2 - panel["left"] < panel["left"] + panel["width"] - it["x"] - it["width"] / 2


def test_a_chat_from_the_first_question_to_the_rating(window: Window, make_bot: BotMaker) -> None:
    _opened(window, make_bot())
    window.say("how long does delivery take?")
    window.until("6 to 12 working days")
    window.until("How long delivery takes")  # the source
    window.say("open a ticket, my lamp is broken")
    window.until("your full name")
    window.say("Jane Doe, jane@example.com")
    window.until("Your support ticket is filed")
    wait_until(lambda: window.place(".card", "Filed") or window.place(".card", "filed"))
    window.say("bye")
    wait_until(lambda: window.place(".rating .star"))
    window.click(".rating .star[data-value='4']")
    window.click(".rating button")
    window.until("Thank you for your feedback")


def test_what_was_said_and_what_was_being_written_survive_a_reload(window: Window, make_bot: BotMaker) -> None:
    bot = make_bot()
    _greeted(window, bot)
    window.click("textarea")
    window.press("my lamp")
    window.open(bot.url)
    window.until("How can I help")
    assert window.run('() => document.querySelector("askonce-chat").shadowRoot.querySelector("textarea").value') == (
        "my lamp"
    )


def test_what_is_said_while_the_server_is_away_is_sent_once_when_it_is_back(window: Window, make_bot: BotMaker) -> None:
    bot = make_bot()
    _greeted(window, bot)
    bot.stop()
    window.say("how do I contact support?")
    wait_until(lambda: window.place(".sign"))
    bot.start()
    window.run("() => window.dispatchEvent(new Event('online'))")
    window.until("support@example.com")
    (chat,) = bot.get("/api/conversations")["items"]
    turns = bot.get(f"/api/conversations/{chat['id']}")["turns"]
    assert [t["text"] for t in turns if t["who"] == "shopper"] == ["hello", "how do I contact support?"]
    assert window.place(".sign") is None


def test_by_keyboard_alone(window: Window, wire: Bidi | Classic, make_bot: BotMaker) -> None:
    window.open(make_bot().url)
    if isinstance(wire, Bidi):  # no key presses a button there, see `firefox`
        window.click(".launch")
    else:
        window.run('() => document.querySelector("askonce-chat").shadowRoot.querySelector(".launch").focus()')
        window.press("Enter")
    focus = '() => document.querySelector("askonce-chat").shadowRoot.activeElement?.tagName ?? ""'
    wait_until(lambda: window.run(focus) == "TEXTAREA")
    window.press("hello", "Enter")
    window.until("How can I help")
    window.press("Escape")
    wait_until(lambda: window.place(".panel") is None)
    on = '() => document.querySelector("askonce-chat").shadowRoot.activeElement?.className ?? ""'
    assert window.run(on) == "launch"


@pytest.mark.parametrize("said", ["hello", "كم تستغرق مدة التوصيل؟"], ids=["en", "ar"])
def test_everything_is_in_sight_at_a_desk_and_on_a_phone(
    window: Window, wire: Bidi | Classic, make_bot: BotMaker, said: str
) -> None:
    _opened(window, make_bot())
    window.say(said)
    wait_until(lambda: window.place(".turn.bot"))
    for size in (DESK, PHONE):
        wire.size(*size)
        wait_until(lambda size=size: window.run("() => innerWidth") == size[0])
        wait_until(lambda: _within_view(window, ".panel", "textarea", ".say .go", ".head"))
        wait_until(lambda: _stands_at_the_left(window, ".turn.bot") == (said == "hello"))  # where reading begins
        if size == PHONE:
            panel = window.place(".panel")
            assert panel and panel["width"] == pytest.approx(size[0], abs=1)


def test_what_is_read_is_told_to_the_server(window: Window, make_bot: BotMaker) -> None:
    bot = make_bot()
    _greeted(window, bot)
    window.press("Escape")
    wait_until(lambda: window.place(".launch") and not window.place(".panel"))
    (chat,) = bot.get("/api/conversations")["items"]
    wait_until(lambda: bot.get(f"/api/conversations/{chat['id']}")["read"] == 2)
    assert window.place(".badge") is None
