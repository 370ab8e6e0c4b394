"""Does an answer rest on an article, or only sound like it (R15)? A wrong confident answer costs five abstentions.

Two signals must agree: the article must cover what the question is about (weighed by rarity, so that an unknown word
such as "walnut" counts most), and one of the ways shoppers ask for the article must resemble the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz

from kb_answers.library import Article
from kb_answers.search import Index, terms

_SENTENCE = re.compile(r"[.!?;\n]+")
#: Below this an article is not quoted, more being asked of a question that may be no shop's business at all. Chosen on
#: the development questions (`make eval`): a wrong answer was counted as five abstentions.
_THRESHOLD, _STRICTER_OUTSIDE = 0.40, 0.30
ALIKE = 0.40
#: What questions in a shop are about, as `synonyms.yml` folds them. A known question about one of these is not the
#: question of somebody who names none of it: "when will my refund arrive" does not resemble "when will my item arrive".
TOPICS = frozenset(
    term
    for word in "refund return exchange cancel duty address decision complaint card currency delivery track data "
    "disagree".split()
    for term in terms(word)
)
_WORD_FOR_WORD = 80
#: The whole question and the sentences of it that are looked at.
_MOST_PARTS = 7


@dataclass(frozen=True)
class Grounds:
    """How far an article carries a question: `coverage` of its words and `likeness` to its questions, both 0..1."""

    article: Article
    coverage: float
    likeness: float
    vague: bool = False  # many words, and only one of them is about anything

    @property
    def confidence(self) -> float:
        """Both signals together; nothing where the question resembles none of the article's own."""
        if self.likeness < ALIKE or self.vague:
            return 0.0
        return 0.45 * self.coverage + 0.55 * self.likeness


def threshold(outside: float) -> float:
    """The confidence an article needs, for a question that is no shop's business with probability `outside` (0..1)."""
    return _THRESHOLD + _STRICTER_OUTSIDE * outside


def ground(index: Index, question: str, asked: frozenset[str], article: Article) -> Grounds:
    """The grounds on which `article` answers `question`, whose terms are `asked`."""
    total = index.weight(asked) or 1.0
    coverage = index.weight(asked & index.whole[article.id]) / total
    likeness = 0.0
    for stems, weight in index.asks[article.id]:
        if (stems & TOPICS) <= asked:
            likeness = max(likeness, 2 * index.weight(asked & stems) / (total + weight))
    vague = len(asked) == 1 and len(question.split()) > 4
    if vague:  # unless it is one of the article's own questions, nearly word for word
        vague = all(fuzz.ratio(question.lower(), known.lower()) < _WORD_FOR_WORD for known in article.questions)
    return Grounds(article, coverage, likeness, vague)


def parts_of(index: Index, question: str) -> dict[str, tuple[str, ...]]:
    """A question and its sentences that say anything, seven at most, with their terms."""
    return sentences_of(question, index.terms)


def sentences_of(question: str, terms_of: Callable[[str], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same, with the terms that `terms_of` finds."""
    asked = {question: terms_of(question)}
    for sentence in _SENTENCE.split(question):
        found = terms_of(sentence)
        if len(set(found)) >= 2 and len(asked) < _MOST_PARTS:
            asked.setdefault(sentence, found)
    return asked


def ranked_by_words(index: Index, question: str) -> dict[str, float]:
    """How well articles carry the question by its words (0..1), by id, best first; empty where no word of it is known.
    Of a long message the sentence that is carried best counts, for the rest is circumstance."""
    found: dict[str, float] = {}
    for part, asked in parts_of(index, question).items():
        for hit in index.search(asked):
            confidence = ground(index, part, frozenset(asked), hit.article).confidence
            found[hit.article.id] = max(confidence, found.get(hit.article.id, 0.0))
    return dict(sorted(found.items(), key=lambda item: -item[1]))
