"""The built-in desk's tickets, and what colleagues wrote on each: notes, replies, when it was closed and opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bot.clock import now_text
from bot.store.console_tables import desk_note
from bot.store.database import Store
from bot.store.tables import desk_ticket, outbox

_PAGE = 50


@dataclass(frozen=True)
class DeskPage:
    """Rows of `desk_ticket`; the id after which the next page begins, empty on the last; how many there are of each
    status."""

    rows: list[Row[Any]]
    next: str
    counts: dict[str, int]


async def desk_tickets(store: Store, status: str, *, after: int) -> DeskPage:
    """Open tickets, the oldest first; or closed ones, the newest first. `after` 0: from the first."""
    c, rising = desk_ticket.c, status == "open"
    query = select(desk_ticket).where(c.status == status)
    if after:
        query = query.where(c.id > after if rising else c.id < after)
    query = query.order_by(c.id if rising else c.id.desc()).limit(_PAGE + 1)
    async with store.read() as connection:
        rows = list(await connection.execute(query))
        counted = await connection.execute(select(c.status, func.count()).group_by(c.status))
        counts = {row[0]: row[1] for row in counted}
    following = str(rows[_PAGE - 1].id) if len(rows) > _PAGE else ""
    return DeskPage(rows[:_PAGE], following, counts)


async def desk_ticket_of(store: Store, id: int) -> Row[Any] | None:
    """A row of `desk_ticket`; None where there is none."""
    async with store.read() as connection:
        return (await connection.execute(select(desk_ticket).where(desk_ticket.c.id == id))).one_or_none()


async def chat_of(store: Store, key: str) -> str | None:
    """The conversation from which the ticket with this key came; None where it is gone."""
    async with store.read() as connection:
        found: str | None = await connection.scalar(select(outbox.c.conversation).where(outbox.c.key == key))
        return found


async def notes_on(store: Store, ticket: int) -> list[dict[str, Any]]:
    """Rows of `desk_note` on a ticket, in their order."""
    query = select(desk_note).where(desk_note.c.ticket == ticket).order_by(desk_note.c.id)
    async with store.read() as connection:
        return [dict(row._mapping) for row in await connection.execute(query)]


async def reply_on(store: Store, ticket: int, note: int) -> Row[Any] | None:
    """A reply that was written on this ticket; None where `note` is none."""
    query = select(desk_note).where(desk_note.c.id == note, desk_note.c.ticket == ticket, desk_note.c.kind == "reply")
    async with store.read() as connection:
        return (await connection.execute(query)).one_or_none()


async def set_status(store: Store, ticket: int, status: str) -> bool:
    """Close a ticket or open it again; False where it stood so already."""
    change = update(desk_ticket).where(desk_ticket.c.id == ticket, desk_ticket.c.status != status)
    return bool(await store.transact(lambda c: c.execute(change.values(status=status)).rowcount))


async def write_note(store: Store, ticket: int, kind: str, text: str, *, who: str, account: int, sent: str = "") -> int:
    """What the colleague `account` (with the name `who`) wrote; its id. `kind`: note, reply, closed or opened; `sent`:
    how a reply's delivery stands."""
    values = {
        "ticket": ticket,
        "kind": kind,
        "text": text,
        "who": who,
        "account": account,
        "at": now_text(),
        "sent": sent,
    }
    made = insert(desk_note).values(**values).returning(desk_note.c.id)
    return int(await store.transact(lambda c: c.execute(made).scalar_one()))


async def mark_reply(store: Store, note: int, sent: str) -> None:
    """How the delivery of a reply went: sent or failed."""
    done = update(desk_note).where(desk_note.c.id == note).values(sent=sent)
    await store.transact(lambda c: c.execute(done) and None)
