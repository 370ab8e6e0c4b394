"""The console in a real Chromium: signing in, reading, judging, helping, and every page before axe-core."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kb_answers.library import ARTICLES
from tests.browser.drive import say, wait_for
from tests.conftest import TOKEN, BotProcess

pytestmark = pytest.mark.browser


@dataclass
class Stubborn:
    """A webhook receiver that refuses until it is mended."""

    url: str = ""
    mended: bool = False
    taken: list[bytes] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Stubborn]:
    found = Stubborn()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.mended:
                found.taken.append(body)
            self.send_response(201 if found.mended else 422)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


PAGES = ("conversations", "live", "numbers", "gaps", "flags", "samples", "tickets", "desk", "desk/1", "articles",
         "articles/reply-time", "articles/reply-time/draft", "articles/reply-time/versions/1", "articles-new",
         "articles-try?q=return", "people", "privacy", "log", "own")  # fmt: skip


def enter(page: Page, bot: BotProcess) -> None:
    """The first run's page: the token, and an account."""
    page.goto(bot.url + "/console")
    page.get_by_label("Administrator's token").fill(TOKEN)
    page.get_by_label("Your name").fill("Maya Lind")
    page.get_by_label("Email address").fill("maya@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()


def tell(bot: BotProcess, sender: str, *words: str) -> None:
    for text in words:
        answer = httpx.post(f"{bot.url}/webhooks/rest/webhook", json={"sender": sender, "message": text}, timeout=600)
        assert answer.status_code == 200


def draft(bot: BotProcess) -> None:
    """A draft of an article that waits and is not fit, and is due to be looked at."""
    text = (
        (ARTICLES / "reply-time.md").read_text(encoding="utf-8").replace("questions:", "review: 2026-01-05\nquestions:")
    )
    headers, path = {"Authorization": f"Bearer {TOKEN}"}, f"{bot.url}/api/articles/reply-time"
    for step, fields in (
        ("drafts", {"text": text, "base": 0}), ("publish", {"version": 1}),
        ("drafts", {"text": text + "We promise.\n", "base": 2, "source": "faq.csv, row 3"}),
    ):  # fmt: skip
        assert httpx.post(f"{path}/{step}", json=fields, headers=headers).is_success


def until(page: Page, path: str, text: str) -> None:
    """Open a page until the archivist has caught up."""
    for _ in range(40):
        page.goto(path)
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{text!r} never came to {path}")


def problems(page: Page) -> list[str]:
    """What axe-core has against the page, once it is loaded and nothing fades in any more."""
    page.wait_for_load_state()
    page.evaluate("""() => Promise.all([document, document.querySelector("askonce-chat")?.shadowRoot].flatMap(
        (root) => root?.getAnimations() ?? []).map((a) => a.finished))""")
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:150]} {[a['message'] for a in n['any']]}" for v in found for n in v["nodes"]]


