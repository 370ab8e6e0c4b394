"""Reads the development files: real people's words, kept outside the project and never copied into it.

A fixed third of every file is *blind*: it is measured, and its texts are shown to nobody. What was never looked at
cannot have been fitted to.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from bot.evals.lines import bare

FILES = (
    "intents",
    "intents_two_shops",
    "contact",
    "conversations",
    "faq",
    "yesno",
    "names_multiscript",
    "emails_syntax",
)
#: The parts that each measure is made on, in the order they are shown.
HALVES = ("all", "read", "blind")

#: One row as it stands in its file, and many. Nothing here knows all columns.
Row = dict[str, Any]
Rows = list[Row]


class DataError(Exception):
    """The files cannot be read; one line that says which and why."""


def is_blind(row: Row) -> bool:
    """Whether a row is of the blind third. Drawn by a hash of the row's own words (`text`, else `question`, else `id`,
    else the whole row), so that neither the order of a file nor other rows change it."""
    key = row.get("text") or row.get("question") or row.get("id") or json.dumps(row, sort_keys=True)
    return int(hashlib.sha256(str(key).encode()).hexdigest(), 16) % 3 == 0


@dataclass(frozen=True)
class Data:
    """Rows as they stand in the files, by file name without its ending."""

    rows: dict[str, Rows]

    def __getitem__(self, name: str) -> Rows:
        return self.rows[name]

    def told(self) -> Rows:
        """Everything that stands as words in any row of any file, each text as a row of its own."""
        return [{"text": text} for rows in self.rows.values() for row in rows for text in _texts(row)]

    def half(self, name: str) -> Data:
        """One of `HALVES`: the very rows that are in it."""
        if name == "all":
            return self
        return Data({file: [r for r in rows if is_blind(r) is (name == "blind")] for file, rows in self.rows.items()})


#: Texts of fewer words ("thanks for your help") stand in many rows by themselves.
_TELLING = 5


class Veil:
    """Knows the texts of blind rows wherever they stand: one person's words are in several files (a chat, its messages,
    a sentence of it), and a row that may be read can hold what is blind in another."""

    def __init__(self, data: Data) -> None:
        blind = data.half("blind").rows.values()
        texts = {bare(text) for rows in blind for row in rows for text in _texts(row)}
        self._texts = {f" {text} " for text in texts if text.count(" ") >= _TELLING - 1}

    def covers(self, *words: str) -> bool:
        """Whether any of `words` holds a blind row's text of five words or more."""
        told = [f" {bare(each)} " for each in words]
        return any(text in each for text in self._texts for each in told)


def _texts(row: Row) -> Iterator[str]:
    """What people wrote in a row, message by message."""
    yield from (str(row[key]) for key in ("text", "question") if row.get(key))
    yield from map(str, row.get("customer", ()))
    for part in (*row.get("messages", ()), *row.get("turns", ())):
        if part.get("role") != "agent":
            yield str(part["text"])


def read_data(folder: pathlib.Path) -> Data:
    """Every file of `FILES` in `folder`. Raises `DataError`."""
    rows: dict[str, Rows] = {}
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
