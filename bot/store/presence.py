"""The stays of people of the shop in running chats, as rows: until when each lease holds, and since when a shopper
waits for a word. What they mean, and who ends them: `bot.chat.presence`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, UpdateBase, and_, case, delete, exists, insert, literal, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.store.tables import conversation, presence

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Overdue:
    """A stay that is to end: its lease ran out (`mark` is when), or (`silent`) a shopper waits for too long (`mark`:
    since when)."""

    conversation: str
    stay: str
    silent: bool
    mark: float


def renew(connection: Connection, *, chat: str, stay: str, now: float, until: float, active: bool) -> bool:
    """Hold the lease of `stay` until `until`; False where another stay has taken its place. `active`: the person does
    something, so a shopper who waits begins to wait anew. A stay without a row was begun by an earlier version, and
    gets one."""
    mine = presence.c.conversation == chat, presence.c.stay == stay
    values: dict[str, Any] = {"until": until}
    if active:
        values["waiting_since"] = case((presence.c.waiting_since.is_not(None), now), else_=None)
    if connection.execute(update(presence).where(*mine).values(**values)).rowcount:
        return True
    try:
        with connection.begin_nested():
            return bool(connection.execute(_beginning(chat, stay, until)).rowcount)
    except IntegrityError:  # at this very moment another stay begins
        return False


def _beginning(chat: str, stay: str, until: float) -> Insert:
    """A row for a stay, where its conversation is there and has none."""
    row = select(conversation.c.id, literal(stay), literal(until)).where(
        conversation.c.id == chat, ~exists().where(presence.c.conversation == chat)
    )
    return insert(presence).from_select(["conversation", "stay", "until"], row)


def statements(
    chat: str, *, stay: str | None, now: float, until: float, renewed: bool, waits: bool
) -> list[tuple[UpdateBase, dict[str, Any]]]:
    """What a change writes of a stay: `stay` None ends it. `renewed`: this change is the person's own doing. `waits`:
    the shopper is without a reply after it."""
    mine = presence.c.conversation == chat
    if stay is None:
        return [(delete(presence).where(mine), {})]
    since = case((presence.c.waiting_since.is_not(None), presence.c.waiting_since), else_=now) if waits else None
    values: dict[str, Any] = {"stay": stay, "waiting_since": since}
    if renewed:
        values |= {"until": until, "waiting_since": now if waits else None}
    return [(_beginning(chat, stay, until), {}), (update(presence).where(mine).values(**values), {})]


def overdue(connection: Connection, *, now: float, lease: float, patience: float) -> list[Overdue]:
    """The stays whose lease of `lease` seconds ran out, or with a shopper who has waited for `patience` seconds. What
    lies further ahead than any lease could was written before the clock was set back, and counts as run out."""
    p = presence.c
    ran_out = or_(p.until < now, p.until > now + 2 * lease)
    silent = and_(p.waiting_since.is_not(None), or_(p.waiting_since < now - patience, p.waiting_since > now + lease))
    rows = connection.execute(select(presence, ran_out.label("out")).where(or_(ran_out, silent)).limit(_AT_ONCE))
    return [Overdue(r.conversation, r.stay, not r.out, r.until if r.out else r.waiting_since) for r in rows]


def settle(connection: Connection, *, chat: str, stay: str, instead: str | None, until: float) -> None:
    """Where a row is left of a stay that is over: it goes, or (`instead`) belongs to the stay that is really there."""
    mine = presence.c.conversation == chat, presence.c.stay == stay
    if instead is None:
        connection.execute(delete(presence).where(*mine))
    else:
        connection.execute(update(presence).where(*mine).values(stay=instead, until=until))
