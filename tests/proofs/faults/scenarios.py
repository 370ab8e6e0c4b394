"""The faults, one function each: `python -m tests.proofs.faults` plays them over thousands of chats and prints figures
(`make faults`), the suite over a few dozen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import libfaketime

from bot.operations.progress import tell
from bot.operations.rasa_service import RasaService
from bot.settings import read_settings
from tests.conftest import ROOT, BotProcess
from tests.patience import patient
from tests.proofs.faults.machines import Disk, Postgres, QuickRasa, TicketReceiver, Wire
from tests.proofs.faults.room import LIMITS, Room, Told, folder_of


@dataclass
class Stage:
    """Two replicas on PostgreSQL, a receiver of tickets and a Rasa, with a wire between each pair."""

    postgres: Postgres
    bots: list[BotProcess]
    shopper: Wire
    database: Wire
    helpdesk: Wire
    rasa: Wire
    receiver: TicketReceiver
    room: Room


@asynccontextmanager
async def stage(root: pathlib.Path, **settings: str) -> AsyncIterator[Stage]:
    postgres = Postgres(root / "postgres")
    try:
        await asyncio.to_thread(postgres.start)
        name = await asyncio.to_thread(postgres.fresh)
        async with contextlib.AsyncExitStack() as stack:
            receiver = await stack.enter_async_context(TicketReceiver())
            rasa = await stack.enter_async_context(QuickRasa())
            wires = [await stack.enter_async_context(Wire(port)) for port in (postgres.port, receiver.port, rasa.port)]
            given = LIMITS | {
                "ASKONCE_DATABASE_URL": f"postgresql://askonce@127.0.0.1:{wires[0].port}/{name}",
                "ASKONCE_HELPDESK": "webhook", "ASKONCE_WEBHOOK_URL": f"http://127.0.0.1:{wires[1].port}/",
                "ASKONCE_RASA_URL": f"http://127.0.0.1:{wires[2].port}", **settings,
            }  # fmt: skip
            bots = [BotProcess(folder_of(root, f"bot{n}"), **given) for n in range(2)]
            for bot in bots:
                await asyncio.to_thread(bot.start)
            shopper = await stack.enter_async_context(Wire(bots[0].port))
            url = read_settings(database_url=given["ASKONCE_DATABASE_URL"]).database_url
            room = Room(bots, [f"http://127.0.0.1:{shopper.port}", bots[1].url], url, receiver)
            try:
                yield Stage(postgres, bots, shopper, *wires, receiver, room)
            finally:
                for bot in bots:
                    if bot.process and bot.process.poll() is None:
                        await asyncio.to_thread(bot.kill)
    finally:
        await asyncio.to_thread(postgres.stop)


async def replica_killed(root: pathlib.Path, chats: int, times: int) -> Told:
    """kill -9 of a replica, with its courier in the middle of slow deliveries, and a new start; now this one, now that
    one."""
    async with stage(root) as s:
        s.receiver.delay = 0.3

        async def fault() -> None:
            for number in range(times):
                await asyncio.sleep(1.2)
                bot = s.bots[number % 2]
                await asyncio.to_thread(bot.kill)
                await asyncio.sleep(0.3)
                await asyncio.to_thread(bot.start)

        return await s.room.play(chats, fault)


async def database_killed(root: pathlib.Path, chats: int, times: int) -> Told:
    """kill -9 of PostgreSQL, and its restart from the log."""
    async with stage(root) as s:

        async def fault() -> None:
            for _ in range(times):
                await asyncio.sleep(1.5)
                s.postgres.kill()
                await asyncio.sleep(1)
                await asyncio.to_thread(s.postgres.start)

        return await s.room.play(chats, fault)


async def database_fails_over(root: pathlib.Path, chats: int, times: int) -> Told:
    """The primary dies and its synchronous standby takes over under another address; the name that the bots know leads
    to it."""
    async with stage(root) as s:
        standby = await asyncio.to_thread(lambda: Postgres(root / "standby", standby_of=s.postgres))
        try:
            await asyncio.to_thread(standby.start)
            await asyncio.to_thread(s.postgres.sql, "ALTER SYSTEM SET synchronous_standby_names = '*'")
            await asyncio.to_thread(s.postgres.sql, "SELECT pg_reload_conf()")

            async def fault() -> None:
                await asyncio.sleep(2)
                s.postgres.kill()
                await asyncio.sleep(0.5)
                await asyncio.to_thread(standby.promote)
                s.database.target = standby.port
                await asyncio.sleep(2)

            return await s.room.play(chats, fault)
        finally:
            await asyncio.to_thread(standby.stop)


def _wire(which: Callable[[Stage], Wire], *moods: Any, seconds: float = 2.0) -> Callable[..., Awaitable[Told]]:
    async def scenario(root: pathlib.Path, chats: int, times: int) -> Told:
        async with stage(root) as s:

            async def fault() -> None:
                for _ in range(times):
                    for mood in moods:
                        await asyncio.sleep(0.8)
                        which(s).become(mood)
                        await asyncio.sleep(seconds)
                        which(s).become("well")

            return await s.room.play(chats, fault)

    return scenario


async def disk_full(root: pathlib.Path, chats: int, times: int) -> Told:
    """The disk is full for a while: SQLite's writes are taken by half and then refused (ENOSPC). The bot refuses with
    `unavailable`, shows nothing that it could not store, and goes on."""
    disk = await asyncio.to_thread(Disk, root / "disk")
    async with _on_sqlite(root, **disk.environment) as (bot, room):

        async def fault() -> None:
            for _ in range(times):
                await asyncio.sleep(1)
                before = await _metric(bot, 'askonce_frame_errors_total{code="unavailable"}')
                disk.become("full")
                await asyncio.sleep(1.5)
                async with patient():
                    while await _metric(bot, 'askonce_frame_errors_total{code="unavailable"}') == before:
                        await asyncio.sleep(0.1)
                disk.become("well")

        return await room.play(chats, fault)


async def disk_slow(root: pathlib.Path, chats: int, times: int) -> Told:
    """Each write to SQLite takes 150 ms to be durable; the messages at work share those moments."""
    disk = await asyncio.to_thread(Disk, root / "disk")
    async with _on_sqlite(root, **disk.environment) as (bot, room):

        async def slow_commits() -> float:
            quick = await _metric(bot, 'askonce_commit_seconds_bucket{le="0.1"}')
            return await _metric(bot, "askonce_commit_seconds_count") - quick

        async def fault() -> None:
            for _ in range(times):
                await asyncio.sleep(0.5)
                before = await slow_commits()
                disk.become("slow 150000")
                await asyncio.sleep(4)
                async with patient():
                    while await slow_commits() == before:
                        await asyncio.sleep(0.1)
                disk.become("well")

        return await room.play(chats, fault)


async def _metric(bot: BotProcess, name: str) -> float:
    """A figure of the bot's metrics; 0 where it has not come up yet."""
    async with httpx.AsyncClient(timeout=httpx.Timeout(None)) as client:
        shown = (await client.get(f"{bot.url}/metrics")).text
    return next((float(line.split()[-1]) for line in shown.splitlines() if line.startswith(f"{name} ")), 0.0)


