"""What every helpdesk offers the courier, and the four ways in which it can fail."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


class HelpdeskError(Exception):
    """A failed call. The message is for an operator: no shopper's words, no address, no secret. `mend` says what to do
    about this very cause, empty where only the step that failed can say it."""

    mend = ""


class Unreachable(HelpdeskError):
    """No word, or a word of the helpdesk's own trouble. `maybe_created`: the request may have got through, so look
    before creating again."""

    def __init__(self, message: str, *, maybe_created: bool) -> None:
        super().__init__(message)
        self.maybe_created = maybe_created


class NotSignedIn(Unreachable):
    """This replica is not let in: its token or password is wrong, or is being changed. That says nothing of the ticket,
    so none is given up for it; the replica holds off and tries again, and another one may file it meanwhile."""

    def __init__(self, message: str) -> None:
        super().__init__(message, maybe_created=False)


class Busy(HelpdeskError):
    """Asked to come back later. `retry_after` in seconds, None where the helpdesk did not say. `maybe_created` as in
    `Unreachable`: a 503 may come from a proxy that lost the helpdesk's own answer, a 429 never does."""

    def __init__(self, message: str, *, retry_after: float | None, maybe_created: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.maybe_created = maybe_created


class Rejected(HelpdeskError):
    """Refused for good: the same request will be refused again until an operator mends something. `status` is the HTTP
    status where there was one, `named` the fields and codes that the helpdesk named, `said` its whole answer: that may
    quote a shopper, so it is for those who know that no shopper wrote what was refused, and never for a log."""

    def __init__(self, message: str, *, status: int | None = None, named: str = "", said: Any = None) -> None:
        super().__init__(message)
        self.status, self.named, self.said = status, named, said


@dataclass(frozen=True)
class Step:
    """One thing `askonce helpdesk check` tries: `what` in an operator's words, `run` raises `HelpdeskError` where it is
    not so, `mend` says what to do then, unless the error itself knows better. No step leaves anything behind in the
    helpdesk; what only a ticket can prove is `ticket_bridge.helpdesks.trial`'s."""

    what: str
    run: Callable[[], Awaitable[None]]
    mend: str


@dataclass(frozen=True)
class RequiredField:
    """A field that a helpdesk cannot do without, beside name, email and reason (R1). `name` is its key in the payload,
    `label` how shoppers are asked for it ("your order number"), `pattern` a regular expression that its values match
    wherever they stand in a message; its first group, or all of it, is the value. It is asked for under the rules of
    the three."""

    name: str
    label: str
    pattern: str


class Helpdesk(Protocol):
    """Where tickets go. One file for each vendor; the courier knows only this.

    A payload holds `name`, `email`, `reason` (the passed content, R1), `subject`, and `envelope` with `reference` and,
    where they are configured, `tags` and `language`, and `evidence`, the address of the shopper's files. `earlier`
    is the helpdesk's id of the ticket that this one disputes (R18), None where there is none.

    `settle`, in seconds: how long a ticket may exist, or still be on its way, before `find` shows it. After an attempt
    with an unknown end the courier looks twice, so far apart, before it creates again; 0 where the helpdesk itself
    makes one ticket of two calls with one key, or where it cannot be asked. `required_fields`: what it needs beside
    name, email and reason (R1)."""

    name: str
    settle: float
    required_fields: tuple[RequiredField, ...]

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """File `payload` under our `key`; the helpdesk's own id of the ticket. Raises `HelpdeskError`."""
        ...

    async def find(self, key: str) -> str | None:
        """The helpdesk's id of the ticket under our `key`, None where there is none; never another's. Raises
        `HelpdeskError`."""
        ...

    async def carries(self, id: str, key: str) -> bool | None:
        """Whether the ticket `id`, which was just created, shows us our `key`, so that a look would find it; None where
        the helpdesk cannot be asked and need not be. A False is asked for again before it is believed: a reply may have
        been spoilt on its way. Raises `HelpdeskError`."""
        ...

    async def withdraw(self, id: str) -> str:
        """Take the ticket `id` of a trial away again, or else close it; says which, in an operator's words. Raises
        `HelpdeskError` where neither can be done, and where the helpdesk takes no trial."""
        ...

    async def health(self) -> None:
        """Raises `HelpdeskError` where it cannot be used."""
        ...

    def steps(self) -> Sequence[Step]:
        """What `askonce helpdesk check` goes through, in order."""
        ...

    async def close(self) -> None:
        """Let its connections go."""
        ...


def lacking(helpdesk: object, name: str) -> list[str]:
    """What `helpdesk`, which is to be called `name`, lacks of `Helpdesk` at a look: for one that others wrote. Whether
    it keeps its promises is for `ticket_bridge.helpdesks.suite` to say."""
    found = []
    if getattr(helpdesk, "name", None) != name:
        found.append(f"the name {name!r}")
    if not isinstance(getattr(helpdesk, "settle", None), int | float):
        found.append("settle, in seconds")
    fields = getattr(helpdesk, "required_fields", None)
    if not isinstance(fields, tuple) or not all(isinstance(field, RequiredField) for field in fields):
        found.append("required_fields, a tuple of RequiredField")
    awaited = ["create", "find", "carries", "withdraw", "health", "close"]
    if hasattr(helpdesk, "add") or hasattr(helpdesk, "added"):
        awaited += ["add", "added"]
    found += [f"async {each}()" for each in awaited if not inspect.iscoroutinefunction(getattr(helpdesk, each, None))]
    if not callable(getattr(helpdesk, "steps", None)):
        found.append("steps()")
    return found


@dataclass(frozen=True)
class Attachment:
    """A file as a helpdesk gets it: a name that is safe to show, a media type, and its bytes."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Note:
    """What follows a ticket that is filed: the files that its shopper sent, or the address where they are. `text` for
    whoever works on the ticket, `ticket` the payload that was filed."""

    text: str
    ticket: Mapping[str, Any]
    files: tuple[Attachment, ...] = ()

    @property
    def reference(self) -> str:
        """The ticket's reference."""
        return str(self.ticket["envelope"]["reference"])


@runtime_checkable
class TakesNotes(Protocol):
    """A helpdesk that takes notes on a ticket: for its agents, never sent to the shopper, whose own files they are."""

    async def add(self, id: str, note: Note, *, key: str) -> str:
        """Put `note` on the ticket `id`, whole or not at all, under our `key`; the helpdesk's own id of it, or the mark
        of the key where it names none. Raises `HelpdeskError`."""
        ...

    async def added(self, id: str, key: str) -> str | None:
        """What `add` gave for the note under our `key` on the ticket `id`, None where there is none, or where the
        helpdesk cannot be asked. Raises `HelpdeskError`."""
        ...
