"""What is measured, over the summaries of the conversations that began in some days; what a number means stands beside
it.

`measure` gives every number of `MEANINGS`; the rest is drawn: outcomes and health by day, ratings, tickets by weekday
and hour, texts grouped by what they are about.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypedDict, TypeVar

import orjson
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.hours import Hours
from bot.clock import as_text, now
from bot.history.search import ABANDONED_AFTER
from bot.store.console_tables import summary
from bot.store.tables import conversation, outbox
from kb_answers.search import terms

T = TypeVar("T")

#: Of so many texts, the newest, groups are made.
GROUPED = 3_000
_EXAMPLES = 5


class Meaning(NamedTuple):
    """What a number is called, what it means, and whether its share of the conversations stands beside it."""

    label: str
    meaning: str
    share: bool = False


#: Each number of `measure`, in the order of the page.
MEANINGS: dict[str, Meaning] = {
    "conversations": Meaning(
        "Conversations",
        "Chats that began in these days and hold at least one turn.",
    ),
    "answered": Meaning(
        "Answered from articles",
        "Conversations with at least one answer quoted from an article or the approved contact answer. "
        "Whether it solved the matter is not assumed.",
        share=True,
    ),
    "offered": Meaning(
        "Offered a ticket",
        "Conversations in which the bot offered a ticket.",
        share=True,
    ),
    "with_ticket": Meaning(
        "With a ticket",
        "Conversations with a ticket that is filed or on its way.",
        share=True,
    ),
    "tickets": Meaning(
        "Tickets",
        "Tickets of these conversations, filed or on their way.",
    ),
    "refused": Meaning(
        "Refused tickets",
        "Tickets of these conversations that the helpdesk refused. They wait under Tickets until somebody"
        " mends the cause and sends them again.",
    ),
    "saved": Meaning(
        "Saved first",
        "Conversations whose shopper was told that the ticket is saved, because the helpdesk was slow, "
        "down, or refused it.",
        share=True,
    ),
    "abandoned": Meaning(
        "Abandoned",
        "There is no ticket, an offer or a request for details is open, and the shopper wrote last half "
        "an hour ago or longer.",
        share=True,
    ),
    "declined": Meaning(
        "Declined",
        "A ticket was offered or begun, the shopper said no or stopped it, and no ticket came or is open since.",
        share=True,
    ),
    "gaps": Meaning(
        "Questions without an article",
        "Questions that no article answered when they were asked.",
    ),
    "reasks": Meaning(
        "Asked again for what was given",
        "Turns that asked for a field already given, or to confirm it (R2). Must be 0.",
    ),
    "violations": Meaning(
        "Rule violations",
        "What the referee found wrong under the strict rules. Must be 0.",
    ),
    "fallback_rate": Meaning(
        "Not understood",
        "The share of shopper messages that got “I'm not sure what you mean”.",
    ),
    "first_answer": Meaning(
        "First answer, median",
        "From the shopper's first message to the bot's turns stored, in milliseconds: half of the "
        "conversations whose first message the bot answered were faster, or as fast.",
    ),
    "first_answer_p95": Meaning(
        "First answer, slowest 5 %",
        "95 of 100 of these conversations were faster than this, or as fast, in milliseconds.",
    ),
    "ratings": Meaning(
        "Ratings",
        "Conversations that were rated.",
        share=True,
    ),
    "rating": Meaning(
        "Average rating",
        "The mean of the ratings from 1 to 5.",
    ),
    "with_rasa": Meaning(
        "Understood with Rasa",
        "Conversations in which Rasa was asked about a message and answered; the rest was understood without it.",
        share=True,
    ),
    "rasa_ms": Meaning(
        "First answer with Rasa",
        "The mean time to the first answer, in milliseconds, where Rasa was asked in the conversation: "
        "its latency is in it.",
    ),
}


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
        """The first day, and the day after the last."""
        return self.first.isoformat(), (self.last + datetime.timedelta(days=1)).isoformat()

    @property
    def each(self) -> list[str]:
        """Every day as ISO 8601."""
        return [(self.first + datetime.timedelta(days=n)).isoformat() for n in range((self.last - self.first).days + 1)]


def _in(days: Days) -> list[ColumnElement[bool]]:
    first, end = days.bounds
    return [summary.c.created_at >= first, summary.c.created_at < end]


async def measure(connection: AsyncConnection, days: Days) -> dict[str, float | None]:
    """Every number of `MEANINGS` for these days."""
    s = summary.c
    late = as_text(now() - ABANDONED_AFTER)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def total(column: ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column), 0)

    idle = func.coalesce(s.heard_at, s.updated_at) < late
    query = select(
        func.count().label("conversations"),
        count(s.answered > 0).label("answered"),
        count(s.offered > 0).label("offered"),
        count(s.tickets > 0).label("with_ticket"),
        total(s.tickets).label("tickets"),
        total(s.refused).label("refused"),
        count(s.saved > 0).label("saved"),
        count((s.outcome == "left") & idle).label("abandoned"),
        count(s.outcome == "declined").label("declined"),
        total(s.gaps).label("gaps"),
        total(s.reasks).label("reasks"),
        total(s.violations).label("violations"),
        total(s.heard).label("heard"),
        total(s.fallbacks).label("fallbacks"),
        func.count(s.rating).label("ratings"),
        func.avg(s.rating).label("rating"),
        count(s.understood_by == "rasa").label("with_rasa"),
        func.avg(case((s.understood_by == "rasa", s.first_answer_ms))).label("rasa_ms"),
        func.count(s.first_answer_ms).label("timed"),
    )
    row = (await connection.execute(query.where(*_in(days)))).one()
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
    """How many conversations were rated with each score from 1 to 5."""
    query = select(summary.c.rating, func.count()).where(*_in(days), summary.c.rating.is_not(None))
    rows = await connection.execute(query.group_by(summary.c.rating))
    counted = {row[0]: row[1] for row in rows}
    return {score: counted.get(score, 0) for score in range(1, 6)}


async def health(connection: AsyncConnection, days: Days) -> dict[str, tuple[float | None, float | None]]:
    """By day: the share of messages not understood (percent), and the mean time to the first answer (ms)."""
    s, day = summary.c, func.substr(summary.c.created_at, 1, 10)
    query = select(day, func.sum(s.fallbacks), func.sum(s.heard), func.avg(s.first_answer_ms))
    rows = await connection.execute(query.where(*_in(days)).group_by(day))
    return {
        row[0]: (round(100 * row[1] / row[2], 2) if row[2] else None, round(row[3], 1) if row[3] is not None else None)
        for row in rows
    }


def _seconds(days: Days) -> tuple[float, float]:
    """The bounds of `days` in seconds since the epoch."""
    first, end = (datetime.datetime.fromisoformat(d + "T00:00:00+00:00").timestamp() for d in days.bounds)
    return first, end


async def tickets_made(connection: AsyncConnection, days: Days) -> list[float]:
    """When each ticket of these days was made, in seconds since the epoch, whatever became of it."""
    first, end = _seconds(days)
    made = select(outbox.c.created_at).where(outbox.c.created_at >= first, outbox.c.created_at < end)
    return [float(at) for at in await connection.scalars(made)]


async def reasons_given(connection: AsyncConnection, days: Days) -> list[tuple[str, str]]:
    """The reasons of the newest tickets of these days with their conversations; none of a shopper who was forgotten."""
    first, end = _seconds(days)
    c = outbox.c
    query = select(c.payload, c.conversation).join(conversation, conversation.c.id == c.conversation)
    query = query.where(c.created_at >= first, c.created_at < end, conversation.c.erased_at.is_(None))
    rows = await connection.execute(query.order_by(c.created_at.desc()).limit(GROUPED))
    return [(str(orjson.loads(row.payload).get("reason") or ""), row.conversation) for row in rows]


def week(made: Iterable[float], zone: datetime.tzinfo) -> list[list[int]]:
    """How many tickets were made on each weekday (rows, from Monday) in each hour (columns), in `zone`."""
    grid = [[0] * 24 for _ in range(7)]
    for seconds in made:
        at = datetime.datetime.fromtimestamp(seconds, zone)
        grid[at.weekday()][at.hour] += 1
    return grid


def open_cells(hours: Hours | None) -> dict[tuple[int, int], str]:
    """The cells (weekday from 0 for Monday, hour) of the published hours: `open`, or `partly` where only a part of the
    hour is."""
    minutes = {(day, minute) for day, first, end in hours.spans for minute in range(first, end)} if hours else set()
    by_cell = Counter((day, minute // 60) for day, minute in minutes)
    return {cell: "open" if many == 60 else "partly" for cell, many in by_cell.items()}


class Group(TypedDict, Generic[T]):
    """Texts that are about the same: their number, up to five different `examples` of them, and `all` of them, each
    with what came with it; `terms`: the word stems of the first."""

    terms: frozenset[str]
    count: int
    examples: list[tuple[str, T]]
    all: list[tuple[str, T]]


def alike(texts: Sequence[tuple[str, T]], least: float = 0.5) -> list[Group[T]]:
    """Texts, each with whatever comes with it, grouped by the word stems they share (Jaccard at least `least` with the
    group's first text), the largest group first."""
    groups: list[Group[T]] = []
    by_term: dict[str, list[int]] = {}
    for text, what in texts:
        own = frozenset(terms(text)) or frozenset({text.casefold()})
        near = Counter(g for term in own for g in by_term.get(term, ()))
        best = max(near, key=lambda g: near[g] / len(own | groups[g]["terms"]), default=None)
        if best is None or near[best] / len(own | groups[best]["terms"]) < least:
            best = len(groups)
            groups.append({"terms": own, "count": 0, "examples": [], "all": []})
            for term in own:
                by_term.setdefault(term, []).append(best)
        group = groups[best]
        group["count"] += 1
        group["all"].append((text, what))
        if len(group["examples"]) < _EXAMPLES and text not in [e[0] for e in group["examples"]]:
            group["examples"].append((text, what))
    return sorted(groups, key=lambda g: -g["count"])
