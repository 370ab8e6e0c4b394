"""How a ticket reads where a person works on it: who wrote, the address to answer to, the reference that was told.

A helpdesk may keep an older name of a known address, drop an address that it cannot read, or answer From in place of
Reply-To. So what must never be lost stands in the text as well, in its first lines, and the reference in the subject,
where every helpdesk searches. No words beside the data: they would need a language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ticket_bridge.helpdesks.wire import one_line

_OF_ITS_OWN = ("name", "email", "reason", "subject", "envelope")


def heading(payload: Mapping[str, Any]) -> str:
    """The first lines: name and address, the reference, where the shopper's files are, and whatever this helpdesk
    requires beside the three (R1)."""
    envelope = payload["envelope"]
    lines = [f"{one_line(payload['name'])} <{payload['email']}>", str(envelope["reference"])]
    lines += [str(envelope["evidence"])] if "evidence" in envelope else []
    lines += [f"{name}: {one_line(str(value))}" for name, value in payload.items() if name not in _OF_ITS_OWN]
    return "\n".join(lines)


def written(payload: Mapping[str, Any]) -> str:
    """The ticket's text: the heading, an empty line, the reason as it was said."""
    return f"{heading(payload)}\n\n{payload['reason']}"


def titled(payload: Mapping[str, Any]) -> str:
    """The subject in one line, with the reference at its end where the shop's own form of it has none."""
    subject, reference = one_line(payload["subject"]), str(payload["envelope"]["reference"])
    return subject if reference in subject else f"{subject} [{reference}]".strip()


def mark(key: str) -> str:
    """How a note shows our key, in one word that nobody writes by chance."""
    return f"askonce:{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def marked(reference: str, key: str) -> str:
    """The title of a note: the ticket's reference, and the mark by which the note is looked for."""
    return f"{reference} {mark(key)}"
