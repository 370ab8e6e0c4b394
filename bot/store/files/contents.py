"""Content-addressed storage of files: what `rows`, intake, backup and doctor need of the place in which bytes lie, be
it a folder or a bucket. No row of the database is read or written behind it.

Everything blocks; whoever works in the event loop calls it in a thread. All methods raise `OSError` where the disk or
the service fails, with words for an operator in `strerror`.
"""

from __future__ import annotations

import hashlib
import pathlib
import re
import secrets
from collections.abc import Iterator
from typing import NamedTuple, Protocol

_HASH = re.compile(r"[0-9a-f]{64}")
_TAKEN = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{16})")


def hash_of(content: bytes) -> str:
    """What a content is called: its SHA-256."""
    return hashlib.sha256(content).hexdigest()


def is_hash(name: str) -> bool:
    """Whether a content could be called so."""
    return _HASH.fullmatch(name) is not None


def checked(hash: str) -> str:
    """`hash`, where it is one. Raises `ValueError`."""
    if not is_hash(hash):
        raise ValueError("not the hash of a content")
    return hash


class Taken(NamedTuple):
    """A content that was taken out of its place, by whoever drew `mark`: of two who take the same one at once, neither
    deletes or puts back what the other holds."""

    hash: str
    mark: str

    def __str__(self) -> str:
        return f"{self.hash}.{self.mark}"

    @classmethod
    def of(cls, hash: str) -> Taken:
        """One that is about to be taken."""
        return cls(checked(hash), secrets.token_hex(8))

    @classmethod
    def named(cls, name: str) -> Taken | None:
        """The one that lies under this name; None where it is another's."""
        found = _TAKEN.fullmatch(name)
        return cls(found[1], found[2]) if found else None


class Contents(Protocol):
    """Contents by their hash, and uploads that are not complete yet, by any name.

    Deleting goes in steps, so that neither a deletion nor an addition can lose the other's content: `take` it, look
    whether a row names it, then `put_back` or `drop`. Who adds a row looks afterwards whether the content is there
    (`holds`). What somebody took and left, `taken` tells; anybody may settle it in the same way, at any time.
    """

    @property
    def place(self) -> str:
        """Where that is, for an operator."""

    def holds(self, hash: str) -> bool:
        """Whether this content is there."""

    def read(self, hash: str) -> bytes:
        """The content. Raises `FileNotFoundError`, and `ValueError` for what is no hash."""

    def put(self, content: bytes) -> str:
        """Keep a content; its hash. One that was there is young again (`contents`)."""

    def take(self, hash: str) -> Taken | None:
        """Take a content out of its place, so that whoever looks now finds none; None where there is none."""

    def put_back(self, taken: Taken) -> None:
        """Undo `take`; nothing where it was settled before."""

    def drop(self, taken: Taken) -> None:
        """Delete what was taken."""

    def taken(self) -> Iterator[Taken]:
        """What was taken, and neither put back nor dropped."""

    def contents(self, older_than: float = 0.0) -> Iterator[str]:
        """The hashes of what is in its place and was not put for so many seconds."""

    def received(self, upload: str) -> int:
        """How many bytes of an upload are there."""

    def append(self, upload: str, offset: int, piece: bytes) -> int:
        """Put `piece` at `offset` of an upload, which must be its end; how long it is then. Where it is not the end,
        nothing is written."""

    def gathered(self, upload: str) -> pathlib.Path:
        """A file of this machine that holds all of an upload, until that is forgotten. It need not be there, or
        `FileNotFoundError` is raised, where another replica forgot it meanwhile."""

    def forget(self, upload: str) -> None:
        """Delete an upload."""

    def forget_uploads(self, older_than: float) -> int:
        """Delete uploads that nobody went on with for so many seconds; how many files or objects."""

    def try_it(self) -> None:
        """Write something and delete it."""
