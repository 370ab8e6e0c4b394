"""A real Chromium, and the few things a shopper does in the widget."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from playwright.sync_api import Browser, Page, Playwright, expect

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


def chromium(playwright: Playwright) -> Browser:
    """The system's Chromium, headless."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)


def say(page: Page, text: str) -> None:
    """Type a message and send it with Enter."""
    box = page.get_by_role("textbox", name="Write a message")
    box.fill(text)
    box.press("Enter")


def wait_for(page: Page, words: str) -> None:
    """Until the conversation shows these words."""
    expect(page.get_by_role("log")).to_contain_text(words)


def heard(page: Page, so_far: Callable[[], object]) -> None:
    """Until what the test listens for has come; the page's events are handed over meanwhile."""
    while not so_far():
        page.wait_for_timeout(20)


def time_stands_still(page: Page) -> None:
    """Nothing on the page happens by itself from here on: what is shown for a while stays, and no line is tried anew.
    The page was given its clock by `page.clock.install()` before it was opened."""
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 0.5"))  # in seconds


#: Another device of the shopper's: says `words` in the chat of `token`, and is heard.
DEVICE = """([token, words]) => new Promise((heard) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws");
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, after: 1e6 }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "welcome") socket.send(JSON.stringify({ type: "say", id: String(Math.random()), text: words }));
    if (frame.type === "turn" && frame.who === "bot") { socket.close(); heard(); }
  };
})"""


def elsewhere(page: Page, words: str) -> None:
    """Say it in the same chat from another device, which reads nothing, and wait for the answer there."""
    token = page.evaluate("localStorage.getItem(`askonce:${location.host}:token`)")
    page.evaluate(DEVICE, [token, words])


def on_page_in(page: Page, language: str, **given: str) -> None:
    """The demo shop's page asks for a widget in `language`, and names what else is `given` as attributes of its
    script."""
    names = {"locale": language} | given
    page.add_init_script(
        f"""new MutationObserver(() => {{
          const script = document.querySelector('script[src$="/widget.js"]');
          if (script) for (const [name, value] of Object.entries({json.dumps(names)})) script.dataset[name] ??= value;
        }}).observe(document, {{ childList: true, subtree: true }});"""
    )
