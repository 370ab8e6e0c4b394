"""What a person must look at before an imported text is published: words that the strict rules forbid, secrets, and
what may be somebody's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from bot.history.masking import EMAIL_ADDRESS
from bot.operations.importing.pieces import Piece
from bot.operations.importing.readable import Readable
from dialogue.referee.words import faults
from dialogue.understanding.secrets import mask

#: Words in a row by which a passage is found again in its source.
_ROW = 3
#: Signs shown before and behind what was masked.
_AROUND = 50


@dataclass(frozen=True)
class Problem:
    """Where it is (`line` is 0 where the source has no lines to count), and what: `kind` is a rule's number, `personal`
    or `long`. A secret is never named by itself."""

    source: str
    line: int
    kind: str
    told: str


def problems_in(piece: Piece, said: Readable, mail: str) -> list[Problem]:
    """What is to be looked at in a page. `mail` is the shop's own address, which is nobody's secret."""
    found: dict[Problem, None] = {}
    lines = piece.raw.split("\n")
    for passage in said.passages:
        for kind, told in _told(passage.text, mail):
            line = piece.first + passage.line if piece.first and not piece.own else _line(lines, passage.text)
            found[Problem(piece.source, line, kind, told)] = None
    return list(found)


def _told(text: str, mail: str) -> Iterator[tuple[str, str]]:
    yield from faults("answer", text, "")
    if (masked := mask(text)) != text:
        at = next((n for n, (a, b) in enumerate(zip(text, masked, strict=False)) if a != b), 0)
        yield "R17", f"what looks like a secret is masked: … {masked[max(0, at - _AROUND) : at + _AROUND]} …"
    if any(a.lower() != mail.lower() and a[-1].isalpha() for a in EMAIL_ADDRESS.findall(text)):
        yield "personal", "it names an email address; is it one that everybody may know?"
    if any(True for _ in phonenumbers.PhoneNumberMatcher(text, None)):
        yield "personal", "it names a telephone number; is it one that everybody may know?"


def _line(lines: list[str], passage: str) -> int:
    """The line of a source on which a passage begins, 0 where its words do not stand there as they are."""
    words = passage.split()
    for first in range(min(len(words), 20)):
        row = " ".join(words[first : first + _ROW])
        if (found := next((n for n, line in enumerate(lines, 1) if row in line), 0)) and len(row) > 5:
            return found
    return 0
