"""The rows of files: what was uploaded, what was sent, and which contents nothing needs any more.

A content is deleted where no row names it. That it is to be deleted is written down in the transaction that takes its
row away (`note_gone`), so that a crash in between leaves it to the next `clear`; one whose row was never written is
found by `sweep`. A content is taken out of its place before it is asked once more whether a row names it, and who adds
a row looks afterwards whether the content is still there: so neither can lose the other's. What a crash left taken is
settled by the next `sweep` in the same way.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.clock import now_text, seconds_before
from bot.store.dialects import insert_into
from bot.store.files.contents import Contents, Taken
from bot.store.records import File
from bot.store.tables import attachment, file_gone
from bot.store.transactions import Transactions

_DAY = 86_400
_HOUR = 3600.0
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is kept. `seq` None: it was uploaded, and not sent yet."""

    id: str
    conversation: str
    seq: int | None
    name: str
    type: str
    size: int
    content: str
    thumbnail: str | None

    @property
    def file(self) -> File:
        """What a turn says of it."""
        return File(self.id, self.name, self.type, self.size, self.thumbnail is not None)


_COLUMNS = tuple(attachment.c[name] for name in Kept.__dataclass_fields__)


def _kept(row: Any) -> Kept:
    return Kept(*row)


async def by_client_id(store: Transactions, conversation: str, client_id: str) -> Kept | None:
    """The file that was uploaded to a conversation under this id of the client's."""
    a = attachment.c
    query = select(*_COLUMNS).where(a.conversation == conversation, a.client_id == client_id)
    async with store.read() as connection:
        row = (await connection.execute(query)).one_or_none()
    return _kept(row) if row else None


async def by_id(store: Transactions, id: str) -> Kept | None:
    """The file with this id."""
    async with store.read() as connection:
        row = (await connection.execute(select(*_COLUMNS).where(attachment.c.id == id))).one_or_none()
    return _kept(row) if row else None


async def of_ticket(store: Transactions, reference: str) -> list[Kept]:
    """The files that belong to a ticket, in the order in which they were sent."""
    query = select(*_COLUMNS).where(attachment.c.ticket == reference, attachment.c.seq.is_not(None))
    async with store.read() as connection:
        return [_kept(row) for row in await connection.execute(query.order_by(attachment.c.seq, attachment.c.place))]


def to_send(connection: Connection, conversation: str, ids: Sequence[str]) -> tuple[File, ...]:
    """Those of these files that were uploaded to the conversation and not sent yet, in the order of `ids`."""
    a = attachment.c
    query = select(*_COLUMNS).where(a.conversation == conversation, a.seq.is_(None), a.id.in_(list(ids)))
    found = {row.id: _kept(row).file for row in connection.execute(query)}
    return tuple(found[id] for id in dict.fromkeys(ids) if id in found)


async def counted(store: Transactions, conversation: str) -> tuple[int, int]:
    """How many files a conversation has, and how many bytes all files have together."""
    a = attachment.c
    async with store.read() as connection:
        own = await connection.scalar(select(func.count()).where(a.conversation == conversation))
        total = await connection.scalar(select(func.coalesce(func.sum(a.size), 0)))
    return int(own or 0), int(total or 0)


