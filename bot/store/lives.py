"""Who holds a lease, and whether they live: a name that no other life has, and what can be known of one.

Host and process number name nobody: containers share host names and all begin with process 1, numbers come again, and a
machine that started anew knows none of those before. So a name carries where the number means something (this run of
the kernel, this space of process numbers), when the process began, and a random part of its own. Dead is called only
who was in this very place and is there no more; of all others nothing is known, and their lease has to end by itself.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pathlib
import secrets
import socket
from typing import Literal

#: Of a host's name; the whole fits into a lease's `owner` of 60 letters.
_SHOWN = 20
_PROC = pathlib.Path("/proc")


def process_name() -> str:
    """A new holder's name: host, process, place, begin, and a random part. Each call makes another, for each bot is
    one."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_place()}-{_began(pid) or ''}-{secrets.token_hex(4)}"


def life(owner: str) -> Literal["dead", "alive", "unknown"]:
    """What is known of the process that gave itself this name."""
    parts = owner.split(":")
    if len(parts) != 3 or not parts[1].isdigit() or parts[2].count("-") != 2:
        return "unknown"
    pid, (place, began, _) = int(parts[1]), parts[2].split("-")
    if not place or not began or place != _place():
        return "unknown"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "dead"
    except OSError:
        pass  # it is there, and another user's
    now = _began(pid)
    if now is None:
        return "unknown"
    return "alive" if now == began else "dead"


def is_dead(owner: str) -> bool:
    """True only where it is known."""
    return life(owner) == "dead"


@functools.cache
def _host() -> str:
    name = socket.gethostname().replace(":", ".")
    if len(name) <= _SHOWN:
        return name
    return f"{name[: _SHOWN - 7]}~{hashlib.sha256(name.encode()).hexdigest()[:6]}"


@functools.cache
def _place() -> str:
    """This run of the kernel and this space of process numbers; empty where the system tells neither, and nothing is
    known then."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        space = os.readlink(_PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{space}".encode()).hexdigest()[:8]


def _began(pid: int) -> str | None:
    """When process `pid` began, in the kernel's ticks; `gone` where only its number is left, None where it cannot be
    seen."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return "gone" if fields[0] in "ZX" else fields[19]
