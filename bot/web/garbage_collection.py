"""When Python's garbage collection (the part of it that looks for cycles of references) takes place: at a quiet moment,
or when much has gathered, and never in the middle of a rush.

Left to itself it comes after so many new objects, which is to say when the shop is busiest, and each visit stops every
chat for as long as it takes to walk through what is alive (longer with every chat that is open). What a message leaves
behind holds no cycles and goes at once without it; what is left for it are rarities such as exceptions that hold their
own frames. So a visit walks only through what is new since the last one, and what it finds alive is left alone from
then on; once an hour, at a quiet moment, everything is looked through.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

#: Seconds between two looks, two collections, and two of everything.
_LOOK, _REST, _WHOLE = 1.0, 60.0, 3600.0
#: How many rests a collection waits for a quiet moment.
_PATIENCE = 10
#: New objects that bring one at once.
_MANY = 100_000


def collect_new() -> None:
    """Collect what is new and dead; what is alive is not walked through again, and no collection comes unasked."""
    gc.collect()
    gc.freeze()
    gc.disable()


def leave_to_python() -> None:
    """Collection is Python's own matter again, over everything that is alive."""
    gc.unfreeze()
    gc.enable()


async def collect_when_quiet(
    busy: Callable[[], bool], *, look: float = _LOOK, rest: float = _REST, whole: float = _WHOLE, many: int = _MANY
) -> None:
    """Collect garbage for as long as this runs. `busy` tells whether shoppers would feel it now; `look`, `rest` and
    `whole` are the seconds between two looks, two collections and two of everything; `many` new objects bring one at
    once."""
    collect_new()
    waited = waited_for_whole = 0.0
    try:
        while True:
            await asyncio.sleep(look)
            waited, waited_for_whole, quiet = waited + look, waited_for_whole + look, not busy()
            if _due(waited_for_whole, whole, quiet):
                gc.unfreeze()
                waited_for_whole = 0.0
            elif not _due(waited, rest, quiet) and gc.get_count()[0] < many:
                continue
            collect_new()
            waited = 0.0
    finally:
        leave_to_python()


def _due(waited: float, rest: float, quiet: bool) -> bool:
    return waited >= (rest if quiet else rest * _PATIENCE)
