"""Forgetting: one conversation, everything of one person, everything older than some age; and handing a person their
data.

What goes and what is handed out is said by the declarations of the tables (`bot.store.declared`), and nowhere here. A
ticket that the helpdesk does not have yet is still filed: its row moves to an empty conversation of its own, which goes
as soon as the ticket is filed. One that the helpdesk refused is not on its way and goes along. What lies outside this
database cannot be erased from here and is named instead.
"""

from __future__ import annotations

import asyncio
import datetime
import functools
import logging
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.clock import horizon, now_text
from bot.history import views
from bot.history.searching_person import Found, find_person
from bot.store.accounts import IDLE, LONGEST
from bot.store.console_tables import article_version, desk_note, session
from bot.store.database import Store, token_hash
from bot.store.declarations import REGISTER
from bot.store.edited_articles import DRAFT
from bot.store.entry import FRESH, spent_hash
from bot.store.files.rows import clear, note_gone
from bot.store.forgetting import delete_rows, read_rows, rewrite_typed, table_of
from bot.store.records import to_json
from bot.store.scrubbing import note_erasure, scrub
from bot.store.tables import conversation, desk_ticket, device, outbox, spent_token
from dialogue.states import State
from dialogue.understanding.learned.tables import forget_rows

log = logging.getLogger("askonce.erasure")
ERASED = "erased"
_BATCH = 100
_SCRUB_WITHIN = 10.0
#: A ticket that the helpdesk has, or will not have: nobody is at work on it.
_SETTLED = ("filed", "refused")


@dataclass
class Erased:
    """What was (or, in a dry run, would be) erased. `refused`: tickets among them that no helpdesk took; `elsewhere`:
    tickets that other systems hold, by reference and their id; `naming`: conversations of others in which the address
    stands, which stay; `overwritten`: whether what was deleted is overwritten in the file already."""

    conversations: int = 0
    turns: int = 0
    tickets: int = 0
    still_to_file: int = 0
    refused: list[str] = field(default_factory=list)
    desk_tickets: int = 0
    elsewhere: list[tuple[str, str, str]] = field(default_factory=list)
    naming: list[str] = field(default_factory=list)
    overwritten: bool = True


def erase_conversation(connection: Connection, id: str) -> bool:
    """Erase one conversation with all that hangs on it; False where there is none."""
    found = (connection.execute(select(conversation).where(conversation.c.id == id))).one_or_none()
    if found is None:
        return False
    waiting = (outbox.c.conversation == id) & outbox.c.status.not_in(_SETTLED)
    if connection.scalar(select(func.count()).select_from(outbox).where(waiting)):
        stub = uuid.uuid4().hex
        state = to_json(State(stem=secrets.token_hex(4).upper()))
        empty = {
            "id": stub,
            "token_hash": token_hash(secrets.token_urlsafe(32)),
            "created_at": found.created_at,
            "updated_at": now_text(),
            "seq": 0,
            "number": 0,
            "state": state,
            "locale": None,
            "channel": ERASED,
            "erased_at": now_text(),
        }
        connection.execute(insert(conversation).values(**empty))
        connection.execute(update(outbox).where(waiting).values(conversation=stub))
    _spend_tokens(connection, id, found.token_hash)
    note_gone(connection, id)
    delete_rows(connection, conversation.name, conversation.c.id == id)
    note_erasure(connection)
    forget_rows()
    return True


def _spend_tokens(connection: Connection, id: str, hash: str) -> None:
    """What opened this conversation opens nothing any more, not even a new one of its kind."""
    now = time.time()
    connection.execute(delete(spent_token).where(spent_token.c.at < now - 2 * FRESH))
    stored = {hash, *connection.scalars(select(device.c.token_hash).where(device.c.conversation == id))}
    hashes = {spent_hash(each) for each in stored}
    hashes -= set(connection.scalars(select(spent_token.c.hash).where(spent_token.c.hash.in_(hashes))))
    if hashes:
        connection.execute(insert(spent_token), [{"hash": each, "at": now} for each in sorted(hashes)])


async def clear_files(store: Store) -> None:
    """Delete the files of what was erased, where nobody else's are the same. What the disk does not let go now is tried
    again later (`bot.evidence.intake.tidy`)."""
    if store.folder is None:
        return
    try:
        await clear(store, store.folder)
    except OSError as error:
        log.error("files of an erased conversation could not be deleted yet: %s", error.strerror)


