"""The built-in desk's tickets: read, answered by mail, noted on, closed and opened again."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update
from starlette.responses import Response

from bot.clock import now_text
from bot.console.site import Ask, Refused
from bot.factories import make_smtp
from bot.history.masking import veiled
from bot.history.shown import DESK, row_as_seen
from bot.store.console_tables import desk_note
from bot.store.tables import desk_ticket, outbox
from ticket_bridge.helpdesks.contract import HelpdeskError
from ticket_bridge.helpdesks.mailbox import deliver, mailbox, message_id, policy_for
from ticket_bridge.helpdesks.wire import one_line

_PAGE = 50


def _hide(ask: Ask, payload: dict[str, Any]) -> dict[str, Any]:
    if not ask.hidden:
        return payload
    seen: dict[str, Any] = veiled(payload, [payload["name"]], DESK)
    return seen


async def tickets(ask: Ask) -> Response:
    """Open tickets, the oldest first; or closed ones, the newest first."""
    status, after = ask.request.query_params.get("status", "open"), ask.asked("after", 0)
    if status not in ("open", "closed"):
        raise Refused(422, "“status” may be open or closed.")
    c, rising = desk_ticket.c, status == "open"
    query = select(desk_ticket).where(c.status == status)
    if after:
        query = query.where(c.id > after if rising else c.id < after)
    query = query.order_by(c.id if rising else c.id.desc()).limit(_PAGE + 1)
    async with ask.bot.store.read() as connection:
        rows = list(await connection.execute(query))
        counts = {r[0]: r[1] for r in await connection.execute(select(c.status, func.count()).group_by(c.status))}
    shown = [{"id": r.id, "reference": r.reference, "at": r.created_at, "payload": _hide(ask, orjson.loads(r.payload))}
             for r in rows[:_PAGE]]  # fmt: skip
    following = str(rows[_PAGE - 1].id) if len(rows) > _PAGE else ""
    return ask.page("desk.html", tickets=shown, status=status, counts=counts, next=following,
                    elsewhere=ask.bot.helpdesk.name if ask.bot.helpdesk.name != "desk" else "")  # fmt: skip


async def _ticket(ask: Ask) -> Any:
    async with ask.bot.store.read() as connection:
        row = (await connection.execute(select(desk_ticket).where(desk_ticket.c.id == ask.place("id")))).one_or_none()
    if row is None:
        raise Refused(404, "There is no such ticket.")
    return row


async def ticket(ask: Ask) -> Response:
    row = await _ticket(ask)
    async with ask.bot.store.read() as connection:
        notes: list[Any] = list(
            await connection.execute(select(desk_note).where(desk_note.c.ticket == row.id).order_by(desk_note.c.id))
        )
        chat = await connection.scalar(select(outbox.c.conversation).where(outbox.c.key == row.key))
    payload = _hide(ask, orjson.loads(row.payload))
    if ask.hidden:
        notes = [row_as_seen(desk_note.name, n._mapping, [orjson.loads(row.payload)["name"]]) for n in notes]
    await ask.note("read ticket", row.reference)
    return ask.page("desk_ticket.html", ticket=row, payload=payload, notes=notes, chat=chat, called=await ask.called(),
                    can_mail=make_smtp(ask.bot.settings) is not None)  # fmt: skip


async def work(ask: Ask) -> Response:
    """Reply by mail, note, close, or open again."""
    row, do, text = await _ticket(ask), ask.given("do"), ask.given("text", 20_000)
    back = f"/console/desk/{row.id}"
    if do in ("close", "open"):
        wanted = "closed" if do == "close" else "open"
        change = (
            update(desk_ticket).where(desk_ticket.c.id == row.id, desk_ticket.c.status != wanted).values(status=wanted)
        )
        changed = await ask.bot.store.transact(lambda c: c.execute(change).rowcount)
        if changed:
            await _write(ask, row.id, "closed" if do == "close" else "opened", text)
            await ask.note(f"ticket: {do}", row.reference)
        return ask.to(back, "The ticket is closed." if do == "close" else "The ticket is open again.")
    if do not in ("note", "reply") or not text:
        raise Refused(422, "Write something first.")
    if do == "note":
        await _write(ask, row.id, "note", text)
        return ask.to(back, "Your note is kept; the shopper does not see it.")
    made = await _write(ask, row.id, "reply", text, sent="queued")
    return await _send(ask, row, made, text)


async def _write(ask: Ask, ticket: int, kind: str, text: str, sent: str = "") -> int:
    values = {"ticket": ticket, "kind": kind, "text": text, "who": ask.me.account.name, "account": ask.me.account.id,
              "at": now_text(), "sent": sent}  # fmt: skip
    made = insert(desk_note).values(**values).returning(desk_note.c.id)
    return int(await ask.bot.store.transact(lambda c: c.execute(made).scalar_one()))


async def send_again(ask: Ask) -> Response:
    """A reply that could not be sent, once more."""
    row = await _ticket(ask)
    query = select(desk_note).where(
        desk_note.c.id == ask.place("note"), desk_note.c.ticket == row.id, desk_note.c.kind == "reply"
    )
    async with ask.bot.store.read() as connection:
        found = (await connection.execute(query)).one_or_none()
    if found is None or found.sent == "sent":
        raise Refused(409, "This reply was sent already, or is not there.")
    return await _send(ask, row, found.id, found.text)


async def _send(ask: Ask, row: Any, note: int, text: str) -> Response:
    """The reply is stored before it is sent, and sending it again carries the same Message-ID."""
    server, settings, back = make_smtp(ask.bot.settings), ask.bot.settings, f"/console/desk/{row.id}"
    if server is None:
        raise Refused(
            409,
            "No mail server is configured (ASKONCE_SMTP_HOST, ASKONCE_EMAIL_FROM); the reply is kept, and can be sent later.",
        )
    payload = orjson.loads(row.payload)
    mail = EmailMessage(policy=policy_for(payload["email"], settings.email_from, ask.bot.support_email))
    mail["Subject"] = one_line(f"Re: {payload['subject']} [{row.reference}]")
    mail["From"] = mailbox("Support", settings.email_from)
    mail["Reply-To"] = mailbox("Support", ask.bot.support_email)
    mail["To"] = mailbox(payload["name"], payload["email"])
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = message_id(f"reply:{row.key}:{note}", settings.email_from.rpartition("@")[2])
    mail.set_content(text)
    try:
        await deliver(server, mail, sender=settings.email_from, to=payload["email"])
        sent, words = "sent", f"Sent to {payload['email']}."
    except HelpdeskError as error:
        sent, words = "failed", f"Not sent: {error}. The reply is kept; send it again when that is mended."
    done = update(desk_note).where(desk_note.c.id == note).values(sent=sent)
    await ask.bot.store.transact(lambda c: c.execute(done) and None)
    await ask.note("ticket: reply", row.reference, sent)
    return ask.to(back, words)
