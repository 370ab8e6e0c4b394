"""The unit of work. One happening is one `Change`, stored whole or not at all; concurrent ones share a commit.

Sharing is what makes durability cheap: SQLite runs with full synchronisation, so every commit waits for the disk, and a
commit that carries forty conversations waits as long as one that carries a single turn. Where one job of a group fails,
the group is undone and run once more with a savepoint around each job, so that one that clashes harms no other. A clash on `UNIQUE(conversation, number)` means that somebody else
decided first: that `Change` gets `Conflict`, its conversation is loaded and stepped again, which is safe because the
tracker is pure. Any other constraint that it breaks is no clash, would be broken again, and is `Refused` by its name.

Jobs are plain functions of a synchronous connection. On SQLite they run in one thread that owns the only writing
connection: no job waits for another's lock, and a commit costs one change of threads instead of one for each statement.
On PostgreSQL they run on the asynchronous engine, through `run_sync`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pathlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, insert, select, update
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.store.constraints import FIRST, broken
from bot.store.dialects import insert_into
from bot.store.entry import spent_hash
from bot.store.happened import Happened, walk
from bot.store.private import keep_private
from bot.store.records import Change, Loaded, Turn, from_json, to_json
from bot.store.tables import conversation, device, happening, own_key, spent_token, turn
from bot.store.writing import Commit, Job, one_by_one, statements_of, together, turn_of
from bot.telemetry.metrics import FAULTS, SHARED, STORED
from dialogue import events
from dialogue.states import State
from ticket_bridge.faults import outline

log = logging.getLogger("askonce.store")
T = TypeVar("T")
_GROUP = 200
#: How many client ids of a conversation are kept in memory; whether an older one was heard is asked of the store.
KNOWN_IDS = 200
#: Seconds for which a busy store lets changes gather before the next transaction.
_GATHER = 0.003


#: How a database shows that it is not there: its own errors, the network's, and the pool's when all connections hang.
AWAY = (DBAPIError, OSError, PoolTimeout)


class Conflict(Exception):
    """Another writer decided first; load the conversation and step again."""


class Unavailable(Exception):
    """The database cannot be reached or refuses to write; nothing was stored."""


class Refused(Unavailable):
    """What was to be stored breaks a constraint, and would again as it stands. `constraint` names it, as
    `bot.store.constraints.broken` does."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


