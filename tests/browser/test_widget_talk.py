"""A conversation that looks like people talking: a home, days and speakers, one card a ticket, choices that stay."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from pydantic import TypeAdapter

from bot.web.asyncapi import BotTurn, ShopperTurn
from tests.browser.drive import heard, say, time_stands_still, wait_for
from tests.browser.test_widget import turns
from tests.browser.test_widget_languages import served
from tests.browser.test_widget_states import BotMaker, menu, opened
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

AT = "2026-01-05T09:00:00.000Z"


def send(socket: WebSocketRoute, seq: int, **more: Any) -> None:
    """A turn from the server, the bot's unless it says otherwise."""
    frame: dict[str, Any] = {"type": "turn", "seq": seq, "who": "bot", "text": "?", "at": AT, "language": "en"} | more
    if frame["who"] != "shopper":
        frame = {"asks": [], "sources": [], "ticket": None, "choices": [], "act": None, "parts": []} | frame
    TypeAdapter(ShopperTurn | BotTurn).validate_python(frame)  # nothing is tried that no server says
    socket.send(json.dumps(frame))


def test_a_home_with_topics_a_search_and_ways_to_people(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot.url)
    home = page.locator(".home")
    expect(home.get_by_role("listitem")).to_have_count(6)
    search = page.get_by_role("searchbox", name="Search the help pages")
    search.fill("how long does a refund take")
    found = home.get_by_role("link", name="How long a refund takes")
    with page.context.expect_page() as read:
        found.click()
    expect(read.value.get_by_role("heading", level=1)).to_have_text("How long a refund takes")
    search.fill("qqzzx")
    expect(home).to_contain_text("Nothing found in the help pages")
    page.get_by_role("button", name="Ask: qqzzx").click()
    expect(page.locator(".turn.shopper .words")).to_have_text("qqzzx")
    expect(home).to_be_hidden()
    page.get_by_role("button", name="Home").click()
    page.get_by_role("button", name="How long delivery takes").click()
    wait_for(page, "6 to 12 working days")
    page.get_by_role("button", name="Home").click()
    expect(page.get_by_role("log")).to_be_hidden()
    page.get_by_role("button", name="Back to the chat").click()
    expect(page.get_by_role("log")).to_be_visible()
    page.get_by_role("button", name="Home").click()
    page.get_by_role("button", name="Open a ticket").click()
    expect(page.get_by_role("log")).to_contain_text(re.compile("ticket|reason", re.I))


def test_earlier_chats_can_be_gone_back_to_and_are_nobody_elses(make_bot: BotMaker, browser: Browser) -> None:
    context = browser.new_context()
    page = opened(context.new_page(), make_bot().url)
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    wait_for(page, "Your support ticket is filed")
    reference = page.locator(".card b").inner_text()
    menu(page, "Start a new chat")
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("log")).not_to_contain_text("my lamp is broken")
    earlier = page.locator(".home").get_by_role("button", name=reference)
    expect(earlier).to_contain_text("today")
    other = context.new_page()
    other.goto(page.url)
    earlier.click()
    for tab in (page, other):
        wait_for(tab, "Your support ticket is filed")
    expect(page.locator(".card b")).to_have_text(reference)
    menu(page, "Start a new chat")
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("log")).not_to_contain_text("my lamp is broken")
    page.evaluate("Askonce.identify({ name: 'Sam Roe', email: 'sam@example.com' })")
    page.evaluate("Askonce.identify({ name: 'Ann Poe', email: 'ann@example.com' })")
    expect(page.locator(".home").get_by_role("button", name=reference)).to_have_count(0)
    assert reference not in page.evaluate("JSON.stringify(localStorage)")
    context.close()


def test_choices_stay_while_their_question_is_open_also_after_a_reload(make_bot: BotMaker, page: Page) -> None:
    opened(page, make_bot().url)
    say(page, "my lamp is broken")
    yes = page.get_by_role("button", name="Yes, open a ticket")
    yes.wait_for()
    say(page, "how long does delivery take?")
    wait_for(page, "6 to 12 working days")
    expect(yes).to_be_visible()
    page.reload()
    wait_for(page, "6 to 12 working days")
    expect(yes).to_be_visible()
    yes.click()
    wait_for(page, "your full name and your email address")
    expect(yes).to_have_count(0)
    page.reload()
    wait_for(page, "your full name and your email address")
    expect(yes).to_have_count(0)


