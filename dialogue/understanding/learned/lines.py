"""Reads the project's own lines: what people say to a shop, by what it is after; and what they answer to an offer.

The first kind stands in `rasa_project/data/*.yml`, Rasa's own training format, a file for each theme, and is read here
without a YAML parser, for it is plain. The second stands in `rasa_project/answers.tsv`: label, language, answer. What is
told beside a yes stands in `rasa_project/settled.tsv`, in the same form.
"""

from __future__ import annotations

import hashlib
import pathlib
import re
from collections.abc import Mapping, Sequence

#: The lines of each head: (label, text) pairs.
Lines = Mapping[str, Sequence["tuple[str, str]"]]
PROJECT = pathlib.Path(__file__).resolve().parents[1] / "rasa_project"
_INTENT = re.compile(r"- intent: (\w+)")
_LINE = re.compile(r" {4}- (.+)")


def intent_lines(folder: pathlib.Path = PROJECT / "data") -> list[tuple[str, str]]:
    """(intent, sentence) pairs of all files, in the files' order."""
    return [pair for path in sorted(folder.glob("*.yml")) for pair in lines_of(path)]


def lines_of(path: pathlib.Path) -> list[tuple[str, str]]:
    """(intent, sentence) pairs of one file."""
    found, intent = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if begins := _INTENT.fullmatch(line):
            intent = begins[1]
        elif said := _LINE.fullmatch(line):
            found.append((intent, said[1].strip()))
    return found


def answer_rows(path: pathlib.Path = PROJECT / "answers.tsv") -> list[tuple[str, str, str]]:
    """(label, language, answer) rows; the label is `affirm`, `deny` or `neither`. Raises `ValueError` for a row that is
    none."""
    return _rows(path, ("affirm", "deny", "neither"))


def _rows(path: pathlib.Path, labels: tuple[str, ...]) -> list[tuple[str, str, str]]:
    found = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not row or row.startswith("#"):
            continue
        parts = row.split("\t")
        if len(parts) != 3 or parts[0] not in labels:
            raise ValueError(f"{path.name}, line {number}: wants label, language and answer, parted by tabs")
        found.append((parts[0], parts[1], parts[2].strip()))
    return found


def answer_lines(path: pathlib.Path = PROJECT / "answers.tsv") -> list[tuple[str, str]]:
    """(label, answer) pairs; as `answer_rows`."""
    return [(label, text) for label, _, text in answer_rows(path)]


#: Of the other lines and answers every so many stand among what is told beside a yes, under these labels.
_EVERY = 5
_BESIDE_YES = {
    "report_issue": "open", "order_status": "open", "question": "asks", "request_ticket": "asks", "affirm": "asks",
}  # fmt: skip


def settled_rows(path: pathlib.Path = PROJECT / "settled.tsv") -> list[tuple[str, str, str]]:
    """(label, language, words) rows of what is told beside a yes; the label is `settled`, `open` or `asks`. Raises
    `ValueError` for a row that is none."""
    return _rows(path, ("settled", "open", "asks"))


def settled_lines(path: pathlib.Path = PROJECT / "settled.tsv") -> list[tuple[str, str]]:
    """(label, words) pairs; as `settled_rows`, and of the lines that tell of trouble (`open`) or ask (`asks`), and of the
    answers that agree (`asks`), a part that a hash draws."""
    rows = [(label, text) for label, _, text in settled_rows(path)]
    known = {text for _, text in rows}
    others = (*intent_lines(), *answer_lines())
    told = [(_BESIDE_YES[label], text) for label, text in others if label in _BESIDE_YES]
    drawn = [(n, t) for n, t in told if int(hashlib.sha256(t.encode()).hexdigest(), 16) % _EVERY == 0]
    return [*rows, *(pair for pair in dict.fromkeys(drawn) if pair[1] not in known)]


def fingerprint(lines: Lines) -> str:
    """Tells whether heads were fitted to these lines, in whatever order they stand."""
    rows = sorted(f"{head}\t{label}\t{text}" for head, pairs in lines.items() for label, text in pairs)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
