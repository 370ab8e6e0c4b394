"""One ticket, there and back: what a helpdesk promises is tried with a ticket of nobody's, which is taken away again.

An account may be let in, see the queue and create, and yet not set or not see the field that holds our key: then the
ticket is made and never found again, and every fault makes another one. Only a ticket tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ticket_bridge.helpdesks.causes import with_advice
from ticket_bridge.helpdesks.contract import Attachment, Helpdesk, HelpdeskError, Note, Rejected, TakesNotes

#: Helpdesks for which a trial proves nothing that their steps do not, or would leave what nobody can take away.
UNTRIED = ("desk", "email", "webhook")
#: Of a reserved domain that takes no mail (RFC 2606, RFC 7505), so that no automatic answer reaches anybody.
NAME, ADDRESS, REFERENCE = "Askonce check", "askonce-check@example.com", "AO-CHECK"
REASON = "A ticket of `askonce helpdesk check`. It is nobody's, and may be deleted."
_LOOKS = 4
FILE = Attachment("askonce-check.txt", "text/plain", b"A file of `askonce helpdesk check`.\n")
_MAY_ADD = (
    "give the account the right to put notes with files on tickets and to see them (in Request Tracker CommentOnTicket "
    "and ShowTicketComments on the queue), or set ASKONCE_EVIDENCE=link or none"
)


async def there_and_back(
    helpdesk: Helpdesk,
    payload: Mapping[str, Any],
    *,
    key: str,
    files: bool = False,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """Files `payload` under `key`, reads the key back, looks the ticket up by it, and takes it away; with `files` it
    gets a file in between. Returns what became of the ticket, in an operator's words. Raises `HelpdeskError` that says
    what is missing, and that too."""
    id = await helpdesk.create(payload, key=key)
    try:
        await _found(helpdesk, id, key, sleep)
        if files and isinstance(helpdesk, TakesNotes):
            await _noted(helpdesk, id, Note(REFERENCE, payload, (FILE,)), f"{key}+file")
    except HelpdeskError as error:
        raise with_advice(Rejected(f"{error}; {await _away(helpdesk, id)}"), error.mend) from error
    return await _away(helpdesk, id)


async def _noted(helpdesk: TakesNotes, id: str, note: Note, key: str) -> None:
    """The ticket takes a note with a file, and shows it."""
    try:
        await helpdesk.add(id, note, key=key)
    except Rejected as error:
        said = f"ticket {id} was made, and takes no file: {error}"
        raise with_advice(Rejected(said), error.mend or _MAY_ADD) from error
    if await helpdesk.added(id, key) is None:
        said = f"ticket {id} has a note with a file, and does not show it: after a fault it would be put there twice"
        raise with_advice(Rejected(said), _MAY_ADD)


async def _away(helpdesk: Helpdesk, id: str) -> str:
    """What became of the trial's ticket."""
    try:
        return await helpdesk.withdraw(id)
    except HelpdeskError as error:
        return f"ticket {id} of the trial is still there ({error}); please close it"


async def _found(helpdesk: Helpdesk, id: str, key: str, sleep: Callable[[float], Awaitable[None]]) -> None:
    """The key is there to be read, and a look by it finds this ticket; indexes get a little time."""
    if await helpdesk.carries(id, key) is False:
        raise Rejected(
            f"ticket {id} was made, and its key cannot be read back: the account may not set the field, may not see "
            "it, or the field is not the queue's"
        )
    if await looked_up(helpdesk, key, sleep) != id:
        raise Rejected(f"ticket {id} was made with its key, and looking for that key does not find it")


async def looked_up(helpdesk: Helpdesk, key: str, sleep: Callable[[float], Awaitable[None]]) -> str | None:
    """What a look by this key finds, in as many looks as an index may need; None where it finds nothing."""
    for look in range(_LOOKS):
        if look:
            await sleep(min(15.0, helpdesk.settle / 2))
        if (found := await helpdesk.find(key)) is not None:
            return found
    return None
