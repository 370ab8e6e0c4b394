"""Conversations, turns and what hangs on them, as they are stored. One happening is one `Change`, whole or not at all.

A clash on `UNIQUE(conversation, number)` means that somebody else decided first: that `Change` gets `Conflict`, its
conversation is loaded and stepped again, which is safe because the tracker is pure. Any other constraint that it breaks
is no clash, would be broken again, and is `Refused` by its name. How changes share a commit, and on which threads they
run, is the matter of `bot.store.transactions`.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.constraints import FIRST, broken
from bot.store.dialects import insert_into
from bot.store.entry import spent_hash
from bot.store.files import rows as files
from bot.store.files.contents import Contents
from bot.store.happened import Happened, walk
from bot.store.records import Change, File, Head, Loaded, Turn, from_json, to_json
from bot.store.tables import conversation, device, gap, happening, lease, own_key, spent_token, turn
from bot.store.transactions import Refused, Transactions, Unavailable
from bot.store.writing import Commit, statements_of, turn_of
from dialogue import events
from dialogue.states import State, changed

__all__ = ["KNOWN_IDS", "Conflict", "Refused", "Store", "Unavailable", "token_hash"]

#: How many client ids of a conversation are kept in memory; whether an older one was heard is asked of the store.
KNOWN_IDS = 200
_ASKED_AT_ONCE = 200


class Conflict(Exception):
    """Another writer decided first; load the conversation and step again."""


def token_hash(token: str) -> str:
    """Only the hash of a conversation's token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store(Transactions):
    """Conversations, turns and what hangs on them, in one database."""

    #: Where the bytes of files are; None where nobody said.
    folder: Contents | None = None

    async def create(
        self,
        *,
        id: str,
        token: str,
        state: State,
        at: str,
        locale: str | None,
        channel: str,
        customer: str | None = None,
    ) -> None:
        """A new conversation. Raises `Conflict` where its token exists, `Refused` where its id does."""
        row = {
            "id": id, "token_hash": token_hash(token), "created_at": at, "updated_at": at, "seq": 0, "number": 0,
            "state": to_json(state), "locale": locale, "channel": channel, "customer": customer,
        }  # fmt: skip
        try:
            await self.transact(lambda connection: connection.execute(insert(conversation), row) and None)
        except IntegrityError as error:
            if (constraint := broken(error)) == "conversation(token_hash)":
                raise Conflict from error
            raise Refused(constraint) from error

    async def own_key(self, name: str) -> bytes:
        """32 bytes that the bot made for itself, the same on every replica."""
        value = secrets.token_hex(32)

        def job(connection: Connection) -> str:
            connection.execute(insert_into(connection, own_key).values(name=name, value=value).on_conflict_do_nothing())
            return str(connection.execute(select(own_key.c.value).where(own_key.c.name == name)).scalar_one())

        return bytes.fromhex(await self.transact(job))

    async def spend(self, token: str) -> None:
        """This token opens nothing any more."""
        row = {"hash": spent_hash(token_hash(token)), "at": time.time()}

        def job(connection: Connection) -> None:
            connection.execute(insert_into(connection, spent_token).values(**row).on_conflict_do_nothing())

        await self.transact(job)

    async def is_spent(self, token: str) -> bool:
        """Whether the conversation of this token was erased lately."""
        spent = spent_token.c.hash == spent_hash(token_hash(token))
        return await self._scalar(select(spent_token.c.hash).where(spent)) is not None

    async def id_of(self, token: str) -> str | None:
        """The conversation that `token` opens, or None."""
        hashed = token_hash(token)
        found: str | None = await self._scalar(select(conversation.c.id).where(conversation.c.token_hash == hashed))
        if found is None:
            found = await self._scalar(select(device.c.conversation).where(device.c.token_hash == hashed))
        return found

    async def customer_of(self, id: str) -> str | None:
        """The key of the customer a conversation belongs to, None where nobody vouched for one."""
        found: str | None = await self._scalar(select(conversation.c.customer).where(conversation.c.id == id))
        return found

    async def claim(self, id: str, customer: str) -> None:
        """This conversation is this customer's, unless it is somebody's already."""
        own = update(conversation).where(conversation.c.id == id, conversation.c.customer.is_(None))
        await self.transact(lambda connection: connection.execute(own.values(customer=customer)) and None)

    async def newest_of(self, customer: str, since: str) -> str | None:
        """The customer's conversation that was used last, at or after `since`."""
        c = conversation.c
        query = select(c.id).where(c.customer == customer, c.updated_at >= since).order_by(c.updated_at.desc()).limit(1)
        found: str | None = await self._scalar(query)
        return found

    async def add_device(self, id: str, token: str, at: str) -> None:
        """One more token that opens conversation `id`."""
        row = {"token_hash": token_hash(token), "conversation": id, "created_at": at}
        await self.transact(lambda connection: connection.execute(insert(device), row) and None)

    async def load(self, id: str) -> Loaded | None:
        """A conversation's state and the client ids it has seen last."""
        async with self.read() as connection:
            row = (await connection.execute(select(conversation).where(conversation.c.id == id))).one_or_none()
            if row is None:
                return None
            latest = select(turn.c.client_id).where(turn.c.conversation == id, turn.c.client_id.is_not(None))
            ids = list(await connection.scalars(latest.order_by(turn.c.seq.desc()).limit(KNOWN_IDS + 1)))
            some, all_ids = tuple(reversed(ids[:KNOWN_IDS])), len(ids) <= KNOWN_IDS
            state = from_json(State, row.state)
            if '"unanswered":' not in row.state:  # stored by a version that did not remember them
                asked = select(gap.c.question).where(gap.c.conversation == id).group_by(gap.c.question)
                questions = await connection.scalars(asked.order_by(func.max(gap.c.id)))
                state = changed(state, unanswered=tuple(questions)[-20:])
            return Loaded(id, state, row.seq, row.number, some, row.locale, all_ids, row.read)

    async def note_read(self, id: str, seq: int) -> None:
        """The shopper has seen every turn up to `seq`; where they have seen more, that stays."""
        own = update(conversation).where(conversation.c.id == id, conversation.c.read < seq)
        await self.transact(lambda connection: connection.execute(own.values(read=seq)) and None)

    async def turn_with(self, id: str, client_id: str) -> Turn | None:
        """The turn that was said under `client_id`, however long ago; None where there is none."""
        query = select(turn).where(turn.c.conversation == id, turn.c.client_id == client_id)
        async with self.read() as connection:
            row = (await connection.execute(query)).one_or_none()
            return turn_of(row) if row is not None else None

    async def files_to_send(self, id: str, files_of_it: Sequence[str]) -> tuple[File, ...]:
        """Those of these files that were uploaded to conversation `id` and not sent yet."""
        return await self.look(functools.partial(files.to_send, conversation=id, ids=files_of_it))

    async def turns(self, id: str, after: int = 0, limit: int = 500) -> list[Turn]:
        """The turns after `after`, in order."""
        query = select(turn).where(turn.c.conversation == id, turn.c.seq > after).order_by(turn.c.seq).limit(limit)
        async with self.read() as connection:
            return [turn_of(row) for row in await connection.execute(query)]

    async def happenings(self, id: str) -> list[Happened]:
        """Every happening of a conversation, in order."""
        query = select(happening).where(happening.c.conversation == id).order_by(happening.c.number)
        async with self.read() as connection:
            return list(walk(await connection.execute(query)))

    async def told(self, id: str) -> tuple[events.Happening, ...]:
        """What the tracker was told in a conversation: its state is the fold of these."""
        return tuple(told for happened in await self.happenings(id) for told in happened.told)

    async def changed_since(self, at: str) -> dict[str, Head]:
        """Conversations changed at or after `at`, as they stand: for processes that share a file."""
        async with self.read() as connection:
            return await _heads(connection, conversation.c.updated_at >= at)

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """How each of these conversations stands; one that is not there (any more) is left out."""
        found: dict[str, Head] = {}
        async with self.read() as connection:
            for start in range(0, len(ids), _ASKED_AT_ONCE):
                some = ids[start : start + _ASKED_AT_ONCE]
                found |= await _heads(connection, conversation.c.id.in_(some))
        return found

    async def ping(self) -> None:
        """Raises `Unavailable` where the database cannot be read, or takes no writes: a disk that is full can be
        read."""
        await self._scalar(select(conversation.c.id).limit(1))
        self.reading.went()
        await self.transact(_write_something)

    @property
    def trouble(self) -> str:
        """What ails the database, in words; empty where it is well."""
        return self.writing.now or self.reading.now

    async def commit(self, change: Change) -> None:
        """Store a change, durably. Raises, where nothing was stored: `Conflict` where somebody decided first, `Stale`
        where a courier's report comes too late, `Refused` where another constraint is broken, `Unavailable`."""
        try:
            await self.transact(Commit(change.conversation, statements_of(change), change.delivery))
        except IntegrityError as error:
            if (constraint := broken(error)) in FIRST:
                raise Conflict(change.conversation) from error
            raise Refused(constraint) from error


async def _heads(connection: AsyncConnection, which: ColumnElement[bool]) -> dict[str, Head]:
    query = select(conversation.c.id, conversation.c.number, conversation.c.read).where(which)
    return {row.id: Head(row.number, row.read) for row in await connection.execute(query)}


def _write_something(connection: Connection) -> None:
    """The smallest write that needs the disk; the same row for everybody."""
    at = time.time()
    row = insert_into(connection, lease).values(name="a write that is tried", owner="", until=at)
    connection.execute(row.on_conflict_do_update(index_elements=[lease.c.name], set_={"until": at}))
