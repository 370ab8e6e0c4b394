"""The database, what lies beside it and what commands write are for their owner's eyes only, whatever the umask was."""

from __future__ import annotations

import os
import pathlib
import stat
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from bot.bootstrap import run_bot
from bot.cli import main
from bot.operations.backup import backup, restore
from bot.operations.doctor import findings
from bot.settings import Settings, read_settings
from bot.store.private import make_private, write_private
from tests.conftest import SUPPORT


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """Everything that is made may be read and written by everybody, unless it is made otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def _settings(folder: pathlib.Path) -> Settings:
    return read_settings(database_url=f"sqlite:///{folder}/var/askonce.db", support_email=SUPPORT)


def _mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_running_bots_files_are_its_owners(tmp_path: pathlib.Path) -> None:
    async with run_bot(_settings(tmp_path)) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("m1", "my lamp is broken")
        found = {p.name: _mode(p) for p in (tmp_path / "var").iterdir()}
        assert set(found) >= {"askonce.db", "askonce.db-wal", "askonce.db-shm"}
        assert {name for name, mode in found.items() if mode & 0o077} == set()
        assert _mode(tmp_path / "var") == 0o700


async def test_what_was_left_open_is_closed_at_the_start_and_told_before(tmp_path: pathlib.Path) -> None:
    settings = _settings(tmp_path)
    async with run_bot(settings):
        pass
    (tmp_path / "var" / "askonce.db").chmod(0o666)
    told = [f async for f in findings(settings) if "may read" in f.what]
    assert told and "askonce.db" in told[0].what and "chmod 600" in told[0].advice
    async with run_bot(settings) as bot:
        assert await bot.store.newest_of("nobody", "") is None
        assert _mode(tmp_path / "var" / "askonce.db") == 0o600
    assert not [f async for f in findings(settings) if "may read" in f.what]


async def test_backups_and_what_is_restored_from_them(tmp_path: pathlib.Path) -> None:
    settings = _settings(tmp_path)
    async with run_bot(settings) as bot:
        await bot.hub.begin()
        backup(settings, tmp_path / "saved.db")
    assert _mode(tmp_path / "saved.db") == 0o600
    (tmp_path / "old.db").write_bytes(b"")
    (tmp_path / "old.db").chmod(0o666)
    backup(settings, tmp_path / "old.db", force=True)
    assert _mode(tmp_path / "old.db") == 0o600
    await restore(settings, tmp_path / "saved.db", replace=True)
    assert _mode(tmp_path / "var" / "askonce.db") == 0o600


def test_a_fixture_of_somebodys_chat(tmp_path: pathlib.Path) -> None:
    import asyncio

    settings = _settings(tmp_path)

    async def chat() -> str:
        async with run_bot(settings) as bot:
            chat, _ = await bot.hub.begin()
            await chat.hear("m1", "my lamp is broken")
            return chat.id

    id = asyncio.run(chat())
    out = tmp_path / "chat.yml"
    environment = {"ASKONCE_DATABASE_URL": settings.database_url, "ASKONCE_SUPPORT_EMAIL": SUPPORT}
    done = CliRunner().invoke(
        main, ["fixture", "new", "--conversation", id, "-o", str(out), "--looked"], env=environment
    )
    assert done.exit_code == 0, done.output
    assert _mode(out) == 0o600


def test_a_file_that_was_there_is_closed_before_it_is_written(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    path.write_text("before")
    path.chmod(0o666)
    make_private(path)
    assert path.read_text() == "before"  # only made where it is not there
    write_private(path, "after")
    assert path.read_text() == "after" and _mode(path) == 0o600