async def erase(store: Store, id: str) -> None:
    """Erase one conversation, where it is there."""
    await store.transact(functools.partial(erase_conversation, id=id))
    store.erasures += 1
    await clear_files(store)


async def sweep(store: Store) -> int:
    """Erase what was left of erased conversations for the sake of tickets that are settled by now; how many that
    were."""

    def job(connection: Connection) -> list[str]:
        waiting = select(outbox.c.conversation).where(outbox.c.status.not_in(_SETTLED))
        ready = select(conversation.c.id).where(conversation.c.channel == ERASED, conversation.c.id.not_in(waiting))
        ids = list(connection.scalars(ready.limit(_BATCH)))
        refused = _refused(connection, ids)
        for id in ids:
            erase_conversation(connection, id)
        if refused:
            log.warning("refused by the helpdesk and of erased chats, so gone: %s", ", ".join(refused))
        return ids

    ids = await store.transact(job)
    store.erasures += bool(ids)
    if ids:
        await clear_files(store)
    return len(ids)


def _refused(connection: Connection, ids: Iterable[str]) -> list[str]:
    """The references of the tickets of these conversations that the helpdesk refused."""
    of = select(outbox.c.reference).where(outbox.c.conversation.in_(list(ids)), outbox.c.status == "refused")
    return list(connection.scalars(of.order_by(outbox.c.reference)))


async def find(store: Store, email: str, *, secret: str = "", also: Iterable[str] = ()) -> Found:
    """Where one person is."""
    return await store.look(functools.partial(find_person, email=email, secret=secret, also=also))


async def conversations_of(store: Store, email: str, *, secret: str = "") -> list[str]:
    """Every conversation in which this address was given, by the page or the shopper, filed or not, replaced later or
    not."""
    return (await find(store, email, secret=secret)).theirs


async def look(store: Store, email: str, *, secret: str = "", also: Iterable[str] = ()) -> Erased:
    """What there is of one person."""
    return await _count(store, await find(store, email, secret=secret, also=also))


async def _count(store: Store, found: Found) -> Erased:
    counted = Erased(conversations=len(found.theirs), desk_tickets=len(found.desk), naming=found.naming)
    async with store.read() as connection:
        for id in found.theirs:
            counted.turns += int(
                await connection.scalar(select(conversation.c.seq).where(conversation.c.id == id)) or 0
            )
            for row in await connection.execute(select(outbox).where(outbox.c.conversation == id)):
                counted.tickets += 1
                counted.still_to_file += row.status not in _SETTLED
                if row.status == "refused":
                    counted.refused.append(row.reference)
                if row.helpdesk != "desk":
                    counted.elsewhere.append((row.reference, row.helpdesk, row.external_id or row.status))
    return counted


async def erase_person(
    store: Store, email: str, *, secret: str = "", also: Iterable[str] = ()
) -> tuple[Erased, list[str]]:
    """Erase every conversation and desk ticket of one person, and their marks in what colleagues typed; returns what
    that was and the conversations' ids. `secret` is the one that customers' addresses are signed with; `also`:
    conversations that name them and that somebody knows to be theirs."""
    found = await find(store, email, secret=secret, also=also)
    counted = await _count(store, found)
    for id in found.theirs:
        await store.transact(functools.partial(erase_conversation, id=id))

    def rest(connection: Connection) -> None:
        delete_rows(connection, desk_ticket.name, desk_ticket.c.id.in_(found.desk))
        if rewrite_typed(connection, found.person.taken_out, colleagues=not found.colleague)[article_version.name]:
            _index_anew(connection)
        note_erasure(connection)

    await store.transact(rest)
    store.erasures += 1
    await clear_files(store)
    try:
        async with asyncio.timeout(_SCRUB_WITHIN):
            counted.overwritten = await scrub(store)
    except TimeoutError:  # it goes on beside, see `keep_scrubbed`
        counted.overwritten = False
    return counted, found.theirs


def _index_anew(connection: Connection) -> None:
    """Articles are indexed anew, on every replica, where there is a published version that it has not seen
    (`bot.store.edited_articles`). Drafts answer nobody."""
    answering = select(article_version).where(article_version.c.state != DRAFT)
    newest = connection.execute(answering.order_by(article_version.c.id.desc()).limit(1)).one_or_none()
    if newest is None:
        return
    copy = {
        "article": newest.article,
        "text": newest.text,
        "at": now_text(),
        "who": "erasure",
        "note": "someone taken out",
        "state": newest.state,
        "base": newest.id,
    }
    connection.execute(insert(article_version).values(**copy))


