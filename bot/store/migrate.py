"""Brings a database to the newest form: one Alembic history for SQLite and PostgreSQL. Run by `serve` itself.

While a new version starts, replicas of the version before are at work. So a migration only ever adds (tables, columns
that may be empty, indexes): the old version knows nothing of that and goes on. What is no longer used is taken away by
a later release, when nobody knows it any more (`docs/operations.md`; `tests/bot/store/test_migrations.py` holds every
migration to it). On PostgreSQL a migration gives up a lock that it cannot have within seconds and tries again: a queue
behind it would stop every shopper.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pathlib
import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store.private import keep_private, make_private

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger("askonce.store")
_HERE = pathlib.Path(__file__).parent
_LOCK = zlib.crc32(b"askonce migration")
_LOCK_TIMEOUT = "55P03"
_TRIES = 15


class MigrationError(Exception):
    """The database cannot be opened or changed; the message says what to do."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(_HERE / "migrations"))
    found.attributes["connection"] = connection
    return found


def newest() -> str:
    """The newest revision: the versions' file names begin with it and sort by it."""
    return max(path.name for path in (_HERE / "migrations" / "versions").glob("[0-9]*.py")).split("_")[0]


def _version(connection: Connection) -> str | None:
    """The revision that the database has; None where it has none. Asked first, because loading Alembic costs a start a
    quarter of a second."""
    try:
        with connection.begin_nested():
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except DBAPIError:
        return None


def _upgrade(connection: Connection) -> None:
    """A database of a newer version is served as it is: migrations only add, so whoever goes back loses nothing."""
    version = _version(connection)
    if version is not None and version > newest():
        log.warning(
            "the database is of a newer version (%s) than this Askonce (%s), which serves it as it is",
            version,
            newest(),
        )
    elif version != newest():
        from alembic import command

        command.upgrade(config(connection), "head")


def migrate(url: str) -> None:
    """Upgrade the database at `url`, creating it where it is a SQLite file. Replicas that start together take turns."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if parts.database and parts.database != ":memory:":
            folder = pathlib.Path(parts.database).parent
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise MigrationError(
                    f"cannot create the folder {folder}: {error.strerror}; set ASKONCE_DATABASE_URL"
                ) from error
            with contextlib.suppress(OSError):  # a file that cannot be made is told of below, in words
                make_private(pathlib.Path(parts.database))
            keep_private(pathlib.Path(parts.database))
        _upgrade_sqlite(parts)
    else:
        asyncio.run(_upgrade_postgresql(url))


def _upgrade_sqlite(parts: Any) -> None:
    engine = create_engine(parts.set(drivername="sqlite"), connect_args={"timeout": 30})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.commit()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection)
            connection.commit()
    except OperationalError as error:
        reason = str(error.orig)
        raise MigrationError(
            f"cannot write the database {parts.database}: {reason}; check that the folder is writable, or set "
            f"ASKONCE_DATABASE_URL"
        ) from error
    finally:
        engine.dispose()


async def _upgrade_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url)
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        for left in reversed(range(_TRIES)):
            try:
                async with engine.begin() as connection:
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                    await connection.execute(text("SET LOCAL lock_timeout = '3s'"))
                    await connection.run_sync(_upgrade)
                return
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") != _LOCK_TIMEOUT or not left:
                    raise
            await asyncio.sleep(2)
    except TypeError as error:
        raise MigrationError(
            f"cannot use an option of the address {shown} ({error}); check ASKONCE_DATABASE_URL"
        ) from error
    except OSError as error:
        raise MigrationError(f"cannot reach the database {shown}: {error}; check ASKONCE_DATABASE_URL") from error
    except DBAPIError as error:
        reason = str(error.orig).split(": ", 1)[-1].splitlines()[0]
        raise MigrationError(f"cannot prepare the database {shown}: {reason}") from error
    finally:
        await engine.dispose()
