"""Words of danger to life (R21), and abuse. What is said in which language stands in `words/distress/*.txt`, one
construction a line, each with a sentence that it must match and one that it must not.

A construction is a row of elements, matched from left to right over the words of a clause:

    word|word  one of these words; `*` in a word stands for signs that hide letters ("s***" is read as `s*`)
    @name      one of the phrases of a set of this file
    ...N       up to N words or commas that negate nothing
    !word|word the next word, behind a comma too, is none of these; `!@name` none of these phrases
    <start>    nothing stands before in this clause; <end> nothing follows in it (`word|<end>`: that word, or nothing)

An element of words with `?` behind it may be missing. `danger` and `abuse` do not hold behind a word of the set `not`
in the same clause ("I would never kill myself"); `danger!` does: there the negation is part of what is said ("I can't
go on living"). Words are compared without case, accents, apostrophes and Arabic vowel signs. A construction is tried
only where its first word stands, and every gap is bounded, so the cost grows with the length of the text and no faster.
"""

from __future__ import annotations

import functools
import pathlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.drafts import Draft
from dialogue.understanding.pieces import Span
from dialogue.understanding.text import MARKS
from dialogue.vocabulary import Signal

LANGUAGES = ("en", "de", "fr", "es", "pt", "ar")
DANGER, ABUSE = "danger", "abuse"
_HERE = pathlib.Path(__file__).parent / "words" / "distress"
#: So many words before a construction are looked at for a negation.
_REACH = 4
_LETTER = rf"(?:[^\W_]|[{MARKS}])"
_TOKEN = re.compile(
    rf"(?P<word>{_LETTER}+(?:(?:['’ʼ‘`´]|\*+){_LETTER}*)*|\*{{2,}})|(?P<border>[.!?…;:()؟؛—–]+|\n\s*\n)|(?P<comma>[,،])"
)
_START, _END = "<start>", "<end>"
_AT_END = r"(?= [.,]|$)"
_STARS = re.compile(r"\*+")
_ALIKE = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": "", "ß": "ss", "ø": "o"})
#: Arabic writes "and" and "so" onto the next word.
_ARABIC, _PROCLITICS = re.compile("[\u0621-\u064a]"), "وف"


class WordsError(ValueError):
    """A line of a words file that cannot be used; names file and line."""


@dataclass(frozen=True)
class Construction:
    """A line of a words file. `first`: the words that it may begin with; `negators`: of its language."""

    kind: str
    negatable: bool
    pattern: re.Pattern[str]
    first: frozenset[str]
    at_start: bool
    negators: frozenset[str]
    matches: str
    spares: str
    where: str


@dataclass(frozen=True)
class Distress:
    """Where words of danger and of abuse stand in a text."""

    danger: tuple[Span, ...] = ()
    abuse: tuple[Span, ...] = ()


@dataclass(frozen=True)
class _Lexicon:
    constructions: tuple[Construction, ...]
    by_word: Mapping[str, tuple[Construction, ...]]
    fillers: frozenset[str]


def _plainly(word: str) -> str:
    """A word without case, accents, apostrophes and vowel signs; hidden letters as one star."""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", word.casefold().translate(_ALIKE)) if c.isalnum() or c == "*"
    )
    return _STARS.sub("*", unicodedata.normalize("NFC", bare))


def _words(text: str) -> list[tuple[str, int, int]]:
    """Each word as it is compared, with its place; `.` for a border between sentences, `,` for a comma."""
    found = []
    for match in _TOKEN.finditer(text):
        word = "." if match["border"] else "," if match["comma"] else _plainly(match["word"])
        if word.endswith("*") and text[: match.start()].endswith("*"):
            word = word[:-1]  # set in stars, and nothing hidden
        if word:
            found.append((word, match.start(), match.end()))
    return found


# ---------------------------------------------------------------- the files


def _phrase(text: str) -> str:
    """A phrase as a pattern over words that each have a space before them."""
    return "".join(
        " " + (f"[{_PROCLITICS}]?" if _ARABIC.match(word) else "") + re.escape(word) for word, _, _ in _words(text)
    )


def _any_of(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted({_phrase(p) for p in phrases}, key=lambda p: (-len(p), p))) + ")"


def _phrases(written: str, sets: Mapping[str, Sequence[str]], where: str) -> Sequence[str]:
    if not written.startswith("@"):
        return written.split("|")
    if written[1:] not in sets:
        raise WordsError(f"{where}: there is no set {written}")
    return sets[written[1:]]


