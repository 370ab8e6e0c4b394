"""A helpdesk that a package brings along, with a real server: found by its entry point, given its own variables."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import ROOT, BotProcess, client_of, free_port

ADAPTER = """
import json

from ticket_bridge.helpdesks.contract import Step


class Acme:
    name = "acme"
    settle = 0.0
    required_fields = ()

    def __init__(self, file, timeout):
        self._file, self._timeout = file, timeout

    def _rows(self):
        try:
            with open(self._file, encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    async def create(self, payload, *, key, earlier=None):
        with open(self._file, "a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "timeout": self._timeout, **payload}) + "\\n")
        return await self.find(key)

    async def find(self, key):
        return next((str(n) for n, row in enumerate(self._rows(), 1) if row["key"] == key), None)

    async def carries(self, id, key):
        return self._rows()[int(id) - 1]["key"] == key

    async def withdraw(self, id):
        return f"ticket {id} stays in the file"

    async def health(self):
        self._rows()

    def steps(self):
        return [Step("the file can be read", self.health, "name another in ASKONCE_ACME_FILE")]

    async def close(self):
        pass


def make(given, timeout):
    return Acme(given["file"], timeout)


def other(given, timeout):
    return object()
"""
POINTS = "[askonce.helpdesks]\nacme = acme_desk:make\nhalf = acme_desk:other\ngone = acme_desk:nothing\n"


@pytest.fixture
def package(tmp_path: pathlib.Path) -> dict[str, str]:
    """It is installed: on the path, with its entry points."""
    folder = tmp_path / "site"
    info = folder / "acme_desk-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_desk.py").write_text(ADAPTER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-desk\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    return {"PYTHONPATH": str(folder), "ASKONCE_HELPDESK": "acme", "ASKONCE_ACME_FILE": str(tmp_path / "tickets")}


def _askonce(folder: pathlib.Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
    given = {"ASKONCE_SUPPORT_EMAIL": "s@x.example", "ASKONCE_DATABASE_URL": f"sqlite:///{folder}/other.db"}
    return subprocess.run([sys.executable, "-m", "bot.cli", *words], cwd=ROOT, env=clean | given | variables,
                          capture_output=True, text=True, check=False)  # fmt: skip


async def test_tickets_reach_it_with_its_variables_and_it_is_checked_like_ours(
    make_bot: Callable[..., BotProcess], package: dict[str, str], tmp_path: pathlib.Path
) -> None:
    bot = make_bot(**package, ASKONCE_HELPDESK_TIMEOUT="7")
    async with client_of(bot.url) as client:
        await client.hello()
        await client.say("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
        await client.until("ticket_filed")
    (row,) = [json.loads(line) for line in (tmp_path / "tickets").read_text().splitlines()]
    assert (row["name"], row["email"], row["reason"], row["timeout"]) == (
        "Jane Doe", "jane@example.com", "my lamp is broken", 7.0
    )  # fmt: skip
    checked = _askonce(tmp_path, "helpdesk", "check", **package)
    assert checked.returncode == 0 and "the file can be read" in checked.stdout, checked.stdout + checked.stderr
    told = _askonce(tmp_path, "doctor", **package | {"ASKONCE_ACNE_FILE": "x"})
    assert "ASKONCE_ACNE_FILE is no setting" in told.stdout and "ASKONCE_ACME_FILE is no" not in told.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobodys", "'nobodys' is none of desk, rt"), ("gone", "AttributeError: module 'acme_desk' has no attribute"),
        ("half", "it lacks the name 'half', settle, in seconds"), ("../x", "is none of"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_told_in_a_line(
    name: str, said: str, package: dict[str, str], tmp_path: pathlib.Path
) -> None:
    told = _askonce(tmp_path, "serve", "--port", str(free_port()), **package | {"ASKONCE_HELPDESK": name})
    assert told.returncode != 0 and said in told.stderr and "Traceback" not in told.stderr, told.stderr
    assert "installed: acme, gone, half" in told.stderr or name in ("gone", "half")