async def clock_jumps(root: pathlib.Path, chats: int, times: int) -> Told:
    """The machine's clock jumps an hour forwards and back while shoppers write (libfaketime, in the bot's own
    process)."""
    clock = root / "clock"
    clock.write_text("+0")
    library = next(pathlib.Path(libfaketime.__file__).parent.rglob("libfaketime.so*"))
    fake = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}  # fmt: skip
    async with _on_sqlite(root, **fake) as (bot, room):
        room.receiver.delay = 0.2

        async def fault() -> None:
            for _ in range(times):
                for jump in (3600, 0, -3600, 0):
                    clock.write_text(f"{jump:+}")
                    await _clock_is(bot, ahead=jump)
                    await asyncio.sleep(0.5)

        return await room.play(chats, fault)


async def _clock_is(bot: BotProcess, *, ahead: int) -> None:
    """Wait until the bot's own clock, which dates its answers, is so many seconds ahead of ours."""
    async with patient(), httpx.AsyncClient(timeout=httpx.Timeout(None)) as client:
        while True:
            told = parsedate_to_datetime((await client.get(f"{bot.url}/healthz")).headers["date"]).timestamp()
            if abs(told - time.time() - ahead) < 300:
                return
            await asyncio.sleep(0.1)


async def rasa_killed(root: pathlib.Path, chats: int, times: int) -> Told:
    """kill -9 of a real Rasa with the project's model, and its new start, which takes half a minute: rules stand in."""
    service = RasaService(ROOT, say=tell)
    await asyncio.to_thread(service.start_ready)
    try:
        async with _on_sqlite(root, ASKONCE_RASA_URL=service.url, ASKONCE_RASA_WHEN="always") as (bot, room):

            async def fault() -> None:
                await asyncio.sleep(3)
                assert service.pid
                os.killpg(service.pid, signal.SIGKILL)
                await asyncio.sleep(3)
                await asyncio.to_thread(service.start)
                assert await asyncio.to_thread(service.wait_ready, 180)
                await asyncio.sleep(8)  # it is left alone for a while after failures, and asked again then

            told = await room.play(chats, fault)
            shown = (await asyncio.to_thread(httpx.get, bot.url + "/metrics")).text
            asked = {
                line.split('"')[1]: float(line.split()[-1])
                for line in shown.splitlines()
                if line.startswith("askonce_rasa_outcomes{")
            }
            assert asked.get("asked", 0) > 50 and asked.get("error", 0) + asked.get("resting", 0) > 0, asked
            return told
    finally:
        service.stop()


