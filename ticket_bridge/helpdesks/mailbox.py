"""Any helpdesk with a mailbox: one mail a ticket, over SMTP (RFC 5321).

The Message-ID is made from our key and is the same in every attempt, so a helpdesk that knows its mail (osTicket, for
one) makes one ticket of two. A mailbox cannot be asked, so where a connection is cut between the end of the mail and
the server's 250, the mail is sent once more: better twice than never. `Reply-To` is the shopper, `From` the shop: mail
that claims to be from the shopper's own provider would be refused as forged. A dispute refers to the earlier ticket's
mail (`In-Reply-To`, `References`), so it joins its thread.
"""

from __future__ import annotations

import email.policy
import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any, Literal

import aiosmtplib
from email_validator import EmailNotValidError, validate_email

from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.wire import one_line

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
        return Rejected("the mail server refused the user or the password")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        worst = max((r.code for r in error.recipients), default=550)
        return (
            Rejected(f"the mailbox was refused ({worst})") if worst >= 500 else Busy(f"SMTP {worst}", retry_after=None)
        )
    if isinstance(error, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPConnectTimeoutError):
        return Unreachable("no connection to the mail server", maybe_created=False)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code >= 500:
            return Rejected(f"the mail server refused the mail ({error.code})")
        if error.code >= 400:
            return Busy(f"SMTP {error.code}", retry_after=None)
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "not supported" in str(error):
        return Rejected("the mail server lacks what is asked of it: STARTTLS, or signing in, or addresses beyond ASCII")
    if isinstance(error, ssl.SSLError):
        return Rejected("the mail server's certificate or its TLS cannot be used")
    return Unreachable(f"the mail server was lost ({type(error).__name__})", maybe_created=maybe_created)


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


def message_id(key: str, domain: str) -> str:
    """The stable Message-ID of `key`; hashed, so that it is one token whatever the key holds."""
    return f"<askonce.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def mailbox(name: str, address: str) -> Address:
    """A display name and an address for a header."""
    user, _, domain = on_the_wire(address).rpartition("@")
    return Address(display_name=one_line(name), username=user, domain=domain)


def on_the_wire(address: str) -> str:
    """An address as mail servers take it: where only its domain is beyond ASCII, in its ASCII form (IDNA, RFC 5891), so
    that `jane@exämple.de` needs nothing of a server. What stands before the `@` only its own server may change."""
    user, _, domain = address.rpartition("@")
    if domain.isascii() or not user.isascii():
        return address
    try:
        found = validate_email(f"x@{domain}", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return address
    return f"{user}@{found.ascii_domain}"


def policy_for(*addresses: str) -> email.policy.EmailPolicy[EmailMessage]:
    """How a mail with these addresses in its headers is written: in UTF-8 only where one of them needs it (RFC
    6532)."""
    return email.policy.SMTP.clone(utf8=not all(on_the_wire(a).isascii() for a in addresses))


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
        mail = EmailMessage(policy=policy_for(payload["email"], self._to, self._sender))
        mail["Subject"] = one_line(payload["subject"])
        mail["From"] = mailbox(payload["name"], self._sender)
        mail["Reply-To"] = mailbox(payload["name"], payload["email"])
        mail["To"] = on_the_wire(self._to)
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = message_id(key, self._domain)
        mail["X-Askonce-Reference"] = envelope["reference"]
        if tags := envelope.get("tags"):
            mail["X-Askonce-Tags"] = one_line(", ".join(tags))
        if earlier:
            mail["In-Reply-To"] = mail["References"] = earlier
        mail.set_content(payload["reason"])
        if language := envelope.get("language"):
            mail["Content-Language"] = one_line(language)  # after the content, which takes such headers away
        return mail

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """Sends the mail; its id is the Message-ID."""
        mail = self.compose(payload, key=key, earlier=earlier)
        await deliver(self._server, mail, sender=self._sender, to=self._to)
        return str(mail["Message-ID"])

    async def find(self, key: str) -> str | None:
        """A mailbox cannot be asked."""
        return None

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
