"""What asks for a ticket or a person, takes it back, disputes a decision or only stalls, in every language but English,
which has readers of its own: by words, for what the strict rules turn on must not rest on a guess (R7, R8, R18).

Phrases stand in `words/requests/*.txt`, a file a language, in sections:

    [open] [ticket]      one of each in one part of a sentence, with nothing between but [around], is a wish
    [speak] [person]     the same
    [outright]           is a wish by itself
    [not]                makes a wish that it stands beside, or within, none by words: what it is, is weighed
    [around]             belongs to a wish that it stands beside, and states nothing
    [take back] [filler] a part that consists of these, one of the first among them, gives up what was begun
    [disagree] [decision] one of each in a sentence is a dispute
    [asks what one can do] begins a question that asks about a dispute and is none
    [review]             what a dispute asks for
    [hesitates]          is no name

Below them stand sentences that a test holds the words to (`SENTENCES`). Words are compared without accents, vowel signs and
the variants of Arabic letters, for people leave them out.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.text import MARKS
from dialogue.understanding.word_files import FOLDER, sections

WORDS = (
    "open", "ticket", "speak", "person", "outright", "not", "around", "take back", "filler", "disagree", "decision",
    "asks what one can do", "review", "follow up", "hesitates",
)  # fmt: skip
SENTENCES = (
    "is a wish", "is no wish", "is a refusal", "is taken back", "is not taken back", "is a dispute", "is no dispute",
)  # fmt: skip
#: The sections whose phrases a request can consist of.
_OF_REQUESTS = ("open", "ticket", "speak", "person", "outright", "around", "take back", "filler", "not")
#: Words that may stand between a verb and what it asks for, and between one that denies and a wish.
_APART, _BEFORE = 5, 2
#: Words of a message that are looked at: wishes are short, and a message may be long.
_MOST = 400

#: What begins a word about a thing that there is ("un ticket que levanté").
_RELATIVE = frozenset(("que", "qui", "dont"))

Phrase = tuple[str, ...]
Span = tuple[int, int]

_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}\u0640])+")
_PART = re.compile(r"[,;:.!?()\n…،؛؟]|\s[-–—]\s")
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None})
#: What Arabic writes together with the word behind it: "and", "so".
_GLUED = ("و", "ف")


@dataclass(frozen=True)
class Wish:
    """A wish for a ticket or a person: `core` its words, `whole` with what belongs to it (offsets into the text that was
    looked at)."""

    core: Span
    whole: Span


@functools.lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return bare.translate(_ARABIC)


@functools.cache
def small_words(language: str) -> frozenset[str]:
    """The function words of a language."""
    import stopwordsiso  # here, for what it imports takes longer than all the rest of this module

    return frozenset(_folded(w) for w in stopwordsiso.stopwords(language))


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    forms: tuple[str, ...]


@dataclass(frozen=True)
class _Language:
    """The phrases of one language by section, and by section and first word the longest, in words."""

    code: str
    phrases: Mapping[str, frozenset[Phrase]]
    longest: Mapping[str, Mapping[str, int]]

    def standing(self, section: str, words: Sequence[_Word]) -> list[Span]:
        """Where phrases of a section stand, the longest from each word (offsets into `words`, the end excluded)."""
        found: list[Span] = []
        if self.longest[section].keys().isdisjoint(form for word in words for form in word.forms):
            return found
        for begin in range(len(words)):
            for size in range(min(self._longest(section, words[begin]), len(words) - begin), 0, -1):
                if self._is(section, words[begin : begin + size]):
                    found.append((begin, begin + size))
                    break
        return found

    def _longest(self, section: str, first: _Word) -> int:
        known = self.longest[section]
        return max(known.get(form, 0) for form in first.forms)

    def _is(self, section: str, words: Sequence[_Word]) -> bool:
        rest = tuple(w.forms[0] for w in words[1:])
        return any((first, *rest) in self.phrases[section] for first in words[0].forms)

    def consists_of(self, words: Sequence[_Word], *names: str) -> bool:
        """Whether the words can be parted into phrases of these sections."""
        reached = {0}
        for end in range(1, len(words) + 1):
            for begin in sorted(reached):
                size, first = end - begin, words[begin]
                if any(size <= self._longest(n, first) and self._is(n, words[begin:end]) for n in names):
                    reached.add(end)
                    break
        return len(words) in reached


def _phrase(text: str) -> Phrase:
    return tuple(_folded(w) for w in _WORD.findall(text))


def _longest_by_first(phrases: Iterable[Phrase]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return longest


@functools.cache
def _languages() -> tuple[_Language, ...]:
    found = []
    for path in sorted((FOLDER / "requests").glob("*.txt")):
        told = sections(path, (*WORDS, *SENTENCES))
        phrases = {name: frozenset(_phrase(p) for p in told.get(name, ())) - {()} for name in WORDS}
        found.append(_Language(path.stem, phrases, {n: _longest_by_first(own) for n, own in phrases.items()}))
    return tuple(found)


def _words(low: str) -> list[_Word]:
    found = []
    for match in _WORD.finditer(low):
        form = _folded(match.group())
        cut = tuple(form[1:] for sign in _GLUED if form.startswith(sign) and len(form) > 2)
        found.append(_Word(match.start(), match.end(), (form, *cut)))
        if len(found) == _MOST:
            break
    return found


def _parts(low: str) -> Iterator[list[_Word]]:
    """The words of each part of a text, parts being what signs part."""
    borders = [m.start() for m in _PART.finditer(low)]
    part: list[_Word] = []
    for word in _words(low):
        while borders and borders[0] < word.start:
            borders.pop(0)
            if part:
                yield part
            part = []
        part.append(word)
    if part:
        yield part


def find_wish(low: str) -> Wish | None:
    """The first wish for a ticket or a person in a text of plain form; None where there is none."""
    for part in _parts(low):
        found = [(language, core) for language in _languages() if (core := _core(language, part))]
        if not found or any(_denied(language, part, core) for language, core in found):
            continue
        language, core = found[0]
        return Wish(_letters(part, core), _letters(part, _with_what_is_around(language, part, core)))
    return None


def _denied(language: _Language, part: Sequence[_Word], core: Span) -> bool:
    """Whether a word that denies stands within a wish, a little before it or right behind it."""
    return any(core[0] - _BEFORE <= b and a <= core[1] + 1 for a, b in language.standing("not", part))


def _letters(part: Sequence[_Word], span: Span) -> Span:
    return part[span[0]].start, part[span[1] - 1].end


def _core(language: _Language, part: Sequence[_Word]) -> Span | None:
    """The words of a wish in a part: a phrase that is one outright, or a verb and what it asks for."""
    if outright := language.standing("outright", part):
        return outright[0]
    for verb, thing in (("open", "ticket"), ("speak", "person")):
        if not (things := language.standing(thing, part)):
            continue
        pairs = [
            (min(v[0], t[0]), max(v[1], t[1]))
            for t in things
            for v in language.standing(verb, part)
            if _near(language, part, v, t)
        ]
        if pairs:
            return min(pairs, key=lambda pair: (pair[1] - pair[0], pair))
    return None


def _near(language: _Language, part: Sequence[_Word], verb: Span, thing: Span) -> bool:
    """Whether nothing stands between the two but a few words that state nothing."""
    between = part[min(verb[1], thing[1]) : max(verb[0], thing[0])]
    if len(between) > _APART or any(w.forms[0] in _RELATIVE for w in between):
        return False
    small = small_words(language.code)
    left = [w for w in between if w.forms[0] not in small]
    return language.consists_of(between, "around") or not left


_BESIDE = ("around", "open", "speak", "ticket", "person")


def _with_what_is_around(language: _Language, part: Sequence[_Word], core: Span) -> Span:
    """A wish with the words that belong to it: those of the sections above, a small word between them or none."""
    spans = [span for section in _BESIDE for span in language.standing(section, part)]
    small = small_words(language.code)

    def joined(a: int, b: int) -> bool:
        return a == b or (b - a == 1 and part[a].forms[0] in small - _RELATIVE)

    first, last = core
    while ahead := [a for a, b in spans if a < first and joined(b, first)]:
        first = min(ahead)
    while behind := [b for a, b in spans if b > last and joined(last, a)]:
        last = max(behind)
    return first, last


def languages_of(low: str) -> frozenset[str]:
    """The languages in whose phrases the whole of a text can be said."""
    words = _words(low)
    return frozenset(x.code for x in _languages() if words and x.consists_of(words, *_OF_REQUESTS))


def takes_back(low: str) -> bool:
    """Whether a text gives up what was begun, in a part of its own ("ach egal, lassen wir's")."""
    for part in _parts(low):
        if low[part[-1].end :].lstrip().startswith("?"):
            continue  # "not necessary?" asks
        for language in _languages():
            if language.standing("take back", part) and language.consists_of(part, "take back", "filler"):
                return True
    return False


def disputes(low: str) -> bool:
    """Whether a text disagrees with a decision (R18)."""
    words = _words(low)
    return any(x.standing("disagree", words) and x.standing("decision", words) for x in _languages())


def asks_what_one_can_do(low: str) -> bool:
    """Whether a text begins as a question for what one can do ("wie kann ich …", "comment contester …")."""
    words = _words(low)
    return any(begin == 0 for x in _languages() for begin, _ in x.standing("asks what one can do", words))


def asks_for_review(low: str) -> bool:
    """Whether a text asks for something to be looked at again."""
    words = _words(low)
    return any(x.standing("review", words) for x in _languages())


def follows_up(low: str) -> bool:
    """Whether a text is about something that was told before ("wollte noch mal nachhaken")."""
    words = _words(low)
    return any(x.standing("follow up", words) for x in _languages())


def says_nothing(low: str) -> bool:
    """Whether a text is nothing but hesitation and fillers ("امم طيب", "bon alors"), a yes or a no among them."""
    words = _words(low)
    return bool(words) and any(x.consists_of(words, "hesitates", "filler") for x in _languages())


@functools.cache
def _hesitations() -> frozenset[Phrase]:
    return frozenset(phrase for language in _languages() for phrase in language.phrases["hesitates"])


def hesitates(text: str) -> bool:
    """Whether a text is nothing but what people say while they think, or a yes or a no: then it is nobody's name."""
    words = _phrase(text.lower())
    return words in _hesitations() or (0 < len(words) <= 4 and all((w,) in _hesitations() for w in words))
