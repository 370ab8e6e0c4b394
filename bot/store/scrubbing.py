"""What was erased must not stay in the pages of the file: `scrub` overwrites it.

SQLite zeroes what is deleted (`PRAGMA secure_delete`, set on every connection of ours), but in two places the past
stays: the write-ahead log holds pages as they were, and the full-text search keeps the words of deleted rows until its
segments are merged. `scrub` merges them in short steps, between which others write, and then moves the log into the
file and empties it. On PostgreSQL nothing is done: its VACUUM frees what was deleted and its own log is the
administrator's (docs/security.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import pathlib
import secrets
import sqlite3
import time

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.store.database import Store, Unavailable
from bot.store.tables import lease

log = logging.getLogger("askonce.scrubbing")
#: Pages of the search that one step writes: some milliseconds for which others wait.
_STEP = 50
_WAIT = 1.0
#: The row of `lease` that says so; nobody holds it.
_DUE = "overwriting is due"
#: After overwriting, rest this many times as long as it took: whoever erases all the time does not keep the disk busy.
_REST = 9


def _merge(connection: Connection) -> bool:
    """One step towards a search of a single segment, in which no deleted word is; False once it is one."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    before = driver.total_changes
    connection.exec_driver_sql("INSERT INTO search(search, rank) VALUES ('merge', ?)", (-_STEP,))
    return driver.total_changes - before > 1


def _empty_log(path: pathlib.Path) -> bool:
    connection = sqlite3.connect(path, timeout=_WAIT)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        connection.close()


def note_erasure(connection: Connection) -> None:
    """In the transaction that erases: there is something to overwrite, should this process end before it has."""
    connection.execute(delete(lease).where(lease.c.name == _DUE))
    connection.execute(insert(lease).values(name=_DUE, owner=secrets.token_hex(8), until=0.0))


async def _due(store: Store) -> str | None:
    """The mark of the latest erasure that nobody has overwritten yet."""
    async with store.read() as connection:
        found: str | None = await connection.scalar(select(lease.c.owner).where(lease.c.name == _DUE))
        return found


def _done(connection: Connection, mark: str | None) -> None:
    """Unless something has been erased since."""
    connection.execute(delete(lease).where(lease.c.name == _DUE, lease.c.owner == mark))


async def scrub(store: Store, *, tries: int = 10) -> bool:
    """Overwrite what has been erased so far; False where somebody read for so long that the write-ahead log could not
    be emptied: try again. One at a time, and what several asked for is done once. Raises `Unavailable`."""
    if store.file is None:
        return True
    wanted = store.erasures
    async with store.scrubbing:
        if store.scrubbed >= wanted:
            return True
        upto, mark = store.erasures, await _due(store)
        while await store.transact(_merge):
            await asyncio.sleep(0)
        for _ in range(tries):
            try:
                if await asyncio.to_thread(_empty_log, store.file):
                    store.scrubbed = upto
                    await store.transact(functools.partial(_done, mark=mark))
                    return True
            except sqlite3.Error as error:
                raise Unavailable(type(error).__name__) from error
            await asyncio.sleep(0.1)
    log.warning("what was erased is still in the write-ahead log: somebody has been reading for long")
    return False


async def keep_scrubbed(store: Store, every: float = 0.5) -> None:
    """Overwrite, within moments, what this process erases, and at its start what one before it had not come to. Until
    cancelled."""
    rest = every
    with contextlib.suppress(Unavailable):
        store.erasures += await _due(store) is not None
    while True:
        await asyncio.sleep(rest)
        rest = every
        if store.erasures > store.scrubbed:
            began = time.perf_counter()
            with contextlib.suppress(Unavailable):
                await scrub(store)
            rest = max(every, _REST * (time.perf_counter() - began))
