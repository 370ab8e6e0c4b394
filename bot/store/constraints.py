"""Which constraint a write broke. Only the database's own names are read, never its words: those hold what was to be
stored."""

from __future__ import annotations

import functools
import re

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from bot.store import console_tables  # noqa: F401 - its tables are part of the metadata
from bot.store.tables import metadata

_SQLITE = re.compile(r"UNIQUE constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)$")

#: What means that another writer was first with a conversation's next happening: its number, its turn, its shopper's
#: message.
FIRST = frozenset({"happening(conversation, number)", "turn(conversation, seq)", "turn(conversation, client_id)"})


@functools.cache
def _by_name() -> dict[str, str]:
    """Unique constraints by the names that PostgreSQL knows them by: ours, and those it gives where none was given."""
    found: dict[str, str] = {}
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
                columns = [c.name for c in constraint.columns]
                shown = f"{table.name}({', '.join(columns)})"
                primary = isinstance(constraint, PrimaryKeyConstraint)
                given = [f"{table.name}_pkey"] if primary else [f"{table.name}_{'_'.join(columns)}_key"]
                for name in (str(constraint.name or ""), *given):
                    found[name] = shown
    return found


def broken(error: IntegrityError) -> str:
    """`table(column, column)` of the unique constraint that was broken; else the kind of constraint in a word or
    two."""
    orig = error.orig
    if match := _SQLITE.search(str(orig)):
        names = match.group(1).split(", ")
        return f"{names[0].partition('.')[0]}({', '.join(name.partition('.')[2] for name in names)})"
    if (kind := getattr(orig, "sqlite_errorname", None)) is not None:
        return str(kind).removeprefix("SQLITE_CONSTRAINT_").lower()
    cause = getattr(orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None) or ""
    return _by_name().get(name, name or type(cause or orig).__name__)
