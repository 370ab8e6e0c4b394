"""A backup with the files that shoppers sent: the copy of the database and each content, in one tar archive. Where
there are none the copy of the database alone is the backup, as it always was.

The database is copied first: a content whose row came later is of no use and does no harm, and one that was erased
since is missed by nobody.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import re
import tarfile
import tempfile
from collections.abc import Iterator

from bot.operations.progress import tell
from bot.store.files.contents import Contents, hash_of

_DATABASE = "database"
_CONTENT = re.compile(r"files/([0-9a-f]{64})")
_TOLD_EVERY = 1000


class Damaged(Exception):
    """An archive that is not what it was written as; says what is wrong."""


def add_files(copy: pathlib.Path, folder: Contents) -> None:
    """Make `copy`, of the database, an archive of it and of every content that is kept; nothing where there is none.
    Raises `OSError`."""
    hashes = sorted(set(folder.contents()))
    if not hashes:
        return
    whole = copy.with_name(copy.name + ".tar")
    try:
        whole.unlink(missing_ok=True)
        whole.touch(mode=0o600)
        with tarfile.open(whole, "w", format=tarfile.PAX_FORMAT) as archive:
            archive.add(copy, _DATABASE)
            for number, hash in enumerate(hashes, 1):
                with contextlib.suppress(FileNotFoundError):  # erased meanwhile
                    content = folder.read(hash)
                    member = tarfile.TarInfo(f"files/{hash}")
                    member.size, member.mode = len(content), 0o600
                    archive.addfile(member, io.BytesIO(content))
                if number % _TOLD_EVERY == 0:
                    tell(f"Copying the files: {number:,} of {len(hashes):,}")
        whole.replace(copy)
    finally:
        whole.unlink(missing_ok=True)


@contextlib.contextmanager
def database_in(source: pathlib.Path, beside: pathlib.Path) -> Iterator[pathlib.Path]:
    """The copy of the database in a backup: the backup itself, or what the archive holds, unpacked in the folder
    `beside` for as long as the block lasts. Raises `Damaged`, `OSError`."""
    if not is_archive(source):
        yield source
        return
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".restoring-") as folder:
        copy = pathlib.Path(folder) / _DATABASE
        with _reading(source) as archive:
            member = archive.getmember(_DATABASE)
            content = archive.extractfile(member)
            if content is None or not member.isreg():
                raise Damaged(f"{source} holds no database")
            with content, copy.open("wb") as file:
                while piece := content.read(1 << 20):
                    file.write(piece)
        yield copy


def restore_files(source: pathlib.Path, folder: Contents) -> int:
    """Put the contents of a backup where files are kept; how many. What is there stays: nobody names it, and it is
    swept. Raises `Damaged`, `OSError`."""
    if not is_archive(source):
        return 0
    number = 0
    with _reading(source) as archive:
        for member in archive:
            named = _CONTENT.fullmatch(member.name)
            if named is None:
                continue
            content = archive.extractfile(member) if member.isreg() else None
            data = content.read() if content is not None else b""
            if hash_of(data) != named[1]:
                raise Damaged(f"{source} is damaged: a file in it is not what it was; use an earlier backup")
            folder.put(data)
            number += 1
    return number


def is_archive(source: pathlib.Path) -> bool:
    """Whether a backup holds files beside the database."""
    with source.open("rb") as file:
        head = file.read(512)
    return head[257:262] == b"ustar"


@contextlib.contextmanager
def _reading(source: pathlib.Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise Damaged(f"{source} is damaged ({error}); use an earlier backup") from error
