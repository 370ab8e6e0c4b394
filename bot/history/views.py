"""Read-only views: conversations, turns with their why, tickets with what was passed. Keyset paging throughout."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import func, select

from bot.store.database import Store
from bot.store.records import from_json, to_json
from bot.store.tables import attempt, outbox, rating, turn
from bot.store.tables import conversation as conversation_table
from dialogue import events
from dialogue.policy import Policy
from dialogue.referee.transcript import Passed
from dialogue.states import State
from dialogue.tracker import step


def read_state(text: str) -> State:
    """A stored state."""
    return from_json(State, text)


async def conversations(store: Store, *, after: str | None, limit: int, act: str | None) -> dict[str, Any]:
    """Newest first. `next` goes into `after` for the following page; null on the last."""
    c = conversation_table.c
    query = (
        select(c.id, c.created_at, c.updated_at, c.seq, c.locale, c.channel)
        .order_by(c.updated_at.desc(), c.id.desc())
        .where(c.erased_at.is_(None))
    )
    if after:
        at, _, id = after.partition("~")
        query = query.where((c.updated_at < at) | ((c.updated_at == at) & (c.id < id)))
    if act:
        query = query.where(c.id.in_(select(turn.c.conversation).where(turn.c.act == act)))
    async with store.read() as connection:
        rows = list(await connection.execute(query.limit(limit + 1)))
    items = [
        {
            "id": r.id,
            "created_at": r.created_at,
            "updated_at": r.updated_at,
            "turns": r.seq,
            "locale": r.locale,
            "channel": r.channel,
        }  # fmt: skip
        for r in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return {"items": items, "next": f"{last.updated_at}~{last.id}" if last else None}


async def conversation(store: Store, id: str) -> dict[str, Any] | None:
    """One conversation with every turn, and beside each happening what was understood, the rows that decided and the
    state after. `read`: the last turn that the shopper has seen."""
    found = await store.load(id)
    if found is None:
        return None
    turns = await store.turns(id, limit=10_000)
    state = found.state.beginning
    decided: dict[int, dict[str, Any]] = {}
    for happened in await store.happenings(id):
        understood = None
        for happening in happened.told:
            state = step(Policy(), state, happening).state
            if isinstance(happening, events.ShopperSaid):
                understood = orjson.loads(to_json(happening.understood))
        why = {
            "understood": understood, "rows": list(happened.rows), "state": orjson.loads(to_json(state)),
            "milliseconds": happened.milliseconds,
        }  # fmt: skip
        for seq in range(happened.first, happened.seq + 1):
            decided[seq] = why
    shown = []
    for t in turns:
        why = decided.get(t.seq, {})
        item = {k: v for k, v in t.frame().items() if k != "type"} | {"rule": t.rule or None}
        item |= {"understood": why.get("understood"), "rows": why.get("rows", []), "state": why.get("state"),
                 "milliseconds": why.get("milliseconds")}  # fmt: skip
        shown.append(item)
    return {
        "id": id, "seq": found.seq, "read": found.read, "turns": shown, "state": orjson.loads(to_json(found.state)),
        "rating": await rating_of(store, id),
    }  # fmt: skip


async def rating_of(store: Store, id: str) -> dict[str, Any] | None:
    """How the shopper rated a conversation: `score`, `comment`, `at`; None where they did not."""
    query = select(rating.c.score, rating.c.comment, rating.c.at).where(rating.c.conversation == id)
    async with store.read() as connection:
        found = (await connection.execute(query)).one_or_none()
    return {str(k): v for k, v in found._mapping.items()} if found else None


async def tickets(
    store: Store, *, conversation: str | None, after: str | None, limit: int, status: str | None = None
) -> dict[str, Any]:
    """Newest first, of one conversation or one status of the outbox where they are named."""
    c = outbox.c
    query = select(outbox).order_by(c.created_at.desc(), c.key.desc())
    if conversation:
        query = query.where(c.conversation == conversation)
    if status:
        query = query.where(c.status == status)
    if after:
        at, key = _place(after)
        query = query.where((c.created_at < at) | ((c.created_at == at) & (c.key < key)))
    async with store.read() as connection:
        rows = list(await connection.execute(query.limit(limit + 1)))
        tries = await _attempts(connection, [row.key for row in rows[:limit]])
        items = [_ticket(row, tries.get(row.key, [])) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return {"items": items, "next": f"{last.created_at!r}~{last.key}" if last else None}


class BadPlace(ValueError):
    """A place in a list that no answer gave."""


def _place(after: str) -> tuple[float, str]:
    at, _, key = after.partition("~")
    try:
        when = float(at)
    except ValueError:
        when = math.nan
    if not math.isfinite(when):
        raise BadPlace("`after` is the `next` of an earlier answer, as it was given there")
    return when, key


async def ticket(store: Store, reference: str) -> dict[str, Any] | None:
    """One ticket: its fields, exactly what was passed, and every attempt to deliver it."""
    async with store.read() as connection:
        row = (await connection.execute(select(outbox).where(outbox.c.reference == reference))).one_or_none()
        if row is None:
            return None
        return _ticket(row, (await _attempts(connection, [row.key])).get(row.key, []))


async def _attempts(connection: Any, keys: Sequence[str]) -> dict[str, list[Any]]:
    """Every attempt to deliver these tickets, in order."""
    found: dict[str, list[Any]] = {}
    for tried in await connection.execute(select(attempt).where(attempt.c.key.in_(keys)).order_by(attempt.c.id)):
        found.setdefault(tried.key, []).append(tried)
    return found


def fields_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket's fields in what the helpdesk gets."""
    return {name: value for name, value in payload.items() if name not in ("subject", "envelope")}


