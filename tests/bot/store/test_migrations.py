"""Migrations only add, so that the version before goes on beside them; and they wait for nobody's lock."""

from __future__ import annotations

import ast
import asyncio
import pathlib
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bootstrap import run_bot
from bot.settings import read_settings
from bot.store.migrate import config, migrate
from bot.store.records import to_json
from bot.store.tables import metadata
from dialogue.states import Phase, State
from tests.conftest import ROOT, SUPPORT, audited
from tests.patience import patient

VERSIONS = sorted((ROOT / "bot" / "store" / "migrations" / "versions").glob("[0-9]*.py"))
#: What an expanding migration may do. Whatever takes away or renames comes a release after its last use, in a file of
#: its own whose docstring begins with "Contracts:" and names that release.
ADDING = {
    "f",
    "add_column",
    "create_table",
    "create_index",
    "get_bind",
    "execute",
    "create_foreign_key",
    "create_unique_constraint",
}


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text())
    if (ast.get_docstring(tree) or "").startswith("Contracts:"):
        return
    upgrade = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "upgrade")
    for call in (n for n in ast.walk(upgrade) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)):
        assert isinstance(call.func, ast.Attribute)
        if isinstance(call.func.value, ast.Name) and call.func.value.id == "op":
            assert call.func.attr in ADDING, (
                f"{path.name}:{call.lineno} op.{call.func.attr} would stop the version before"
            )
        if call.func.attr == "add_column":
            column = call.args[1]
            assert isinstance(column, ast.Call)
            given = {k.arg: ast.unparse(k.value) for k in column.keywords}
            assert given.get("nullable") == "True" or "server_default" in given, (
                f"{path.name}:{call.lineno} the version before does not fill this column: let it be empty, or give a "
                f"server_default"
            )


def test_the_history_gives_the_tables_that_the_code_knows(tmp_path: pathlib.Path) -> None:
    url = read_settings(database_url=f"sqlite:///{tmp_path}/x.db").database_url
    migrate(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    found = {t: {c["name"] for c in inspect(engine).get_columns(t)} for t in inspect(engine).get_table_names()}
    engine.dispose()
    for table in metadata.tables.values():
        assert found[table.name] == {c.name for c in table.columns}


async def test_this_version_goes_on_beside_a_migration_of_the_next(database_url: str) -> None:
    """The next version adds a column to every table and a table of its own while this one serves."""
    settings = read_settings(database_url=database_url, support_email=SUPPORT)
    async with run_bot(settings) as bot:
        chat, token = await bot.hub.begin()
        await chat.hear("1", "open a ticket please")
        async with bot.store.engine.begin() as connection:
            for name in metadata.tables:
                await connection.execute(text(f'ALTER TABLE "{name}" ADD COLUMN of_the_next_version VARCHAR(10)'))
            await connection.execute(text("CREATE TABLE of_the_next_version (id INTEGER PRIMARY KEY)"))
        for number, words in enumerate(("Jane Doe", "jane@example.com", "my lamp is broken")):
            await chat.hear(str(number + 2), words)
        async with patient():
            while not any(t.act == "ticket_filed" for t in await bot.store.turns(chat.id)):
                await asyncio.sleep(0.02)
        bot.hub.let_go(chat.id)
        again = await bot.hub.resume(token)
        assert again is not None and again.state.tickets


async def test_whoever_goes_back_starts_on_the_newer_database_and_serves_it(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings(database_url=database_url, support_email=SUPPORT)
    async with run_bot(settings) as bot:
        chat, token = await bot.hub.begin()
        await chat.hear("1", "my lamp is broken")
        async with bot.store.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE turn ADD COLUMN of_the_next_version VARCHAR(10)"))
            await connection.execute(text("UPDATE alembic_version SET version_num = '9001'"))
    async with run_bot(settings) as bot:
        again = await bot.hub.resume(token)
        assert again is not None
        await again.hear("2", "yes please, Jane Doe, jane@example.com")
        assert again.state.tickets
        async with bot.store.read() as connection:
            assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "9001"
    assert "the database is of a newer version (9001)" in caplog.text


@pytest.mark.postgres
async def test_a_migration_does_not_queue_behind_a_long_transaction(postgres: Callable[[], str]) -> None:
    """Somebody reads the table for a long time: the migration steps back and tries again, and shoppers are served
    meanwhile."""
    from alembic import command

    url = read_settings(database_url=postgres()).database_url
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "0004"))
    async with engine.connect() as reader:
        await reader.execute(text("SELECT count(*) FROM outbox"))  # holds its lock until the transaction ends
        migrating = asyncio.create_task(asyncio.to_thread(migrate, url))
        async with engine.connect() as watching:
            async with patient():  # the migration has reached the table, and waits for it
                blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                while not await watching.scalar(blocked):
                    await watching.rollback()
                    await asyncio.sleep(0.02)
                while await watching.scalar(blocked):  # … and has let it go
                    await watching.rollback()
                    await asyncio.sleep(0.02)
            assert not migrating.done()
        async with engine.begin() as shopper:
            await shopper.execute(text("UPDATE outbox SET attempts = attempts"))
    await migrating
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == VERSIONS[-1].stem[:4]
    await engine.dispose()
    assert not audited(url).found


async def test_whoever_helps_while_presences_become_leases_gets_one_that_runs_out(database_url: str) -> None:
    from alembic import command

    engine = create_async_engine(database_url)
    row = (
        "INSERT INTO conversation (id, token_hash, created_at, updated_at, seq, number, state, channel) "
        "VALUES (:id, :id, '', '', 0, 0, :s, 'x')"
    )
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "0005"))
        for id, state in (("a", State(phase=Phase.ATTENDED, agent="Maya")), ("b", State())):
            await connection.execute(text(row), {"id": id, "s": to_json(state)})
    await asyncio.to_thread(migrate, database_url)
    async with engine.connect() as connection:
        found = list(await connection.execute(text('SELECT conversation, stay, "until" FROM presence')))
    await engine.dispose()
    assert [(r[0], r[1]) for r in found] == [("a", "")] and found[0][2] > 0
