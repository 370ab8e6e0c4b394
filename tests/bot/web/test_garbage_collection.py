"""When Python's collector comes: at a quiet moment, when much has gathered, and not in a rush."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.web.garbage_collection import collect_when_quiet
from tests.patience import patient


class _Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def _left_behind() -> weakref.ref[_Ring]:
    return weakref.ref(_Ring())


@pytest.fixture(autouse=True)
def as_python_has_it() -> Iterator[None]:
    """Nothing of this outlives its test."""
    yield
    assert gc.isenabled() and gc.get_freeze_count() == 0


async def _while_kept(keeper: asyncio.Task[None], *, until: object) -> None:
    async with patient():
        while not until():  # type: ignore[operator]
            await asyncio.sleep(0.005)
    keeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeper


async def test_a_quiet_moment_is_used() -> None:
    keeper = asyncio.create_task(collect_when_quiet(lambda: False, look=0.01, rest=0.01))
    await asyncio.sleep(0)
    assert not gc.isenabled() and gc.get_freeze_count() > 10_000
    left = _left_behind()
    await _while_kept(keeper, until=lambda: left() is None)


async def test_a_rush_is_not_disturbed_and_has_an_end() -> None:
    asked: list[bool] = []

    def busy() -> bool:
        asked.append(left() is None)
        return True

    keeper = asyncio.create_task(collect_when_quiet(busy, look=0.01, rest=0.02))
    await asyncio.sleep(0)
    left = _left_behind()
    await _while_kept(keeper, until=lambda: left() is None)
    assert len(asked) >= 15 and not any(asked[:15]), "ten rests of two looks are the patience"


async def test_what_piles_up_is_not_waited_for() -> None:
    keeper = asyncio.create_task(collect_when_quiet(lambda: True, look=0.01, rest=3600, many=5_000))
    await asyncio.sleep(0)
    left = _left_behind()
    pile = [[] for _ in range(20_000)]  # type: ignore[var-annotated]
    await _while_kept(keeper, until=lambda: left() is None)
    assert len(pile) == 20_000


async def test_what_was_alive_at_a_visit_is_left_alone_until_everything_is_looked_through() -> None:
    alive = _Ring()
    later = weakref.ref(alive)
    visits = 0

    def quiet() -> bool:
        nonlocal visits
        visits += 1
        return False

    keeper = asyncio.create_task(collect_when_quiet(quiet, look=0.01, rest=0.01, whole=0.2))
    await asyncio.sleep(0)
    del alive
    before_whole: list[bool] = []

    def gone() -> bool:
        if visits == 10:
            before_whole.append(later() is None)
        return later() is None

    await _while_kept(keeper, until=gone)
    assert not any(before_whole) and visits >= 20