def _ticket(row: Any, tries: Sequence[Any]) -> dict[str, Any]:
    passed = orjson.loads(row.payload)
    return {
        "reference": row.reference,
        "status": "filed" if row.status == "filed" else "saved",
        "delivery": row.status,
        "fields": fields_of(passed),
        "passed": passed,
        "helpdesk": row.helpdesk,
        "external_id": row.external_id,
        "attempts": [{"at": a.at, "outcome": a.outcome, "detail": a.detail} for a in tries],
        "conversation": row.conversation,
        "created_at": row.created_at,
    }


def passed_of(rows: Iterable[Any]) -> list[Passed]:
    """Rows of the outbox as the referee takes them. A key begins with the conversation and the last turn before the
    filing; one of another form tells nothing of when."""
    return [passed_as(row.reference, row.key, row.conversation, orjson.loads(row.payload)) for row in rows]


def passed_as(reference: str, key: str, conversation: str, payload: dict[str, Any]) -> Passed:
    """One ticket as the referee takes it."""
    place = key.removeprefix(f"{conversation}:").partition(":")[0]
    at = int(place) if place.isascii() and place.isdigit() else None
    return Passed(reference, fields_of(payload), payload, at)


async def passed(store: Store, conversation: str) -> list[Passed]:
    """The tickets of one conversation as the referee takes them, in the order in which they were filed."""
    query = select(outbox).where(outbox.c.conversation == conversation).order_by(outbox.c.created_at, outbox.c.key)
    async with store.read() as connection:
        return passed_of(await connection.execute(query))


async def waiting_tickets(store: Store, limit: int = 200) -> list[dict[str, Any]]:
    """Tickets that are not filed yet, the oldest first: `reference`, `status`, `attempts`, `due_at`, and what the
    helpdesk `said` last."""
    newest = attempt.alias("newest")
    last = select(func.max(newest.c.id)).where(newest.c.key == outbox.c.key).correlate(outbox).scalar_subquery()
    query = (
        select(outbox.c.reference, outbox.c.status, outbox.c.attempts, outbox.c.due_at, attempt.c.detail.label("said"))
        .select_from(outbox)
        .outerjoin(attempt, attempt.c.id == last)
        .where(outbox.c.status != "filed")
        .order_by(outbox.c.created_at)
        .limit(limit)
    )
    async with store.read() as connection:
        return [dict(row._mapping) for row in await connection.execute(query)]


async def outbox_counts(store: Store) -> dict[str, int]:
    """How many tickets stand at each status of the outbox."""
    async with store.read() as connection:
        rows = await connection.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
        return {row[0]: row[1] for row in rows}


async def oldest_unfiled(store: Store) -> float | None:
    """When the oldest ticket was saved that is not filed yet (seconds since the epoch); None where all are."""
    query = select(func.min(outbox.c.created_at)).where(outbox.c.status.in_(("queued", "sending", "refused")))
    async with store.read() as connection:
        found: float | None = await connection.scalar(query)
        return found


async def how_many(store: Store, since: str | None) -> int:
    """How many conversations changed at or after `since` (None: all)."""
    query = select(func.count()).select_from(conversation_table).where(conversation_table.c.erased_at.is_(None))
    if since:
        query = query.where(conversation_table.c.updated_at >= since)
    async with store.read() as connection:
        return int(await connection.scalar(query) or 0)


async def changed(store: Store, since: str | None, page: int = 200) -> AsyncIterator[tuple[str, str, int]]:
    """Id, time of the last change and number of turns of every conversation changed at or after `since`, by id."""
    c = conversation_table.c
    after = ""
    while True:
        query = select(c.id, c.updated_at, c.seq).where(c.id > after, c.erased_at.is_(None)).order_by(c.id).limit(page)
        if since:
            query = query.where(c.updated_at >= since)
        async with store.read() as connection:
            rows = list(await connection.execute(query))
        for row in rows:
            yield row.id, row.updated_at, row.seq
        if len(rows) < page:
            return
        after = rows[-1].id
