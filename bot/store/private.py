"""Files that hold what shoppers said are for their owner's eyes only, whatever the umask."""

from __future__ import annotations

import contextlib
import os
import pathlib

_BESIDE = ("", "-wal", "-shm", "-journal")


def make_private(path: pathlib.Path) -> None:
    """`path`, made empty and readable by its owner alone where it is not there yet. Raises `OSError`."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def keep_private(path: pathlib.Path) -> None:
    """Take the rights of everybody else from a SQLite file and what lies beside it, where they are ours to take."""
    for part in parts(path):
        if readable_by_others(part):
            with contextlib.suppress(OSError):
                part.chmod(0o600)


def parts(path: pathlib.Path) -> list[pathlib.Path]:
    """A SQLite file and what may lie beside it."""
    return [path.with_name(path.name + end) for end in _BESIDE]


def readable_by_others(path: pathlib.Path) -> bool:
    """True where somebody but the owner may read or write it; False where it is not there."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def write_private(path: pathlib.Path, text: str) -> None:
    """Write what is somebody's, for the owner's eyes only. Raises `OSError`."""
    make_private(path)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
