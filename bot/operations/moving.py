"""`askonce move`: everything from a SQLite file into a new PostgreSQL database, all of it or nothing.

The file is read as a copy that is brought up to date first, so it stays as it is. What is of the moment only
(sessions) is left behind, as in backups. Keys, references and numbers stay what they were: couriers go on with what was
queued, and the tokens in shoppers' browsers open their chats.
"""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import sqlite3
import tempfile
from collections.abc import Iterator

from bot.operations.progress import tell
from bot.settings import Settings, SettingsError
from bot.store.alone import AnotherServer, kept_from_servers
from bot.store.files.chosen import contents_of
from bot.store.files.folder import Folder
from bot.store.migrate import migrate
from bot.store.moved import CannotMove, filled
from bot.store.opened import opened
from bot.store.private import make_private


class MoveError(SettingsError):
    """What cannot be moved, in one line that says what to do."""


async def move(settings: Settings, source: pathlib.Path) -> dict[str, int]:
    """Everything in `source` into the configured PostgreSQL database: rows by table, and `files`, the contents that
    were copied to where files are kept now. Raises `MoveError`; the database is empty then, as it was."""
    if settings.sqlite:
        raise MoveError(
            "ASKONCE_DATABASE_URL names no PostgreSQL database: set it to the new one, "
            "postgresql://user:password@host/name, and name the old file: askonce move var/askonce.db"
        )
    if not source.is_file():
        raise MoveError(f"there is no file {source}; name the SQLite file whose server you stopped")
    with _nobody_serves(source), tempfile.TemporaryDirectory(prefix="askonce-move-") as folder:
        copy = pathlib.Path(folder) / "copy.db"
        await asyncio.to_thread(_copied, source, copy)
        async with opened(settings, timeout=600.0) as store:
            try:
                moved = await filled(store, copy, told=tell)
            except CannotMove as error:
                raise MoveError(str(error)) from error
        files = await asyncio.to_thread(_files, settings, source, copy)
    return moved | {"files": files}


@contextlib.contextmanager
def _nobody_serves(source: pathlib.Path) -> Iterator[None]:
    try:
        with kept_from_servers(source):
            yield
    except AnotherServer as error:
        raise MoveError(f"{error}: stop it first, what shoppers say meanwhile would be lost") from error
    except OSError as error:
        raise MoveError(f"cannot write beside {source}: {error.strerror}; copy it to a folder of your own") from error


def _copied(source: pathlib.Path, copy: pathlib.Path) -> None:
    """The file as this version has it."""
    make_private(copy)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
            if not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                raise MoveError(f"{source} is no database of Askonce")
    except sqlite3.DatabaseError as error:
        raise MoveError(f"{source} cannot be read: {error}; restore a backup of it first") from error
    migrate(f"sqlite:///{copy}")


def _files(settings: Settings, source: pathlib.Path, copy: pathlib.Path) -> int:
    """Contents that rows name and that are not where files are kept now, from beside the old file; how many came."""
    with contextlib.closing(sqlite3.connect(copy)) as old:
        named = {
            hash for row in old.execute("SELECT content, thumbnail FROM attachment") for hash in row if hash is not None
        }
    target, beside = contents_of(settings), Folder(source.parent / "files")
    came = 0
    for hash in sorted(named):
        if not target.holds(hash) and beside.holds(hash):
            target.put(beside.read(hash))
            came += 1
    if missing := sum(not target.holds(hash) for hash in named):
        tell(f"{missing:,} files are neither at {target.place} nor at {beside.path}: `askonce doctor` names them")
    return came
