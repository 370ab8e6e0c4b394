"""Many consents, two couriers that are killed with -9 at every step of their cycle, and a network that spoils
connections: exactly as many tickets, each with the right three fields. `make test` runs a share, `make prove` the
whole.
"""

from __future__ import annotations

import asyncio
import functools
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import orjson
from sqlalchemy import select, update

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history.views import outbox_counts
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.files import additions
from bot.store.files.rows import Kept
from bot.store.tables import addition, attachment, desk_ticket, outbox, turn
from tests.conftest import free_port
from tests.patience import Looks
from tests.ticket_bridge.helpdesks.proxy import Proxy
from tests.ticket_bridge.helpdesks.servers import RtServer
from ticket_bridge.outbox import deliver_again

ROOT = pathlib.Path(__file__).resolve().parents[3]
_THINGS = ["lamp", "kettle", "tent", "mirror", "rug", "drill", "watch", "pillow", "desk", "suitcase"]
_NAMES = ["Jane Doe", "José Núñez", "Li Wei", "Olu Adebayo", "Grace Hopper", "Marta Silva"]


async def consents(store_url: str, many: int, *, files: bool = False) -> dict[str, dict[str, str]]:
    """So many conversations that each agree to a ticket; what each must hold, by the number in its reason. With
    `files` each sends one, every other before the ticket."""
    settings = read_settings(database_url=store_url, support_email="support@example.com")
    wanted: dict[str, dict[str, str]] = {}
    async with run_bot(settings, courier=False) as bot:

        async def one(number: int) -> None:
            reason = f"my {_THINGS[number % 10]} number {1000 + number} is broken"
            name, email = _NAMES[number % 6], f"shopper{number}@example.com"
            conversation, _ = await bot.hub.begin(channel="siege")
            if files and number % 2:
                await sends(bot, conversation, number)
            await conversation.hear("1", f"open a ticket please, {reason}. {name}, {email}")
            if not conversation.state.tickets:
                await conversation.hear("2", name)
            (ticket,) = conversation.state.tickets
            wanted[ticket.reference] = {"name": ticket.name, "email": ticket.email, "reason": ticket.reason}
            if files and not number % 2:
                await sends(bot, conversation, number)
            assert ticket.email == email and ticket.name == name and f"number {1000 + number}" in ticket.reason

        for begin in range(0, many, 50):
            await asyncio.gather(*(one(n) for n in range(begin, min(many, begin + 50))))
        if files:  # as where the shop has a helpdesk that is to hear of them
            await bot.store.transact(lambda connection: connection.execute(update(attachment).values(status="due")))
    return wanted


def file_of(number: int) -> bytes:
    """What the shopper of this number sends."""
    return f"photo {number} of what is broken\n".encode() * 2_000


async def sends(bot: Bot, conversation: Conversation, number: int) -> None:
    """A file, uploaded and sent in a turn."""
    content = file_of(number)
    if conversation.unborn:
        await conversation.be_born()
    kept = await bot.intake.take(
        conversation.id, "file", name=f"photo {number}.txt", size=len(content), offset=0, piece=content
    )
    assert isinstance(kept, Kept) and await conversation.show("file", [kept.id])


class Couriers:
    """Two courier processes, started again whenever they die, and now and then killed from outside at any moment."""

    def __init__(self, folder: pathlib.Path, environment: dict[str, str], *, chance: float, rng: random.Random) -> None:
        self._folder, self._environment, self._chance, self._rng = folder, environment, chance, rng
        self._running: dict[str, subprocess.Popen[str]] = {}
        self.deaths: Counter[str] = Counter()

    def tend(self) -> None:
        """Start what is not running."""
        for name in ("one", "two"):
            process = self._running.get(name)
            if process is not None and process.poll() is None:
                continue
            if process is not None and process.stdout:
                with process.stdout as words:
                    self.deaths[words.read().strip() or "at any moment, from outside"] += 1
            command = [sys.executable, "-m", "tests.ticket_bridge.helpdesks.courier_process", name, str(self._chance),
                       str(self._rng.randrange(10**9))]  # fmt: skip
            with (self._folder / "couriers.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True
                )

    def kill_one(self) -> None:
        self._rng.choice(list(self._running.values())).send_signal(signal.SIGKILL)

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


