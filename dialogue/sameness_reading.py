"""A wording as sameness reads it: its sentences, and what each of them speaks of. Pure; no understanding may live here.

Every word that is not everyday is kept, under a label: its stem, its number, or the kind of trouble it means (in
capitals). Words are brought to one form first: case, width, accents, the digits of every script, one spelling for
one number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dialogue import sameness_words as w

_WORD = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*")
SENTENCE_END = re.compile(r"[.!?…؟。！？]+(?=\s|$)|[;؛\n]+|[。！？؟]+")
_CLAUSE = re.compile(r"[,:،–—()]|\s-\s")
_GROUPED = re.compile(r"(?<![\w.])(\d{1,3})((?:[ ,.'’]\d{3})+)(?![\w])")
_EVEN = re.compile(r"(?<=\d)[.,]00?(?!\d)")
_HYPHENED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-/][^\W_]+)+")
_AND = frozenset("and but plus und aber sowie et mais y pero e mas و لكن".split())
_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_IDEOGRAPH = re.compile(r"([\u3400-\u9fff\uf900-\ufaff])")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: what it speaks of, in order, as (`label`, the word itself); its places in the calendar and spans
    of time; whether it says no; and all its words."""

    content: tuple[tuple[str, str], ...]
    labels: frozenset[str]
    calendar: frozenset[str]
    spans: tuple[str, ...]
    denies: bool
    words: tuple[str, ...]
    english: bool

    def with_next(self, said: Said) -> Said:
        """Both sentences as one."""
        return Said(
            self.content + said.content,
            self.labels | said.labels,
            self.calendar | said.calendar,
            self.spans + said.spans,
            self.denies or said.denies,
            self.words + said.words,
            self.english,
        )


# ---------------------------------------------------------------- words as they are compared


def _plain(text: str) -> str:
    """Case, width, accents and the digits of every script made one. Marks of scripts where they are letters stay."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    found = []
    base = ""
    for char in folded:
        if unicodedata.category(char) == "Mn" or char == "ـ":
            if base < "\u0900":  # Latin, Greek, Cyrillic, Hebrew, Arabic
                continue
        else:
            base = char
        number = unicodedata.decimal(char, None)
        found.append(char if number is None else str(number))
    joined = unicodedata.normalize("NFC", "".join(found))
    return joined.replace("ى", "ي").replace("ة", "ه") if any("\u0600" <= c <= "\u06ff" for c in joined) else joined


def _numbers(text: str) -> str:
    """One spelling for one number: 1 234 567, 1,234,567 and 1234567; $45.00 and $45; A-77Q stays one code."""
    text = _GROUPED.sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), text)
    text = _EVEN.sub("", text)
    return _HYPHENED.sub(_code, text)


def _code(match: re.Match[str]) -> str:
    """Parts with digits, or of few letters beside such, are one code; "dishwasher-safe" is two words."""
    parts = re.split("[-/]", match[0])
    digits = [any(c.isdigit() for c in part) for part in parts]
    one = any(digits) and all(has or len(part) <= 3 for has, part in zip(digits, parts, strict=True))
    return "".join(parts) if one else " ".join(parts)


def _words(clause: str) -> list[str]:
    return [re.sub(r"['’`´]", "", word) for word in _WORD.findall(_IDEOGRAPH.sub(r" \1 ", clause))]


def stem(word: str) -> str:
    if word.endswith(("ied", "ies")) and len(word) >= 6:
        return f"{word[:-3]}y"
    for ending in ("ing", "ed", "es", "s", "ly", "e"):
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and not (ending == "s" and word.endswith(("ss", "us", "is")))
        ):
            stem = word[: -len(ending)]
            return stem[:-1] if ending in ("ing", "ed") and stem[-1:] == stem[-2:-1] and stem[-1] not in "lsz" else stem
    return word


def _language(words: list[str]) -> str:
    """Whose everyday words these are; the first catalogue where they could be several's."""
    return max(w.EVERYDAY, key=lambda code: sum(word in w.EVERYDAY[code] for word in words))


