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
from collections.abc import Callable, Iterable, Sequence
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
LONGEST = 400
#: How much the meaning counts and how much the letters.
MEANING, LETTERS = 0.7, 0.3
#: So many of an article's questions speak for it, in meaning: of those in one language, and of those in all; one may be
#: near by chance.
NEAREST, _NEAREST_IN_ALL = 3, 10
#: And so many in letters, of those in the question's language.
_ALIKE = 2


@dataclass(frozen=True)
class Near:
    """An article's id, how near its nearest questions are, and how much nearer (`margin`) than any other article's."""

    id: str
    nearness: float
    margin: float


def runs(text: str) -> frozenset[str]:
    """The words of a text and the runs of letters within them."""
    return frozenset().union(*map(_runs_of, _WORD.findall(text[:LONGEST].lower())))


def _runs_of(word: str) -> set[str]:
    padded = f" {word} "
    return {padded, *(padded[at : at + size] for size in _RUNS for at in range(len(padded) - size + 1))}


def runs_of_words(text: str, known: dict[str, frozenset[int]], numbers: dict[str, int]) -> frozenset[int]:
    """`runs` as numbers; `known` remembers those of a word, `numbers` gives each run its own."""
    words = _WORD.findall(text[:LONGEST].lower())
    for word in words:
        if word not in known:
            known[word] = frozenset(numbers.setdefault(run, len(numbers)) for run in sorted(_runs_of(word)))
    return frozenset().union(*(known[word] for word in words))


