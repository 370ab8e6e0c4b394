"""A TCP proxy between courier and helpdesk that spoils connections, a fault for every class of byte position.

Two things are left out because no client could mend them over plain HTTP: a middlebox that repeats a POST by itself,
and a changed letter in the middle of a shopper's words. TLS excludes the second.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.patience import patient

#: In the order of the bytes: before anything is sent, inside the request, after the server acted, inside the reply,
#: after it.
FAULTS = (
    "refused",
    "cut in the request head",
    "cut in the request body",
    "corrupt request",
    "held back, then delivered late",
    "delivered, reply never read",
    "cut before the reply",
    "cut in the reply head",
    "cut in the reply body",
    "corrupt status",
    "corrupt reply body",
    "reply twice",
    "slow reply",
)


@dataclass
class Proxy:
    """Listens on `port` and passes on to `target`; a share of `spoiled` connections meets a fault."""

    target: int
    rng: random.Random
    spoiled: float = 0.3
    late: float = 0.4  # seconds that a held-back request comes after the client gave up
    patience: float = 1.0  # seconds after which the client gives up
    port: int = 0
    met: Counter[str] = field(default_factory=Counter)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            # A cancellation ends here: it comes from the proxy's own end, and nobody waits for this task.
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError
            ):
                # One request a connection, so that every request may meet its own fault.
                await self._one(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.rng.choice(FAULTS) if self.rng.random() < self.spoiled else "none"
        self.met[fault] += 1
        if fault == "refused":
            return
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        request = head.replace(b"Connection: keep-alive", b"Connection: close") + body
        if fault == "held back, then delivered late":
            await asyncio.sleep(self.patience + self.rng.random() * self.late)
        reply = await self._ask(
            _spoil_request(request, len(head), fault), answer=fault != "delivered, reply never read"
        )
        if reply is None or fault in ("cut before the reply", "held back, then delivered late"):
            return
        if fault == "slow reply":
            await asyncio.sleep(self.patience / 3)
        writer.write(_spoil_reply(reply, fault))
        await writer.drain()

    async def _ask(self, request: bytes, *, answer: bool) -> bytes | None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(request)
            await writer.drain()
            if not answer:
                return None
            async with patient():
                return await reader.read(-1) if b"\r\n\r\n" in request else None
        finally:
            writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _spoil_request(request: bytes, head: int, fault: str) -> bytes:
    if fault == "cut in the request head":
        return request[: head // 2]
    if fault == "cut in the request body":
        return request[: head + (len(request) - head) // 2] if len(request) > head else request[: head // 3]
    if fault == "corrupt request":
        return request[:head] + b"\xff\xfe" + request[head + 2 :] if len(request) > head else b"\xff\xff" + request[2:]
    return request


def _spoil_reply(reply: bytes, fault: str) -> bytes:
    head = reply.find(b"\r\n\r\n") + 4
    if fault == "cut in the reply head":
        return reply[: head // 2]
    if fault == "cut in the reply body":
        return reply[: head + max(1, (len(reply) - head) // 2)]
    if fault == "corrupt status":
        return b"HTTP/1.1 \xff\xff\xff" + reply[12:]
    if fault == "corrupt reply body":
        return reply[:head] + b"\xff" * (len(reply) - head)
    return reply * 2 if fault == "reply twice" else reply
