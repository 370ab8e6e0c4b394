"""Every number, drawing and table of the console against a second, plain count of the rows they stand for
(`plainly`)."""

from __future__ import annotations

import asyncio
import datetime
import pathlib
import random
import time
import zoneinfo
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.chat.hours import read_hours
from bot.clock import now_text
from bot.history.figures import MEANINGS, Days, by_day, health, measure, open_cells, ratings, tickets_made, week
from bot.history.search import Query, find
from bot.history.summaries import OUTCOMES, renew
from bot.store.accounts import Role
from bot.store.console_tables import summary
from bot.store.database import Store
from bot.store.edited_articles import edited
from bot.store.tables import conversation, desk_ticket, happening, outbox, turn
from dialogue import events
from tests.bot.console import plainly
from tests.bot.console.conftest import Desk, console
from tests.conftest import SUPPORT
from ticket_bridge.helpdesks.contract import Rejected, Unreachable
from ticket_bridge.helpdesks.desk import Desk as BuiltIn
from ticket_bridge.outbox import deliver_again

NOW = datetime.datetime.now(datetime.UTC)
LINES = (
    "hi", "???", "hmm", "how long does delivery take?", "what is your return policy?", "how do I contact support?",
    "is there a shop in Bergen?", "do you sell purple elephants with wheels?", "my lamp is broken",
    "my kettle leaks, it is poison", "the parcel was empty and torn", "open a ticket", "I want a human", "yes please",
    "no thanks", "never mind", "Jane Doe", "Jane Doe, jane@example.com", "jane@example.com",
    "any update on my ticket?", "thanks", "bye", "it is cursed and slow",
    "open a ticket, my chair is slow, Ines Costa, ines@example.com",
    "open a ticket, my poison lamp broke, Ole Dahl, ole@example.com", "4", "that didn't help", "...",
)  # fmt: skip
#: What random lines come to too seldom.
BEGINNINGS = (
    *((), (), ()),
    ("my lamp is broken", "no thanks"),
    ("my order never came", "yes", "never mind"),
    ("open a ticket, my poison kettle leaks, Olu Ade, olu@example.com",),
    ("???", "bla"),
)
LOCALES = (None, "de-AT", "ar", "fr", "en")


class Moody(BuiltIn):
    """The built-in desk, which refuses what speaks of poison and cannot be reached about what is slow."""

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        if "poison" in payload["reason"]:
            raise Rejected("no such product", status=422)
        if "slow" in payload["reason"]:
            raise Unreachable("away", maybe_created=False)
        return await super().create(payload, key=key, earlier=earlier)


def moody(store: Store) -> Moody:
    return Moody(store.transact, desk_ticket, clock=now_text)


async def hold(desk: Desk, rng: random.Random, chats: int) -> list[str]:
    """Conversations of random lines, some with a person of the shop, a rating or nothing said, moved to random moments
    of the last days, the borders between days among them."""
    ids = []
    for _ in range(chats):
        chat, _token = await desk.bot.hub.begin(locale=rng.choice(LOCALES))
        if rng.random() < 0.15:
            await chat.tell(events.AgentJoined("Maya", account=1))
        said = [*rng.choice(BEGINNINGS), *(rng.choice(LINES) for _ in range(rng.randrange(7)))]
        for place, words in enumerate(said):
            await chat.hear(f"m{place}", words)
            if rng.random() < 0.1:
                joins = events.AgentJoined("Maya", account=1)
                await chat.tell(rng.choice((joins, events.AgentLeft(settled=rng.random() < 0.5))))
        if rng.random() < 0.3:
            await chat.tell(events.ShopperRated(rng.choice((1, 2, 3, 4, 5))))
        ids.append(chat.id)
    await tried(desk.bot.store)
    for number, id in enumerate(ids):
        await move(desk.bot.store, id, moment(rng, number))
    return ids


async def tried(store: Store) -> None:
    """Until every ticket is filed or refused, or its shopper knows that it is saved."""
    waiting = select(outbox.c.key).where(outbox.c.status.not_in(("filed", "refused")), outbox.c.told_saved == 0)
    while True:
        async with store.read() as connection:
            if not list(await connection.execute(waiting)):
                return
        await asyncio.sleep(0.02)


