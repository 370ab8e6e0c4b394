"""The pages that shops have: bodies replaced, elements moved, headers above everything, paths, policies, consent, lines
that hang."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from bot.widget.joined import script
from tests.browser.drive import heard, say, time_stands_still, wait_for
from tests.browser.hosting import shop
from tests.browser.test_widget_languages import WELCOME
from tests.browser.test_widget_states import BotMaker, menu, opened, stored
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

CHATS = "document.querySelectorAll('askonce-chat').length"


@pytest.mark.parametrize(
    "swap",
    [
        "document.documentElement.replaceChild(document.createElement('body'), document.body)",
        "document.body.innerHTML = '<p>another page</p>'",
        "{ const b = document.createElement('body'); b.innerHTML = '<askonce-chat></askonce-chat>'; "
        "document.body.replaceWith(b); }",
        "document.body.prepend(document.querySelector('askonce-chat'))",
        "history.pushState({}, '', '/another')",
    ],
)
def test_a_page_that_changes_without_being_loaded_keeps_its_chat(make_bot: BotMaker, page: Page, swap: str) -> None:
    opened(page, make_bot().url)
    say(page, "my lamp is broken")
    wait_for(page, "Would you like me to open")
    page.evaluate(swap)
    expect(page.get_by_role("dialog")).to_be_visible()
    say(page, "yes please")
    wait_for(page, "your full name and your email address")
    assert page.evaluate(CHATS) == 1


def test_a_shop_that_takes_out_the_element_alone_means_it(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot.url)
    page.evaluate("document.querySelector('askonce-chat').remove()")
    page.evaluate("document.body.append(document.createElement('p'))")
    page.wait_for_timeout(200)
    assert page.evaluate(CHATS) == 0


HEADER = """<!doctype html><title>Shop</title>
<style>header, footer { position: fixed; inset: 0; z-index: 2147483647; background: #fff; }
main { transform: scale(0.5); overflow: hidden; height: 10px; }</style>
<header>over everything</header><main><askonce-chat></askonce-chat></main>
<script async src="BOT/widget.js" data-askonce></script>"""
ON_TOP = """(selector) => {
  const part = document.querySelector('askonce-chat').shadowRoot.querySelector(selector);
  const { x, y, width, height } = part.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2)?.localName;
}"""


def test_nothing_of_the_page_lies_over_the_chat(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages["/"] = (HEADER.replace("BOT", bot.url), {})
        page.goto(origin)
        page.get_by_role("button", name="Chat with us").wait_for()
        assert page.evaluate(ON_TOP, ".launch") == "askonce-chat"
        page.get_by_role("button", name="Chat with us").click()
        expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
        assert page.evaluate(ON_TOP, "textarea") == "askonce-chat"
        size = page.locator(".panel").bounding_box()
        assert size and size["width"] == 400


def test_a_strict_page_with_a_nonce_and_trusted_types(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        socket = bot.url.replace("http", "ws")
        policy = (
            f"default-src 'none'; script-src 'nonce-abc'; connect-src {socket} {bot.url}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        html = f'<!doctype html><title>S</title><script nonce="abc" src="{bot.url}/widget.js" data-askonce></script>'
        pages["/"] = (html + "<p>Shop</p>", {"Content-Security-Policy": policy})
        opened(page, origin)
        page.get_by_role("searchbox").fill("how long does a refund take")
        expect(page.get_by_role("link", name="How long a refund takes")).to_be_visible()
        say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
        wait_for(page, "Your support ticket is filed")


def test_behind_a_path_every_address_is_below_it(page: Page) -> None:
    """A proxy may give the bot a path of the shop's own: https://shop.example/chat/."""
    asked: list[str] = []
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        pages["/"] = (
            '<!doctype html><title>S</title><script src="/chat/widget.js" data-askonce data-locale="de"></script>',
            {},
        )
        page.route("**/chat/widget.js", lambda r: r.fulfill(body=script(), content_type="text/javascript"))
        words = {"language": "de", "direction": "ltr", "words": {"open": "Auf"}}
        page.route("**/words/*.json", lambda r: (asked.append(r.request.url), r.fulfill(json=words)))
        found = {"items": [{"title": "T", "passage": "P", "language": "de", "url": "/help/de/t"}]}
        page.route("**/search.json*", lambda r: (asked.append(r.request.url), r.fulfill(json=found)))
        home = {"topics": [], "search": "/help/de/search.json"}

        def answer(socket: WebSocketRoute) -> None:
            asked.append(socket.url)
            socket.on_message(lambda text: socket.send(json.dumps(WELCOME | {"home": home})))

        page.route_web_socket("**/ws", answer)
        page.goto(origin)
        page.get_by_role("button", name="Auf").click()
        page.get_by_role("searchbox").fill("x")
        link = page.locator(".home").get_by_role("link", name="T")
        expect(link).to_have_attribute("href", f"{origin}/chat/help/de/t")
    assert asked == [
        f"{origin}/chat/widget/words/de.json",
        f"{origin.replace('http', 'ws')}/chat/ws",
        f"{origin}/chat/help/de/search.json?q=x",
    ]


