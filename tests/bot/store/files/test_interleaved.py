"""One adds a content, others delete the very same, in every order of their steps and with deaths in between: none loses
what a row names, and nothing is left that none names. Folder and bucket alike."""

from __future__ import annotations

import asyncio
import functools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from bot.settings import read_settings
from bot.store.database import Store
from bot.store.files import rows
from bot.store.files.bucket import Bucket, connected
from bot.store.files.folder import Folder
from bot.store.files.incoming import Incoming
from bot.store.migrate import migrate
from bot.store.tables import attachment, file_gone
from dialogue.states import State
from tests.bot.store.files.s3_server import KEY, REGION, SECRET, new_bucket
from tests.bot.store.files.turns import Stepwise, Turns
from tests.conftest import SUPPORT

Make = Callable[[Turns], Any]
_CALLS = ("put_object", "get_object", "head_object", "copy_object", "delete_object")
_DEEDS = ("holds", "read", "put", "take", "put_back", "drop")


class Aged:
    """Contents that are all old enough to be swept."""

    def __init__(self, contents: Any) -> None:
        self._contents = contents

    def __getattr__(self, name: str) -> Any:
        return getattr(self._contents, name)

    def contents(self, older_than: float = 0.0) -> Iterator[str]:
        found: Iterator[str] = self._contents.contents()
        return found


def row(conversation: str) -> dict[str, Any]:
    return {"id": conversation * 28, "conversation": conversation, "client_id": "1", "name": "lid.txt",
            "type": "text/plain", "size": 1}  # fmt: skip


def gone(connection: Connection, conversation: str) -> None:
    rows.note_gone(connection, conversation)
    connection.execute(delete(attachment).where(attachment.c.conversation == conversation))


async def one_order(store: Store, make: Make, content: bytes, choices: list[int], kills: dict[int, int]) -> None:
    """`a` has the content; it is erased while `b` is sent the same, a replica sweeps, and another clears."""
    turns = Turns(choices, kills)
    contents = Aged(make(turns))
    steps: Any = Stepwise(store, turns, ("transact", "look"), threaded=False)
    for each in "ab":
        await store.transact(functools.partial(gone, conversation=each))
    await store.transact(lambda connection: connection.execute(delete(file_gone)) and None)
    await rows.add(store, contents, row("a"), content, None)

    async def erase() -> None:
        await steps.transact(functools.partial(gone, conversation="a"))
        await rows.clear(steps, contents)

    alive = await turns.play(
        lambda: rows.add(steps, contents, row("b"), content, None), erase,
        lambda: rows.sweep(steps, contents), lambda: rows.clear(steps, contents),
    )  # fmt: skip
    await rows.sweep(store, contents)  # whoever comes by next
    named = await store.look(lambda connection: set(connection.scalars(select(attachment.c.content))))
    there = set(contents.contents())
    assert there <= named, "what no row names is gone"
    if alive[0]:  # its last step is to look whether the content is there
        assert all([contents.read(hash) for hash in named]), "what a row names is there"
    assert not list(contents.taken())
    assert not await store.look(lambda connection: connection.scalars(select(file_gone.c.hash)).all())


@pytest.mark.parametrize(("place", "examples"), [("folder", 150), ("bucket", 40)])
def test_no_order_of_steps_loses_or_leaves_a_content(
    request: pytest.FixtureRequest, tmp_path: pathlib.Path, place: str, examples: int
) -> None:
    if place == "folder":
        folder = Folder(tmp_path / "files")
        make: Make = lambda turns: Stepwise(folder, turns, _DEEDS, threaded=True)  # noqa: E731
    else:
        address = new_bucket(request.getfixturevalue("s3"))
        client = connected(address, KEY, SECRET, REGION)

        def make(turns: Turns) -> Any:
            stepwise: Any = Stepwise(client, turns, _CALLS, threaded=True)
            return Bucket(address, Incoming(tmp_path / "incoming"), lambda: stepwise)

    url = read_settings(database_url=f"sqlite:///{tmp_path}/a.db", support_email=SUPPORT).database_url
    migrate(url)
    store, number = Store(url), iter(range(10_000))
    with asyncio.Runner() as runner:
        for each in "ab":
            born = {"id": each, "token": each * 40, "state": State(), "at": "2026-11-27", "locale": None}
            runner.run(store.create(**born, channel="widget"))

        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(
            choices=st.lists(st.integers(0, 3), min_size=20, max_size=60),
            kills=st.dictionaries(st.integers(0, 3), st.integers(1, 12), max_size=2),
        )
        def holds(choices: list[int], kills: dict[int, int]) -> None:
            runner.run(one_order(store, make, b"lid %d" % next(number), choices, kills))

        holds()
        runner.run(store.close())
