"""Secrets found by the words around them: the mechanism. What is said in which language stands in `words/*.txt`, one construction
a line, each with a sentence that shares a secret and one that only speaks of it.

A construction is a row of elements, matched from left to right over the tokens of a text:

    @name     one of the phrases of a set of this file; `@name?` may be missing
    word|word one of these words or signs
    ...N      up to N words, as few as will do
    <slot>    the secret itself, read by `values`; as the first element it is read backwards

Constructions that begin alike are one tree, tried only where its first word stands; every look ahead is bounded, so the cost grows
with the length of the text and no faster. A note of ours is matched by nothing.
"""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.understanding.secrets import values
from dialogue.understanding.secrets.plain import CODE, DIGITS, GLUED, NOTE, PASSWORD, SIGN, WORD, Token, tokens_of
from dialogue.understanding.secrets.values import Speech

MIXED = "mixed"
LANGUAGES = ("en", "de", "fr", "es", "pt", "ar")
_HERE = pathlib.Path(__file__).parent / "words"
_NOTES = {"password": PASSWORD, "code": CODE}
#: Arabic writes "and", "so", "with", "for" and "like" onto the next word.
_PROCLITICS = "وفبلك"
_SLOT = re.compile(r"<(\w+)>")
_GAP = re.compile(r"\.\.\.(\d)")

_COLONS = (":", "=", "->", "=>", "→", ": =", "- >", '" :', "' :", ") :", "* :")
_IN_ADDRESS = frozenset("@.-_+'")
#: Tokens between the name of a code and its digits.
_NEAR = 24

Phrases = dict[str, list[tuple[str, ...]]]


class WordsError(ValueError):
    """A line of a words file that cannot be used; names file and line."""


@dataclass(frozen=True)
class Element:
    """One element of a construction; see the top of this file. `noun`: the name of a secret, which other words may turn into
    something else ("promo code", "password manager"); `of_code`: the secret is a code, and so no voucher's or order's."""

    written: str
    slot: str = ""
    most: int = 0
    of_code: bool = False
    phrases: Phrases = field(default_factory=dict, compare=False)
    optional: bool = False
    noun: bool = False


@dataclass(frozen=True)
class Construction:
    """A line of a words file: what is masked, the elements, and its two sentences (the secret stands in braces)."""

    note: str
    elements: tuple[Element, ...]
    shares: str
    speaks: str
    where: str


@dataclass
class Node:
    """A place in the tree of one language's constructions of one kind: the element, what may follow, and whether one ends here."""

    element: Element
    follow: list[Node] = field(default_factory=list)
    ends: bool = False


@dataclass(frozen=True)
class Root:
    """Where constructions begin: the note, the first node, and the slot that is read backwards from there, if any."""

    note: str
    node: Node
    back: str = ""


@dataclass(frozen=True)
class Lexicon:
    """All languages together. `by_word`: what may begin with a word; `triggers`: without one of them there is no secret."""

    constructions: tuple[Construction, ...]
    by_word: dict[str, tuple[Root, ...]]
    triggers: frozenset[str]
    speech: Speech
    qualifiers: frozenset[str]
    compounds: frozenset[str]


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(token.plain for token in tokens_of(phrase))


def _phrases(texts: Sequence[str]) -> Phrases:
    found: Phrases = {}
    for words in sorted({_words(t) for t in texts}, key=lambda w: (-len(w), w)):
        found.setdefault(words[0], []).append(words)
    return found


def _element(written: str, sets: dict[str, list[str]], where: str, *, of_code: bool) -> Element:
    optional, name = written.endswith("?") and len(written) > 1, written.removesuffix("?")
    if slot := _SLOT.fullmatch(name):
        return Element(written, slot=slot[1])
    if gap := _GAP.fullmatch(name):
        return Element(written, most=int(gap[1]), of_code=of_code)
    if name.startswith("@") and name[1:] not in sets:
        raise WordsError(f"{where}: there is no set {name}")
    texts = sets[name[1:]] if name.startswith("@") else name.split("|")
    return Element(written, phrases=_phrases(texts), optional=optional, noun=name in values.NOUNS, of_code=of_code)


