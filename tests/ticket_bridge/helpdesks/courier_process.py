"""A courier as a process of its own that kills itself with SIGKILL at the steps of its cycle;
`tests.ticket_bridge.helpdesks.siege` starts it.

python -m tests.ticket_bridge.helpdesks.courier_process NAME CHANCE SEED

Everything else comes from ASKONCE_* variables.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from bot.bootstrap import run_bot
from bot.factories import make_helpdesk
from bot.settings import read_settings
from ticket_bridge.helpdesks.contract import Note, Step
from ticket_bridge.retry import RetryPolicy

#: Looks are many, and a ticket in doubt needs two of one courier, seconds apart: dying at each, nobody came to it.
_LOOKS = 0.2
QUICK = RetryPolicy(first=0.1, ceiling=1.0, probe_ceiling=0.5)


class Deadly:
    """A helpdesk around which the process may die: before and after each call."""

    def __init__(self, inner: Any, chance: float, rng: random.Random, settle: float) -> None:
        self._inner, self._chance, self._rng = inner, chance, rng
        self.name, self.required_fields = inner.name, inner.required_fields
        self.settle = min(inner.settle, settle)

    def _step(self, name: str, share: float = 1.0) -> None:
        if self._rng.random() < self._chance * share:
            print(name, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        return await self._made("create", self._inner.create(payload, key=key, earlier=earlier))

    async def add(self, id: str, note: Note, *, key: str) -> str:
        return await self._made("note", self._inner.add(id, note, key=key))

    async def _made(self, what: str, call: Coroutine[Any, Any, str]) -> str:
        self._step(f"claimed, before the {what}")
        sending = asyncio.create_task(call)
        if self._rng.random() < self._chance:
            await asyncio.sleep(self._rng.uniform(0, 0.05))
            print(f"in the middle of the {what}", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        made = await sending
        self._step(f"after the {what}, before it is stored")
        return made

    async def find(self, key: str) -> str | None:
        return await self._looked(self._inner.find(key))

    async def added(self, id: str, key: str) -> str | None:
        return await self._looked(self._inner.added(id, key))

    async def _looked(self, call: Coroutine[Any, Any, str | None]) -> str | None:
        self._step("before the look", _LOOKS)
        found = await call
        self._step("after the look", _LOOKS)
        return found

    async def carries(self, id: str, key: str) -> bool | None:
        return await self._inner.carries(id, key)  # type: ignore[no-any-return]

    async def withdraw(self, id: str) -> str:
        return await self._inner.withdraw(id)  # type: ignore[no-any-return]

    async def health(self) -> None:
        await self._inner.health()

    def steps(self) -> Sequence[Step]:
        return self._inner.steps()  # type: ignore[no-any-return]

    async def close(self) -> None:
        await self._inner.close()


async def main(chance: float, seed: int) -> None:
    settings, rng = read_settings(), random.Random(seed)
    settle = float(os.environ.get("SIEGE_SETTLE", "2"))
    async with run_bot(
        settings,
        helpdesk=lambda store: Deadly(make_helpdesk(settings, store), chance, rng, settle),
        retry=QUICK,
        tick=0.1,
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[2]), int(sys.argv[3])))
