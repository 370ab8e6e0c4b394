"""A database that ails is named once, with what to do, and whoever watches hears of it though nothing can be stored."""

from __future__ import annotations

import logging
import pathlib
import sqlite3

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bot.settings import read_settings
from bot.store.database import Unavailable
from bot.store.opened import opened
from bot.store.troubles import what_ails
from bot.web.app import make_app
from tests.conftest import SUPPORT, TOKEN


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("database or disk is full", "the disk is full"),
        ("attempt to write a readonly database", "the database may only be read"),
        ("database disk image is malformed", "the database is damaged"),
        ("file is not a database", "the file is no database"),
        ("cannot execute INSERT in a read-only transaction", "the database may only be read"),
        ("sorry, too many clients already", "the database takes no more connections"),
        ("something nobody knows", "the database does not answer"),
    ],
)
def test_what_a_database_says_is_put_in_words(said: str, what: str) -> None:
    found, advice = what_ails(RuntimeError("wrapped") if not said else sqlite3.OperationalError(said))
    assert found == what and advice


async def test_a_database_that_takes_no_writes_is_named_once_and_readyz_and_metrics_answer(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "full.db"
    app = make_app(read_settings(support_email=SUPPORT, database_url=f"sqlite:///{file}", admin_token=TOKEN))
    async with app.router.lifespan_context(app):
        store = app.state.bot.store
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.test") as http:
            assert (await http.get("/readyz")).json()["database"] == "ok"
            assert "askonce_database_up 1.0" in (await http.get("/metrics")).text

            await store.transact(lambda c: c.exec_driver_sql("PRAGMA query_only=1") and None)
            with caplog.at_level(logging.WARNING, "askonce.store"):
                for _ in range(3):
                    answer = await http.get("/readyz")
                    assert answer.status_code == 503 and "may only be read" in answer.json()["database"]
                told = [r for r in caplog.records if "nothing can be stored or read" in r.message]
                assert len(told) == 1 and "the right to write" in told[0].message
                assert "askonce_outbox" in (await http.get("/metrics")).text
                with pytest.raises(Unavailable):
                    await store.ping()
                store._writer.raw_connection().cursor().execute("PRAGMA query_only=0")
                answer = await http.get("/readyz")
                assert answer.json()["database"] == "ok"
                assert [r for r in caplog.records if "well again" in r.message]


async def test_metrics_answer_without_a_database(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "gone.db"
    app = make_app(read_settings(support_email=SUPPORT, database_url=f"sqlite:///{file}", admin_token=TOKEN))
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.test") as http:
            store = app.state.bot.store
            there, store.engine = store.engine, create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.db")
            answer = await http.get("/metrics")
            assert answer.status_code == 200 and "askonce_database_up 0.0" in answer.text
            await store.engine.dispose()
            store.engine = there
            assert "askonce_database_up 1.0" in (await http.get("/metrics")).text


async def test_the_database_of_a_stopped_server_can_be_opened(tmp_path: pathlib.Path) -> None:
    settings = read_settings(support_email=SUPPORT, database_url=f"sqlite:///{tmp_path}/b.db")
    async with opened(settings) as store:
        await store.ping()
