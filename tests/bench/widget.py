"""The widget in a real Chromium: how soon its first words are on the screen, how soon an answer is, and whether the
page shifts."""

from __future__ import annotations

import gzip
import pathlib
import statistics

from playwright.sync_api import sync_playwright

from bot.widget.joined import script
from tests.browser.drive import chromium
from tests.conftest import BotProcess

_ROUNDS = 15
#: Milliseconds from now until the log holds a turn of the bot beyond `count`, as painted.
_UNTIL = """(count) => new Promise((done) => {
  const from = performance.now(), root = document.querySelector("askonce-chat").shadowRoot;
  const look = () => {
    const words = [...root.querySelectorAll(".turn:not(.shopper, .dots) .words")];
    const shown = words.filter((w) => w.getClientRects().length);
    if (shown.length > count) requestAnimationFrame(() => done(performance.now() - from));
    else requestAnimationFrame(look);
  };
  look();
})"""


def widget(folder: pathlib.Path) -> tuple[float, float, float, float]:
    """Medians in milliseconds: from the click that opens it to its first words, from Enter to the answer; the page's
    whole layout shift from loading to the answer (the largest of all rounds); the script's size in kB, gzipped."""
    folder.mkdir()
    bot = BotProcess(folder, ASKONCE_LIMIT_ADDRESS_CHATS="1000").start()
    opened: list[float] = []
    answered: list[float] = []
    shifts: list[float] = []
    try:
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            for _ in range(_ROUNDS):
                page = browser.new_context().new_page()
                page.add_init_script(
                    "globalThis.shift = 0; new PerformanceObserver((list) => "
                    "list.getEntries().forEach((e) => { shift += e.value; }))"
                    ".observe({ type: 'layout-shift', buffered: true });"
                )
                page.goto(bot.url)
                page.wait_for_function("globalThis.Askonce")
                opened.append(page.evaluate(f"() => {{ Askonce.open(); return ({_UNTIL})(0); }}"))
                box = page.get_by_role("textbox", name="Write a message")
                box.fill("how long does delivery take?")
                send = "document.querySelector('askonce-chat').shadowRoot.querySelector('form.say .go').click()"
                answered.append(page.evaluate(f"() => {{ {send}; return ({_UNTIL})(1); }}"))
                shifts.append(page.evaluate("shift"))
                page.context.close()
            browser.close()
    finally:
        bot.stop()
    size = len(gzip.compress(script().encode())) / 1000
    return statistics.median(opened), statistics.median(answered), max(shifts), size
