"""A folder of this machine in which uploads are gathered, and contents written before they have their name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import secrets
import time


class Incoming:
    """Files at `path`, for the owner's eyes only. All methods raise `OSError` where the disk does."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path

    def at(self, upload: str) -> pathlib.Path:
        """Where the upload of this name is gathered; it need not be there."""
        return self._made() / f"up-{hashlib.sha256(upload.encode()).hexdigest()}"

    def written(self, content: bytes) -> pathlib.Path:
        """A new file with this content, whole and on the disk."""
        path = self._made() / f"new-{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return path

    def append(self, upload: str, offset: int, piece: bytes) -> int:
        """As `bot.store.files.contents.Contents.append`."""
        descriptor = os.open(self.at(upload), os.O_CREAT | os.O_RDWR, 0o600)
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

    def forget_older(self, seconds: float) -> int:
        """Delete what was not written to for so many seconds; how many files."""
        gone, until = 0, time.time() - seconds
        for path in self._path.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= until:
                    path.unlink()
                    gone += 1
        return gone

    def _made(self) -> pathlib.Path:
        if not self._path.is_dir():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.mkdir(mode=0o700, exist_ok=True)
        return self._path
