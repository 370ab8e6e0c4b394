"""Debian's clamd, started as a child with two harmless signatures. It goes with the real helpdesks' lane: servers of
somebody else's that `make test` installs once, beside the quick tests."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from bot.evidence.kinds import Refused
from bot.evidence.scanner import NoVerdict, Scanner
from bot.settings.file_services import ClamdAddress
from bot.store.database import Store
from bot.store.files.rows import Kept
from tests.bot.evidence.clamd import CLAMD, MARK, clamd_in
from tests.bot.evidence.hostile import located, picture
from tests.bot.evidence.test_scanner import door, sent
from tests.conftest import missing

pytestmark = pytest.mark.helpdesks
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamdAddress]:
    if CLAMD is None:
        missing("ClamAV's daemon (on Debian: apt-get install clamav-daemon)")
    with clamd_in(tmp_path_factory.mktemp("clamd"), "StreamMaxLength 1M") as found:
        yield found


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (EICAR, "Eicar.Test"),
        (b"plain text with " + MARK, "Askonce.Test"),
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF " + MARK, "Askonce.Test"),
        (picture("JPEG") + MARK, "Askonce.Test"),
        (picture("PNG") + MARK, "Askonce.Test"),
        (b"clean " * 100_000, None),
        (located(), None),
    ],
)
async def test_it_finds_what_it_has_a_signature_of(address: ClamdAddress, content: bytes, name: str | None) -> None:
    found = await Scanner(address).scan(content)
    assert (found or "").removesuffix(".UNOFFICIAL") == (name or "")


async def test_a_file_that_is_too_long_for_it_is_not_taken_for_clean(address: ClamdAddress) -> None:
    with pytest.raises(NoVerdict, match="StreamMaxLength"):
        await Scanner(address).scan(b"a" * 3_000_000)


async def test_it_says_what_it_is(address: ClamdAddress) -> None:
    assert (await Scanner(address).version()).engine.startswith("ClamAV ")


async def test_one_that_ended_gives_no_verdict(tmp_path: pathlib.Path) -> None:
    if CLAMD is None:
        missing("ClamAV's daemon (on Debian: apt-get install clamav-daemon)")
    with clamd_in(tmp_path) as address:
        assert await Scanner(address).scan(b"clean") is None
    with pytest.raises(NoVerdict):
        await Scanner(address).scan(b"clean")


async def test_at_the_door_a_picture_with_a_virus_is_refused_and_the_same_without_it_is_kept(
    address: ClamdAddress, store: Store
) -> None:
    with pytest.raises(Refused, match="virus"):
        await sent(door(store, address), picture() + MARK)
    assert isinstance(await sent(door(store, address), picture()), Kept)
