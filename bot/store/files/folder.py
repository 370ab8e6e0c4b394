"""Contents in a folder. One is written beside its place and renamed when it is whole and on the disk, so that what lies
under a hash is that content or nothing."""

from __future__ import annotations

import contextlib
import os
import pathlib
import time
from collections.abc import Iterator

from bot.store.files.contents import Taken, checked, hash_of, is_hash
from bot.store.files.incoming import Incoming

_ASIDE = "aside"


class Folder:
    """`bot.store.files.contents.Contents` at `path`, for the owner's eyes only."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._incoming = Incoming(path / "incoming")

    @property
    def place(self) -> str:
        return str(self.path)

    def at(self, hash: str) -> pathlib.Path:
        """Where a content lies, or would."""
        return self.path / checked(hash)[:2] / hash

    def holds(self, hash: str) -> bool:
        return self.at(hash).is_file()

    def read(self, hash: str) -> bytes:
        return self.at(hash).read_bytes()

    def put(self, content: bytes) -> str:
        hash = hash_of(content)
        place = self.at(hash)
        if place.is_file():
            with contextlib.suppress(FileNotFoundError):
                os.utime(place)
                return hash
        written = self._incoming.written(content)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        written.replace(place)
        return hash

    def take(self, hash: str) -> Taken | None:
        taken = Taken.of(hash)
        aside = self._aside(taken)
        aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.at(hash).replace(aside)
        except FileNotFoundError:
            return None
        return taken

    def put_back(self, taken: Taken) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._aside(taken).replace(self.at(taken.hash))

    def drop(self, taken: Taken) -> None:
        self._aside(taken).unlink(missing_ok=True)

    def taken(self) -> Iterator[Taken]:
        for path in sorted((self.path / _ASIDE).glob("*")):
            if (found := Taken.named(path.name)) is not None:
                yield found

    def contents(self, older_than: float = 0.0) -> Iterator[str]:
        until = time.time() - older_than
        for shelf in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            for entry in os.scandir(shelf):
                if is_hash(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        if entry.stat().st_mtime <= until:
                            yield entry.name

    def received(self, upload: str) -> int:
        try:
            return self._incoming.at(upload).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload: str, offset: int, piece: bytes) -> int:
        return self._incoming.append(upload, offset, piece)

    def gathered(self, upload: str) -> pathlib.Path:
        return self._incoming.at(upload)

    def forget(self, upload: str) -> None:
        self._incoming.at(upload).unlink(missing_ok=True)

    def forget_uploads(self, older_than: float) -> int:
        return self._incoming.forget_older(older_than)

    def try_it(self) -> None:
        self._incoming.written(b"askonce").unlink()

    def _aside(self, taken: Taken) -> pathlib.Path:
        return self.path / _ASIDE / str(taken)
