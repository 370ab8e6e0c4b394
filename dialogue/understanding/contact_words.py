"""What stands beside a name, an address and a wish for help, in every language but English, which has readers of its
own: phrases in `words/contact/*.txt`, a file a language, in sections.

    [name]     right before a full name, as a label or an introduction
    [called]   before a name in passing
    [address]  right before an address of the shopper's own, with [of mine] before it, [is] behind it and [and] between
    [ticket]   what or who is asked for, where somebody asks for a ticket or a person
    [at] [dot] how the signs of an address are said

A language more is a file more; what a file must hold is held by a test.
"""

from __future__ import annotations

import functools
import re

from dialogue.understanding.word_files import FOLDER as WORD_FILES
from dialogue.understanding.word_files import sections

FOLDER = WORD_FILES / "contact"
SECTIONS = ("name", "called", "address", "of mine", "is", "and", "ticket", "at", "dot")


@functools.cache
def _any_of(section: str) -> str:
    phrases = {p for path in FOLDER.glob("*.txt") for p in sections(path, SECTIONS).get(section, ())}
    longest_first = sorted(phrases, key=lambda p: (-len(p), p))
    if not phrases:
        return "(?!)"
    return "(?:" + "|".join(re.escape(p).replace(r"\ ", "[ ]+") for p in longest_first) + ")"


_SIGN = r"[ ]*(?:[:=]|[-–](?=[ ]))?[ ]*"
NAME = re.compile(rf"(?<!\w){_any_of('name')}(?!\w)[ ]*(?:(?<![\w]){_any_of('is')}(?!\w))?{_SIGN}(?=\S)")
CALLED = re.compile(rf"(?<!\w){_any_of('called')}[ ]+(?=\S)")
ADDRESS = re.compile(
    rf"(?<!\w)(?:{_any_of('and')}[ ]+)?(?:{_any_of('of mine')}[ ]*)*(?:{_any_of('address')}(?!\w)[ ]*)+"
    rf"(?:(?<!\w){_any_of('is')}(?!\w))?{_SIGN}$"
)
AND = re.compile(rf"(?<!\w){_any_of('and')}[ ]*$")
#: Behind what Arabic writes together with a noun: and, with, to, the.
TICKET = re.compile(rf"(?<!\w)و?(?:بال|لل|ال|[لب])?{_any_of('ticket')}(?!\w)")


#: How "@" and "." are said.
AT, DOT = _any_of("at"), _any_of("dot")


@functools.cache
def _single() -> frozenset[str]:
    found = {p for path in FOLDER.glob("*.txt") for p in sections(path, SECTIONS).get("address", ())}
    return frozenset(p for p in found if " " not in p)


def speaks_of_contact(word: str) -> bool:
    """Whether a word, in small letters, means an address: then it is in nobody's name."""
    return word in _single()
