"""What is known of many questions whatever the articles say: their parts, terms, letters and meaning, in tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kb_answers.grounding import sentences_of
from kb_answers.meaning import LONGEST, runs_of_words
from kb_answers.search import mendable, mended, terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Table = NDArray[np.float32]

    #: Parts and whole texts -> the parts' vectors, and how surely each text is no shop's business (0..1).
    Read = Callable[[Sequence[str], Sequence[str]], tuple[Table, NDArray[np.float64]]]

#: Rows at a time that are compared with what articles ask.
_AT_ONCE = 8_192


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths: `starts`, one more than there are rows, are places in `ids`."""

    starts: Places
    ids: Places

    @classmethod
    def of(cls, rows: Sequence[Iterable[int]]) -> Ragged:
        """Rows as they are listed."""
        listed = [list(row) for row in rows]
        starts = np.cumsum([0, *map(len, listed)])
        return cls(starts, np.array([id for row in listed for id in row], dtype=np.int64))

    @classmethod
    def joined(cls, some: Sequence[Ragged]) -> Ragged:
        """The rows of all, one behind the other."""
        lengths = np.concatenate([np.diff(each.starts) for each in some])
        return cls(np.r_[0, np.cumsum(lengths)], np.concatenate([each.ids for each in some]))

    @cached_property
    def rows(self) -> Places:
        """Of each id, the row that it stands in."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def take(self, rows: Places) -> Ragged:
        """Some rows, in this order."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.r_[0, np.cumsum(lengths)]
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Ragged(starts, self.ids[places])

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of each row's values; `values`: one for each id."""
        sums: NDArray[np.float64] = np.bincount(self.rows, values, len(self.starts) - 1).astype(np.float64)
        return sums

    def sums_of(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of each row, the sum of the rows of `table` that its ids name."""
        found = np.zeros((len(self.starts) - 1, table.shape[1]), dtype=np.float32)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled) and table.shape[1]:
            found[filled] = np.add.reduceat(table[self.ids], self.starts[filled], axis=0)
        return found

    def joined_bits(self, values: Places) -> Places:
        """Of each row, all bits that are set in any of its values; `values`: one for each id."""
        found = np.zeros(len(self.starts) - 1, dtype=np.int64)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            found[filled] = np.bitwise_or.reduceat(values, self.starts[filled])
        return found


@dataclass
class Asked:
    """Questions, `texts`, each in its `parts`, the whole first: those of question n are from `first[n]` to before
    `first[n + 1]`; `question` is each part's. `terms` are each part's, `mendable` each question's words that an index
    may take for others. `empty`: questions without a word to search for."""

    texts: tuple[str, ...]
    parts: tuple[str, ...]
    first: Places
    question: Places
    terms: Ragged
    term_names: list[str]
    mendable: Ragged
    words: list[str]
    empty: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    outside: NDArray[np.float64]
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)
    #: Runs of letters, each with its number; those of a word; and those of a part.
    _run_numbers: dict[str, int] = field(default_factory=dict, repr=False)
    _of_words: dict[str, frozenset[int]] = field(default_factory=dict, repr=False)
    _of_parts: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)
    _near: dict[tuple[str, ...], tuple[Table, Table]] = field(default_factory=dict, repr=False)
    _read: dict[tuple[int, tuple[str, ...]], dict[int, list[int]] | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, texts: Sequence[str], read: Read) -> Asked:
        """All of it, made: about a tenth of a millisecond for each part, and what `read` takes."""
        numbers, word_numbers = dict[str, int](), dict[str, int]()
        parts, first, of_terms, of_words = list[str](), [0], list[list[int]](), list[list[int]]()
        empty = np.zeros(len(texts), dtype=bool)
        for n, text in enumerate(texts):
            found = sentences_of(text, terms)
            parts += found
            first.append(len(parts))
            empty[n] = not found[text]
            of_terms += [sorted({numbers.setdefault(t, len(numbers)) for t in each}) for each in found.values()]
            of_words.append([word_numbers.setdefault(w, len(word_numbers)) for w in mendable(text)])
        begins = np.array(first, dtype=np.int64)
        vectors, outside = read([part[:LONGEST] for part in parts], texts)
        return cls(
            tuple(texts),
            tuple(parts),
            begins,
            np.repeat(np.arange(len(texts)), np.diff(begins)),
            Ragged.of(of_terms),
            list(numbers),
            Ragged.of(of_words),
            list(word_numbers),
            empty,
            vectors,
            outside,
            numbers,
        )

    def read(self, n: int, slips: Mapping[str, str]) -> dict[int, list[int]] | None:
        """The parts of question n and their terms where some of its words are `slips` for others; None where it then
        has a part that is none of `parts`."""
        own = [word for m in self.mendable.ids[self.mendable.starts[n] : self.mendable.starts[n + 1]].tolist()
               if (word := self.words[m]) in slips]  # fmt: skip
        key = (n, tuple(slips[word] for word in own))
        if key not in self._read:
            known = {self.parts[p]: p for p in range(int(self.first[n]), int(self.first[n + 1]))}
            found = sentences_of(self.texts[n], lambda text: terms(mended(text, slips)))
            missing = found.keys() - known.keys()
            self._read[key] = None if missing else {known[text]: self._ids(each) for text, each in found.items()}
        return self._read[key]

    def runs(self, parts: Places) -> tuple[Ragged, list[str]]:
        """The runs of letters in some parts, and what each is."""
        for part in parts.tolist():
            if part not in self._of_parts:
                own = runs_of_words(self.parts[part], self._of_words, self._run_numbers)
                self._of_parts[part] = np.fromiter(own, np.int64, len(own))
        rows = [self._of_parts[part] for part in parts.tolist()]
        ids = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        return Ragged(np.r_[0, np.cumsum([len(row) for row in rows], dtype=np.int64)], ids), list(self._run_numbers)

    def _ids(self, found: Iterable[str]) -> list[int]:
        """The numbers of some terms; new ones get one."""
        for term in found:
            if term not in self._numbers:
                self._numbers[term] = len(self.term_names)
                self.term_names.append(term)
        return sorted({self._numbers[term] for term in found})

    def near(self, articles: Sequence[tuple[tuple[str, ...], Table]]) -> list[tuple[Table, Table]]:
        """Of each article, all that it asks and its vectors, how near each part is to it: the mean of the three
        nearest, and the nearest. What was compared once is remembered."""
        new = [(texts, vectors) for texts, vectors in articles if texts not in self._near]
        for texts, _ in new:
            self._near[texts] = np.empty(len(self.parts), np.float32), np.empty(len(self.parts), np.float32)
        every = np.concatenate([vectors for _, vectors in new or articles])
        for at in range(0, len(self.parts) if new else 0, _AT_ONCE):
            values = every @ self.vectors[at : at + _AT_ONCE].T
            begin = 0
            for texts, vectors in new:
                three, one = _best(values[begin : begin + len(vectors)])
                self._near[texts][0][at : at + _AT_ONCE], self._near[texts][1][at : at + _AT_ONCE] = three, one
                begin += len(vectors)
        return [self._near[texts] for texts, _ in articles]


def _best(values: Table) -> tuple[Table, Table]:
    """Of each column the mean of its three greatest values, of all where there are less, and the greatest."""
    if len(values) <= 3:
        return values.mean(axis=0, dtype=np.float32), values.max(axis=0)
    first, second, third = (np.full(values.shape[1], -np.inf, dtype=np.float32) for _ in range(3))
    for row in values:
        less = np.minimum(first, row)
        first = np.maximum(first, row)
        least = np.minimum(second, less)
        second = np.maximum(second, less)
        third = np.maximum(third, least)
    three: Table = (first + second + third) / np.float32(3)
    return three, first