def test_a_ticket_has_one_card_which_says_where_it_stands(make_bot: BotMaker, page: Page) -> None:
    socket = served(page, make_bot().url, "en")
    heard = "globalThis.heard = []; Askonce.on('ticket', (t) => heard.push(t.status))"
    page.evaluate(heard)
    ticket = {"reference": "AO-ABCDEFGHJKLM-1", "status": "saved"}
    send(socket, 1, act="ticket_saved", text="Saved.", ticket=ticket)
    card = page.locator(".card")
    expect(card).to_contain_text("saved, will be filed")
    send(socket, 2, act="update_redirect", text="Write to us.", ticket=ticket)
    send(socket, 3, act="ticket_filed", text="Filed.", ticket=ticket | {"status": "filed"})
    wait_for(page, "Filed.")
    expect(card).to_have_count(1)
    expect(card.locator(".stage")).to_have_text("filed")
    send(socket, 4, act="ticket_exists", text="It is there.", ticket=ticket)
    wait_for(page, "It is there.")
    expect(card.locator(".stage")).to_have_text("filed")
    page.wait_for_function("heard.length === 2")
    assert page.evaluate("heard") == ["saved", "filed"]


def test_the_page_hears_of_each_thing_once_also_over_reloads_and_tabs(make_bot: BotMaker, browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script("""addEventListener("askonce:ready", () => {
      globalThis.heard = [];
      Askonce.on("ticket", (t) => heard.push(t.status));
      Askonce.on("message", (t) => heard.push(t.act));
    });""")
    page = opened(context.new_page(), make_bot().url)
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(".home")).to_be_visible()
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    for tab in (page, other):
        wait_for(tab, "Your support ticket is filed")
    heard(page, lambda: "filed" in page.evaluate("heard") + other.evaluate("heard"))
    page.wait_for_timeout(300)
    told = page.evaluate("heard") + other.evaluate("heard")
    assert told.count("filed") == 1 and told.count("ticket_filed") == 1
    for tab in (page, other):
        tab.reload()
        wait_for(tab, "Your support ticket is filed")
        tab.wait_for_timeout(200)
        assert tab.evaluate("heard") == []
    context.close()


def test_a_message_that_is_acknowledged_stays_where_and_as_it_is(make_bot: BotMaker, page: Page) -> None:
    socket = served(page, make_bot().url, "en")
    sent: list[dict[str, Any]] = []
    socket.on_message(lambda text: sent.append(json.loads(text)))
    say(page, "my lamp is broken")
    bubble = page.locator(".turn.shopper")
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(1)
    bubble.evaluate("(b) => { b.mark = 'the same'; }")
    before = bubble.bounding_box()
    heard(page, lambda: any(frame["type"] == "say" for frame in sent))
    (said,) = [frame for frame in sent if frame["type"] == "say"]
    send(socket, 1, who="shopper", text=said["text"], id=said["id"])
    expect(page.get_by_role("img", name="Not sent yet")).to_have_count(0)
    after = bubble.bounding_box()
    assert bubble.evaluate("(b) => b.mark") == "the same" and before and after
    assert (before["width"], before["height"]) == (after["width"], after["height"])


def test_days_speakers_and_times_are_told_and_turns_of_one_stand_together(make_bot: BotMaker, page: Page) -> None:
    socket = served(page, make_bot().url, "en")
    send(socket, 1, text="One.")
    send(socket, 2, text="Two.", at="2026-01-05T09:01:00.000Z")
    send(socket, 3, text="Three.", at="2026-01-07T09:00:00.000Z")
    send(socket, 4, who="system", text="Maya is in the chat.", agent="Maya", at="2026-01-07T09:01:00.000Z")
    send(socket, 5, who="agent", text="Hello from Maya.", at="2026-01-07T09:02:00.000Z")
    wait_for(page, "Hello from Maya.")
    days = page.locator(".day").all_inner_texts()
    assert len(days) == 2 and "5" in days[0] and "7" in days[1] and all("January" in day for day in days)
    assert page.locator(".panel .name").all_inner_texts() == ["Assistant", "Assistant", "Maya"]
    assert page.locator(".face").all_inner_texts() == ["A", "A", "M"]
    assert page.locator(".by time").count() == 3
    spoken = page.locator(".turn:not(.greeting) .who").all_text_contents()
    assert spoken == ["Assistant: ", "Assistant: ", "Assistant: ", "Help: ", "Maya: "]


