"""The drawings of *Numbers* beside their tables, cell by cell, as a real Chromium lays them out."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.operations.demo_data import make_demo_data
from tests.browser.test_console import enter
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser
HOURS = "Mon-Fri 09:30-17:00, Sat-Sun 22:00-02:00 Europe/Berlin"
TABLE = """(table) => ({
    head: [...table.tHead.rows[0].cells].map((c) => c.textContent.trim()),
    rows: [...table.tBodies[0].rows].map((r) => [...r.cells].map((c) =>
        c.querySelector("time")?.dateTime ?? c.textContent.trim())),
})"""
#: Each series of a drawing by its name: what is drawn at each label, with the value it says and where it stands, in
#: pixels.
DRAWN = """() => [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((n) => document.querySelector(`.serie-${n}`)).map((n) => {
    const mine = document.querySelectorAll(`.series.serie-${n} :is(g.bar, g.dots)`);
    return [document.querySelector(`#activate-serie-${n} text`)?.textContent ?? "", [...mine].map((g) => {
        const box = g.querySelector("rect, circle").getBoundingClientRect();
        return {label: g.querySelector("desc.x_label")?.textContent ?? "",
                value: g.querySelector("desc.value").textContent,
                top: box.top, height: box.height, middle: box.left + box.width / 2};
    })];
})"""
HEAT = """(table) => {
    const heads = [...table.tHead.rows[0].cells].slice(1).map((c) => [c.innerText.trim(), c.getBoundingClientRect()]);
    return [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => {
        const box = cell.getBoundingClientRect(), middle = box.left + box.width / 2;
        const above = heads.find(([, h]) => h.left <= middle && middle < h.right);
        const day = row.cells[0].getBoundingClientRect();
        const level = Math.abs(day.top + day.height / 2 - box.top - box.height / 2) < 2;
        return {hour: above?.[0], level, shown: cell.textContent.trim(),
                frame: getComputedStyle(cell).outlineStyle};
    }));
}"""


def label(day: str) -> str:
    """A day as drawings write it in English."""
    return f"{int(day[5:7])}/{int(day[8:])}"


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.fixture
def lived(make_bot: Callable[..., BotProcess], tmp_path: Any, page: Page) -> str:
    """A console over a week of invented conversations, signed in; its address."""
    url = f"sqlite+aiosqlite:///{tmp_path}/askonce.db"
    with ThreadPoolExecutor(1) as beside:  # Playwright keeps a loop running in this thread
        beside.submit(lambda: asyncio.run(make_demo_data(url, conversations=90, days=7, held=45))).result()
    bot = make_bot(ASKONCE_HOURS=HOURS)
    enter(page, bot)
    today = datetime.datetime.now(datetime.UTC).date()
    return f"{bot.url}/console/{{}}?since={today - datetime.timedelta(days=9)}&until={today}"


def table(page: Page, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (
        page.locator("section", has=page.get_by_role("heading", name=name)).locator("table").evaluate(TABLE)
    )
    return found


def straight(bars: list[dict[str, Any]]) -> None:
    """Every bar is as high as its value says, by one measure."""
    largest = max(bars, key=lambda b: number(b["value"]))
    unit = largest["height"] / number(largest["value"])
    assert unit > 1 and all(abs(b["height"] - unit * number(b["value"])) < 1 for b in bars)


def test_outcomes_and_ratings_are_drawn_as_their_tables_say(lived: str, page: Page) -> None:
    page.goto(lived.format("numbers"))
    days, rated = table(page, "Conversations a day"), table(page, "Ratings")
    page.goto(lived.format("drawings/outcomes.svg"))
    drawn = dict(page.evaluate(DRAWN))
    assert list(drawn) == days["head"][1:]
    cells = {
        (label(row[0]), name): number(cell)
        for row in days["rows"]
        for name, cell in zip(days["head"][1:], row[1:], strict=True)
    }
    assert len(cells) == 10 * len(drawn) and sum(cells.values()) == 90
    assert {(b["label"], name): number(b["value"]) for name, bars in drawn.items() for b in bars} == cells
    straight([b for bars in drawn.values() for b in bars])
    for place, row in enumerate(reversed(days["rows"])):
        stack = [bars[place] for bars in drawn.values()]
        assert {b["label"] for b in stack} == {label(row[0])} and max(b["middle"] for b in stack) - min(
            b["middle"] for b in stack
        ) < 1
        for below, above in pairwise(stack):
            assert abs(above["top"] + above["height"] - below["top"]) < 1, "the parts stand on each other"
    page.goto(lived.format("drawings/ratings.svg"))
    ((_, bars),) = page.evaluate(DRAWN)
    assert [b["label"] for b in bars] == rated["head"] and [b["value"] for b in bars] == rated["rows"][0]
    straight(bars)


def test_health_is_drawn_as_its_table_says(lived: str, page: Page) -> None:
    page.goto(lived.format("numbers"))
    rows = {label(row[0]): row[1:] for row in table(page, "Understanding, day by day")["rows"]}
    page.goto(lived.format("drawings/health.svg"))
    for place, (_, dots) in enumerate(page.evaluate(DRAWN)):
        wanted = {day: number(cells[place]) for day, cells in rows.items() if cells[place] != "–"}
        assert {d["label"]: number(d["value"]) for d in dots} == wanted and len(wanted) > 3
        ordered = sorted(dots, key=lambda d: d["middle"])
        assert [d["label"] for d in ordered] == list(reversed(wanted))
        low, high = min(dots, key=lambda d: number(d["value"])), max(dots, key=lambda d: number(d["value"]))
        if number(high["value"]) > number(low["value"]):
            scale = (low["top"] - high["top"]) / (number(high["value"]) - number(low["value"]))
            assert scale > 0 and all(
                abs(low["top"] - d["top"] - scale * (number(d["value"]) - number(low["value"]))) < 1 for d in dots
            )


def test_the_map_of_tickets_frames_the_published_hours_where_they_are(lived: str, page: Page) -> None:
    page.goto(lived.format("numbers"))
    grid = page.locator("table.heat").evaluate(HEAT)
    assert len(grid) == 7
    for day, cells in enumerate(grid):
        assert [c["hour"] for c in cells] == [str(h) for h in range(24)], "each cell stands below its own hour"
        assert all(c["level"] for c in cells), "and beside its own day"
        if day < 5:
            framed = (
                {9: "dashed"}
                | dict.fromkeys(range(10, 17), "solid")
                | (dict.fromkeys((0, 1), "solid") if day == 0 else {})
            )
        else:
            framed = dict.fromkeys((22, 23), "solid") | (dict.fromkeys((0, 1), "solid") if day == 6 else {})
        assert {hour: c["frame"] for hour, c in enumerate(cells) if c["frame"] != "none"} == framed, day
    made = sum(int(c["shown"] or 0) for cells in grid for c in cells)
    assert made > 10
    assert f"of {made} tickets came within" in page.locator("section", has=page.locator("table.heat")).inner_text()


def test_a_fixture_is_looked_at_mended_and_downloaded(make_bot: Callable[..., BotProcess], page: Page) -> None:
    from tests.browser.test_console import problems, tell, until

    bot = make_bot()
    tell(bot, "a", "my neighbour Quirijn has my lamp, it is broken, Jane Doe, jane@example.com", "yes please")
    enter(page, bot)
    until(page, bot.url + "/console/conversations", "my neighbour")
    page.get_by_role("link", name="my neighbour").click()
    page.get_by_role("link", name="Make a test fixture").click()
    expect(page.locator("mark.left", has_text="Quirijn").first).to_be_visible()
    assert "Jane" not in page.locator("pre.look").inner_text()
    assert problems(page) == []
    page.get_by_role("checkbox", name="Quirijn").check()
    page.get_by_role("button", name="Replace the ticked words").click()
    expect(page.locator("pre.look")).not_to_contain_text("Quirijn")
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was downloaded")
    page.get_by_role("checkbox", name="I have looked").check()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download").click()
    text = begun.value.path().read_text(encoding="utf-8")
    assert text.startswith("test_cases:") and "Quirijn" not in text and "jane@example.com" not in text
