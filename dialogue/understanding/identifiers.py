"""Identifiers told alone: a number or a code beside words that say which it is ("order id 4711"), or a street with the
code of its place. They say which, and not what: no issue and no question. The words stand in
`words/identifiers/*.txt`, a file a language.
"""

from __future__ import annotations

import functools
import re

from dialogue.understanding.text import WORD
from dialogue.understanding.word_files import FOLDER as WORD_FILES
from dialogue.understanding.word_files import sections

FOLDER = WORD_FILES / "identifiers"
SECTIONS = ("which",)
_CODE = re.compile(r"\S*\d\S*")
_CODE_OF_PLACE = r"\d{4,5}(?:-\d{3,4})?"
#: "12 High Street, 90210", or "Hauptstr. 12, 10115 Berlin".
_STREET = re.compile(
    rf"(?:(?:[^\W\d]+ )?[^\W\d]+[:,] *)?\d{{1,5}}[a-z]?,? [^?\d]+(?:\d+[^?\d]+)?[ ,]{_CODE_OF_PLACE}\W*"
    rf"|(?:[^\W\d]+: *)?[^?,\d]+ \d{{1,4}}[a-z]?, *{_CODE_OF_PLACE} [^?,\d]+"
)
#: Letters of a clause that are looked at; a longer one says more than which.
_LONGEST = 120


@functools.cache
def _which() -> frozenset[str]:
    return frozenset(p for path in FOLDER.glob("*.txt") for p in sections(path, SECTIONS)["which"])


def tells_which(low: str) -> bool:
    """Whether a clause in plain form holds an identifier and nothing beside that says more."""
    if len(low) > _LONGEST:
        return False
    without = _CODE.sub(" ", low)
    told = without != low and all(word in _which() for word in WORD.findall(without))
    return told or _STREET.fullmatch(low) is not None
