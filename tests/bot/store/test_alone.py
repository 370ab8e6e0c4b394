"""A SQLite database serves one server, which a second one is told."""

from __future__ import annotations

import asyncio
import pathlib
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from bot.operations.backup import BackupError, backup, restore
from bot.settings import read_settings
from bot.store.alone import AnotherServer, hold, kept_from_servers
from bot.store.opened import opened
from tests.conftest import ROOT, BotProcess, free_port


def _second(bot: BotProcess) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(free_port())]
    return subprocess.run(command, cwd=ROOT, env=bot.environment, capture_output=True, text=True, check=False)


def test_a_second_server_of_a_folder_is_refused_with_what_to_do_and_the_first_goes_on(
    make_bot: Callable[..., BotProcess],
) -> None:
    bot = make_bot()
    assert bot.process
    told = _second(bot)
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert f"process {bot.process.pid}" in told.stderr and "ASKONCE_DATABASE_URL" in told.stderr
    assert bot.get("/api/conversations")["items"] == []


def test_workers_of_one_server_share_its_database(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_WORKERS="2")
    assert _second(bot).returncode == 1


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_however_the_first_ends_the_next_may_begin(make_bot: Callable[..., BotProcess], ending: signal.Signals) -> None:
    bot = make_bot()
    assert bot.process
    bot.process.send_signal(ending)
    bot.process.wait()
    bot.log.close()
    assert bot.start().get("/api/conversations")["items"] == []


def test_a_folder_that_cannot_be_written_is_told_of_by_whoever_needs_it(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        hold(tmp_path / "nowhere" / "askonce.db")
    hold(tmp_path / "a.db")
    hold(tmp_path / "b.db")
    with pytest.raises(AnotherServer, match="another Askonce"):
        hold(tmp_path / "a.db")


async def test_nothing_is_restored_under_a_server_that_is_only_starting(tmp_path: pathlib.Path) -> None:
    """It holds the file, and no lease yet."""
    file, saved = tmp_path / "askonce.db", tmp_path / "saved"
    settings = read_settings(database_url=f"sqlite:///{file}")
    async with opened(settings):
        pass
    await asyncio.to_thread(backup, settings, saved)
    with kept_from_servers(file):
        with pytest.raises(BackupError, match="stop every bot"):
            await restore(settings, saved)
    assert (await restore(settings, saved))["conversations"] == 0