def test_calls_before_the_file_is_there_are_not_lost_and_late_listeners_hear(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages["/"] = (
            """<!doctype html><title>S</title><script>
            window.Askonce ??= { q: [] };
            for (const call of ["open", "close", "identify", "on", "theme", "reset"])
              Askonce[call] ??= (...words) => Askonce.q.push([call, ...words]);
            heard = []; Askonce.on("open", () => heard.push("open")); Askonce.on("ready", () => heard.push("ready"));
            Askonce.theme({ title: "Ask the shop" }); Askonce.open("is it oak?");
            </script><p>Shop</p>"""
            f'<script async src="{bot.url}/widget.js" data-askonce></script>',
            {},
        )
        page.goto(origin)
        expect(page.get_by_role("dialog", name="Ask the shop")).to_be_visible()
        expect(page.get_by_role("textbox", name="Write a message")).to_have_value("is it oak?")
        page.wait_for_function("heard.length === 2")
        assert page.evaluate("heard") == ["open", "ready"]
        assert page.evaluate("new Promise((heard) => Askonce.on('ready', () => heard('late')))") == "late"


def test_a_shop_may_hide_the_button_and_use_its_own(make_bot: BotMaker, browser: Browser) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        attributes = (
            'data-hide data-trigger=".ask" data-scheme="dark" data-offset-side="60" data-offset-bottom="80" '
            'data-bot="Robin" data-position="left"'
        )
        pages["/"] = (
            f'<!doctype html><title>S</title><a class="ask" href="/elsewhere">Ask <b>us</b></a>'
            f'<script async src="{bot.url}/widget.js" data-askonce {attributes}></script>',
            {},
        )
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.goto(origin)
        page.wait_for_function("globalThis.Askonce")
        expect(page.locator(".launch")).to_be_hidden()
        page.get_by_text("us", exact=True).click()
        panel = page.locator(".panel")
        expect(panel).to_have_css("background-color", "rgb(22, 24, 29)")
        box = panel.bounding_box()
        assert box and box["x"] == 60 and round(box["y"] + box["height"]) == 720
        say(page, "hello")
        expect(page.locator(".name").first).to_have_text("Robin")
        assert page.url.rstrip("/") == origin
        page.close()


def test_a_brand_colour_stays_itself_with_words_that_can_be_read(standing_bot: BotProcess, page: Page) -> None:
    page.goto(standing_bot.url)
    page.wait_for_function("globalThis.Askonce")
    for accent, on in (("rgb(255, 212, 0)", "rgb(0, 0, 0)"), ("rgb(10, 60, 40)", "rgb(255, 255, 255)")):
        page.evaluate("(accent) => Askonce.theme({ accent })", accent)
        launch = page.locator(".launch")
        expect(launch).to_have_css("background-color", accent)
        expect(launch).to_have_css("color", on)


def test_nothing_is_kept_before_the_first_click(standing_bot: BotProcess, page: Page) -> None:
    page.goto(standing_bot.url)
    page.wait_for_function("globalThis.Askonce")
    page.evaluate("Askonce.identify({ name: 'Jane Doe', email: 'jane@example.com' })")
    page.wait_for_timeout(200)
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Chat with us").click()
    say(page, "open a ticket, my lamp is broken")
    wait_for(page, "Your support ticket is filed")  # the page's customer is known all the same
    page.reload()
    wait_for(page, "Your support ticket is filed")


def test_where_a_shop_wants_consent_nothing_begins_before_it(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages["/"] = (
            f'<!doctype html><title>S</title><script async src="{bot.url}/widget.js" data-askonce '
            'data-consent="We keep what you write for 90 days." data-consent-link="/privacy"></script>',
            {},
        )
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        opened(page, origin)
        expect(page.get_by_text("We keep what you write for 90 days.")).to_be_visible()
        expect(page.get_by_role("link", name="Read more")).to_have_attribute("href", f"{origin}/privacy")
        expect(page.get_by_role("textbox", name="Write a message")).to_be_hidden()
        begin = page.get_by_role("button", name="Begin the chat")
        expect(begin).to_be_focused()
        assert sockets == [] and stored(bot) == []
        assert page.evaluate("Object.keys(localStorage).map((k) => k.split(':').at(-1))") == ["open"]
        begin.click()
        say(page, "hello")
        wait_for(page, "How can I help")
        page.reload()
        wait_for(page, "How can I help")
        assert len(sockets) == 2


def test_a_forgotten_origin_is_named_in_the_browsers_console(make_bot: BotMaker, page: Page) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot()
        pages["/"] = (f'<!doctype html><title>S</title><script src="{bot.url}/widget.js" data-askonce></script>', {})
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        opened(page, origin)
        expect(page.get_by_role("status").first).to_contain_text("not available on this page")
        heard(page, lambda: any(words.startswith("Askonce:") for words in told))
        page.wait_for_timeout(2000)
        (line,) = [words for words in told if words.startswith("Askonce:")]
        assert f"Add {origin} to its ASKONCE_ALLOWED_ORIGINS" in line and bot.url in line
        assert len(sockets) == 1, "nothing changes by trying for ever"


def test_a_line_that_hangs_is_let_go_and_nothing_is_lost(make_bot: BotMaker, page: Page) -> None:
    """The first connection swallows what is said; the widget waits ten seconds, and no longer."""
    lines: list[WebSocketRoute] = []

    def between(ws: WebSocketRoute) -> None:
        lines.append(ws)
        server, dead = ws.connect_to_server(), len(lines) == 1

        def on(message: str | bytes) -> None:
            frame: dict[str, Any] = json.loads(message)
            if not (dead and frame["type"] == "say"):
                server.send(message)

        ws.on_message(on)

    page.clock.install()
    page.route_web_socket("**/ws", between)
    bot = make_bot()
    opened(page, bot.url)
    expect(page.get_by_role("status").first).to_be_hidden()
    time_stands_still(page)
    say(page, "my lamp is broken")
    page.clock.run_for(9_000)
    assert len(lines) == 1
    page.clock.run_for(2_000)
    page.clock.resume()
    wait_for(page, "Would you like me to open")
    assert len(lines) == 2 and len(stored(bot)) == 1


def test_a_new_chat_in_one_tab_is_the_others_too_before_they_say_a_word(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    context = browser.new_context()
    one = opened(context.new_page(), bot.url)
    say(one, "my lamp is broken")
    wait_for(one, "Would you like me to open")
    two = context.new_page()
    # The other tab hears of nothing, as if its events were late; what it says goes into the new chat all the same.
    two.add_init_script("addEventListener('storage', (event) => event.stopImmediatePropagation(), true)")
    two.goto(bot.url)
    wait_for(two, "Would you like me to open")
    menu(one, "Start a new chat")
    one.get_by_role("button", name="Yes", exact=True).click()
    expect(one.get_by_role("log")).not_to_contain_text("my lamp is broken")
    say(one, "is shipping free?")
    wait_for(one, "Shipping is free")
    expect(two.get_by_role("log")).to_contain_text("my lamp is broken")  # it does not know yet
    say(two, "how long does delivery take?")
    wait_for(two, "6 to 12 working days")
    expect(two.get_by_role("log")).not_to_contain_text("my lamp is broken")
    wait_for(two, "Shipping is free")
    wait_for(one, "6 to 12 working days")
    assert len(stored(bot)) == 2
    context.close()


def test_back_on_a_telephone_leaves_the_chat_and_not_the_page(make_bot: BotMaker, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_role("dialog").wait_for()
    page.evaluate("document.querySelector('askonce-chat').shadowRoot.activeElement?.blur()")
    page.keyboard.press("Escape")  # the browser's request to close, as a telephone's back button makes it
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", name="Good things")).to_be_visible()
    context.close()
