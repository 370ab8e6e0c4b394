"""What a change of the articles would do to questions that shoppers have asked: the same questions, asked of the
articles before and after.

The result is the one of asking each question twice (`plainly`, which the tests compare it with). It is fast because
almost nothing is asked: `screening` tells, of all questions at once, which get another answer and which surely do not,
and only what is too close to tell is really asked.
"""

from __future__ import annotations

import functools
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from kb_answers.answer import MARGIN, NEARNESS, Answer, Answers
from kb_answers.apart import apart
from kb_answers.asked import Asked
from kb_answers.meaning import LETTERS
from kb_answers.screening import CLOSE, verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb_answers.library import Article

#: What some texts are called together, and the texts -> what is known of them at once.
Know = Callable[[str, tuple[str, ...]], Asked]
#: Hears how many are done, of how many.
Told = Callable[[int, int], None]
_TOLD_EVERY = 20
#: Questions that are in memory together: some three hundred megabytes.
AT_ONCE = 20_000
#: An article that is less near to a question than this is neither its answer nor in the way of another's.
LEFT_AT_MOST = NEARNESS - MARGIN - CLOSE


@dataclass(frozen=True)
class Question:
    """What was looked up, in which language, and how often; `issue`: it was the trouble that a shopper told
    (`Answers.ask_of_issue`)."""

    text: str
    language: str = "en"
    issue: bool = False
    count: int = 1


class Kind(Enum):
    """What becomes of a question: it gets an answer and had none, another article's, none and had one, or another
    passage of the same article."""

    GAINS = "gains"
    MOVES = "moves"
    LOSES = "loses"
    REWORDED = "reworded"


@dataclass(frozen=True)
class Effect:
    """A question that would be answered otherwise: before → after."""

    question: Question
    kind: Kind
    before: Answer
    after: Answer


@dataclass(frozen=True)
class Impact:
    """`effects`: the most frequent question first. `questions` were looked at, `different` ones of them; `asked` had to
    be asked one by one."""

    effects: tuple[Effect, ...]
    questions: int
    different: int
    asked: int = 0

    def of(self, kind: Kind) -> tuple[Effect, ...]:
        """The effects of one kind, in order."""
        return tuple(effect for effect in self.effects if effect.kind is kind)

    def count(self, kind: Kind) -> int:
        """How many questions that are, each as often as it was asked."""
        return sum(effect.question.count for effect in self.of(kind))

    @property
    def same(self) -> int:
        """The questions that nothing changes for."""
        return self.questions - sum(self.count(kind) for kind in Kind)


def once_each(questions: Iterable[Question]) -> list[Question]:
    """Equal questions as one, with their counts together, in the order in which they came first."""
    counts = Counter[Question]()
    for question in questions:
        counts[replace(question, count=1)] += question.count
    return [replace(question, count=count) for question, count in counts.items()]


def impact(
    questions: Iterable[Question],
    before: Answers,
    after: Answers,
    know: Know,
    told: Told = lambda done, of_all: None,
    at_once: int = AT_ONCE,
) -> Impact:
    """What `after` answers otherwise than `before`. `know` makes what is known of many texts at once
    (`kb_answers.asked.Asked`); `told` hears how many questions were looked at, of how many; `at_once` are about
    as many as are in memory together. Never raises for a text, whatever it is."""
    different = once_each(questions)
    unsure, effects = different, list[Effect]()
    if before.english is not None and after.english is not None:
        named, searched = _parted(different, lambda q: before.is_named(q.text, q.language))
        english, others = _parted(searched, lambda q: q.language == "en")
        unsure, seen = list(named), 0
        for name, block in _blocks("english", english, at_once):
            found, left = _screened(block, before, after, functools.partial(know, name))
            effects += found
            unsure += left
            seen += len(block) - len(left)
            told(seen, len(different))
        for name, block in _blocks("others", others, at_once):
            unsure += _that_may_change(block, before, after, functools.partial(know, name))
    done = len(different) - len(unsure)
    for place, question in enumerate(unsure):
        if place % _TOLD_EVERY == 0:
            told(done + place, len(different))
        if (effect := _effect(question, *_both(question, before, after))) is not None:
            effects.append(effect)
    told(len(different), len(different))
    return Impact(_ordered(effects), sum(q.count for q in different), len(different), len(unsure))


def _parted(questions: Iterable[Question], first: Callable[[Question], bool]) -> tuple[list[Question], list[Question]]:
    """The questions of which `first` is true, and the others."""
    both: tuple[list[Question], list[Question]] = ([], [])
    for question in questions:
        both[0 if first(question) else 1].append(question)
    return both