async def siege(
    folder: pathlib.Path,
    many: int,
    *,
    seed: int,
    settings: dict[str, str] | None = None,
    proxy: Proxy | None = None,
    proxied: str = "ASKONCE_RT_URL",
    chance: float = 0.02,
    files: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[dict[str, dict[str, str]], Counter[str]]:
    """What every ticket must hold, and what was met on the way. `settings` are ASKONCE_* variables of the helpdesk
    (none: the built-in desk); with `files` each ticket is followed by one, attached to it. Raises `AssertionError`
    where not all tickets are filed in time."""
    rng = random.Random(seed)
    url = f"sqlite:///{folder}/siege.db"
    wanted = await consents(url, many, files=files)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
    environment = clean | {
        "ASKONCE_DATABASE_URL": url, "ASKONCE_SUPPORT_EMAIL": "support@example.com", "ASKONCE_HELPDESK_TIMEOUT": "1",
        "ASKONCE_LOG_LEVEL": "error", **(settings or {}),
    }  # fmt: skip
    store = Store(read_settings(database_url=url).database_url)
    couriers = Couriers(folder, environment, chance=chance, rng=rng)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        stack.callback(couriers.stop)
        if proxy is not None:
            await stack.enter_async_context(proxy.running())
            environment[proxied] = proxy.url
        said, counts = 0.0, dict[str, int]()
        notes: dict[str, int] = {}
        look = Looks(lambda: (sorted(counts.items()), sorted(notes.items()), couriers.deaths.total()))
        killed_at = -1
        while True:
            couriers.tend()
            await asyncio.sleep(0.2)
            # Death comes by what is done and not by the clock: on a busy machine nobody would live to his first ticket.
            done = counts.get("filed", 0) + notes.get("filed", 0)
            if done > killed_at and rng.random() < chance * 2:
                couriers.kill_one()
                killed_at = done
            for table in (outbox, addition):
                await store.transact(functools.partial(deliver_again, outbox=table, now=time.time()))
            counts = await outbox_counts(store)
            notes = await store.look(additions.counts)
            if time.monotonic() - said > 10:
                said = time.monotonic()
                tell(f"  {counts.get('filed', 0)} of {many} filed, {sum(couriers.deaths.values())} kills")
            if counts == {"filed": many} and notes == ({"filed": many} if files else {}):
                break
            look()  # and what hangs has said why in couriers.log
    met = Counter({f"killed {where}": n for where, n in couriers.deaths.items()})
    if proxy is not None:
        met += Counter({f"network: {fault}": n for fault, n in proxy.met.items() if fault != "none"})
    return wanted, met


def compared(wanted: dict[str, dict[str, str]], held: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the tickets a helpdesk holds, counted by the helpdesk; nothing may be."""
    problems = [] if len(held) == len(wanted) else [f"{len(held)} tickets for {len(wanted)} consents"]
    fields = ("name", "email", "reason")
    have = Counter(tuple(t[f] for f in fields) for t in held)
    want = Counter(tuple(t[f] for f in fields) for t in wanted.values())
    return problems + [f"wrong, missing or doubled: {sorted((have - want) + (want - have))[:3]}"] * (have != want)


def compared_files(wanted: dict[str, dict[str, str]], noted: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the notes that a helpdesk holds: each ticket has one, with its own shopper's file, whole."""
    have = Counter((n["text"].splitlines()[0], f["name"], f["content"]) for n in noted for f in n["files"])
    want = Counter(
        (reference, f"photo {number}.txt", file_of(number))
        for reference, t in wanted.items()
        for number in [int(t["email"].removeprefix("shopper").partition("@")[0])]
    )
    problems = [] if len(noted) == len(wanted) else [f"{len(noted)} notes for {len(wanted)} tickets"]
    wrong = [(what[:2], n) for what, n in ((have - want) + (want - have)).items()]
    return problems + [f"wrong, missing or doubled: {sorted(wrong)[:3]}"] * bool(wrong)


async def on_the_desk(folder: pathlib.Path) -> list[dict[str, Any]]:
    """What the built-in desk holds."""
    store = Store(read_settings(database_url=f"sqlite:///{folder}/siege.db").database_url)
    try:
        async with store.read() as connection:
            return [orjson.loads(p) for p in await connection.scalars(select(desk_ticket.c.payload))]
    finally:
        await store.close()


async def spoken(folder: pathlib.Path) -> Counter[str]:
    """How often each reference was announced as filed."""
    store = Store(read_settings(database_url=f"sqlite:///{folder}/siege.db").database_url)
    try:
        async with store.read() as connection:
            tickets = await connection.scalars(select(turn.c.ticket).where(turn.c.act == "ticket_filed"))
            return Counter(orjson.loads(t)["reference"] for t in tickets)
    finally:
        await store.close()


def sieges(consents: int, seed: int, tell: Callable[[str], None]) -> list[str]:
    """Exactly as many tickets as consents, on the built-in desk and on Request Tracker; what is wrong."""
    with tempfile.TemporaryDirectory(prefix="askonce-siege-") as name:
        folder = pathlib.Path(name)
        tell(f"Siege of the built-in desk, {consents} consents, two couriers killed at every step:")
        wanted, met = asyncio.run(siege(folder, consents, seed=seed, tell=tell))
        tell(f"  {dict(met.most_common())}")
        problems = compared(wanted, asyncio.run(on_the_desk(folder)))
    if not pathlib.Path("/usr/share/request-tracker5").exists():
        tell(
            "Request Tracker is not installed here, so its siege is left out: bash "
            "tests/ticket_bridge/helpdesks/rt5.sh install"
        )
        return problems
    with tempfile.TemporaryDirectory(prefix="askonce-siege-") as name:
        folder = pathlib.Path(name)
        server = RtServer("rt5.sh", folder / "rt", free_port())
        server.start()
        try:
            tell(f"Siege of Request Tracker, {consents} consents, the same over a network that spoils connections:")
            proxy = Proxy(server.port, random.Random(seed), spoiled=0.3)
            token = server.settings["RT_TOKEN"]
            rt = {"ASKONCE_HELPDESK": "rt", "ASKONCE_RT_TOKEN": token, "ASKONCE_RT_QUEUE": "Escalations"}
            wanted, met = asyncio.run(
                siege(folder, consents, seed=seed, settings=rt, proxy=proxy, chance=0.01, tell=tell)
            )
            tell(f"  {dict(met.most_common())}")
            return problems + compared(wanted, server.held())
        finally:
            server.stop()
