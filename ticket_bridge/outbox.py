"""The outbox: tickets waiting for the helpdesk, claimed by lease so that a dead courier's work is taken up again.

A row is written in the transaction of the turn that completed the ticket, on that transaction's own connection (all
functions here take one and never begin or end anything), so a ticket exists exactly when its turn does. The table
itself is handed in: the bridge knows its columns, not its database.

A lease is a date, and dates deceive: clocks are set, processes are stopped and go on. So whoever writes what came of an
attempt says which attempt it was (`held`: its owner and number, of which there is never a second), and what is said of
an attempt that is no longer the ticket's own changes nothing. Only this is a fact whoever says it: the helpdesk has the
ticket (`file_late`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, or_, select, text, update
from sqlalchemy.engine import Connection


@dataclass(frozen=True)
class Claim:
    """A ticket this courier holds until its lease ends. `attempts` counts this one; `owner` and it are what the outcome
    is fenced by. `doubt`: 0 where no attempt can have created the ticket; 1 where one may have, so look before creating
    again; more where a look has found nothing since, and no ticket was created after it (the number tells that look
    from later ones). `earlier` is the helpdesk's id of the ticket that this one disputes, where the conversation knows
    one (R18)."""

    key: str
    owner: str
    conversation: str
    reference: str
    payload: Mapping[str, Any]
    attempts: int
    doubt: int
    told_saved: bool
    earlier: str | None = None
    trace: str | None = None


def enqueue_row(
    *, key: str, conversation: str, reference: str, payload: Mapping[str, Any], helpdesk: str, now: float,
    trace: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The outbox row of a new ticket, due at once. `now` in seconds since the epoch, `trace` a W3C traceparent."""
    return {
        "key": key, "conversation": conversation, "reference": reference, "payload": orjson.dumps(payload).decode(),
        "status": "queued", "helpdesk": helpdesk, "external_id": None, "attempts": 0, "ambiguous": 0, "due_at": now,
        "lease_until": 0.0, "owner": None, "created_at": now, "told_saved": 0, "trace": trace,
    }  # fmt: skip


def held(outbox: Table, *, key: str, owner: str, attempts: int) -> ColumnElement[bool]:
    """The fence: true of a ticket for as long as this very attempt of this owner's is the latest, and no outcome of it
    was stored."""
    c = outbox.c
    return and_(c.key == key, c.status == "sending", c.owner == owner, c.attempts == attempts)


def holds(connection: Connection, outbox: Table, item: Claim) -> bool:
    """Whether the ticket is still this attempt's. Where another courier's clock is ahead, or this one was stopped for a
    while, a lease may have been taken over before its end was seen here."""
    mine = held(outbox, key=item.key, owner=item.owner, attempts=item.attempts)
    return connection.scalar(select(outbox.c.key).where(mine)) is not None


def file_late(
    connection: Connection, outbox: Table, *, key: str, external_id: str, helpdesk: str | None = None
) -> str | None:
    """The helpdesk has the ticket, says an attempt that holds it no more; `helpdesk` names it, where that may have
    changed. Filed is final: what is filed already keeps its id. Returns the id under which it is filed now, None where
    there is no such row (any more)."""
    unfiled = update(outbox).where(outbox.c.key == key, outbox.c.status != "filed")
    values = {"status": "filed", "external_id": external_id, "lease_until": 0.0}
    connection.execute(unfiled.values(**values, **({"helpdesk": helpdesk} if helpdesk else {})))
    found: str | None = connection.scalar(select(outbox.c.external_id).where(outbox.c.key == key))
    return found


#: A ticket due later than this many seconds from now is due at once: no wait is as long, so the clock was set back.
_FAR = 2000.0


@functools.cache
def _queries(outbox: Table, dialect: str) -> tuple[list[Any], Any, Any]:
    """What `claim` asks and writes, made once: the two ways of being free (one after the other, not with OR, so that
    each can be read from the index in its order and stop at the limit), the rows, and the lease."""
    earlier = outbox.alias("earlier")
    before = exists().where(
        earlier.c.conversation == outbox.c.conversation,
        earlier.c.status.in_(("queued", "sending")),
        or_(
            earlier.c.created_at < outbox.c.created_at,
            and_(earlier.c.created_at == outbox.c.created_at, earlier.c.reference < outbox.c.reference),
        ),
    )
    # Whoever looked for a ticket knows by a steady clock when to look again, so others leave it alone for a while.
    mine = or_(outbox.c.ambiguous < 2, outbox.c.owner == bindparam("owner"), outbox.c.due_at <= bindparam("left"))
    free = []
    for condition in (
        and_(outbox.c.status == "sending", outbox.c.lease_until < bindparam("now")),
        and_(outbox.c.status == "sending", outbox.c.lease_until > bindparam("far")),
        and_(outbox.c.status == "queued", outbox.c.due_at <= bindparam("now"), mine),
        and_(outbox.c.status == "queued", outbox.c.due_at > bindparam("far")),
    ):
        picked = select(outbox.c.key).where(condition, ~before).order_by(outbox.c.due_at).limit(bindparam("most"))
        free.append(picked.with_for_update(skip_locked=True, of=outbox) if dialect == "postgresql" else picked)
    rows = select(outbox).where(outbox.c.key.in_(bindparam("keys", expanding=True)))
    lease = (
        update(outbox)
        .where(outbox.c.key == bindparam("b_key"))
        .values(
            status="sending",
            owner=bindparam("b_owner"),
            lease_until=bindparam("b_until"),
            attempts=bindparam("b_attempts"),
            ambiguous=bindparam("b_doubt"),  # the column's name is older than the second look
        )
    )
    return free, rows, lease