@asynccontextmanager
async def _on_sqlite(root: pathlib.Path, **settings: str) -> AsyncIterator[tuple[BotProcess, Room]]:
    async with TicketReceiver() as receiver:
        given = (
            LIMITS
            | {"ASKONCE_HELPDESK": "webhook", "ASKONCE_WEBHOOK_URL": f"http://127.0.0.1:{receiver.port}/"}
            | settings
        )
        bot = BotProcess(folder_of(root, "bot"), **given)
        await asyncio.to_thread(bot.start)
        url = f"sqlite+aiosqlite:///{bot.folder}/askonce.db"
        try:
            yield bot, Room([bot], [bot.url], url, receiver)
        finally:
            if bot.process and bot.process.poll() is None:
                await asyncio.to_thread(bot.stop)


#: Each takes (folder, chats, times): at least so many conversations, the fault so many times.
SCENARIOS: dict[str, Callable[[pathlib.Path, int, int], Awaitable[Told]]] = {
    "kill -9 of a replica and its courier": replica_killed,
    "kill -9 of PostgreSQL, restart": database_killed,
    "fail-over of PostgreSQL to a new address": database_fails_over,
    "cut between shoppers and a replica": _wire(lambda s: s.shopper, "cut", "silent"),
    "cut between the replicas and PostgreSQL": _wire(lambda s: s.database, "cut"),
    "PostgreSQL is silent": _wire(lambda s: s.database, "silent", seconds=7),
    "cut between the couriers and the helpdesk": _wire(lambda s: s.helpdesk, "cut", "silent", seconds=1.5),
    "cut between the replicas and Rasa": _wire(lambda s: s.rasa, "cut", "silent"),
    "slow database: each journey to PostgreSQL takes 120 ms": _wire(lambda s: s.database, "slow", seconds=4),
    "full disk (SQLite)": disk_full,
    "slow disk (SQLite): each write takes 150 ms to be durable": disk_slow,
    "clock jumps": clock_jumps,
}
#: Played by `make faults` alone: a real Rasa takes half a minute to start.
LONG: dict[str, Callable[[pathlib.Path, int, int], Awaitable[Told]]] = {"kill -9 of Rasa, restart": rasa_killed}
