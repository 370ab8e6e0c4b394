"""A text made plain for finding secrets in it: without case, accents, invisible signs and scripts of digits; with the way back.

Every token knows where it stands in the text as it was written, so that what is found here is replaced there and nothing else
is touched. One character at a time: no character's plain form depends on its neighbours.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

CARD, CODE, PASSWORD = "[card number removed]", "[security code removed]", "[password removed]"
ACCOUNT = "[account number removed]"
_NOTES = (CARD, CODE, PASSWORD, ACCOUNT)
#: What stands for a note of ours in the plain text: no sign that anybody writes.
ATOM = "\ue000"
#: Notes, and beginnings of notes where a text was cut: they are ours and hold nothing.
_CUT = sorted({note[:n] for note in _NOTES for n in range(2, len(note))}, key=len, reverse=True)
_NOTE = re.compile("|".join([*map(re.escape, _NOTES), rf"(?:{'|'.join(map(re.escape, _CUT))})(?=…?\Z)"]))
_NEEDS_CARE = re.compile(r"[\[\x00-\x08\x0e-\x1f\x7f]")
#: What the bot drew by chance, a reference or an id: one word whatever stands in it, for "PW" and digits come together there too.
_DRAWN = r"(?<![^\W_])(?:ao-[0-9a-z]{6,12}-\d{1,6}|(?=\d*[a-f])[0-9a-f]{32})(?![^\W_])"
_TOKEN = re.compile(
    rf"(?P<atom>{ATOM})|(?P<drawn>{_DRAWN})|(?P<word>[^\W\d_]+)|(?P<digits>\d+)|(?P<line>\s*\n\s*)|(?P<space>\s+)|(?P<sign>.)",
    re.S,
)

WORD, DIGITS, SIGN, NOTE = "word", "digits", "sign", "note"
_KINDS = {"atom": NOTE, "drawn": WORD}
#: How a token stands to the one before it.
GLUED, SPACED, NEXT_LINE = 0, 1, 2


class Token(NamedTuple):
    """A word, a run of digits, a sign or a note of ours. `plain` is what it is compared by, `start` and `end` are places in the
    text as it was written, `gap` tells what stands before it."""

    kind: str
    plain: str
    start: int
    end: int
    gap: int


_LINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
#: Letters and spaces that show nothing and are no format signs.
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800\u0640"
_ALIKE = {
    **dict.fromkeys("’‘ʼ`´‚‛′＇", "'"), **dict.fromkeys("“”„‟«»″＂", '"'), **dict.fromkeys("‐‑‒–—―−﹣－⁃", "-"),
    "ى": "ي", "ة": "ه", ATOM: "\ufffd",
}  # fmt: skip


@functools.lru_cache(maxsize=4096)
def plain_form(char: str) -> str:
    """What one character is compared by; empty where it shows nothing."""
    if char in _LINES:
        return "\n"
    if char.isspace():
        return " "
    if char in _ALIKE:
        return _ALIKE[char]
    if char in _UNSEEN or unicodedata.category(char) in ("Cc", "Cf", "Mn", "Me"):
        return ""
    if (digit := unicodedata.digit(char, -1)) >= 0:
        return str(digit)
    if unicodedata.category(char) in ("So", "Sk") and not unicodedata.normalize("NFKC", char).isalnum():
        return " "  # pictures stand between words as spaces do
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char).casefold())
    bare = "".join(_ALIKE.get(c, c) for c in folded if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    shown = bare.strip("().,")
    if len(bare) == 1 or shown.isalpha() or shown.isdecimal():
        return bare if len(bare) == 1 else shown
    return char


def _plain(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The plain text, and for each of its characters where it begins and ends in `text`. Invisible signs go with what they
    follow."""
    if text.isascii() and not _NEEDS_CARE.search(text):
        return text.lower().replace("\r", "\n"), range(len(text)), range(1, len(text) + 1)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for note in [*_NOTE.finditer(text), None]:
        for place in range(at, note.start() if note else len(text)):
            shown = plain_form(text[place])
            if not shown and ends:
                ends[-1] = place + 1
            for char in shown:
                out.append(char)
                starts.append(place)
                ends.append(place + 1)
        if note:
            out.append(ATOM)
            starts.append(note.start())
            ends.append(note.end())
            at = note.end()
    return "".join(out), starts, ends


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, in order; white space is only their distance."""
    plain, starts, ends = _plain(text)
    found: list[Token] = []
    gap = NEXT_LINE
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or SIGN
        if kind in ("line", "space"):
            gap = NEXT_LINE if kind == "line" or gap == NEXT_LINE else SPACED
            continue
        start, end = match.span()
        kind, shown = _KINDS.get(kind, kind), match.group()
        if kind == WORD and end - start == 1:  # a word of one letter keeps its accent: in Portuguese "e" is and, "é" is
            shown = unicodedata.normalize("NFC", text[starts[start] : ends[start]].casefold())[:1]
        found.append(Token(kind, shown, starts[start], ends[end - 1], gap))
        gap = GLUED
    return found


def words_of(text: str) -> tuple[frozenset[str], bool]:
    """The plain words of a text, and whether it holds thirteen digits or more: enough to tell that there is no secret."""
    plain = text.lower() if text.isascii() else "".join(map(plain_form, text))
    return frozenset(_LETTERS.findall(plain)), _THIRTEEN.match(plain) is not None


_LETTERS = re.compile(r"[^\W\d_]+")
_THIRTEEN = re.compile(r"(?:\D*\d){13}")
