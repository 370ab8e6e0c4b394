"""The one-time channel over HTTP: sealed once, read once by the one who asked, and by nobody after its time."""

from __future__ import annotations

import asyncio
import pathlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot.bootstrap import Bot
from bot.history import erasure
from bot.settings import read_settings
from bot.store import one_time
from bot.store.accounts import Accounts, Role
from bot.store.console_tables import one_time as table
from bot.web.app import make_app
from dialogue import events
from tests.conftest import SUPPORT, TOKEN

HOST = "http://shop.test"
PASSWORD = "correct horse battery"
KEY = "bcdfghjk" * 16
SEALED = b"\x04" + bytes(range(200))


@dataclass
class House:
    """A bot with one chat in which Maya of the shop is, and those who speak to it."""

    bot: Bot
    app: Any
    chat: str
    maya: httpx.AsyncClient
    shopper: httpx.AsyncClient

    def client(self) -> httpx.AsyncClient:
        """Somebody else, with a jar of cookies of their own."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=HOST)

    async def colleague(self, name: str, role: Role = Role.REVIEWER) -> httpx.AsyncClient:
        """Somebody of the shop, signed in."""
        email = f"{name}@example.com"
        await Accounts(self.bot.store).add(email=email, name=name.title(), role=role, password=PASSWORD)
        client = self.client()
        assert (await client.post("/console/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
        return client

    async def post(self, who: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
        """A form of the console."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', (await who.get("/console/own")).text)
        assert csrf
        return await who.post("/console" + path, data={"csrf": csrf[1], **fields})

    async def asked(self, what: str = "the code on the letter") -> str:
        """The path of a page that Maya asked for."""
        answer = await self.post(self.maya, f"/conversations/{self.chat}/one-time", what=what, key=KEY)
        assert answer.status_code == 303, answer.text
        turns = await self.bot.store.turns(self.chat)
        link = re.search(rf"{HOST}(/once/[a-z]+)#{KEY}$", turns[-1].text)
        assert link and turns[-1].who == "agent" and what in turns[-1].text, turns[-1]
        return link[1]

    async def state(self, path: str) -> str:
        """As the shopper's page hears it."""
        return str((await self.shopper.get(path + "/state")).json()["state"])


@pytest.fixture
async def house(tmp_path: pathlib.Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path}/once.db"
    app = make_app(read_settings(support_email=SUPPORT, database_url=url, admin_token=TOKEN, rest_channel=True))
    async with app.router.lifespan_context(app):
        bot: Bot = app.state.bot
        shopper = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOST)
        await shopper.post("/webhooks/rest/webhook", json={"sender": "a", "message": "my lamp arrived broken"})
        found = await shopper.get("/api/conversations", headers={"Authorization": f"Bearer {TOKEN}"})
        chat = found.json()["items"][0]["id"]
        made = House(bot, app, chat, shopper, shopper)
        made.maya = await made.colleague("maya")
        await made.post(made.maya, f"/conversations/{chat}/join")
        yield made
        await made.maya.aclose()
        await shopper.aclose()


async def test_it_is_sealed_once_and_read_once_by_the_one_who_asked(house: House) -> None:
    path = await house.asked()
    page = await house.shopper.get(path)
    assert page.status_code == 200 and "the code on the letter" in page.text
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in page.headers and await house.state(path) == "open"
    read = f"/one-time/{path.rpartition('/')[2]}/read"
    assert (await house.post(house.maya, read)).status_code == 410, "nothing has come yet"
    assert (await house.shopper.post(path, content=SEALED)).status_code == 200
    assert await house.state(path) == "sealed"
    assert (await house.shopper.post(path, content=b"\x04" + b"other" * 40)).status_code == 409
    ben = await house.colleague("ben")
    assert (await house.post(ben, read)).status_code == 410, "a colleague cannot use it up"
    answer = await house.post(house.maya, read)
    assert answer.status_code == 200 and answer.content == SEALED
    assert (await house.post(house.maya, read)).status_code == 410
    assert await house.state(path) == "read"
    shown = (await house.maya.get(f"/console/conversations/{house.chat}")).text
    assert "Read, and deleted" in shown
    log = (await (await house.colleague("eve", Role.ADMINISTRATOR)).get("/console/log")).text
    assert "one-time: asked" in log and "one-time: read" in log and path.rpartition("/")[2] not in log
    await ben.aclose()


