"""`askonce replay --watch`: the same command again, in a new process, whenever a file changes."""

from __future__ import annotations

import os
import pathlib
import subprocess
import time
from collections.abc import Iterable, Sequence

import click

_WATCHED = ("*.yml", "*.yaml", "*.py", "*.md", "*.json")


def fingerprint(roots: Iterable[pathlib.Path]) -> dict[str, int]:
    """When each watched file was last written."""
    found: dict[str, int] = {}
    for root in roots:
        files = [root] if root.is_file() else [f for p in _WATCHED for f in root.rglob(p) if ".venv" not in f.parts]
        for file in files:
            try:
                found[str(file)] = os.stat(file).st_mtime_ns
            except OSError:
                continue
    return found


def watch(
    command: Sequence[str], roots: Sequence[pathlib.Path], *, rounds: int | None = None, every: float = 0.5
) -> None:
    """Run `command` in a process of its own, and again whenever a file below `roots` changes, until Ctrl-C: a new
    process sees the new table, phrases and articles."""
    done = 0
    while rounds is None or done < rounds:
        before = fingerprint(roots)
        subprocess.run(list(command), check=False)
        done += 1
        click.echo("Waiting for a change (Ctrl-C ends) ...", err=True)
        while (rounds is None or done < rounds) and fingerprint(roots) == before:
            time.sleep(every)
