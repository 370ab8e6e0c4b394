"""Finds articles by meaning and by letters at once, across languages: the article whose questions, in all languages
together, are nearest to what is asked.

Which vectors, is told from outside (`encode`): the encoder of `dialogue.understanding.learned` puts a question and its
translation side by side. The letters are runs of two to five within words, each weighed by how rare it is. Beside
`search`, which knows the words of one language.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb_answers.library import Article

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Texts -> their vectors, of length one, a row each.
Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]

_WORD = re.compile(r"[^\W_]+")
_RUNS = range(2, 6)
#: Letters of a question that are looked at.
_LONGEST = 400
#: How much the letters count beside the meaning.
_LETTERS = 0.6
#: So many of an article's questions speak for it: one alone may be near by chance.
_NEAREST = 3


@dataclass(frozen=True)
class Near:
    """An article's id, how near its nearest questions are, and how much nearer (`margin`) than any other article's."""

    id: str
    nearness: float
    margin: float


def runs(text: str) -> frozenset[str]:
    """The words of a text and the runs of letters within them."""
    found = set()
    for word in _WORD.findall(text[:_LONGEST].lower()):
        padded = f" {word} "
        found.add(padded)
        found.update(padded[at : at + size] for size in _RUNS for at in range(len(padded) - size + 1))
    return frozenset(found)


class Letters:
    """Some texts, ready to be compared with another by rare runs of letters: the cosine of the two."""

    def __init__(self, texts: Sequence[str]) -> None:
        found = [runs(text) for text in texts]
        counts = Counter(run for each in found for run in each)
        self._rarity = {run: math.log(1 + len(texts) / count) for run, count in counts.items()}
        lengths = [math.sqrt(math.fsum(self._rarity[run] ** 2 for run in sorted(each))) or 1.0 for each in found]
        places: dict[str, list[int]] = {}
        for place, each in enumerate(found):
            for run in each:
                places.setdefault(run, []).append(place)
        self._places = {run: np.array(at, dtype=np.int32) for run, at in places.items()}
        self._lengths = np.array(lengths)

    def alike(self, text: str) -> NDArray[np.float64]:
        """How alike each of the texts is to this one (0..1)."""
        asked = sorted(run for run in runs(text) if run in self._rarity)
        total = np.zeros(len(self._lengths))
        for run in asked:
            total[self._places[run]] += self._rarity[run] ** 2
        length = math.sqrt(math.fsum(self._rarity[run] ** 2 for run in asked)) or 1.0
        likeness: NDArray[np.float64] = total / (self._lengths * length)
        return likeness


class Meanings:
    """Some articles, an id in several languages, ready to be found. Made when they are first asked for: a thousand
    questions take about a second."""

    def __init__(self, articles: Sequence[Article], encode: Encode) -> None:
        self._articles, self._encode = tuple(articles), encode
        self._lock = threading.Lock()
        self._made: tuple[NDArray[np.float32], Letters, list[tuple[str, NDArray[np.intp]]]] | None = None

    def nearest(self, question: str) -> Near | None:
        """The article that is asked for in the nearest words; None where there are no articles."""
        if not self._articles:
            return None
        vectors, letters, owned = self._make()
        nearness = vectors @ self._encode([question[:_LONGEST]])[0] + _LETTERS * letters.alike(question)
        ranked = sorted(((_mean_of_best(nearness[own]), id) for id, own in owned), reverse=True)
        (value, id), others = ranked[0], ranked[1:]
        return Near(id, value, value - others[0][0] if others else value)

    def passage(self, article: Article, question: str) -> str:
        """The passage of an article that is nearest to the question; the first where several are as near."""
        if len(article.passages) == 1:
            return article.passages[0]
        nearness = self._encode(list(article.passages)) @ self._encode([question[:_LONGEST]])[0]
        return article.passages[int(nearness.argmax())]

    def _make(self) -> tuple[NDArray[np.float32], Letters, list[tuple[str, NDArray[np.intp]]]]:
        with self._lock:
            if self._made is None:
                asked = [(a.id, text) for a in self._articles for text in (a.title, *a.questions)]
                texts = [text for _, text in asked]
                owned: dict[str, list[int]] = {}
                for place, (id, _) in enumerate(asked):
                    owned.setdefault(id, []).append(place)
                places = [(id, np.array(at)) for id, at in owned.items()]
                self._made = (self._encode(texts), Letters(texts), places)
            return self._made


def _mean_of_best(values: NDArray[np.floating]) -> float:
    best = np.sort(values)[-_NEAREST:]
    return float(best.sum() / len(best))
