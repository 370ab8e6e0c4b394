"""Steps of several workers in an order that a test chooses: each call to the database, the folder or the service is a
step, before which its worker waits to be called up. A worker may die before any of its steps, as by `kill -9`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from typing import Any

_WORKER: ContextVar[int | None] = ContextVar("worker", default=None)


class Killed(BaseException):
    """A worker died here."""


class Turns:
    """One order of steps: `choices` say whose turn is next, and `kills` which worker dies before which of its steps."""

    def __init__(self, choices: Sequence[int], kills: dict[int, int]) -> None:
        self._choices, self._kills = list(choices), kills
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._steps: dict[int, int] = {}
        self._moved = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def step(self) -> None:
        """Wait for the turn of the worker that calls; nobody else waits. Raises `Killed`."""
        if (worker := _WORKER.get()) is not None:
            await self._turn(worker)

    def step_in_thread(self) -> None:
        """The same for what runs in a thread."""
        if (worker := _WORKER.get()) is not None:
            asyncio.run_coroutine_threadsafe(self._turn(worker), self._loop).result()

    async def _turn(self, worker: int) -> None:
        self._steps[worker] = self._steps.get(worker, 0) + 1
        turn = self._waiting[worker] = self._loop.create_future()
        self._moved.set()
        await turn
        if self._kills.get(worker) == self._steps[worker]:
            raise Killed

    async def play(self, *workers: Callable[[], Coroutine[Any, Any, object]]) -> list[bool]:
        """Let them all work; which of them came to their end alive."""
        tasks = [asyncio.create_task(self._live(number, work)) for number, work in enumerate(workers)]
        while alive := [number for number, task in enumerate(tasks) if not task.done()]:
            if all(number in self._waiting for number in alive):
                choice = self._choices.pop(0) if self._choices else 0
                self._waiting.pop(alive[choice % len(alive)]).set_result(None)
            self._moved.clear()
            await self._moved.wait()
        return [task.result() for task in tasks]

    async def _live(self, worker: int, work: Callable[[], Coroutine[Any, Any, object]]) -> bool:
        _WORKER.set(worker)
        try:
            await work()
        except Killed:
            return False
        finally:
            self._loop.call_soon(self._moved.set)  # when the task is done
        return True


class Stepwise:
    """`thing`, each of whose methods in `names` is a step. `threaded`: they block."""

    def __init__(self, thing: Any, turns: Turns, names: Sequence[str], *, threaded: bool) -> None:
        self._thing, self._turns, self._names, self._threaded = thing, turns, names, threaded

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if name not in self._names:
            return found
        if self._threaded:

            def in_thread(*args: Any, **named: Any) -> Any:
                self._turns.step_in_thread()
                return found(*args, **named)

            return in_thread

        async def in_loop(*args: Any, **named: Any) -> Any:
            await self._turns.step()
            return await found(*args, **named)

        return in_loop
