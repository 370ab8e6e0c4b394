"""Every row of a SQLite file in a new PostgreSQL database, in one transaction."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, func, insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from bot.store.database import Store
from bot.store.declarations import REGISTER
from bot.store.searched_words import insert_words

_ROWS = 1000
#: The full-text search, which is no table like the others.
_SEARCH = "search"
#: What a database has that served nobody yet: it gives way to what is moved.
_OF_A_NEW_ONE = frozenset(("access", "admin_token", "lease", "log_key", "own_key", "sign_in_try", "spent_token"))


class CannotMove(Exception):
    """Why nothing was moved, in one line that says what to do."""


async def filled(store: Store, copy: pathlib.Path, *, told: Callable[[str], None]) -> dict[str, int]:
    """Every row of `copy`, which is of this very version, in the empty database of `store`: how many by table. `told`
    hears of progress. Raises `CannotMove`; the database holds nothing of it then."""
    try:
        async with store.engine.begin() as connection:
            return await connection.run_sync(_fill, copy, told)
    except DBAPIError as error:
        raise _refused("it", error) from error


def _refused(what: str, error: DBAPIError) -> CannotMove:
    """The kind of a refusal, and not its text, which may quote a shopper."""
    kind = type(getattr(error.orig, "__cause__", None) or error.orig).__name__
    return CannotMove(f"the new database did not take {what} ({kind}), and holds nothing of it")


def _fill(connection: Connection, copy: pathlib.Path, told: Callable[[str], None]) -> dict[str, int]:
    """In one transaction: rows by table. Tables are taken as they are in the database, without what masks words on
    their way in: what is moved stays to the letter."""
    old = create_engine(f"sqlite:///{copy}")
    try:
        with old.connect() as reading:
            there, here = MetaData(), MetaData()
            there.reflect(reading)
            here.reflect(connection)
            tables = [table for table in here.sorted_tables if table.name not in ("alembic_version", _SEARCH)]
            _make_room(connection, tables)
            left = set(REGISTER.left_out_of_backups())
            moved = {
                table.name: _rows(reading, connection, there.tables[table.name], table, told)
                for table in tables
                if table.name not in left
            }
            return moved | {_SEARCH: _words(reading, connection)}
    finally:
        old.dispose()


def _make_room(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        if table.name not in _OF_A_NEW_ONE and connection.scalar(select(func.count()).select_from(table)):
            raise CannotMove(
                f"the new database holds something already (in its table “{table.name}”); make an empty one: "
                "createdb -O user name"
            )
    for table in reversed(tables):
        connection.execute(table.delete())
    connection.execute(text("DELETE FROM search"))


def _rows(reading: Connection, connection: Connection, old: Table, new: Table, told: Callable[[str], None]) -> int:
    """The rows of one table; how many. Its next number comes after theirs."""
    done, wanted = 0, reading.scalar(select(func.count()).select_from(old)) or 0
    order = list(old.primary_key.columns) or list(old.columns)
    result = reading.execution_options(yield_per=_ROWS).execute(select(old).order_by(*order))
    for part in result.mappings().partitions(_ROWS):
        try:
            connection.execute(insert(new), [dict(row) for row in part])
        except DBAPIError as error:
            raise _refused(f"the rows of “{new.name}” from {done + 1:,} on", error) from error
        done += len(part)
        if wanted > 5 * _ROWS:
            told(f"{new.name}: {done:,} of {wanted:,} rows")
    _count_on(connection, new)
    arrived = connection.scalar(select(func.count()).select_from(new))
    if arrived != wanted:
        raise CannotMove(f"of {wanted:,} rows of “{new.name}” {arrived} arrived; nothing was kept")
    return done


def _words(reading: Connection, connection: Connection) -> int:
    """What conversations are found by, which either database keeps in its own way; of how many."""
    statement, done = insert_words(connection.dialect.name), 0
    result = reading.execute(text("SELECT rowid AS id, words, masked AS hidden FROM search"))
    for part in result.mappings().partitions(_ROWS):
        connection.execute(statement, [dict(row) for row in part])
        done += len(part)
    return done


def _count_on(connection: Connection, table: Table) -> None:
    """Numbers that the database draws go on where the old one's ended."""
    for column in table.primary_key.columns:
        names: dict[str, Any] = {"table": table.name, "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})
