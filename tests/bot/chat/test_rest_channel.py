"""The REST channel's conversations are opened by nothing that anybody outside knows, and each reply goes to its own
message."""

from __future__ import annotations

import asyncio
import hashlib
import pathlib
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.bootstrap import Bot
from bot.settings import read_settings
from bot.web.app import make_app
from tests.conftest import SUPPORT, TOKEN


@pytest.fixture
async def bot(tmp_path: pathlib.Path) -> AsyncIterator[tuple[Bot, httpx.AsyncClient]]:
    app = make_app(
        read_settings(
            support_email=SUPPORT, database_url=f"sqlite:///{tmp_path}/rest.db", admin_token=TOKEN, rest_channel=True,
            limit_address_rate=0.2,
        )
    )  # fmt: skip
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.test") as http:
            yield app.state.bot, http


async def test_a_sender_s_name_opens_nothing(bot: tuple[Bot, httpx.AsyncClient]) -> None:
    running, http = bot
    said = {"sender": "alice", "message": "my lamp arrived broken"}
    assert (await http.post("/webhooks/rest/webhook", json=said)).status_code == 200
    for token in ("alice", "rest-alice", "rest-" + hashlib.sha256(b"alice").hexdigest()):
        assert await running.hub.resume(token) is None
    assert await running.hub.resume(running.hub.entry.token_of_sender("alice")) is not None
    assert len(running.hub.entry.token_of_sender("alice")) >= 43


async def test_each_message_gets_its_own_replies(bot: tuple[Bot, httpx.AsyncClient]) -> None:
    _, http = bot
    asked = ("how long does delivery take?", "how long does a refund take?", "how do I return an item?")
    answers = await asyncio.gather(
        *(http.post("/webhooks/rest/webhook", json={"sender": "bo", "message": text}) for text in asked)
    )
    replies = [[turn["text"] for turn in answer.json()] for answer in answers]
    assert all(len(texts) == 1 for texts in replies), replies
    assert len({texts[0] for texts in replies}) == 3


async def test_an_address_is_limited(bot: tuple[Bot, httpx.AsyncClient]) -> None:
    _, http = bot
    said = {"sender": "cy", "message": "hi"}
    statuses = [(await http.post("/webhooks/rest/webhook", json=said)).status_code for _ in range(14)]
    assert statuses[:12] == [200] * 12 and statuses[12:] == [429, 429]