def _prepare_sqlite(engine: Engine) -> None:
    file = sqlite_file(engine.url)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by SQLAlchemy, below, and by nobody else
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten with zeros
        cursor.close()
        if file is not None:
            keep_private(file)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def sqlite_file(url: URL | str) -> pathlib.Path | None:
    """The file of a SQLite database; None where it has none, or is no SQLite."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    return pathlib.Path(parts.database)


def token_hash(token: str) -> str:
    """Only the hash of a conversation's token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Conversations, turns and what hangs on them, in one database."""

    def __init__(self, url: str, *, timeout: float = 15.0) -> None:
        self._jobs: list[tuple[Job, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None
        #: The SQLite file; how often something was erased from it, and up to which time that was overwritten (`store.scrubbing`).
        self.file = sqlite_file(url)
        self.erasures, self.scrubbed, self.scrubbing = 0, 0, asyncio.Lock()
        self._writer: Engine | None = None
        self._reader: Engine | None = None
        # `hide_parameters`: an error that is logged says which statement failed, and not with whose words.
        if url.startswith("sqlite"):
            self.engine: AsyncEngine = create_async_engine(
                url, pool_size=2, max_overflow=2, connect_args={"timeout": 15}, hide_parameters=True
            )
            _prepare_sqlite(self.engine.sync_engine)
            plain = url.replace("sqlite+aiosqlite:", "sqlite:", 1)
            self._writer = create_engine(
                plain,
                poolclass=StaticPool,
                connect_args={"timeout": 15, "check_same_thread": False},
                hide_parameters=True,
            ).execution_options(immediate=True)
            _prepare_sqlite(self._writer)
            self._thread = ThreadPoolExecutor(1, "askonce-store")
            self._reader = create_engine(
                plain,
                pool_size=1,
                max_overflow=2,
                connect_args={"timeout": 15, "check_same_thread": False},
                hide_parameters=True,
            )
            _prepare_sqlite(self._reader)
        else:
            # A server that is silent must cost its callers seconds and not the hours that TCP would wait.
            self.engine = create_async_engine(
                url, pool_size=8, max_overflow=4, pool_pre_ping=True, pool_timeout=timeout,
                connect_args={"timeout": min(5.0, timeout), "command_timeout": timeout}, hide_parameters=True,
            )  # fmt: skip

    async def close(self) -> None:
        """Finish what is being written, and close every connection."""
        if self._draining is not None:
            await self._draining
        if self._writer is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.dispose)
            self._thread.shutdown()
        if self._reader is not None:
            self._reader.dispose()
        await self.engine.dispose()

    # ------------------------------------------------------------ writing

    async def transact(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction that is shared with other jobs, and return its result once that is durable. Raises
        what the job raised (its own writes are undone, the others' stand), or `Unavailable` where nothing was stored.

        The work is done by a task of the store's own: whoever waits may be cancelled (a shopper who closes the page, a
        courier that is stopped) without taking along the others whose jobs share the commit."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append((job, done))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        busy = False
        while self._jobs:
            if busy:  # others are about to come: a transaction costs the same for one as for ten
                await asyncio.sleep(_GATHER)
            busy = len(self._jobs) > 1
            group, self._jobs = self._jobs[:_GROUP], self._jobs[_GROUP:]
            await self._run_group(group)

    async def _run_group(self, group: list[tuple[Job, asyncio.Future[Any]]]) -> None:
        jobs = [job for job, _ in group]
        SHARED.observe(len(group))
        began = time.perf_counter()
        try:
            if self._writer is not None:
                outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._on_sqlite, jobs)
            else:
                outcomes = await self._on_postgresql(jobs)
        except Exception as error:  # whatever it is, nobody who waits may be left waiting
            if not isinstance(error, AWAY):
                log.error("a transaction failed unexpectedly: %s", outline(error))
                FAULTS.labels("store").inc()
            outcomes = [Unavailable(type(error).__name__)] * len(group)
        STORED.observe(time.perf_counter() - began)
        for (_, done), outcome in zip(group, outcomes, strict=True):
            if done.cancelled():
                continue
            if isinstance(outcome, DataError):  # a value that a column cannot hold, now and always
                done.set_exception(Refused("a column's kind or length"))
            elif isinstance(outcome, BaseException):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)

    def _on_sqlite(self, jobs: list[Job]) -> list[Any]:
        assert self._writer is not None  # the caller saw it
        try:
            with self._writer.begin() as connection:
                return together(connection, jobs)
        except Exception:
            with self._writer.begin() as connection:
                return one_by_one(connection, jobs)

    async def _on_postgresql(self, jobs: list[Job]) -> list[Any]:
        try:
            async with self.engine.begin() as connection:
                return await connection.run_sync(together, jobs)
        except Exception:
            async with self.engine.begin() as connection:
                return await connection.run_sync(one_by_one, jobs)

    # ------------------------------------------------------------ conversations

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
            return Loaded(id, from_json(State, row.state), row.seq, row.number, some, row.locale, all_ids)

    async def turn_with(self, id: str, client_id: str) -> Turn | None:
        """The turn that was said under `client_id`, however long ago; None where there is none."""
        query = select(turn).where(turn.c.conversation == id, turn.c.client_id == client_id)
        async with self.read() as connection:
            row = (await connection.execute(query)).one_or_none()
            return turn_of(row) if row is not None else None

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

    async def changed_since(self, at: str) -> dict[str, int]:
        """Conversations changed at or after `at`, with their latest number: for processes that share a file."""
        query = select(conversation.c.id, conversation.c.number).where(conversation.c.updated_at >= at)
        async with self.read() as connection:
            return {row.id: row.number for row in await connection.execute(query)}

    async def heads(self, ids: Sequence[str]) -> dict[str, int]:
        """The latest number of each of these conversations; one that is not there (any more) is left out."""
        found: dict[str, int] = {}
        async with self.read() as connection:
            for start in range(0, len(ids), _GROUP):
                some = ids[start : start + _GROUP]
                query = select(conversation.c.id, conversation.c.number).where(conversation.c.id.in_(some))
                found |= {row.id: row.number for row in await connection.execute(query)}
        return found

    async def ping(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        await self._scalar(select(conversation.c.id).limit(1))

    async def commit(self, change: Change) -> None:
        """Store a change, durably. Raises, where nothing was stored: `Conflict` where somebody decided first, `Stale` where a courier's
        report comes too late, `Refused` where another constraint is broken, `Unavailable`."""
        try:
            await self.transact(Commit(change.conversation, statements_of(change), change.delivery))
        except IntegrityError as error:
            if (constraint := broken(error)) in FIRST:
                raise Conflict(change.conversation) from error
            raise Refused(constraint) from error

    # ------------------------------------------------------------ small things

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.connect() as connection:
                yield connection
        except AWAY as error:
            raise Unavailable(type(error).__name__) from error

    async def look(self, job: Callable[[Connection], T]) -> T:
        """Run `job`, which only reads, in one visit: on SQLite one change of threads instead of one for each statement.
        Raises `Unavailable`."""
        try:
            if self._reader is not None:
                return await asyncio.to_thread(self._read_sqlite, job)
            async with self.engine.connect() as connection:
                return await connection.run_sync(job)
        except AWAY as error:
            raise Unavailable(type(error).__name__) from error

    def _read_sqlite(self, job: Callable[[Connection], T]) -> T:
        assert self._reader is not None  # the caller saw it
        with self._reader.connect() as connection:
            return job(connection)

    async def _scalar(self, query: Any) -> Any:
        async with self.read() as connection:
            return await connection.scalar(query)
