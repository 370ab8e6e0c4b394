"""Forgetting: one conversation, everything of one person, everything older than some age; and handing a person their data.

A ticket that the helpdesk does not have yet is still filed: its row moves to an empty conversation of its own, which goes as
soon as the ticket is filed. What lies outside this database cannot be erased from here and is named instead.
"""

from __future__ import annotations

import datetime
import functools
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.engine import Connection

from bot.console import views
from bot.console.archive import delete_summary
from bot.conversation import now_text
from bot.entry import FRESH
from bot.store.console_tables import desk_note, facet, summary
from bot.store.database import Store, token_hash
from bot.store.records import to_json
from bot.store.tables import attempt, conversation, desk_ticket, device, notice, outbox, spent_token
from dialogue.states import State

ERASED = "erased"
_BATCH = 100


@dataclass
class Erased:
    """What was (or, in a dry run, would be) erased. `elsewhere`: tickets that other systems hold, by reference and their id."""

    conversations: int = 0
    turns: int = 0
    tickets: int = 0
    still_to_file: int = 0
    desk_tickets: int = 0
    elsewhere: list[tuple[str, str, str]] = field(default_factory=list)


def erase_conversation(connection: Connection, id: str) -> bool:
    """Erase one conversation with all that hangs on it; False where there is none."""
    found = (connection.execute(select(conversation).where(conversation.c.id == id))).one_or_none()
    if found is None:
        return False
    waiting = select(outbox.c.key).where(outbox.c.conversation == id, outbox.c.status != "filed")
    if connection.scalar(select(func.count()).select_from(waiting.subquery())):
        stub = uuid.uuid4().hex
        state = to_json(State(stem=secrets.token_hex(4).upper()))
        connection.execute(insert(conversation).values(
            id=stub, token_hash=token_hash(secrets.token_urlsafe(32)), created_at=found.created_at, updated_at=now_text(), seq=0,
            number=0, state=state, locale=None, channel=ERASED, erased_at=now_text()))  # fmt: skip
        connection.execute(
            update(outbox).where(outbox.c.conversation == id, outbox.c.status != "filed").values(conversation=stub)
        )
    _erase_tickets(connection, list(connection.scalars(select(outbox.c.key).where(outbox.c.conversation == id))))
    delete_summary(connection, id)
    _spend_tokens(connection, id, found.token_hash)
    # SQLite's and PostgreSQL's cascades take turns, happenings, gaps, ratings, reviews, corrections and sample places along.
    connection.execute(delete(conversation).where(conversation.c.id == id))
    return True


def _spend_tokens(connection: Connection, id: str, hash: str) -> None:
    """What opened this conversation opens nothing any more, not even a new one of its kind."""
    now = time.time()
    connection.execute(delete(spent_token).where(spent_token.c.at < now - 2 * FRESH))
    hashes = {hash, *connection.scalars(select(device.c.token_hash).where(device.c.conversation == id))}
    hashes -= set(connection.scalars(select(spent_token.c.hash).where(spent_token.c.hash.in_(hashes))))
    if hashes:
        connection.execute(insert(spent_token), [{"hash": each, "at": now} for each in sorted(hashes)])


async def erase(store: Store, id: str) -> None:
    """Erase one conversation, where it is there."""
    await store.transact(functools.partial(erase_conversation, id=id))


def _erase_tickets(connection: Connection, keys: Sequence[str]) -> None:
    for table in (notice, attempt, outbox):
        connection.execute(delete(table).where(table.c.key.in_(keys)))


def sweep(connection: Connection) -> int:
    """Erase what was left of erased conversations for the sake of tickets that are filed by now; how many that were."""
    unfiled = select(outbox.c.conversation).where(outbox.c.status != "filed")
    ready = select(conversation.c.id).where(conversation.c.channel == ERASED, conversation.c.id.not_in(unfiled))
    ids = list(connection.scalars(ready.limit(_BATCH)))
    for id in ids:
        erase_conversation(connection, id)
    return len(ids)


async def conversations_of(store: Store, email: str) -> list[str]:
    """Every conversation in which this address was given, by the page or the shopper, filed or not."""
    email = email.strip().casefold()
    mark = f'%"{_like(email)}"%'
    known = select(summary.c.conversation).join(facet, facet.c.summary == summary.c.id)
    known = known.where(facet.c.kind == "email", facet.c.value == email)
    stated = select(conversation.c.id).where(func.lower(conversation.c.state).like(mark, escape="\\"))
    passed = select(outbox.c.conversation).where(func.lower(outbox.c.payload).like(mark, escape="\\"))
    async with store.read() as connection:
        found: set[str] = set()
        for query in (known, stated, passed):
            found |= set(await connection.scalars(query))
    return sorted(found)