def moment(rng: random.Random, number: int) -> datetime.datetime:
    """Some moment before now; every third within a second of midnight."""
    at = NOW - datetime.timedelta(seconds=rng.uniform(0, 9 * 86_400))
    if number % 3 == 0:
        at = at.replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(
            milliseconds=rng.choice((-1, 0, 1))
        )
    return at


def _text(at: datetime.datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def move(store: Store, id: str, began: datetime.datetime) -> None:
    """As if the conversation had begun then: all of its times, by as much."""

    def job(connection: Connection) -> None:
        row = connection.execute(select(conversation).where(conversation.c.id == id)).one()
        by = began - datetime.datetime.fromisoformat(row.created_at.replace("Z", "+00:00"))

        def moved(at: str) -> str:
            return _text(datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) + by)

        values = {"created_at": _text(began), "updated_at": moved(row.updated_at)}
        connection.execute(update(conversation).where(conversation.c.id == id).values(**values))
        for line in connection.execute(select(turn).where(turn.c.conversation == id)).all():
            own = (turn.c.conversation == id) & (turn.c.seq == line.seq)
            connection.execute(update(turn).where(own).values(at=moved(line.at)))
        shift = outbox.c.created_at + by.total_seconds()
        connection.execute(update(outbox).where(outbox.c.conversation == id).values(created_at=shift))

    await store.transact(job)


async def mark_rasa(store: Store, ids: Sequence[str]) -> None:
    """As if Rasa had had the last word on every message of these conversations."""

    def job(connection: Connection) -> None:
        for row in connection.execute(select(happening).where(happening.c.conversation.in_(ids))).all():
            place = (happening.c.conversation == row.conversation) & (happening.c.number == row.number)
            told = row.events.replace('"by":"rules"', '"by":"rasa"')
            connection.execute(update(happening).where(place).values(events=told))

    await store.transact(job)


@pytest.fixture
async def lived(database_url: str) -> AsyncIterator[Desk]:
    """A console over random conversations."""
    async with console(database_url, helpdesk=moody) as desk:
        ids = await hold(desk, random.Random(16), 80)
        await mark_rasa(desk.bot.store, ids[::7])
        await desk.archive()
        yield desk


def spans() -> list[tuple[datetime.date, datetime.date]]:
    """Ranges of days: each single day, some of several, an empty one long ago and one that is not over."""
    days = [NOW.date() - datetime.timedelta(days=n) for n in range(11)]
    ranges = [(d, d) for d in days] + [(days[n + m], days[n]) for n in range(4) for m in (1, 3, 6)]
    past = datetime.date(2001, 2, 28)
    return [*ranges, (past, past), (days[0], days[0] + datetime.timedelta(days=400)), (days[10], days[0])]


def same(found: Any, wanted: Any) -> bool:
    """The same numbers, but for what adding floats in another order makes of the last place."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[k], v) for k, v in wanted.items())
    if isinstance(wanted, tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(found == (pytest.approx(wanted, abs=0.051) if isinstance(wanted, float) else wanted))


async def test_every_number_is_what_the_rows_say(lived: Desk) -> None:
    seen: dict[str, set[Any]] = {name: set() for name in MEANINGS}
    async with lived.bot.store.read() as connection:
        every = await plainly.chats(connection)
        for first, last in spans():
            days = Days(first, last)
            found, wanted = await measure(connection, days), plainly.numbers(every, first, last)
            assert set(found) == set(MEANINGS) and set(wanted) == set(MEANINGS) - {"violations"}
            for name, value in wanted.items():
                assert same(found[name], value), (name, first, last, found[name], value)
                seen[name].add(value)
            assert found["violations"] == 0
            assert same(await by_day(connection, days), plainly.outcomes_by_day(every, first, last))
            assert same(await health(connection, days), plainly.health_by_day(every, first, last))
            rated = [c.rating for c in plainly.within(every, first, last)]
            assert await ratings(connection, days) == {n: rated.count(n) for n in range(1, 6)}
            made = await tickets_made(connection, days)
            for zone in (datetime.UTC, zoneinfo.ZoneInfo("Pacific/Auckland"), zoneinfo.ZoneInfo("America/St_Johns")):
                grid = week(made, zone)
                counted = {(d, h): n for d, row in enumerate(grid) for h, n in enumerate(row) if n}
                assert counted == plainly.tickets_by_hour(every, first, last, zone)
    untried = {name for name, values in seen.items() if len(values - {0, None}) < 2}
    assert untried == {"violations", "reasks"}, "the conversations put these numbers to no test"
    kinds = {c.outcome() for c in every}
    assert kinds >= {"filed", "saved", "refused", "declined", "left", "answered", "redirected", "chat"}, kinds


async def test_the_lists_filters_are_counted_alike(lived: Desk) -> None:
    """A number's conversations are those that the list finds under the same name."""
    async with lived.bot.store.read() as connection:
        every = await plainly.chats(connection)
    wanted = plainly.numbers(every, *spans()[-1])
    for outcome in (*OUTCOMES, "abandoned"):
        page = await find(lived.bot.store, Query.read({"outcome": outcome}), hidden=False, limit=1_000)
        mine = wanted["abandoned"] if outcome == "abandoned" else len([c for c in every if c.outcome() == outcome])
        assert len(page.rows) == mine, outcome
    page = await find(lived.bot.store, Query.read({"flag": "fallback"}), hidden=False, limit=1_000)
    assert {r.conversation for r in page.rows} == {c.row.id for c in every if c.misread >= 2} != set()


