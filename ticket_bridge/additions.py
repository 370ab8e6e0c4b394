"""What follows a ticket that is filed, brought to the helpdesk as tickets are: by the courier, with its leases, its
fence, its two looks and its circuit. Here a helpdesk is shown to it in which every "ticket" is a note.

What a note holds is not known here: whoever stores them says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ticket_bridge.helpdesks.contract import Helpdesk, Note, Rejected, RequiredField, Step, TakesNotes


class ContentGone(Rejected):
    """What the note was to hold is not there any more."""


class Notes(Protocol):
    """Where notes wait."""

    async def ticket(self, key: str) -> str | None:
        """The helpdesk's id of the ticket that the note under `key` follows; None where there is no such note (any
        more). Raises `Rejected` where the ticket is another helpdesk's."""
        ...

    async def note(self, key: str) -> Note | None:
        """The note, with its files. Raises `ContentGone` where one of them is not there any more."""
        ...


class NoteTaking(Helpdesk, TakesNotes, Protocol):
    """A helpdesk that takes notes."""


class Additions:
    """Notes as the courier sees them. `settle` is the helpdesk's own: where it cannot be asked, a second call with the
    same key is its to recognise."""

    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, helpdesk: NoteTaking, notes: Notes) -> None:
        self._helpdesk, self._notes = helpdesk, notes
        self.name, self.settle = f"{helpdesk.name} (files)", helpdesk.settle  # as the log names it

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """Put the note on its ticket."""
        ticket, note = await self._notes.ticket(key), await self._notes.note(key)
        if ticket is None or note is None:
            raise ContentGone("the note is gone")
        return await self._helpdesk.add(ticket, note, key=key)

    async def find(self, key: str) -> str | None:
        """The note on its ticket, if it is there."""
        ticket = await self._notes.ticket(key)
        return None if ticket is None else await self._helpdesk.added(ticket, key)

    async def carries(self, id: str, key: str) -> bool | None:
        """By the very look that `find` takes."""
        return None if self.settle <= 0 else await self.find(key) is not None

    async def withdraw(self, id: str) -> str:
        raise Rejected("a note is not taken back")

    async def health(self) -> None:
        await self._helpdesk.health()

    def steps(self) -> Sequence[Step]:
        """None of its own: the helpdesk's."""
        return ()

    async def close(self) -> None:
        """The helpdesk is closed by whoever made it."""
