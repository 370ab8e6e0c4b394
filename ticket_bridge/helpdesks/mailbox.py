"""Any helpdesk with a mailbox: one mail a ticket, over SMTP (RFC 5321).

The Message-ID is made from our key and is the same in every attempt, so a helpdesk that knows its mail (osTicket, for
one) makes one ticket of two. A mailbox cannot be asked, so where a connection is cut between the end of the mail and
the server's 250, the mail is sent once more: better twice than never. `Reply-To` is the shopper, `From` the shop: mail
that claims to be from the shopper's own provider would be refused as forged. Readers that answer From in place of it
(django-helpdesk's, osTicket, Zammad unless told otherwise) show the shopper's address in the first line of the text. A
dispute refers to the earlier ticket's
mail (`In-Reply-To`, `References`), so it joins its thread.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any, Literal

import aiosmtplib

from ticket_bridge.helpdesks.causes import cause_of, with_advice
from ticket_bridge.helpdesks.contract import (
    Busy,
    HelpdeskError,
    Note,
    NotSignedIn,
    Rejected,
    RequiredField,
    Step,
    Unreachable,
)
from ticket_bridge.helpdesks.postal import fill, mailbox, message_id, on_the_wire, policy_for
from ticket_bridge.helpdesks.wire import one_line
from ticket_bridge.helpdesks.written import titled, written

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Smtp:
    """A mail server: `security` is STARTTLS, TLS from the start, or none (a server on the same machine)."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: Security = "starttls"
    timeout: float = 10.0


def sort_failure(error: Exception, *, maybe_created: bool) -> HelpdeskError:
    """What to do next after a failed SMTP conversation: 4xx is for later, 5xx for good (RFC 5321, 4.2.1)."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return with_advice(
            NotSignedIn(f"the mail server refused the user or the password ({error.code})"),
            "check ASKONCE_SMTP_USER and ASKONCE_SMTP_PASSWORD: many providers want a password made for this program",
        )
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        worst = max((r.code for r in error.recipients), default=550)
        return (
            Rejected(f"the mailbox was refused ({worst})") if worst >= 500 else Busy(f"SMTP {worst}", retry_after=None)
        )
    if (tls := _of_tls(error)) is not None:
        return tls
    if isinstance(error, aiosmtplib.SMTPConnectTimeoutError):
        return with_advice(
            Unreachable("no connection to the mail server: nothing answered in time", maybe_created=False),
            "check ASKONCE_SMTP_HOST and ASKONCE_SMTP_PORT, and with port 465 ASKONCE_SMTP_SECURITY=tls; providers "
            "close port 25, and 587 is the one for programs",
        )
    if isinstance(error, aiosmtplib.SMTPConnectError):
        cause = cause_of(error)
        return with_advice(
            Unreachable(f"no connection to the mail server: {cause.what}", maybe_created=False), cause.mend
        )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code >= 500:
            return Rejected(f"the mail server refused the mail ({error.code})")
        if error.code >= 400:
            return Busy(f"SMTP {error.code}", retry_after=None)
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "not supported" in str(error):
        return Rejected("the mail server lacks what is asked of it: STARTTLS, or signing in, or addresses beyond ASCII")
    return Unreachable(f"the mail server was lost ({type(error).__name__})", maybe_created=maybe_created)


def _of_tls(error: BaseException) -> HelpdeskError | None:
    """What is wrong with the server's TLS, where that is what failed: nothing was sent, and it may be mended."""
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, ssl.SSLError):
        behind = behind.__cause__ or behind.__context__
    if behind is None:
        return None
    cause = cause_of(behind)
    return with_advice(Unreachable(f"the mail server's TLS: {cause.what}", maybe_created=False), cause.mend)


@asynccontextmanager
async def connected(server: Smtp) -> AsyncIterator[aiosmtplib.SMTP]:
    """A signed-in connection. Raises `HelpdeskError`."""
    client = aiosmtplib.SMTP(
        hostname=server.host, port=server.port, timeout=server.timeout, use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
    )  # fmt: skip
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, server.password)
        yield client
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        raise sort_failure(error, maybe_created=False) from error
    finally:
        client.close()


