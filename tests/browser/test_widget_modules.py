"""The widget's modules before Chromium: their script is JavaScript, and each says of itself all that it needs."""

from __future__ import annotations

import pathlib
import re
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, Route, expect

from bot.widget import joined as joining
from bot.widget.joined import joined, script
from tests.browser.drive import say, wait_for
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

#: Reads a script and runs nothing of it.
READ = "(text) => { new Function(text); }"


def test_the_script_is_javascript(page: Page) -> None:
    page.evaluate(READ, script())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("events", "for (const listener of", "for (const listener from"),
        ("hours", "const told =", "const WHEN = 1, told ="),
        ("card", 'from "./words.js";', 'from "./words.js";\nconst WORDS = {};'),
        ("log", "  add(turn", "  #needs() {}\n  add(turn"),
        ("sound", "let speaker;", "let static;"),
    ],
    ids=["a mistake", "a name twice", "a name that is imported", "a part twice", "what strictness forbids"],
)
def test_a_script_that_is_not_is_found(page: Page, tmp_path: pathlib.Path, name: str, old: str, new: str) -> None:
    folder = tmp_path / "widget"
    shutil.copytree(joining.HERE, folder)
    file = folder / f"{name}.js"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Error, match="SyntaxError"):
        page.evaluate(READ, joined(folder))


def test_the_modules_are_a_widget_without_being_joined(make_bot: Callable[..., BotProcess], page: Page) -> None:
    """As modules that the browser loads one by one: an import that nothing answers, or a circle, would show no chat."""
    loaded: list[str] = []

    def module(route: Route) -> None:
        name = re.sub(r".*/", "", route.request.url)
        loaded.append(name)
        route.fulfill(path=joining.HERE / name, content_type="text/javascript")

    page.route(
        "**/widget.js", lambda route: route.fulfill(body='import("/modules/start.js");', content_type="text/javascript")
    )
    page.route("**/modules/*.js", module)
    page.goto(make_bot().url)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    wait_for(page, "Your support ticket is filed")
    say(page, "bye")
    page.get_by_role("radio", name="4 of 5").check()
    page.get_by_role("button", name="Send rating").click()
    wait_for(page, "Thank you for your feedback")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Start a new chat").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    wait_for(page, "This is a new chat")
    expect(page.locator(".turn.shopper")).to_have_count(0)
    assert sorted(loaded) == sorted(f"{name}.js" for name in joining.ORDER)
