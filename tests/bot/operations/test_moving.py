"""From a SQLite file to PostgreSQL, with real servers before and after: nothing is lost, and chats go on."""

from __future__ import annotations

import asyncio
import pathlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest
from alembic import command
from sqlalchemy import create_engine, text

from bot.history.search import Query, find
from bot.operations.demo_data import make_demo_data
from bot.operations.moving import MoveError, move
from bot.settings import read_settings
from bot.store.declarations import REGISTER
from bot.store.migrate import config
from bot.store.opened import opened
from tests.bot.evidence.hostile import picture
from tests.bot.web.test_files import begun
from tests.conftest import ROOT, BotProcess, audited, client_of, free_port
from tests.patience import REST, patient, until

NOW = "2026-11-20T10:00:00.000Z"


def _rows_of_a_file(file: pathlib.Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(str(row) for row in database.execute(f"SELECT * FROM {name}"))
            for name in names
            if not name.startswith(("sqlite_", "search"))
        }


async def _rows_of_a_server(url: str, like: pathlib.Path) -> dict[str, list[str]]:
    """The same, with each table's columns in the file's order."""
    found = {}
    with closing(sqlite3.connect(like)) as database:
        columns = {
            name: [column for _, column, *_ in database.execute(f"PRAGMA table_info({name})")]
            for name in _rows_of_a_file(like)
        }
    async with opened(read_settings(database_url=url), migrating=False) as store, store.read() as connection:
        for name, of in columns.items():
            listed = ", ".join(f'"{column}"' for column in of)
            rows = await connection.execute(text(f"SELECT {listed} FROM {name}"))
            found[name] = sorted(str(tuple(row)) for row in rows)
    return found


