"""What an article must be before shoppers get it: readable, finished, with its sources named, and without words that
the strict rules forbid (R11, R15). Each problem names its line. Nothing here stores anything."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping

from dialogue.referee import forbidden
from dialogue.referee.words import faults
from kb_answers.answer import Answers
from kb_answers.library import Article, ArticleError, parse_article
from kb_answers.unfinished import Problem, unfinished

#: Where a pattern of the bot's own voice speaks of one shopper's order, an article speaks of every order.
_OF_ONE_ORDER = re.compile(r"(?:your|ihre?|votre|su|(?:o )?seu)\b|طلبك|شحنتك|طردك|تذكرتك", re.IGNORECASE)
#: A warranty, which is a thing and no promise of ours: "the two-year guarantee", "die Garantie", "la garantie".
_WARRANTY = re.compile(r"guarantees?|garantie", re.IGNORECASE)
_PROMISER = frozenset("i we you they and to can will would shall must always hereby nous on ils je".split())
#: "We cannot promise a day" promises nothing: these within so many words before.
_DENIED = re.compile(
    r"\b(?:not|no|never|cannot|nor|without|nicht|keine?[nmrs]?|nie|ohne|pas|jamais|sans|nunca|sin|não|sem|ne)\b|n['’]t\b|\bn['’]|"
    r"(?<!\w)(?:لا|لن|لم|دون)(?!\w)",
    re.IGNORECASE,
)
_NEAR = 5
_PLACE = re.compile(r"(?s)(.*?):(\d+): (.*)")


def read(text: str, id: str, answers: Answers) -> Article | None:
    """The article in `text`; None where it needs a value that is not set. Raises `ArticleError`."""
    return parse_article(text, answers.folder / f"{id}.md", answers.values)


def check(text: str, id: str, answers: Answers, *, others: Mapping[str, str], before: Iterable[str]) -> list[Problem]:
    """Why `text` may not be published as the article `id`; empty where it may. `others` are the texts that are edited
    now, by id; `before` those that the article had when it was published or stood in a file: what they named as sources
    may stay."""
    try:
        article = read(text, id, answers)
        found = list(unfinished(text, article, known=tuple(_sources(before, id, answers))))
        found += _forbidden(text)
        answers.check({**others, id: text})
    except ArticleError as error:
        return [_of_error(error, answers.folder / f"{id}.md")]
    return sorted(found, key=lambda problem: problem.line)


def _of_error(error: ArticleError, path: pathlib.Path) -> Problem:
    """Its words without the path, which names a file that need not be there."""
    place = _PLACE.fullmatch(str(error))
    if place and place[1] == str(path):
        return Problem(place[3], int(place[2]), english=True)
    return Problem(str(error), english=True)


def _sources(texts: Iterable[str], id: str, answers: Answers) -> Iterator[str]:
    for text in texts:
        try:
            article = read(text, id, answers) if text else None
        except ArticleError:  # it was published under the rules of its day
            continue
        yield from article.sources if article else ()


def _forbidden(text: str) -> Iterator[Problem]:
    """What the title and the paragraphs say that no answer may. The questions are shoppers' words and say it freely."""
    for first, lines in _said(text):
        words = " ".join(" ".join(lines).split())
        for rule, reason in faults("answer", words, ""):
            found = forbidden.REOPEN.search(words)
            line = _line(lines, words, found.start() if found else 0)
            yield Problem("against rule %(rule)s: %(reason)s", first + line, {"rule": rule, "reason": reason})
        for found in forbidden.PROMISE.finditer(words):
            if _promises(words, found):
                yield Problem(
                    "“%(what)s” promises something (R15): say what is so, and promise nothing",
                    first + _line(lines, words, found.start()),
                    {"what": found[0]},
                )


def _promises(words: str, found: re.Match[str]) -> bool:
    before = re.split(r"[.!?;:] ", words[max(0, found.start() - 200) : found.start()])[-1].split()
    if _OF_ONE_ORDER.match(found[0]) or _DENIED.search(" ".join(before[-_NEAR:])):
        return False
    whole = re.match(r"\w+", words[found.start() :])
    is_noun = whole is not None and _WARRANTY.fullmatch(whole[0]) is not None
    return not is_noun or not before or before[-1].strip("\"'“„«(").lower() in _PROMISER


def _said(text: str) -> Iterator[tuple[int, list[str]]]:
    """The title and each paragraph: the number of its first line, and its lines."""
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), len(lines))
    for number, line in enumerate(lines[:end], 1):
        if title := re.match(r"[\"']?title[\"']?\s*:(.*)", line):
            yield number, [title[1]]
    paragraph: list[str] = []
    for number, line in enumerate([*lines[end + 1 :], ""], end + 2):
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield number - len(paragraph), paragraph
            paragraph = []


def _line(lines: list[str], words: str, place: int) -> int:
    """Which of `lines`, whose words are `words`, holds the word at `place`; 0 is the first."""
    left = words[:place].count(" ")
    for number, line in enumerate(lines):
        left -= len(line.split())
        if left < 0:
            return number
    return 0
