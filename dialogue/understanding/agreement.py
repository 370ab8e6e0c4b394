"""A yes at the beginning of an answer, and what is told beside it, in every language: words in `words/agreement/*.txt`,
a file a language, in sections.

    [yes]     what agrees by itself
    [weak]    what agrees, or only takes note ("ok")
    [please]  what may stand behind either and leaves it as it is

A yes beside which the matter is told to be settled ("yes, that helped", "ja, läuft wieder") takes no offer, so what
stands beside it is weighed by itself (R7).
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass

from dialogue.understanding.whole_answers import told_by_whole_answers
from dialogue.understanding.word_files import FOLDER as WORD_FILES
from dialogue.understanding.word_files import sections
from dialogue.vocabulary import Answer

FOLDER = WORD_FILES / "agreement"
SECTIONS = ("yes", "weak", "please")
#: What parts a yes from the words behind it.
_SIGN = r"[ ]*[,.!;:،؛。、\n–—][ ,.!;:،؛。、\n–—-]*|[ ]+[-][ ]+"

_SIGNS = re.compile(_SIGN)
#: A yes is told in so many pieces at most.
_ANSWERS = 4


@dataclass(frozen=True)
class Beside:
    """An answer that begins with a yes. `rest`: what is told beside it, empty where it is nothing. `outright`: it is a
    yes and no mere "ok", and parted from the rest by a sign or a courtesy."""

    rest: str
    outright: bool


@functools.cache
def _any_of(*names: str) -> str:
    phrases = {p for path in FOLDER.glob("*.txt") for n in names for p in sections(path, SECTIONS).get(n, ())}
    longest_first = sorted(phrases, key=lambda p: (-len(p), p))
    return "(?:" + "|".join(re.escape(p).replace(r"\ ", "[ ]+") for p in longest_first) + ")"


@functools.cache
def _begins() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<yes>{_any_of('yes')})|{_any_of('weak')})(?!\w)"
        rf"(?P<please>(?:[ ,]+{_any_of('please')}(?!\w))*)(?P<sign>{_SIGN}|[ ]+|$)"
    )


@functools.cache
def _takes_note() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of('weak', 'please')}(?!\w)[ ,.!]*)+")


def beside(low: str) -> Beside | None:
    """What stands beside the yes that a message in plain form begins with; None where it begins with none. The yes is one
    of the words, or as many of the answers that are known by themselves as stand in front of a sign ("ja mach das, ...")."""
    begins = _begins().match(low)
    end, outright = (0, False) if begins is None else (begins.end(), begins["yes"] is not None and _is_parted(begins))
    for sign in itertools.islice(_SIGNS.finditer(low), _ANSWERS):
        told = low[: sign.start()]
        if sign.start() >= end and told_by_whole_answers(told) is Answer.AFFIRM and not _takes_note().fullmatch(told):
            end, outright = sign.end(), True
    return Beside(low[end:].strip(" ,.!-–\n"), outright) if end else None


def _is_parted(begins: re.Match[str]) -> bool:
    return bool(begins["please"] or begins["sign"].strip(" ") or begins.end() == len(begins.string))
