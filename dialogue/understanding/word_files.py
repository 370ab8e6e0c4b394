"""Reads the files of words that a language is: phrases, one a line, below the name of their section in brackets."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Sequence

FOLDER = pathlib.Path(__file__).parent / "words"


@functools.cache
def sections(path: pathlib.Path, known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The phrases of one file by section, in small letters. `known`: the sections that there may be, a tuple. Raises
    `ValueError` with file and line for what is neither section nor phrase."""
    found: dict[str, list[str]] = {}
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if heading := re.match(r"\[([a-z ]+)\]", line):
            section = heading[1]
            if section not in known or section in found:
                raise ValueError(f"{path.name}:{number}: [{section}] is no section, or stands twice")
            found[section] = []
        elif line.strip():
            if not section:
                raise ValueError(f"{path.name}:{number}: a phrase stands below one of {', '.join(known)}")
            found[section].append(line.strip().lower())
    return {name: tuple(phrases) for name, phrases in found.items()}
