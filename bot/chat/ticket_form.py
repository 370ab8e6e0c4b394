"""What a helpdesk gets of a ticket: exactly the three fields, what the shop's helpdesk itself requires, a subject, an
envelope (R1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dialogue import effects
from ticket_bridge.helpdesks.contract import RequiredField

_SUBJECT = 80


@dataclass(frozen=True)
class TicketForm:
    """How a shop wants its tickets: `subject` may hold `{reason}`, cut at a word, and `{reference}`; tags and language
    ride in the technical envelope (R1). A `language` of the shop's own goes before that of the conversation."""

    subject: str = "{reason}"
    tags: tuple[str, ...] = ()
    language: str = ""

    def payload(self, file: effects.FileTicket, language: str = "") -> dict[str, Any]:
        """Exactly what the helpdesk gets: the three fields, a subject made of them, the envelope. `language`: that of
        the conversation; empty: not told."""
        envelope: dict[str, Any] = {"reference": file.reference}
        if file.earlier_reference:
            envelope["disputes"] = file.earlier_reference
        if self.tags:
            envelope["tags"] = list(self.tags)
        if language := self.language or language:
            envelope["language"] = language
        subject = self.subject.format(reason=_short(file.reason), reference=file.reference)
        return {
            "name": file.name, "email": file.email, "reason": file.reason, **dict(file.extra), "subject": subject,
            "envelope": envelope,
        }  # fmt: skip


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rsplit(" ", 1)[0] + "…"


def value_of(required: RequiredField, text: str) -> str | None:
    """The value of a required field in a message, the last one where there are several (R5)."""
    found = list(re.finditer(required.pattern, text))
    return found[-1].group(1 if found[-1].re.groups else 0).strip() if found else None
