"""A real Chromium for the browser's tests; a page that shows an error, or breaks its own content policy, fails its
test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.drive import chromium
from tests.conftest import missing

#: How long a page may take on a machine that is busy with other tests; nothing here is a matter of speed.
expect.set_options(timeout=int(os.environ.get("BROWSER_MS", "180000")))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if shutil.which("chromium") is None:
        missing("Chromium (the command `chromium`)")
    with sync_playwright() as playwright:
        found = chromium(playwright)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    yield found
    context.close()
    assert not problems
