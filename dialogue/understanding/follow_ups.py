"""Questions that go on from the last one ("and to Norway?", "was ist mit Schuhen?"): who asks one names no matter, and
means that of the question answered before. The words stand in `words/follow_ups/*.txt`, a file a language: [asks] begins
one whatever its end, [opens] and [closes] stand around one that ends in a question mark, [leans] begins what is no
question without the one before it ("to Norway", "if it is late"), [mine] speaks of a thing of one's own, which is no
question about what holds for everybody, [places] are countries as people call them beside their names, and [no
question] is a whole message that asks nothing. A phrase that ends in a hyphen is the beginning of a word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale

from dialogue.understanding import cues
from dialogue.understanding.text import WORD, plain
from dialogue.understanding.word_files import FOLDER as WORD_FILES
from dialogue.understanding.word_files import sections

FOLDER = WORD_FILES / "follow_ups"
SECTIONS = ("asks", "opens", "closes", "leans", "mine", "places", "no question")
#: Words and letters of a message that is looked at: a longer one names its own matter.
_LONGEST, _LETTERS = 9, 90
#: Words of the longest phrase in the files.
_WORDS = 6
_ASKED = re.compile(r"[?？؟]\W*$")


@dataclass(frozen=True)
class FollowUp:
    """A question that goes on from another. `about`: what it asks of, without the words around it; `leans`: it is no
    question without the one before it; `likens`: it asks whether the same holds ("what about shoes?"). One that is
    neither may well ask something new ("and gift cards?")."""

    about: str
    leans: bool
    likens: bool


@dataclass(frozen=True)
class _Phrases:
    """The phrases of one section of one language: whole ones, and beginnings of a word."""

    whole: frozenset[str]
    begun: tuple[str, ...]

    def after(self, words: str) -> str | None:
        """What follows the longest of them that `words`, parted by single spaces, begin with; None where none does, or
        nothing follows."""
        parts = words.split(" ")
        for n in range(min(_WORDS, len(parts) - 1), 0, -1):
            if " ".join(parts[:n]) in self.whole:
                return " ".join(parts[n:])
        begun = next((b for b in self.begun if words.startswith(b) and len(words) > len(b)), None)
        return None if begun is None else words.removeprefix(begun).strip()

    def before(self, words: str) -> str | None:
        """What stands before one of them at the end of `words`; None where none ends them, or nothing stands there."""
        parts = words.split(" ")
        ends = (n for n in range(1, min(_WORDS, len(parts))) if " ".join(parts[-n:]) in self.whole)
        return next((" ".join(parts[:-n]) for n in ends), None)

    def within(self, words: str) -> bool:
        """Whether one of their single words is among `words`."""
        return not self.whole.isdisjoint(words.split(" "))


_Language = dict[str, _Phrases]


@functools.cache
def _languages() -> tuple[_Language, ...]:
    """The phrases by section, a language each; its places are those that its file and CLDR name."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        of = dict(sections(path, SECTIONS))
        of["places"] = (*of["places"], *Locale.parse(path.stem).territories.values())
        found.append({section: _phrases(phrases) for section, phrases in of.items()})
    return tuple(found)


def _phrases(phrases: Sequence[str]) -> _Phrases:
    begun = tuple(_bare(p.removesuffix("-")) for p in phrases if p.endswith("-"))
    return _Phrases(frozenset(_bare(p) for p in phrases if not p.endswith("-")), begun)


def _bare(text: str) -> str:
    """The words of a text in small letters without accents, parted by single spaces; what an apostrophe parts is two."""
    parted = unicodedata.normalize("NFD", plain(text)).replace("'", " ")
    return " ".join(WORD.findall("".join(c for c in parted if not unicodedata.combining(c))))


def follow_up(text: str) -> FollowUp | None:
    """What a whole message is as a question that goes on from one before it; None where it goes on from none. Never
    raises, whatever the text."""
    if len(text) > _LETTERS or cues.TROUBLE.search(low := plain(text)) or cues.LATE.search(low):
        return None
    words, ends = _bare(text), _ASKED.search(text) is not None
    if len(words.split(" ")) > _LONGEST or any(
        words in x["no question"].whole or x["mine"].within(words) for x in _languages()
    ):
        return None
    return next((found for x in _languages() if (found := _in(x, words, ends=ends))), None)


def goes_on(text: str) -> bool:
    """Whether a whole message goes on from a question before it."""
    return follow_up(text) is not None


def _in(language: _Language, words: str, *, ends: bool) -> FollowUp | None:
    about = alike = language["asks"].after(words)
    if about is None and ends:
        about = language["opens"].after(words)
        alike = language["closes"].before(about or words)
        about = alike or about
    if not about:
        return None
    places = language["places"].whole
    place = about in places or about.partition(" ")[2] in places  # "la Suisse"
    leans = place or language["leans"].after(about) is not None
    own = not leans and cues.QUESTION_START.match(about)  # "and do you sell vouchers?" is a question of its own
    return None if own else FollowUp(about, leans, likens=alike is not None)
