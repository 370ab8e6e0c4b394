"""The outbox: tickets waiting for the helpdesk, claimed by lease so that a dead courier's work is taken up again.

A row is written in the transaction of the turn that completed the ticket, on that transaction's own connection (all functions here take one and never begin or end anything), so a
ticket exists exactly when its turn does. The table itself is handed in: the bridge knows its columns, not its database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.engine import Connection


@dataclass(frozen=True)
class Claim:
    """A ticket this courier holds until its lease ends. `attempts` counts this one; `ambiguous`: an earlier attempt may
    have created the ticket, so look before creating again."""

    key: str
    conversation: str
    reference: str
    payload: Mapping[str, Any]
    attempts: int
    ambiguous: bool
    told_saved: bool


def enqueue_row(
    *, key: str, conversation: str, reference: str, payload: Mapping[str, Any], helpdesk: str, now: float
) -> dict[str, Any]:
    """The outbox row of a new ticket, due at once. `now` in seconds since the epoch."""
    return {
        "key": key, "conversation": conversation, "reference": reference, "payload": orjson.dumps(payload).decode(),
        "status": "queued", "helpdesk": helpdesk, "external_id": None, "attempts": 0, "ambiguous": 0, "due_at": now,
        "lease_until": 0.0, "owner": None, "created_at": now, "told_saved": 0,
    }  # fmt: skip


def claim(connection: Connection, outbox: Table, *, owner: str, now: float, lease: float, limit: int) -> list[Claim]:
    """Take up to `limit` tickets that are due, or whose courier died: until `now + lease` they are this owner's. A claim
    counts as an attempt; one taken from a dead courier is ambiguous, since nobody knows how far it came."""
    free = or_(
        and_(outbox.c.status == "queued", outbox.c.due_at <= now),
        and_(outbox.c.status == "sending", outbox.c.lease_until < now),
    )
    picked = select(outbox.c.key).where(free).order_by(outbox.c.due_at).limit(limit)
    if connection.dialect.name == "postgresql":
        picked = picked.with_for_update(skip_locked=True)
    keys = list(connection.scalars(picked))
    if not keys:
        return []
    rows = list(connection.execute(select(outbox).where(outbox.c.key.in_(keys))))
    for row in rows:
        died = row.status == "sending"
        connection.execute(
            update(outbox)
            .where(outbox.c.key == row.key)
            .values(
                status="sending",
                owner=owner,
                lease_until=now + lease,
                attempts=row.attempts + 1,
                ambiguous=1 if died else row.ambiguous,
            )  # fmt: skip
        )
    return [
        Claim(
            row.key,
            row.conversation,
            row.reference,
            orjson.loads(row.payload),
            row.attempts + 1,
            bool(row.ambiguous) or row.status == "sending",
            bool(row.told_saved),
        )  # fmt: skip
        for row in rows
    ]


def release(connection: Connection, outbox: Table, *, is_dead: Callable[[str], bool]) -> int:
    """End the leases of owners that are known to be dead, so that a restart need not wait them out; returns how many
    tickets that freed. They stay ambiguous: nobody knows how far their courier came."""
    owners = connection.scalars(select(outbox.c.owner).where(outbox.c.status == "sending").distinct())
    dead = [owner for owner in owners if owner and is_dead(owner)]
    if not dead:
        return 0
    freed = update(outbox).where(outbox.c.status == "sending", outbox.c.owner.in_(dead)).values(lease_until=0.0)
    return int(connection.execute(freed).rowcount)


def overdue(connection: Connection, outbox: Table, *, older_than: float) -> list[tuple[str, str, str]]:
    """(key, conversation, reference) of tickets created before `older_than` whose shopper has had no word yet (R13)."""
    query = select(outbox.c.key, outbox.c.conversation, outbox.c.reference).where(
        outbox.c.status != "filed", outbox.c.told_saved == 0, outbox.c.created_at < older_than
    )
    return [(row.key, row.conversation, row.reference) for row in connection.execute(query)]
