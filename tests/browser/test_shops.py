"""The files of `deploy/shops` that a page can carry without the shop's own server. WordPress has `wordpress.py`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drive import say, wait_for
from tests.browser.hosting import shop
from tests.browser.test_widget_states import BotMaker
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

SHOPS = ROOT / "deploy" / "shops"
CHAT = "https://chat.your-shop.example"
TORN = "My throw arrived torn, please open a ticket"
#: As Magento's own `customer-data.js` has it: an observable that is empty until what is kept was read, and whose data
#: have a `data_id` from then on, whoever is signed in.
MAGENTO = """<script>
  const subscribers = [];
  let known = {};
  const customer = () => known;
  customer.subscribe = (told) => subscribers.push(told);
  window.require = (names, then) => then({ get: () => customer });
  window.read = (data) => { known = data; subscribers.forEach((told) => told(data)); };
</script>"""


def _page(snippet: str, bot: str, before: str = "") -> tuple[str, dict[str, str]]:
    assert CHAT in snippet
    return f"<!doctype html><title>S</title><p>Shop</p>{before}{snippet.replace(CHAT, bot)}", {}


def test_a_tag_manager_puts_the_chat_on_and_names_the_customer(make_bot: BotMaker, page: Page) -> None:
    snippet = (SHOPS / "tag-manager" / "askonce.html").read_text()
    named, times = re.subn(r"// (Askonce\.identify\(.*)NAME(.*)EMAIL", r'\1"Jane Doe"\2"jane@example.com"', snippet)
    assert times == 1 and "{{" not in snippet  # a tag manager takes any {{…}} for a variable, in comments too
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages |= {"/": _page(snippet, bot.url), "/named": _page(named, bot.url)}
        page.goto(origin)
        page.get_by_role("button", name="Chat with us").click()
        say(page, TORN)
        wait_for(page, "I need your full name and your email address")
        page.evaluate("Askonce.reset()")
        page.goto(f"{origin}/named")
        expect(page.get_by_role("button", name="Open a ticket")).to_be_visible()
        say(page, TORN)
        wait_for(page, "ticket is filed")


def test_a_customer_of_magento_keeps_their_chat_until_they_sign_out(make_bot: BotMaker, page: Page) -> None:
    pages: dict[str, tuple[str, dict[str, str]]] = {}
    with shop(pages) as origin:
        bot = make_bot(ASKONCE_ALLOWED_ORIGINS=origin)
        pages["/"] = _page((SHOPS / "magento" / "askonce.phtml").read_text(), bot.url, MAGENTO)
        page.goto(origin)
        page.evaluate("read({ data_id: 1, fullname: 'Jane Doe', email: 'jane@example.com' })")
        page.get_by_role("button", name="Chat with us").click()
        say(page, TORN)
        wait_for(page, "ticket is filed")
        page.reload()
        wait_for(page, "ticket is filed")
        page.evaluate("read({ data_id: 1, fullname: 'Jane Doe', email: 'jane@example.com' })")
        say(page, "how long does delivery take?")
        wait_for(page, "working days")
        wait_for(page, "ticket is filed")
        page.evaluate("read({ data_id: 2 })")
        expect(page.get_by_role("log")).not_to_contain_text("ticket is filed")
