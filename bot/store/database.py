"""The unit of work. One happening is one `Change`, stored whole or not at all; concurrent ones share a transaction.

Sharing is what makes durability cheap: SQLite runs with full synchronisation, so every commit waits for the disk, and a
commit that carries forty conversations waits as long as one that carries a single turn. A clash on
`UNIQUE(conversation, number)` means that somebody else decided first: that one `Change` gets `Conflict`, its conversation
is loaded and stepped again, which is safe because the tracker is pure. The others in the transaction are not affected.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import Delete, Insert, Update, bindparam, delete, event, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.records import Change, Loaded, Turn, from_json, happenings_from_json, happenings_to_json, to_json
from bot.store.tables import attempt, conversation, gap, happening, outbox, rating, turn
from dialogue import events
from dialogue.states import State

_GROUP = 200

_INSERT_HAPPENING = insert(happening)
_INSERT_TURN = insert(turn)
_UPDATE_CONVERSATION = (
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"))
    .values(
        seq=bindparam("b_seq"), number=bindparam("b_number"), state=bindparam("b_state"), updated_at=bindparam("b_at")
    )
)


class Conflict(Exception):
    """Another writer decided first; load the conversation and step again."""


class Unavailable(Exception):
    """The database cannot be reached or refuses to write; nothing was stored."""


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": 15})

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by SQLAlchemy, below, and by nobody else
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def token_hash(token: str) -> str:
    """Only the hash of a conversation's token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Conversations, turns and what hangs on them, in one database."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._queue: list[tuple[Change, asyncio.Future[None]]] = []
        self._writing = asyncio.Lock()
        self._sqlite = url.startswith("sqlite")

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write. On SQLite it takes the write lock at once, so that it cannot fail half-way."""
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(immediate=True)
                async with connection.begin():
                    yield connection
        except IntegrityError:
            raise
        except (DBAPIError, OSError) as error:
            raise Unavailable(type(error).__name__) from error

    # ------------------------------------------------------------ conversations

    async def create(self, *, id: str, token: str, state: State, at: str, locale: str | None, channel: str) -> None:
        """A new conversation. Raises `Conflict` where its id or token exists."""
        row = {
            "id": id, "token_hash": token_hash(token), "created_at": at, "updated_at": at, "seq": 0, "number": 0,
            "state": to_json(state), "locale": locale, "channel": channel,
        }  # fmt: skip
        try:
            async with self.write() as connection:
                await connection.execute(insert(conversation), [row])
        except IntegrityError as error:
            raise Conflict from error

    async def id_of(self, token: str) -> str | None:
        """The conversation that `token` opens, or None."""
        query = select(conversation.c.id).where(conversation.c.token_hash == token_hash(token))
        found: str | None = await self._scalar(query)
        return found

    async def load(self, id: str) -> Loaded | None:
        """A conversation's state and the client ids it has seen."""
        async with self.read() as connection:
            row = (await connection.execute(select(conversation).where(conversation.c.id == id))).one_or_none()
            if row is None:
                return None
            ids = await connection.scalars(
                select(turn.c.client_id).where(turn.c.conversation == id, turn.c.client_id.is_not(None))
            )
            return Loaded(id, from_json(State, row.state), row.seq, row.number, {i for i in ids if i})

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

    # ------------------------------------------------------------ changes

    async def commit(self, change: Change) -> None:
        """Store a change, durably. Raises `Conflict`, or `Unavailable` where nothing was stored."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((change, done))
        if not self._writing.locked():
            async with self._writing:
                while self._queue:
                    group, self._queue = self._queue[:_GROUP], self._queue[_GROUP:]
                    await self._commit_group(group)
        await done

    async def _commit_group(self, group: list[tuple[Change, asyncio.Future[None]]]) -> None:
        try:
            await self._store([change for change, _ in group])
        except (IntegrityError, Unavailable) as error:
            if len(group) > 1:
                for single in group:
                    await self._commit_group([single])
            else:
                change, done = group[0]
                if not done.done():
                    done.set_exception(Conflict(change.conversation) if isinstance(error, IntegrityError) else error)
            return
        except BaseException as error:
            for _, done in group:
                if not done.done():
                    done.set_exception(error)
            raise
        for _, done in group:
            if not done.done():
                done.set_result(None)

    async def _store(self, changes: Sequence[Change]) -> None:
        happenings: list[dict[str, Any]] = []
        turns: list[dict[str, Any]] = []
        conversations: list[dict[str, Any]] = []
        rest: list[tuple[Insert | Update | Delete, list[dict[str, Any]]]] = []
        for c in changes:
            happenings.append(
                {
                    "conversation": c.conversation,
                    "number": c.number,
                    "seq": c.seq,
                    "at": c.at,
                    "events": happenings_to_json(c.happenings),
                    "rows": to_json(c.rows),
                    "milliseconds": c.milliseconds,
                }  # fmt: skip
            )
            turns += [_turn_row(c, t) for t in c.turns]
            conversations.append(
                {
                    "b_id": c.conversation,
                    "b_seq": c.seq,
                    "b_number": c.number,
                    "b_state": to_json(c.state),
                    "b_at": c.at,
                }
            )
            rest += list(_rest(c))
        async with self.write() as connection:
            await connection.execute(_INSERT_HAPPENING, happenings)
            if turns:
                await connection.execute(_INSERT_TURN, turns)
            await connection.execute(_UPDATE_CONVERSATION, conversations)
            for statement, rows in rest:
                await connection.execute(statement, rows)

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


def _rest(c: Change) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The rarer writes of a change: tickets for the bridge, gaps, a rating, a delivery's outcome."""
    from ticket_bridge.outbox import enqueue_row

    found: list[tuple[Any, list[dict[str, Any]]]] = [
        (
            insert(outbox),
            [enqueue_row(key=e.key, conversation=c.conversation, reference=e.reference, payload=e.payload,
                         helpdesk=c.helpdesk, now=c.now)],
        )
        for e in c.enqueued
    ]  # fmt: skip
    found += [(insert(gap), [{"conversation": c.conversation, "seq": s, "question": q, "at": c.at}]) for s, q in c.gaps]
    if c.rated:
        row = {"conversation": c.conversation, "score": c.rated[0], "comment": c.rated[1], "at": c.at}
        found.append((delete(rating).where(rating.c.conversation == bindparam("b_id")), [{"b_id": c.conversation}]))
        found.append((insert(rating), [row]))
    if c.delivery:
        d = c.delivery
        values: dict[str, Any] = {}
        if d.status:
            values |= {"status": d.status, "lease_until": 0.0}
        if d.external_id:
            values["external_id"] = d.external_id
        if d.due_at is not None:
            values["due_at"] = d.due_at
        if d.ambiguous is not None:
            values["ambiguous"] = int(d.ambiguous)
        if d.told_saved:
            values["told_saved"] = 1
        if values:
            found.append(
                (update(outbox).where(outbox.c.key == bindparam("b_key")).values(**values), [{"b_key": d.key}])
            )
        if d.attempted:
            at, outcome, detail = d.attempted
            found.append((insert(attempt), [{"key": d.key, "at": at, "outcome": outcome, "detail": detail}]))
    return found
