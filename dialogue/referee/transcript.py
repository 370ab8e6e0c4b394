"""A conversation as anyone can see it: what the referee judges and an audit reads. Data only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: What happens in a conversation and is no turn of it.
NOT_SAID = ("page", "published")


@dataclass(frozen=True)
class Seen:
    """One turn as anyone can see it. `who`: shopper, bot, agent, system; `files` for files that the shopper sent,
    without a word; or one of `NOT_SAID`: `page` for the page naming its signed-in customer (its name and address then
    stand in `understood`), `published` for an article that answers what was asked before (`question`, and the ids of
    its `articles`)."""

    seq: int
    who: str
    text: str = ""
    act: str | None = None
    asks: tuple[str, ...] = ()
    ticket: Mapping[str, Any] | None = None
    sources: Sequence[Mapping[str, Any]] = ()
    understood: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Passed:
    """A ticket as it was handed to the helpdesk. `at`: the last turn before it was filed; None where that is not
    known."""

    reference: str
    fields: Mapping[str, Any]
    passed: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None


@dataclass(frozen=True)
class Transcript:
    """A whole conversation. `settled`: nothing is under way any more, so a ticket that was due must have been spoken
    of. `in_danger`: it is flagged for a person to look at once (R21); None where flags are not told."""

    turns: tuple[Seen, ...]
    support_email: str = ""
    tickets: tuple[Passed, ...] = ()
    required_fields: tuple[str, ...] = ()
    settled: bool = False
    in_danger: bool | None = None


@dataclass(frozen=True)
class Violation:
    rule: str
    seq: int
    reason: str


def exchanges(turns: Sequence[Seen]) -> Iterable[tuple[Seen | None, list[Seen]]]:
    """Each message (or files, or what else happens, `NOT_SAID`) with the turns up to the next one; first what came
    before any."""
    head: Seen | None = None
    replies: list[Seen] = []
    for turn in turns:
        if turn.who in ("shopper", "files") or turn.who in NOT_SAID:
            if head or replies:
                yield head, replies
            head, replies = turn, []
        else:
            replies.append(turn)
    if head or replies:
        yield head, replies
