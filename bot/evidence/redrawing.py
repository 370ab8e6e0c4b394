"""Pictures written anew by a process of its own (`bot.evidence.picture`), a few at a time. What it answers is measured
before it is believed, and a process that takes too long is ended. One may be started while its picture is on its way.
"""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from bot.evidence import picture
from bot.evidence.kinds import Refused

_PROGRAM = pathlib.Path(picture.__file__)
_KINDS = frozenset(("image/jpeg", "image/png"))
_CODES = frozenset(("pixels", "animated", "broken"))
#: The largest answer that is taken, in bytes.
_LONGEST = 40_000_000
#: Seconds for which a process waits for a picture that does not come.
_IDLE = 60.0


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture as it is kept, and a small one of it."""

    type: str
    content: bytes
    small: bytes


@dataclass(frozen=True, slots=True)
class _Hand:
    """A process that waits for its one picture, and the socket over which it gets it."""

    process: asyncio.subprocess.Process
    wire: socket.socket

    def give(self, source: pathlib.Path) -> None:
        """The open file itself is handed over. Raises `OSError` where the process is gone."""
        with self.wire, source.open("rb") as file:
            socket.send_fds(self.wire, [b"1"], [file.fileno()])


class Redrawing:
    """`at_once`: processes beside each other; `seconds`: how long one may take; `idle`: how long one waits for a
    picture that was announced and does not come; `command` makes what is run, for tests of what a process may do."""

    def __init__(
        self,
        *,
        megapixels: int,
        at_once: int = 2,
        seconds: float = 15.0,
        idle: float = _IDLE,
        command: Callable[[int], list[str]] | None = None,
    ) -> None:
        self._pixels, self._seconds, self._idle = megapixels * 1_000_000, seconds, idle
        self._most = megapixels
        self._hands, self._at_once = asyncio.Semaphore(at_once), at_once
        self._waiting: list[_Hand] = []
        self._coming = 0
        self._leaving: set[asyncio.Task[object]] = set()
        self._command = command or (lambda pixels: [sys.executable, "-I", str(_PROGRAM), str(pixels)])

    async def announce(self) -> None:
        """A picture is on its way: the process that will draw it starts now, so that nobody waits for that later."""
        if len(self._waiting) + self._coming >= self._at_once:
            return
        self._coming += 1
        try:
            hand = await self._start()
        except OSError:  # no processes left; `draw` will tell
            return
        finally:
            self._coming -= 1
        self._waiting.append(hand)
        asyncio.get_running_loop().call_later(self._idle, self._dismiss, hand)

    async def draw(self, source: pathlib.Path) -> Redrawn:
        """The picture in `source`, written anew. Raises `Refused`, and `OSError` where no process can be started."""
        async with self._hands:
            answer = await self._ask(source)
        head, _, rest = answer[4:].partition(b"}")
        told = orjson.loads(head + b"}") if answer[:4] == (len(head) + 1).to_bytes(4, "big") else {}
        if (code := told.get("refused")) is not None:
            raise Refused(code if code in _CODES else "broken", most=self._most)
        large, small = told.get("large", 0), told.get("small", 0)
        if told.get("type") not in _KINDS or not large or large + small != len(rest):
            raise Refused("broken")
        return Redrawn(told["type"], rest[:large], rest[large:])

    async def close(self) -> None:
        """No process waits any more."""
        for hand in tuple(self._waiting):
            self._dismiss(hand)
        await asyncio.gather(*self._leaving)

    def _dismiss(self, hand: _Hand) -> None:
        if hand in self._waiting:
            self._waiting.remove(hand)
            self._let_go(hand)

    def _let_go(self, hand: _Hand) -> None:
        hand.wire.close()
        with contextlib.suppress(ProcessLookupError):
            hand.process.kill()  # it has no picture, and nothing to lose
        task: asyncio.Task[object] = asyncio.create_task(hand.process.communicate())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _start(self) -> _Hand:
        ours, its = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command(self._pixels), stdin=its.fileno(), stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, cwd="/", env={}, limit=1 << 20,
            )  # fmt: skip
        except BaseException:
            ours.close()
            raise
        finally:
            its.close()
        return _Hand(process, ours)

    async def _given(self, source: pathlib.Path) -> asyncio.subprocess.Process:
        """The process that has the picture: one that waits, or a new one. Raises `Refused` where that died at once."""
        while self._waiting:
            hand = self._waiting.pop(0)
            try:
                hand.give(source)
            except ConnectionError:  # somebody ended it meanwhile
                self._let_go(hand)
                continue
            return hand.process
        hand = await self._start()
        try:
            hand.give(source)
        except ConnectionError:
            self._let_go(hand)
            raise Refused("broken") from None
        return hand.process

    async def _ask(self, source: pathlib.Path) -> bytes:
        process = await self._given(source)
        assert process.stdout is not None  # it was asked for
        answer = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while piece := await process.stdout.read(1 << 18):
                    answer += piece
                    if len(answer) > _LONGEST:
                        raise Refused("broken")
                await process.wait()
        except TimeoutError:
            raise Refused("late") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if not answer:  # ended by its fence: too much memory or time, or a decoder's fault
            raise Refused("broken")
        return bytes(answer)
