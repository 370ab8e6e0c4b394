"""Photos and files in the widget, in a real Chromium: chosen, dropped, pasted, cut off in the middle, refused, seen by
a lead, and gone with the chat."""

from __future__ import annotations

import base64
import pathlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.bot.evidence.hostile import located, picture
from tests.browser.drive import say, wait_for
from tests.browser.test_console import enter
from tests.conftest import BotProcess
from tests.patience import Looks

pytestmark = pytest.mark.browser
BotMaker = Callable[..., BotProcess]

#: Drops or pastes pictures into the chat, as the system does.
GIVE = """([kind, pictures]) => {
  const data = new DataTransfer();
  for (const [name, content] of pictures) {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const root = document.querySelector("askonce-chat").shadowRoot;
  const on = root.querySelector(kind === "paste" ? "textarea" : ".panel");
  const more = { bubbles: true, cancelable: true, composed: true };
  const event = kind === "paste" ? new ClipboardEvent("paste", { ...more, clipboardData: data })
    : new DragEvent("drop", { ...more, dataTransfer: data });
  return !on.dispatchEvent(event);
}"""


def opened(page: Page, bot: BotProcess) -> Page:
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    expect(page.get_by_role("button", name="Send a photo or a file")).to_be_visible()
    return page


def give(page: Page, kind: str, *pictures: tuple[str, bytes]) -> None:
    taken = page.evaluate(GIVE, [kind, [[name, base64.b64encode(content).decode()] for name, content in pictures]])
    assert taken, "the page does nothing of its own with it"


def choose(page: Page, *files: tuple[str, str, bytes]) -> None:
    chosen: list[FilePayload] = [{"name": name, "mimeType": type, "buffer": content} for name, type, content in files]
    page.locator("input[type=file]").set_input_files(chosen)


def test_a_screenshot_is_pasted_photos_are_dropped_and_a_lead_sees_them_with_the_ticket(
    make_bot: BotMaker, browser: Browser, page: Page
) -> None:
    bot = make_bot()
    opened(page, bot)
    give(page, "paste", ("screenshot.jpg", picture()))
    wait_for(page, "Thank you, that is in this chat now")
    wait_for(page, "never send a payment card")
    give(page, "drop", *((f"{colour}.jpg", picture(colour=colour)) for colour in ("red", "green", "blue")))
    for name in ("red", "green", "blue"):
        wait_for(page, f"{name}.jpg")
    expect(page.locator(".way")).to_have_count(0)
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    wait_for(page, "Your support ticket is filed")
    expect(page.locator(".turn.shopper .files")).to_have_count(2)
    times = page.locator(".turn.shopper.first time")
    expect(times).to_have_count(3)
    page.reload()
    expect(page.locator(".file img")).to_have_count(4)
    expect(times).to_have_count(3)
    for image in page.locator(".file img").all():
        image.evaluate("async (image) => { await image.decode(); }")
    (ticket,) = bot.get("/api/tickets")["items"]
    assert ticket["fields"] == {"name": "Jane Doe", "email": "jane@example.com", "reason": "my lamp is broken"}
    lead = browser.new_context().new_page()
    enter(lead, bot)
    lead.goto(f"{bot.url}/console/conversations/{ticket['conversation']}")
    expect(lead.locator(".files img")).to_have_count(4)
    for image in lead.locator(".files img").all():
        image.scroll_into_view_if_needed()
        image.evaluate("async (image) => { await image.decode(); }")
    lead.goto(f"{bot.url}/console/desk/1")
    expect(lead.locator(".files img")).to_have_count(4)
    with lead.expect_popup() as popup:
        lead.locator(".files a").first.click()
    expect(popup.value.locator("img")).to_have_count(1)
    lead.context.close()


def test_a_line_that_is_cut_in_the_middle_goes_on_where_it_was(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot)
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.method)
        if sent.count("POST") == 3 and route.request.method == "POST":
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/conversations/*/files?*", cut)
    noise = bytes(range(256)) * 12_000  # three megabytes of text are six pieces
    choose(page, ("notes.txt", "text/plain", base64.b64encode(noise)[:3_000_000]))
    wait_for(page, "Thank you, that is in this chat now")
    expect(page.locator(".way")).to_have_count(0)
    assert sent.count("GET") == 1 and sent.count("POST") == 7, "asked once how far it had come; no piece came twice"
    expect(page.locator(".turn.shopper")).to_have_count(1)


def test_what_cannot_be_taken_says_why_and_the_others_go(make_bot: BotMaker, page: Page) -> None:
    opened(page, make_bot())
    choose(
        page,
        ("lid.jpg", "image/jpeg", located()),
        ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("empty.txt", "text/plain", b""),
    )
    wait_for(page, "Thank you, that is in this chat now")
    expect(page.locator(".failed")).to_have_count(2)
    wait_for(page, "can't be sent here")
    wait_for(page, "is empty")
    for _ in range(2):
        page.locator(".failed").get_by_role("button", name="Cancel").first.click()
    expect(page.locator(".failed")).to_have_count(0)
    expect(page.locator(".turn.shopper")).to_have_count(1)


def test_a_file_that_is_left_is_not_sent(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot)
    held: list[Route] = []
    page.route("**/api/conversations/*/files?*", lambda route: held.append(route))
    choose(page, ("lid.jpg", "image/jpeg", picture()))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".turn.shopper")).to_have_count(0)
    page.unroute("**/api/conversations/*/files?*")
    say(page, "hello")
    wait_for(page, "How can I help")
    (chat,) = bot.get("/api/conversations")["items"]
    assert [t["text"] for t in bot.get(f"/api/conversations/{chat['id']}")["turns"] if t["who"] == "shopper"] == [
        "hello"
    ]


def test_a_shop_that_takes_no_files_shows_no_button(make_bot: BotMaker, page: Page) -> None:
    page.goto(make_bot(ASKONCE_FILES="0").url)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "hello")
    wait_for(page, "How can I help")
    expect(page.get_by_role("button", name="Send a photo or a file")).to_have_count(0)


def test_deleting_the_chat_deletes_its_files(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    opened(page, bot)
    choose(page, ("lid.jpg", "image/jpeg", picture()))
    wait_for(page, "Thank you, that is in this chat now")
    folder = pathlib.Path(bot.folder) / "files"
    assert len(list(folder.glob("??/*"))) == 2
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete this chat").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    wait_for(page, "The chat was deleted")
    assert not list(folder.glob("??/*"))


def test_what_cannot_be_checked_just_now_is_tried_again_for_a_while_and_then_says_so(
    make_bot: BotMaker, page: Page
) -> None:
    page.clock.install()
    opened(page, make_bot())
    content, posts = b"plain text", []

    def away(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json={"received": len(content)})
        else:
            posts.append(len(route.request.post_data_buffer or b""))
            route.fulfill(status=503, json={"code": "unscanned", "detail": "Files can't be checked right now."})

    page.route("**/api/conversations/*/files?*", away)
    choose(page, ("notes.txt", "text/plain", content))
    look = Looks(lambda: len(posts))
    while not page.locator(".failed").count():
        look()
        page.clock.run_for(1000)
        assert len(posts) < 10, "it does not go on for ever"
    expect(page.locator(".failed")).to_contain_text("Files can't be checked right now.")
    assert posts[0] == len(content) and not any(posts[1:]), "what is there is not sent anew"
    page.unroute("**/api/conversations/*/files?*")
    page.locator(".failed").get_by_role("button", name="Send again").click()
    wait_for(page, "Thank you, that is in this chat now")