def _read(language: str, shared: Mapping[str, Collection[str]]) -> tuple[dict[str, list[str]], list[Construction]]:
    """The sets and constructions of one language; `shared` are sets that it knows besides. Raises `WordsError`."""
    sets: dict[str, list[str]] = {"colon": list(_COLONS), "dash": ["-", ":"], "sep": [*_COLONS, "-"]}
    sets |= {name: sorted(texts) for name, texts in shared.items() if name not in sets}
    made: list[Construction] = []
    for number, line in enumerate(_HERE.joinpath(f"{language}.txt").read_text(encoding="utf-8").splitlines(), 1):
        where, line = f"{language}.txt:{number}", line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            name, _, phrases = line[1:].partition(" ")
            sets.setdefault(name, []).extend(p.strip() for p in phrases.split(";") if p.strip())
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4 or parts[0] not in _NOTES:
            raise WordsError(
                f"{where}: needs: password or code | elements | a sentence that shares | one that does not"
            )
        elements = tuple(_element(e, sets, where, of_code=parts[0] == "code") for e in parts[1].split())
        made.append(Construction(_NOTES[parts[0]], elements, parts[2], parts[3], where))
    return sets, made


def _roots(constructions: Sequence[Construction]) -> list[Root]:
    """The constructions of one language as trees."""
    roots: dict[tuple[str, str, Element], Root] = {}
    for construction in constructions:
        back, elements = construction.elements[0].slot, list(construction.elements)
        del elements[: 1 if back else 0]
        while not back and elements[0].optional:
            del elements[0]  # what may be missing before the first word changes nothing
        root = roots.setdefault(
            (construction.note, back, elements[0]), Root(construction.note, Node(elements[0]), back)
        )
        node = root.node
        for element in elements[1:]:
            known = next((n for n in node.follow if n.element == element), None)
            if known is None:
                node.follow.append(known := Node(element))
            node = known
        node.ends = True
    return list(roots.values())


def _first_words(node: Node) -> set[str]:
    found = set(node.element.phrases)
    return found.union(*map(_first_words, node.follow)) if node.element.optional else found


@functools.cache
def lexicon() -> Lexicon:
    """Every language's words, read once."""
    made: list[Construction] = []
    sets: dict[str, set[str]] = {}
    by_word: dict[str, list[Root]] = {}
    for language in (*LANGUAGES, MIXED):
        own, constructions = _read(language, sets if language == MIXED else {})
        made += constructions
        for name, texts in own.items():
            sets.setdefault(name, set()).update(texts)
        for root in _roots(constructions):
            for word in sorted(_first_words(root.node)):
                by_word.setdefault(word, []).append(root)
    nouns = [_words(text) for name in values.NOUNS for text in sets.get(name[1:], ())]
    return Lexicon(
        tuple(made), {word: tuple(found) for word, found in by_word.items()},
        frozenset(max(reversed(words), key=len) for words in nouns if len(words) < 3 or max(map(len, words)) > 1),
        values.speech_of(sets), frozenset(max(_words(t), key=len) for t in sets["qualifier"]),
        frozenset(max(_words(t), key=len) for t in sets["compound"]),
    )  # fmt: skip


def holds_trigger(words: frozenset[str]) -> bool:
    """True where these words name a secret, spelled as one word or letter by letter."""
    known = lexicon().triggers
    if not known.isdisjoint(words):
        return True
    bare = {word[1:] for word in words if word[0] in _PROCLITICS}
    return not known.isdisjoint(bare) or any(words.issuperset(letters) for letters in values.SPELLED)


def secrets_of(tokens: list[Token]) -> list[tuple[int, int, str]]:
    """First token, the token after the last, and the note for each secret. Masked tokens become notes in `tokens`."""
    known, found = lexicon(), []
    digits_from, digits_before = _nearest_digits(tokens)
    for place, token in enumerate(tokens):
        for root in _candidates(known, token):
            if root.note == CODE and not (digits_before if root.back else digits_from)[place]:
                continue
            while (hit := _match(known, root, tokens, place)) is not None:
                found.append((*hit, root.note))
                for masked in range(*hit):
                    tokens[masked] = tokens[masked]._replace(kind=NOTE, plain="")
    return found


