"""The project's own training sentences, each with the file it stands in, and how sentences are compared."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass

from dialogue.understanding.learned.lines import PROJECT, answer_lines, lines_of


@dataclass(frozen=True)
class Line:
    """A sentence as it stands in its file; `bare` is how it is compared. `manner` is the file's name: lines on one
    theme stand in one file."""

    label: str
    text: str
    file: pathlib.Path

    @property
    def bare(self) -> str:
        return bare(self.text)

    @property
    def manner(self) -> str:
        return self.file.stem


def bare(text: str) -> str:
    """The words alone, in small letters, apostrophes left out."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def training_lines(folder: pathlib.Path = PROJECT / "data") -> list[Line]:
    """Every sentence that the head for intents is fitted to, in the files' order."""
    return [Line(label, text, path) for path in sorted(folder.glob("*.yml")) for label, text in lines_of(path)]


def answers(path: pathlib.Path = PROJECT / "answers.tsv") -> list[Line]:
    """Every sentence that the head for answers is fitted to, in the file's order."""
    return [Line(label, text, path) for label, text in answer_lines(path)]
