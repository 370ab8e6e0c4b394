"""The bot listens before understanding is loaded; what is said meanwhile waits and is understood as ever."""

from __future__ import annotations

import asyncio
import pathlib
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.settings import read_settings
from bot.telemetry.supervision import Supervisor
from bot.web.app import make_app
from tests.conftest import SUPPORT
from tests.patience import REST, Looks

SAID = {"sender": "s1", "message": "open a ticket, my lamp is broken"}


@asynccontextmanager
async def bot_that(load: Callable[[], None], folder: pathlib.Path, **parts: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The web application of a bot that loads by `load`, and a client of it."""
    settings = read_settings(database_url=f"sqlite:///{folder}/x.db", support_email=SUPPORT, rest_channel=True)
    app = make_app(settings, load=load, **parts)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as http:
            yield http


async def readiness(http: httpx.AsyncClient) -> tuple[int, str]:
    answer = await http.get("/readyz")
    return answer.status_code, answer.json()["understander"]


async def until_ready(http: httpx.AsyncClient) -> None:
    look = Looks()
    while await readiness(http) != (200, "ok"):
        look()
        await asyncio.sleep(REST)


async def test_a_message_that_comes_before_understanding_is_loaded_waits_for_it(tmp_path: pathlib.Path) -> None:
    gate = threading.Event()
    # The time that understanding may take does not run while it is loaded.
    async with bot_that(lambda: bool(gate.wait()) and None, tmp_path, understand_within=0.02) as http:
        try:
            assert (await http.get("/healthz")).status_code == 200
            said = asyncio.create_task(http.post("/webhooks/rest/webhook", json=SAID))
            assert await readiness(http) == (503, "loading")
            await asyncio.sleep(0.1)
            assert not said.done()
        finally:
            gate.set()
        assert "your full name" in (await said).json()[0]["text"], "it was understood"
        await until_ready(http)


async def test_where_loading_fails_nobody_waits_and_it_is_tried_again(tmp_path: pathlib.Path) -> None:
    begun, again = list[int](), asyncio.Event()

    def load() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise FileNotFoundError("heads.npz of Jane Doe")

    async def sleep(seconds: float) -> None:
        await again.wait()

    async with bot_that(load, tmp_path, work=Supervisor(sleep=sleep)) as http:
        look = Looks()
        while (found := await readiness(http)) == (503, "loading"):
            look()
            await asyncio.sleep(REST)
        assert found[0] == 503 and found[1].startswith("down (FileNotFoundError at") and "Jane" not in found[1]
        assert (await http.post("/webhooks/rest/webhook", json=SAID)).json(), "the shopper gets an answer"
        again.set()
        await until_ready(http)
    assert len(begun) == 2
