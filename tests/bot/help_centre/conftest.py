"""A bot with a help centre, in one process: a real application on a real database, over articles of the shop's own."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.bootstrap import Bot
from bot.settings import read_settings
from bot.store.accounts import Accounts, Role
from bot.store.edited_articles import edited
from bot.web.app import make_app
from tests.conftest import SUPPORT, TOKEN

HOST = "http://help.test"
PASSWORD = "correct horse battery"


def written(id: str, title: str, text: str, *more: str, revised: str = "2026-03-01") -> str:
    """An original as its file holds it; `more`: further lines of its header."""
    lines = "".join(f"{line}\n" for line in more)
    return (
        f'---\nid: {id}\ntitle: {title}\nsources:\n  - "shop"\nrevised: {revised}\n{lines}'
        f"questions:\n  - {title}\n---\n{text}\n"
    )


def translated(id: str, title: str, text: str, language: str, renders: str) -> str:
    """A translation as its file holds it."""
    return f"---\nid: {id}\ntitle: {title}\nlanguage: {language}\nrenders: {renders}\n---\n{text}\n"


@pytest.fixture
def articles(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with three articles, of which German has two, one of them of an older text."""
    folder = tmp_path / "articles"
    (folder / "de").mkdir(parents=True)
    wrap = written(
        "gift-wrapping", "Gift wrapping", "We wrap gifts for free.\n\nRibbons cost *nothing*.", "topic: Gifts"
    )
    (folder / "gift-wrapping.md").write_text(wrap)
    time = written("delivery-time", "How long delivery takes", "Six days.", "topic: delivery", revised="2026-05-02")
    (folder / "delivery-time.md").write_text(time)
    (folder / "repairs.md").write_text(written("repairs", "Repairs of old lamps", "We repair any lamp."))
    wrap = translated("gift-wrapping", "Geschenkverpackung", "Wir packen Geschenke kostenlos ein.", "de", "2026-03-01")
    (folder / "de" / "gift-wrapping.md").write_text(wrap)
    late = translated("delivery-time", "Wie lange die Lieferung dauert", "Fünf Tage.", "de", "2026-01-31")
    (folder / "de" / "delivery-time.md").write_text(late)
    return folder


@dataclass
class Centre:
    """A bot with its help centre, and a reader of it."""

    bot: Bot
    http: httpx.AsyncClient
    app: Any

    async def get(self, path: str, status: int = 200, **headers: str) -> httpx.Response:
        """A page, which has this status."""
        answer = await self.http.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
        return answer

    async def say(self, path: str, status: int = 303, **fields: str) -> httpx.Response:
        """What a reader sends about an article."""
        answer = await self.http.post(path, data=fields)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
        return answer

    async def lead(self, role: Role) -> httpx.AsyncClient:
        """Somebody at the console."""
        email = f"{role.label}@example.com"
        await Accounts(self.bot.store).add(email=email, name=role.label.title(), role=role, password=PASSWORD)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=HOST)
        answer = await client.post("/console/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    async def edit(self, id: str, text: str) -> None:
        """An article as a lead leaves it; empty: withdrawn."""
        self.bot.answers.reload(await edited(self.bot.store) | {id: text})


@asynccontextmanager
async def centre_of(url: str, **settings: Any) -> AsyncIterator[Centre]:
    """A help centre on the database at `url`."""
    given = {"support_email": SUPPORT, "database_url": url, "admin_token": TOKEN} | settings
    app = make_app(read_settings(**given))
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOST) as http:
            yield Centre(app.state.bot, http, app)


@pytest.fixture
async def centre(tmp_path: pathlib.Path, articles: pathlib.Path) -> AsyncIterator[Centre]:
    """On SQLite, at a public address, with the shop's own articles."""
    url = f"sqlite:///{tmp_path}/help.db"
    async with centre_of(url, articles=articles, public_url="https://chat.shop.example") as found:
        yield found
