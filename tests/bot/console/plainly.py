"""Every number of the console once more, the long way: loops over the rows of `turn`, `happening`, `outbox`, `rating`
and `gap` as they are stored, following the words of each number's meaning. Nothing here comes from the console, the
archive or its summaries."""

from __future__ import annotations

import datetime
import json
import pathlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import conversation, gap, happening, outbox, rating, turn

LOCALES = pathlib.Path(__file__).resolve().parents[3] / "bot" / "chat" / "locales"
NOT_SURE = ["I'm not sure what you mean."] + [
    json.loads(path.read_text(encoding="utf-8"))["bot"]["clarify"] for path in sorted(LOCALES.glob("*.json"))
]


class Chat:
    """One conversation's rows."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.began = datetime.datetime.fromisoformat(row.created_at.replace("Z", "+00:00"))
        self.turns: list[Any] = []
        self.happened: list[Any] = []
        self.tickets: list[Any] = []
        self.gaps: list[Any] = []
        self.rating: int | None = None

    def acts(self, *wanted: str) -> int:
        return len([t for t in self.turns if t.act in wanted])

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was understood of each of the shopper's messages, in order."""
        found = []
        for row in self.happened:
            for told in json.loads(row.events):
                if told["kind"] == "ShopperSaid":
                    found.append(told["data"]["understood"])
        return found

    @property
    def delivered(self) -> list[str]:
        return [t.status for t in self.tickets]

    @property
    def standing(self) -> int:
        """Tickets that are filed or on their way."""
        return len([s for s in self.delivered if s != "refused"])

    @property
    def misread(self) -> int:
        return len([t for t in self.turns if t.who == "bot" and any(t.text.startswith(words) for words in NOT_SURE)])

    @property
    def phase(self) -> str:
        return str(json.loads(self.row.state)["phase"])

    @property
    def wrote_last(self) -> datetime.datetime | None:
        said = [t.at for t in self.turns if t.who == "shopper"]
        return datetime.datetime.fromisoformat(said[-1].replace("Z", "+00:00")) if said else None

    def outcome(self) -> str:
        if "filed" in self.delivered:
            return "filed"
        if self.standing:
            return "saved"
        if self.delivered:
            return "refused"
        if self.phase in ("offered", "collecting", "silent"):
            return "left"
        for outcome, acts in (
            ("declined", ("declined", "cancelled")),
            ("answered", ("answer", "contact")),
            ("redirected", ("update_redirect",)),
            ("unanswered", ("no_answer",)),
        ):
            if self.acts(*acts):
                return outcome
        return "chat"

    def first_answer(self) -> float | None:
        for row in self.happened:
            if any(told["kind"] == "ShopperSaid" for told in json.loads(row.events)):
                answered = [t for t in self.turns if t.number == row.number and t.who == "bot"]
                return float(row.milliseconds) if answered else None
        return None

    def asked_again(self) -> int:
        """Turns that asked for a name or an address that a message before had given. (A reason is asked for again by
        right once it was filed or settled, and no page names its customer here.)"""
        given: set[str] = set()
        found = 0
        for row in self.happened:
            for told in json.loads(row.events):
                if told["kind"] == "ShopperSaid":
                    understood = told["data"]["understood"]
                    given |= {field for field in ("name", "email") if understood[field]}
            mine = [t for t in self.turns if t.number == row.number and t.who == "bot"]
            found += len([t for t in mine if set(json.loads(t.asks or "[]")) & given])
        return found


async def chats(connection: AsyncConnection) -> list[Chat]:
    """Every conversation with a turn."""
    found = {row.id: Chat(row) for row in await connection.execute(select(conversation))}
    for row in await connection.execute(select(turn).order_by(turn.c.seq)):
        found[row.conversation].turns.append(row)
    for row in await connection.execute(select(happening).order_by(happening.c.number)):
        found[row.conversation].happened.append(row)
    for row in await connection.execute(select(outbox)):
        found[row.conversation].tickets.append(row)
    for row in await connection.execute(select(gap)):
        found[row.conversation].gaps.append(row)
    for row in await connection.execute(select(rating)):
        found[row.conversation].rating = row.score
    return [chat for chat in found.values() if chat.turns]


