"""How hard this process is pressed, and whom it turns away for that: newcomers first, so that the chats already open go
on.

Two signs, both cheap: the messages at work at this moment (each waits for the database), and how late the event loop is
of late. Nothing is queued without a bound: what cannot be taken is refused at once, with a hint when to come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterator

from bot.telemetry.metrics import LAG, WAITING

_LOOK = 0.2
_LATE_FOR_OTHERS, _LATE_FOR_NEWCOMERS, _LATE = 0.02, 0.5, 3.0


class Pressure:
    """One process's. `most`: messages at work at once; half of that already stops newcomers. `chats`: open chats."""

    def __init__(self, *, most: int, chats: int) -> None:
        self._most, self._chats = most, chats
        self.waiting, self.open, self.lag = 0, 0, 0.0

    @property
    def busy(self) -> bool:
        """Whether work that can wait should."""
        return self.lag > _LATE_FOR_OTHERS or self.waiting > 4

    @property
    def has_room_for_newcomers(self) -> bool:
        """Whether a chat may begin that was not open before."""
        return self.waiting < math.ceil(self._most / 2) and self.lag < _LATE_FOR_NEWCOMERS and self.open <= self._chats

    @property
    def has_room_for_messages(self) -> bool:
        """Whether an open chat's message may be taken."""
        return self.waiting < self._most and self.lag < _LATE

    @property
    def retry_after(self) -> int:
        """Seconds after which whoever was refused may try again."""
        return min(30, 1 + math.ceil(2 * self.lag + 4 * self.waiting / self._most))

    @contextlib.contextmanager
    def message(self) -> Iterator[None]:
        """One message at work."""
        self.waiting += 1
        WAITING.set(self.waiting)
        try:
            yield
        finally:
            self.waiting -= 1
            WAITING.set(self.waiting)

    async def watch(self) -> None:
        """Measures how late the event loop is. Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_LOOK)
            late = max(0.0, loop.time() - before - _LOOK)
            self.lag = (self.lag + late) / 2  # one slow moment is no rush, and is not forgotten at once
            LAG.set(self.lag)
