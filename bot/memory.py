"""When Python's collector of reference cycles comes: at a quiet moment, or when much has gathered, and never in the middle of a rush.

Left to itself it comes after so many new objects, which is to say when the shop is busiest, and each visit stops every chat for as
long as it takes to walk through what is alive (a tenth of a second with 1,000 chats open). What a message leaves behind holds no
cycles and goes at once without it; what is left for it are rarities such as exceptions that hold their own frames.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

_LOOK, _REST = 1.0, 60.0
#: Seconds of rest for each second that a visit took, and the longest wait for a quiet moment, in rests.
_REST_PER_SECOND, _PATIENCE = 1000, 10
#: New objects that bring the collector at once, and as a share of those that were alive after its last visit.
_MANY, _SHARE = 300_000, 0.5


def settle() -> None:
    """Once everything is loaded: it stays, so it need not be walked through again; and from here on the collector comes when
    it is called."""
    gc.collect()
    gc.freeze()
    gc.disable()


def unsettle() -> None:
    """As Python has it."""
    gc.unfreeze()
    gc.enable()


async def keep(busy: Callable[[], bool], *, look: float = _LOOK, least: float = _REST, most: int = _MANY) -> None:
    """Call the collector for as long as this runs. `busy` tells whether shoppers would feel it now; `look` and `least` are the
    seconds between two looks and the shortest between two visits, `most` the new objects that bring one at once."""
    settle()
    rest, waited, many = least, 0.0, most
    try:
        while True:
            await asyncio.sleep(look)
            waited += look
            quiet = not busy() and waited >= rest
            if not quiet and waited < rest * _PATIENCE and gc.get_count()[0] < many:
                continue
            began = time.perf_counter()
            gc.collect()
            rest, waited = max(least, (time.perf_counter() - began) * _REST_PER_SECOND), 0.0
            many = max(most, int(len(gc.get_objects()) * _SHARE))
    finally:
        unsettle()
