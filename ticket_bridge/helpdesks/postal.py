"""Mail as it goes out: addresses, headers, text and HTML. Nothing here connects; `mailbox` and `notices` send.

Bodies are written in seven bits, whatever they hold, so that no server need announce more (RFC 6152). Headers are in
UTF-8 only where an address cannot be told otherwise (RFC 6532).
"""

from __future__ import annotations

import email.policy
import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape

from email_validator import EmailNotValidError, validate_email

from ticket_bridge.helpdesks.wire import one_line


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
    return email.policy.SMTP.clone(utf8=not all(on_the_wire(a).isascii() for a in addresses), cte_type="7bit")


def fill(mail: EmailMessage, text: str, *, language: str = "") -> None:
    """The text, and the same as HTML for readers that show only that, each in its language where it is known. Headers
    that concern the content go in after it: setting it takes them away."""
    mail.set_content(text)
    mail.add_alternative(html_of(text, language=language), subtype="html")
    if language := one_line(language):
        mail["Content-Language"] = language
        for part in mail.iter_parts():
            part["Content-Language"] = language


def html_of(text: str, *, language: str = "") -> str:
    """Plain text as a page: paragraphs where empty lines are, every line kept; each finds its own direction."""
    parts = (part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())
    body = "\n".join(f'<p dir="auto">{escape(part.strip(chr(10))).replace(chr(10), "<br>")}</p>' for part in parts)
    lang = f' lang="{escape(one_line(language))}"' if language else ""
    return f'<!DOCTYPE html>\n<html{lang}><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'
