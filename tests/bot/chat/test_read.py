"""How far a shopper has read: one truth for all their tabs, devices, replicas and restarts."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from bot.bootstrap import run_bot
from bot.settings import read_settings
from bot.store.records import Head
from tests.conftest import SUPPORT, BotProcess, Client, client_of


@pytest.fixture
def bot(standing_bot: BotProcess) -> BotProcess:
    return standing_bot


async def _heard_read(client: Client) -> int:
    """The number in the next frame that tells how far was read; turns may come before."""
    while (frame := await client.receive())["type"] != "read":
        continue
    assert set(frame) == {"type", "seq"}
    seq: int = frame["seq"]
    return seq


async def _greeted(client: Client, token: str | None = None) -> dict[str, Any]:
    welcome = await client.hello(token)
    assert welcome["type"] == "welcome" and "read" in welcome["features"]
    return welcome


async def test_what_one_tab_has_read_the_others_hear_and_whoever_comes_later(bot: BotProcess) -> None:
    async with client_of(bot.url) as one, client_of(bot.url) as two:
        welcome = await _greeted(one)
        assert welcome["read"] == 0
        await one.say("how long does delivery take?")
        await one.until("answer")
        assert (await _greeted(two, welcome["token"]))["read"] == 0
        await one.send(type="read", seq=2)
        assert await _heard_read(two) == 2
        await two.send(type="read", seq=1)  # reads the older ones: what was seen stays so
        await two.say("how do I contact support?")
        await one.until("contact")
        seen = one.turns[-1]["seq"]
        await two.send(type="read", seq=seen + 100)  # there are no such turns
        assert await _heard_read(one) == seen
    async with client_of(bot.url) as again:
        assert (await _greeted(again, welcome["token"]))["read"] == seen


async def test_who_says_it_hears_no_echo_of_it(bot: BotProcess) -> None:
    async with client_of(bot.url) as one:
        await _greeted(one)
        await one.say("how long does delivery take?")
        await one.until("answer")
        await one.send(type="read", seq=2)
        await one.send(type="read", seq=2)
        await one.send(type="nonsense")  # whatever answered the others came before the answer to this
        frames = [await one.receive()]
        while frames[-1]["type"] != "error":
            frames.append(await one.receive())
        assert not [f for f in frames if f["type"] == "read"]


async def test_nothing_is_stored_of_a_chat_in_which_nothing_was_said(bot: BotProcess) -> None:
    async with client_of(bot.url) as one:
        welcome = await _greeted(one)
        await one.send(type="read", seq=5)
        await one.say("hello")
        assert not one.errors
    async with client_of(bot.url) as again:
        assert (await _greeted(again, welcome["token"]))["read"] == 0


@pytest.mark.parametrize("seq", [-1, None, "a", 1.5])
async def test_a_number_that_is_none_gets_a_clear_word(bot: BotProcess, seq: object) -> None:
    async with client_of(bot.url) as one:
        await _greeted(one)
        await one.send(type="read", seq=seq)
        error = await one.receive()
        assert error["code"] == "bad_frame" and "'seq'" in error["message"]
        await one.say("hello")


async def test_a_number_beyond_what_a_database_holds_is_cut(bot: BotProcess) -> None:
    async with client_of(bot.url) as one:
        welcome = await _greeted(one)
        await one.say("hello")
        await one.until("greet")
        await one.send(type="read", seq=2**63 - 1)
        await one.say("thanks")
    async with client_of(bot.url) as again:
        assert (await _greeted(again, welcome["token"]))["read"] == 2


async def test_it_outlives_the_process(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    async with client_of(bot.url) as one:
        welcome = await _greeted(one)
        await one.say("hello")
        await one.until("greet")
        await one.send(type="read", seq=2)
        await one.say("thanks")
    bot.stop()
    bot.start()
    async with client_of(bot.url) as again:
        assert (await _greeted(again, welcome["token"]))["read"] == 2


async def test_a_look_at_the_store_brings_what_another_process_has_kept(tmp_path: pathlib.Path) -> None:
    """As between two processes on one file, and where a poke was lost."""
    async with run_bot(read_settings(database_url=f"sqlite:///{tmp_path}/a.db", support_email=SUPPORT)) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("1", "hello")
        poked = bot.hub.watch(chat.id)
        await bot.store.note_read(chat.id, 2)  # another process has heard it
        poked.clear()
        await bot.hub._look([chat.id])
        assert poked.is_set() and chat.read == 2
        poked.clear()
        await bot.hub._look([chat.id])
        assert not poked.is_set()
        await bot.store.note_read(chat.id, 1)
        assert (await bot.store.heads([chat.id]))[chat.id] == Head(chat.number, 2)
