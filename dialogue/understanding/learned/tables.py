"""Large tables outside of memory, made once on a machine: what a process reads of one is in memory, and shared with
every other process that reads it.

They stand in `askonce` in the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`); whoever empties that folder loses
a few seconds. Where nothing may be written, each process has its own, in a file without a name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Number = TypeVar("Number", bound=np.generic)

#: Tables of one name that are kept; of more, those that were asked for longest ago go.
_MOST = 6
#: Seconds after which what is half written is nobody's.
_ABANDONED = 3600.0


def kept(name: str, made_of: Iterable[str], make: Callable[[], NDArray[Number]]) -> NDArray[Number]:
    """The table that `make()` makes, mapped for reading. `made_of`: all that it depends on, which tells it from others
    of its `name`."""
    mark = hashlib.sha256()
    for part in made_of:
        mark.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    folder = _folder()
    file = folder / f"{name}-{mark.hexdigest()[:32]}.npy" if folder else None
    if file is not None:
        with contextlib.suppress(OSError, ValueError, EOFError):
            table: NDArray[Number] = _mapped(file)
            os.utime(file)
            return table
    table = make()
    if file is not None:
        with contextlib.suppress(OSError):
            _write(file, table)
            return _mapped(file)
    return _on_disk(table)


def kept_rows(
    name: str, version: str, texts: Sequence[str], make: Callable[[Sequence[str]], NDArray[np.float32]], width: int
) -> NDArray[np.float32]:
    """A row of `width` numbers for each of `texts`, which `make` makes of those that were not asked for the last time.
    What is kept are the rows of these texts and no others, each under a mark of its text, never the text."""
    import numpy as np

    kind = np.dtype([("mark", "S32"), ("row", np.float32, (width,))])
    marks = np.array([hashlib.sha256(f"{version}\0{text}".encode()).hexdigest()[:32] for text in texts], dtype="S32")
    folder = _folder()
    file = folder / f"{name}-rows.npy" if folder else None
    known = np.zeros(0, dtype=kind)
    if file is not None:
        with contextlib.suppress(OSError, ValueError, EOFError):
            found: NDArray[np.void] = _mapped(file)
            known = found if found.dtype == kind else known
    each, first, place = np.unique(marks, return_index=True, return_inverse=True)
    at = np.searchsorted(known["mark"], each)
    there = np.array([n < len(known) for n in at], dtype=bool)
    there[there] = known["mark"][at[there]] == each[there]
    if there.all() and len(each) == len(known):
        return np.asarray(known["row"])[place]
    table = np.zeros(len(each), dtype=kind)
    table["mark"] = each
    table["row"][there] = known["row"][at[there]]
    if not there.all():
        table["row"][~there] = make([texts[n] for n in first[~there]])
    if file is not None:
        with contextlib.suppress(OSError):
            _write(file, table)
    rows: NDArray[np.float32] = table["row"][place]
    return rows


def forget_rows() -> None:
    """Take away all that `kept_rows` keeps: somebody wants to be forgotten, and the marks tell nobody apart."""
    folder = _folder()
    for file in folder.glob("*-rows.npy") if folder else ():
        with contextlib.suppress(OSError):
            file.unlink()


def _mapped(file: pathlib.Path) -> NDArray[Number]:
    """Raises `OSError`, `ValueError` or `EOFError` where it is no table."""
    import numpy as np

    table: NDArray[Number] = np.load(file, mmap_mode="r", allow_pickle=False)
    return np.asarray(table)


def _folder() -> pathlib.Path | None:
    """The folder, made where there is none; None where there can be none, or where others could write into it."""
    try:
        folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "askonce"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):  # there is no home
        return None
    private = not stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    return folder if private and found.st_uid == os.geteuid() and os.access(folder, os.W_OK) else None


def _write(file: pathlib.Path, table: NDArray[Number]) -> None:
    """Whole or not at all, whoever else writes the same now. Raises `OSError`."""
    import numpy as np

    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        try:
            np.save(part, table, allow_pickle=False)
            part.flush()
            pathlib.Path(part.name).replace(file)
        except BaseException:
            pathlib.Path(part.name).unlink(missing_ok=True)
            raise
    name = file.name.rpartition("-")[0]
    with contextlib.suppress(OSError):
        newest_first = sorted(file.parent.glob(f"{name}-*.npy"), key=lambda f: f.stat().st_mtime, reverse=True)
        for old in newest_first[_MOST:]:
            old.unlink(missing_ok=True)
        for half in file.parent.glob("*.part"):  # of a process that was killed while it wrote
            if half.stat().st_mtime < file.stat().st_mtime - _ABANDONED:
                half.unlink(missing_ok=True)


def _on_disk(table: NDArray[Number]) -> NDArray[Number]:
    import numpy as np

    with tempfile.TemporaryFile() as file:
        table.tofile(file)
        file.flush()
        return np.asarray(np.memmap(file, dtype=table.dtype, mode="r", shape=table.shape))