@pytest.mark.unlawful
async def test_turns_that_ask_again_are_counted_once_each(either: Desk) -> None:
    """What the bot never does is put into its rows by hand."""
    for number in range(4):
        id = await either.chat("open a ticket, Jane Doe, jane@example.com", "hmm")
        asks = ("[]", '["name"]', '["name","email"]', '["reason"]')[number]
        mine = (turn.c.conversation == id) & (turn.c.act == "remind")
        stale = update(summary).where(summary.c.conversation == id).values(version=0)
        ask_again = update(turn).where(mine).values(asks=asks)
        assert await either.bot.store.transact(lambda c, job=ask_again: c.execute(job).rowcount) == 1
        await either.bot.store.transact(lambda c, job=stale: c.execute(job) and None)
    await either.archive()
    today = datetime.datetime.now(datetime.UTC).date()
    async with either.bot.store.read() as connection:
        found = await measure(connection, Days(today - datetime.timedelta(days=1), today))
        every = await plainly.chats(connection)
    assert found["reasks"] == sum(c.asked_again() for c in every) == 2
    assert found["violations"] and found["violations"] >= 3


async def test_a_ticket_sent_again_is_on_its_way_again_at_once(tmp_path: pathlib.Path) -> None:
    """No happening tells of it, so the summary is made anew by whoever sends it."""
    async with console(f"sqlite+aiosqlite:///{tmp_path}/again.db", helpdesk=moody) as desk:
        id = await desk.chat("open a ticket, my lamp is poison, Jane Doe, jane@example.com")

        async def stands() -> tuple[str, int, int]:
            query = select(summary.c.outcome, summary.c.tickets, summary.c.refused).where(summary.c.conversation == id)
            async with desk.bot.store.read() as connection:
                row = (await connection.execute(query)).one()
            return row.outcome, row.tickets, row.refused

        assert await stands() == ("refused", 0, 1)
        references = await desk.bot.store.transact(lambda c: deliver_again(c, outbox, now=time.time() + 3600))
        await renew(desk.bot.store, references, support_email=SUPPORT)
        assert await stands() == ("saved", 1, 0)


# ---------------------------------------------------------------- published hours


