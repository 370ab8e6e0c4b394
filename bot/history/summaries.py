"""A summary of each conversation, for lists, filters, search and numbers: made again whenever the conversation has
changed.

The summary is a cache. Nothing of it is written while a shopper waits: the archivist follows `conversation.updated_at`
and catches up within a second. `VERSION` rises with the meaning of what is kept; older summaries are then made anew.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.chat.phrases import base_language, not_understood
from bot.clock import seconds_before
from bot.history.masking import masked
from bot.history.transcripts import make_transcript
from bot.history.views import passed_of
from bot.store.console_tables import facet, summary
from bot.store.database import Store, Unavailable
from bot.store.happened import walk, with_their_turns
from bot.store.lease import Lease
from bot.store.records import Turn, from_json
from bot.store.searched_words import fold, write_words
from bot.store.tables import conversation, gap, happening, outbox, rating, turn
from bot.store.writing import turn_of
from dialogue import events
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Violation
from dialogue.states import Phase, State

log = logging.getLogger("askonce.archive")

VERSION = 4
_BATCH = 50
#: After each summary, rest this many times as long as it took: shoppers come first, lists may lag. More where they are
#: many.
_REST, _REST_PRESSED = 4, 20
_OPENING = 160
_RULE = re.compile(r"R\d+")
#: Every outcome, from the one that outweighs all others. A conversation has exactly one.
OUTCOMES = ("filed", "saved", "refused", "declined", "left", "answered", "redirected", "unanswered", "chat")
FLAGS = ("danger", "violation", "bad_rating", "fallback", "loop", "give_up", "refused_ticket")


@dataclass
class Summary:
    """What is kept of a conversation: columns of `summary`, pairs for `facet`, and the words to be found by."""

    columns: dict[str, Any]
    facets: set[tuple[str, str]] = field(default_factory=set)
    words: str = ""
    masked: str = ""


def names_of(state: State, told: Iterable[events.Happening]) -> set[str]:
    """Every name that the conversation holds."""
    found = {state.name, state.greeting_name, *(t.name for t in state.tickets)}
    for fact in told:
        if isinstance(fact, events.ShopperSaid):
            found |= {fact.understood.name, fact.understood.greeting_name}
        elif isinstance(fact, events.CustomerIdentified):
            found.add(fact.name)
    return {name for name in found if name}


def outcome_of(state: State, acts: Sequence[str], delivery: Collection[str]) -> str:
    """How a conversation stands, see `OUTCOMES` and `docs/console.md`; `delivery` holds its tickets' statuses in the
    outbox."""
    if "filed" in delivery:
        return "filed"
    if set(delivery) & {"queued", "sending"}:
        return "saved"
    if "refused" in delivery:
        return "refused"
    if state.phase in (Phase.OFFERED, Phase.COLLECTING, Phase.SILENT):
        return "left"
    if "declined" in acts or "cancelled" in acts:
        return "declined"
    if "answer" in acts or "contact" in acts:
        return "answered"
    if "update_redirect" in acts:
        return "redirected"
    return "unanswered" if "no_answer" in acts else "chat"


def _longest_run(acts: Sequence[str]) -> int:
    longest = run = 0
    for before, act in zip([None, *acts], acts, strict=False):
        run = run + 1 if act == before else 1
        longest = max(longest, run)
    return longest


def _first_answer(turns: Sequence[Turn], told: Sequence[tuple[Any, Sequence[events.Happening]]]) -> float | None:
    """From the shopper's first message to the bot's turns stored, in milliseconds; None where the bot was silent then,
    because a person of the shop was there."""
    seen = 0
    for row, many in told:
        if any(isinstance(x, events.ShopperSaid) for x in many):
            answered = any(t.who == "bot" and seen < t.seq <= row.seq for t in turns)
            return float(row.milliseconds) if answered else None
        seen = row.seq
    return None


# A table: every column of a summary stands here once.
def summarise(
    *,
    row: Any,
    state: State,
    turns: Sequence[Turn],
    told: Sequence[tuple[Any, Sequence[events.Happening]]],
    tickets: Sequence[Any],
    score: int | None,
    violations: Sequence[Violation],
    gaps: int,
    support_email: str,
) -> Summary:
    """The summary of one conversation. `row` is its own row, `told` its happenings with what they hold, `tickets` those
    of the outbox, `gaps` how many questions were recorded for want of an article; pure."""
    facts = [x for _, many in told for x in many]
    names = names_of(state, facts)
    heard = [x.understood for x in facts if isinstance(x, events.ShopperSaid)]
    acts = [t.act for t in turns if t.act]
    opening = next((t.text for t in turns if t.who == "shopper"), "")
    lost = not_understood(support_email)
    fallbacks = sum(t.who == "bot" and t.text in lost for t in turns)
    statuses = [t.status for t in tickets]
    delivery, refused = _delivery(statuses), statuses.count("refused")
    facets: dict[str, set[str]] = {
        "act": set(acts),
        "intent": {u.intents[0].name.value for u in heard if u.intents},
        "rule": _rules(h.rows for h, _ in told),
        "article": {s.article for t in turns for s in t.sources},
        "broken": {v.rule for v in violations},
        "email": {email[:254] for email in _emails(state, facts)},
        "ticket": {t.reference for t in tickets},
        "flag": _flags(state, acts, violations=bool(violations), score=score, fallbacks=fallbacks, delivery=delivery),
    }
    columns = {
        "conversation": row.id,
        "version": VERSION,
        "number": row.number,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "turns": row.seq,
        "channel": row.channel,
        "language": state.language or base_language(row.locale) or "en",
        "outcome": outcome_of(state, acts, statuses),
        "opening": opening[:_OPENING],
        "opening_masked": masked(opening, names)[:_OPENING],
        "offered": int("offer_ticket" in acts),
        "answered": acts.count("answer") + acts.count("contact"),
        "tickets": len(tickets) - refused,
        "refused": refused,
        "saved": int("ticket_saved" in acts),
        "gaps": gaps,
        "heard": len(heard),
        "fallbacks": fallbacks,
        "reasks": len({v.seq for v in violations if v.rule in ("R2", "words:R2")}),
        "violations": len(violations),
        "rating": score,
        "delivery": delivery,
        "first_answer_ms": _first_answer(turns, told),
        "heard_at": next((t.at for t in reversed(turns) if t.who == "shopper"), None),
        "understood_by": _understood_by({u.by for u in heard}),
    }
    said = "\n".join([*(t.text for t in turns), *(t.reference for t in tickets), row.id])
    return Summary(columns, _pairs(facets), fold(said), fold(masked(said, names)))


def _rules(rows: Iterable[str]) -> set[str]:
    """The rules of the rows that decided; `rows`: their names, as JSON, of each happening."""
    return {r for names in rows for name in orjson.loads(names) for r in _RULE.findall(name)[:1]}


def _flags(
    state: State, acts: Sequence[str], *, violations: bool, score: int | None, fallbacks: int, delivery: str | None
) -> set[str]:
    """What a lead is to look at, by name."""
    flags = {
        "danger": state.danger,
        "violation": violations,
        "bad_rating": score is not None and score <= 2,
        "fallback": fallbacks >= 2,
        "loop": _longest_run([a for a in acts if a not in ("answer", "smalltalk")]) >= 3,
        "give_up": "give_email" in acts,
        "refused_ticket": delivery == "refused",
    }
    return {name for name, raised in flags.items() if raised}


def _pairs(facets: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    return {(kind, value) for kind, values in facets.items() for value in values}


def _emails(state: State, told: Iterable[events.Happening]) -> set[str]:
    """Every address that the conversation holds, whatever its case."""
    found = {state.email, *(t.email for t in state.tickets)}
    for fact in told:
        if isinstance(fact, events.ShopperSaid):
            found.add(fact.understood.email)
        elif isinstance(fact, events.CustomerIdentified):
            found.add(fact.email)
    return {email.casefold() for email in found if email}


def _understood_by(by: Collection[str]) -> str:
    """Who understood the messages, where it was one: Rasa where it was asked at all; empty where there are none."""
    return "rasa" if any("rasa" in b for b in by) else min(by, default="")


def _delivery(statuses: Sequence[str]) -> str:
    """The delivery that most needs a look: refused, then on its way, then filed."""
    for wanted in ("refused", "queued", "sending", "filed"):
        if wanted in statuses:
            return "queued" if wanted == "sending" else wanted
    return "none"


def write_summary(connection: Connection, found: Summary) -> None:
    """Store one summary in place of the earlier one. A conversation that is gone meanwhile is left out."""
    id = found.columns["conversation"]
    if connection.scalar(select(conversation.c.erased_at).where(conversation.c.id == id)) is not None:
        return
    own = connection.scalar(select(summary.c.id).where(summary.c.conversation == id))
    if own is None:
        own = connection.execute(insert(summary).values(**found.columns).returning(summary.c.id)).scalar_one()
    else:
        connection.execute(update(summary).where(summary.c.id == own).values(**found.columns))
        connection.execute(delete(facet).where(facet.c.summary == own))
    at = found.columns["created_at"]
    if found.facets:
        rows = [{"kind": k, "value": v, "created_at": at, "summary": own} for k, v in sorted(found.facets)]
        connection.execute(insert(facet), rows)
    write_words(connection, own, found.words, found.masked)


class Archivist:
    """Follows the conversations and keeps their summaries, one process for all of a database where there is a `lease`.
    Two that worked at once would only write the same. `pressed`: whether shoppers need this process more."""

    def __init__(
        self,
        store: Store,
        *,
        support_email: str,
        every: float = 1.0,
        lease: Lease | None = None,
        pressed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._support_email, self._every = store, support_email, every
        self._lease, self._pressed = lease, pressed
        self._seen = ""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                more = (self._lease is None or await self._lease.held()) and await self.catch_up()
            except Unavailable:
                more = False
            await asyncio.sleep(0.01 if more else self._every)

    async def catch_up(self, limit: int = _BATCH) -> bool:
        """Summarise up to `limit` conversations that changed; True where more are waiting."""
        stale = await self._stale(limit)
        for id, updated_at in stale:
            began = time.perf_counter()
            try:
                found = await self.summary(id)
                if found is not None:
                    await self._store.transact(functools.partial(write_summary, found=found))
            except Unavailable:
                raise
            except Exception as error:  # one conversation that cannot be summarised must not stop the others
                log.error("no summary: %s", type(error).__name__, extra={"conversation": id})
                self._seen = max(self._seen, updated_at)
            rest = _REST_PRESSED if self._pressed() else _REST
            await asyncio.sleep(rest * (time.perf_counter() - began))
        return len(stale) == limit

    async def _stale(self, limit: int) -> list[tuple[str, str]]:
        c, s = conversation.c, summary.c
        if not self._seen:
            async with self._store.read() as connection:
                old = await connection.scalar(select(func.count()).select_from(summary).where(s.version != VERSION))
                newest = await connection.scalar(select(func.max(s.updated_at)))
            self._seen = "" if old else newest or ""
        query = (
            select(c.id, c.updated_at, s.number)
            .select_from(conversation.outerjoin(summary, s.conversation == c.id))
            .where(c.seq > 0, c.erased_at.is_(None), c.updated_at >= _back(self._seen))
            .where(or_(s.number.is_(None), s.number < c.number, s.version != VERSION))
            .order_by(c.updated_at, c.id)
            .limit(limit)
        )
        async with self._store.read() as connection:
            rows = list(await connection.execute(query))
        if rows:
            self._seen = max(self._seen, rows[0].updated_at)
        return [(row.id, row.updated_at) for row in rows]

    async def summary(self, id: str) -> Summary | None:
        """The summary of conversation `id` as it stands now, or None where it is gone."""
        return await self._store.look(functools.partial(read_summary, id=id, support_email=self._support_email))


def read_summary(connection: Connection, *, id: str, support_email: str) -> Summary | None:
    """The summary of one conversation, made in one visit to the database; None where it is not there (any more)."""
    row = connection.execute(select(conversation).where(conversation.c.id == id)).one_or_none()
    if row is None:
        return None
    turns = [turn_of(r) for r in connection.execute(select(turn).where(turn.c.conversation == id).order_by(turn.c.seq))]
    happenings = list(connection.execute(
        select(happening).where(happening.c.conversation == id).order_by(happening.c.number)))  # fmt: skip
    tickets = list(connection.execute(
        select(outbox).where(outbox.c.conversation == id).order_by(outbox.c.created_at, outbox.c.key)))  # fmt: skip
    walked = list(walk(happenings))
    state = from_json(State, row.state)
    passed = passed_of(tickets)
    found = make_transcript(
        turns,
        with_their_turns(walked),
        passed,
        required=state.required,
        support_email=support_email,
        settled=False,
        in_danger=state.danger,
    )
    return summarise(
        row=row,
        state=state,
        turns=turns,
        told=[(h, one.told) for h, one in zip(happenings, walked, strict=True)],
        tickets=tickets,
        score=connection.scalar(select(rating.c.score).where(rating.c.conversation == id)),
        violations=judge(found),
        support_email=support_email,
        gaps=connection.scalar(select(func.count()).select_from(gap).where(gap.c.conversation == id)) or 0,
    )


async def renew(store: Store, references: Collection[str], *, support_email: str) -> None:
    """Summarise the conversations of these tickets anew: their delivery was changed by hand, which no happening tells
    of."""
    async with store.read() as connection:
        ids = set(await connection.scalars(select(outbox.c.conversation).where(outbox.c.reference.in_(references))))
    for id in sorted(ids):
        found = await store.look(functools.partial(read_summary, id=id, support_email=support_email))
        if found is not None and found.columns["turns"]:
            await store.transact(functools.partial(write_summary, found=found))


def _back(at: str) -> str:
    """A little before `at`: replicas' clocks differ and commits take a moment."""
    return seconds_before(at, 30) if at else ""
