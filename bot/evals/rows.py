"""Reads the development files: real people's words, kept outside the project and never copied into it."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any

import orjson

FILES = ("intents", "contact", "conversations", "faq", "yesno", "names_multiscript", "emails_syntax")


class DataError(Exception):
    """The files cannot be read; one line that says which and why."""


@dataclass(frozen=True)
class Data:
    """Rows as they stand in the files, by file name without its ending."""

    rows: dict[str, list[dict[str, Any]]]

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        return self.rows[name]


def read_data(folder: pathlib.Path) -> Data:
    """Every file of `FILES` in `folder`. Raises `DataError`."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in FILES:
        path = folder / f"{name}.jsonl"
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror}); say where the files are with --data") from error
        rows[name] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise DataError(f"{path}, line {number}: not JSON ({error})") from error
            if not isinstance(row, dict):
                raise DataError(f"{path}, line {number}: must be an object")
            rows[name].append(row)
        if not rows[name]:
            raise DataError(f"{path} holds no rows")
    return Data(rows)