async def test_two_who_seal_and_two_who_read_at_once_get_one_each(house: House) -> None:
    path = await house.asked("")
    sealed = await asyncio.gather(*(house.shopper.post(path, content=SEALED + bytes([n])) for n in range(5)))
    assert sorted(a.status_code for a in sealed) == [200, 409, 409, 409, 409]
    id = path.rpartition("/")[2]
    account = next(a.id for a in await Accounts(house.bot.store).all() if a.name == "Maya")
    taken = await asyncio.gather(*(one_time.take(house.bot.store, id, account) for _ in range(5)))
    assert sum(t is not None for t in taken) == 1


async def test_when_its_time_is_over_nothing_is_taken_shown_or_kept(house: House) -> None:
    sealed, empty = await house.asked(), await house.asked()
    assert (await house.shopper.post(sealed, content=SEALED)).status_code == 200
    await house.bot.store.transact(lambda connection: connection.execute(update(table).values(until=1e9)) and None)
    for path in (sealed, empty):
        assert (await house.shopper.get(path)).status_code == 410
        assert await house.state(path) == "over"
        assert (await house.shopper.post(path, content=SEALED)).status_code == 410
        assert (await house.post(house.maya, f"/one-time/{path.rpartition('/')[2]}/read")).status_code == 410
    await one_time.forget_over(house.bot.store)
    assert await one_time.asked_in(house.bot.store, house.chat) == []


@pytest.mark.parametrize("body", [b"", b"\x04short", b"\x05" + bytes(200), b"{}" * 100])
async def test_what_is_not_sealed_is_not_taken(house: House, body: bytes) -> None:
    path = await house.asked()
    assert (await house.shopper.post(path, content=body)).status_code == 422
    assert await house.state(path) == "open"


@pytest.mark.parametrize("id", ["bcdf", "b" * 48, "B" * 48, "..%2f..%2fetc", "'; drop table one_time; --"])
async def test_an_unknown_page_says_so_in_the_reader_s_language(house: House, id: str) -> None:
    answer = await house.shopper.get(f"/once/{id}", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert answer.status_code in (404, 410)
    assert answer.status_code == 404 or "Diese Seite gilt nicht" in answer.text


async def test_who_is_not_in_the_chat_or_has_no_key_sends_no_link(house: House) -> None:
    before = len(await house.bot.store.turns(house.chat))
    ben = await house.colleague("ben")
    path = f"/conversations/{house.chat}/one-time"
    assert (await house.post(ben, path, what="", key=KEY)).status_code == 409
    for key in ("", "abc", KEY[:-1], KEY + "b", KEY[:-1] + "a"):
        assert (await house.post(house.maya, path, what="", key=key)).status_code == 422
    viewer = await house.colleague("vera", Role.VIEWER)
    assert (await house.post(viewer, path, what="", key=KEY)).status_code == 403
    assert len(await house.bot.store.turns(house.chat)) == before
    assert await one_time.asked_in(house.bot.store, house.chat) == []


async def test_an_erased_chat_takes_it_along(house: House) -> None:
    path = await house.asked()
    await house.shopper.post(path, content=SEALED)
    await erasure.erase(house.bot.store, house.chat)
    assert (await house.shopper.get(path)).status_code == 410
    assert await one_time.asked_in(house.bot.store, house.chat) == []


async def test_the_chat_goes_on_in_its_own_language(house: House) -> None:
    """The link is told as the chat's language tells it."""
    conversation = await house.bot.hub.conversation(house.chat)
    assert conversation is not None
    await conversation.tell(events.AgentLeft(settled=False))
    await conversation.hear("m2", "meine lampe ist kaputt angekommen, und das rücklicht auch")
    await house.post(house.maya, f"/conversations/{house.chat}/join")
    await house.asked()
    assert "nur ein einziges Mal" in (await house.bot.store.turns(house.chat))[-1].text
