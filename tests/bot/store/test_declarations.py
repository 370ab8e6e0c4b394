"""Every column says what it is, and what is said is done: exported, erased, masked, left out, documented."""

from __future__ import annotations

import pathlib
import re
from typing import Any

import orjson
import pytest
from sqlalchemy import create_engine, inspect, select, text, update
from sqlalchemy.engine import Connection

from bot.history import erasure
from bot.history.shown import row_as_seen
from bot.operations.backup import backup
from bot.settings import Settings, read_settings
from bot.store.database import Store
from bot.store.declarations import REGISTER, WITHIN_SEARCH
from bot.store.declared import Kept, Kind, Register, Undeclared, Viewer, Whose
from bot.store.forgetting import read_rows, table_of
from bot.store.migrate import migrate
from bot.store.tables import metadata
from tests.bot.store.filled import fill
from tests.conftest import ROOT

MARK = "xqmarkqx"


def _undeclared(register: Register, connection: Connection) -> list[str]:
    """Every column that the database has and nobody has said anything of."""
    found = []
    for table in inspect(connection).get_table_names():
        for column in () if table in WITHIN_SEARCH else inspect(connection).get_columns(table):
            try:
                register.column(table, column["name"])
            except Undeclared as error:
                found.append(str(error))
    return found


async def test_every_column_of_the_database_is_declared(database_url: str) -> None:
    store = await _migrated(database_url)
    async with store.engine.begin() as connection:
        assert await connection.run_sync(lambda sync: _undeclared(REGISTER, sync)) == []
        await connection.execute(text("ALTER TABLE rating ADD COLUMN shoe_size VARCHAR(10)"))
        await connection.execute(text("CREATE TABLE diary (words TEXT)"))
        found = await connection.run_sync(lambda sync: _undeclared(REGISTER, sync))
    await store.close()
    assert len(found) == 2 and "rating.shoe_size" in found[0] + found[1] and "table diary" in found[0] + found[1]


async def _migrated(url: str) -> Store:
    import asyncio

    await asyncio.to_thread(migrate, url)
    return Store(url)