class Letters:
    """Some texts, ready to be compared with another by rare runs of letters: the cosine of the two. `found` are each
    text's runs, `rarity` each run's, `lengths` each text's as a vector."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.found = found = [runs(text) for text in texts]
        counts = Counter(run for each in found for run in each)
        self.rarity = {run: math.log(1 + len(texts) / count) for run, count in counts.items()}
        lengths = [math.sqrt(math.fsum(self.rarity[run] ** 2 for run in sorted(each))) or 1.0 for each in found]
        places: dict[str, list[int]] = {}
        for place, each in enumerate(found):
            for run in each:
                places.setdefault(run, []).append(place)
        self._places = {run: np.array(at, dtype=np.int32) for run, at in places.items()}
        self.lengths = np.array(lengths)

    def alike(self, text: str) -> NDArray[np.float64]:
        """How alike each of the texts is to this one (0..1)."""
        asked = sorted(run for run in runs(text) if run in self.rarity)
        total = np.zeros(len(self.lengths))
        for run in asked:
            total[self._places[run]] += self.rarity[run] ** 2
        length = math.sqrt(math.fsum(self.rarity[run] ** 2 for run in asked)) or 1.0
        likeness: NDArray[np.float64] = total / (self.lengths * length)
        return likeness


@dataclass(frozen=True)
class Signs:
    """Of each article, in order: how near its `three` nearest questions are in meaning and its nearest `one`, and how
    alike the three are in their `letters`."""

    three: NDArray[np.float64]
    one: NDArray[np.float64]
    letters: NDArray[np.float64]


@dataclass(frozen=True)
class Questions:
    """All that articles ask, and of each article, by id, which of it is its own: places in `texts`."""

    texts: tuple[str, ...]
    owned: tuple[tuple[str, NDArray[np.intp]], ...]

    @classmethod
    def by(cls, articles: Iterable[Article]) -> Questions:
        asked = [(a.id, text) for a in articles for text in (a.title, *a.questions)]
        places: dict[str, list[int]] = {}
        for place, (id, _) in enumerate(asked):
            places.setdefault(id, []).append(place)
        return cls(tuple(text for _, text in asked), tuple((id, np.array(at)) for id, at in places.items()))

    def best(self, values: NDArray[np.floating], count: int) -> NDArray[np.float64]:
        """Of each article, the mean of the `count` greatest of its values; `values`: a row for each text, a column for
        each part of a question, of which the greatest counts."""
        return np.array([np.sort(values[own], axis=0)[-count:].mean(axis=0).max() for _, own in self.owned])


class Meanings:
    """Some articles, an id in several languages, ready to be found. Made when they are first asked for: a thousand
    questions take about a second."""

    def __init__(self, articles: Sequence[Article], encode: Encode) -> None:
        self._articles, self._encode = tuple(articles), encode
        self._lock = threading.Lock()
        self._made: tuple[Questions, NDArray[np.float32]] | None = None
        self._letters: dict[str, tuple[Questions, Letters]] = {}

    def nearest(self, question: str, language: str) -> Near | None:
        """The article that is asked for in the nearest words; None where there are no articles."""
        if not (ranked := list(self.ranked(question, language).items())):
            return None
        id, value = ranked[0]
        return Near(id, value, value - ranked[1][1] if ranked[1:] else value)

    def ranked(self, question: str, language: str) -> dict[str, float]:
        """How near each article is to a question, by its id, the nearest first. The meaning is compared with what is
        asked in all languages, the letters with what is asked in the question's own, where anything is."""
        if not self._articles:
            return {}
        asked, vectors = self._make()
        values = MEANING * asked.best(vectors @ self._vectors([question]).T, _NEAREST_IN_ALL)
        known, letters = self._in_letters(language)
        alike = known.best(letters.alike(question)[:, np.newaxis], _ALIKE)
        by_id = {id: LETTERS * float(value) for (id, _), value in zip(known.owned, alike, strict=True)}
        ranked = sorted(
            ((float(value) + by_id.get(id, 0.0), id) for (id, _), value in zip(asked.owned, values, strict=True)),
            reverse=True,
        )
        return {id: value for value, id in ranked}

    def signs(self, parts: Sequence[str]) -> Signs:
        """What the articles, of one language, show of a question in parts: of each sign, the best of any part."""
        asked, vectors = self._make()
        known, letters = self._in_letters(self._articles[0].language)
        near = vectors @ self._vectors(parts).T
        alike = np.stack([letters.alike(part) for part in parts], axis=1)
        return Signs(asked.best(near, NEAREST), asked.best(near, 1), known.best(alike, NEAREST))

    def nearness_in_meaning(self, id: str, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """What meaning alone adds to how near an article is to questions of these `vectors`, see `nearest`; 0 where it
        is none of these."""
        asked, known = self._make()
        own = dict(asked.owned).get(id)
        if own is None:
            return np.zeros(len(vectors))
        nearest = np.sort(vectors @ known[own].T, axis=1)[:, -_NEAREST_IN_ALL:]
        near: NDArray[np.float64] = MEANING * nearest.mean(axis=1).astype(np.float64)
        return near

    def asked_in_meaning(self) -> tuple[Questions, NDArray[np.float32]]:
        """All that the articles ask, with the vectors."""
        return self._make()

    def asked_in_letters(self) -> tuple[Questions, Letters]:
        """What articles of one language ask, in letters."""
        return self._in_letters(self._articles[0].language)

    def passage(self, article: Article, question: str) -> str:
        """The passage of an article that is nearest to the question; the first where several are as near."""
        if len(article.passages) == 1:
            return article.passages[0]
        nearness = self._encode(list(article.passages)) @ self._vectors([question])[0]
        return article.passages[int(nearness.argmax())]

    def _vectors(self, parts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode([part[:LONGEST] for part in parts])

    def _make(self) -> tuple[Questions, NDArray[np.float32]]:
        with self._lock:
            if self._made is None:
                asked = Questions.by(self._articles)
                self._made = asked, self._encode(asked.texts)
            return self._made

    def _in_letters(self, language: str) -> tuple[Questions, Letters]:
        """What is asked in a language, in letters; what is asked in all of them where nothing is in this one."""
        with self._lock:
            if language not in self._letters:
                own = [a for a in self._articles if a.language == language] or self._articles
                asked = Questions.by(own)
                self._letters[language] = asked, Letters(asked.texts)
            return self._letters[language]
