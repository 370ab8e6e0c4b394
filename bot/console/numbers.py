"""Numbers that mean something, over the summaries of the conversations that began in some days, beside the days before."""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from bot.console import charts
from bot.console.archive import OUTCOMES
from bot.console.comments import newest_comments
from bot.console.finding import ABANDONED_AFTER
from bot.console.reading import cell
from bot.console.shown import groups_as_seen
from bot.console.site import Ask, Refused
from bot.hours import read_hours
from bot.store.console_tables import summary
from bot.store.tables import gap, outbox
from kb_answers.search import terms

_DAYS = 30
_LONGEST = 800
_GROUPED = 3_000
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: Each number: its name, what it means, and whether a share of the conversations stands beside it.
MEANINGS: dict[str, tuple[str, str, bool]] = {
    "conversations": ("Conversations", "Chats that began in these days and in which something was said.", False),
    "answered": ("Answered from articles", "Conversations with at least one answer quoted from an article or the approved contact "
                 "answer. Whether it solved the matter is not assumed.", True),
    "offered": ("Offered a ticket", "Conversations in which the bot offered a ticket.", True),
    "with_ticket": ("With a ticket", "Conversations that ended in a ticket, filed or on its way.", True),
    "tickets": ("Tickets", "Tickets of these conversations, filed or on their way.", False),
    "saved": ("Saved first", "Conversations whose shopper was told that the ticket is saved, because the helpdesk was slow or down.", True),
    "abandoned": ("Abandoned", "An offer or a request for details was open when the shopper stopped writing, half an hour ago or "
                  "longer.", True),
    "declined": ("Declined", "A ticket was offered or begun, and the shopper said no or stopped it.", True),
    "gaps": ("Questions without an article", "Questions that no article answers.", False),
    "reasks": ("Asked again for what was given", "Turns that asked for a field already given (R2). Must be 0.", False),
    "violations": ("Rule violations", "What the referee found wrong under the strict rules. Must be 0.", False),
    "fallback_rate": ("Not understood", "The share of shopper messages that got “I'm not sure what you mean”.", False),
    "first_answer": ("First answer, median", "From the shopper's first message to the bot's turns stored, in milliseconds: half of "
                     "the conversations were faster.", False),
    "first_answer_p95": ("First answer, slowest 5 %", "95 of 100 conversations were faster than this, in milliseconds.", False),
    "ratings": ("Ratings", "Conversations that were rated.", True),
    "rating": ("Average rating", "The mean of the ratings from 1 to 5.", False),
    "with_rasa": ("Understood with Rasa", "Conversations in which Rasa was asked about a message and answered; the rest was "
                  "understood by rules alone.", True),
    "rasa_ms": ("First answer with Rasa", "The mean time to the first answer, in milliseconds, where Rasa was asked in the conversation: "
                "its latency is in it.", False),
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def before(self) -> Days:
        """As many days, just before."""
        length = (self.last - self.first).days + 1
        return Days(self.first - datetime.timedelta(days=length), self.first - datetime.timedelta(days=1))

    @property
    def bounds(self) -> tuple[str, str]:
        return self.first.isoformat(), (self.last + datetime.timedelta(days=1)).isoformat()

    @property
    def each(self) -> list[str]:
        return [(self.first + datetime.timedelta(days=n)).isoformat() for n in range((self.last - self.first).days + 1)]


def days_of(given: Mapping[str, str]) -> Days:
    """The days an address names; the last thirty where it names none. Raises `Refused`."""
    today = datetime.datetime.now(datetime.UTC).date()
    try:
        last = datetime.date.fromisoformat(given.get("until") or today.isoformat())
        first = datetime.date.fromisoformat(
            given.get("since") or (last - datetime.timedelta(days=_DAYS - 1)).isoformat()
        )
    except ValueError as error:
        raise Refused(422, "“since” and “until” are days such as 2026-11-21.") from error
    if not 0 <= (last - first).days < _LONGEST:
        raise Refused(422, f"“since” must not be after “until”, nor more than {_LONGEST} days before it.")
    return Days(first, last)


def _in(days: Days) -> list[Any]:
    first, end = days.bounds
    return [summary.c.created_at >= first, summary.c.created_at < end]


async def measure(connection: AsyncConnection, days: Days) -> dict[str, float | None]:
    """Every number of `MEANINGS` for these days."""
    s = summary.c
    late = (datetime.datetime.now(datetime.UTC) - ABANDONED_AFTER).isoformat(timespec="milliseconds")

    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def total(column: Any) -> Any:
        return func.coalesce(func.sum(column), 0)

    row = (await connection.execute(select(
        func.count().label("conversations"), count(s.answered > 0).label("answered"), count(s.offered > 0).label("offered"),
        count(s.tickets > 0).label("with_ticket"), total(s.tickets).label("tickets"), count(s.saved > 0).label("saved"),
        count((s.outcome == "left") & (s.updated_at < late)).label("abandoned"), count(s.outcome == "declined").label("declined"),
        total(s.gaps).label("gaps"), total(s.reasks).label("reasks"), total(s.violations).label("violations"),
        total(s.heard).label("heard"), total(s.fallbacks).label("fallbacks"), func.count(s.rating).label("ratings"),
        func.avg(s.rating).label("rating"), count(s.understood_by == "rasa").label("with_rasa"),
        func.avg(case((s.understood_by == "rasa", s.first_answer_ms))).label("rasa_ms"),
        func.count(s.first_answer_ms).label("timed"),
    ).where(*_in(days)))).one()  # fmt: skip
    found: dict[str, float | None] = {name: getattr(row, name) for name in MEANINGS if hasattr(row, name)}
    found["rating"] = round(float(row.rating), 2) if row.rating is not None else None
    found["fallback_rate"] = round(row.fallbacks / row.heard, 4) if row.heard else None
    for name, share in (("first_answer", 0.5), ("first_answer_p95", 0.95)):
        place = min(row.timed - 1, int(row.timed * share))
        query = select(s.first_answer_ms).where(*_in(days), s.first_answer_ms.is_not(None)).order_by(s.first_answer_ms)
        found[name] = await connection.scalar(query.offset(place).limit(1)) if row.timed else None
    return found


async def by_day(connection: AsyncConnection, days: Days) -> dict[str, dict[str, int]]:
    """Outcomes by day: outcome -> day -> conversations."""
    day = func.substr(summary.c.created_at, 1, 10)
    rows = await connection.execute(
        select(day, summary.c.outcome, func.count()).where(*_in(days)).group_by(day, summary.c.outcome)
    )
    found: dict[str, dict[str, int]] = {}
    for at, outcome, n in rows:
        found.setdefault(outcome, {})[at] = n
    return found


async def ratings(connection: AsyncConnection, days: Days) -> dict[int, int]:
    rows = await connection.execute(select(summary.c.rating, func.count()).where(*_in(days), summary.c.rating.is_not(None))
                                    .group_by(summary.c.rating))  # fmt: skip
    counted = {row[0]: row[1] for row in rows}
    return {score: counted.get(score, 0) for score in range(1, 6)}


async def health(connection: AsyncConnection, days: Days) -> dict[str, tuple[float | None, float | None]]:
    """By day: the share of messages not understood (percent), and the mean time to the first answer (ms)."""
    s, day = summary.c, func.substr(summary.c.created_at, 1, 10)
    rows = await connection.execute(select(day, func.sum(s.fallbacks), func.sum(s.heard), func.avg(s.first_answer_ms))
                                    .where(*_in(days)).group_by(day))  # fmt: skip
    return {
        row[0]: (round(100 * row[1] / row[2], 2) if row[2] else None, round(row[3], 1) if row[3] else None)
        for row in rows
    }


async def tickets_in(connection: AsyncConnection, days: Days) -> list[Any]:
    """Tickets by when they were made: (seconds since the epoch, payload, conversation), the newest first."""
    first, end = (datetime.datetime.fromisoformat(d + "T00:00:00+00:00").timestamp() for d in days.bounds)
    c = outbox.c
    query = select(c.created_at, c.payload, c.conversation).where(c.created_at >= first, c.created_at < end)
    return list(await connection.execute(query.order_by(c.created_at.desc()).limit(50_000)))


def week(tickets: Iterable[Any], zone: datetime.tzinfo) -> list[list[int]]:
    """How many tickets were made on each weekday (rows, from Monday) in each hour (columns), in `zone`."""
    grid = [[0] * 24 for _ in range(7)]
    for row in tickets:
        at = datetime.datetime.fromtimestamp(row[0], zone)
        grid[at.weekday()][at.hour] += 1
    return grid


def alike(texts: Sequence[tuple[str, Any]], least: float = 0.5) -> list[dict[str, Any]]:
    """Texts grouped by the word stems they share (Jaccard at least `least` with the group's first text), the largest group
    first: its count, up to five different examples, and what came with each."""
    groups: list[dict[str, Any]] = []
    by_term: dict[str, list[int]] = {}
    for text, what in texts:
        own = frozenset(terms(text)) or frozenset({text.casefold()})
        near = Counter(g for term in own for g in by_term.get(term, ()))
        best = max(near, key=lambda g: near[g] / len(own | groups[g]["terms"]), default=None)
        if best is None or near[best] / len(own | groups[best]["terms"]) < least:
            best = len(groups)
            groups.append({"terms": own, "count": 0, "examples": []})
            for term in own:
                by_term.setdefault(term, []).append(best)
        group = groups[best]
        group["count"] += 1
        if len(group["examples"]) < 5 and text not in [e[0] for e in group["examples"]]:
            group["examples"].append((text, what))
    return sorted(groups, key=lambda g: -g["count"])


async def numbers(ask: Ask) -> Response:
    """The page of numbers, with drawings and the tables beside them."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        now, before = await measure(connection, days), await measure(connection, days.before)
        outcomes, rated = await by_day(connection, days), await ratings(connection, days)
        well, tickets = await health(connection, days), await tickets_in(connection, days)
    hours = read_hours(ask.bot.settings.hours)
    zone = hours.zone if hours else datetime.UTC
    grid = week(tickets, zone)
    reasons = [(orjson.loads(t.payload).get("reason", ""), t.conversation) for t in tickets[:_GROUPED]]
    grouped = alike(reasons)[:15]
    if ask.hidden:
        grouped = await groups_as_seen(ask.bot.store, grouped)
    monday = datetime.datetime(2026, 1, 5, tzinfo=zone)
    open_hours = {
        (d, h)
        for d in range(7)
        for h in range(24)
        if hours and hours.open_at(monday + datetime.timedelta(days=d, hours=h))
    }
    inside = sum(grid[d][h] for d, h in open_hours)
    return ask.page(
        "numbers.html", days=days, before_days=days.before, now=now, before=before, meanings=MEANINGS, outcomes=outcomes,
        all_outcomes=OUTCOMES, rated=rated, well=well, grid=grid, weekdays=WEEKDAYS, most=max(map(max, grid)) or 1,
        open_hours=open_hours, hours=ask.bot.settings.hours, zone=str(zone), inside=inside, made=len(tickets),
        reasons=grouped, comments=await newest_comments(ask.bot.store, days.bounds, hidden=ask.hidden), address=f"since={days.first}&until={days.last}",
    )  # fmt: skip


async def drawing(ask: Ask) -> Response:
    """One drawing of the page of numbers."""
    days, name = days_of(dict(ask.request.query_params)), ask.part("name")
    async with ask.bot.store.read() as connection:
        if name == "outcomes":
            found = await by_day(connection, days)
            series = {o: [found[o].get(d, 0) for d in days.each] for o in OUTCOMES if o in found}
            svg = charts.stacked([d[5:] for d in days.each], series)
        elif name == "ratings":
            rated = await ratings(connection, days)
            svg = charts.bars([str(score) for score in rated], list(rated.values()), "ratings")
        elif name == "health":
            well = await health(connection, days)
            none = (None, None)
            svg = charts.lines([d[5:] for d in days.each], {
                "not understood, %": [well.get(d, none)[0] for d in days.each],
                "first answer, ms": [well.get(d, none)[1] for d in days.each]})  # fmt: skip
        else:
            raise Refused(404, "There is no such drawing.")
    policy = "default-src 'none'; style-src 'unsafe-inline'"  # the drawing's own styles, in a file shown as an image
    return Response(svg, media_type="image/svg+xml", headers={"Content-Security-Policy": policy})


async def numbers_csv(ask: Ask) -> Response:
    """The numbers of these days and the days before, as CSV."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        now, before = await measure(connection, days), await measure(connection, days.before)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "meaning", f"{days.first} to {days.last}", f"{days.before.first} to {days.before.last}"])
    for name, (label, meaning, _) in MEANINGS.items():
        writer.writerow([cell(x) for x in (label, meaning, now[name], before[name])])
    await ask.note("export numbers", f"{days.first} to {days.last}")
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="numbers-{days.last}.csv"'})  # fmt: skip


async def gaps(ask: Ask) -> Response:
    """Questions that no article answers: grouped, counted, with examples, each with the way to a draft."""
    days = days_of(dict(ask.request.query_params))
    first, end = days.bounds
    query = (
        select(gap.c.question, gap.c.conversation).where(gap.c.at >= first, gap.c.at < end).order_by(gap.c.id.desc())
    )
    async with ask.bot.store.read() as connection:
        rows = [(r.question, r.conversation) for r in await connection.execute(query.limit(_GROUPED))]
    groups = alike(rows)[:100]
    if ask.hidden:
        groups = await groups_as_seen(ask.bot.store, groups)
    for group in groups:
        asked = [(text, ask.bot.answers.ask(text)) for text, _ in group["examples"][:1]]
        group["now"] = asked[0][1] if asked else None
    return ask.page("gaps.html", days=days, groups=groups, total=len(rows), most=_GROUPED)
