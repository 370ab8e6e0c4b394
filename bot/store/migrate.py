"""Brings a database to the newest form: one Alembic history for SQLite and PostgreSQL. Run by `serve` itself."""

from __future__ import annotations

import pathlib
import zlib
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError

_HERE = pathlib.Path(__file__).parent
_LOCK = zlib.crc32(b"askonce migration")


class MigrationError(Exception):
    """The database cannot be opened or changed; the message says what to do."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    found = Config()
    found.set_main_option("script_location", str(_HERE / "migrations"))
    found.attributes["connection"] = connection
    return found


def migrate(url: str) -> None:
    """Upgrade the database at `url`, creating it where it is a SQLite file. Replicas that start together take turns."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if parts.database and parts.database != ":memory:":
            folder = pathlib.Path(parts.database).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise MigrationError(
                    f"cannot create the folder {folder}: {error.strerror}; set ASKONCE_DATABASE_URL"
                ) from error
        _upgrade_sqlite(parts)
    else:
        import asyncio

        asyncio.run(_upgrade_postgresql(url))


def _upgrade_sqlite(parts: Any) -> None:
    engine = create_engine(parts.set(drivername="sqlite"), connect_args={"timeout": 30})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.commit()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            command.upgrade(config(connection), "head")
            connection.commit()
    except OperationalError as error:
        reason = str(error.orig)
        raise MigrationError(
            f"cannot write the database {parts.database}: {reason}; check that the folder is writable, or set ASKONCE_DATABASE_URL"
        ) from error
    finally:
        engine.dispose()


async def _upgrade_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
    except OSError as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise MigrationError(f"cannot reach the database {shown}: {error}; check ASKONCE_DATABASE_URL") from error
    finally:
        await engine.dispose()
