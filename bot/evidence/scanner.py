"""A virus scanner: ClamAV's daemon, asked over its socket (clamd(8), INSTREAM). What it reads is untrusted, and it
reads that in a process of its own.

A file about which it gives no verdict is not taken: a scanner that is away must not be a way around it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import re
import socket
from dataclasses import dataclass
from typing import Any

from bot.settings.file_services import ClamdAddress
from bot.telemetry.metrics import SCANNER_AWAY

log = logging.getLogger("askonce.files")
#: Bytes of one chunk, and of the longest answer.
_CHUNK, _LONGEST = 1 << 16, 4096
#: How clamd writes the day of its signatures, in whatever language the machine is.
_DAY = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) [\d:]{8} (\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NoVerdict(Exception):
    """The scanner is away, too slow, or did not look; why, for an operator."""


@dataclass(frozen=True, slots=True)
class Version:
    """`engine` such as `ClamAV 1.4.3`; `signatures`: of which day they are, None where it does not say."""

    engine: str
    signatures: datetime.date | None


class Scanner:
    """clamd at `address`. `seconds`: how long one file may take, its wait for others included; `at_once`: files
    beside each other. One for each process: it knows whether an outage was told."""

    def __init__(self, address: ClamdAddress, *, seconds: float = 20.0, at_once: int = 4) -> None:
        self.address, self._seconds = address, seconds
        self._hands = asyncio.Semaphore(at_once)
        self._away = False

    async def scan(self, content: bytes) -> str | None:
        """The name of the signature that `content` bears, None where it bears none. Raises `NoVerdict`."""
        try:
            found = _verdict(await self._ask("INSTREAM", content))
        except NoVerdict as why:
            if not self._away:
                log.error("the virus scanner at %s gives no verdict (%s): no file is taken", self.address, why)
            self._away = True
            SCANNER_AWAY.set(1)
            raise
        if self._away:
            log.warning("the virus scanner at %s looks into files again", self.address)
        self._away = False
        SCANNER_AWAY.set(0)
        return found

    async def version(self) -> Version:
        """What it is. Raises `NoVerdict`."""
        if (pong := await self._ask("PING")) != "PONG":
            raise NoVerdict(f"it answers a ping with {pong[:60]!r}")
        told = await self._ask("VERSION")
        found, day = _DAY.search(told), None
        if found and found[1] in _MONTHS:
            with contextlib.suppress(ValueError):
                day = datetime.date(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2]))
        return Version(told.partition("/")[0][:60], day)

    async def _ask(self, command: str, content: bytes | None = None) -> str:
        """Its answer to one command. It is listened to while it is sent to: where a file is too long for it, it says
        so and hangs up in the middle, which a stream of asyncio would tell before its words."""
        try:
            async with asyncio.timeout(self._seconds), self._hands:
                with await self._connected() as wire:
                    sending = asyncio.create_task(_send(wire, command, content))
                    try:
                        return await _heard(wire)
                    finally:
                        sending.cancel()
                        await asyncio.gather(sending, return_exceptions=True)
        except TimeoutError:
            raise NoVerdict(f"no answer in {self._seconds:g} s") from None
        except ConnectionResetError:
            raise NoVerdict("it hung up without an answer") from None
        except OSError as error:
            raise NoVerdict(error.strerror or str(error)) from None

    async def _connected(self) -> socket.socket:
        loop, address = asyncio.get_running_loop(), self.address
        if address.path:
            return await _connect(socket.AF_UNIX, address.path)
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        for family, _, _, _, place in found[:-1]:
            with contextlib.suppress(OSError):
                return await _connect(family, place)
        return await _connect(found[-1][0], found[-1][4])


async def _connect(family: int, place: Any) -> socket.socket:
    wire = socket.socket(family, socket.SOCK_STREAM)
    try:
        wire.setblocking(False)
        await asyncio.get_running_loop().sock_connect(wire, place)
    except BaseException:
        wire.close()
        raise
    return wire


async def _send(wire: socket.socket, command: str, content: bytes | None) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(wire, f"z{command}\0".encode())
    if content is None:
        return
    for start in range(0, len(content), _CHUNK):
        piece = content[start : start + _CHUNK]
        await loop.sock_sendall(wire, len(piece).to_bytes(4, "big") + piece)
    await loop.sock_sendall(wire, bytes(4))


async def _heard(wire: socket.socket) -> str:
    """What it says, up to the NUL that ends it."""
    answer = b""
    while b"\0" not in answer:
        if len(answer) > _LONGEST:
            raise NoVerdict("what it says has no end")
        piece = await asyncio.get_running_loop().sock_recv(wire, _LONGEST)
        if not piece:
            raise NoVerdict("it hung up without an answer")
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> str | None:
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix("FOUND").strip()
        return re.sub(r"[^\w.:+-]", "?", name)[:100] or "?"
    if "size limit exceeded" in answer:
        raise NoVerdict("its StreamMaxLength is smaller than this file: raise it to ASKONCE_LIMIT_FILE or more")
    raise NoVerdict(f"it says {answer[:100]!r}")