def test_a_refused_ticket_is_sent_again_with_one_click(
    make_bot: Callable[..., BotProcess], page: Page, receiver: Stubborn
) -> None:
    bot = make_bot(ASKONCE_HELPDESK="webhook", ASKONCE_WEBHOOK_URL=receiver.url)
    tell(bot, "a", "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    enter(page, bot)
    page.get_by_role("link", name="Tickets").click()
    expect(page.get_by_text("refused: status 422")).to_be_visible()
    receiver.mended = True
    page.get_by_role("button", name=re.compile("Deliver AO-.* again")).click()
    expect(page.get_by_role("status")).to_contain_text("was sent again")
    until(page, bot.url + "/console/tickets", "filed as")
    assert len(receiver.taken) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_fault(make_bot: Callable[..., BotProcess], browser: Browser, scheme: str) -> None:
    bot = make_bot(ASKONCE_HOURS="Mon-Fri 09:00-17:00 Europe/Berlin")
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(bot.url + "/console/first")
    found = {"first": problems(page)}
    enter(page, bot)
    tell(
        bot,
        "a",
        "how long does delivery take?",
        "is there a shop in Bergen?",
        "open a ticket, lamp broken, Jane Doe, jane@example.com",
    )
    tell(bot, "b", "asdf qwer", "zxcv asdf", "مرحبا")
    draft(bot)
    until(page, bot.url + "/console/conversations", "how long does delivery take?")
    for name in PAGES:
        page.goto(f"{bot.url}/console/{name}")
        found[name] = problems(page)
    page.goto(bot.url + "/console/conversations?outcome=filed&flag=any")
    found["filters"] = problems(page)
    page.goto(bot.url + "/console/conversations")
    page.get_by_role("link", name="how long does delivery take?").click()
    expect(page.get_by_text("Understood by").first).to_be_visible()
    closed = page.locator("details:not([open]) > summary")
    for _ in range(closed.count()):
        closed.first.click()
    expect(closed).to_have_count(0)
    found["conversation"] = problems(page)
    page.get_by_role("button", name="Join this chat").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    found["helping"] = problems(page)
    page.goto(bot.url + "/console/nonsense-page?x=1")
    page.goto(bot.url + "/console/conversations?outcome=nonsense")
    found["refused"] = problems(page)
    context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_lead_sees_what_a_draft_would_change_before_it_is_published(
    make_bot: Callable[..., BotProcess], browser: Browser, scheme: str, width: int
) -> None:
    bot = make_bot()
    for sender in "ab":
        tell(bot, sender, "do you restore old lamps?")
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    enter(page, bot)
    page.goto(bot.url + "/console/gaps")
    expect(page.get_by_role("heading", name="2 × do you restore old lamps?")).to_be_visible()
    page.get_by_role("link", name="Draft an article").click()
    page.get_by_role("button", name="What would change?").click()
    expect(page.get_by_role("heading", name="Gaps that close: 2")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="Gaps that close: 2, Answered from another article: 0")).to_be_visible()
    expect(page.locator(".steps")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert problems(page) == []
    page.get_by_role("button", name="Back to the text").click()
    expect(page.get_by_label("Text, with its header")).to_have_value(re.compile("do-you-restore-old-lamps"))
    context.close()


def test_the_console_in_german_is_german_on_every_page_and_has_no_fault(
    make_bot: Callable[..., BotProcess], page: Page
) -> None:
    bot = make_bot()
    tell(bot, "a", "how long does delivery take?", "open a ticket, lamp broken, Jane Doe, jane@example.com")
    draft(bot)
    enter(page, bot)
    until(page, bot.url + "/console/conversations", "how long does delivery take?")
    page.get_by_role("link", name="Maya Lind").click()
    page.get_by_label("Language of the console").select_option(label="Deutsch")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Die Konsole ist jetzt in dieser Sprache.")
    found = {}
    for name in PAGES:
        page.goto(f"{bot.url}/console/{name}")
        found[name] = problems(page)
        expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(bot.url + "/console/conversations")
    page.get_by_role("link", name="how long does delivery take?").click()
    expect(page.locator("time").first).to_have_text(re.compile(r"^\d\d\.\d\d\.\d{4}, \d\d:\d\d$"))
    page.get_by_role("button", name="An diesem Gespräch teilnehmen").click()
    expect(page.get_by_role("button", name="Senden")).to_be_visible()
    found["helping"] = problems(page)
    page.route("**/say", lambda route: route.abort())
    page.get_by_label("Als Maya Lind schreiben").fill("Guten Tag")
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("status").filter(has_text="Nicht gesendet")).to_be_visible()  # the script's own words
    page.get_by_role("button", name="Abmelden").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    found["sign-in"] = problems(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_lead_finds_reads_and_judges_by_keyboard(make_bot: Callable[..., BotProcess], page: Page) -> None:
    bot = make_bot()
    tell(bot, "a", "my kettle leaks", "no thanks")
    tell(bot, "b", "my lamp is broken", "Jane Doe, jane@example.com")
    enter(page, bot)
    until(page, bot.url + "/console/conversations", "my kettle leaks")
    until(page, bot.url + "/console/conversations", "my lamp is broken")
    page.keyboard.press("/")
    page.keyboard.type("lamp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"conversations\?q=lamp&sort=newest$"))
    expect(page.get_by_text("1 conversation,")).to_be_visible()
    page.goto(bot.url + "/console/conversations")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="my lamp is broken")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The referee: no violation")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_text("my kettle leaks").first).to_be_visible()
    page.get_by_role("radio", name="Wrong").check()
    page.get_by_label("Note").fill("<b>Should have asked</b>")
    page.get_by_role("button", name="Save the verdict").click()
    expect(page.get_by_role("status")).to_contain_text("Your verdict is saved")
    expect(page.get_by_role("radio", name="Wrong")).to_be_checked()
    expect(page.get_by_label("Note")).to_have_value("<b>Should have asked</b>")


def test_a_person_helps_in_a_running_chat(make_bot: Callable[..., BotProcess], browser: Browser, page: Page) -> None:
    """Both sides see the other's words and typing; the bot is silent meanwhile."""
    bot = make_bot()
    enter(page, bot)
    shopper = browser.new_context().new_page()
    shopper.goto(bot.url)
    shopper.get_by_role("button", name="Chat with us").click()
    say(shopper, "open a ticket, my lamp is broken")
    wait_for(shopper, "your full name")
    page.get_by_role("link", name="Live").click()
    page.get_by_role("link", name=re.compile("full name")).click()
    page.get_by_role("button", name="Join this chat").click()
    wait_for(shopper, "Maya Lind from our support team has joined")
    page.get_by_label("Write as Maya Lind").press_sequentially("Hello, what happened?", delay=5)
    expect(shopper.get_by_role("img", name="The agent is writing")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for(shopper, "Hello, what happened?")
    seen = page.get_by_text("Seen by the shopper").filter(visible=True)
    expect(seen).to_have_count(1)
    expect(page.locator("li.turn", has=seen)).to_contain_text("Hello, what happened?")
    shopper.get_by_label("Write a message").press_sequentially("it fell", delay=5)
    expect(page.get_by_text("The shopper is writing")).to_be_visible()
    shopper.keyboard.press("Enter")
    expect(page.locator("#turns p.words").get_by_text("it fell", exact=True)).to_be_visible()
    page.get_by_role("button", name="Leave the chat").click()
    wait_for(shopper, "has left this chat")
    say(shopper, "how long does delivery take?")
    wait_for(shopper, "6 to 12 working days")
    shopper.context.close()


def test_the_console_on_a_phone_needs_no_sideways_scrolling(
    make_bot: Callable[..., BotProcess], browser: Browser
) -> None:
    bot = make_bot()
    tell(
        bot,
        "a",
        "how long does delivery take? " + "w" * 300,
        "open a ticket, my lamp is broken, Jane Doe, jane@example.com",
    )
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    enter(page, bot)
    until(page, bot.url + "/console/conversations", "how long")
    for name in (*PAGES, "conversations/" + bot.get("/api/conversations")["items"][0]["id"]):
        page.goto(f"{bot.url}/console/{name}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (name, wide)
    context.close()


def test_a_person_who_is_not_in_the_chat_any_more_sees_it_and_joins_again(
    make_bot: Callable[..., BotProcess], browser: Browser, page: Page
) -> None:
    """The open page renews the presence by itself; where that has ended elsewhere, it says so and keeps what is being
    written."""
    bot = make_bot(ASKONCE_PRESENCE="20")
    enter(page, bot)
    tell(bot, "a", "open a ticket, my lamp is broken")
    page.get_by_role("link", name="Live").click()
    page.get_by_role("link", name=re.compile("full name")).click()
    page.get_by_role("button", name="Join this chat").click()
    with page.expect_response(re.compile("/present$")) as beat:
        page.get_by_label("Write as Maya Lind").press_sequentially("Hello, what", delay=5)
    assert beat.value.json() == {"present": True}
    ended = page.get_by_text("You are not in this chat any more.")
    expect(ended).to_be_hidden()
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url)
    elsewhere.get_by_role("button", name="Leave the chat").click()
    expect(ended).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    assert problems(page) == []
    page.get_by_role("button", name="Join again").click()
    expect(ended).to_be_hidden()
    expect(page.get_by_label("Write as Maya Lind")).to_have_value("Hello, what")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#turns").get_by_text("Hello, what")).to_be_visible()