def claim(
    connection: Connection, outbox: Table, *, owner: str, now: float, lease: float, limit: int, courtesy: float = 0.0
) -> list[Claim]:
    """Take up to `limit` tickets that are due, or whose courier died: until `now + lease` they are this owner's. A
    claim counts as an attempt; one taken from a dead courier is in doubt, since nobody knows how far it came. A
    conversation's tickets go in their order: a later one waits until the earlier one is filed, or refused. One that
    another courier has looked for once is left to that one for `courtesy` seconds after it is due."""
    free, rows_of, leasing = _queries(outbox, connection.dialect.name)
    keys: list[str] = []
    for picked in free:
        if len(keys) < limit:
            given = {"now": now, "far": now + _FAR, "owner": owner, "left": now - courtesy, "most": limit - len(keys)}
            keys += connection.scalars(picked, given)
    if not keys:
        return []
    rows = list(connection.execute(rows_of, {"keys": keys}))
    connection.execute(
        leasing,
        [
            {
                "b_key": row.key, "b_owner": owner, "b_until": now + lease, "b_attempts": row.attempts + 1,
                "b_doubt": 1 if row.status == "sending" else row.ambiguous,
            }
            for row in rows
        ],
    )  # fmt: skip
    return [_claimed(connection, outbox, row, owner) for row in rows]


def _claimed(connection: Connection, outbox: Table, row: Any, owner: str) -> Claim:
    payload = orjson.loads(row.payload)
    earlier = None
    if disputed := payload["envelope"].get("disputes"):
        found = select(outbox.c.external_id).where(
            outbox.c.reference == disputed, outbox.c.conversation == row.conversation, outbox.c.helpdesk == row.helpdesk
        )
        earlier = connection.scalar(found)
    return Claim(
        row.key,
        owner,
        row.conversation,
        row.reference,
        payload,
        row.attempts + 1,
        1 if row.status == "sending" else row.ambiguous,
        bool(row.told_saved),
        earlier,
        row.trace,
    )


def release(connection: Connection, outbox: Table, *, is_dead: Callable[[str], bool]) -> int:
    """End the leases of owners that are known to be dead, so that a restart need not wait them out; returns how many
    tickets that freed. They stay ambiguous: nobody knows how far their courier came."""
    owners = connection.scalars(select(outbox.c.owner).where(outbox.c.status == "sending").distinct())
    dead = [owner for owner in owners if owner and is_dead(owner)]
    if not dead:
        return 0
    freed = update(outbox).where(outbox.c.status == "sending", outbox.c.owner.in_(dead)).values(lease_until=0.0)
    return int(connection.execute(freed).rowcount)


def overdue(
    connection: Connection, outbox: Table, *, older_than: float, limit: int = 200
) -> list[tuple[str, str, str]]:
    """(key, conversation, reference) of up to `limit` tickets created before `older_than` whose shopper has had no word
    yet (R13), the oldest first."""
    query = (
        select(outbox.c.key, outbox.c.conversation, outbox.c.reference)
        .where(
            text("told_saved = 0 AND status != 'filed'"),  # in the very words of the partial index
            outbox.c.created_at < older_than,
        )
        .order_by(outbox.c.created_at)
        .limit(limit)
    )
    return [(row.key, row.conversation, row.reference) for row in connection.execute(query)]


def deliver_again(connection: Connection, outbox: Table, *, now: float, reference: str | None = None) -> list[str]:
    """Put refused tickets back into the queue, all of them or the one named, after an operator mended what was wrong;
    returns their references. What was in doubt stays in doubt, so none is doubled."""
    refused = outbox.c.status == "refused"
    if reference is not None:
        refused = and_(refused, outbox.c.reference == reference)
    references = list(connection.scalars(select(outbox.c.reference).where(refused).order_by(outbox.c.created_at)))
    connection.execute(update(outbox).where(refused).values(status="queued", due_at=now, lease_until=0.0))
    return references
