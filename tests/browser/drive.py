"""A real Chromium, and the few things a shopper does in the widget."""

from __future__ import annotations

import shutil

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