def _blocks(name: str, questions: Sequence[Question], at_once: int) -> Iterator[tuple[str, list[Question]]]:
    """The questions in blocks, each with a name. A question's block is told by its own words, so that it stays where it
    was while others come and go."""
    many = -(-len(questions) // at_once)
    blocks: list[list[Question]] = [[] for _ in range(many)]
    for question in questions:
        blocks[zlib.crc32(question.text.encode("utf-8", "replace")) % many].append(question)
    yield from ((f"{name}-{n + 1}", block) for n, block in enumerate(blocks) if block)


def _screened(
    several: Sequence[Question], before: Answers, after: Answers, know: Callable[[tuple[str, ...]], Asked]
) -> tuple[list[Effect], list[Question]]:
    """The effects on English questions, where they can be told of all at once, and the questions where they cannot: of
    several in one message, where any of them, or the whole, may be answered otherwise."""
    parts = {q: apart(q.text) for q in several}
    rows = [(q, row) for q in several for row in (q, *(replace(q, text=t, issue=False) for t in parts[q]))]
    questions = [row for _, row in rows]
    known = know(tuple(q.text for q in questions))
    effects, moved, unsure = _one_by_one(questions, before, after, known)
    many = {q for q in several if parts[q]}
    ask = {q for n, (q, _) in enumerate(rows) if n in unsure or (q in many and n in moved)}
    return [effect for n, effect in effects.items() if rows[n][0] not in many], [q for q in several if q in ask]


def _one_by_one(
    questions: Sequence[Question], before: Answers, after: Answers, known: Asked
) -> tuple[dict[int, Effect], set[int], set[int]]:
    """By place: the effects on English texts, each searched for as a whole; those that are answered otherwise, and
    those of which it cannot be told."""
    same = _unchanged(before.index.articles, after.index.articles)
    issue = np.array([q.issue for q in questions], dtype=bool)
    was, becomes = verdicts(before, known, issue), verdicts(after, known, issue)
    by_words = issue & ((was.by_words & (was.article < 0)) | (becomes.by_words & (becomes.article < 0)))
    sure = was.sure & becomes.sure & ~by_words
    stays = np.append(same, -1)[was.article] == becomes.article  # of -1, the last is looked at: none stays none
    effects, moved = {}, set(np.flatnonzero(sure & ~stays).tolist())
    for n in sorted(moved):
        quoted = (
            _quoted(answers, questions[n].text, int(places[n]))
            for answers, places in ((before, was.article), (after, becomes.article))
        )
        if (effect := _effect(questions[n], *quoted)) is not None:
            effects[n] = effect
    return effects, moved, set(np.flatnonzero(~sure).tolist())


def _unchanged(before: Sequence[Article], after: Sequence[Article]) -> NDArray[np.int64]:
    """Of each article before, its place after, where it has the same passages to quote; -2 where it has not."""
    places = {(a.id, a.title, a.passages): n for n, a in enumerate(after)}
    return np.array([places.get((a.id, a.title, a.passages), -2) for a in before], dtype=np.int64)


def _quoted(answers: Answers, question: str, place: int) -> Answer:
    return answers.quote(question, answers.index.articles[place].id) if place >= 0 else Answer(question, None)


def _that_may_change(
    questions: Sequence[Question], before: Answers, after: Answers, know: Callable[[tuple[str, ...]], Asked]
) -> list[Question]:
    """The questions in other languages that a change can touch. What other articles are in meaning and letters stays
    the same where only originals were added or edited; then a question stays as it is which the changed ones are far
    from."""
    originals = [{a.id: a for a in answers.index.articles} for answers in (before, after)]
    ids = {id for id in originals[0].keys() | originals[1].keys() if originals[0].get(id) != originals[1].get(id)}
    translated = {language: {a.id for a in articles} for language, articles in before.translations.items()}
    come_or_gone = originals[0].keys() ^ originals[1].keys()
    if any(come_or_gone & own for own in translated.values()):
        return list(questions)
    rows = [(q, text) for q in questions for text in (q.text, *apart(q.text))]
    known = know(tuple(text for _, text in rows))
    near = np.zeros(len(rows))
    for answers in (before, after):
        for id in ids:
            near = np.maximum(near, answers.nearness_in_meaning(id, known.vectors[known.first[:-1]]))
    left = LEFT_AT_MOST - near
    # without a translation of its own an article has no letters in a language that others are translated into
    may = {
        q
        for (q, _), rest in zip(rows, left.tolist(), strict=True)
        if rest <= (0.0 if translated.get(q.language) and not ids & translated[q.language] else LETTERS)
        or not translated.get(q.language)
    }
    return [q for q in questions if q in may]


def plainly(questions: Iterable[Question], before: Answers, after: Answers) -> Impact:
    """The same by asking each question of both: slow, and what `impact` is held to."""
    different = once_each(questions)
    found = [_effect(question, *_both(question, before, after)) for question in different]
    effects = _ordered([effect for effect in found if effect is not None])
    return Impact(effects, sum(q.count for q in different), len(different), len(different))


def _ordered(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(effects, key=lambda e: (-e.question.count, e.question.text, e.question.language)))


def _both(question: Question, before: Answers, after: Answers) -> tuple[Answer, Answer]:
    if question.issue and question.language == "en":
        return before.ask_of_issue(question.text), after.ask_of_issue(question.text)
    return before.ask(question.text, question.language), after.ask(question.text, question.language)


def _article(answer: Answer) -> str | None:
    return answer.sources[0].article if answer.text is not None else None


def _effect(question: Question, was: Answer, becomes: Answer) -> Effect | None:
    had, gets = _article(was), _article(becomes)
    if had == gets:
        kind = Kind.REWORDED if was.text != becomes.text else None
    elif had is None:
        kind = Kind.GAINS
    else:
        kind = Kind.LOSES if gets is None else Kind.MOVES
    return None if kind is None else Effect(question, kind, _bare(was), _bare(becomes))


def _bare(answer: Answer) -> Answer:
    """An answer without what says how near it was: that is not what changes for a shopper."""
    return Answer(answer.question, answer.text, answer.sources, language=answer.language)
