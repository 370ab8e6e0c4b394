"""What understanding needs, loaded beside the chats: the bot listens at once, and a message that comes sooner waits. It
is never answered by less than it would be a moment later (R16)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ticket_bridge.faults import outline


class Loading:
    """One process's. `loads` run in a thread, one after the other; until they end, `trouble` says so, and where one
    failed, of what."""

    def __init__(self, *loads: Callable[[], None]) -> None:
        self._loads = loads
        self._settled = asyncio.Event()
        self.trouble: str | None = "loading"

    async def run(self) -> None:
        """Load, and go on until cancelled, as work in the background does. Raises what a load raises, after whoever
        waits was let go: their messages are understood as far as it goes, and none waits for ever (R13)."""
        try:
            for load in self._loads:
                await asyncio.to_thread(load)
            self.trouble = None
        except Exception as error:
            self.trouble = f"down ({outline(error)})"
            raise
        finally:
            self._settled.set()
        await asyncio.Event().wait()

    async def wait(self) -> None:
        """Until it is loaded, or has failed."""
        await self._settled.wait()
