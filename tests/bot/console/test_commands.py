"""The console's commands, as processes: accounts, invented data, retention; and what the invented data is worth."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from sqlalchemy import func, select

from bot.history.search import Query, find
from bot.history.summaries import Archivist
from bot.operations.demo_data import make_demo_data
from bot.store.accounts import Accounts, Role
from bot.store.console_tables import summary
from bot.store.database import Store
from bot.store.tables import turn
from tests.conftest import ROOT, SUPPORT, audited


def _run(folder: pathlib.Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
    environment = clean | {"ASKONCE_DATABASE_URL": f"sqlite:///{folder}/c.db", **more}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


async def test_accounts_by_command(tmp_path: pathlib.Path) -> None:
    secret = {"ASKONCE_PASSWORD": "correct horse battery"}
    done = _run(tmp_path, "account", "add", "Ada@Example.com", "--name", "Ada", **secret)
    assert done.returncode == 0 and "administrator" in done.stdout, done.stderr
    again = _run(tmp_path, "account", "add", "ada@example.com", **secret)
    assert again.returncode != 0 and "has an account already" in again.stderr and "Traceback" not in again.stderr
    weak = _run(tmp_path, "account", "password", "ada@example.com", ASKONCE_PASSWORD="short")
    assert weak.returncode != 0 and "12 characters" in weak.stderr
    missing = _run(tmp_path, "account", "password", "bo@example.com", **secret)
    assert missing.returncode != 0 and "has no account" in missing.stderr
    assert _run(tmp_path, "account", "password", "ada@example.com", ASKONCE_PASSWORD="another good one").returncode == 0
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/c.db")
    try:
        _, who = await Accounts(store).sign_in("ada@example.com", "another good one")
        assert who.account.role is Role.ADMINISTRATOR
    finally:
        await store.close()


def test_retention_by_command(tmp_path: pathlib.Path) -> None:
    assert _run(tmp_path, "demo-data", "--conversations", "40", "--days", "100").returncode == 0
    dry = _run(tmp_path, "retention", "--days", "50", "--dry-run")
    assert dry.returncode == 0 and dry.stdout.startswith("Would erase") and "Would erase 0" not in dry.stdout
    done = _run(tmp_path, "retention", "--days", "50")
    assert done.stdout.replace("Erased", "Would erase") == dry.stdout
    assert "Would erase 0 conversations" in _run(tmp_path, "retention", "--days", "50", "--dry-run").stdout
    assert _run(tmp_path, "retention", "--days", "0").returncode != 0


async def test_invented_conversations_are_like_real_ones(database_url: str) -> None:
    """Copies stand before the referee like the rest, and their summaries are what the archivist would make of them."""
    made, turns = await make_demo_data(database_url, conversations=60, held=12)
    store = Store(database_url)
    try:
        async with store.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(turn)) == turns
            rows = list(await connection.execute(select(summary)))
        assert len(rows) == made == 60 and len({r.created_at for r in rows}) == 60
        archive = Archivist(store, support_email=SUPPORT)
        assert not await archive.catch_up()  # nothing is left to summarise
        for row in rows[:12]:
            fresh = await archive.summary(row.conversation)
            assert fresh
            differing = {k for k, v in fresh.columns.items() if getattr(row, k) != v}
            assert differing == set(), differing
        words = rows[0].opening.split()[0]
        assert (await find(store, Query.read({"q": words}), hidden=False)).count > 0
    finally:
        await store.close()


def test_the_referee_finds_nothing_in_invented_data(tmp_path: pathlib.Path) -> None:
    assert _run(tmp_path, "demo-data", "--conversations", "50").returncode == 0
    found = audited(f"sqlite+aiosqlite:///{tmp_path}/c.db")
    assert found.conversations == 50 and found.found == {}
