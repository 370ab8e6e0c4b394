"""A row in every table, written as plain as can be: for tests that go through all of them by what is declared."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.store.declarations import REGISTER
from bot.store.forgetting import table_of
from bot.store.searched_words import insert_words

AT = "2026-11-01T10:00:00.000Z"
#: Columns whose value another table knows, or that must be of a certain kind.
_GIVEN = {
    "conversation": "c1", "key": "c1:1:0", "account": 1, "summary": 1, "sample": 1, "ticket": 1, "id": 1, "seq": 1,
    "number": 1, "status": "filed", "state": "{}", "payload": "{}", "events": "[]", "rows": "[]", "reasons": "[]",
}  # fmt: skip
_ORDER = ("conversation", "account", "summary", "sample", "outbox", "desk_ticket")


def fill(connection: Connection) -> None:
    """One row in each declared table that the code knows."""
    names = [n for n in REGISTER.tables if n not in ("search", "alembic_version")]
    for name in sorted(names, key=lambda n: (_ORDER.index(n) if n in _ORDER else len(_ORDER), n)):
        row = {}
        for column in table_of(name).columns:
            kind = column.type.python_type
            moment = kind is str and (column.name == "at" or column.name.endswith("_at"))
            value = _GIVEN.get(column.name, AT if moment else kind(1))
            row[column.name] = kind(value) if not isinstance(value, kind) else value
        if name == "conversation":
            row["id"] = "c1"
        if name == "turn":
            row |= {"asks": "[]", "sources": "[]", "choices": "[]", "ticket": "null"}
        connection.execute(insert(table_of(name)).values(**row))
    connection.execute(insert_words(connection.dialect.name), {"id": 1, "words": "lamp", "hidden": "lamp"})