async def totals(store: Transactions) -> tuple[int, int]:
    """How many files there are, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(attachment.c.size), 0))
    async with store.read() as connection:
        number, size = (await connection.execute(query)).one()
    return int(number), int(size)


async def add(store: Transactions, folder: Contents, row: dict[str, Any], content: bytes, small: bytes | None) -> Kept:
    """Keep a new file; the one that was there where the same upload came twice at once."""
    row = row | {
        "content": await asyncio.to_thread(folder.put, content),
        "thumbnail": await asyncio.to_thread(folder.put, small) if small else None,
        "created_at": now_text(), "status": "kept",
    }  # fmt: skip
    try:
        await store.transact(lambda connection: connection.execute(insert(attachment).values(**row)) and None)
    except IntegrityError:
        if (there := await by_client_id(store, row["conversation"], row["client_id"])) is None:
            raise
        return there
    for hash, each in ((row["content"], content), (row["thumbnail"], small)):
        if each and not await asyncio.to_thread(folder.holds, hash):  # an erasure of the same came in between
            await asyncio.to_thread(folder.put, each)
    return Kept(row["id"], row["conversation"], None, row["name"], row["type"], row["size"], row["content"],
                row["thumbnail"])  # fmt: skip


# ---------------------------------------------------------------- what nothing needs any more


def note_gone(connection: Connection, conversation: str) -> None:
    """The files of this conversation are about to lose their rows: their contents are to be deleted."""
    a = attachment.c
    rows = connection.execute(select(a.content, a.thumbnail).where(a.conversation == conversation)).all()
    _note(connection, {hash for row in rows for hash in row if hash})


def _note(connection: Connection, hashes: set[str]) -> None:
    """Anew where it is noted already: whoever is deleting it for the older note leaves this one (`_forget`)."""
    now = time.time()
    for hash in sorted(hashes):
        noting = insert_into(connection, file_gone).values(hash=hash, at=now)
        connection.execute(noting.on_conflict_do_update(index_elements=["hash"], set_={"at": now}))


def _named(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Which of these contents a row names."""
    a = attachment.c
    rows = connection.execute(select(a.content, a.thumbnail).where(or_(a.content.in_(hashes), a.thumbnail.in_(hashes))))
    return {hash for row in rows for hash in row if hash} & set(hashes)


async def clear(store: Transactions, folder: Contents) -> int:
    """Delete the contents that are noted as gone and that no row names; how many."""
    cleared = 0
    while True:
        noted = await store.look(lambda c: c.execute(select(file_gone.c.hash, file_gone.c.at).limit(_AT_ONCE)).all())
        if not noted:
            return cleared
        cleared += await _delete(store, folder, [hash for hash, _ in noted])
        await store.transact(functools.partial(_forget, noted=noted))


def _forget(connection: Connection, noted: Sequence[Any]) -> None:
    for hash, at in noted:
        connection.execute(delete(file_gone).where(file_gone.c.hash == hash, file_gone.c.at == at))


async def _delete(store: Transactions, folder: Contents, hashes: Sequence[str]) -> int:
    """Delete those of these contents that no row names; how many. What a row names is not even taken for a moment."""
    named = await store.look(functools.partial(_named, hashes=hashes))
    found = [await asyncio.to_thread(folder.take, hash) for hash in hashes if hash not in named]
    return await _settle(store, folder, [taken for taken in found if taken])


async def _settle(store: Transactions, folder: Contents, taken: Sequence[Taken]) -> int:
    """Drop of what was taken what no row names, put back what one does; how many were dropped."""
    hashes = [each.hash for each in taken]
    named = await store.look(functools.partial(_named, hashes=hashes)) if hashes else set()
    for each in taken:
        await asyncio.to_thread(folder.put_back if each.hash in named else folder.drop, each)
    return sum(hash not in named for hash in hashes)


async def sweep(store: Transactions, folder: Contents) -> int:
    """Delete what a crash or a change of mind left behind: uploads that nobody finished or sent within a day, and
    contents of an hour ago without a row. How many contents that were."""
    before = seconds_before(now_text(), _DAY)

    def unsent(connection: Connection) -> None:
        a = attachment.c
        old = a.seq.is_(None) & (a.created_at < before)
        rows = connection.execute(select(a.content, a.thumbnail).where(old)).all()
        if rows:
            _note(connection, {hash for row in rows for hash in row if hash})
            connection.execute(delete(attachment).where(old))

    await store.transact(unsent)
    await asyncio.to_thread(folder.forget_uploads, _DAY)
    swept = await clear(store, folder)
    left = await asyncio.to_thread(lambda: list(folder.taken()))
    for start in range(0, len(left), _AT_ONCE):
        swept += await _settle(store, folder, left[start : start + _AT_ONCE])
    found = await asyncio.to_thread(lambda: list(folder.contents(older_than=_HOUR)))
    for start in range(0, len(found), _AT_ONCE):
        swept += await _delete(store, folder, found[start : start + _AT_ONCE])
    return swept


async def missing(store: Transactions, folder: Contents) -> int:
    """How many contents a row names that are not there."""
    a = attachment.c
    async with store.read() as connection:
        rows = await connection.execute(select(a.content, a.thumbnail))
        hashes = {hash for row in rows for hash in row if hash}
    unseen = hashes - set(await asyncio.to_thread(lambda: list(folder.contents())))  # a list may lag behind
    return await asyncio.to_thread(lambda: sum(not folder.holds(hash) for hash in unseen))
