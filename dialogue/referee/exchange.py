"""One message as the referee takes it: what was understood of it, and what was said to it. It reads and decides
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dialogue.referee import words
from dialogue.referee.transcript import Seen

#: Acts that ask for fields; that are the helpdesk's word; that stop a collection or an offer.
ASKING = frozenset({"ask", "remind", "invalid"})
TICKET = frozenset({"ticket_filed", "ticket_saved"})
STOPPING = frozenset({"cancelled", "declined"})
#: Acts that point at a ticket that is filed.
POINTING = frozenset({"update_redirect", "ticket_exists"})


@dataclass(frozen=True)
class Exchange:
    """A shopper's message with the turns up to the next one. `required`: fields that the helpdesk wants beside the
    three."""

    message: Seen
    replies: Sequence[Seen]
    required: Sequence[str] = ()

    @cached_property
    def direct(self) -> tuple[Seen, ...]:
        """What was said to the message itself: the helpdesk's word on a ticket comes in its own time."""
        return tuple(reply for reply in self.replies if reply.act not in TICKET)

    @cached_property
    def acts(self) -> tuple[str, ...]:
        """The acts of the direct replies in order; empty for a turn that has none."""
        return tuple(reply.act or "" for reply in self.direct)

    @property
    def asking(self) -> list[Seen]:
        """The direct replies that ask for a field."""
        return [reply for reply in self.direct if reply.asks]

    def has(self, *acts: str) -> bool:
        """True where one of these acts was said."""
        return any(act in self.acts for act in acts)

    # ------------------------------------------------------------ what was understood

    @property
    def was_understood(self) -> bool:
        """False for a transcript from elsewhere, which does not tell."""
        return self.message.understood is not None

    @cached_property
    def _understood(self) -> Mapping[str, Any]:
        return self.message.understood or {}

    @cached_property
    def signals(self) -> frozenset[str]:
        return frozenset(self._understood.get("signals") or ())

    @cached_property
    def name(self) -> str | None:
        return words.name_or_none(self._understood.get("name"))

    @cached_property
    def email(self) -> str | None:
        return words.email_or_none(self._understood.get("email"))

    @cached_property
    def reason(self) -> str | None:
        return words.reason_or_none(self._understood.get("reason"))

    @cached_property
    def extra(self) -> frozenset[str]:
        """The required fields beside the three that were given."""
        given = self._understood.get("extra") or ()
        return frozenset(field for field, value in given if field in self.required and words.reason_or_none(value))

    @property
    def question(self) -> object:
        return self._understood.get("question")

    @property
    def greeting_name(self) -> str | None:
        return self._understood.get("greeting_name")

    @property
    def denies(self) -> bool:
        return self._understood.get("answer") == "deny" or "cancels" in self.signals

    @property
    def affirms(self) -> bool:
        """A yes, unless it was answered with the ticket that is there already (R12)."""
        return self._understood.get("answer") == "affirm" and not self.denies and not self.has("ticket_exists")

    @property
    def follows_up(self) -> bool:
        return "follows_up" in self.signals and "disputes" not in self.signals

    @property
    def demands_review(self) -> bool:
        """Disagreement that asks for review, with its issue (R18)."""
        return bool(self.reason and {"disputes", "wants_review"} <= self.signals)

    @property
    def in_danger(self) -> bool:
        """Words of danger to life (R21)."""
        return "in_danger" in self.signals

    @property
    def brings_matter(self) -> bool:
        """Something that may be an issue: a reason, a question, or that the answer did not help."""
        return bool(self._understood.get("reason") or self.question or "unhelped" in self.signals)

    @property
    def stopped(self) -> bool:
        """The bot took it for a refusal of the offer, or of the collection."""
        return self.has(*STOPPING)
