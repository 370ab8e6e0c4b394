"""Mail to a shopper who had left the chat when their saved ticket was filed, in the words that the bot gave it (R13);
and, from a box of its own, whatever else they are to hear by mail.

A notice is stored in the transaction of the turn that they missed and sent by any replica that holds its lease; what
came of it is fenced by the number of the attempt, of which there is never a second. Its Message-ID is made from the
ticket's key, so a mail that goes out twice is one mail to whoever keeps mail by its id. What the mail server refuses
for good is logged and let go: the ticket itself is filed, and its helpdesk writes to the shopper anyway.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any, Protocol

import orjson
from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.engine import Connection

from ticket_bridge.courier import LEASE_MARGIN, Transact
from ticket_bridge.faults import outline
from ticket_bridge.helpdesks.contract import HelpdeskError, Rejected
from ticket_bridge.helpdesks.mailbox import Smtp, deliver
from ticket_bridge.helpdesks.postal import fill, mailbox, message_id, on_the_wire, policy_for
from ticket_bridge.retry import LONGEST, GiveUp, RetryPolicy, next_step

log = logging.getLogger("askonce.notices")
_AT_ONCE = 10


@dataclass(frozen=True)
class Notice:
    """A mail that this replica may send now: to whom, about which reference, the words and their language."""

    key: str
    name: str
    email: str
    reference: str
    subject: str
    text: str
    attempts: int
    language: str = ""


def notice_row(*, key: str, subject: str, text: str, now: float, language: str = "") -> dict[str, Any]:
    """The row of a new notice, due at once; `language` is that of its words, empty where it is not known."""
    return {
        "key": key,
        "subject": subject,
        "text": text,
        "language": language,
        "status": "queued",
        "attempts": 0,
        "due_at": now,
        "lease_until": 0.0,
    }


def take(connection: Connection, notice: Table, *, now: float, lease: float, limit: int) -> list[str]:
    """Take up to `limit` rows of `notice` that are due, or whose sender died; their keys."""
    far = now + 2 * LONGEST  # later than any wait: the clock was set back
    free = or_(
        and_(notice.c.status == "queued", or_(notice.c.due_at <= now, notice.c.due_at > far)),
        and_(notice.c.status == "sending", or_(notice.c.lease_until < now, notice.c.lease_until > far)),
    )
    picked = select(notice.c.key).where(free).order_by(notice.c.due_at).limit(limit)
    if connection.dialect.name == "postgresql":
        picked = picked.with_for_update(skip_locked=True)
    keys = list(connection.scalars(picked))
    if keys:
        values = {"status": "sending", "lease_until": now + lease, "attempts": notice.c.attempts + 1}
        connection.execute(update(notice).where(notice.c.key.in_(keys)).values(values))
    return keys


def claim_notices(
    connection: Connection, notice: Table, outbox: Table, *, now: float, lease: float, limit: int
) -> list[Notice]:
    """Take up to `limit` notices about tickets that are due, or whose sender died."""
    keys = take(connection, notice, now=now, lease=lease, limit=limit)
    if not keys:
        return []
    query = select(notice, outbox.c.payload, outbox.c.reference).join(outbox, outbox.c.key == notice.c.key)
    query = query.where(notice.c.key.in_(keys))
    found = []
    for row in connection.execute(query):
        payload = orjson.loads(row.payload)
        found.append(
            Notice(
                row.key,
                payload["name"],
                payload["email"],
                row.reference,
                row.subject,
                row.text,
                row.attempts,
                row.language,
            )
        )
    return found


def note_outcome(connection: Connection, notice: Table, one: Notice, values: Mapping[str, Any]) -> bool:
    """Store what came of an attempt, where it is still the notice's own; False where it came too late. Only that the
    mail has gone out is true whoever says it, and keeps it from going out again."""
    mine = and_(notice.c.key == one.key, notice.c.status == "sending", notice.c.attempts == one.attempts)
    if values["status"] == "sent":
        mine = and_(notice.c.key == one.key, notice.c.status != "sent")
    return bool(connection.execute(update(notice).where(mine).values(**values)).rowcount)


def compose(notice: Notice, *, sender: str, reply_to: str) -> EmailMessage:
    """The mail: plain text, from the shop, answers to the support address."""
    mail = EmailMessage(policy=policy_for(notice.email, sender, reply_to))
    mail["Subject"] = notice.subject
    mail["From"] = on_the_wire(sender)
    mail["To"] = mailbox(notice.name, notice.email)
    mail["Reply-To"] = on_the_wire(reply_to)
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = message_id(f"{notice.key}:notice", sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    fill(mail, notice.text, language=notice.language)
    return mail


class Box(Protocol):
    """Where mails to shoppers wait. Both methods are called within a transaction."""

    def claim(self, connection: Connection, *, now: float, lease: float, limit: int) -> list[Notice]:
        """Take up to `limit` that are due, or whose sender died; `lease` in seconds."""
        ...

    def note(self, connection: Connection, one: Notice, values: Mapping[str, Any]) -> bool:
        """Store what came of an attempt, as `note_outcome` does."""
        ...


@dataclass(frozen=True)
class AboutTickets:
    """The box of mails about tickets that were filed."""

    notice: Table
    outbox: Table

    def claim(self, connection: Connection, *, now: float, lease: float, limit: int) -> list[Notice]:
        """As in `Box`."""
        return claim_notices(connection, self.notice, self.outbox, now=now, lease=lease, limit=limit)

    def note(self, connection: Connection, one: Notice, values: Mapping[str, Any]) -> bool:
        """As in `Box`."""
        return note_outcome(connection, self.notice, one, values)


class Notices:
    """Sends what is due in a box, until cancelled. Any number may run."""

    def __init__(
        self,
        transact: Transact,
        box: Box,
        server: Smtp,
        *,
        sender: str,
        reply_to: str,
        retry: RetryPolicy = RetryPolicy(),
        tick: float = 1.0,
        away: type[Exception] = OSError,
    ) -> None:
        """`away`: what `transact` raises where the database cannot be reached; any other error ends `run`."""
        self._transact, self._box, self._server = transact, box, server
        self._sender, self._reply_to, self._retry, self._tick = sender, reply_to, retry, tick
        self._away = away

    async def run(self) -> None:
        while True:
            try:
                await self.cycle()
            except self._away as error:
                log.warning("notices could not be read or stored: %s", type(error).__name__)
            await asyncio.sleep(self._tick)

    async def cycle(self) -> int:
        """Send what is due now; returns how many were tried."""
        now, lease = time.time(), self._server.timeout + LEASE_MARGIN
        due: list[Notice] = await self._transact(
            lambda connection: self._box.claim(connection, now=now, lease=lease, limit=_AT_ONCE)
        )
        await asyncio.gather(*(self._send(one) for one in due))
        return len(due)

    async def _send(self, one: Notice) -> None:
        try:
            mail = compose(one, sender=self._sender, reply_to=self._reply_to)
            await deliver(self._server, mail, sender=self._sender, to=one.email)
        except HelpdeskError as error:
            log.log(
                logging.ERROR if isinstance(error, Rejected) else logging.WARNING,
                "no mail for %s: %s",
                one.reference,
                error,
            )
            step = next_step(self._retry, error, attempts=one.attempts, now=time.time(), key=one.key)
            values = {"status": "refused"} if isinstance(step, GiveUp) else {"status": "queued", "due_at": step.when}
        except Exception as error:  # an address that no header can hold, for one
            log.error("no mail for %s: %s", one.reference, outline(error))
            values = {"status": "refused"}
        else:
            values = {"status": "sent"}
        if not await self._transact(lambda connection: self._box.note(connection, one, values)):
            log.warning("what came of a mail for %s came too late to count", one.reference)
