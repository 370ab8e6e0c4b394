"""The project's own training sentences and the patterns that some of them are made of, each with the place it stands.

Read as text: plain lines below `dialogue/understanding/lines/`, a Rasa file, patterns with choices. Whichever of them
exists is read.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML

UNDERSTANDING = pathlib.Path(__file__).resolve().parents[2] / "dialogue" / "understanding"
_ENTITY = re.compile(r"\[([^\]]+)\]\(\w+\)")
_CHOICE = re.compile(r"\(([^()\[\]]*\|[^()\[\]]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Line:
    """A sentence as it stands in its file; `bare` is how it is compared. `manner` is the file's name: lines of one kind
    stand in one file."""

    label: str
    text: str
    file: pathlib.Path
    number: int

    @property
    def bare(self) -> str:
        return bare(self.text)

    @property
    def manner(self) -> str:
        return self.file.stem


@dataclass(frozen=True)
class Pattern(Line):
    """A sentence with choices, `(a|b)` and `{slot}`; `made` tells whether a bare sentence can be made of it."""

    made: re.Pattern[str]


def bare(text: str) -> str:
    """The words alone, in small letters, apostrophes left out."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def training_lines(root: pathlib.Path = UNDERSTANDING) -> list[Line]:
    """Every training sentence, entity marks removed."""
    found = list(_from_rasa(root / "rasa_project" / "data" / "nlu.yml"))
    for path in sorted((root / "lines").glob("*/*.txt")):
        found += _from_plain(path)
    return found


def patterns(root: pathlib.Path = UNDERSTANDING) -> list[Pattern]:
    """Every sentence with choices that training sentences are made of."""
    folder = root / "rasa_project" / "patterns"
    slots = _slots(folder / "slots.yml")
    found = []
    for path in sorted(folder.glob("*.txt")):
        for number, text in _sentences(path):
            made = re.compile(_expression(_ENTITY.sub(r"\1", text), slots))
            found.append(Pattern(path.stem, text, path, number, made))
    return found


def _sentences(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if (text := raw.strip()) and not text.startswith("#"):
            yield number, text


def _from_plain(path: pathlib.Path) -> Iterable[Line]:
    label = ""
    for number, text in _sentences(path):
        if heading := re.fullmatch(r"\[(\w+)\]", text):
            label = heading[1]
        else:
            yield Line(label, _ENTITY.sub(r"\1", text), path, number)


def _from_rasa(path: pathlib.Path) -> Iterable[Line]:
    label = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        if raw.startswith("- intent: "):
            label = raw.removeprefix("- intent: ")
        elif raw.startswith("    - "):
            yield Line(label, _ENTITY.sub(r"\1", raw[6:]), path, number)


# ---------------------------------------------------------------- what a pattern can make

_BETWEEN = " ?"  # what stands between words, or between a word and its ending, may be one space of a bare sentence


def _slots(path: pathlib.Path) -> dict[str, str]:
    """Each slot as an expression over bare sentences; `{person}` is any two words."""
    raw = YAML(typ="safe").load(path) if path.exists() else {}
    made: dict[str, str] = {"person": r"\w+ \w+"}
    for name, words in raw.items():
        made[name] = "(?:" + "|".join(_expression(str(w), made) for w in words) + ")"
    return made


def _expression(text: str, slots: dict[str, str]) -> str:
    """A sentence with choices as an expression that matches every bare sentence that can be made of it. Choices are
    taken from the innermost outwards, as the maker of the lines does."""
    parts: list[str] = []

    def keep(expression: str) -> str:
        parts.append(expression)
        return f"\x00{len(parts) - 1}\x01"

    text = _SLOT.sub(lambda m: keep(slots[m[1]]), text)
    while match := _CHOICE.search(text):
        choices = "|".join(_literal(c) for c in match[1].split("|"))
        text = text[: match.start()] + keep(f"(?:{choices})") + text[match.end() :]
    made = _literal(text)
    while "\x00" in made:
        made = re.sub("\x00(\\d+)\x01", lambda m: parts[int(m[1])], made)
    return made


def _literal(text: str) -> str:
    """Words as they stand in a bare sentence, what is kept apart (between marks) as it is."""
    out = []
    for piece in re.split("(\x00\\d+\x01)", text.lower().replace("'", "").replace("’", "")):
        if piece.startswith("\x00"):
            out.append(piece)
        else:
            out.append(re.sub(r"\W+", lambda m: _BETWEEN, piece))
    return "".join(out)
