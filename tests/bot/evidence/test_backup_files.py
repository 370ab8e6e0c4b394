"""A backup holds the files too, restores them as they were, and says where it is damaged."""

from __future__ import annotations

import io
import pathlib
import sqlite3
import tarfile

import pytest

from bot.history.erasure import erase
from bot.operations.backup import BackupError, backup, restore
from bot.settings import Settings, read_settings
from bot.store.files import rows
from bot.store.files.folder import Folder
from bot.store.opened import opened
from dialogue.states import State
from tests.bot.store.files.s3_server import KEY, SECRET, new_bucket, s3_server
from tests.conftest import SUPPORT


def settings_in(folder: pathlib.Path, **more: str) -> Settings:
    return read_settings(database_url=f"sqlite+aiosqlite:///{folder}/a.db", support_email=SUPPORT, **more)


async def one_file(settings: Settings, content: bytes = b"a cracked lid", small: bytes | None = b"small") -> rows.Kept:
    """A conversation with a file in it."""
    async with opened(settings) as store:
        assert store.folder is not None
        await store.create(id="c", token="t" * 40, state=State(), at="2026-11-27", locale=None, channel="widget")
        row = {"id": "a" * 28, "conversation": "c", "client_id": "1", "name": "lid.jpg", "type": "image/jpeg",
               "size": len(content)}  # fmt: skip
        return await rows.add(store, store.folder, row, content, small)


async def test_files_come_back_where_they_were_lost(tmp_path: pathlib.Path) -> None:
    here, there = settings_in(tmp_path / "here"), settings_in(tmp_path / "there")
    kept = await one_file(here)
    saved = tmp_path / "saved.backup"
    backup(here, saved)
    assert saved.stat().st_mode & 0o077 == 0, "it holds what shoppers sent"
    assert not list(tmp_path.glob(".saved*")), "nothing is left beside it"
    found = await restore(there, saved)
    assert found["conversations"] == 1 and found["files"] == 2
    folder = Folder(there.files_folder)
    assert folder.read(kept.content) == b"a cracked lid" and folder.read(kept.thumbnail or "") == b"small"
    async with opened(there) as store:
        assert await rows.missing(store, folder) == 0
    assert not list(there.files_folder.glob(".restoring-*"))


async def test_without_files_a_backup_is_the_database_alone(tmp_path: pathlib.Path) -> None:
    here = settings_in(tmp_path)
    async with opened(here) as store:
        await store.create(id="c", token="t" * 40, state=State(), at="2026-11-27", locale=None, channel="widget")
    saved = tmp_path / "saved.backup"
    backup(here, saved)
    assert sqlite3.connect(saved).execute("SELECT count(*) FROM conversation").fetchone() == (1,)
    assert (await restore(here, saved, replace=True))["files"] == 0


def _changed(saved: pathlib.Path, *, content: bytes | None = None, more: tuple[str, bytes] | None = None) -> None:
    """The archive again, with `content` in the place of the files', or with one member `more`."""
    with tarfile.open(saved) as archive:
        members = [(m.name, (archive.extractfile(m) or io.BytesIO()).read()) for m in archive]
    with tarfile.open(saved, "w") as archive:
        for name, data in [*members, *([more] if more else [])]:
            data = content if content is not None and name.startswith("files/") else data
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


async def test_a_damaged_file_is_named_and_nothing_false_is_kept(tmp_path: pathlib.Path) -> None:
    here, there = settings_in(tmp_path / "here"), settings_in(tmp_path / "there")
    kept, saved = await one_file(here), tmp_path / "saved.backup"
    backup(here, saved)
    _changed(saved, content=b"another")
    with pytest.raises(BackupError, match="is damaged: a file in it is not what it was; use an earlier backup"):
        await restore(there, saved)
    assert not Folder(there.files_folder).holds(kept.content)


async def test_a_backup_that_ends_too_early_is_named(tmp_path: pathlib.Path) -> None:
    here, there = settings_in(tmp_path / "here"), settings_in(tmp_path / "there")
    await one_file(here)
    saved = tmp_path / "saved.backup"
    backup(here, saved)
    saved.write_bytes(saved.read_bytes()[:9_000])
    with pytest.raises(BackupError, match=r"is damaged|cannot be restored"):
        await restore(there, saved)


@pytest.mark.parametrize("name", ["../../outside", "/tmp/outside", "files/../outside", "files/short"])
async def test_nothing_is_written_outside_the_folder(tmp_path: pathlib.Path, name: str) -> None:
    here, there = settings_in(tmp_path / "here"), settings_in(tmp_path / "there")
    await one_file(here)
    saved = tmp_path / "saved.backup"
    backup(here, saved)
    _changed(saved, more=(name, b"outside"))
    assert (await restore(there, saved))["files"] == 2
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "saved.backup" and "outside" in p.name]


async def test_what_was_erased_while_it_was_made_is_missed_by_nobody(tmp_path: pathlib.Path) -> None:
    here = settings_in(tmp_path)
    await one_file(here)
    folder = Folder(here.files_folder)
    for hash in list(folder.contents()):
        folder.take(hash)  # taken aside, as an erasure does first
    saved = tmp_path / "saved.backup"
    backup(here, saved)
    assert (await restore(here, saved, replace=True))["files"] == 0


async def test_a_backup_moves_files_from_a_folder_into_a_bucket_and_erasure_empties_it(tmp_path: pathlib.Path) -> None:
    here, saved, again = settings_in(tmp_path / "here"), tmp_path / "saved.backup", tmp_path / "again.backup"
    kept = await one_file(here)
    backup(here, saved)
    with s3_server() as server:
        bucket = new_bucket(server)
        there = settings_in(tmp_path / "there", files_s3=str(bucket), files_s3_key=KEY, files_s3_secret=SECRET)
        assert (await restore(there, saved))["files"] == 2
        assert not list((tmp_path / "there").glob("files/??")), "nothing of it lies on this machine"
        backup(there, again)
        async with opened(there) as store:
            assert store.folder is not None and store.folder.read(kept.content) == b"a cracked lid"
            assert await rows.missing(store, store.folder) == 0
            await erase(store, "c")
            assert not list(store.folder.contents()) and not list(store.folder.taken())
        assert (await restore(there, again, replace=True))["files"] == 2
    with pytest.raises(BackupError, match="cannot be reached"):
        backup(there, tmp_path / "away.backup")
