"""What a virus scanner says of a file, and what becomes of files while it says nothing. clamd is a small one of ours
here; `test_real_clamd.py` has Debian's."""

from __future__ import annotations

import asyncio
import logging
import pathlib
from typing import Any

import pytest

from bot.evidence.intake import Bounds, Intake, Received
from bot.evidence.kinds import Refused
from bot.evidence.redrawing import Redrawing
from bot.evidence.scanner import NoVerdict, Scanner
from bot.settings import SettingsError, read_settings
from bot.settings.file_services import ClamdAddress
from bot.store.database import Store
from bot.store.files.rows import Kept
from bot.telemetry.metrics import REGISTRY
from tests.bot.evidence.clamd import Deed, FakeClamd
from tests.bot.evidence.hostile import picture


@pytest.fixture
def clamd() -> FakeClamd:
    return FakeClamd()


@pytest.mark.parametrize("by_port", [False, True])
async def test_every_byte_is_shown_to_it(clamd: FakeClamd, tmp_path: pathlib.Path, by_port: bool) -> None:
    content = bytes(range(256)) * 2_000  # several chunks, the last of them short
    async with clamd.listening(None if by_port else tmp_path) as address:
        assert await Scanner(address).scan(content) is None
    assert clamd.got == [content]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("stream: Eicar-Test-Signature FOUND", "Eicar-Test-Signature"),
        ("stream: Win.Test.EICAR_HDB-1(44d8:68) FOUND", "Win.Test.EICAR_HDB-1?44d8:68?"),
        ("stream: a\nfalse line of the log FOUND", "a?false?line?of?the?log"),
    ],
)
async def test_what_it_finds_is_named(clamd: FakeClamd, tmp_path: pathlib.Path, answer: str, name: str) -> None:
    clamd.deed = clamd.says(answer)
    async with clamd.listening(tmp_path) as address:
        assert await Scanner(address).scan(b"a") == name


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(20)


async def talks_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"x" * 100_000)


async def has_enough(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(100_000)
    writer.write(b"INSTREAM size limit exceeded. ERROR\0")


async def cannot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"stream: Can't allocate memory ERROR\0")


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (hangs, r"no answer in 0\.3 s"), (hangs_up, "hung up"), (talks_without_end, "has no end"),
        (has_enough, "StreamMaxLength"), (cannot, "Can't allocate memory"),
    ],
)  # fmt: skip
async def test_whatever_is_no_verdict_is_none(clamd: FakeClamd, tmp_path: pathlib.Path, deed: Deed, why: str) -> None:
    clamd.deed = deed
    async with clamd.listening(tmp_path) as address:
        with pytest.raises(NoVerdict, match=why):
            await Scanner(address, seconds=0.3 if deed is hangs else 60).scan(b"a" * 3_000_000)


async def test_one_that_is_not_there_gives_none(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NoVerdict, match="No such file"):
        await Scanner(ClamdAddress(path=str(tmp_path / "none.ctl"))).scan(b"a")


async def test_an_outage_is_told_once_and_so_is_its_end(
    clamd: FakeClamd, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "askonce.files")
    scanner = Scanner(ClamdAddress(path=str(tmp_path / "fake.ctl")))
    for _ in range(3):
        with pytest.raises(NoVerdict):
            await scanner.scan(b"a")
    assert REGISTRY.get_sample_value("askonce_scanner_away") == 1
    async with clamd.listening(tmp_path):
        for _ in range(3):
            await scanner.scan(b"a")
    assert REGISTRY.get_sample_value("askonce_scanner_away") == 0
    assert [r.levelname for r in caplog.records] == ["ERROR", "WARNING"]
    assert "gives no verdict (No such file or directory)" in caplog.text and "again" in caplog.text


@pytest.mark.parametrize("text", ["/run/clamd.ctl", "unix:clamd.ctl", "tcp:", "tcp:scanner:99999", "tcp:a b:1", "x:y"])
def test_a_wrong_address_is_told_at_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match=r"ASKONCE_CLAMAV: .*such as unix:/run/clamav/clamd\.ctl"):
        read_settings(clamav=text)


def test_addresses_are_read() -> None:
    read = lambda text: read_settings(clamav=text).clamd  # noqa: E731
    assert read("") is None and read("unix:/run/clamd.ctl") == ClamdAddress(path="/run/clamd.ctl")
    assert read("tcp:scanner") == ClamdAddress(host="scanner", port=3310)
    assert read("tcp:[::1]:99") == ClamdAddress(host="::1", port=99)


# ---------------------------------------------------------------- at the door


def door(store: Store, address: ClamdAddress) -> Intake:
    assert store.folder is not None
    return Intake(store, store.folder, Redrawing(megapixels=50), Bounds(), Scanner(address))


async def sent(intake: Intake, content: bytes, **more: Any) -> Kept | Received:
    given = {"name": "secret name.jpg", "size": len(content), "offset": 0, "piece": content} | more
    try:
        return await intake.take("c", "1", **given)
    finally:
        await intake.close()


@pytest.mark.parametrize("content", [picture(), b"%PDF-1.7\n...", b"plain text"])
async def test_every_kind_is_shown_as_it_came_and_one_with_a_virus_is_kept_nowhere(
    clamd: FakeClamd, store: Store, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    clamd.deed = clamd.says("stream: Some.Virus-1 FOUND")
    async with clamd.listening(tmp_path) as address:
        with pytest.raises(Refused) as refused:
            await sent(door(store, address), content)
    assert refused.value.code == "virus" and clamd.got == [content]
    assert not [p for p in (tmp_path / "files").rglob("*") if p.is_file()]
    assert "found Some.Virus-1 in a file of conversation c" in caplog.text and "secret" not in caplog.text


async def test_while_it_is_away_nothing_is_taken_and_then_the_upload_goes_on_without_its_bytes(
    clamd: FakeClamd, store: Store, tmp_path: pathlib.Path
) -> None:
    content = picture()
    intake = door(store, ClamdAddress(path=str(tmp_path / "fake.ctl")))
    with pytest.raises(Refused) as refused:
        await sent(intake, content)
    assert refused.value.code == "unscanned"
    assert await intake.received("c", "1") == Received(len(content))
    async with clamd.listening(tmp_path):
        kept = await sent(intake, content, offset=len(content), piece=b"")
    assert isinstance(kept, Kept) and clamd.got == [content]


async def test_what_no_picture_can_be_is_not_shown_to_it(
    clamd: FakeClamd, store: Store, tmp_path: pathlib.Path
) -> None:
    async with clamd.listening(tmp_path) as address:
        with pytest.raises(Refused, match="kind"):
            await sent(door(store, address), b"MZ\x00\x01")
    assert not clamd.got
