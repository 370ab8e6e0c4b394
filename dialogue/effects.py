"""Everything the tracker can ask the shell for, in the imperative. Data only: performing them is `bot`'s work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dialogue.events import Passage
from dialogue.vocabulary import Act


@dataclass(frozen=True, slots=True)
class Say:
    """Say the approved phrase `phrase`, filled with `values`. The words themselves live in `bot.chat.phrases`.
    `choices` are phrases to tap, `questions` words to tap as they stand."""

    act: Act
    phrase: str
    values: dict[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    sources: tuple[Passage, ...] = ()
    reference: str | None = None
    ticket_status: str | None = None
    choices: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell everybody in the chat, as the system and not as the bot, with the approved phrase `phrase`."""

    phrase: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    """Look `text` up in the articles; the outcome comes back as `ArticleFound` or `NothingFound`."""

    text: str


@dataclass(frozen=True, slots=True)
class FileTicket:
    """Put this ticket into the outbox, in the transaction that stores the turn (R8, R12)."""

    reference: str
    name: str
    email: str
    reason: str
    dispute: bool = False
    earlier_reference: str | None = None
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordGap:
    """Remember a question that no article answers, for the knowledge-gap report (R15)."""

    question: str


@dataclass(frozen=True, slots=True)
class RecordRating:
    score: int
    comment: str | None


Effect = Say | Announce | Search | FileTicket | RecordGap | RecordRating
