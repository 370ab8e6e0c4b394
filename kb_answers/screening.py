"""Which article answers an English question, told of a hundred thousand questions at once, and where that is too close
to be told.

It counts what `fusion.ranked` counts, in tables instead of one by one, and in another order; so two numbers are told
apart only where more than `CLOSE` lies between them. Whatever is closer is left to whoever asks the question itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb_answers import fusion
from kb_answers.answer import TOGETHER, TOGETHER_OUTSIDE, Answers
from kb_answers.asked import Asked, Ragged
from kb_answers.grounding import ALIKE, TOPICS, parts_of, threshold
from kb_answers.meaning import NEAREST, Meanings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from kb_answers.search import Index

    Table = NDArray[np.float32]
    Row = NDArray[np.float64]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Numbers nearer than this are not told apart: what is added in another order differs in the seventh digit.
CLOSE = 1e-4
#: Rows at a time of the tables that are only passed through.
_AT_ONCE = 20_000
_NOBODY = -1


@dataclass(frozen=True)
class Verdicts:
    """Of each question, the place of the article in the index that answers it, -1 where none does, where that is
    `sure`. `by_words`: an issue might be answered by its words alone (`Answers.ask_of_issue`) where `article` says
    no."""

    article: Places
    sure: Flags
    by_words: Flags


@dataclass(frozen=True)
class _Parts:
    """The parts of all questions as one index reads them, those of a question beside each other: which part of `Asked`
    each is, which question's, and its terms. `strange`: questions with a part that `Asked` does not know."""

    part: Places
    question: Places
    terms: Ragged
    strange: Flags

    @property
    def starts(self) -> Places:
        """Where each question's parts begin; each has one at least."""
        return np.flatnonzero(np.r_[True, self.question[1:] != self.question[:-1]])


def verdicts(answers: Answers, asked: Asked, issue: Flags) -> Verdicts:
    """What `answers`, which must know meanings, say to each question of `asked`; `issue`: which are issues."""
    index, meanings = answers.index, answers.english
    many = len(asked.texts)
    if meanings is None or not index.articles or not many:
        nothing = np.zeros(many, dtype=bool)
        return Verdicts(np.full(many, _NOBODY), ~nothing, nothing)
    parts = _parts(index, asked)
    needed = (TOGETHER + TOGETHER_OUTSIDE * asked.outside)[:, np.newaxis]
    three, one = _near(meanings, asked, parts)
    base = fusion.NEAR_THREE * three + fusion.NEAR_ONE * one
    alone = threshold(0.0) + (threshold(1.0) - threshold(0.0)) * asked.outside - CLOSE
    alone[~issue] = np.inf
    words = _words(index, asked, parts, (base + fusion.LETTERS + CLOSE - needed).astype(np.float32), alone)
    least = base + words.says
    possible = words.may & (least + fusion.LETTERS >= needed - CLOSE)
    # what cannot come up to another's least, whatever its letters, is out
    possible &= least + fusion.LETTERS + CLOSE >= np.where(words.must, least, -1.0).max(axis=1)[:, np.newaxis]
    letters = _letters(meanings, asked, parts, possible)
    score = np.where(possible, least + fusion.LETTERS * letters, -1.0)
    place = score.argmax(axis=1)
    everyone = np.arange(many)
    best = score[everyone, place]
    score[everyone, place] = -1.0
    second = score.max(axis=1)
    nobody = (best < needed[:, 0] - CLOSE) | asked.empty
    clear = (best >= needed[:, 0] + CLOSE) & (best - second > CLOSE) & words.must[everyone, place]
    found = np.flatnonzero(clear & ~nobody & ~parts.strange)
    own = base[found, place[found]] + fusion.LETTERS * letters[found, place[found]]
    by_meaning = base[found] + fusion.LETTERS * np.where(possible[found], letters[found], 1.0)
    hidden = found[(by_meaning > own[:, np.newaxis] - CLOSE).sum(axis=1) > fusion.LOOKED_AT]  # it counts itself
    for n in hidden.tolist():
        clear[n] = _found_by_words(index, asked.texts[n], int(place[n]))
    return Verdicts(np.where(nobody, _NOBODY, place), (nobody | clear) & ~parts.strange, words.alone)


