"""Open-loop load: chats that are open, messages that come at their own pace whether or not the bot keeps up.

`tests.bench.curves` measures with it. A message's time runs from the moment at which it was due, so that a client held
up by the bot does not make the bot look better.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import resource
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import BotProcess

THINGS = "kettle lamp desk tent mirror watch rug drill camera pillow suitcase toaster".split()
TROUBLES = (
    "arrived cracked",
    "does not switch on",
    "is the wrong colour",
    "came without a lid",
    "smells of smoke",
    "leaks",
)
#: What shoppers write, told in turn; a conversation files a ticket. Nothing is the same twice where it can differ.
SCRIPT = (
    "hello", "how long does delivery of a {thing} take?", "the {thing} I got {trouble}, number {number}",
    "open a ticket please", "Jane Doe", "jane{number}@example.com", "thanks, bye",
)  # fmt: skip
UNLIMITED = {"ASKONCE_LIMIT_BURST": "100000", "ASKONCE_LIMIT_RATE": "100000", "ASKONCE_LIMIT_ADDRESS_CHATS": "100000",
             "ASKONCE_LIMIT_ADDRESS_BEGINNINGS": "1000000",
             "ASKONCE_LIMIT_ADDRESS_RATE": "1000000", "ASKONCE_LOG_LEVEL": "warning"}  # fmt: skip
_numbers = itertools.count()


@dataclass
class Measured:
    """What one stretch of load gave: seconds each message took, the rate that was really answered, refusals by code."""

    taken: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which `share` per cent of the messages were answered."""
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] * 1000 if ordered else float("nan")


class Chat:
    """One shopper: says the script's lines when told to, and notes how long each answer took."""

    def __init__(self, url: str, into: Measured) -> None:
        self.url, self.into = url, into
        self.ws: ClientConnection | None = None
        self.token: str | None = None
        self.due: dict[str, float] = {}
        self.renewing = False
        self._number = next(_numbers)
        self._place = self._number % len(SCRIPT)  # at a moment of each shopper's own
        self._reading: asyncio.Task[None] | None = None
        self._heard: list[str] = []

    @property
    def ready(self) -> bool:
        """Whether the last message was answered and there is one more to say."""
        return not self.due and self._place < len(SCRIPT) and self.ws is not None

    @property
    def told(self) -> bool:
        """Whether the whole script was told."""
        return self._place >= len(SCRIPT)

    async def anew(self) -> None:
        """The script is told: this shopper leaves and the next one comes, with a conversation of their own."""
        await self.close()
        self.ws, self.token, self._number, self._place = None, None, next(_numbers), 0
        with contextlib.suppress(ConnectionRefusedError, OSError):
            await self.open()
        self.renewing = False

    async def open(self, patience: float = 60) -> Chat:
        """Connect and be welcomed; a bot that asks a newcomer for time is given it, as the widget gives it."""
        until = time.perf_counter() + patience
        while True:
            ws = await connect(
                self.url.replace("http", "ws", 1) + "/ws", compression=None, open_timeout=60, ping_interval=None
            )
            await ws.send(orjson.dumps({"type": "hello", "token": self.token, "after": 0}).decode())
            while (frame := orjson.loads(await ws.recv()))["type"] not in ("welcome", "error"):
                continue
            if frame["type"] == "welcome":
                break
            await ws.close()
            if "retry_after" not in frame or time.perf_counter() > until:
                raise ConnectionRefusedError(frame["code"])
            self.into.refused["newcomer"] = self.into.refused.get("newcomer", 0) + 1
            await asyncio.sleep(frame["retry_after"])
        self.token = frame["token"]
        self.ws, self._reading = ws, asyncio.create_task(self._read())
        return self

    async def say(self, due: float) -> None:
        assert self.ws
        text = SCRIPT[self._place].format(
            thing=THINGS[self._number % len(THINGS)],
            trouble=TROUBLES[self._number % len(TROUBLES)],
            number=self._number,
        )
        self._place += 1
        id = uuid.uuid4().hex
        self.due[id] = due
        await self.ws.send(orjson.dumps({"type": "say", "id": id, "text": text}).decode())

    async def _read(self) -> None:
        assert self.ws
        async for raw in self.ws:
            frame = orjson.loads(raw)
            if frame["type"] == "turn" and frame.get("id") in self.due:
                self._heard.append(frame["id"])
            elif frame["type"] == "turn" and frame["who"] == "bot" and self._heard:
                now = time.perf_counter()
                for id in self._heard:
                    self.into.taken.append(now - self.due.pop(id))
                self._heard.clear()
            elif frame["type"] == "error":
                self.into.refused[frame["code"]] = self.into.refused.get(frame["code"], 0) + 1
                self.due.pop(frame.get("id") or "", None)

    async def close(self) -> None:
        if self._reading:
            self._reading.cancel()
        if self.ws:
            await self.ws.close()


async def open_many(urls: Sequence[str], count: int, into: Measured, at_once: int = 50) -> list[Chat]:
    """`count` chats, spread evenly over the replicas."""
    gate = asyncio.Semaphore(at_once)

    async def one(place: int) -> Chat:
        async with gate:
            return await Chat(urls[place % len(urls)], into).open()

    return list(await asyncio.gather(*(one(place) for place in range(count))))


async def drive(
    chats: Sequence[Chat], per_second: float, seconds: float, into: Measured, patience: float = 10
) -> Measured:
    """Messages at a steady pace, each from the chat that has waited longest of those that are ready; whoever has told
    the whole script makes room for a new shopper. Then wait for the last answers. A moment at which every chat still
    waits for its answer is kept, late, for the first that is ready."""
    queue, started = deque(chats), time.perf_counter()
    renewing: set[asyncio.Task[None]] = set()
    for number in range(int(per_second * seconds)):
        due = started + number / per_second
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tried = 0
        while not queue[0].ready:
            chat = queue[0]
            if chat.told and not chat.due and not chat.renewing:
                chat.renewing = True
                renewing.add(task := asyncio.create_task(chat.anew()))
                task.add_done_callback(renewing.discard)
            queue.rotate(-1)
            tried += 1
            if tried % len(queue) == 0:
                await asyncio.sleep(0.001)
        await queue[0].say(due)
        queue.rotate(-1)
    into.seconds = time.perf_counter() - started
    until = time.perf_counter() + patience
    while (renewing or any(chat.due for chat in chats)) and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    into.unanswered = sum(len(chat.due) for chat in chats)
    return into


def more_files() -> None:
    """As many open files as this process may have: each chat is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def still_client() -> None:
    """The client's own collector stays away: its walks would be measured as the bot's."""
    gc.collect()
    gc.freeze()
    gc.disable()


def resident(bot: BotProcess) -> float:
    """MB that a bot's process, with those it started, keeps in memory."""
    assert bot.process
    process = psutil.Process(bot.process.pid)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6