def within(every: list[Chat], first: datetime.date, last: datetime.date) -> list[Chat]:
    """The chats that began on a day, in UTC, from `first` to `last`."""
    return [c for c in every if first <= c.began.astimezone(datetime.UTC).date() <= last]


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


# Each number is counted by a line of its own, so that it can be read beside its meaning: hence the many branches.
def numbers(every: list[Chat], first: datetime.date, last: datetime.date) -> dict[str, float | None]:
    """Every tile, `violations` aside (the referee's, which has its own second pair of eyes)."""
    now = datetime.datetime.now(datetime.UTC)
    some = within(every, first, last)
    heard = sum(len(c.messages) for c in some)
    quick = sorted(ms for c in some if (ms := c.first_answer()) is not None)
    rated = [float(c.rating) for c in some if c.rating is not None]
    by_rasa = [c for c in some if any(m["by"] == "rasa" for m in c.messages)]
    with_rasa = [ms for c in by_rasa if (ms := c.first_answer()) is not None]
    late = [c for c in some if c.outcome() == "left" and c.wrote_last and (now - c.wrote_last).total_seconds() > 1800]
    return {
        "conversations": len(some),
        "answered": len([c for c in some if c.acts("answer", "contact")]),
        "offered": len([c for c in some if c.acts("offer_ticket")]),
        "with_ticket": len([c for c in some if c.standing]),
        "tickets": sum(c.standing for c in some),
        "refused": sum(len(c.tickets) - c.standing for c in some),
        "saved": len([c for c in some if c.acts("ticket_saved")]),
        "abandoned": len(late),
        "declined": len([c for c in some if c.outcome() == "declined"]),
        "gaps": sum(len(c.gaps) for c in some),
        "reasks": sum(c.asked_again() for c in some),
        "fallback_rate": round(sum(c.misread for c in some) / heard, 4) if heard else None,
        "first_answer": quick[len(quick) // 2] if quick else None,
        "first_answer_p95": quick[min(len(quick) - 1, len(quick) * 95 // 100)] if quick else None,
        "ratings": len(rated),
        "rating": round(sum(rated) / len(rated), 2) if rated else None,
        "with_rasa": len(by_rasa),
        "rasa_ms": mean(with_rasa),
    }


def outcomes_by_day(every: list[Chat], first: datetime.date, last: datetime.date) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for chat in within(every, first, last):
        days = found.setdefault(chat.outcome(), {})
        day = chat.began.astimezone(datetime.UTC).date().isoformat()
        days[day] = days.get(day, 0) + 1
    return found


def health_by_day(every: list[Chat], first: datetime.date, last: datetime.date) -> dict[str, tuple[Any, Any]]:
    found = {}
    for chat in within(every, first, last):
        day = chat.began.astimezone(datetime.UTC).date()
        some = within(every, day, day)
        heard = sum(len(c.messages) for c in some)
        quick = mean([ms for c in some if (ms := c.first_answer()) is not None])
        found[day.isoformat()] = (
            100 * sum(c.misread for c in some) / heard if heard else None,
            quick,
        )
    return found


def tickets_by_hour(every: list[Chat], first: datetime.date, last: datetime.date, zone: datetime.tzinfo) -> Any:
    """Tickets made on these UTC days, by weekday and hour of `zone`."""
    found: dict[tuple[int, int], int] = {}
    for chat in every:
        for ticket in chat.tickets:
            at = datetime.datetime.fromtimestamp(ticket.created_at, datetime.UTC)
            if first <= at.date() <= last:
                local = at.astimezone(zone)
                place = (local.weekday(), local.hour)
                found[place] = found.get(place, 0) + 1
    return found