def _found_by_words(index: Index, question: str, place: int) -> bool:
    """Whether the article is looked at for its words."""
    article = index.articles[place]
    return any(hit.article is article for found in parts_of(index, question).values() for hit in index.search(found))


def _parts(index: Index, asked: Asked) -> _Parts:
    """The parts as `asked` has them; of questions with a word that this index takes for another, as it reads them."""
    slips = {word: meant for word in asked.words if (meant := index.mend(word)) != word}
    wrong = np.array([word in slips for word in asked.words], dtype=bool)
    many = len(asked.texts)
    touched = np.bincount(asked.mendable.rows[wrong[asked.mendable.ids]], minlength=many) > 0
    strange = np.zeros(many, dtype=bool)
    kept = np.flatnonzero(~touched[asked.question])
    mended = np.flatnonzero(touched).tolist()
    read = [asked.read(n, slips) for n in mended]
    strange[[n for n, each in zip(mended, read, strict=True) if each is None]] = True
    nothing: dict[int, list[int]] = {}
    here = [
        (n, p, ids)
        for n, each in zip(mended, read, strict=True)
        for p, ids in (each or nothing | {int(asked.first[n]): []}).items()
    ]
    question = np.r_[asked.question[kept], np.array([n for n, _, _ in here], dtype=np.int64)]
    part = np.r_[kept, np.array([p for _, p, _ in here], dtype=np.int64)]
    terms = Ragged.joined([asked.terms.take(kept), Ragged.of([ids for _, _, ids in here])])
    order = np.argsort(question, kind="stable")
    return _Parts(part[order], question[order], terms.take(order), strange)


@dataclass(frozen=True)
class _Words:
    """Of each question and article: what words say of it (`says`), whether they may (`may`) and whether they surely
    (`must`) say enough for it to be answered from; and of each question whether words `alone` may answer it."""

    says: Table
    may: Flags
    must: Flags
    alone: Flags


def _words(index: Index, asked: Asked, parts: _Parts, rest: Table, needed: Row) -> _Words:
    """`rest`: what an article has at most of what it needs, without its words; below nothing by more than words can
    give, it is not looked at. `needed`: what words alone must come up to."""
    rarity = np.array([index.rarity(term) for term in asked.term_names])
    place = {term: n for n, term in enumerate(asked.term_names)}
    total = parts.terms.sums(rarity[parts.terms.ids])
    total[total == 0.0] = 1.0
    topic = {term: 1 << n for n, term in enumerate(sorted(TOPICS))}
    topics = parts.terms.joined_bits(np.array([topic.get(t, 0) for t in asked.term_names])[parts.terms.ids])

    def column(stems: Iterable[str]) -> Table:
        values: Table = np.zeros(len(place), dtype=np.float32)
        own = [place[t] for t in stems if t in place]
        values[own] = rarity[own]
        return values

    number, begins = parts.question, parts.starts
    shape = (len(begins), len(index.articles))
    says, may, must = np.zeros(shape, np.float32), np.zeros(shape, bool), np.zeros(shape, bool)
    alone = np.zeros(len(begins), dtype=bool)
    whole = np.stack([column(index.whole[article.id]) for article in index.articles], axis=1)
    covered = parts.terms.sums_of(whole) / total[:, np.newaxis].astype(np.float32)
    bound = 2 * covered / (1 + covered)  # how like a question can be of which so much is covered
    promising = np.maximum.reduceat(fusion.COVERED * covered + fusion.LIKE * bound, begins, axis=0) + rest >= 0
    promising &= np.maximum.reduceat(covered, begins, axis=0) >= fusion.COVERED_AT_LEAST - CLOSE
    promising |= np.maximum.reduceat(0.45 * covered + 0.55 * bound, begins, axis=0) >= needed[:, np.newaxis]
    for a, article in enumerate(index.articles):
        rows = np.flatnonzero(promising[number, a])
        known = index.asks[article.id]
        if not len(rows) or not known:
            continue
        here, coverage = number[rows], covered[rows, a]
        weights = np.array([weight for _, weight in known], dtype=np.float32)
        stems = np.stack([column(stems) for stems, _ in known], axis=1)
        like = 2 * parts.terms.take(rows).sums_of(stems) / (total[rows, np.newaxis].astype(np.float32) + weights)
        needs = np.array([sum(topic.get(t, 0) for t in each) for each, _ in known], dtype=np.int64)
        like[(needs & ~topics[rows, np.newaxis]) != 0] = 0.0
        likeness = like.max(axis=1)
        least = np.minimum(coverage - fusion.COVERED_AT_LEAST, likeness - fusion.LIKE_AT_LEAST)
        np.maximum.at(says[:, a], here, fusion.COVERED * coverage + fusion.LIKE * likeness)
        may[here[least >= -CLOSE], a] = True
        must[here[least >= CLOSE], a] = True
        carries = (likeness >= ALIKE - CLOSE) & (0.45 * coverage + 0.55 * likeness >= needed[here])
        alone[here[carries]] = True
    return _Words(says, may, must, alone)


