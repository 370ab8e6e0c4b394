"""What `askonce doctor` says of what files of shoppers rest on."""

from __future__ import annotations

import asyncio
import datetime
import pathlib

import pytest

from bot.operations.evidence_checks import evidence
from bot.operations.scanner_check import scanner
from bot.settings import Settings, read_settings
from bot.settings.file_services import S3Address
from bot.store.files.bucket import connected
from bot.store.opened import opened
from tests.bot.evidence.clamd import FakeClamd
from tests.bot.evidence.test_backup_files import one_file
from tests.bot.store.files.s3_server import KEY, REGION, SECRET, new_bucket, s3_server
from tests.conftest import SUPPORT

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


# ---------------------------------------------------------------- where files are kept


async def kept_in(settings: Settings) -> list[tuple[str, str]]:
    async with opened(settings) as store:
        return [(found.state, f"{found.what}; {found.advice}") for found in await evidence(settings, store)]


def settings_of(folder: pathlib.Path, **more: str) -> Settings:
    return read_settings(database_url=f"sqlite:///{folder}/a.db", support_email=SUPPORT, evidence="none", **more)


def with_bucket(address: S3Address) -> dict[str, str]:
    return {"files_s3": str(address), "files_s3_key": KEY, "files_s3_secret": SECRET}


async def test_a_bucket_is_tried_counted_and_looked_at(tmp_path: pathlib.Path) -> None:
    with s3_server() as server:
        address = new_bucket(server)
        settings = settings_of(tmp_path, **with_bucket(address))
        kept = await one_file(settings)
        found = await kept_in(settings)
        assert found[0][0] == "well" and found[1][0] == "note" and "unencrypted" in found[1][1]
        client = connected(address, KEY, SECRET, REGION)
        client.put_bucket_versioning(Bucket=address.bucket, VersioningConfiguration={"Status": "Enabled"})
        client.delete_object(Bucket=address.bucket, Key=f"{address.prefix}contents/{kept.content}")
        told = dict(await kept_in(settings))
        assert f"1 contents of files are named in the database and not in {address}" in told["ill"]
        assert any("keeps versions" in what for _, what in await kept_in(settings))
    ((state, what),) = await kept_in(settings)
    assert state == "ill" and "cannot be reached" in what and "shoppers can send none" in what


async def test_a_bucket_that_nobody_made_is_named(tmp_path: pathlib.Path) -> None:
    with s3_server() as server:
        found = await kept_in(settings_of(tmp_path, **with_bucket(S3Address(server, "nobody-made-it", ""))))
    assert [state for state, _ in found] == ["ill"] and "there is no such bucket" in found[0][1]


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = await kept_in(settings_of(tmp_path, files_path=str(tmp_path / "file" / "below")))
    assert [state for state, _ in found] == ["ill"] and "ASKONCE_FILES_PATH" in found[0][1]
