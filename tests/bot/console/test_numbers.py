"""Numbers counted by hand, drawings, gaps and hours."""

from __future__ import annotations

import csv
import datetime
import io
import zoneinfo

from bot.history.figures import Days, alike, measure, week
from bot.store.accounts import Role
from dialogue import events
from tests.bot.console.conftest import Desk

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


def _today() -> Days:
    day = datetime.datetime.now(datetime.UTC).date()
    return Days(day - datetime.timedelta(days=1), day)


async def test_numbers_of_a_few_conversations(either: Desk) -> None:
    await either.chat(TICKET)
    await either.chat("how long does delivery take?", "???")
    await either.chat("my kettle leaks", "no thanks")
    rated = await either.chat("do you sell purple elephants with wheels?")
    chat = await either.bot.hub.conversation(rated)
    assert chat
    await chat.tell(events.ShopperRated(4))
    await either.archive()
    async with either.bot.store.read() as connection:
        found = await measure(connection, _today())
        nothing = await measure(connection, _today().before)
    assert found["conversations"] == 4 and found["answered"] == 1 and found["offered"] == 2
    assert found["with_ticket"] == 1 and found["tickets"] == 1 and found["declined"] == 1
    assert found["abandoned"] == 0 and found["gaps"] == 1 and found["reasks"] == 0 and found["violations"] == 0
    assert found["ratings"] == 1 and found["rating"] == 4.0
    assert found["fallback_rate"] == round(1 / 6, 4)
    assert found["first_answer"] and found["first_answer_p95"] and found["first_answer"] <= found["first_answer_p95"]
    assert nothing["conversations"] == 0 and nothing["rating"] is None and nothing["first_answer"] is None


async def test_the_page_its_drawings_and_its_csv(either: Desk) -> None:
    await either.chat(TICKET)
    visitor = await either.as_role(Role.VIEWER)
    page = await visitor.get("/numbers")
    assert (
        "Conversations" in page and "Whether it solved the matter is not assumed" in page and "lamp is broken" in page
    )
    for name in ("outcomes", "ratings", "health"):
        answer = await visitor.client.get(f"/console/drawings/{name}.svg")
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml"
        assert (
            answer.text.startswith("<svg")
            and "<script" not in answer.text
            and "http://kozea" not in answer.text.lower()
        )
    await visitor.get("/drawings/nonsense.svg", 404)
    rows = list(csv.reader(io.StringIO(await visitor.get("/numbers.csv"))))
    assert [rows[5][0], rows[5][2]] == ["Tickets", "1"]
    for wrong in ("since=soon", "since=2026-02-01&until=2026-01-01", "since=1990-01-01&until=2026-01-01"):
        await visitor.get(f"/numbers?{wrong}", 422)


async def test_questions_without_an_article_are_grouped_and_lead_to_a_draft(desk: Desk) -> None:
    for words in (
        "is there a shop in Bergen?",
        "is there a shop in Bergen",
        "which shop in Bergen is yours?",
        "can you restore an old lamp?",
    ):
        await desk.chat(words)
    page = await (await desk.as_role(Role.ADMINISTRATOR)).get("/gaps")
    assert "3 ×" in page and "1 ×" in page and page.index("3 ×") < page.index("1 ×")
    assert "/console/articles-new?question=" in page
    assert "/console/articles-new" not in await (await desk.as_role(Role.VIEWER)).get("/gaps")


def test_alike_groups_by_what_is_said() -> None:
    groups = alike(
        [("the lamp is broken", 1), ("lamp broken!", 2), ("charged twice", 3), ("??", 4), ("the lamp is broken", 5)]
    )
    assert [(g["count"], g["examples"][0][0]) for g in groups] == [
        (3, "the lamp is broken"),
        (1, "charged twice"),
        (1, "??"),
    ]
    assert groups[0]["examples"] == [("the lamp is broken", 1), ("lamp broken!", 2)]
    assert [what for _, what in groups[0]["all"]] == [1, 2, 5]


def test_the_week_is_counted_in_the_shops_zone() -> None:
    monday_midnight = datetime.datetime(2026, 1, 5, 0, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).timestamp()
    grid = week([monday_midnight], zoneinfo.ZoneInfo("Europe/Berlin"))
    assert grid[0][0] == 1 and sum(map(sum, grid)) == 1
    assert week([monday_midnight], datetime.UTC)[6][23] == 1