def _made(parts: Sequence[str], sets: Mapping[str, Sequence[str]], where: str) -> Construction:
    """The construction of a line. Raises `WordsError`."""
    kind, elements = parts[0].removesuffix("!"), parts[1].split()
    negators = _any_of(sets.get("not", ("\u0000",)))
    pattern, first, open_yet = "", set[str](), True
    for element in elements:
        written, optional = element.removesuffix("?"), element.endswith("?")
        if element == _START:
            continue
        if element == _END:
            pattern += _AT_END
        elif gap := re.fullmatch(r"\.\.\.(\d)", element):
            pattern += rf"(?:(?!{negators}(?: |$)) [^ .]+){{0,{gap[1]}}}?"
        elif element.startswith("!"):
            pattern += rf"(?!(?: ,)?{_any_of(_phrases(element[1:], sets, where))}(?: |$))"
        else:
            phrases = _phrases(written, sets, where)
            spoken = [phrase for phrase in phrases if phrase != _END]
            ends = f"|{_AT_END}" if len(spoken) < len(phrases) else ""
            pattern += rf"(?:{_any_of(spoken)}(?= |$){ends})" + ("?" if optional else "")
            first |= {_words(phrase)[0][0] for phrase in spoken} if open_yet else set()
            open_yet = open_yet and optional
            continue
        if open_yet:
            raise WordsError(f"{where}: begins with no word")
    bare = frozenset(word for phrase in sets.get("not", ()) for word, _, _ in _words(phrase))
    return Construction(
        kind, not parts[0].endswith("!"), re.compile(pattern), frozenset(first), elements[0] == _START, bare,
        parts[2], parts[3], where,
    )  # fmt: skip


def read_lines(lines: Iterable[str], file: str) -> tuple[dict[str, list[str]], list[Construction]]:
    """The sets and constructions of one file. Raises `WordsError`."""
    sets: dict[str, list[str]] = {}
    made: list[Construction] = []
    for number, line in enumerate(lines, 1):
        where, line = f"{file}:{number}", line.strip()
        if line.startswith("@"):
            name, _, phrases = line[1:].partition(" ")
            sets.setdefault(name, []).extend(p.strip() for p in phrases.split(";") if p.strip())
        elif line and not line.startswith("#"):
            parts = [part.strip() for part in line.split(" | ")]
            if len(parts) != 4 or parts[0] not in (DANGER, f"{DANGER}!", ABUSE):
                raise WordsError(f"{where}: needs: danger, danger! or abuse | elements | matched | spared")
            made.append(_made(parts, sets, where))
    return sets, made


@functools.cache
def lexicon() -> _Lexicon:
    """Every language's words, read once."""
    made: list[Construction] = []
    fillers: set[str] = set()
    by_word: dict[str, list[Construction]] = {}
    for language in LANGUAGES:
        name = f"{language}.txt"
        sets, constructions = read_lines(_HERE.joinpath(name).read_text(encoding="utf-8").splitlines(), name)
        made += constructions
        fillers.update(word for phrase in sets.get("filler", ()) for word, _, _ in _words(phrase))
    for construction in made:
        for word in construction.first:
            by_word.setdefault(word, []).append(construction)
    return _Lexicon(tuple(made), {word: tuple(found) for word, found in by_word.items()}, frozenset(fillers))


# ---------------------------------------------------------------- a text


def look(text: str) -> Distress:
    """Where `text` holds words of danger, and of abuse. Never raises, whatever the text."""
    found: dict[str, list[Span]] = {DANGER: [], ABUSE: []}
    for construction, span in matches(text):
        found[construction.kind].append(span)
    return Distress(tuple(found[DANGER]), tuple(found[ABUSE]))


def matches(text: str) -> Iterator[tuple[Construction, Span]]:
    """Every construction that holds in `text`, with its place."""
    known = lexicon().by_word
    words = _words(text)
    starts, whole = [], ""
    for word, _, _ in words:
        starts.append(len(whole))
        whole += f" {word}"
    for place, (word, begin, _) in enumerate(words):
        tried = known.get(word, ())
        if word[0] in _PROCLITICS:
            tried = (*tried, *known.get(word[1:], ()))
        for construction in tried:
            match = construction.pattern.match(whole, starts[place])
            if match and _stands(construction, words, place):
                last = bisect_left(starts, match.end()) - 1
                yield construction, (begin, words[last][2])


def _stands(construction: Construction, words: Sequence[tuple[str, int, int]], place: int) -> bool:
    """What stands before leaves it as it is: no negation near, and nothing at all where it begins a clause."""
    before = []
    for word, _, _ in reversed(words[max(0, place - _REACH) : place]):
        if word in ".,":
            break
        before.append(word)
    if construction.at_start and before:
        return False
    return not (construction.negatable and construction.negators.intersection(before))


def heed(d: Draft) -> None:
    """Marks a draft with what is found in it. Of words of danger nothing else is read than contact data (R21): no
    wish, no yes, no issue. A sentence that is nothing but an insult states no issue."""
    found = look(d.text.text)
    spans = found.danger or found.abuse
    if d.name and any(start < d.name.span[1] and d.name.span[0] < end for start, end in spans):
        d.name = None
    if found.danger:
        d.signals = d.signals & {Signal.SECRET} | {Signal.IN_DANGER}
        d.sentences, d.answer, d.score = [], None, None
        d.aside = [(span, "danger") for span in spans] + [(a, kind) for a, kind in d.aside if kind == "contact_data"]
        d.rejected.clear()
    elif found.abuse:
        d.signals.add(Signal.ABUSES)
        d.aside += [(span, "insult") for span in spans]
        d.sentences = [s for s in d.sentences if not _nothing_else(d.text.text, (s.start, s.end), spans)]


def _nothing_else(text: str, stretch: Span, spans: Sequence[Span]) -> bool:
    """Every word of a stretch of the text belongs to an insult, or fills in."""
    fillers = lexicon().fillers
    return all(
        word in fillers or any(begin <= start and end <= finish for begin, finish in spans)
        for word, start, end in _words(text)
        if stretch[0] <= start < stretch[1] and word not in ".,"
    )
