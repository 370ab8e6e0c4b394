"""Does an answer rest on an article, or only sound like it (R15)? A wrong confident answer costs five abstentions.

Two signals must agree: the article must cover what the question is about (weighed by rarity, so that an unknown word such
as "walnut" counts most), and one of the ways shoppers ask for the article must resemble the question.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb_answers.library import Article
from kb_answers.search import Hit, Index, terms

#: Below this an article is not quoted. Chosen on the development questions: see `docs/quality.md`.
THRESHOLD = 0.52
_ALIKE = 0.45


@dataclass(frozen=True)
class Grounds:
    """How far an article carries a question: `coverage` of its words and `likeness` to its questions, both 0..1."""

    article: Article
    coverage: float
    likeness: float

    @property
    def confidence(self) -> float:
        """Both signals together; nothing where the question resembles none of the article's own."""
        return 0.45 * self.coverage + 0.55 * self.likeness if self.likeness >= _ALIKE else 0.0


def _weight(index: Index, stems: set[str]) -> float:
    return sum(index.rarity(t) for t in stems)


def ground(index: Index, question: str, hit: Hit) -> Grounds:
    """The grounds on which `hit` answers `question`."""
    asked = set(terms(question))
    article = hit.article
    whole = set(terms(" . ".join((article.title, *article.questions, *article.passages))))
    total = _weight(index, asked) or 1.0
    coverage = _weight(index, asked & whole) / total
    likeness = 0.0
    for known in (article.title, *article.questions):
        stems = set(terms(known))
        if stems:
            shared = _weight(index, asked & stems)
            likeness = max(likeness, 2 * shared / (total + _weight(index, stems)))
    return Grounds(article, coverage, likeness)


def best_grounds(index: Index, question: str) -> Grounds | None:
    """The article that carries the question best, however badly; None where no word of it is known."""
    grounds = [ground(index, question, hit) for hit in index.search(question)]
    return max(grounds, key=lambda g: g.confidence) if grounds else None
