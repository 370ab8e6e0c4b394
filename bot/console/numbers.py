"""Numbers that mean something, over the summaries of the conversations that began in some days, beside the days before."""

from __future__ import annotations

import asyncio
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

from bot.chat.hours import Hours, read_hours
from bot.clock import as_text, now, today
from bot.console import charts
from bot.console.conversations import cell
from bot.console.site import Ask, Refused
from bot.history.comments import newest_comments
from bot.history.masking import masked
from bot.history.search import ABANDONED_AFTER, day_of
from bot.history.shown import groups_as_seen, names_of_each
from bot.history.summaries import OUTCOMES
from bot.store.console_tables import summary
from bot.store.tables import conversation, gap, outbox
from kb_answers.search import terms

_DAYS = 30
_LONGEST = 800
_GROUPED = 3_000
_EXAMPLES = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: Each number: its name, what it means, and whether a share of the conversations stands beside it.
MEANINGS: dict[str, tuple[str, str, bool]] = {
    "conversations": ("Conversations", "Chats that began in these days and hold at least one turn.", False),
    "answered": ("Answered from articles", "Conversations with at least one answer quoted from an article or the approved contact "
                 "answer. Whether it solved the matter is not assumed.", True),
    "offered": ("Offered a ticket", "Conversations in which the bot offered a ticket.", True),
    "with_ticket": ("With a ticket", "Conversations with a ticket that is filed or on its way.", True),
    "tickets": ("Tickets", "Tickets of these conversations, filed or on their way.", False),
    "refused": ("Refused tickets", "Tickets of these conversations that the helpdesk refused. They wait under Tickets until somebody "
                "mends the cause and sends them again.", False),
    "saved": ("Saved first", "Conversations whose shopper was told that the ticket is saved, because the helpdesk was slow, down, or "
              "refused it.", True),
    "abandoned": ("Abandoned", "There is no ticket, an offer or a request for details is open, and the shopper wrote last half an "
                  "hour ago or longer.", True),
    "declined": ("Declined", "A ticket was offered or begun, the shopper said no or stopped it, and no ticket came or is open "
                 "since.", True),
    "gaps": ("Questions without an article", "Questions that no article answered when they were asked.", False),
    "reasks": ("Asked again for what was given", "Turns that asked for a field already given, or to confirm it (R2). Must be 0.", False),
    "violations": ("Rule violations", "What the referee found wrong under the strict rules. Must be 0.", False),
    "fallback_rate": ("Not understood", "The share of shopper messages that got “I'm not sure what you mean”.", False),
    "first_answer": ("First answer, median", "From the shopper's first message to the bot's turns stored, in milliseconds: half of "
                     "the conversations whose first message the bot answered were faster, or as fast.", False),
    "first_answer_p95": ("First answer, slowest 5 %", "95 of 100 of these conversations were faster than this, or as fast, in "
                         "milliseconds.", False),
    "ratings": ("Ratings", "Conversations that were rated.", True),
    "rating": ("Average rating", "The mean of the ratings from 1 to 5.", False),
    "with_rasa": ("Understood with Rasa", "Conversations in which Rasa was asked about a message and answered; the rest was "
                  "understood without it.", True),
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
    try:
        last = day_of(given.get("until") or today().isoformat())
        first = day_of(given.get("since") or (last - datetime.timedelta(days=_DAYS - 1)).isoformat())
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
    late = as_text(now() - ABANDONED_AFTER)

    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def total(column: Any) -> Any:
        return func.coalesce(func.sum(column), 0)

    row = (await connection.execute(select(
        func.count().label("conversations"), count(s.answered > 0).label("answered"), count(s.offered > 0).label("offered"),
        count(s.tickets > 0).label("with_ticket"), total(s.tickets).label("tickets"), total(s.refused).label("refused"), count(s.saved > 0).label("saved"),
        count((s.outcome == "left") & (func.coalesce(s.heard_at, s.updated_at) < late)).label("abandoned"), count(s.outcome == "declined").label("declined"),
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
    rows = await connection.execute(query.order_by(c.created_at.desc()).limit(_GROUPED))
    return [(str(orjson.loads(row.payload).get("reason") or ""), row.conversation) for row in rows]


def week(made: Iterable[float], zone: datetime.tzinfo) -> list[list[int]]:
    """How many tickets were made on each weekday (rows, from Monday) in each hour (columns), in `zone`."""
    grid = [[0] * 24 for _ in range(7)]
    for seconds in made:
        at = datetime.datetime.fromtimestamp(seconds, zone)
        grid[at.weekday()][at.hour] += 1
    return grid


def open_cells(hours: Hours | None) -> dict[tuple[int, int], str]:
    """The cells (weekday from 0 for Monday, hour) of the published hours: `open`, or `partly` where only a part of the hour is."""
    minutes = {(day, minute) for day, first, end in hours.spans for minute in range(first, end)} if hours else set()
    by_cell = Counter((day, minute // 60) for day, minute in minutes)
    return {cell: "open" if many == 60 else "partly" for cell, many in by_cell.items()}


def alike(texts: Sequence[tuple[str, Any]], least: float = 0.5) -> list[dict[str, Any]]:
    """Texts grouped by the word stems they share (Jaccard at least `least` with the group's first text), the largest group
    first: its count, `all` of its texts with what came with each, and up to five different `examples` of these."""
    groups: list[dict[str, Any]] = []
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


async def numbers(ask: Ask) -> Response:
    """The page of numbers, with drawings and the tables beside them."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        now, before = await measure(connection, days), await measure(connection, days.before)
        outcomes, rated = await by_day(connection, days), await ratings(connection, days)
        well, made = await health(connection, days), await tickets_made(connection, days)
        reasons = await reasons_given(connection, days)
    hours = read_hours(ask.bot.settings.hours)
    zone = hours.zone if hours else datetime.UTC
    grid = week(made, zone)
    grouped = alike(reasons)[:15]
    if ask.hidden:
        grouped = await groups_as_seen(ask.bot.store, grouped)
    inside = sum(hours.open_at(datetime.datetime.fromtimestamp(at, zone)) for at in made) if hours else 0
    return ask.page(
        "numbers.html", days=days, before_days=days.before, now=now, before=before, meanings=MEANINGS, outcomes=outcomes,
        all_outcomes=OUTCOMES, rated=rated, well=well, grid=grid, weekdays=WEEKDAYS, most=max(map(max, grid)) or 1,
        open_cells=open_cells(hours), hours=ask.bot.settings.hours, zone=str(zone), inside=inside, made=len(made),
        reasons=grouped, grouped=len(reasons), address=f"since={days.first}&until={days.last}",
        comments=await newest_comments(ask.bot.store, days.bounds, hidden=ask.hidden),
    )  # fmt: skip


def _day_labels(days: Days) -> list[str]:
    """A label for each day, no two alike: without the year where the days are fewer than a year's."""
    return [d if len(days.each) > 365 else d[5:] for d in days.each]


async def drawing(ask: Ask) -> Response:
    """One drawing of the page of numbers."""
    days, name = days_of(dict(ask.request.query_params)), ask.part("name")
    async with ask.bot.store.read() as connection:
        if name == "outcomes":
            found = await by_day(connection, days)
            series = {o: [found[o].get(d, 0) for d in days.each] for o in OUTCOMES if o in found}
            svg = charts.stacked(_day_labels(days), series)
        elif name == "ratings":
            rated = await ratings(connection, days)
            svg = charts.bars([str(score) for score in rated], list(rated.values()), "ratings")
        elif name == "health":
            well = await health(connection, days)
            none = (None, None)
            svg = charts.lines(_day_labels(days), {
                "not understood, %": [well.get(d, none)[0] for d in days.each],
                "first answer, mean ms (right)": [well.get(d, none)[1] for d in days.each]},
                right="first answer, mean ms (right)")  # fmt: skip
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
    """Questions that no article answered: grouped, counted, with examples; how many of each group the articles of now answer,
    and the way to a draft for the rest. Grouping and judgement go by what was asked, masking only by what is shown."""
    days = days_of(dict(ask.request.query_params))
    first, end = days.bounds
    query = (
        select(gap.c.question, gap.c.conversation).where(gap.c.at >= first, gap.c.at < end).order_by(gap.c.id.desc())
    )
    async with ask.bot.store.read() as connection:
        rows = [(r.question, r.conversation) for r in await connection.execute(query.limit(_GROUPED))]
    shown = [await _judged(ask, group) for group in alike(rows)[:100]]
    return ask.page("gaps.html", days=days, groups=shown, total=len(rows), most=_GROUPED)


async def _judged(ask: Ask, group: Mapping[str, Any]) -> dict[str, Any]:
    """A group as its page shows it: `answered` of its `count` questions have an article by now, which `by` names (id, title);
    `open` is the first that has none."""
    answers = {}
    for place, text in enumerate(dict.fromkeys(text for text, _ in group["all"])):
        answers[text] = ask.bot.answers.ask(text)
        if place % 50 == 49:
            await asyncio.sleep(0)  # shoppers come first

    hidden = [id for _, id in group["all"]] if ask.hidden else []
    names = await names_of_each(ask.bot.store, hidden)

    def show(text: str, id: str) -> str:
        return masked(text, names.get(id, ())) if ask.hidden else text

    left = next(((text, id) for text, id in group["all"] if answers[text].text is None), None)
    sources = [s for text, _ in group["all"] for s in answers[text].sources if answers[text].text is not None]
    return {
        "count": group["count"], "answered": sum(answers[text].text is not None for text, _ in group["all"]),
        "examples": [(show(text, id), id, answers[text].text is not None) for text, id in group["examples"]],
        "by": list(dict.fromkeys((s.article, s.title) for s in sources)), "open": show(*left) if left is not None else None,
    }  # fmt: skip
