"""Answers that are known by themselves: what the project's own lines call always a yes or always a no, in any language,
alone or one after another ("ja gern, mach das")."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from dialogue.understanding.learned.lines import answer_rows
from dialogue.understanding.text import plain
from dialogue.vocabulary import Answer

#: A sign of a question is part of the word before it: "really?" agrees to nothing.
_WORD = re.compile(r"[^\s,.!;:–—-]+")
#: More words than this tell something beside a yes or a no.
_LONGEST = 12

#: The words of an answer -> what it means.
Known = Mapping["tuple[str, ...]", Answer]


def _words(low: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(low))


@functools.cache
def _known() -> Mapping[str, Known]:
    """What is always a yes or always a no, a mapping for each language."""
    meant = {"affirm": Answer.AFFIRM, "deny": Answer.DENY}
    labels: dict[str, dict[tuple[str, ...], set[str]]] = {}
    for label, language, text in answer_rows():
        labels.setdefault(language, {}).setdefault(_words(plain(text)), set()).add(label)
    return {
        language: {w: meant[next(iter(one))] for w, one in told.items() if len(one) == 1 and one <= meant.keys()}
        for language, told in labels.items()
    }


def told_by_whole_answers(low: str) -> Answer | None:
    """The answer that a message in plain form gives as a whole, or that every part of it gives, all parts of one language;
    None where a part is not known, or where two languages take the message for different things."""
    told = {answer for _, answer in _told(_words(low))}
    return told.pop() if len(told) == 1 else None


def languages_of(low: str) -> frozenset[str]:
    """The languages in which a text is such an answer."""
    return frozenset(language for language, _ in _told(_words(low)))


def _told(words: tuple[str, ...]) -> set[tuple[str, Answer]]:
    if not words or len(words) > _LONGEST:
        return set()
    return {
        (language, answer)
        for language, known in _known().items()
        for answer in (Answer.AFFIRM, Answer.DENY)
        if _parted(words, known, answer)
    }


def _parted(words: tuple[str, ...], known: Known, answer: Answer) -> bool:
    """Whether the words can be parted into answers that all mean this one."""
    reached = {0}
    for end in range(1, len(words) + 1):
        if any(known.get(words[begin:end]) is answer for begin in reached):
            reached.add(end)
    return len(words) in reached
