"""What `askonce doctor` says of what files of shoppers rest on."""

from __future__ import annotations

import asyncio
import datetime
import pathlib

import pytest

from bot.operations.scanner_check import scanner
from bot.settings import read_settings
from tests.bot.evidence.clamd import FakeClamd

TODAY = datetime.date(2026, 11, 27)


async def told(answer: str, folder: pathlib.Path) -> tuple[str, str]:
    """The finding, and what it advises, about a scanner whose version is `answer`."""

    async def deed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\0")
        writer.write({b"zPING\0": b"PONG", b"zVERSION\0": answer.encode()}[asked] + b"\0")

    async with FakeClamd(deed).listening(folder) as address:
        (found,) = await scanner(read_settings(clamav=f"unix:{address}"), TODAY)
    return found.state, found.what


@pytest.mark.parametrize(
    ("answer", "state", "what"),
    [
        (
            "ClamAV 1.4.3/27810/Fri Nov 27 09:00:00 2026",
            "well",
            "(ClamAV 1.4.3) answers, with signatures of 2026-11-27",
        ),
        ("ClamAV 1.4.3/27810/Tue Nov  3 09:00:00 2026", "note", "are 24 days old"),
        ("ClamAV 1.4.6", "note", "(ClamAV 1.4.6) answers, and has no signatures"),
    ],
)
async def test_how_old_the_signatures_are(answer: str, state: str, what: str, tmp_path: pathlib.Path) -> None:
    found = await told(answer, tmp_path)
    assert found[0] == state and what in found[1]


async def test_a_scanner_that_is_away_is_a_failure(tmp_path: pathlib.Path) -> None:
    (found,) = await scanner(read_settings(clamav=f"unix:{tmp_path}/none.ctl"), TODAY)
    assert found.state == "ill" and "does not answer (No such file or directory)" in found.what


async def test_no_scanner_is_no_finding() -> None:
    assert await scanner(read_settings(), TODAY) == []
