"""The unit of work. One happening is one `Change`, stored whole or not at all; concurrent ones share a commit.

Sharing is what makes durability cheap: SQLite runs with full synchronisation, so every commit waits for the disk, and a
commit that carries forty conversations waits as long as one that carries a single turn. Where one job of a group fails,
the group is undone and run once more with a savepoint around each job, so that one that clashes harms no other. A clash on `UNIQUE(conversation, number)` means that somebody else
decided first: that `Change` gets `Conflict`, its conversation is loaded and stepped again, which is safe because the
tracker is pure.

Jobs are plain functions of a synchronous connection. On SQLite they run in one thread that owns the only writing
connection: no job waits for another's lock, and a commit costs one change of threads instead of one for each statement.
On PostgreSQL they run on the asynchronous engine, through `run_sync`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import orjson
from sqlalchemy import bindparam, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.store.records import (
    Change,
    Delivery,
    Loaded,
    Turn,
    from_json,
    happenings_from_json,
    happenings_to_json,
    to_json,
)
from bot.store.tables import attempt, conversation, device, gap, happening, notice, outbox, rating, turn
from dialogue import events
from dialogue.states import State
from ticket_bridge.notices import notice_row
from ticket_bridge.outbox import enqueue_row

T = TypeVar("T")
Job = Callable[[Connection], Any]
_GROUP = 200

_INSERT_CONVERSATION, _INSERT_HAPPENING, _INSERT_TURN = insert(conversation), insert(happening), insert(turn)
_INSERT_OUTBOX, _INSERT_GAP, _INSERT_RATING, _INSERT_ATTEMPT = (
    insert(outbox),
    insert(gap),
    insert(rating),
    insert(attempt),
)
_DELETE_RATING = delete(rating).where(rating.c.conversation == bindparam("b_id"))
_UPDATE_CONVERSATION = (
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"))
    .values(
        seq=bindparam("b_seq"), number=bindparam("b_number"), state=bindparam("b_state"), updated_at=bindparam("b_at")
    )
)
_EVERY_MESSAGE = frozenset((_INSERT_HAPPENING, _INSERT_TURN, _UPDATE_CONVERSATION))


class Conflict(Exception):
    """Another writer decided first; load the conversation and step again."""


class Unavailable(Exception):
    """The database cannot be reached or refuses to write; nothing was stored."""


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by SQLAlchemy, below, and by nobody else
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def token_hash(token: str) -> str:
    """Only the hash of a conversation's token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Conversations, turns and what hangs on them, in one database."""

    def __init__(self, url: str) -> None:
        self._jobs: list[tuple[Job, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None
        self._writer: Engine | None = None
        if url.startswith("sqlite"):
            self.engine: AsyncEngine = create_async_engine(
                url, pool_size=2, max_overflow=2, connect_args={"timeout": 15}
            )
            _prepare_sqlite(self.engine.sync_engine)
            plain = url.replace("sqlite+aiosqlite:", "sqlite:", 1)
            self._writer = create_engine(
                plain, poolclass=StaticPool, connect_args={"timeout": 15, "check_same_thread": False}
            ).execution_options(immediate=True)
            _prepare_sqlite(self._writer)
            self._thread = ThreadPoolExecutor(1, "askonce-store")
        else:
            self.engine = create_async_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True)

    async def close(self) -> None:
        """Finish what is being written, and close every connection."""
        if self._draining is not None:
            await self._draining
        if self._writer is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.dispose)
            self._thread.shutdown()
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
        while self._jobs:
            group, self._jobs = self._jobs[:_GROUP], self._jobs[_GROUP:]
            await self._run_group(group)

    async def _run_group(self, group: list[tuple[Job, asyncio.Future[Any]]]) -> None:
        jobs = [job for job, _ in group]
        try:
            if self._writer is not None:
                outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._on_sqlite, jobs)
            else:
                outcomes = await self._on_postgresql(jobs)
        except (DBAPIError, OSError) as error:
            outcomes = [Unavailable(type(error).__name__)] * len(group)
        for (_, done), outcome in zip(group, outcomes, strict=True):
            if done.cancelled():
                continue
            if isinstance(outcome, BaseException):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)

    def _on_sqlite(self, jobs: list[Job]) -> list[Any]:
        assert self._writer is not None  # the caller saw it
        try:
            with self._writer.begin() as connection:
                return [job(connection) for job in jobs]
        except Exception:
            with self._writer.begin() as connection:
                return _one_by_one(connection, jobs)

    async def _on_postgresql(self, jobs: list[Job]) -> list[Any]:
        try:
            async with self.engine.begin() as connection:
                return await connection.run_sync(lambda sync: [job(sync) for job in jobs])
        except Exception:
            async with self.engine.begin() as connection:
                return await connection.run_sync(_one_by_one, jobs)

    # ------------------------------------------------------------ conversations

    async def create(self, *, id: str, token: str, state: State, at: str, locale: str | None, channel: str) -> None:
        """A new conversation. Raises `Conflict` where its id or token exists."""
        row = {
            "id": id, "token_hash": token_hash(token), "created_at": at, "updated_at": at, "seq": 0, "number": 0,
            "state": to_json(state), "locale": locale, "channel": channel,
        }  # fmt: skip
        try:
            await self.transact(lambda connection: connection.execute(_INSERT_CONVERSATION, row) and None)
        except IntegrityError as error:
            raise Conflict from error

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
        """A conversation's state and the client ids it has seen."""
        async with self.read() as connection:
            row = (await connection.execute(select(conversation).where(conversation.c.id == id))).one_or_none()
            if row is None:
                return None
            ids = await connection.scalars(
                select(turn.c.client_id).where(turn.c.conversation == id, turn.c.client_id.is_not(None))
            )
            return Loaded(id, from_json(State, row.state), row.seq, row.number, {i for i in ids if i}, row.locale)

    async def turns(self, id: str, after: int = 0, limit: int = 500) -> list[Turn]:
        """The turns after `after`, in order."""
        query = select(turn).where(turn.c.conversation == id, turn.c.seq > after).order_by(turn.c.seq).limit(limit)
        async with self.read() as connection:
            return [_turn(row) for row in await connection.execute(query)]

    async def happenings(self, id: str) -> list[Any]:
        """Every happening of a conversation, in order, as rows (`events`, `rows`, `seq`, `at`, `milliseconds`)."""
        query = select(happening).where(happening.c.conversation == id).order_by(happening.c.number)
        async with self.read() as connection:
            return list(await connection.execute(query))

    async def told(self, id: str) -> tuple[events.Happening, ...]:
        """What the tracker was told in a conversation: its state is the fold of these."""
        return tuple(h for row in await self.happenings(id) for h in happenings_from_json(row.events))

    async def changed_since(self, at: str) -> dict[str, int]:
        """Conversations changed at or after `at`, with their latest seq: for replicas that share the database."""
        query = select(conversation.c.id, conversation.c.seq).where(conversation.c.updated_at >= at)
        async with self.read() as connection:
            return {row.id: row.seq for row in await connection.execute(query)}

    async def ping(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        await self._scalar(select(func.count()).select_from(rating))

    async def commit(self, change: Change) -> None:
        """Store a change, durably. Raises `Conflict`, or `Unavailable` where nothing was stored."""
        statements = _statements(change)

        def job(connection: Connection) -> None:
            for statement, rows in statements:
                _execute(connection, statement, rows)

        try:
            await self.transact(job)
        except IntegrityError as error:
            raise Conflict(change.conversation) from error

    # ------------------------------------------------------------ small things

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.connect() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise Unavailable(type(error).__name__) from error

    async def _scalar(self, query: Any) -> Any:
        async with self.read() as connection:
            return await connection.scalar(query)


def _one_by_one(connection: Connection, jobs: Sequence[Job]) -> list[Any]:
    """Each job in a savepoint: its result, or the exception it raised with its writes undone."""
    outcomes: list[Any] = []
    for job in jobs:
        try:
            with connection.begin_nested():
                outcomes.append(job(connection))
        except DBAPIError as error:
            if connection.invalidated or not isinstance(error, IntegrityError):
                raise
            outcomes.append(error)
        except Exception as error:
            outcomes.append(error)
    return outcomes


_compiled: dict[Any, tuple[str, list[str]]] = {}


def _execute(connection: Connection, statement: Any, rows: Any) -> None:
    """`connection.execute`, for the few statements of every message without its preparations: on SQLite the SQL text and
    the order of its parameters are made once."""
    if connection.dialect.name != "sqlite" or statement not in _EVERY_MESSAGE:
        connection.execute(statement, rows)
        return
    many = rows if isinstance(rows, list) else [rows]
    if statement not in _compiled:
        made = statement.compile(dialect=connection.dialect, column_keys=list(many[0]))
        _compiled[statement] = str(made), list(made.positiontup or ())
    text, order = _compiled[statement]
    connection.exec_driver_sql(text, [tuple(row[name] for name in order) for row in many])


def _statements(c: Change) -> list[tuple[Any, Any]]:
    """All that a change writes, in order."""
    happened = {
        "conversation": c.conversation, "number": c.number, "seq": c.seq, "at": c.at,
        "events": happenings_to_json(c.happenings), "rows": to_json(c.rows), "milliseconds": c.milliseconds,
    }  # fmt: skip
    stands = {"b_id": c.conversation, "b_seq": c.seq, "b_number": c.number, "b_state": to_json(c.state), "b_at": c.at}
    found: list[tuple[Any, Any]] = [(_INSERT_HAPPENING, happened)]
    if c.turns:
        found.append((_INSERT_TURN, [_turn_row(c, t) for t in c.turns]))
    found.append((_UPDATE_CONVERSATION, stands))
    for e in c.enqueued:
        row = enqueue_row(
            key=e.key, conversation=c.conversation, reference=e.reference, payload=e.payload, helpdesk=c.helpdesk,
            now=c.now,
        )  # fmt: skip
        found.append((_INSERT_OUTBOX, row))
    for seq, question in c.gaps:
        found.append((_INSERT_GAP, {"conversation": c.conversation, "seq": seq, "question": question, "at": c.at}))
    if c.rated:
        found.append((_DELETE_RATING, {"b_id": c.conversation}))
        row = {"conversation": c.conversation, "score": c.rated[0], "comment": c.rated[1], "at": c.at}
        found.append((_INSERT_RATING, row))
    if c.delivery:
        found += _delivery(c.delivery)
        if subject := c.delivery.notify:
            words = [t.text for t in c.turns if t.act == "ticket_filed"]
            found += [
                (insert(notice), notice_row(key=c.delivery.key, subject=subject, text=text, now=c.now))
                for text in words[:1]
            ]
    return found


def _delivery(d: Delivery) -> list[tuple[Any, Any]]:
    values: dict[str, Any] = {}
    if d.status:
        values |= {"status": d.status, "lease_until": 0.0}
    if d.external_id:
        values["external_id"] = d.external_id
    if d.due_at is not None:
        values["due_at"] = d.due_at
    if d.doubt is not None:
        values["ambiguous"] = d.doubt
    if d.told_saved:
        values["told_saved"] = 1
    found: list[tuple[Any, Any]] = []
    if values:
        found.append((update(outbox).where(outbox.c.key == bindparam("b_key")).values(**values), {"b_key": d.key}))
    if d.attempted:
        at, outcome, detail = d.attempted
        found.append((_INSERT_ATTEMPT, {"key": d.key, "at": at, "outcome": outcome, "detail": detail}))
    return found


def _turn_row(c: Change, t: Turn) -> dict[str, Any]:
    return {
        "conversation": c.conversation, "seq": t.seq, "who": t.who, "text": t.text, "at": t.at, "client_id": t.id,
        "act": t.act, "asks": to_json(t.asks), "sources": to_json(t.sources),
        "ticket": to_json(t.ticket) if t.ticket else None, "choices": to_json(t.choices), "rule": t.rule,
        "number": c.number,
    }  # fmt: skip


def _turn(row: Any) -> Turn:
    return Turn(
        seq=row.seq, who=row.who, text=row.text, at=row.at, id=row.client_id, act=row.act,
        asks=tuple(orjson.loads(row.asks or "[]")),
        sources=tuple(events.Passage(**s) for s in orjson.loads(row.sources or "[]")),
        ticket=orjson.loads(row.ticket) if row.ticket else None, choices=tuple(orjson.loads(row.choices or "[]")),
        rule=row.rule or "",
    )  # fmt: skip
