"""Where a conversation stands: `Phase`, `Ticket`, `State`. Frozen; no behaviour beyond reading oneself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from dialogue.vocabulary import Act, Field


class Phase(StrEnum):
    IDLE = "idle"  # nothing open
    OFFERED = "offered"  # a ticket was offered; a yes or a no is awaited (R10)
    COLLECTING = "collecting"  # consent is there, a field is missing (R7, R9)
    SILENT = "silent"  # consent is there, the bot has stopped asking (R9)
    LOOKING_UP = "looking_up"  # a search is under way; its answer is the only thing that can come next
    ATTENDED = "attended"  # a person of the shop talks with the shopper; the bot is silent


IDLE, OFFERED, COLLECTING, SILENT, LOOKING_UP, ATTENDED = Phase
#: Consent is there, and a field is missing (R7).
OPEN = (COLLECTING, SILENT)


class TicketStatus(StrEnum):
    SENT = "sent"  # handed to the bridge, no word yet
    SAVED = "saved"  # the shopper was told it is saved (R13)
    FILED = "filed"  # the helpdesk has it


T = TypeVar("T")


def changed(value: T, **fields: Any) -> T:
    """`value`, a frozen dataclass, with some fields anew. As `dataclasses.replace`, which goes through every field
    by its name; a message makes a dozen states. Raises TypeError where there is no such field."""
    have = value.__dict__
    if not fields.keys() <= have.keys():
        raise TypeError(f"{type(value).__name__} has no {', '.join(sorted(fields.keys() - have.keys()))}")
    fresh = object.__new__(type(value))
    fresh.__dict__.update(have, **fields)
    return fresh


@dataclass(frozen=True)
class Ticket:
    reference: str
    name: str
    email: str
    reason: str
    status: TicketStatus = TicketStatus.SENT
    dispute: bool = False


@dataclass(frozen=True)
class Lookup:
    """A search that was asked for. `for_issue`: an article is welcome, its absence is not news (R10)."""

    text: str
    for_issue: bool = False


@dataclass(frozen=True)
class Refused:
    """An issue for which a ticket was declined, and which another issue took the place of (R10)."""

    reason: str
    dispute: bool = False


@dataclass(frozen=True)
class Slip:
    """An address that looks like a slip, as it was typed, and the likely one (R6)."""

    typed: str
    likely: str


@dataclass(frozen=True)
class TurnNotes:
    """What happened so far within the message being processed. Empty between messages."""

    said: tuple[Act, ...] = ()
    gave: bool = False  # consent or a field came with this message
    fruitful: bool = False  # a digression was answered or something noted: no fruitless question (R9)
    news: bool = False  # what was known has changed, or grown (R13)
    offer_due: bool = False
    consented: bool = False
    noted: tuple[str, ...] = ()  # what to acknowledge: name, email, same_reason, detail
    rejected: tuple[tuple[Field, str], ...] = ()
    courtesy: Act | None = None
    refused: bool = False  # this very message declines or cancels
    repeats: str | None = None  # reference of the filed ticket that the message is about again (R12)
    lookup: Lookup | None = None
    resume: Phase = Phase.IDLE  # where LOOKING_UP returns to
    proposed: bool = False  # the reply asks whether another address was meant (R6)
    danger: bool = False  # it holds words of danger (R21)
    open: bool = False  # a message is being processed


@dataclass(frozen=True)
class State:
    """The whole memory of one conversation. `stem` makes its tickets' references (`AO-<stem>-<n>`)."""

    stem: str = "TEST00"
    required: tuple[str, ...] = ()  # fields that the helpdesk requires beside the three (R1)
    extra: tuple[tuple[str, str], ...] = ()  # what of these is known
    phase: Phase = Phase.IDLE
    name: str | None = None
    greeting_name: str | None = None
    email: str | None = None
    reason: str | None = None
    dispute: bool = False
    declined: bool = False  # the present reason was declined or cancelled (R10)
    fruitless: int = 0
    digressions: tuple[str, ...] = ()  # answered beside this collection since anything came of it (R9)
    useless: int = 0  # replies in a row that brought the shopper nothing (R13)
    last_question: str | None = None  # answered last; "that didn't help" makes it the reason (R3)
    unanswered: tuple[str, ...] = ()  # asked, and no article answered: who asked hears once one does (R15)
    last_acts: tuple[Act, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    refused: tuple[Refused, ...] = ()  # declined before the present reason, the latest last (R10)
    agent: str | None = None  # who of the shop is in the chat, while ATTENDED, as the shopper is told
    agent_account: int | None = None  # and who that is; None where it was not kept
    paused: Phase = Phase.IDLE  # where ATTENDED returns to
    presence: str = ""  # which stay of that person it is: a lease that ran out ends this one and no later one (R13)
    waits: bool = False  # the shopper wrote to that person, who has not answered
    open_question: str | None = None  # asked of that person, who has not answered
    invited: bool = False
    rated: bool = False
    slip: Slip | None = None  # given, and still to be asked about (R6)
    doubted: Slip | None = None  # asked about, which is done once
    proposes: bool = False  # the last reply asked about it
    danger: bool = False  # words of danger were heard: a person of the shop is called (R21)
    danger_waits: bool = False  # and they were said to a person who has not answered
    has_files: bool = False  # the shopper has sent files
    files_told: bool = False  # and was told what not to take pictures of (R17)
    calmed: bool = False  # abuse has had its one calm reply
    language: str | None = None  # that the shopper's own words were in last, where they sufficed to tell
    began: str = ""  # the stem that this conversation began with, where it got another since
    turn: TurnNotes = field(default_factory=TurnNotes)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that a ticket still needs, in the order they are asked for (R9)."""
        have = {Field.NAME: self.name, Field.EMAIL: self.email, Field.REASON: self.reason}
        known = dict(self.extra)
        return (*(f for f in Field if not have[f]), *(f for f in self.required if f not in known))

    @property
    def agreed(self) -> bool:
        """Consent is there, whether or not a person of the shop is in the chat meanwhile (R7)."""
        return (self.paused if self.phase is ATTENDED else self.phase) in OPEN

    @property
    def beginning(self) -> State:
        """The state this conversation began with: where a fold of its happenings starts."""
        return State(stem=self.began or self.stem, required=self.required)

    def ticket(self, reference: str) -> Ticket | None:
        return next((t for t in self.tickets if t.reference == reference), None)

    @property
    def next_reference(self) -> str:
        return f"AO-{self.stem}-{len(self.tickets) + 1}"
