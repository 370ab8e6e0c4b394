"""Pictures written anew by a process of its own (`bot.evidence.picture`), a few at a time. What it answers is measured
before it is believed, and a process that takes too long is ended."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
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


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture as it is kept, and a small one of it."""

    type: str
    content: bytes
    small: bytes


class Redrawing:
    """`at_once`: processes beside each other; `seconds`: how long one may take; `command` makes what is run, for tests
    of what a process may do."""

    def __init__(
        self,
        *,
        megapixels: int,
        at_once: int = 2,
        seconds: float = 15.0,
        command: Callable[[int], list[str]] | None = None,
    ) -> None:
        self._pixels, self._seconds = megapixels * 1_000_000, seconds
        self._most = megapixels
        self._hands = asyncio.Semaphore(at_once)
        self._command = command or (lambda pixels: [sys.executable, "-I", str(_PROGRAM), str(pixels)])

    async def draw(self, source: pathlib.Path) -> Redrawn:
        """The picture in `source`, written anew. Raises `Refused`."""
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

    async def _ask(self, source: pathlib.Path) -> bytes:
        with source.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                *self._command(self._pixels), stdin=file, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, cwd="/", env={}, limit=1 << 20,
            )  # fmt: skip
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
