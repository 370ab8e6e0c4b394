"""`askonce backup` and `askonce restore`: one file that holds everything, made while the bot runs.

SQLite copies itself page by page (its own backup API), PostgreSQL's tools do the rest. A file is written beside its
name and renamed when it is whole. After a restore nobody knows which tickets reached the helpdesk since the backup:
those not filed in it are marked as in doubt, so that couriers look in the helpdesk before they create one again (R8).
They keep their keys, and find themselves; tickets of the time after the restore have keys that no ticket had before
(`bot.chat.drawn.new_mark`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.engine import Connection, make_url

from bot.operations.backup_files import Damaged, add_files, database_in, restore_files
from bot.operations.progress import tell
from bot.settings import Settings, SettingsError
from bot.store.alone import AnotherServer, kept_from_servers
from bot.store.database import Store, Unavailable
from bot.store.declarations import REGISTER
from bot.store.files.chosen import contents_of
from bot.store.lease import ARCHIVIST, holder
from bot.store.lives import is_dead, life
from bot.store.migrate import newest
from bot.store.opened import opened
from bot.store.private import make_private
from bot.store.tables import conversation, lease, outbox, turn

_SQLITE = b"SQLite format 3\x00"
_POSTGRESQL = b"PGDMP"


class BackupError(SettingsError):
    """A backup that cannot be made or used, in one line that says what to do."""


def _database_file(settings: Settings) -> pathlib.Path:
    return pathlib.Path(make_url(settings.database_url).database or "")


def backup(settings: Settings, target: pathlib.Path, *, force: bool = False) -> int:
    """Write everything into `target`; the file's size in bytes. Raises `BackupError`."""
    if target.exists() and not force:
        raise BackupError(f"{target} is there already; name another file, or add --force to replace it")
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # it holds what shoppers said: for its owner's eyes only
        if settings.sqlite:
            _copy_sqlite(_database_file(settings), partial)
        else:
            left_out = [f"--exclude-table-data={name}" for name in REGISTER.left_out_of_backups()]
            _tool(
                "pg_dump", settings, "--format=custom", "--no-owner", "--no-privileges", *left_out, f"--file={partial}"
            )
        add_files(partial, contents_of(settings))
        partial.replace(target)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}; choose another folder") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return target.stat().st_size


async def restore(settings: Settings, source: pathlib.Path, *, replace: bool = False) -> dict[str, int]:
    """Bring back what `source` holds: how many conversations, turns and files that is, and tickets to be looked for.
    Raises `BackupError`, also while a bot is at work on the database."""
    try:
        with database_in(source, settings.files_folder) as copy:
            done = await _restore(settings, copy, source, replace=replace)
        return done | {"files": await asyncio.to_thread(restore_files, source, contents_of(settings))}
    except Damaged as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"cannot read {source}: {error.strerror}") from error


async def _restore(settings: Settings, copy: pathlib.Path, source: pathlib.Path, *, replace: bool) -> dict[str, int]:
    """The database of a backup, whose copy it is; `source` is what it is called."""
    with copy.open("rb") as file:
        head = file.read(16)
    made_by = "SQLite" if head.startswith(_SQLITE) else "PostgreSQL" if head.startswith(_POSTGRESQL) else ""
    wanted = "SQLite" if settings.sqlite else "PostgreSQL"
    if made_by != wanted:
        what = f"is a backup of {made_by}" if made_by else "is no backup of Askonce"
        raise BackupError(f"{source} {what}, and ASKONCE_DATABASE_URL names a {wanted} database")
    there = not settings.sqlite or _database_file(settings).exists()
    if there:
        await _nobody_at_work(settings)
    if there and not replace and await _occupied(settings):
        raise BackupError(
            "the database holds conversations already; add --replace to lose them for those of the backup"
        )
    if settings.sqlite:
        with _nobody_starts(_database_file(settings)):
            _restore_sqlite(copy, source, _database_file(settings))
    else:
        _tool(
            "pg_restore",
            settings,
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
            str(copy),
        )
    async with opened(settings) as store:
        return await _settle(store)


@contextlib.contextmanager
def _nobody_starts(file: pathlib.Path) -> Iterator[None]:
    """No server of this file is there, also none that has no lease yet, and none begins meanwhile."""
    with contextlib.ExitStack() as held:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            held.enter_context(kept_from_servers(file))
        except AnotherServer as error:
            raise BackupError(f"{error}; stop every bot, then restore") from error
        except OSError:
            pass  # nothing can be written there, which whoever writes is told
        yield


async def _nobody_at_work(settings: Settings) -> None:
    """A bot that goes on would write into what is being replaced. One that was killed leaves its lease behind: it is
    known to be dead where it was a process of this machine's present run, and elsewhere by not renewing the lease. In a
    damaged database nobody is."""
    try:
        async with opened(settings, migrating=False) as store:
            if not await _has(store, "lease"):
                return
            first = held = await holder(store, ARCHIVIST, time.time())
            if first and life(first[0]) == "unknown":
                tell("A bot held this database a moment ago; waiting to see whether it still does …")
                while held and held[1] <= first[1]:
                    await asyncio.sleep(1)
                    held = await holder(store, ARCHIVIST, time.time())
            if held and not is_dead(held[0]):
                raise BackupError(f"a bot is at work on this database ({held[0]}); stop every bot, then restore")
    except Unavailable:
        if not settings.sqlite:
            raise