def plain_hours(text: str) -> set[tuple[int, int]]:
    """The minutes of a week (weekday, minute of the day) in hours of one part, read once more by hand."""
    days, times = text.split(" ")[:2]
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    first, _, final = days.partition("-")
    begin, end = (int(t[:2]) * 60 + int(t[3:]) for t in times.split("-"))
    found, day = set(), names.index(first)
    while True:
        minute = begin
        while minute < (end if begin < end else end + 1440):
            found.add(((day + minute // 1440) % 7, minute % 1440))
            minute += 1
        if names[day] == (final or first):
            return found
        day = (day + 1) % 7


clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
weekday = st.sampled_from("Mon Tue Wed Thu Fri Sat Sun".split())


@given(weekday, weekday, clock, clock)
def test_hours_are_drawn_where_they_are(first: str, last: str, begin: str, end: str) -> None:
    """Over midnight, over the week's end and in parts of an hour."""
    text = f"{first}-{last} {begin}-{end} Europe/Berlin"
    hours = read_hours(text)
    if begin == end:
        assert hours is None
        return
    assert hours is not None
    minutes = plain_hours(text)
    cells = open_cells(hours)
    for day in range(7):
        for hour in range(24):
            many = len([m for d, m in minutes if d == day and m // 60 == hour])
            assert cells.get((day, hour)) == (None if not many else "open" if many == 60 else "partly")
    monday = datetime.datetime(2026, 1, 5, tzinfo=hours.zone)
    for day, minute in [(d, m) for d in range(7) for m in (0, 59, 60, 539, 540, 1020, 1439)]:
        assert hours.open_at(monday + datetime.timedelta(days=day, minutes=minute)) == ((day, minute) in minutes)


async def test_tickets_within_the_hours_are_counted_by_the_minute(tmp_path: pathlib.Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hours.db"
    async with console(url, hours="Fri-Sun 22:30-02:15 America/New_York") as desk:
        zone = zoneinfo.ZoneInfo("America/New_York")
        local = [(2, 22, 29), (2, 22, 30), (3, 2, 14), (3, 2, 15), (4, 0, 0), (5, 2, 14), (5, 22, 40), (6, 2, 14)]
        for day, hour, minute in local:
            id = await desk.chat("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
            at = datetime.datetime(2026, 1, day, hour, minute, 30, tzinfo=zone).timestamp()
            made = update(outbox).where(outbox.c.conversation == id).values(created_at=at)
            await desk.bot.store.transact(lambda c, job=made: c.execute(job) and None)
        page = await (await desk.as_role(Role.VIEWER)).get("/numbers?since=2026-01-01&until=2026-01-10")
        assert "4 of 8 tickets came within the published hours" in page


@pytest.mark.parametrize("address", ["since=0001-01-01&until=0001-01-05", "until=9999-12-31", "since=9999-12-31"])
async def test_days_without_days_around_them_are_refused_in_words(desk: Desk, address: str) -> None:
    visitor = await desk.as_role(Role.REVIEWER)
    for page in ("/numbers", "/numbers.csv", "/drawings/outcomes.svg", "/gaps"):
        assert "days such as" in await visitor.get(f"{page}?{address}", 422)
    assert "must be a day" in await visitor.get(f"/conversations?{address}", 422)


# ---------------------------------------------------------------- questions without an article


ARTICLE = """---
id: bergen
title: Returns in Bergen
sources:
  - "000"
revised: 2026-01-01
questions:
  - can I return skis in Bergen
---
Skis can be returned in Bergen.
"""


async def test_a_group_is_answered_when_each_of_its_questions_is(desk: Desk) -> None:
    """The newest question has an article by now and another has none: the group is not done, for a viewer neither."""
    for words in (
        "can I buy skis in Bergen?",
        "can I return skis in Bergen?",
        "can I return skis in Bergen",
    ):
        await desk.chat(words)
    lead, viewer = await desk.as_role(Role.ADMINISTRATOR), await desk.as_role(Role.VIEWER)
    page = await lead.get("/gaps")
    assert "3 ×" in page and "answered by now" not in page.lower() and "Draft an article" in page
    desk.bot.answers.reload(await edited(desk.bot.store) | {"bergen": ARTICLE})
    judged = [
        desk.bot.answers.ask(q).text is not None for q in ("can I return skis in Bergen?", "can I buy skis in Bergen?")
    ]
    assert judged == [True, False], "the articles judge these otherwise now: choose other questions"
    for page in (await lead.get("/gaps"), await viewer.get("/gaps")):
        assert "2 of 3 are answered by now" in page and "Returns in Bergen" in page
    assert "articles-new?question=can%20I%20buy%20skis%20in%20Bergen" in await lead.get("/gaps")
    wider = ARTICLE.replace("questions:\n", "questions:\n  - can I buy skis in Bergen\n")
    desk.bot.answers.reload({"bergen": wider.replace("in Bergen.", "in Bergen, and bought.")})
    page = await lead.get("/gaps")
    assert "Answered by now" in page and "Draft an article" not in page
