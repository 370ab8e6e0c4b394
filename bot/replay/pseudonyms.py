"""Invented people in the place of real ones, for what leaves the shop: fixtures and training lines.

What was understood as a name, and what is one by its label, its place or the dictionaries; addresses, links, streets,
postal codes, telephone and order numbers by their form: each is replaced by something of the same shape, the same by
the same everywhere. A sentence that was misread as a name stays the sentence it is. Nothing finds everything, so `left`
names the words that nobody knows, and whoever exports is shown them first.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from bot.chat.phrases import ENGLISH, catalogue, languages
from bot.history.masking import EMAIL_ADDRESS, LONG_NUMBER
from bot.replay.identifying import (
    CODE,
    IN_STREETS,
    LABELLED,
    LINK,
    LONGEST_NAME,
    NAME_LABEL,
    PIECE,
    PLACE_BEFORE,
    POOLS,
    POSTCODE,
    RUN,
    STREET,
    STREETS,
)
from dialogue.understanding.text import (
    NEVER_IN_NAMES,
    PARTICLES,
    TITLES,
    WORD,
    is_everyday,
    is_family_name,
    is_given_name,
    is_word,
)
from dialogue.vocabulary import Act, IntentName, Signal


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


@functools.cache
def _said_here() -> frozenset[str]:
    """The words of the catalogues, which are of every language spoken here, and of a fixture's own form."""
    texts = [*ENGLISH.values(), *(text for code in languages() for text in _strings(catalogue(code)))]
    form = [m.value.replace("_", " ") for kind in (Act, IntentName, Signal) for m in kind]
    form.append(
        "test cases steps user understood agent joins leaves settles act asks rate customer names intents confidence "
        "signals by kept rejected why likely extra nlu examples yml corrected conversation"
    )
    return frozenset(word.casefold() for text in (*texts, *form) for word in WORD.findall(text) if len(word) > 1)


def _listed(word: str) -> bool:
    return is_given_name(word) or is_family_name(word)


def _capital(word: str) -> bool:
    """True for a capital letter, and for scripts that have none."""
    return word[:1].isupper() or word[:1].lower() == word[:1].upper()


def _ordinary(word: str) -> bool:
    """A word that everybody uses, in one of the languages spoken here. A name that is hardly ever a word ("Jane") is
    none."""
    low = word.casefold()
    if low in NEVER_IN_NAMES or (low in _said_here() and not (_listed(word) and _capital(word))):
        return True
    return is_everyday(word) if _listed(word) else is_word(word)


