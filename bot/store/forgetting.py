"""Rows that go together, taken away or handed out as the declarations say. All functions take a connection and begin
nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, UniqueConstraint, delete, select, update
from sqlalchemy.engine import Connection

from bot.store import console_tables
from bot.store.declarations import REGISTER
from bot.store.declared import Whose
from bot.store.tables import metadata

_AT_ONCE = 500


def table_of(name: str) -> Table:
    """A declared table, also the search, which stands in no metadata."""
    return console_tables.search if name == console_tables.search.name else metadata.tables[name]


def _below(name: str, which: ColumnElement[bool]) -> list[tuple[str, ColumnElement[bool]]]:
    """Each table whose rows go with the rows `which` of table `name`, with the condition that finds them."""
    table = table_of(name)
    found: list[tuple[str, ColumnElement[bool]]] = []
    for child in REGISTER.children(name):
        kept = REGISTER.table(child)
        above = select(table.c[kept.to[1]]).where(which)
        found.append((child, table_of(child).c[kept.by].in_(above)))
    return found


def delete_rows(connection: Connection, name: str, which: ColumnElement[bool]) -> int:
    """Delete rows with all that goes with them, the lowest first; how many of `name` itself that were."""
    for child, condition in _below(name, which):
        delete_rows(connection, child, condition)
    return int(connection.execute(delete(table_of(name)).where(which)).rowcount)


def read_rows(connection: Connection, name: str, which: ColumnElement[bool]) -> dict[str, list[dict[str, Any]]]:
    """What a person gets of these rows and of all that goes with them, by table: every column that is theirs and no
    secret. What is only made from other tables is left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    kept, table = REGISTER.table(name), table_of(name)
    columns = [table.c[column] for column, holds in kept.columns.items() if holds.exported]
    if columns and not kept.cache:
        rows = connection.execute(select(*columns).where(which).order_by(*table.primary_key.columns))
        if given := [_given(name, row._mapping) for row in rows]:
            found[str(name)] = given
    for child, condition in _below(name, which):
        found |= read_rows(connection, child, condition)
    return found


def _given(name: str, row: Any) -> dict[str, Any]:
    columns = REGISTER.table(name).columns
    return {str(k): orjson.loads(v) if columns[k].json and v is not None else v for k, v in row.items()}


def rewrite_typed(connection: Connection, change: Callable[[str], str], *, colleagues: bool) -> dict[str, int]:
    """Put `change` over whatever colleagues typed, in every row; how many rows of each table changed. `colleagues`:
    over their own names and addresses as well."""
    return {
        name: _rewrite(
            connection, table_of(name), [c for c in columns if colleagues or not _names_colleague(name, c)], change
        )
        for name, columns in REGISTER.typed().items()
    }


def _names_colleague(table: str, column: str) -> bool:
    return REGISTER.column(table, column).whose is Whose.COLLEAGUE


def _rewrite(connection: Connection, table: Table, columns: list[str], change: Callable[[str], str]) -> int:
    keys = list(table.primary_key.columns)
    unique = {c.name for u in table.constraints if isinstance(u, UniqueConstraint) for c in u.columns}
    changed = 0
    rows = connection.execute(select(*keys, *(table.c[c] for c in columns))).yield_per(_AT_ONCE)
    due: list[tuple[list[Any], dict[str, str]]] = []
    for row in rows:
        new = {c: after for c in columns if (before := row._mapping[c]) and (after := change(before)) != before}
        if new:
            place = [row._mapping[k.name] for k in keys]
            # Two names that differed by what was taken out would be one.
            due.append((place, {c: f"{v} {place[0]}" if c in unique else v for c, v in new.items()}))
    for place, new in due:
        here = [k == value for k, value in zip(keys, place, strict=True)]
        changed += connection.execute(update(table).where(*here).values(**new)).rowcount
    return changed
