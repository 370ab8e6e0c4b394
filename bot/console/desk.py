"""The built-in desk's tickets: read, answered by mail, noted on, closed and opened again."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any

import orjson
from starlette.responses import Response

from bot.console.passed_on import passed_on_in
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.factories import make_smtp
from bot.history import desk
from bot.history.masking import veiled
from bot.history.shown import DESK, row_as_seen
from bot.store.files.rows import of_ticket
from ticket_bridge.helpdesks.contract import HelpdeskError
from ticket_bridge.helpdesks.mailbox import deliver
from ticket_bridge.helpdesks.postal import fill, mailbox, message_id, policy_for
from ticket_bridge.helpdesks.wire import one_line


def _hide(ask: Ask, payload: dict[str, Any]) -> dict[str, Any]:
    if not ask.hidden:
        return payload
    seen: dict[str, Any] = veiled(payload, [payload["name"]], DESK)
    return seen


async def tickets(ask: Ask) -> Response:
    """Open tickets, the oldest first; or closed ones, the newest first."""
    status, after = ask.request.query_params.get("status", "open"), ask.asked("after", 0)
    if status not in ("open", "closed"):
        raise Refused(422, gettext("“status” may be open or closed."))
    found = await desk.desk_tickets(ask.bot.store, status, after=after)
    shown = [
        {"id": r.id, "reference": r.reference, "at": r.created_at, "payload": _hide(ask, orjson.loads(r.payload))}
        for r in found.rows
    ]
    helpdesk = ask.bot.helpdesk.name
    return ask.page(
        "desk.html",
        tickets=shown,
        status=status,
        counts=found.counts,
        next=found.next,
        elsewhere=helpdesk if helpdesk != "desk" else "",
    )


async def ticket_asked_for(ask: Ask) -> Any:
    """The ticket that the path names. Raises `Refused`."""
    row = await desk.desk_ticket_of(ask.bot.store, ask.place("id"))
    if row is None:
        raise Refused(404, gettext("There is no such ticket."))
    return row


async def ticket(ask: Ask) -> Response:
    """One ticket with everything that was written on it."""
    row = await ticket_asked_for(ask)
    passed, notes = orjson.loads(row.payload), await desk.notes_on(ask.bot.store, row.id)
    if ask.hidden:
        notes = [row_as_seen("desk_note", note, [passed["name"]]) for note in notes]
    chat = await desk.chat_of(ask.bot.store, row.key)
    files = [] if ask.hidden else [kept.file.frame() for kept in await of_ticket(ask.bot.store, row.reference)]
    await ask.note("read ticket", row.reference)
    return ask.page(
        "desk_ticket.html",
        ticket=row,
        payload=_hide(ask, passed),
        notes=notes,
        chat=chat,
        files=files,
        called=await ask.called(),
        can_mail=make_smtp(ask.bot.settings) is not None,
        passed_on=await passed_on_in(ask, chat) if chat else [],
    )


async def work(ask: Ask) -> Response:
    """Reply by mail, note, close, or open again."""
    row, do, text = await ticket_asked_for(ask), ask.given("do"), ask.given("text", 20_000)
    back = f"/console/desk/{row.id}"
    if do in ("close", "open"):
        if await desk.set_status(ask.bot.store, row.id, "closed" if do == "close" else "open"):
            await _write(ask, row.id, "closed" if do == "close" else "opened", text)
            await ask.note(f"ticket: {do}", row.reference)
        return ask.to(back, gettext("The ticket is closed.") if do == "close" else gettext("The ticket is open again."))
    if do not in ("note", "reply") or not text:
        raise Refused(422, gettext("Write something first."))
    if do == "note":
        await _write(ask, row.id, "note", text)
        return ask.to(back, gettext("Your note is kept; the shopper does not see it."))
    return await reply_by_mail(ask, row, text)


async def reply_by_mail(ask: Ask, row: Any, text: str) -> Response:
    """A reply to the ticket `row`, kept and sent."""
    made = await _write(ask, row.id, "reply", text, sent="queued")
    return await _send(ask, row, made, text)


async def _write(ask: Ask, ticket: int, kind: str, text: str, sent: str = "") -> int:
    me = ask.me.account
    return await desk.write_note(ask.bot.store, ticket, kind, text, who=me.name, account=me.id, sent=sent)


async def send_again(ask: Ask) -> Response:
    """A reply that could not be sent, once more."""
    row = await ticket_asked_for(ask)
    found = await desk.reply_on(ask.bot.store, row.id, ask.place("note"))
    if found is None or found.sent == "sent":
        raise Refused(409, gettext("This reply was sent already, or is not there."))
    return await _send(ask, row, found.id, found.text)


async def _send(ask: Ask, row: Any, note: int, text: str) -> Response:
    """The reply is stored before it is sent, and sending it again carries the same Message-ID."""
    server, settings, back = make_smtp(ask.bot.settings), ask.bot.settings, f"/console/desk/{row.id}"
    if server is None:
        raise Refused(
            409,
            gettext(
                "No mail server is configured (ASKONCE_SMTP_HOST, ASKONCE_EMAIL_FROM); "
                "the reply is kept, and can be sent later."
            ),
        )
    payload = orjson.loads(row.payload)
    mail = EmailMessage(policy=policy_for(payload["email"], settings.email_from, ask.bot.support_email))
    mail["Subject"] = one_line(f"Re: {payload['subject']} [{row.reference}]")
    mail["From"] = mailbox("Support", settings.email_from)
    mail["Reply-To"] = mailbox("Support", ask.bot.support_email)
    mail["To"] = mailbox(payload["name"], payload["email"])
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = message_id(f"reply:{row.key}:{note}", settings.email_from.rpartition("@")[2])
    fill(mail, text)
    try:
        await deliver(server, mail, sender=settings.email_from, to=payload["email"])
        sent, words = "sent", gettext("Sent to %(email)s.", email=payload["email"])
    except HelpdeskError as error:
        sent = "failed"
        words = gettext("Not sent: %(why)s. The reply is kept; send it again when that is mended.", why=error)
    await desk.mark_reply(ask.bot.store, note, sent)
    await ask.note("ticket: reply", row.reference, sent)
    return ask.to(back, words)