def test_nothing_is_declared_that_is_not_there(tmp_path: pathlib.Path) -> None:
    url = read_settings(database_url=f"sqlite:///{tmp_path}/x.db").database_url
    migrate(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    for name, kept in REGISTER.tables.items():
        there = {c["name"] for c in inspect(engine).get_columns(name)} | ({"rowid"} if name == "search" else set())
        assert there == set(kept.columns), name
    engine.dispose()


def test_every_table_has_an_end_and_what_is_a_shoppers_leads_to_what_is_erased() -> None:
    for name, kept in REGISTER.tables.items():
        assert kept.to[0] or kept.ends or kept.setting, f"{name}: say what takes its rows away"
        assert not kept.setting or kept.setting in Settings.model_fields, name
        shoppers = [
            c for c, holds in kept.columns.items() if holds.whose is Whose.SHOPPER and holds.kind is Kind.PERSONAL
        ]
        root = REGISTER.line(name)[-1]
        assert not shoppers or root in ("conversation", "desk_ticket"), f"{name}: an erasure does not reach {shoppers}"
        for column, holds in kept.columns.items():
            if holds.kind is Kind.PERSONAL and holds.whose is Whose.SHOPPER:
                assert holds.viewer is not Viewer.SHOWN, f"{name}.{column}: a viewer would see it"
            if holds.kind is Kind.SECRET:
                assert holds.viewer is Viewer.HIDDEN and not holds.exported, f"{name}.{column}"


def test_what_leads_upwards_is_what_the_foreign_keys_say() -> None:
    for table in metadata.tables.values():
        kept = REGISTER.table(table.name)
        cascading = [k for k in table.foreign_keys if k.ondelete == "CASCADE"]
        for key in cascading:
            root = REGISTER.line(key.column.table.name)[-1]
            assert root in REGISTER.line(table.name) or table.name == "sample_item", (
                f"{table.name} goes with {root} unsaid"
            )
        if kept.to[0] in metadata.tables:
            assert table.c[kept.by].references(metadata.tables[kept.to[0]].c[kept.to[1]]), table.name


async def test_every_personal_column_is_exported_and_erased(database_url: str) -> None:
    """A mark in each column that is a shopper's: the export has every one, the erasure leaves none; nothing is listed
    here."""
    store = await _migrated(database_url)
    await store.transact(fill)
    marked = await store.transact(_mark_everything)
    assert {"turn.text", "rating.comment", "attempt.detail", "notice.text", "desk_note.text", "correction.name"} <= set(
        marked
    )

    exported = await store.look(
        lambda c: [read_rows(c, root, table_of(root).c.id.is_not(None)) for root in ("conversation", "desk_ticket")]
    )
    told = orjson.dumps(exported).decode()
    for place, mark in marked.items():
        table, _, column = place.partition(".")
        assert (mark in told) == (REGISTER.column(table, column).exported and not REGISTER.table(table).cache), place

    await store.transact(
        lambda c: [erasure.erase_conversation(c, id) for id in list(c.scalars(text("SELECT id FROM conversation")))]
    )
    await store.transact(lambda c: erasure.delete_rows(c, "desk_ticket", table_of("desk_ticket").c.id.is_not(None)))
    left = await store.look(_all_cells)
    await store.close()
    assert [place for place, mark in marked.items() if mark in left] == []


def _mark_everything(connection: Connection) -> dict[str, str]:
    marked = {}
    for name in (*REGISTER.with_root("conversation"), *REGISTER.with_root("desk_ticket")):
        for column, holds in REGISTER.table(name).columns.items():
            if holds.whose is not Whose.SHOPPER or holds.kind is Kind.FACT or name == "search":
                continue
            mark = f"{MARK}{len(marked)}x"
            value = f'{{"{mark}": "{mark}"}}' if holds.json else mark
            assert connection.execute(update(table_of(name)).values({column: value})).rowcount, (
                f"tests/bot/store/filled.py leaves {name} empty"
            )
            marked[f"{name}.{column}"] = mark
    return marked


def _all_cells(connection: Connection) -> str:
    return "\n".join(str(tuple(row)) for name in metadata.tables for row in connection.execute(select(table_of(name))))


@pytest.mark.parametrize("name", sorted(REGISTER.tables))
def test_a_viewer_sees_no_mark_in_any_row(name: str) -> None:
    for column, holds in REGISTER.table(name).columns.items():
        words = "Zora Quill, zora@quill.example, +47 911 22 334 445"
        row = {column: orjson.dumps({"x": [{"y": words}]}).decode() if holds.json else words}
        seen = str(row_as_seen(name, row, ["Zora Quill"])[column])
        if holds.kind is not Kind.FACT and holds.whose is Whose.SHOPPER:
            assert not re.search("zora|quill|911 22", seen, re.IGNORECASE), f"{name}.{column}"
        if holds.kind is Kind.SECRET:
            assert seen == ""


def test_facts_and_what_is_json_within_stay_readable() -> None:
    row: dict[str, Any] = {
        "status": "filed",
        "reference": "AO-1234567-1",
        "payload": '{"name": "Zora", "envelope": {"reference": "AO-1234567-1"}}',
    }
    seen = row_as_seen("outbox", row, ["Zora"])
    assert seen["reference"] == "AO-1234567-1" and orjson.loads(seen["payload"]) == {
        "name": "[name]",
        "envelope": {"reference": "AO-1234567-1"},
    }


def test_a_column_without_a_word_stops_whoever_would_show_it() -> None:
    with pytest.raises(Undeclared, match="shoe_size"):
        row_as_seen("rating", {"shoe_size": "41"}, ())
    with pytest.raises(Undeclared, match="diary"):
        Register({"other": Kept(what="", columns={})}).column("diary", "words")


async def test_a_backup_holds_all_but_what_is_of_the_moment(tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/x.db")
    store = await _migrated(settings.database_url)
    await store.transact(fill)
    backup(settings, tmp_path / "saved.db")
    await store.close()
    engine = create_engine(f"sqlite:///{tmp_path}/saved.db")
    with engine.connect() as connection:
        held = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in REGISTER.tables}
    engine.dispose()
    assert (
        {name for name, rows in held.items() if not rows}
        == set(REGISTER.left_out_of_backups())
        == {"session", "lease", "one_time"}
    )


def test_the_documented_table_is_the_declared_one() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    found = re.search(r"<!-- kept: begin -->\n(.*?)\n<!-- kept: end -->", page, re.S)
    assert found and found[1] == REGISTER.as_markdown(), (
        "run: askonce kept, and put what it prints into docs/security.md"
    )
