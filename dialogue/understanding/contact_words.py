"""What stands beside a name, an address and a wish for help, in every language but English, which has readers of its
own: phrases in `words/contact/*.txt`, a file a language, in sections.

    [name]     right before a full name, as a label or an introduction
    [called]   before a name in passing
    [address]  right before an address of the shopper's own, with [of mine] before it, [is] behind it and [and] between
    [ticket]   what or who is asked for, where somebody asks for a ticket or a person

A language more is a file more; what a file must hold is held by a test.
"""

from __future__ import annotations

import functools
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "words" / "contact"
SECTIONS = ("name", "called", "address", "of mine", "is", "and", "ticket")


@functools.cache
def sections(path: pathlib.Path) -> dict[str, tuple[str, ...]]:
    """The phrases of one file by section. Raises `ValueError` with file and line for what is neither."""
    found: dict[str, list[str]] = {}
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if heading := re.match(r"\[([a-z ]+)\]", line):
            section = heading[1]
            if section not in SECTIONS or section in found:
                raise ValueError(f"{path.name}:{number}: [{section}] is no section, or stands twice")
            found[section] = []
        elif line.strip():
            if not section:
                raise ValueError(f"{path.name}:{number}: a phrase stands below one of {', '.join(SECTIONS)}")
            found[section].append(line.strip().lower())
    return {name: tuple(phrases) for name, phrases in found.items()}


@functools.cache
def _any_of(section: str) -> str:
    phrases = {p for path in FOLDER.glob("*.txt") for p in sections(path).get(section, ())}
    longest_first = sorted(phrases, key=lambda p: (-len(p), p))
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


@functools.cache
def _single() -> frozenset[str]:
    found = {p for path in FOLDER.glob("*.txt") for p in sections(path).get("address", ())}
    return frozenset(p for p in found if " " not in p)


def speaks_of_contact(word: str) -> bool:
    """Whether a word, in small letters, means an address: then it is in nobody's name."""
    return word in _single()
