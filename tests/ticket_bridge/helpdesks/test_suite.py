"""The suite for those who write an adapter: every adapter of ours keeps the contract, and one that breaks a promise is
told which."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from tests.ticket_bridge.helpdesks.conftest import World
from ticket_bridge.helpdesks.contract import Note, Step, lacking
from ticket_bridge.helpdesks.suite import Broken, keeps_the_contract
from ticket_bridge.helpdesks.trial import UNTRIED


class Shelf:
    """A helpdesk in memory that keeps every promise."""

    name = "shelf"
    settle = 0.5
    required_fields: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self.tickets: dict[str, str] = {}  # our keys, by the shelf's ids
        self.notes: dict[tuple[str, str], str] = {}

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        self.tickets[id := str(len(self.tickets) + 1)] = key
        return id

    async def find(self, key: str) -> str | None:
        return next((id for id, held in self.tickets.items() if held == key), None)

    async def carries(self, id: str, key: str) -> bool | None:
        return self.tickets[id] == key

    async def withdraw(self, id: str) -> str:
        del self.tickets[id]
        return f"ticket {id} is gone"

    async def add(self, id: str, note: Note, *, key: str) -> str:
        self.notes[id, key] = note.text
        return key

    async def added(self, id: str, key: str) -> str | None:
        return key if (id, key) in self.notes else None

    async def health(self) -> None: ...

    def steps(self) -> list[Step]:
        return [Step("it is there", self.health, "put it there")]

    async def close(self) -> None: ...


async def _still(seconds: float) -> None: ...


async def test_one_that_keeps_it_is_told_what_was_tried_and_nothing_is_left_behind() -> None:
    shelf = Shelf()
    told = await keeps_the_contract(shelf, sleep=_still)
    assert told.startswith("3 tickets filed, each found by its key alone, a note with a file added and seen; ticket 1")
    assert shelf.tickets == {}


class _Unfound(Shelf):
    async def find(self, key: str) -> str | None:
        return None


class _Prefixed(Shelf):
    async def find(self, key: str) -> str | None:
        return next((id for id, held in reversed(self.tickets.items()) if held.startswith(key)), None)


class _Same(Shelf):
    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        self.tickets["1"] = key
        return "1"

    async def withdraw(self, id: str) -> str:
        return "gone"


class _Hidden(Shelf):
    async def carries(self, id: str, key: str) -> bool | None:
        return False


class _Unasked(Shelf):
    async def carries(self, id: str, key: str) -> bool | None:
        return None


class _Everywhere(Shelf):
    async def added(self, id: str, key: str) -> str | None:
        return key if any(noted == key for _, noted in self.notes) else None


class _Stepless(Shelf):
    def steps(self) -> list[Step]:
        return []


class _Nameless(Shelf):
    name = ""

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        return ""


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (_Unfound, r"find\(\): the ticket of this very key"), (_Prefixed, r"find\(\)"),
        (_Same, r"create\(\): tickets of different keys"), (_Hidden, r"carries\(\)"), (_Unasked, "settle: 0"),
        (_Everywhere, r"added\(\): None on a ticket"), (_Stepless, r"steps\(\)"), (_Nameless, r"create\(\): the help"),
    ],
)  # fmt: skip
async def test_one_that_breaks_a_promise_is_told_which(broken: type[Shelf], promise: str) -> None:
    with pytest.raises(Broken, match=promise):
        await keeps_the_contract(broken(), sleep=_still)


def test_what_is_no_helpdesk_is_told_what_it_lacks() -> None:
    assert lacking(Shelf(), "shelf") == []
    assert lacking(Shelf(), "other") == ["the name 'other'"]
    told = lacking(object(), "x")
    wanted = {name for name, of in vars(Shelf).items() if inspect.iscoroutinefunction(of)} - {"add", "added"}
    assert {word.removeprefix("async ").removesuffix("()") for word in told if word.startswith("async")} == wanted
    assert "steps()" in told and "settle, in seconds" in told

    class Half(Shelf):
        added = None  # type: ignore[assignment]

    assert lacking(Half(), "shelf") == ["async added()"]


async def test_our_own_keep_it(world: World) -> None:
    told = await keeps_the_contract(world.helpdesk)
    assert "3 tickets filed" in told
    if world.kind not in UNTRIED:  # whose tickets can be asked for, and taken away
        assert "each found by its key alone, a note with a file added and seen" in told
    await world.helpdesk.close()