async def export_person(store: Store, email: str, *, secret: str = "") -> dict[str, Any]:
    """All that is kept of one person, in a form that people and programs can read. `kept` holds, by table, every
    declared column that is theirs."""
    found = await find(store, email, secret=secret)
    chats = []
    for id in found.theirs:
        shown = await views.conversation(store, id)
        listed = await views.tickets(store, conversation=id, after=None, limit=1_000)
        kept = await store.look(functools.partial(read_rows, name=conversation.name, which=conversation.c.id == id))
        if shown is not None:
            said = {name: shown[name] for name in ("turns", "state", "rating")}
            chats.append({"conversation": id, **said, "tickets": listed["items"], "kept": kept})
    desk = []
    for ticket in found.desk:
        kept = await store.look(functools.partial(read_rows, name=desk_ticket.name, which=desk_ticket.c.id == ticket))
        (row,) = kept[desk_ticket.name]
        notes = [{k: note[k] for k in ("kind", "text", "at")} for note in kept.get(desk_note.name, [])]
        desk.append(
            {
                "reference": row["reference"],
                "status": row["status"],
                "at": row["created_at"],
                "passed": row["payload"],
                "notes": notes,
                "kept": kept,
            }
        )
    return {
        "email": email,
        "made_at": now_text(),
        "conversations": chats,
        "desk_tickets": desk,
    }


# ---------------------------------------------------------------- age


async def how_old(store: Store, before: str) -> Erased:
    """What retention would erase: conversations that nothing was added to since `before`."""
    old = (conversation.c.updated_at < before) & (conversation.c.channel != ERASED)
    query = select(func.count(), func.coalesce(func.sum(conversation.c.seq), 0)).where(old)
    tickets = select(outbox.c.reference, outbox.c.status).join(conversation).where(old)
    async with store.read() as connection:
        conversations, turns = (await connection.execute(query)).one()
        rows = list(await connection.execute(tickets))
    return Erased(
        conversations,
        int(turns),
        len(rows),
        sum(row.status not in _SETTLED for row in rows),
        sorted(row.reference for row in rows if row.status == "refused"),
    )


async def erase_older(store: Store, before: str, *, limit: int = _BATCH) -> list[str]:
    """Erase up to `limit` conversations that nothing was added to since `before`, the oldest first; their ids. A ticket
    that the helpdesk refused, and that nobody sent again for so long, goes along and is logged by its reference."""
    query = select(conversation.c.id).where(conversation.c.updated_at < before, conversation.c.channel != ERASED)
    async with store.read() as connection:
        ids = list(await connection.scalars(query.order_by(conversation.c.updated_at).limit(limit)))

    def job(connection: Connection) -> list[str]:
        refused = _refused(connection, ids)
        for id in ids:
            erase_conversation(connection, id)
        return refused

    if ids:
        if refused := await store.transact(job):
            log.warning("refused by the helpdesk, and gone with their old chats: %s", ", ".join(refused))
        store.erasures += 1
        await clear_files(store)
    return ids


#: What must be true of a row beside its age.
_ONLY = {desk_ticket.name: desk_ticket.c.status == "closed"}


async def erase_aged(store: Store, days: Mapping[str, int], now: float | None = None) -> dict[str, int]:
    """Delete what a setting ends in every table but the conversations', and sessions that are over; how many rows that
    were of each. `days` by setting; 0 keeps."""
    now = time.time() if now is None else now
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)

    def job(connection: Connection) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in REGISTER.aged():
            kept = REGISTER.table(name)
            if name != conversation.name and (least := days.get(kept.setting, 0)):
                old = table_of(name).c[kept.at] < horizon(least, moment)
                found[name] = delete_rows(connection, name, old & _ONLY[name] if name in _ONLY else old)
        over = or_(session.c.created_at < now - LONGEST, session.c.seen_at < now - IDLE)
        found[session.name] = delete_rows(connection, session.name, over)
        if gone := {name: rows for name, rows in found.items() if rows}:
            note_erasure(connection)
        return gone

    found = await store.transact(job)
    store.erasures += bool(found)
    return found