class Mailbox:
    name = "email"
    settle = 0.0
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, server: Smtp, *, to: str, sender: str) -> None:
        self._server, self._to, self._sender = server, to, sender
        self._domain = sender.rpartition("@")[2] or "askonce.invalid"

    def compose(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> EmailMessage:
        """The mail of a ticket: the subject, the reason, and from whom."""
        envelope = payload["envelope"]
        mail = self._addressed(payload, key=key)
        if tags := envelope.get("tags"):
            mail["X-Askonce-Tags"] = one_line(", ".join(tags))
        if earlier:
            mail["In-Reply-To"] = mail["References"] = earlier
        fill(mail, written(payload), language=envelope.get("language") or "")
        return mail

    def _addressed(self, payload: Mapping[str, Any], *, key: str) -> EmailMessage:
        """From whom to whom, and under which key."""
        mail = EmailMessage(policy=policy_for(payload["email"], self._to, self._sender))
        mail["Subject"] = titled(payload)
        mail["From"] = mailbox(payload["name"], self._sender)
        mail["Reply-To"] = mailbox(payload["name"], payload["email"])
        mail["To"] = on_the_wire(self._to)
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = message_id(key, self._domain)
        mail["X-Askonce-Reference"] = payload["envelope"]["reference"]
        return mail

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """Sends the mail; its id is the Message-ID."""
        mail = self.compose(payload, key=key, earlier=earlier)
        await deliver(self._server, mail, sender=self._sender, to=self._to)
        return str(mail["Message-ID"])

    def compose_note(self, id: str, note: Note, *, key: str) -> EmailMessage:
        """A mail in the thread of the ticket's, with the files."""
        ticket = note.ticket
        mail = self._addressed(ticket, key=key)
        mail.replace_header("Subject", f"Re: {titled(ticket)}")
        mail["In-Reply-To"] = mail["References"] = id
        fill(mail, note.text, language="")
        for file in note.files:
            kind, _, form = file.type.partition("/")
            mail.add_attachment(file.content, maintype=kind, subtype=form, filename=file.name)
        return mail

    async def add(self, id: str, note: Note, *, key: str) -> str:
        mail = self.compose_note(id, note, key=key)
        await deliver(self._server, mail, sender=self._sender, to=self._to)
        return str(mail["Message-ID"])

    async def added(self, id: str, key: str) -> str | None:
        """A mailbox cannot be asked."""
        return None

    async def find(self, key: str) -> str | None:
        """A mailbox cannot be asked."""
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """A mailbox cannot be asked; the Message-ID is made of the key."""
        return None

    async def withdraw(self, id: str) -> str:
        raise Rejected("a mail cannot be taken back")

    async def health(self) -> None:
        async with connected(self._server) as client:
            await client.noop()

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "the mail server answers and lets the account in",
                self.health,
                "check ASKONCE_SMTP_HOST, _PORT, _SECURITY (starttls, tls or none), _USER and _PASSWORD",
            ),
            Step(
                f"it takes mail for {self._to}",
                self._may_send,
                "check ASKONCE_EMAIL_TO and ASKONCE_EMAIL_FROM: the server must let this account send from the one to "
                "the other",
            ),
        )

    async def _may_send(self) -> None:
        """Up to the point where the mail's text would follow; then the server is told to forget it."""
        async with connected(self._server) as client:
            await _envelope(client, sender=self._sender, to=self._to, wide=False)
            await client.rset()

    async def close(self) -> None:
        """Connections last as long as one mail."""


async def _envelope(client: aiosmtplib.SMTP, *, sender: str, to: str, wide: bool) -> None:
    """From whom to whom. An address beyond ASCII, there or in a header (`wide`), is told with SMTPUTF8 (RFC 6531) and
    refused, in words that say so, where the server does not speak it. Raises `Rejected`."""
    sender, to = on_the_wire(sender), on_the_wire(to)
    wide = wide or not (sender + to).isascii()
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if wide and not client.supports_extension("SMTPUTF8"):
        raise Rejected("the mail server takes no addresses beyond ASCII (it does not offer SMTPUTF8)")
    encoding = "utf-8" if wide else "ascii"
    await client.mail(sender, options=["SMTPUTF8", "BODY=8BITMIME"] if wide else [], encoding=encoding)
    await client.rcpt(to, encoding=encoding)


async def deliver(server: Smtp, mail: EmailMessage, *, sender: str, to: str) -> None:
    """Hand one mail over. Raises `HelpdeskError`; `maybe_created` where the server may have taken it."""
    wide = bool(getattr(mail.policy, "utf8", False))
    async with connected(server) as client:
        await _envelope(client, sender=sender, to=to, wide=wide)
        try:
            await client.data(mail.as_bytes())
        except aiosmtplib.SMTPResponseException:
            raise  # an answer: not taken
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise sort_failure(error, maybe_created=True) from error
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            pass  # the mail is taken; a lost goodbye changes nothing