def is_name(text: str, echo: str = "") -> bool:
    """False for a sentence, or a part of one, that was misread as a name: an ordinary word that no list of names holds
    is among its words; or all are small and in no list, and `echo` (the addresses beside it) knows none of them."""
    words = [w for w in WORD.findall(text) if w.casefold() not in PARTICLES | TITLES and len(w) > 1]
    if not words or any(w.casefold() in NEVER_IN_NAMES or (_ordinary(w) and not _listed(w)) for w in words):
        return False
    if any(len(w) > 6 and _script(w) in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL") for w in words):
        return False
    return any(_listed(w) or _capital(w) or (len(w) > 2 and w.casefold() in echo) for w in words)


def _script(name: str) -> str:
    letter = next((c for c in name if c.isalpha()), "a")
    found = unicodedata.name(letter, "LATIN").split()[0]
    return found if found in POOLS else "LATIN"


def _reshaped(text: str) -> str:
    """`text` with other digits, and where letters are among them other capitals, of the same shape; always the same."""
    made = iter(hashlib.sha256(re.sub(r"\W", "", text).upper().encode()).digest() * 8)
    mixed = any(c.isalpha() for c in text)
    return "".join(
        str(next(made, 0) % 9 + 1) if c.isdigit() else chr(65 + next(made, 0) % 26) if mixed and "A" <= c <= "Z" else c
        for c in text
    )  # fmt: skip


def _after_label(run: str) -> str:
    """The name at the beginning of `run`, which follows a label: up to the first word that cannot be in one."""
    taken: list[str] = []
    for token in run.split()[:LONGEST_NAME]:
        bare = token.strip(".")
        if len(bare) > 1 and (bare.casefold() in NEVER_IN_NAMES or (_ordinary(bare) and not _listed(bare))):
            break
        if taken and not (_capital(bare) or _listed(bare) or bare.casefold() in PARTICLES) and _capital(taken[0]):
            break
        taken.append(bare)
    while taken and taken[-1].casefold() in PARTICLES:
        taken.pop()
    return " ".join(taken)


def _listed_names(run: str, before: str) -> Iterator[str]:
    """The names in `run` that the lists tell: a given name, or an unknown one before a family name; `before` is the
    word before the run. A single one after a word of place ("to Bergen", "to Jane") is left for people to look at."""
    tokens = run.split()
    place = 0
    while place < len(tokens):
        first = tokens[place].strip(".")
        follows = tokens[place + 1].strip(".") if place + 1 < len(tokens) else ""
        both = _capital(first) and bool(follows) and _capital(follows) and is_family_name(follows)
        begins = is_given_name(first) and (both or not _ordinary(first))
        begins = begins or (both and not _ordinary(first) and not _ordinary(follows) and first.casefold() not in TITLES)
        if not begins or first.casefold() in NEVER_IN_NAMES:
            place += 1
            continue
        end = place + 1
        while end < len(tokens) and end - place < LONGEST_NAME:
            bare = tokens[end].strip(".")
            initial = len(bare) == 1 and bare.isupper() and bare != "I"
            family = is_family_name(bare) and (_capital(bare) or bare.casefold() not in _said_here())
            if bare.casefold() in NEVER_IN_NAMES or not (initial or family or (_capital(bare) and not _ordinary(bare))):
                break
            end += 1
        said = (tokens[place - 1] if place else before).casefold()
        if end - place > 1 or said not in PLACE_BEFORE:
            yield " ".join(t.strip(".,") for t in tokens[place:end])
        place = end


class Pseudonyms:
    """Invented people, the same for the same real one. `names`: what was understood as one; `texts`: everything that
    was said, where others may stand; `keep`: addresses that are the shop's own; `stem` of the conversation's tickets,
    whose references become those of a replay. `replaced` holds what was replaced by what, in the order in which it
    came."""

    def __init__(
        self, names: Collection[str], texts: Iterable[str] = (), *, keep: Iterable[str] = (), stem: str = ""
    ) -> None:
        self.replaced: dict[str, str] = {}
        #: Words of real people and labelled numbers, in lower case -> what stands for them.
        self._known: dict[str, str] = {}
        #: Those of them that are everyday words as well, and persons only with a capital within a sentence.
        self._doubtful: set[str] = set()
        self._emails: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._keep = {address.casefold() for address in keep}
        self._stem, said = stem, list(texts)
        self._given_out: Counter[tuple[str, int]] = Counter()
        self._said = {word.casefold() for text in (*said, *names) for word in WORD.findall(text)}
        echo = " ".join(m.partition("@")[0].casefold() for text in said for m in EMAIL_ADDRESS.findall(text))
        for name in sorted(names, key=lambda n: (-len(n.split()), n.casefold())):
            if is_name(name, echo):
                self._person(name)
            else:
                said.append(name)
        for text in said:
            self._learn(text)

    # ------------------------------------------------------------ learning who there is

    def _person(self, name: str) -> None:
        words = [word for token in name.split() if (word := token.strip(".,;:"))]
        if not words or " ".join(words).casefold() in self._known:
            return
        script = _script(name)
        shaped = [
            self._known.get(word.casefold()) or self._fresh(script, min(place, 1)) for place, word in enumerate(words)
        ]
        self._known[" ".join(words).casefold()] = " ".join(shaped)
        for word, new in zip(words, shaped, strict=True):
            if len(word) > 1 and word.casefold() not in PARTICLES:
                self._known.setdefault(word.casefold(), new)
                if _ordinary(word) or is_everyday(word):
                    self._doubtful.add(word.casefold())

    def _fresh(self, script: str, place: int) -> str:
        """An invented word that stands for nobody yet and that nobody here is called by: a given name (0) or a family
        name (1)."""
        pool = POOLS[script][place].split()
        while True:
            number = self._given_out[script, place]
            self._given_out[script, place] += 1
            further = pool[(number // len(pool) - 1) % len(pool)] if number >= len(pool) else ""
            word = pool[number % len(pool)] + (f"-{further}" if further else "")
            if word.casefold() not in self._said or number > len(pool) ** 2:
                return word

    def _learn(self, text: str) -> None:
        """The names and numbers of `text` that nobody may have understood."""
        plain = LINK.sub(" , ", EMAIL_ADDRESS.sub(" , ", text))
        for match in LABELLED.finditer(plain):
            self._known.setdefault(match["digits"].rstrip("-"), _reshaped(match["digits"].rstrip("-")))
        for label in NAME_LABEL.finditer(plain):
            run = RUN.match(plain, label.end())
            if run and (name := _after_label(run.group())):
                self._person(name)
        for run in RUN.finditer(plain):
            before = WORD.findall(plain[: run.start()])[-1:]
            for name in _listed_names(run.group(), before[0] if before else ""):
                self._person(name)

    # ------------------------------------------------------------ replacing

    def text(self, text: str) -> str:
        """`text` with invented people in the place of real ones. Nothing is replaced twice."""
        found: list[tuple[int, int, str]] = []
        for start, end, new in self._claims(text):
            if all(end <= a or b <= start for a, b, _ in found):
                found.append((start, end, new))
        out, last = [], 0
        for start, end, new in sorted(found):
            if text[start:end] != new:
                self.replaced.setdefault(text[start:end], new)
            out += [text[last:start], new]
            last = end
        return "".join([*out, text[last:]])

    def _claims(self, text: str) -> Iterator[tuple[int, int, str]]:
        """What is to be replaced by what, the surest first."""
        if self._stem:
            for m in re.finditer(rf"AO-{re.escape(self._stem)}-", text):
                yield *m.span(), "AO-REPLAY-"
        for m in LINK.finditer(text):
            link = m[0].rstrip(".,;:!?)")
            new = self._links.setdefault(link, f"https://shop.example/{len(self._links) + 1}")
            yield m.start(), m.start() + len(link), new
        for m in EMAIL_ADDRESS.finditer(text):
            email = m[0].rstrip(".")
            yield m.start(), m.start() + len(email), self._email(email)
        for pattern in STREET:
            for m in pattern.finditer(text):
                if (street := _street(m, pattern)) is not None:
                    yield *m.span(), street
        for real, new in sorted(self._known.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            spaced = r"[\s,.]+".join(map(re.escape, real.split()))
            for m in re.finditer(rf"(?<![\w@./-]){spaced}(?![\w@])", text, re.IGNORECASE):
                opens = (
                    not text[: m.start()].rstrip(" \"'(“„").rstrip(" ") or text[: m.start()].rstrip(" ")[-1:] in ".!?\n"
                )
                if real not in self._doubtful or (m[0][0].isupper() and not opens):
                    yield *m.span(), new.lower() if m[0][0].islower() else new
        for form in (CODE, POSTCODE):
            for m in form.finditer(text):
                yield *m.span(), _reshaped(m[0])
        for m in LONG_NUMBER.finditer(text):
            if sum(c.isdigit() for c in m[0]) >= 6:
                yield *m.span(), _reshaped(m[0])

    def value(self, value: Any) -> Any:
        """The same for everything in a structure."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            form = ("by", "signals", "field", "why", "answer", "intents")
            return {k: v if k in form else self.value(v) for k, v in value.items()}
        return [self.value(v) for v in value] if isinstance(value, list) else value

    def _email(self, email: str) -> str:
        key = email.casefold()
        if key in self._keep:
            return email
        return self._emails.setdefault(key, f"shopper{len(self._emails) + 1}@example.com")


def _street(match: re.Match[str], pattern: re.Pattern[str]) -> str | None:
    """Another street of the same shape; None where the words are none."""
    words, name = WORD.findall(match["name"]), match["name"].rstrip(" -")
    if not words or any(w.casefold() in NEVER_IN_NAMES - IN_STREETS for w in words):
        return None
    numbered = bool(re.search(r"\d", match["a"] + match["b"]))
    if pattern in STREET[2:] and not numbered and not (_capital(words[0]) and pattern is STREET[2]):
        return None
    new = STREETS[hashlib.sha256(name.casefold().encode()).digest()[0] % len(STREETS)]
    a, b = (re.sub(r"\d+", lambda m: _reshaped(m[0]), part) for part in (match["a"], match["b"]))
    return a + (new.lower() if name[:1].islower() else new) + match["name"][len(name) :] + b


# ---------------------------------------------------------------- what is left for people to look at


def unusual(word: str, *, opens: bool) -> bool:
    """True for what may be somebody's, or tell who they are: a word of no language spoken here, a name, a capital
    within a sentence (`opens`: it begins one), a number of three digits or more."""
    if any(c.isdigit() for c in word):
        return sum(c.isdigit() for c in word) >= 3 and "." not in word
    if len(word) < 2:
        return False
    if not _ordinary(word):
        return True
    return word[0].isupper() and not opens and word.casefold() not in NEVER_IN_NAMES


def marked(text: str, made: Iterable[str] = ()) -> list[tuple[str, str]]:
    """`text` in pieces, each `made` (what stands for something real), `left` (unusual, for people to look at) or
    empty."""
    values = sorted({v for v in made if v}, key=lambda v: -len(v))
    known = re.compile("|".join(rf"(?<!\w){re.escape(v)}(?!\w)" for v in values), re.IGNORECASE) if values else None
    spans = [(*m.span(), "made") for m in known.finditer(text)] if known else []
    taken = [(start, end) for start, end, _ in spans]
    for m in PIECE.finditer(text):
        before = text[: m.start()].rstrip(" \"'(“„-[")
        opens = not before or before[-1] in ".!?\n:|"
        if all(m.end() <= a or b <= m.start() for a, b in taken) and unusual(m[0], opens=opens):
            spans.append((*m.span(), "left"))
    pieces, last = [], 0
    for start, end, kind in sorted(spans):
        pieces += [(text[last:start], ""), (text[start:end], kind)]
        last = end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]


def left(text: str, made: Iterable[str] = ()) -> list[str]:
    """The unusual words that are left in `text`, each once, as they come."""
    return list(dict.fromkeys(piece for piece, kind in marked(text, made) if kind == "left"))


def put(text: str, word: str, other: str) -> str:
    """`text` with `other` in the place of `word`, wherever that stands as a word."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda m: other, text)


def without(text: str, words: Iterable[str]) -> str:
    """`text` with these words replaced wherever they stand: numbers by others, anything else by an invented name."""
    givens = POOLS["LATIN"][0].split()
    for place, word in enumerate(dict.fromkeys(words)):
        new = _reshaped(word) if any(c.isdigit() for c in word) else givens[-1 - place % len(givens)]
        text = put(text, word, new if _capital(word) else new.lower())
    return text


def shown(text: str, replaced: Mapping[str, str]) -> str:
    """`text` for a look at a terminal: what is left marked »so«, and a line that says what was replaced."""
    words = "".join(f"»{piece}«" if kind == "left" else piece for piece, kind in marked(text, replaced.values()))
    found = left(text, replaced.values())
    told = f"Left, and unusual: {', '.join(found)}" if found else "No unusual word is left."
    return f"{words}\nReplaced: {len(replaced)} names, addresses and numbers.\n{told}"
