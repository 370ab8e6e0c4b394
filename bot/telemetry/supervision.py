"""Work in the background that must go on: whoever dies of an unexpected error is noticed, counted and started again.

A worker deals itself with what it expects (a database that is away, a helpdesk that is down). What ends it all the same
is logged by type and place, never by its text, counted in `askonce_faults`, kept for `/readyz` and `askonce doctor`,
and the worker begins anew after a wait that grows with each death in a row. A library would bring processes or queues;
this is a loop around an await.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.telemetry.metrics import FAULTS, WORKING
from ticket_bridge.faults import outline

log = logging.getLogger("askonce.work")


@dataclass
class Work:
    """One piece of work. `deaths` since the start of the process, `last`: the type of the error it died of, `at`: when,
    on the steady clock. `down`: it waits to be started again."""

    name: str
    deaths: int = 0
    last: str = ""
    at: float = 0.0
    down: bool = False


class Supervisor:
    """One bot's. `first` and `longest`: seconds that a worker is left dead, after one death and after many; `well`:
    seconds after which a worker that goes on counts as well again."""

    def __init__(
        self,
        *,
        first: float = 1.0,
        longest: float = 60.0,
        well: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._first, self._longest, self._well, self._clock, self._sleep = first, longest, well, clock, sleep
        self._tasks: list[asyncio.Task[None]] = []
        self.works: dict[str, Work] = {}

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Do `run`, which ends only by being cancelled, until `stop`."""
        self._tasks.append(asyncio.create_task(self._keep(self._work(name), run), name=f"askonce {name}"))

    def notice(self, name: str, error: BaseException) -> None:
        """Something of the work called `name` failed that nobody waits for; the work itself goes on."""
        FAULTS.labels(name).inc()
        work = self._work(name)
        work.deaths, work.last, work.at = work.deaths + 1, type(error).__name__, self._clock()

    @property
    def troubles(self) -> dict[str, str]:
        """What is or was wrong lately, by name of the work, in words for an operator; empty where all is well."""
        return {
            w.name: f"{w.last}, {w.deaths} time{'s' if w.deaths > 1 else ''}"
            + (", waits to be started again" if w.down else ", goes on")
            for w in self.works.values()
            if w.down or (w.deaths and self._clock() - w.at < self._well)
        }

    async def stop(self) -> None:
        """Cancel all of it and wait for its end."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    def _work(self, name: str) -> Work:
        FAULTS.labels(name)  # a counter that is there before it counts: an alert sees the first one too
        return self.works.setdefault(name, Work(name))

    async def _keep(self, work: Work, run: Callable[[], Awaitable[None]]) -> None:
        in_a_row = 0
        while True:
            WORKING.labels(work.name).set(1)
            began = self._clock()
            try:
                await run()
                error: Exception = RuntimeError("it ended")  # nobody asked it to
            except Exception as died:
                error = died
            in_a_row = in_a_row + 1 if self._clock() - began < self._well else 1
            wait = min(self._longest, self._first * 2 ** min(in_a_row - 1, 20))
            log.error("%s died: %s; starts again in %g s", work.name, outline(error), wait)
            self.notice(work.name, error)
            WORKING.labels(work.name).set(0)
            work.down = True
            await self._sleep(wait)
            work.down = False
