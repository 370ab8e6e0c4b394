"""Both places in which contents may lie."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Iterator

import pytest

from bot.store.files.bucket import Bucket, connected
from bot.store.files.contents import Contents
from bot.store.files.folder import Folder
from bot.store.files.incoming import Incoming
from tests.bot.store.files.s3_server import ANOTHER, KEY, REGION, SECRET, new_bucket, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    if ANOTHER:
        yield ANOTHER
        return
    with s3_server() as address:
        yield address


def bucket_of(server: str, folder: pathlib.Path) -> Bucket:
    """A new bucket, whose uploads are put together in `folder`."""
    address = new_bucket(server)
    return Bucket(address, Incoming(folder / "incoming"), functools.partial(connected, address, KEY, SECRET, REGION))


@pytest.fixture(params=["folder", "bucket"])
def contents(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Contents:
    if request.param == "folder":
        return Folder(tmp_path / "files")
    return bucket_of(request.getfixturevalue("s3"), tmp_path)
