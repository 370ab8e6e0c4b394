"""Whether a helpdesk keeps the contract: for whoever writes an adapter, against a helpdesk in which nobody works.

    from ticket_bridge.helpdesks.suite import keeps_the_contract

    async def test_it():
        print(await keeps_the_contract(make({"url": …, "token": …}, 10.0)))

It files three tickets and takes them away again. What no single caller can prove (a reply that is lost, a fault that
comes after the ticket was made) is the courier's matter, which looks before it creates again: so the looking is what
counts here.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ticket_bridge.helpdesks import trial
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError, Note, TakesNotes, lacking

#: What shoppers say, in the letters they say it in: all of it must arrive without an error.
_SAID = (
    ("Jane Doe", "my lamp is broken"),
    ('José "Pepe" Núñez-O\'Connor, Jr.', "die Größe stimmt nicht: 42 < 44 & <b>fett</b>; 包裹是空的 📦"),
    ("عمر حسن", "line one\nline two\n\n  indented; 'quoted' \\ \"back\" " + "x" * 3800),
)


class Broken(AssertionError):
    """A promise of the contract that is not kept, and which."""


async def keeps_the_contract(
    helpdesk: Helpdesk,
    *,
    payload: dict[str, Any] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """What was tried, in a line. `payload` replaces what is filed, where the helpdesk needs more than the three fields.
    Raises `Broken`, and `HelpdeskError` where the helpdesk itself refuses something."""
    _must(not (lacks := lacking(helpdesk, helpdesk.name)), f"it lacks {', '.join(lacks)}")
    _must(0 <= helpdesk.settle <= 600, "settle: 0 to 600 seconds")
    steps = helpdesk.steps()
    _must(steps, "steps(): at least one, for `askonce helpdesk check`")
    for step in steps:
        _must(step.what and step.mend, "a step says what it tries, and what to do where it fails")
        await step.run()
    await helpdesk.health()
    made: dict[str, str] = {}
    try:
        searched = await _tickets(helpdesk, made, payload or {}, sleep)
        noted = "takes no notes"
        if isinstance(helpdesk, TakesNotes):
            noted = await _note(helpdesk, made, _filed(1, *_SAID[0]) | (payload or {}))
    finally:
        left = [await _away(helpdesk, id) for id in made.values()]
    return f"{len(made)} tickets filed, {searched}, {noted}; {'; '.join(left)}"


async def _tickets(
    helpdesk: Helpdesk, made: dict[str, str], more: dict[str, Any], sleep: Callable[[float], Awaitable[None]]
) -> str:
    """Keys that begin alike belong to tickets of their own."""
    stem = f"askonce-suite:{uuid.uuid4().hex}"
    keys = [f"{stem}:1", f"{stem}:11", f"{stem}:1:1"]
    _must(await helpdesk.find(keys[0]) is None, "find(): None for a key that no ticket has")
    searchable = None
    for key, (name, reason) in zip(keys, _SAID, strict=True):
        given = _filed(len(made) + 1, name, reason) | more
        earlier = next(iter(made.values()), None)
        id = await helpdesk.create(given, key=key, earlier=earlier)
        _must(isinstance(id, str) and 0 < len(id) <= 200, "create(): the helpdesk's own id, 1 to 200 characters")
        made[key] = id
        searchable = await helpdesk.carries(id, key)
        _must(searchable is not False, "carries(): the ticket that was just made shows its key")
    _must(len(set(made.values())) == len(made), "create(): tickets of different keys are different tickets")
    _must(searchable or helpdesk.settle == 0, "settle: 0 where the helpdesk cannot be asked")
    if helpdesk.settle == 0 and await helpdesk.find(keys[0]) is None:
        return "which cannot be asked for"
    for key, id in made.items():
        found = await trial.looked_up(helpdesk, key, sleep)
        _must(found == id, f"find(): the ticket of this very key; it gave {found!r} for {id!r}")
    _must(await helpdesk.find(stem) is None, "find(): None for a key that others begin with")
    return "each found by its key alone"


def _filed(number: int, name: str, reason: str) -> dict[str, Any]:
    """What is filed: as the courier passes it."""
    return {
        "name": name, "email": trial.ADDRESS, "reason": reason, "subject": reason.splitlines()[0][:200],
        "envelope": {"reference": f"{trial.REFERENCE}-{number}", "language": "en"},
    }  # fmt: skip


async def _note(helpdesk: TakesNotes, made: Mapping[str, str], ticket: Mapping[str, Any]) -> str:
    """One on one ticket, and nowhere else."""
    (key, id), (_, other), *_ = made.items()
    note = Note(trial.REFERENCE, ticket, (trial.FILE,))
    told = await helpdesk.add(id, note, key=f"{key}+1")
    _must(isinstance(told, str) and told, "add(): the helpdesk's own id of the note, or the mark of the key")
    seen = await helpdesk.added(id, f"{key}+1")
    _must(seen in (None, told), "added(): what add() gave, or None where the helpdesk cannot be asked")
    _must(await helpdesk.added(other, f"{key}+1") is None, "added(): None on a ticket that has not got it")
    return "a note with a file added" + (" and seen" if seen else "")


async def _away(helpdesk: Helpdesk, id: str) -> str:
    try:
        return await helpdesk.withdraw(id)
    except HelpdeskError as error:
        return f"ticket {id} is still there ({error})"


def _must(kept: object, promise: str) -> None:
    if not kept:
        raise Broken(promise)