# ---------------------------------------------------------------- what a sentence speaks of


def _clauses(sentence: str) -> Iterator[list[str]]:
    """The words of each clause, with phrases of several words put as the one thing they mean."""
    for piece in _CLAUSE.split(sentence):
        clause: list[str] = []
        for word in _phrased(_words(piece)):
            if word in _AND and clause:
                yield clause
                clause = []
            else:
                clause.append(word)
        if clause:
            yield clause


def _phrased(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if found and (meant := _PHRASES.get((found[-1], word))):
            found[-1] = meant
        else:
            found.append(word)
    return found


_PHRASES = {tuple(said.split()): meant for said, meant in w.PHRASES}
_KIND_NAMES = frozenset(w.KINDS.values()) | frozenset(meant for _, meant in w.PHRASES if meant.isupper())
_WORKING = frozenset(
    "work works working worked function functions functioning funktioniert geht marche fonctionne funciona".split()
)


def _label(word: str, everyday: frozenset[str], *, denied: bool) -> str | None:
    """What a word stands for; None where it speaks of nothing. A kind of trouble is in capitals."""
    if word in _KIND_NAMES:
        return word
    if word in w.KINDS:
        return w.KINDS[word]
    if word in _WITHOUT:
        return "MISSING"
    if word in w.COMING:
        return "MISSED" if denied else None
    if word in _WORKING and denied:
        return "FAULTY"
    if word in _WAITING:
        return "MISSED"
    return None if word in everyday or word in w.NO else stem(word)


_WITHOUT = frozenset("without ohne sans sin sem بدون".split())
_WAITING = frozenset(
    "wait waiting waited warte wartet warten attends attendons espero esperando aguardo esperar انتظر".split()
)
_ANSWERED = frozenset(
    "answer answers reply replies response news antwort nachricht reponse respuesta resposta رد".split()
)


def _read(sentence: str) -> Said:
    code = _language(_words(sentence))
    everyday = w.EVERYDAY[code]
    content: list[tuple[str, str]] = []
    calendar, spans, every = set[str](), list[str](), list[str]()
    denies = False
    for clause in _clauses(sentence):
        denials = [place for place, word in enumerate(clause) if word in w.NO]
        denies = denies or bool(denials)
        every += clause
        about_it = _tells_of_it(clause)
        for place, word in enumerate(clause):
            beside = {*clause[max(0, place - 1) : place], *clause[place + 1 : place + 2]}
            denied = any(denial <= place + 3 for denial in denials)
            if word in _WAITING and _ANSWERED & set(clause):
                continue
            if _DAY.match(word) or _YEAR.match(word) or word in w.CALENDAR or _day_of_month(word, beside):
                calendar.add(word)
            elif word in w.SPANS or (word.isdigit() and beside & w.SPANS) or (word in _COUNTED and beside & w.SPANS):
                spans.append(word)
            elif (label := _label(word, everyday, denied=denied)) and not (
                about_it and label.islower() and label.isalpha()
            ):
                content.append((label, word))
    labels = frozenset(label for label, _ in content)
    return Said(tuple(content), labels, frozenset(calendar), tuple(spans), denies, tuple(every), code == "en")


def _tells_of_it(clause: list[str]) -> bool:
    """True for what shoppers say of themselves and the matter at hand: "I need it for a wedding", "I oiled it
    already"."""
    return clause[0] in ("i", "ive", "we", "weve") and bool({"it", "them"} & set(clause[1:]))


_COUNTED = frozenset("one two three four five six seven eight nine ten few several couple".split())


def _day_of_month(word: str, beside: set[str]) -> bool:
    return word.isdigit() and len(word) <= 2 and bool(beside & w.CALENDAR)


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[Said, ...]:
    """The sentences of a wording that have a word in them. Each is read in its own language, so that it is read
    alike wherever it stands."""
    return tuple(_read(piece) for piece in SENTENCE_END.split(_numbers(_plain(text))) if _WORD.search(piece))
