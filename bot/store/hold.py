"""One server for one SQLite database: a second would not hear what the first one stores, and its shoppers would miss
words. Held by a lock on a file beside the database, which ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from typing import IO

from bot.store.private import make_private
from bot.store.transactions import sqlite_file


class Held(Exception):
    """Another process serves from this database; one line that says which and what to do."""


def hold(url: str) -> IO[str] | None:
    """Keep others from serving the SQLite database at `url` for as long as the result is open; None where `url` is no
    file of SQLite's. Raises `Held`."""
    file = sqlite_file(url)
    if file is None:
        return None
    beside = file.with_name(file.name + ".serving")
    make_private(beside)
    held = beside.open("r+", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        who = held.read(20).strip()
        held.close()
        raise Held(
            f"another process{f' ({who})' if who else ''} serves from {file}; end it, or give each its own "
            "ASKONCE_DATABASE_URL. Several servers of one chat need PostgreSQL; on SQLite use ASKONCE_WORKERS"
        ) from error
    held.truncate()
    held.write(str(os.getpid()))
    held.flush()
    return held