def _moved(bot: BotProcess, source: pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", "move", str(source)]
    return subprocess.run(command, cwd=ROOT, env=bot.environment, capture_output=True, text=True, check=False)


@pytest.mark.postgres
async def test_a_shop_moves_and_its_chats_go_on(
    make_bot: Callable[..., BotProcess], postgres: Callable[[], str], tmp_path: pathlib.Path
) -> None:
    nowhere = {"ASKONCE_HELPDESK": "webhook", "ASKONCE_WEBHOOK_URL": f"http://127.0.0.1:{free_port()}/x"}
    bot, file = make_bot(**nowhere), tmp_path / "askonce.db"
    async with (
        client_of(bot.url) as open_chat,
        client_of(bot.url) as queued,
        httpx.AsyncClient(base_url=bot.url) as http,
    ):
        photo = await begun(open_chat, http)
        assert (await photo.put(picture())).status_code == 201
        await open_chat.say("my lamp is broken")
        await open_chat.until("offer_ticket")
        await queued.hello()
        await queued.say("open a ticket, my samovar leaks, Sam Roe, sam@example.com")
        await queued.until("ticket_saved")
    refused = await asyncio.to_thread(_moved, bot, file)
    assert refused.returncode == 1 and "set it to the new one" in refused.stderr
    async with patient():
        while await _found(bot, "samovar leaks") != [queued.welcome["conversation"]]:
            await asyncio.sleep(REST)
    bot.stop()
    await make_demo_data(bot.environment["ASKONCE_DATABASE_URL"], conversations=300, held=40)

    new = BotProcess(tmp_path, ASKONCE_DATABASE_URL=postgres(), ASKONCE_FILES_PATH=str(tmp_path / "elsewhere"))
    before = _rows_of_a_file(file)
    told = await asyncio.to_thread(_moved, new, file)
    assert told.returncode == 0, told.stderr
    assert "302 conversations" in told.stdout and "2 files were copied" in told.stdout
    assert _rows_of_a_file(file) == before, "the old file stays as it is"
    after = await _rows_of_a_server(new.environment["ASKONCE_DATABASE_URL"], file)
    left = set(REGISTER.left_out_of_backups())
    assert {n: rows for n, rows in after.items() if n not in left} == {n: r for n, r in before.items() if n not in left}
    assert len([name for name, rows in after.items() if rows]) > 10 and not any(after[name] for name in left)

    again = await asyncio.to_thread(_moved, new, file)
    assert again.returncode == 1 and "holds something already" in again.stderr
    new.start()
    try:
        await until(lambda: not _waiting(new))
        async with client_of(new.url) as client:
            client.turns = open_chat.turns
            await client.hello(open_chat.welcome["token"], after=open_chat.turns[-1]["seq"])
            await client.say("yes please")
            await client.say("Jane Doe, jane@example.com")
            await client.until("ticket_filed")
            await client.say("do you sell anvils?")
            await client.until("no_answer")
        async with httpx.AsyncClient(base_url=new.url) as http:
            kept = await http.get(f"{photo.path}?id=1", headers=photo.bearer)
            assert (await http.get(kept.json()["url"], headers=photo.bearer)).content[:2] == b"\xff\xd8"
        assert await _found(new, "samovar leaks") == [queued.welcome["conversation"]]
    finally:
        new.stop()
    assert not audited(read_settings(database_url=new.environment["ASKONCE_DATABASE_URL"]).database_url).found


async def _found(bot: BotProcess, words: str) -> list[str]:
    """Conversations that the console's search finds."""
    settings = read_settings(database_url=bot.environment["ASKONCE_DATABASE_URL"])
    async with opened(settings, migrating=False) as store:
        return [row.conversation for row in (await find(store, Query(q=words), hidden=False)).rows]


def _waiting(bot: BotProcess) -> list[str]:
    return [t["reference"] for t in bot.get("/api/tickets")["items"] if t["status"] not in ("filed", "refused")]


@pytest.mark.postgres
async def test_what_cannot_be_moved_is_told_in_a_line_and_changes_nothing(
    postgres: Callable[[], str], make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path
) -> None:
    settings = read_settings(database_url=postgres())
    with pytest.raises(MoveError, match="there is no file"):
        await move(settings, tmp_path / "none.db")
    for content in (b"no database at all, but long enough to be taken for one" * 20, b""):
        (tmp_path / "other.db").write_bytes(content)
        with pytest.raises(MoveError, match=r"cannot be read|no database of Askonce"):
            await move(settings, tmp_path / "other.db")
    make_bot()
    with pytest.raises(MoveError, match="stop it first"):
        await move(settings, tmp_path / "askonce.db")


@pytest.mark.postgres
async def test_the_file_of_an_older_version_is_brought_up_to_date_on_its_way_and_stays_as_it_is(
    postgres: Callable[[], str], tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "askonce.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(config(connection), "0014")
        connection.execute(
            text(f"INSERT INTO gap (conversation, seq, question, at) VALUES ('c', 1, 'is it?', '{NOW}')")
        )
        connection.execute(
            text(
                "INSERT INTO conversation (id, token_hash, created_at, updated_at, seq, number, state, channel) "
                f"VALUES ('c', 'h', '{NOW}', '{NOW}', 1, 1, '{{}}', 'chat')"
            )
        )
    settings = read_settings(database_url=postgres(), files_path=tmp_path / "files")
    with engine.begin() as connection:  # which PostgreSQL takes in no text
        connection.execute(text("UPDATE gap SET question = 'is it' || char(0) || ' here, Jane?'"))
    with pytest.raises(MoveError, match=r"the rows of “gap” from 1 on \(\w+\), and holds nothing") as refused:
        await move(settings, file)
    assert "Jane" not in str(refused.value)
    with engine.begin() as connection:
        connection.execute(text("UPDATE gap SET question = 'is it?'"))
    engine.dispose()
    before = file.read_bytes()
    moved = await move(settings, file)
    assert (moved["conversation"], moved["gap"]) == (1, 1) and file.read_bytes() == before
    async with opened(settings, migrating=False) as store, store.engine.begin() as connection:
        drawn = await connection.scalar(
            text(f"INSERT INTO gap (conversation, seq, question, at) VALUES ('c', 2, 'and?', '{NOW}') RETURNING id")
        )
    assert drawn == 2, "numbers go on after those that were moved"
