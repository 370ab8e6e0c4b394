"""The console over HTTP in one process: a real application on a real database, signed in as each role."""

from __future__ import annotations

import asyncio
import pathlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.bootstrap import Bot
from bot.history.summaries import Archivist
from bot.history.views import outbox_counts
from bot.settings import read_settings
from bot.store.accounts import Accounts, Role
from bot.store.database import Store
from bot.store.edited_articles import newest_of
from bot.web.app import make_app
from tests.conftest import SUPPORT, TOKEN
from tests.patience import patient
from ticket_bridge.helpdesks.contract import Helpdesk

PASSWORD = "correct horse battery"
HOST = "http://console.test"


class Desk:
    """A bot with its console, and a client for each role."""

    def __init__(self, app: Any, bot: Bot) -> None:
        self.app, self.bot = app, bot
        self.accounts = Accounts(bot.store)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=HOST)

    async def as_role(self, role: Role, name: str | None = None) -> Visitor:
        """A client signed in with an account of this role."""
        name = name or role.label
        await self.accounts.add(email=f"{name}@example.com", name=name.title(), role=role, password=PASSWORD)
        client = self.client()
        answer = await client.post("/console/sign-in", data={"email": f"{name}@example.com", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return Visitor(client)

    async def chat(self, *words: str, locale: str | None = None) -> str:
        """A conversation with these messages, summarised; its id."""
        chat, _ = await self.bot.hub.begin(locale=locale)
        for number, text in enumerate(words):
            await chat.hear(f"m{number}", text)
        await self.filed()
        await self.archive()
        return chat.id

    async def filed(self) -> None:
        """Wait until every ticket is filed or refused."""
        async with patient():
            while set(await outbox_counts(self.bot.store)) & {"queued", "sending"}:
                await asyncio.sleep(0.02)

    async def publish(self, admin: Visitor, article: str, text: str, note: str = "") -> None:
        """A text as its editors would have it: drafted upon what stands, and published."""
        base = await newest_of(self.bot.store, article)
        await admin.post(f"/articles/{article}", text=text, note=note, do="save", base=str(base))
        version = await newest_of(self.bot.store, article)
        await admin.post(f"/articles/{article}/publish", version=str(version))

    async def archive(self) -> None:
        while await Archivist(self.bot.store, support_email=SUPPORT).catch_up(500):
            continue


class Visitor:
    """A signed-in client that fills in forms as a browser would, with the token of the page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, code: int = 200) -> str:
        answer = await self.client.get("/console" + path)
        assert answer.status_code == code, (path, answer.status_code, answer.text[-600:])
        return answer.text

    async def post(self, path: str, expected: int = 303, /, **fields: Any) -> httpx.Response:
        page = await self.client.get("/console/own")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf
        answer = await self.client.post("/console" + path, data={"csrf": csrf[1], **fields})
        assert answer.status_code == expected, (path, answer.status_code, answer.text[-800:])
        return answer


@asynccontextmanager
async def console(
    url: str, *, helpdesk: Callable[[Store], Helpdesk] | None = None, **settings: Any
) -> AsyncIterator[Desk]:
    chosen = read_settings(database_url=url, support_email=SUPPORT, admin_token=TOKEN, **settings)
    app = make_app(chosen, archivist=False, helpdesk=helpdesk)
    async with app.router.lifespan_context(app):
        yield Desk(app, app.state.bot)


@pytest.fixture
async def desk(tmp_path: pathlib.Path) -> AsyncIterator[Desk]:
    """A console on SQLite."""
    async with console(f"sqlite+aiosqlite:///{tmp_path}/console.db") as found:
        yield found


@pytest.fixture
async def either(database_url: str) -> AsyncIterator[Desk]:
    """A console on SQLite and on PostgreSQL."""
    async with console(database_url) as found:
        yield found
