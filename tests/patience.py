"""Waiting by progress, never by a clock.

A machine may be as busy as it likes: what is waited for gets its share of it, and so does whoever waits. So patience is
counted in the looks that the waiting side got to take since something last moved, and not in seconds: where everything
runs ten times slower, so do the looks. What hangs is still found, since nothing moves and the looks go on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

#: Looks without any movement after which something hangs, and the rest between two of them in seconds: a minute where
#: nobody else wants the machine.
LOOKS, REST = 1200, 0.05

Moves = Callable[[], object]


class Stillness(AssertionError):
    """Nothing moved any more, and what was waited for had not come."""


class Looks:
    """Counts looks since something last moved. Call it at each look; it raises `Stillness`."""

    def __init__(self, moves: Moves = lambda: None, *, most: int = LOOKS) -> None:
        self._moves, self._most, self._seen, self._still = moves, most, moves(), 0

    def __call__(self) -> None:
        now = self._moves()
        self._still = 0 if now != self._seen else self._still + 1
        self._seen = now
        if self._still > self._most:
            raise Stillness(f"nothing moved in {self._most} looks; it stands at {now!r}")


async def until(true: Callable[[], object], *, moves: Moves = lambda: None, rest: float = REST) -> None:
    """Until `true()`, as long as `moves()` changes now and then."""
    look = Looks(moves)
    while not true():
        look()
        await asyncio.sleep(rest)


def wait_until(true: Callable[[], object], *, moves: Moves = lambda: None, rest: float = REST) -> None:
    """The same where no loop runs."""
    look = Looks(moves)
    while not true():
        look()
        time.sleep(rest)


@asynccontextmanager
async def patient(moves: Moves = lambda: None) -> AsyncIterator[None]:
    """Around something that must come to an end: raises `TimeoutError` where it hangs. As `asyncio.timeout`, in looks
    of the same loop instead of seconds."""
    async with asyncio.timeout(None) as limit:
        counter = asyncio.create_task(_count(limit, Looks(moves)))
        try:
            yield
        finally:
            counter.cancel()
            with suppress(asyncio.CancelledError):
                await counter


async def _count(limit: asyncio.Timeout, look: Looks) -> None:
    while True:
        await asyncio.sleep(REST)
        try:
            look()
        except Stillness:
            limit.reschedule(asyncio.get_running_loop().time())
            return
