"""A SQLite database serves one server. A second one would not hear of what the first stores: its shoppers would miss
turns, and its chats would go on with what is long decided."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Iterator

#: Beside the database; it says who holds it, and stays behind, empty of meaning, when they end.
_ENDING = "-server"


class AnotherServer(Exception):
    """Somebody serves this database already, in words for an operator."""


def hold(database: pathlib.Path) -> int:
    """Be the one server of this file until the process ends, however it ends; a descriptor that the caller keeps, or
    closes to let go. Where the file system knows no locks, nobody is kept out. Raises `AnotherServer`, `OSError`."""
    path = database.with_name(database.name + _ENDING)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        os.close(descriptor)
        who = f"another Askonce (process {holder})" if holder.isdigit() else "another Askonce"
        raise AnotherServer(
            f"{who} serves the database {database} already, and two of them would not hear of each other; stop that "
            "one, give this one a database of its own (ASKONCE_DATABASE_URL), or use PostgreSQL, which any number of "
            "them may share"
        ) from None
    except OSError:
        return descriptor
    with contextlib.suppress(OSError):  # a full disk: it holds it all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


@contextlib.contextmanager
def kept_from_servers(database: pathlib.Path) -> Iterator[None]:
    """No server of this file is there, nor begins meanwhile. Raises as `hold`."""
    descriptor = hold(database)
    try:
        yield
    finally:
        os.close(descriptor)