def _near(meanings: Meanings, asked: Asked, parts: _Parts) -> tuple[Table, Table]:
    """Of each question and article, how near the three nearest and the nearest of its questions are in meaning."""
    owned, vectors = meanings.asked_in_meaning()
    near = asked.near([(tuple(owned.texts[n] for n in own), vectors[own]) for _, own in owned.owned])
    three, one = (np.stack([each[kind] for each in near], axis=1)[parts.part] for kind in (0, 1))
    return np.maximum.reduceat(three, parts.starts, axis=0), np.maximum.reduceat(one, parts.starts, axis=0)


def _letters(meanings: Meanings, asked: Asked, parts: _Parts, possible: Flags) -> Table:
    """Of each question and article, how alike the three most alike of its questions are in letters; 0 where it is not
    `possible`."""
    owned, letters = meanings.asked_in_letters()
    wanted = np.unique(parts.part[np.logical_or.reduce(possible, axis=1)[parts.question]])
    of_parts, names = asked.runs(wanted)
    row_of = np.zeros(len(asked.parts), dtype=np.int64)
    row_of[wanted] = np.arange(len(wanted))
    square = np.array([letters.rarity.get(run, 0.0) ** 2 for run in names])
    length = np.sqrt(of_parts.sums(square[of_parts.ids]))
    length[length == 0.0] = 1.0
    place = {run: n for n, run in enumerate(names)}
    found = np.zeros(possible.shape, dtype=np.float32)
    for a, (_, own) in enumerate(owned.owned):
        rows = np.flatnonzero(possible[parts.question, a])
        if not len(rows):
            continue
        among = sorted({run for n in own for run in letters.found[n] if run in place})
        local = np.full(len(place), -1)
        local[[place[run] for run in among]] = np.arange(len(among))
        holds = np.array([[run in letters.found[n] for n in own] for run in among], dtype=np.float32)
        weight = holds.reshape(len(among), len(own)) * square[[place[run] for run in among], np.newaxis]
        for at in range(0, len(rows), _AT_ONCE):
            some = rows[at : at + _AT_ONCE]
            runs = of_parts.take(row_of[parts.part[some]])
            column = local[runs.ids]
            holds = np.zeros((len(some), len(among)), dtype=np.float32)
            holds[runs.rows[column >= 0], column[column >= 0]] = 1.0
            like = holds @ weight.astype(np.float32)
            like /= letters.lengths[own] * length[row_of[parts.part[some]], np.newaxis]
            three = np.sort(like, axis=1)[:, -NEAREST:].mean(axis=1)
            np.maximum.at(found[:, a], parts.question[some], three.astype(np.float32))
    return found
