"""The door for files where what is behind it lags or fails."""

from __future__ import annotations

import pathlib

import pytest

from bot.evidence.intake import Bounds, Intake, Received
from bot.evidence.redrawing import Redrawing
from bot.store.database import Store
from bot.store.files.folder import Folder
from bot.store.files.rows import Kept

CONTENT = b"plain text"


class Wayward(Folder):
    """A folder that leaves out the end of an upload, cannot write, or loses what is whole to another replica."""

    lags = full = outrun = False

    def gathered(self, upload: str) -> pathlib.Path:
        whole = super().gathered(upload)
        if self.outrun:
            self.forget(upload)
        if not self.lags:
            return whole
        short = whole.with_name("short")
        short.write_bytes(whole.read_bytes()[:4])
        return short

    def put(self, content: bytes) -> str:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().put(content)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> Wayward:
    return Wayward(tmp_path / "files")


async def sent(store: Store, folder: Folder, offset: int = 0, piece: bytes = CONTENT) -> Kept | Received:
    intake = Intake(store, folder, Redrawing(megapixels=1), Bounds())
    return await intake.take("c", "1", name="secret name.txt", size=len(CONTENT), offset=offset, piece=piece)


async def test_a_file_of_which_a_piece_is_not_seen_yet_is_not_kept_cut_off(store: Store, folder: Wayward) -> None:
    folder.lags = True
    assert await sent(store, folder) == Received(4)
    folder.lags = False
    kept = await sent(store, folder, offset=len(CONTENT), piece=b"")
    assert isinstance(kept, Kept) and folder.read(kept.content) == CONTENT


async def test_where_another_replica_was_quicker_it_is_asked_how_far_it_is(store: Store, folder: Wayward) -> None:
    folder.outrun = True
    assert await sent(store, folder) == Received(0)


async def test_what_could_not_be_kept_is_told_without_a_name_and_stays_to_be_tried_again(
    store: Store, folder: Wayward, caplog: pytest.LogCaptureFixture
) -> None:
    folder.full = True
    with pytest.raises(OSError, match="No space left"):
        await sent(store, folder)
    assert "a file could not be kept: No space left on device" in caplog.text and "secret" not in caplog.text
    folder.full = False
    assert isinstance(await sent(store, folder, offset=len(CONTENT), piece=b""), Kept)
