"""What the heads make of a draft: of the whole message, of each of its clauses, and of it as an answer to an offer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dialogue.events import Intent
from dialogue.understanding import agreement
from dialogue.understanding.drafts import Asked, Draft
from dialogue.understanding.learned.encoder import LONGEST, encode_asked
from dialogue.understanding.learned.heads import ANSWER, INTENT, NAME, SETTLED, Heads, heads
from dialogue.understanding.learned.ngrams import features, level
from dialogue.understanding.learned.tables import kept_rows
from dialogue.understanding.name_forms import SUFFIXES
from dialogue.understanding.name_shapes import is_never_a_name
from dialogue.understanding.never_names import is_latin
from dialogue.understanding.reader import draft, guessed_name
from dialogue.understanding.text import WORD, is_family_name, is_given_name, plain
from dialogue.vocabulary import IntentName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: How probable each intent is; the values add up to 1. Empty: nothing was said that could be weighed.
Weight = Mapping[IntentName, float]


@dataclass(frozen=True)
class Opinion:
    """`whole`: of the message without contact data. `clauses`: of each of `Draft.sentences`, in order. `answer`: how
    probably it agrees (`affirm`), refuses (`deny`) or does `neither`, where a ticket had been offered; `rest`: the same
    of what is told beside a yes at its beginning, and how probably that tells that the matter is `settled`, or `open`, or
    `asks`; empty where it is nothing."""

    whole: Weight
    clauses: tuple[Weight, ...]
    answer: Mapping[str, float]
    rest: Mapping[str, float] = field(default_factory=dict)

    def beside(self, other: Sequence[Intent]) -> Opinion:
        """The mean of this opinion and another classifier's of the whole message; this one where there is no other."""
        if not other:
            return self
        theirs = {i.name: max(0.0, min(1.0, i.confidence)) for i in other}

        def mean(own: Weight) -> Weight:
            return {n: (own.get(n, 0.0) + theirs.get(n, 0.0)) / 2 for n in IntentName} if own else theirs

        return replace(self, whole=mean(self.whole), clauses=tuple(mean(own) for own in self.clauses))


def weigh(d: Draft, trained: Heads | None = None) -> Opinion:
    """Ask the heads, in one go: `trained`, or those that the bot runs. The same draft gets the same opinion (R16)."""
    said = (d.said, *(s.text for s in d.sentences))
    texts = list(dict.fromkeys(t for t in map(_bare, said) if WORD.search(t)))
    names = (INTENT, ANSWER) if d.asked == "offer" else (INTENT,)
    mind = trained or heads()
    found = dict(zip(texts, mind.weigh(texts, names), strict=True))

    def intents(text: str) -> Weight:
        return {IntentName(name): p for name, p in found[text][INTENT].items()} if text in found else {}

    whole = _bare(d.said)
    answer = found[whole][ANSWER] if d.asked == "offer" and whole in found else {}
    clauses = tuple(intents(_bare(s.text)) for s in d.sentences)
    begun = agreement.beside(plain(whole).strip()) if d.asked == "offer" else None
    told = mind.weigh([begun.rest], (SETTLED, ANSWER))[0] if begun and WORD.search(begun.rest) else {}
    return Opinion(intents(whole), clauses, answer, {**told.get(SETTLED, {}), **told.get(ANSWER, {})})


#: How probable it must be that words beside an address are a matter of the shop's, to be no name.
_NO_NAME = 0.6
#: How probable it must be that words which look like a name are one: where the first of them is a first name, where a
#: list knows one of them, and where none does.
_FIRST, _LISTED, _UNLISTED = 0.2, 0.5, 0.8
_MATTERS = frozenset(IntentName) - {
    IntentName.OTHER, IntentName.GREET, IntentName.THANKS, IntentName.GOODBYE, IntentName.AFFIRM, IntentName.DENY
}  # fmt: skip


def drafted(text: str, asked: Asked = None, *, support_email: str = "") -> Draft:
    """As `reader.draft`; what it guessed to be a name, and is likelier something that the shopper tells, is none."""
    d = draft(text, asked, support_email=support_email)
    guess = guessed_name(d)
    if guess is None or _is_name(guess):
        return d
    return draft(text, asked, support_email=support_email, guesses=False)


def _is_name(guess: str) -> bool:
    """Whether words that look like a name are one, as far as can be told: by the head for names, or, in letters whose
    names the lists hardly hold, by what else they could be."""
    words = [word.strip(",") for word in guess.split()]
    while len(words) > 2 and plain(words[-1].strip(".")) in SUFFIXES:
        words.pop()  # "Henry Ford, Sr."
    listed = any(is_given_name(word) or is_family_name(word) for word in words)
    if is_never_a_name(guess, words):
        return False
    if is_latin(guess[0]):
        enough = _FIRST if is_given_name(words[0]) else _LISTED if listed else _UNLISTED
        return heads().weigh([" ".join(words)], (NAME,))[0][NAME][NAME] >= enough
    return listed or sum(p for n, p in heads().weigh([guess])[0][INTENT].items() if n in _MATTERS) < _NO_NAME


def outside(text: str) -> float:
    """How surely (0..1) a text is no shop's business: the square of its probability, for a doubt is no ground to keep an
    article back."""
    return heads().weigh([text])[0][INTENT][IntentName.OTHER] ** 2 if WORD.search(text) else 0.0


def read_asked(
    parts: Sequence[str],
    texts: Sequence[str],
    told: Callable[[int], None] = lambda done: None,
    *,
    called: str = "asked",
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The vectors of `parts`, and of each of `texts` what `outside` says: of as many as there are, each made once on a
    machine while it is asked for. `told` hears how many new vectors were made so far; `called` is the
    name of all of these texts together."""
    import numpy as np

    levelled = [level(text) for text in texts]
    every = list(dict.fromkeys(text[:LONGEST].lower() for text in (*parts, *levelled)))
    place = {text: n for n, text in enumerate(every)}
    vectors = encode_asked(every, told, name=called)
    head = heads().heads[INTENT]

    def weighed(new: Sequence[str]) -> NDArray[np.float32]:
        rows = [vectors[place[level(text)[:LONGEST].lower()]] for text in new]
        found = [
            head.weigh(row, features(text))[IntentName.OTHER] ** 2 if WORD.search(text) else 0.0
            for text, row in zip(new, rows, strict=True)
        ]
        return np.array(found, dtype=np.float32)[:, np.newaxis]

    outside = kept_rows(f"{called}-outside", heads().fitted_to, texts, weighed, 1)
    return vectors[[place[part[:LONGEST].lower()] for part in parts]], outside[:, 0].astype(np.float64)


#: What stands for a link or somebody else's address in the judged text (`reader`): nothing to be weighed.
_OPAQUE = re.compile(r"\bl?x{6,}\b")


def _bare(said: str) -> str:
    return " ".join(_OPAQUE.sub(" ", said).split())
