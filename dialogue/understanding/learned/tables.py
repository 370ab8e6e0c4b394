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
from collections.abc import Callable, Iterable
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
