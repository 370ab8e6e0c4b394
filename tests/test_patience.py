"""The suite's own patience: it ends for what hangs, and for nothing that moves."""

from __future__ import annotations

import asyncio

import pytest

from tests import patience
from tests.patience import Looks, Stillness, patient, until


def test_what_moves_is_waited_for_however_long() -> None:
    steps = iter(range(10**6))
    look = Looks(lambda: next(steps) // 40, most=50)
    for _ in range(20_000):
        look()


def test_what_stands_still_is_given_up() -> None:
    look = Looks(lambda: "stuck", most=50)
    with pytest.raises(Stillness, match="stuck"):
        [look() for _ in range(60)]


async def test_a_hang_ends_and_a_slow_machine_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REST", 0.0001)
    with pytest.raises(TimeoutError):
        async with patient():
            await asyncio.Event().wait()
    moved = 0

    async def work() -> None:
        nonlocal moved
        for _ in range(200):
            await asyncio.sleep(0.001)
            moved += 1

    async with patient(lambda: moved):
        await work()
    await until(lambda: moved == 200)
