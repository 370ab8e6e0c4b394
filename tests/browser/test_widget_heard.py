"""The widget as a screen reader walks through it: its accessibility tree, from the opening to the filed ticket."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drive import say, wait_for
from tests.browser.test_widget_states import opened
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

BEGINNING = """
- dialog "Help":
  - button "Home"
  - heading "Help" [level=2]
  - button "More"
  - button "Close the chat"
  - log "Conversation":
    - paragraph: Hello! Ask me about orders, delivery, returns or refunds, or ask for a support ticket.
  - search:
    - searchbox "Search the help pages"
  - heading "What others ask" [level=3]
  - list:
    - listitem:
      - button "How long delivery takes"
  - button "Talk to us"
  - button "Open a ticket"
  - textbox "Write a message"
  - button "Send"
"""

SAID = """
- log "Conversation":
  - paragraph: today
  - paragraph:
    - time: /\\d+:\\d+/
  - text: "You:"
  - paragraph: how long does delivery take?
  - paragraph:
    - time: /\\d+:\\d+/
  - text: "Assistant:"
  - paragraph: /Delivery takes 6 to 12 working days/
  - group: "Source: How long delivery takes"
  - paragraph:
    - time: /\\d+:\\d+/
  - text: "You:"
  - paragraph:
    - text: open a ticket, my lamp is broken, Jane Doe,
    - link "jane@example.com"
  - paragraph:
    - time: /\\d+:\\d+/
  - text: "Assistant:"
  - paragraph: /Your support ticket is filed/
  - text: /Ticket AO-/
  - button "Copy"
  - text: filed
  - text: "Assistant:"
  - paragraph: /If you like, rate this chat/
  - group "Rate this chat":
    - radio "1 of 5, very bad"
    - radio "2 of 5, bad"
    - radio "3 of 5, neither good nor bad"
    - radio "4 of 5, good"
    - radio "5 of 5, very good"
  - textbox "Comment (optional)"
  - button "Send rating" [disabled]
"""


def test_what_a_screen_reader_walks_through(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot.url)
    page.get_by_text("What others ask").wait_for()
    expect(page.get_by_role("dialog")).to_match_aria_snapshot(BEGINNING)
    say(page, "how long does delivery take?")
    wait_for(page, "6 to 12 working days")
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    wait_for(page, "Your support ticket is filed")
    say(page, "bye")
    page.get_by_role("radio").first.wait_for()
    expect(page.get_by_role("log")).to_match_aria_snapshot(SAID)
