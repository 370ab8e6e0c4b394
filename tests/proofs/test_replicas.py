"""Several replicas on one PostgreSQL: in step through pokes, without them too, and starting together."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.bootstrap import Bot, run_bot
from bot.settings import read_settings
from tests.conftest import ROOT, SUPPORT, BotProcess, audited, client_of
from tests.patience import patient, until

pytestmark = pytest.mark.postgres
FOR_EVER = 3600.0


@asynccontextmanager
async def two(url: str, *, round: float = FOR_EVER) -> AsyncIterator[tuple[Bot, Bot]]:
    """Two replicas; with a round that never comes, only a poke can tell one of the other's work."""
    settings = read_settings(database_url=url, support_email=SUPPORT)
    async with run_bot(settings, owner="one:1") as first, run_bot(settings, owner="two:2") as second:
        for bot in (first, second):
            bot.hub.round = round
            assert bot.pokes is not None
            while not bot.pokes.listening:
                await asyncio.sleep(0.01)
        yield first, second


async def test_a_poke_brings_what_another_replica_stored(database: str) -> None:
    async with two(database) as (first, second):
        chat, token = await first.hub.begin()
        same = await second.hub.resume(token)
        assert same is not None and same is not chat
        poked = second.hub.watch(chat.id)
        await chat.hear("1", "how long does delivery take?")
        async with patient():
            await poked.wait()
        await until(lambda: same.seq == chat.seq)
        assert [t.text for t in await same.turns_after(0)] == [t.text for t in await chat.turns_after(0)]


async def test_typing_reading_and_erasure_reach_the_other_replica(database: str) -> None:
    async with two(database) as (first, second):
        chat, token = await first.hub.begin()
        same = await second.hub.resume(token)
        assert same is not None
        second.hub.watch(chat.id)
        first.hub.note_typing(chat.id, "agent")
        await until(lambda: second.hub.is_typing(chat.id, "agent"))
        assert not second.hub.is_typing(chat.id, "shopper")
        await chat.hear("1", "hello")
        await chat.note_read(1)
        await until(lambda: same.read == 1)
        await first.hub.erase(chat.id)
        await until(lambda: same.erased)
        assert await second.hub.resume(token) is None


async def test_what_was_said_while_the_ear_was_cut_off_is_read_afterwards(database: str) -> None:
    async with two(database) as (first, second):
        chat, token = await first.hub.begin()
        same = await second.hub.resume(token)
        assert same is not None and second.pokes is not None
        ears = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' OR query LIKE '%pg_notify%' AND pid <> pg_backend_pid()"
        )
        async with first.store.engine.connect() as connection:
            await connection.execute(text(ears))
        await chat.hear("1", "hello")
        await until(lambda: same.seq == chat.seq)


async def test_the_round_alone_finds_everything(database: str) -> None:
    """As where a connection pooler swallows every poke."""
    async with two(database, round=0.2) as (first, second):
        chat, token = await first.hub.begin()
        same = await second.hub.resume(token)
        assert same is not None
        second.hub.watch(chat.id)
        second.hub.heard = lambda kind, id: None  # type: ignore[method-assign]
        await chat.hear("1", "hello")
        await until(lambda: same.seq == chat.seq)
        await first.hub.erase(chat.id)
        await until(lambda: same.erased)


async def test_two_tabs_on_two_replicas_and_a_reconnect_to_the_other(
    make_bot: Callable[..., BotProcess], postgres: Callable[[], str]
) -> None:
    url = postgres()
    one, two = make_bot(ASKONCE_DATABASE_URL=url), make_bot(ASKONCE_DATABASE_URL=url)
    async with contextlib.AsyncExitStack() as stack:
        left = await stack.enter_async_context(client_of(one.url))
        await left.hello()
        token = left.welcome["token"]
        right = await stack.enter_async_context(client_of(two.url))
        await right.hello(token)
        for number, text_ in enumerate(["open a ticket please", "Jane Doe", "jane@example.com"]):
            await (left, right)[number % 2].say(text_)
        await left.say("my lamp is broken")
        for client in (left, right):
            await client.until("ticket_filed")
        assert [t["text"] for t in left.turns] == [t["text"] for t in right.turns]
        seen = left.turns[3]["seq"]
    async with client_of(two.url) as again:
        await again.hello(token, after=seen)
        await again.say("thanks")
        assert again.turns[0]["seq"] == seen + 1


async def test_at_once_from_two_tabs_on_two_replicas_one_turn_at_a_time(
    make_bot: Callable[..., BotProcess], postgres: Callable[[], str]
) -> None:
    url = postgres()
    bots = [make_bot(ASKONCE_DATABASE_URL=url, ASKONCE_LIMIT_BURST="1000") for _ in range(2)]
    async with client_of(bots[0].url) as left, client_of(bots[1].url) as right:
        await left.hello()
        await right.hello(left.welcome["token"])
        said = [(client, f"{place}-{number}") for number in range(20) for place, client in enumerate((left, right))]
        for client, id in said:
            await client.send(type="say", id=id, text=f"how long does delivery take? {id}")
        for client in (left, right):
            while {t.get("id") for t in client.turns if t["who"] == "shopper"} != {id for _, id in said}:
                await client.receive()
            assert not client.errors
            mine = [t["id"] for t in client.turns if t.get("id", "").startswith("0-")]
            assert mine == [f"0-{number}" for number in range(20)], "one tab's messages keep their order"
    stored = bots[0].get(f"/api/conversations/{left.welcome['conversation']}")["turns"]
    assert [t["text"] for t in stored][: len(left.turns)] == [t["text"] for t in left.turns]


def test_replicas_that_start_together_migrate_once(postgres: Callable[[], str]) -> None:
    url = postgres()
    command = [
        sys.executable,
        "-c",
        f"from bot.store.migrate import migrate; migrate({read_settings(database_url=url).database_url!r})",
    ]
    starts = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for start in starts:
        _, trouble = start.communicate(timeout=120)
        assert start.returncode == 0, trouble


@pytest.fixture
def database(postgres: Callable[[], str]) -> Iterator[str]:
    """A fresh database, whose conversations go before the referee at the end."""
    url = read_settings(database_url=postgres()).database_url
    yield url
    assert not audited(url).found
