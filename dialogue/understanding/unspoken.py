"""What is made of a message in a language that nobody here speaks: it is taken as it stands, and nobody is left without
a way (R13).

The heads know what Italian or Korean is after as far as the encoder does, and nothing of Hindi or Greek: there, only
what is a matter of form stays (addresses, secrets, a yes or no beside an offer), and the words are the issue.
"""

from __future__ import annotations

from dataclasses import replace

from dialogue.events import Understanding
from dialogue.understanding.text import WORD
from dialogue.vocabulary import Signal

#: The languages, beside those that are spoken here, that the sentence encoder was trained on.
ENCODED = frozenset(("it", "ja", "ko", "nl", "pl", "ru", "th", "tr", "zh"))
#: What rests on no head.
_OF_FORM = frozenset(
    (Signal.SECRET, Signal.IN_DANGER, Signal.ABUSES, Signal.NAME_ASIDE, Signal.CANCELS, Signal.GREETING, Signal.THANKS)
)
#: Fewer words state no issue.
_FEW = 2


def as_it_stands(understood: Understanding, language: str) -> Understanding:
    """The understanding of a message in `language`, which is none that is spoken here, with its own words as the issue
    where nothing better is known."""
    known = understood
    if language not in ENCODED:
        known = replace(known, reason=None, question=None, signals=known.signals & _OF_FORM)
    told = known.answer or known.name or known.email or known.rejected or known.reason or known.question
    if told or known.signals - {Signal.CHATS, Signal.SECRET, Signal.GREETING}:
        return known
    words = known.kept.strip()
    if len(WORD.findall(words)) < _FEW and not _unspaced(words):
        return known
    return replace(known, reason=words, signals=known.signals - {Signal.CHATS})


def _unspaced(words: str) -> bool:
    """Whether a script without spaces says more than a word or two."""
    return len(words) >= 6 and not any(c.isascii() and c.isalpha() for c in words)
