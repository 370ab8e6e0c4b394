"""kill -9 while files come: each is in the chat once and to the byte, and nothing stays behind that nobody named."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pathlib
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from bot.settings import read_settings
from bot.store.files import rows
from bot.store.opened import opened
from tests.bot.evidence.hostile import picture
from tests.conftest import BotProcess, client_of
from tests.patience import Looks

_PIECE = 1 << 16
#: What a shopper sends: text in several pieces, and pictures that are drawn anew.
FILES = [(f"notes {n}.txt", (f"line {n} of the notes\n" * 14_000).encode()) for n in range(3)]
FILES += [(f"photo {n}.jpg", picture(size=(900 + n, 700), colour=colour)) for n, colour in enumerate(("teal", "tan"))]


class Sender:
    """One chat that sends files and goes on wherever it broke off, as the widget does."""

    def __init__(self, bot: BotProcess, chat: str, token: str) -> None:
        self.bot, self.chat = bot, chat
        self.headers = {"Authorization": f"Bearer {token}"}
        self.broken, self.steps = 0, 0

    async def send(self, id: str, name: str, content: bytes) -> dict[str, Any]:
        """The file as the bot told it; any number of deaths may come in between."""
        query: dict[str, str | int] = {"id": id, "name": name, "size": len(content)}
        look = Looks(lambda: (self.broken, self.steps))
        while True:
            look()
            with suppress(httpx.HTTPError):
                async with httpx.AsyncClient(base_url=self.bot.url, headers=self.headers, timeout=60) as http:
                    at = (await self._ask(http, id)).get("received", 0)
                    while True:
                        piece = content[at : at + _PIECE]
                        answer = await http.post(self._path, params=query | {"offset": at}, content=piece)
                        assert answer.status_code in (201, 202, 503, 507), (answer.status_code, answer.text)
                        if answer.status_code == 201:
                            return answer.json()  # type: ignore[no-any-return]
                        self.steps += 1
                        at = answer.json()["received"] if answer.status_code == 202 else at
            self.broken += 1
            await asyncio.sleep(0.05)

    async def _ask(self, http: httpx.AsyncClient, id: str) -> dict[str, Any]:
        answer = await http.get(self._path, params={"id": id})
        return answer.json() if answer.status_code == 200 else {}

    @property
    def _path(self) -> str:
        return f"/api/conversations/{self.chat}/files"


async def _killing(bot: BotProcess, chance: random.Random, sender: Sender, many: int) -> None:
    """Deaths come by what is done, so that a slow machine is not killed before its first piece."""
    for _ in range(many):
        until = sender.steps + chance.randint(1, 6)
        while sender.steps < until:
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.uniform(0, 0.03))
        bot.kill()
        await asyncio.to_thread(bot.start)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_no_kill_loses_doubles_or_leaves_behind_a_file(
    database: str, make_bot: Callable[..., BotProcess], request: pytest.FixtureRequest, tmp_path: pathlib.Path
) -> None:
    more = {} if database == "sqlite" else {"ASKONCE_DATABASE_URL": request.getfixturevalue("postgres")()}
    bot = make_bot(
        ASKONCE_LIMIT_ADDRESS_FILES="100000",
        ASKONCE_LIMIT_CHAT_FILES="1000",
        ASKONCE_FILES_PATH=str(tmp_path / "files"),
        **more,
    )
    async with client_of(bot.url) as client:
        await client.hello()
        await client.say("hello")
        sender = Sender(bot, client.welcome["conversation"], client.welcome["token"])
    killer = asyncio.create_task(_killing(bot, random.Random(4), sender, 5))
    told = []
    for round in range(20):
        told += [await sender.send(f"{round}.{n}", *file) for n, file in enumerate(FILES)]
        if killer.done():
            break
    await killer
    assert sender.broken >= 3, "the kills did not happen"
    many = len(told)
    assert all(file["sent"] for file in told) and len({file["id"] for file in told}) == many
    chat = bot.get(f"/api/conversations/{sender.chat}")
    sent = [file for turn in chat["turns"] for file in turn.get("files") or ()]
    assert sorted(file["id"] for file in sent) == sorted(file["id"] for file in told), "lost or doubled"
    async with httpx.AsyncClient(base_url=bot.url, headers=sender.headers, timeout=60) as http:
        for file in told:
            body = (await http.get(file["url"])).content
            assert len(body) == file["size"]
            if file["type"] == "text/plain":
                assert hashlib.sha256(body).digest() in {hashlib.sha256(content).digest() for _, content in FILES}
    bot.stop()
    await _nothing_behind(bot)


async def _nothing_behind(bot: BotProcess) -> None:
    """What a day later is swept leaves exactly what rows name."""
    settings = read_settings(
        database_url=bot.environment["ASKONCE_DATABASE_URL"], files_path=bot.folder / "files",
        support_email="support@example.com",
    )  # fmt: skip
    long_ago = time.time() - 3 * 86_400
    for path in settings.files_folder.rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    async with opened(settings) as store:
        assert store.folder is not None
        await rows.sweep(store, store.folder)
        assert await rows.missing(store, store.folder) == 0
        async with store.read() as connection:
            kept = await connection.execute(rows.attachment.select())
            named = {hash for row in kept for hash in (row.content, row.thumbnail) if hash}
        left = {path.name for path in settings.files_folder.rglob("*") if path.is_file()}
        assert left == named
