"""What people of the shop say of conversations: verdicts, who looks at what, corrections of what was understood, the
queue of flags. What is stored and read of it; pages and words are elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now_text
from bot.store.console_tables import assignment, correction, facet, review, summary
from bot.store.database import Store
from bot.store.tables import turn

_QUEUED = 50


@dataclass(frozen=True)
class Reviewed:
    """What was said of one conversation: rows of `review`, the oldest first; the account that it is `assigned` to; rows
    of `correction` by the seq of the message, `wrong` as a list."""

    reviews: list[Row[Any]]
    assigned: int | None
    corrections: dict[int, dict[str, Any]]


async def reviews_of(store: Store, id: str) -> Reviewed:
    """What reviewers said of one conversation."""
    async with store.read() as connection:
        rows = await connection.execute(select(review).where(review.c.conversation == id).order_by(review.c.at))
        assigned = await connection.scalar(select(assignment.c.account).where(assignment.c.conversation == id))
        fixes = await connection.execute(select(correction).where(correction.c.conversation == id))
        corrections = {row.seq: {**row._mapping, "wrong": orjson.loads(row.wrong or "[]")} for row in fixes}
        return Reviewed(list(rows), assigned, corrections)


async def keep_verdict(
    store: Store, id: str, *, account: int, verdict: str, reasons: Collection[str], note: str
) -> None:
    """One account's verdict on a conversation, in the place of its earlier one."""
    row = {
        "conversation": id,
        "account": account,
        "verdict": verdict,
        "note": note,
        "reasons": orjson.dumps(sorted(reasons)).decode(),
        "at": now_text(),
    }

    def job(connection: Connection) -> None:
        own = (review.c.conversation == id) & (review.c.account == account)
        connection.execute(delete(review).where(own))
        connection.execute(insert(review).values(**row))

    await store.transact(job)


async def assign_to(store: Store, id: str, account: int | None) -> None:
    """Give a conversation to an account to look at; None: to nobody."""

    def job(connection: Connection) -> None:
        connection.execute(delete(assignment).where(assignment.c.conversation == id))
        if account is not None:
            connection.execute(insert(assignment).values(conversation=id, account=account, at=now_text()))

    await store.transact(job)


# ---------------------------------------------------------------- corrections


@dataclass(frozen=True)
class Correction:
    """What should have been understood of one message: its intent, and fields that were missed. Empty: as it was
    understood. `wrong`: fields that were understood and should not have been."""

    intent: str
    wrong: tuple[str, ...]
    name: str
    email: str
    reason: str

    @property
    def says_something(self) -> bool:
        """False where nothing is to be corrected (any more)."""
        return any((self.intent, self.wrong, self.name, self.email, self.reason))


async def speaker_of(store: Store, id: str, seq: int) -> str | None:
    """Whose turn `seq` of a conversation is; None where there is none."""
    query = select(turn.c.who).where(turn.c.conversation == id, turn.c.seq == seq)
    async with store.read() as connection:
        found: str | None = await connection.scalar(query)
        return found


async def keep_correction(store: Store, id: str, seq: int, right: Correction, *, who: str, account: int) -> None:
    """A correction by the colleague `account` (with the address `who`), in the place of the earlier one; one that says
    nothing takes that away."""
    columns = asdict(right) | {"wrong": orjson.dumps(sorted(right.wrong)).decode()}
    row = {"conversation": id, "seq": seq, "who": who, "account": account, "at": now_text(), **columns}

    def job(connection: Connection) -> None:
        connection.execute(delete(correction).where(correction.c.conversation == id, correction.c.seq == seq))
        if right.says_something:
            connection.execute(insert(correction).values(**row))

    await store.transact(job)


async def corrections_of(store: Store, id: str) -> dict[int, Correction]:
    """The corrections of one conversation, by the turn they are of."""
    async with store.read() as connection:
        rows = list(await connection.execute(select(correction).where(correction.c.conversation == id)))
    return {
        row.seq: Correction(row.intent, tuple(orjson.loads(row.wrong or "[]")), row.name, row.email, row.reason)
        for row in rows
    }


async def corrected_conversations(store: Store) -> list[str]:
    """The conversations in which something was corrected."""
    query = select(correction.c.conversation).distinct().order_by(correction.c.conversation)
    async with store.read() as connection:
        return list(await connection.scalars(query))


# ---------------------------------------------------------------- flags


@dataclass(frozen=True)
class Queue:
    """Flagged conversations that nobody has judged yet: rows of `summary`, the newest first; the flags of each by its
    summary's id; and how many conversations wait under each flag."""

    rows: list[Row[Any]]
    marks: dict[int, list[str]]
    counts: dict[str, int]


async def flagged(store: Store, flag: str) -> Queue:
    """The queue of one flag; empty: of all."""
    judged = select(review.c.conversation)
    raised = (
        select(facet.c.value, func.count())
        .join(summary, summary.c.id == facet.c.summary)
        .where(facet.c.kind == "flag", summary.c.conversation.not_in(judged))
        .group_by(facet.c.value)
    )
    marked = select(facet.c.summary).where(facet.c.kind == "flag")
    if flag:
        marked = marked.where(facet.c.value == flag)
    query = (
        select(summary)
        .where(summary.c.id.in_(marked), summary.c.conversation.not_in(judged))
        .order_by(summary.c.created_at.desc(), summary.c.id.desc())
        .limit(_QUEUED)
    )
    async with store.read() as connection:
        counts = {row[0]: row[1] for row in await connection.execute(raised)}
        rows = list(await connection.execute(query))
        return Queue(rows, await _flags_of(connection, [row.id for row in rows]), counts)


async def flags_of(store: Store, summaries: Sequence[int]) -> dict[int, list[str]]:
    """The flags of these summaries, by their ids; those without one are left out."""
    async with store.read() as connection:
        return await _flags_of(connection, summaries)


async def _flags_of(connection: AsyncConnection, summaries: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(facet.c.summary, facet.c.value).where(facet.c.summary.in_(summaries), facet.c.kind == "flag")
    for row in await connection.execute(query):
        found.setdefault(row.summary, []).append(row.value)
    return found