def _nearest_digits(tokens: Sequence[Token]) -> tuple[list[bool], list[bool]]:
    """For each token whether digits stand near behind it, and near before it: without them there is no code to look for."""
    places = [n for n, token in enumerate(tokens) if token.kind == DIGITS]
    behind, before = [False] * len(tokens), [False] * len(tokens)
    reach_back = reach_on = 0
    for place in places:
        for n in range(max(reach_back, place - _NEAR), place):
            behind[n] = True
        for n in range(max(reach_on, place + 1), min(len(tokens), place + _NEAR)):
            before[n] = True
        reach_back, reach_on = place, place + _NEAR
    return behind, before


def _candidates(known: Lexicon, token: Token) -> tuple[Root, ...]:
    if token.kind not in (WORD, SIGN):
        return ()
    found = known.by_word.get(token.plain, ())
    if not found and token.plain[0] in _PROCLITICS:
        return known.by_word.get(token.plain[1:], ())
    return found


def _match(known: Lexicon, root: Root, tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """The secret of a construction that begins at `place`: first token, and the token after the last."""
    if not root.back:
        return _follow(known, root.node, tokens, place, None)
    if _follow(known, root.node, tokens, place, (place, place)) is None:
        return None
    secret = values.read_back(root.back, tokens, place, known.speech)
    return _follow(known, root.node, tokens, place, secret) if secret else None


def _follow(
    known: Lexicon, node: Node, tokens: Sequence[Token], place: int, secret: tuple[int, int] | None
) -> tuple[int, int] | None:
    element = node.element
    if element.slot:
        secret = values.read(element.slot, tokens, place, known.speech) if place < len(tokens) else None
        if secret is None:
            return None
    for after in (secret[1],) if element.slot and secret else _ends(known, element, tokens, place):
        if node.ends and secret is not None:
            return secret
        for following in node.follow:
            if (found := _follow(known, following, tokens, after, secret)) is not None:
                return found
    return None


def _ends(known: Lexicon, element: Element, tokens: Sequence[Token], place: int) -> Sequence[int]:
    """Where the next element may begin, the likeliest first."""
    if element.most:
        return _gap(known, element, tokens, place)
    found = []
    for phrase in _phrases_at(element.phrases, tokens, place):
        after = place + len(phrase)
        if len(phrase) == 1 or [t.plain for t in tokens[place + 1 : after]] == [*phrase[1:]]:
            if not (element.noun and _is_something_else(known, element, tokens, place, after)):
                found.append(after)
                if element.noun and after < len(tokens) and tokens[after].kind == DIGITS and tokens[after].gap == GLUED:
                    found.append(after + 1)  # "password2"
    if element.optional:
        found.append(place)
    return found


def _gap(known: Lexicon, element: Element, tokens: Sequence[Token], place: int) -> Sequence[int]:
    """After each of up to `most` words; an address is one word."""
    found = [place]
    words = 0
    for at in range(place, min(len(tokens), place + _NEAR)):
        token = tokens[at]
        glued = at > place and token.gap == GLUED
        words += not glued
        inside = glued and token.plain in _IN_ADDRESS and at + 1 < len(tokens) and tokens[at + 1].gap == GLUED
        if words > element.most or (token.kind not in (WORD, DIGITS) and token.plain != "'" and not inside):
            break
        if element.of_code and token.plain in known.qualifiers:
            break
        found.append(at + 1)
    return found


def _phrases_at(phrases: Phrases, tokens: Sequence[Token], place: int) -> Sequence[tuple[str, ...]]:
    if place >= len(tokens) or tokens[place].kind not in (WORD, SIGN):
        return ()
    plain = tokens[place].plain
    if plain not in phrases and plain[0] in _PROCLITICS:
        return phrases.get(plain[1:], ())
    return phrases.get(plain, ())


def _is_something_else(known: Lexicon, element: Element, tokens: Sequence[Token], place: int, after: int) -> bool:
    """True for "promo code" and for "password manager"."""
    before = tokens[place - 1].plain if place else ""
    if before == "-" and place > 1 and tokens[place].gap == 0:
        before = tokens[place - 2].plain
    if before == "card" and place > 1:  # a gift card's code
        before = tokens[place - 2].plain
    following = tokens[after] if after < len(tokens) else None
    if following and following.plain == "-" and following.gap == 0 and after + 1 < len(tokens):
        following = tokens[after + 1] if tokens[after + 1].gap == 0 else following
    qualified = element.of_code and before in known.qualifiers
    return qualified or (following is not None and following.plain in known.compounds)
