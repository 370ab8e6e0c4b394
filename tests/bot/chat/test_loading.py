"""The bot listens before understanding is loaded; what is said meanwhile waits and is understood as ever."""

from __future__ import annotations

import asyncio
import pathlib
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.chat.listening import understand
from bot.chat.loading import Loading
from bot.chat.workshop import Workshop
from bot.settings import read_settings
from bot.telemetry.supervision import Supervisor
from bot.web.app import make_app
from dialogue.events import Understanding
from dialogue.policy import Policy
from dialogue.states import State
from dialogue.understanding.reader import Asked
from kb_answers.answer import Answer
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


class NoArticles:
    """A shop without articles."""

    def ask(self, question: str) -> Answer:
        raise AssertionError("nobody asks it")


class Noting:
    """An understander that notes what it is asked."""

    name = "noting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def understand(self, text: str, asked: Asked = None) -> Understanding:
        self.asked.append(text)
        return Understanding(text, by=self.name)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""


async def test_nobody_is_asked_before_it_is_loaded_and_the_time_for_it_does_not_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loading, mind, gate = Loading(lambda: bool(gate.wait()) and None), Noting(), threading.Event()
    shop: Workshop[Any] = Workshop(
        store=None, understander=mind, answers=NoArticles(), policy=Policy(), support_email=SUPPORT, helpdesk="desk",
        poke=lambda _: None, wake_courier=lambda: None, loaded=loading.wait, understand_within=60.0,
    )  # fmt: skip
    loop, later = asyncio.get_running_loop(), list[float]()
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + sum(later))
    work = asyncio.create_task(loading.run())
    try:
        said = asyncio.create_task(understand("where is it", State(), shop=shop, locale=None, conversation="c"))
        await asyncio.sleep(REST)
        later.append(3 * shop.understand_within)
        await asyncio.sleep(REST)
        assert not mind.asked and loading.trouble == "loading"
    finally:
        gate.set()
    assert (await said).understood.by == "noting" and mind.asked == ["where is it"] and loading.trouble is None
    work.cancel()


async def test_the_bot_listens_while_understanding_is_loaded_and_says_so(tmp_path: pathlib.Path) -> None:
    gate = threading.Event()
    async with bot_that(lambda: bool(gate.wait()) and None, tmp_path) as http:
        try:
            assert (await http.get("/healthz")).status_code == 200
            said = asyncio.create_task(http.post("/webhooks/rest/webhook", json=SAID))
            assert await readiness(http) == (503, "loading")
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
