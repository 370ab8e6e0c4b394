"""Whether the helpdesk shows us the keys of the tickets that it makes: the last word of all replicas, kept beside the
attempts to deliver. Where it does not, a look finds nothing and proves nothing.
"""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.store.tables import attempt, outbox

#: Outcomes of the reading, as they stand among a ticket's attempts.
SEEN, UNSEEN = "key seen", "key unseen"
_UNSEEN_DETAIL = "the helpdesk has the ticket, and its key cannot be read back"
_SEEN_DETAIL = "its key can be read back again"


def _last(connection: Connection) -> str | None:
    query = select(attempt.c.outcome).where(attempt.c.outcome.in_((SEEN, UNSEEN)))
    found: str | None = connection.scalar(query.order_by(attempt.c.id.desc()).limit(1))
    return found


def keys_are_seen(connection: Connection) -> bool:
    """True unless the last word says otherwise."""
    return _last(connection) != UNSEEN


def note_key(connection: Connection, *, key: str, seen: bool, at: str) -> None:
    """Keep that the ticket's key could be read back, or not, where that is news; a ticket that is gone has none."""
    if seen and _last(connection) != UNSEEN:
        return
    if connection.scalar(select(outbox.c.key).where(outbox.c.key == key)) is None:
        return
    outcome, detail = (SEEN, _SEEN_DETAIL) if seen else (UNSEEN, _UNSEEN_DETAIL)
    connection.execute(insert(attempt).values(key=key, at=at, outcome=outcome, detail=detail))