async def _has(store: Store, table: str) -> bool:
    async with store.read() as connection:
        return await connection.run_sync(lambda sync: sync.dialect.has_table(sync, table))


async def _occupied(settings: Settings) -> bool:
    try:
        async with opened(settings, migrating=False) as store:
            if not await _has(store, "conversation"):
                return False
            async with store.read() as connection:
                return bool(await connection.scalar(select(conversation.c.id).limit(1)))
    except Unavailable as error:
        if not settings.sqlite:
            raise
        raise BackupError("the database there cannot be read; add --replace to put the backup in its place") from error


async def _settle(store: Store) -> dict[str, int]:
    """Mark as in doubt what may have reached the helpdesk since the backup was made (R8); what there is, counted."""
    waiting, refused = outbox.c.status.in_(("queued", "sending")), outbox.c.status == "refused"

    def doubt(connection: Connection) -> int:
        # At least one look before creating; whoever had looked once already begins anew. What was refused then may have
        # been delivered since, and an operator may send it out again.
        found = connection.execute(update(outbox).where(waiting).values(status="queued", ambiguous=1, lease_until=0.0))
        connection.execute(update(outbox).where(refused).values(ambiguous=1))
        connection.execute(update(lease).values(until=0.0))  # held by whoever was at work when the backup was made
        return int(found.rowcount)

    doubted = await store.transact(doubt)
    async with store.read() as connection:
        conversations = await connection.scalar(select(func.count()).select_from(conversation))
        turns = await connection.scalar(select(func.count()).select_from(turn))
    return {"conversations": int(conversations or 0), "turns": int(turns or 0), "doubted": doubted}


# ---------------------------------------------------------------- SQLite


def _copy_sqlite(source: pathlib.Path, target: pathlib.Path) -> None:
    if not source.exists():
        raise BackupError(f"there is no database at {source}; check ASKONCE_DATABASE_URL")
    try:
        with contextlib.closing(sqlite3.connect(source)) as live, contextlib.closing(sqlite3.connect(target)) as copy:
            with _progress("Copying the database") as step:
                live.backup(copy, pages=2000, progress=lambda status, left, total: step(total - left, total))
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            _check_sqlite(copy, target)
            _leave_out(copy)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"the database {source} could not be copied: {error}") from error


def _leave_out(copy: sqlite3.Connection) -> None:
    """What is of the moment only is in no backup: whoever signs out is not signed in again by a restore."""
    copy.execute("PRAGMA secure_delete=ON")
    there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in there.intersection(REGISTER.left_out_of_backups()):
        copy.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of our own
    copy.commit()


def _restore_sqlite(copy: pathlib.Path, source: pathlib.Path, target: pathlib.Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as saved:
            _check_sqlite(saved, source)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = target.with_name(f".{target.name}.restoring")
            partial.unlink(missing_ok=True)
            make_private(partial)
            with contextlib.closing(sqlite3.connect(partial)) as fresh, _progress("Restoring the database") as step:
                saved.backup(fresh, pages=2000, progress=lambda status, left, total: step(total - left, total))
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} cannot be restored: {error}") from error
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    partial.replace(target)


def _check_sqlite(connection: sqlite3.Connection, named: pathlib.Path) -> None:
    """Raises `BackupError` where a file is damaged, or no database of ours, or of a newer version."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupError(f"{named} is damaged ({found}); use an earlier backup")
    try:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except (sqlite3.DatabaseError, TypeError):
        raise BackupError(f"{named} is no database of Askonce") from None
    if version > newest():
        raise BackupError(f"{named} was made by a newer version of Askonce ({version}); install that version first")


@contextlib.contextmanager
def _progress(what: str) -> Iterator[Any]:
    told = -1

    def step(done: int, total: int) -> None:
        nonlocal told
        share = 10 * done // max(1, total)
        if share != told and total > 20_000:  # smaller ones take no time
            told = share
            tell(f"{what}: {share * 10} %")

    yield step


# ---------------------------------------------------------------- PostgreSQL


def find_tool(name: str) -> str | None:
    """One of PostgreSQL's programs: the newest that is installed, since it must be as new as the server."""
    own = sorted(
        pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3].split(".")[0])
    )
    return str(own[-1]) if own else shutil.which(name)


def _tool(name: str, settings: Settings, *arguments: str) -> None:
    program = find_tool(name)
    if program is None:
        raise BackupError(f"{name} is needed and not installed; on Debian: apt-get install postgresql-client")
    url = make_url(settings.database_url)
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": str(url.query.get("ssl", "")),
    }
    environment = os.environ | {k: v for k, v in given.items() if v}  # the password is not for the list of processes
    database = ["--dbname", url.database or ""] if name == "pg_restore" else []
    tell(f"{name} is at work …")
    done = subprocess.run(
        [program, *database, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise BackupError(f"{name} failed: {reason}")


async def server_version(store: Store) -> str:
    """The version of the database server, for people."""
    async with store.read() as connection:
        query = "SHOW server_version" if connection.dialect.name == "postgresql" else "SELECT sqlite_version()"
        return str(await connection.scalar(text(query)))
