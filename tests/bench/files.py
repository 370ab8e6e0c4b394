"""A photo of 5 MB beside 100 messages a second: how long until it is in the chat, and what it costs the others; then
many uploads: what they leave in the bot's memory.

python -m tests.bench.files [--photos 20] [--uploads 10000]

The same seconds of the same load are measured without and with uploads, on the same bot, one after the other. Photos
are sent by a process of their own: what it costs to send them is no part of what the other shoppers wait for.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import io
import pathlib
import sys
import tempfile
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import httpx
import numpy as np
from PIL import Image

from bot.operations.progress import tell
from tests.bench.load import UNLIMITED, Chat, Measured, drive, more_files, open_many, resident, still_client
from tests.conftest import BotProcess

_PIECE = 512 * 1024
_CHATS, _PER_SECOND, _SECONDS = 200, 100.0, 20.0
_NO_END = {"ASKONCE_LIMIT_ADDRESS_FILES": "1000000", "ASKONCE_LIMIT_CHAT_FILES": "1000",
           "ASKONCE_LIMIT_SHOP_FILES": "100000"}  # fmt: skip


@functools.cache
def photo(megabytes: float, seed: int, wide: int = 4000) -> bytes:
    """A JPEG of at most that size, as telephones take them: smooth, with the noise of a sensor; `wide` in pixels."""
    chance, high = np.random.default_rng(seed), wide * 3 // 4
    smooth = np.linspace(40, 200, wide, dtype=np.float32)[None, :, None] * np.ones((high, 1, 3), np.float32)
    noisy = np.clip(smooth + chance.normal(0, 14, (high, wide, 3)).astype(np.float32), 0, 255).astype(np.uint8)
    image, best = Image.fromarray(noisy), b""
    for quality in range(30, 96, 5):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() > megabytes * 1e6:
            break
        best = out.getvalue()
    assert best, "too many pixels for so few bytes"
    return best


class Sender:
    """A shopper who uploads."""

    def __init__(self, http: httpx.AsyncClient, chat: str, token: str) -> None:
        self.chat, self.token = chat, token
        self._http, self._path = http, f"/api/conversations/{chat}/files"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def upload(self, content: bytes, name: str = "photo.jpg") -> float:
        """Seconds from the first byte to the turn."""
        id, began = uuid.uuid4().hex, time.perf_counter()
        for offset in range(0, len(content), _PIECE):
            answer = await self._http.post(
                self._path, params={"id": id, "name": name, "size": len(content), "offset": offset},
                content=content[offset : offset + _PIECE], headers=self._headers,
            )  # fmt: skip
            assert answer.status_code in (201, 202), answer.text
        assert answer.status_code == 201
        return time.perf_counter() - began


async def senders(bot: BotProcess, http: httpx.AsyncClient, many: int) -> list[Sender]:
    """So many chats."""
    found = []
    for chat in await open_many([bot.url], many, Measured()):
        assert chat.token
        found.append(Sender(http, await _id_of(bot, chat), chat.token))
    return found


async def _id_of(bot: BotProcess, chat: Chat) -> str:
    """The id of a chat, as its welcome says it once more."""
    await chat.close()
    from tests.conftest import client_of

    async with client_of(bot.url) as client:
        await client.hello(chat.token)
        return str(client.welcome["conversation"])


def _all_of_them(url: str, chat: str, token: str, many: int, seconds: float) -> list[float]:
    """For a process of its own: seconds of each photo, of which the first pays for what is loaded once."""
    pictures = [photo(5, seed) for seed in range(3)]
    tell(f"photos of {', '.join(f'{len(p) / 1e6:.1f}' for p in pictures)} MB")

    async def send() -> list[float]:
        taken: list[float] = []
        async with httpx.AsyncClient(base_url=url, timeout=120) as http:
            sender = Sender(http, chat, token)
            for number in range(many):
                taken.append(await sender.upload(pictures[number % 3]))
                await asyncio.sleep(max(0.0, seconds / many - taken[-1]))
        return taken

    return asyncio.run(send())


async def photos(bot: BotProcess, many: int) -> tuple[list[float], Measured, Measured]:
    """Seconds of each photo, and the messages' times without and with them."""
    async with httpx.AsyncClient(base_url=bot.url, timeout=120) as http:
        (sender,) = await senders(bot, http, 1)
    chats = await open_many([bot.url], _CHATS, Measured())
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:

        def upload(number: int) -> asyncio.Future[list[float]]:
            given = (bot.url, sender.chat, sender.token, number, _SECONDS)
            return asyncio.get_running_loop().run_in_executor(apart, _all_of_them, *given)

        async def speak(seconds: float) -> Measured:
            found = Measured()
            for chat in chats:
                chat.into = found
            await drive(chats, _PER_SECOND, seconds, found)
            return found

        await upload(1)
        await speak(5)
        quiet = await speak(_SECONDS)
        busy, taken = await asyncio.gather(speak(_SECONDS), upload(many))
    for chat in chats:
        await chat.close()
    return taken, quiet, busy


async def memory(bot: BotProcess, uploads: int) -> list[tuple[int, float]]:
    """(uploads so far, MB of the bot) at each tenth."""
    content = photo(0.4, 1, wide=1000)
    async with httpx.AsyncClient(base_url=bot.url, timeout=120) as http:
        chats = await senders(bot, http, 20)
        found, done = [], 0
        while done < uploads:
            await asyncio.gather(*(chat.upload(content) for chat in chats))
            done += len(chats)
            if done % (uploads // 10) < len(chats):
                found.append((done, resident(bot)))
                tell(f"{done:,} of {uploads:,} uploads, {found[-1][1]:.0f} MB")
    return found


async def measure(folder: pathlib.Path, many: int, uploads: int) -> bool:
    """Prints what was measured; whether the goals are met."""
    more_files()
    still_client()
    bot = await asyncio.to_thread(BotProcess(folder, **UNLIMITED, **_NO_END).start)
    try:
        taken, quiet, busy = await photos(bot, many)
        print(f"{len(taken)} photos of 5 MB beside {_PER_SECOND:.0f} messages/s: "
              f"half within {sorted(taken)[len(taken) // 2]:.2f} s, the slowest {max(taken):.2f} s")  # fmt: skip
        for name, of in (("without photos", quiet), ("beside photos", busy)):
            print(f"messages {name}: {of.rate:.0f}/s, p50 {of.percentile(50):.1f} ms, p99 {of.percentile(99):.1f} ms")
        grown = await memory(bot, uploads) if uploads else []
    finally:
        await asyncio.to_thread(bot.stop)
    fine = max(taken) < 1 and busy.percentile(99) < 2 * quiet.percentile(99)
    if grown:
        early, late = grown[0][1], grown[-1][1]
        print(f"{uploads:,} uploads: {early:.0f} MB after a tenth of them, {late:.0f} MB after all")
        fine = fine and late < early * 1.1
    print("met" if fine else "MISSED", "  a photo within a second, p99 of others not doubled, no growth over 10 %")
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--uploads", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="askonce-bench-") as folder:
        return 0 if asyncio.run(measure(pathlib.Path(folder), options.photos, options.uploads)) else 1


if __name__ == "__main__":
    sys.exit(main())
