"""The folder of files: each content once, named by its hash, and uploads that are not complete yet. No row of the
database is read or written here.

Everything here blocks; whoever works in the event loop calls it in a thread. A content is written beside its place and
renamed when it is whole and on the disk, so that what lies under a hash is that content or nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import re
import secrets
import time
from collections.abc import Iterator

_HASH = re.compile(r"[0-9a-f]{64}")
#: Where uploads are gathered, and contents written before they have their name.
_INCOMING = "incoming"
_GONE = ".gone"


class Folder:
    """Contents at `path`, for the owner's eyes only. All methods raise `OSError` where the disk does."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def at(self, hash: str) -> pathlib.Path:
        """Where a content lies, or would."""
        if not _HASH.fullmatch(hash):
            raise ValueError("not the hash of a content")
        return self.path / hash[:2] / hash

    def holds(self, hash: str) -> bool:
        """Whether this content is there."""
        return self.at(hash).is_file()

    def read(self, hash: str) -> bytes:
        """The content. Raises `FileNotFoundError`."""
        return self.at(hash).read_bytes()

    def put(self, content: bytes) -> str:
        """Keep a content; its hash. One that is there already is left as it is."""
        hash = hashlib.sha256(content).hexdigest()
        place = self.at(hash)
        if place.is_file():
            with contextlib.suppress(FileNotFoundError):
                os.utime(place)  # young again: a sweep leaves it until its row is there
                return hash
        partial = self._incoming() / f"new-{secrets.token_hex(8)}"
        self._write(partial, content)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        partial.replace(place)
        return hash

    def take(self, hash: str) -> bool:
        """Take a content out of its place, so that whoever looks now finds none; False where there is none."""
        try:
            self.at(hash).replace(self._aside(hash))
        except FileNotFoundError:
            return self._aside(hash).exists()
        return True

    def put_back(self, hash: str) -> None:
        """Undo `take`."""
        with contextlib.suppress(FileNotFoundError):
            self._aside(hash).replace(self.at(hash))

    def drop(self, hash: str) -> None:
        """Delete what `take` took."""
        self._aside(hash).unlink(missing_ok=True)

    def _aside(self, hash: str) -> pathlib.Path:
        place = self.at(hash)
        return place.with_name(place.name + _GONE)

    # ------------------------------------------------------------ uploads

    def upload(self, name: str) -> pathlib.Path:
        """Where the upload of this name is gathered; it need not be there."""
        return self._incoming() / f"up-{hashlib.sha256(name.encode()).hexdigest()}"

    def append(self, upload: pathlib.Path, offset: int, piece: bytes) -> int:
        """Put `piece` at `offset` of an upload, which must be its end; how long it is then. Where it is not the end,
        nothing is written."""
        descriptor = os.open(upload, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            length = os.fstat(descriptor).st_size
            if length != offset:
                return length
            written = 0
            while written < len(piece):
                written += os.pwrite(descriptor, piece[written:], offset + written)
            return offset + written
        finally:
            os.close(descriptor)

    # ------------------------------------------------------------ what is there

    def contents(self, older_than: float = 0.0) -> Iterator[str]:
        """The hashes of what is there and was not touched for so many seconds."""
        until = time.time() - older_than
        for shelf in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            for entry in os.scandir(shelf):
                name = entry.name.removesuffix(_GONE)
                if _HASH.fullmatch(name):
                    with contextlib.suppress(FileNotFoundError):
                        if entry.stat().st_mtime <= until:
                            yield name

    def forget_uploads(self, older_than: float) -> int:
        """Delete uploads that nobody went on with for so many seconds; how many."""
        gone, until = 0, time.time() - older_than
        for path in (self.path / _INCOMING).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= until:
                    path.unlink()
                    gone += 1
        return gone

    def try_it(self) -> None:
        """Write and delete a file. Raises `OSError` where that cannot be done."""
        probe = self._incoming() / f"try-{secrets.token_hex(8)}"
        self._write(probe, b"askonce")
        probe.unlink()

    def _incoming(self) -> pathlib.Path:
        found = self.path / _INCOMING
        if not found.is_dir():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found.mkdir(mode=0o700, exist_ok=True)
        return found

    @staticmethod
    def _write(path: pathlib.Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
