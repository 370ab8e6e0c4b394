"""Makes the lines of the head for names: names of people, put together from the lists; and what is said and is none.

The lists of names are long and of many countries, but no list holds everybody. What a head learns from them is what
names look like ("sathvik mathai"), and from the project's own lines what two or three words look like that are none
("vino picado", "keine Lust"). Standard library only, and plain enough for Python 3.10, because `fit` runs in Rasa's
environment.
"""

from __future__ import annotations

import hashlib
import pathlib
import random
import re
from collections.abc import Iterator, Sequence

from dialogue.understanding.learned.lines import answer_lines, intent_lines
from dialogue.understanding.learned.ngrams import level

#: The labels: a name, something told or asked, an answer to an offer.
NAME, SAID, ANSWERED = "name", "said", "answered"
#: How many names are made, of what seed; and how many of the texts that are none are taken, by chance.
MADE, SEED, TAKEN = 6000, 7, 12_000
#: Words of a text that may be weighed: a longer one is no name alone.
FEWEST, MOST = 2, 5
#: How often one part of a name is misspelt.
_SLIPS = 0.15
_LEXICONS = pathlib.Path(__file__).resolve().parents[1] / "lexicons"
_GIVEN = (_LEXICONS / "given_names.txt", _LEXICONS / "given_names_arabic.txt")
_FAMILY = (_LEXICONS / "family_names.txt", _LEXICONS / "family_names_arabic.txt")
_BRANDS = _LEXICONS / "brands.txt"
#: Every list that is read here.
LISTS = (*_GIVEN, *_FAMILY, _BRANDS)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BETWEEN = ("de", "van", "al", "el", "von", "bin", "da", "di", "ben", "le", "mc", "dos", "del", "der")


def _list(*files: pathlib.Path) -> list[str]:
    """The lines of lists, in order, each once; remarks left out."""
    rows = (row.strip() for file in files for row in file.read_text(encoding="utf-8").splitlines())
    return sorted({row for row in rows if row and not row.startswith("#")})


class _Maker:
    """Puts names together, always the same ones: `random()` alone is the same in every version of Python."""

    def __init__(self, given: Sequence[str], family: Sequence[str]) -> None:
        self._given, self._family = given, family
        self._random = random.Random(SEED)

    def one(self, of: Sequence[str]) -> str:
        return of[int(self._random.random() * len(of))]

    def place(self, below: int) -> int:
        return int(self._random.random() * below)

    def _part(self, of: Sequence[str]) -> str:
        part = self.one(of)
        return self._slip(part) if len(part) > 4 and self._random.random() < _SLIPS else part

    def _slip(self, word: str) -> str:
        """`word` with two letters turned, one left out, or one twice."""
        at = 1 + self.place(len(word) - 2)
        turned, less, twice = word[at + 1] + word[at] + word[at + 2 :], word[at + 1 :], word[at] + word[at:]
        return word[:at] + self.one((turned, less, twice))

    def name(self) -> str:
        """A name of two or three parts, in one of the orders that people write them in."""
        first, last, kind = self._part(self._given), self._part(self._family), self._random.random()
        if kind < 0.62:
            return f"{first} {last}"
        if kind < 0.72:
            return f"{first} {self.one(self._given)} {last}"
        if kind < 0.80:
            return f"{first} {self.one('abcdefghijklmnoprstw')} {last}"
        if kind < 0.88:
            return f"{first} {last} {self.one(self._family)}"
        if kind < 0.94:
            return f"{last} {first}"
        return f"{first} {self.one(_BETWEEN)} {last}"


def _pieces(maker: _Maker, text: str) -> Iterator[str]:
    """A short text whole, and of a longer one two or three words that stand side by side in it."""
    words = _WORD.findall(text)
    if FEWEST <= len(words) <= MOST:
        yield level(text)
    if len(words) > FEWEST + 1:
        at, size = maker.place(len(words) - FEWEST), FEWEST + maker.place(2)
        yield level(" ".join(words[at : at + size]))


def name_lines() -> list[tuple[str, str]]:
    """(label, text) pairs, each text once; what is said and consists of listed names alone is left out, for who could
    tell it from a name?"""
    given, family = _list(*_GIVEN), _list(*_FAMILY)
    maker = _Maker(given, family)
    listed = {name.casefold() for name in (*given, *family)}
    made = dict.fromkeys((maker.name() for _ in range(MADE)), NAME)
    brands = [text for text in _list(_BRANDS) if " " in text]
    told = [*brands, *(text for _, text in intent_lines())]
    none = {piece: SAID for text in told for piece in _pieces(maker, text)}
    none |= {piece: ANSWERED for _, text in answer_lines() for piece in _pieces(maker, text)}
    free = [t for t in none if t not in made and not all(w in listed for w in _WORD.findall(t))]
    taken = sorted(free, key=lambda text: hashlib.sha256(text.encode()).digest())[:TAKEN]
    return [(label, text) for text, label in made.items()] + [(none[text], text) for text in taken]