def _like(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _desk_tickets(store: Store, email: str) -> list[Any]:
    mark = f'%"{_like(email.strip().casefold())}"%'
    async with store.read() as connection:
        rows = await connection.execute(
            select(desk_ticket).where(func.lower(desk_ticket.c.payload).like(mark, escape="\\"))
        )
        return [r for r in rows if orjson.loads(r.payload).get("email", "").casefold() == email.strip().casefold()]


async def look(store: Store, email: str) -> Erased:
    """What there is of one person."""
    ids, desk = await conversations_of(store, email), await _desk_tickets(store, email)
    found = Erased(conversations=len(ids), desk_tickets=len(desk))
    async with store.read() as connection:
        for id in ids:
            found.turns += int(await connection.scalar(select(conversation.c.seq).where(conversation.c.id == id)) or 0)
            for row in await connection.execute(select(outbox).where(outbox.c.conversation == id)):
                found.tickets += 1
                found.still_to_file += row.status != "filed"
                if row.helpdesk != "desk":
                    found.elsewhere.append((row.reference, row.helpdesk, row.external_id or row.status))
    return found


async def erase_person(store: Store, email: str) -> tuple[Erased, list[str]]:
    """Erase every conversation and desk ticket of one person; returns what that was and the conversations' ids."""
    found, ids = await look(store, email), await conversations_of(store, email)
    desk = [row.id for row in await _desk_tickets(store, email)]
    for id in ids:
        await store.transact(functools.partial(erase_conversation, id=id))

    def tickets(connection: Connection) -> None:
        connection.execute(delete(desk_note).where(desk_note.c.ticket.in_(desk)))
        connection.execute(delete(desk_ticket).where(desk_ticket.c.id.in_(desk)))

    await store.transact(tickets)
    return found, ids


async def export_person(store: Store, email: str) -> dict[str, Any]:
    """All that is kept of one person, in a form that people and programs can read."""
    chats = []
    for id in await conversations_of(store, email):
        found = await views.conversation(store, id)
        listed = await views.tickets(store, conversation=id, after=None, limit=1_000)
        if found is not None:
            chats.append(
                {"conversation": id, "turns": found["turns"], "state": found["state"], "tickets": listed["items"]}
            )
    desk = []
    for row in await _desk_tickets(store, email):
        async with store.read() as connection:
            notes = await connection.execute(
                select(desk_note).where(desk_note.c.ticket == row.id).order_by(desk_note.c.id)
            )
            kept = [{"kind": n.kind, "text": n.text, "at": n.at} for n in notes]
        desk.append({"reference": row.reference, "status": row.status, "at": row.created_at,
                     "passed": orjson.loads(row.payload), "notes": kept})  # fmt: skip
    return {"email": email, "made_at": now_text(), "conversations": chats, "desk_tickets": desk}


def horizon(days: int, now: datetime.datetime | None = None) -> str:
    """The moment `days` ago, as the store writes times."""
    moment = (now or datetime.datetime.now(datetime.UTC)) - datetime.timedelta(days=days)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def how_old(store: Store, before: str) -> Erased:
    """What retention would erase: conversations that nothing was added to since `before`."""
    old = or_(conversation.c.erased_at.is_(None), conversation.c.channel != ERASED)
    query = select(func.count(), func.coalesce(func.sum(conversation.c.seq), 0)).where(
        conversation.c.updated_at < before, old
    )
    tickets = select(func.count()).select_from(outbox.join(conversation)).where(conversation.c.updated_at < before, old)
    async with store.read() as connection:
        conversations, turns = (await connection.execute(query)).one()
        return Erased(conversations, int(turns), int(await connection.scalar(tickets) or 0))


async def erase_older(store: Store, before: str, *, limit: int = _BATCH) -> list[str]:
    """Erase up to `limit` conversations that nothing was added to since `before`, the oldest first; their ids."""
    query = select(conversation.c.id).where(conversation.c.updated_at < before, conversation.c.channel != ERASED)
    async with store.read() as connection:
        ids = list(await connection.scalars(query.order_by(conversation.c.updated_at).limit(limit)))

    def job(connection: Connection) -> None:
        for id in ids:
            erase_conversation(connection, id)

    if ids:
        await store.transact(job)
    return ids


def forget_searches(connection: Connection) -> None:
    """SQLite: write the search anew, so that no erased word stays in its pages."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search(search) VALUES ('optimize')"))