def test_who_reads_above_is_left_there_and_led_to_what_is_new(make_bot: BotMaker, page: Page) -> None:
    socket = served(page, make_bot().url, "en")
    for seq in range(1, 31):
        send(socket, seq, text=f"Turn number {seq}.")
    wait_for(page, "Turn number 30.")
    log = page.get_by_role("log")
    expect(page.locator(".words", has_text="Turn number 30.")).to_be_in_viewport()
    log.evaluate("(l) => { l.scrollTop = 0; }")
    page.wait_for_timeout(100)
    send(socket, 31, text="News.")
    newest = page.get_by_role("button", name="To the latest message")
    newest.wait_for()
    assert log.evaluate("(l) => l.scrollTop") == 0
    newest.click()
    expect(page.locator(".words", has_text="News.")).to_be_in_viewport()
    expect(newest).to_be_hidden()


def test_what_grows_below_is_no_wish_to_read_above(make_bot: BotMaker, page: Page) -> None:
    """A scroll is told late: by then more turns may stand below what it went to."""
    socket = served(page, make_bot().url, "en")
    for seq in range(1, 31):
        send(socket, seq, text=f"Turn number {seq}.")
    expect(page.locator(".words", has_text="Turn number 30.")).to_be_in_viewport()
    page.get_by_role("log").evaluate(
        """(log) => {
          const more = document.createElement("div");
          more.style.cssText = "flex: none; height: 2000px";
          log.lastElementChild.before(more);
          log.dispatchEvent(new Event("scroll"));
        }"""
    )
    send(socket, 31, text="The last.")
    expect(page.locator(".words", has_text="The last.")).to_be_in_viewport()


def test_three_dots_stand_in_place_until_it_is_said(make_bot: BotMaker, page: Page) -> None:
    page.clock.install()
    socket = served(page, make_bot().url, "en")
    time_stands_still(page)
    socket.send(json.dumps({"type": "typing", "who": "bot"}))
    dots = page.get_by_role("img", name="The assistant is writing")
    expect(dots).to_be_visible()
    send(socket, 1, text="Said.")
    wait_for(page, "Said.")
    expect(dots).to_have_count(0)


def test_what_was_being_written_survives_a_reload(make_bot: BotMaker, page: Page) -> None:
    opened(page, make_bot().url)
    box = page.get_by_role("textbox", name="Write a message")
    box.fill("my lamp is bro")
    page.reload()
    expect(box).to_have_value("my lamp is bro")
    box.press("Enter")
    expect(page.locator(".turn.shopper .words")).to_have_text("my lamp is bro")
    page.reload()
    wait_for(page, "my lamp is bro")
    expect(box).to_have_value("")


def test_what_cannot_be_undone_stands_second_and_has_its_colour(make_bot: BotMaker, page: Page) -> None:
    opened(page, make_bot().url)
    menu(page, "Delete this chat")
    buttons = page.get_by_role("alertdialog").get_by_role("button")
    expect(buttons).to_have_text(["No, keep it", "Yes"])
    expect(buttons.nth(1)).to_have_css("background-color", "rgb(179, 38, 30)")
    buttons.first.click()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="Copy this chat")).to_be_visible()
    page.get_by_role("heading", name="Good things").click()
    expect(page.get_by_role("button", name="Copy this chat")).to_be_hidden()


def test_a_rating_that_cannot_be_sent_is_kept_with_its_words(make_bot: BotMaker, page: Page) -> None:
    bot = make_bot()
    page.clock.install()
    opened(page, bot.url)
    say(page, "thanks, bye")
    stars = page.get_by_role("radio")
    expect(stars).to_have_count(5)
    stars.nth(0).focus()
    page.keyboard.press("ArrowRight")
    comment = page.get_by_role("textbox", name="Comment")
    comment.fill("Slow")
    bot.kill()
    expect(page.get_by_role("status").first).to_contain_text("No connection")
    time_stands_still(page)
    page.get_by_role("button", name="Send rating").click()
    expect(comment).to_have_value("Slow")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    bot.start()
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("status").first).to_be_hidden()
    page.get_by_role("button", name="Send rating").click()
    wait_for(page, "Thank you for your feedback")
    (chat,) = bot.get("/api/conversations")["items"]
    assert bot.get(f"/api/conversations/{chat['id']}")["rating"]["score"] == 2
    assert "Slow" not in " ".join(turns(page))


def test_what_is_said_for_a_moment_does_not_hide_that_the_line_is_down(make_bot: BotMaker, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.clock.install()
    bot = make_bot()
    opened(page, bot.url)
    say(page, "hello")
    wait_for(page, "How can I help")
    bot.kill()
    state = page.get_by_role("status").first
    expect(state).to_contain_text("No connection")
    time_stands_still(page)
    menu(page, "Copy this chat")
    expect(state).to_contain_text("Copied")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    page.clock.run_for(3000)
    expect(state).to_contain_text("No connection")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    context.close()
