"""The widget in a real Chromium: how soon its first words are on the screen, how soon an answer is, and whether the
page shifts."""

from __future__ import annotations

import gzip
import pathlib
import statistics
from dataclasses import dataclass

from playwright.sync_api import Page, expect, sync_playwright

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


#: Milliseconds after the page began to load at which the launcher was painted.
_LAUNCHED = """const looking = () => {
  const launch = document.querySelector("askonce-chat")?.shadowRoot.querySelector(".launch");
  if (launch?.getClientRects().length) requestAnimationFrame(() => { globalThis.launched = performance.now(); });
  else requestAnimationFrame(looking);
};
looking();"""
_SHIFT = """globalThis.shift = 0;
new PerformanceObserver((list) => list.getEntries().forEach((e) => { shift += e.value; }))
  .observe({ type: "layout-shift", buffered: true });"""
_MANY = 500


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians in milliseconds: from the beginning of the page to the launcher's paint, from the click that opens it to
    its first words, from Enter to the answer. `shift`: the page's whole layout shift from loading to the answer, the
    largest of all rounds. `size`: the script's, in kB, gzipped. `grown`: MB that the page's heap grew by from the first
    answer to 500 turns, after the garbage was collected."""

    launched: float
    opened: float
    answered: float
    shift: float
    size: float
    grown: float


def widget(folder: pathlib.Path) -> Measured:
    """Measures it with a bot of its own in `folder`."""
    folder.mkdir()
    without_limits = {"CHATS": "1000", "RATE": "1000", "BURST": "1000", "ADDRESS_CHATS": "1000", "ADDRESS_RATE": "1000"}
    bot = BotProcess(folder, **{f"ASKONCE_LIMIT_{name}": value for name, value in without_limits.items()}).start()
    rounds: list[tuple[float, float, float, float]] = []
    try:
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            for _ in range(_ROUNDS):
                rounds.append(_round(browser.new_context().new_page(), bot.url))
            grown = _grown(browser.new_context().new_page(), bot.url)
            browser.close()
    finally:
        bot.stop()
    launched, opened, answered, shifts = zip(*rounds, strict=True)
    size = len(gzip.compress(script().encode())) / 1000
    middle = statistics.median
    return Measured(middle(launched), middle(opened), middle(answered), max(shifts), size, grown)


def _round(page: Page, url: str) -> tuple[float, float, float, float]:
    """Launched, opened, answered, shift: of one newcomer."""
    page.add_init_script(_SHIFT + _LAUNCHED)
    page.goto(url)
    page.wait_for_function("globalThis.Askonce && globalThis.launched")
    launched = page.evaluate("launched")
    opened = page.evaluate(f"() => {{ Askonce.open(); return ({_UNTIL})(0); }}")
    page.get_by_role("textbox", name="Write a message").fill("how long does delivery take?")
    send = "document.querySelector('askonce-chat').shadowRoot.querySelector('form.say .go').click()"
    answered = page.evaluate(f"() => {{ {send}; return ({_UNTIL})(1); }}")
    shift = page.evaluate("shift")
    page.context.close()
    return launched, opened, answered, shift


def _grown(page: Page, url: str) -> float:
    """MB that 500 turns take in the page."""
    devtools = page.context.new_cdp_session(page)

    def heap() -> float:
        devtools.send("HeapProfiler.collectGarbage")
        used: float = devtools.send("Runtime.getHeapUsage")["usedSize"]
        return used / 1e6

    page.goto(url)
    page.get_by_role("button", name="Chat with us").click()
    box = page.get_by_role("textbox", name="Write a message")
    turns, began, number = page.locator(".turn"), 0.0, 0
    while turns.count() < _MANY:
        number += 1
        box.fill(f"how do I contact support? {number}")
        box.press("Enter")
        expect(page.locator(".turn.shopper")).to_have_count(number, timeout=60_000)
        expect(page.locator(".sign")).to_have_count(0, timeout=60_000)
        began = began or heap()
    grown = heap() - began
    page.context.close()
    return grown
