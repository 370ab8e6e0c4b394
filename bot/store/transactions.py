"""The unit of work: jobs that share a commit, and visits that only read.

Sharing is what makes durability cheap: SQLite runs with full synchronisation, so every commit waits for the disk, and a
commit that carries forty conversations waits as long as one that carries a single turn. Where one job of a group fails,
the group is undone and run once more with a savepoint around each job, so that one that clashes harms no other.

Jobs are plain functions of a synchronous connection. On SQLite they run in one thread that owns the only writing
connection: no job waits for another's lock, and a commit costs one change of threads instead of one for each statement.
On PostgreSQL they run on the asynchronous engine, through `run_sync`.
"""

from __future__ import annotations

import asyncio
import logging
import pathlib
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.store.private import keep_private
from bot.store.troubles import Trouble
from bot.store.writing import Job, one_by_one, together
from bot.telemetry.metrics import FAULTS, SHARED, STORED
from ticket_bridge.faults import outline

log = logging.getLogger("askonce.store")
T = TypeVar("T")
#: How many jobs share a commit at most.
_GROUP = 200
#: Seconds for which a busy store lets changes gather before the next transaction.
_GATHER = 0.003
#: How a database shows that it is not there: its own errors, the network's, and the pool's when all connections hang.
AWAY = (DBAPIError, OSError, PoolTimeout)


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


class Transactions:
    """One database, SQLite's or PostgreSQL's, and every way to it: writing in shared transactions, and reading."""

    def __init__(self, url: str, *, timeout: float = 15.0) -> None:
        self._jobs: list[tuple[Job, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None
        #: The SQLite file; how often something was erased from it, and up to which time that was overwritten
        #: (`store.scrubbing`).
        self.file = sqlite_file(url)
        self.erasures, self.scrubbed, self.scrubbing = 0, 0, asyncio.Lock()
        #: What ails it when writing, and when reading: of a full disk can be read.
        self.writing, self.reading = Trouble(), Trouble()
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
            else:
                self.writing.came(error)
            outcomes = [Unavailable(type(error).__name__)] * len(group)
        else:
            self.writing.went()
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

    # ------------------------------------------------------------ reading

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that only read. Raises `Unavailable`."""
        try:
            async with self.engine.connect() as connection:
                yield connection
        except AWAY as error:
            self.reading.came(error)
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
            self.reading.came(error)
            raise Unavailable(type(error).__name__) from error

    def _read_sqlite(self, job: Callable[[Connection], T]) -> T:
        assert self._reader is not None  # the caller saw it
        with self._reader.connect() as connection:
            return job(connection)

    async def _scalar(self, query: Any) -> Any:
        async with self.read() as connection:
            return await connection.scalar(query)
