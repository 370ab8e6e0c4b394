"""What SQLite and PostgreSQL both can, and SQLAlchemy offers for each of them alone."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`: of two writers at once none fails."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
