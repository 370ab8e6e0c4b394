"""Names as people write them in full: turned around by a comma, with a nickname, a suffix, an initial that is a digit.

The readers see plain words alone. `smooth` makes such a writing plain without moving a character, and `as_written` gives
back what the shopper wrote there. Nicknames and suffixes stay as they were written; only a comma that turned the name around
is undone ("Doe, John" is kept as "John Doe"): it is how lists are sorted, and whoever answers the ticket greets a person. Emoji, and
quotes around the whole, are no part of a name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dialogue.understanding.never_names import is_brand, is_place, is_small_word, speaks
from dialogue.understanding.text import (
    NAME_TOKEN,
    NEVER_IN_NAMES,
    PARTICLES,
    is_everyday,
    is_family_name,
    is_given_name,
    is_word,
    plain,
    with_plain_signs,
)

SUFFIXES = frozenset("jr sr jnr snr ii iii iv md phd esq junior senior".split())
#: A pattern that begins with a name's word begins where the word does: from within it would find the same, at a cost that
#: grows with the square of its length.
_FRESH = r"(?<![\w'’ʼ‘`´\-‐‑·])"
_NICKNAME = re.compile(
    rf"{_FRESH}(?P<before>{NAME_TOKEN}\.?)[ ]+(?P<open>[\"“”„«'‘(])(?P<nick>{NAME_TOKEN})(?P<close>[\"”“»'’)])[ ]+(?P<after>{NAME_TOKEN})"
)
_SUFFIX = re.compile(r"(?<=\w)(?P<comma>,)[ ]*(?=(?:jr|sr|jnr|snr|ii|iii|iv|m\.?d|ph\.?d|esq)\b\.?)", re.IGNORECASE)
_DIGIT = re.compile(rf"{_FRESH}(?P<before>{NAME_TOKEN})[ ]+(?P<digit>\d)\.[ ]+(?P<after>{NAME_TOKEN})")
_SPELLED = re.compile(
    r",?[ ]*\(?\b(?:spelled|spelt|spelling)\b(?![ ]+[^\W\d_a-z][^\W\d_]+[ ][^\W\d_a-z][^\W\d_]+)[^\n]*"
)
#: Where a name may begin that a comma turns around.
_LEAD = re.compile(
    r"(?:^|[\n:(]|(?:^|[\n.,!])[ ]*(?:ok(?:ay)?|sure|yes|yeah|hi|hello|of course)[ ]?[,.!][ ]*|\b(?:name is|name's|i am|i'm|it's|it is|"
    r"this is|called)[ ])\s*[\"“]?",
    re.IGNORECASE,
)
_TURNED = re.compile(
    rf"(?P<family>{NAME_TOKEN}(?:[ ]{NAME_TOKEN}){{0,3}})[ ]?,[ ]?(?P<given>{NAME_TOKEN}\.?(?:[ ]{NAME_TOKEN}\.?){{0,2}})"
    r"(?=[\"”]?[ ]*(?:$|[\n,;.!|<()@]|[-–—][ ]|(?:jr|sr|ii|iii|iv)\b|\S*@))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\s*[\"“„«'‘][^\"“”„«»\n]+[\"”“»'’]\W*")
_SIGNED = re.compile(r"[\"“”„«'‘(]")
_HAS_DIGIT = re.compile(r"[0-9]\.")
_PICTURES = re.compile(r"\x00{4,}")
_EMPHASIS = re.compile(r"(?<![\w*_~])[*_~]+(?=\w)|(?<=\w)[*_~]+(?![\w*_~])")
_EMOJI = ("So", "Sk", "Cs")
_OUTER = " \t\"'“”„«»‘()<>[]{}-–—:,;!?*_~"


@dataclass(frozen=True)
class Turned:
    """A name whose family name stands first: where the two parts stand."""

    family: tuple[int, int]
    given: tuple[int, int]


@dataclass(frozen=True)
class Smooth:
    """`text` as the readers see it, of the same length as `written`; `turned`: the names that a comma turned around."""

    text: str
    written: str
    turned: tuple[Turned, ...]


def smooth(text: str) -> Smooth:
    """`text` with the signs in and around names taken for spaces."""
    seen = text if text.isascii() else _without_pictures(with_plain_signs(text))
    seen = _EMPHASIS.sub(lambda m: " " * len(m.group()), seen)
    if _QUOTED.fullmatch(seen):
        seen = re.sub(r"[\"“”„«»]", " ", seen)
    seen = _SPELLED.sub(lambda m: "\n" * len(m.group()), seen)
    for match in _NICKNAME.finditer(seen) if _SIGNED.search(seen) else ():
        if _nameish(match["before"]) and _nameish(match["after"]):
            for place in (match.start("open"), match.start("close")):
                seen = seen[:place] + " " + seen[place + 1 :]
    for match in _DIGIT.finditer(seen) if _HAS_DIGIT.search(seen) else ():
        if _nameish(match["before"]) and _nameish(match["after"]):
            seen = seen[: match.start("digit")] + "X" + seen[match.end("digit") :]
    for match in _SUFFIX.finditer(seen):
        seen = seen[: match.start()] + " " + seen[match.end("comma") :]
    turned = []
    for lead in _LEAD.finditer(seen):
        found = _TURNED.match(seen, lead.end())
        if found and _is_turned(found["family"].split(), found["given"].split()):
            turned.append(Turned(found.span("family"), found.span("given")))
            comma = seen.index(",", found.end("family"))
            seen = seen[:comma] + " " + seen[comma + 1 :]
    return Smooth(seen, text, tuple(turned))


def _without_pictures(text: str) -> str:
    """Emoji taken for spaces; many of them for line breaks, since a name does not go on beyond them."""
    seen = "".join("\0" if (unicodedata.category(c) in _EMOJI or c == "\ufe0f") else c for c in text)
    return _PICTURES.sub(lambda m: "\n" * len(m.group()), seen).replace("\0", " ")


def _nameish(token: str) -> bool:
    low = plain(token).strip(".")
    return (token[0].isupper() or is_given_name(low) or is_family_name(low)) and not (
        is_word(low) and not token[0].isupper()
    )


def _is_given(token: str) -> bool:
    """With its accents or without them."""
    bare = "".join(c for c in unicodedata.normalize("NFD", token) if not unicodedata.combining(c))
    return is_given_name(token) or is_given_name(bare)


def _is_turned(family: list[str], given: list[str]) -> bool:
    """Family name first, by the lists: the given name is known as one, and what stands before the comma is no whole name."""
    # "Lee, Min-ho": such given names are too many for any list
    hyphened = "-" in given[0] and given[0][0].isupper() and (is_family_name(family[-1]) or is_given_name(family[-1]))
    if (
        not (_is_given(given[0]) or hyphened)
        or speaks([*family, *given])
        or is_brand([*given, *family])
        or is_place(" ".join(given))
    ):
        return False
    if any(is_small_word(t) for t in (*family, *given)) or any(plain(t).strip(".") in NEVER_IN_NAMES for t in given):
        return False
    if len(given) > 1 and len(family) == 1 and is_given_name(family[0]) and not is_given_name(given[-1]):
        return False  # "Maya, John Smith": somebody is spoken to
    if {plain(t) for t in family} & {plain(t) for t in given}:
        return False  # "I'm Brian, Brian White"
    body = [t for t in family if plain(t) not in PARTICLES]
    if not body or not all(_nameish(t) for t in body) or is_place(" ".join(family)):
        return False
    if len(body) == 1:
        low = plain(body[0])
        if hyphened or is_family_name(low) or (is_given_name(low) and not is_everyday(low)):
            return True
        return any(map(str.isupper, body[0])) and not is_word(low)
    if not all(t[0].isupper() for t in (*body, *given)):
        return False
    first_given = is_given_name(body[0]) and not is_family_name(body[0])
    return not first_given and all(is_family_name(t) or not is_word(plain(t)) for t in body)


def as_written(form: Smooth, value: str, span: tuple[int, int]) -> str:
    """The name `value`, read within `span` of `form.text`, as the shopper wrote it; a comma that turned it around undone."""
    if form.text == form.written:
        return value
    words = [re.escape(w) for w in value.split()]
    match = re.compile(r"\s+".join(words)).search(form.text, *span)
    if not match:
        return value
    start, end = match.span()
    for turned in form.turned:
        if start <= turned.family[0] and turned.given[1] <= end + 1:
            family, given = form.written[slice(*turned.family)], form.written[slice(*turned.given)]
            rest = form.written[turned.given[1] : end]
            return bare(f"{given} {family}{rest}")
    return bare(form.written[start:end])


def bare(text: str) -> str:
    """A name without emoji, unseen signs and what stands around it."""
    seen = "".join(
        c
        for c in text
        if unicodedata.category(c) not in (*_EMOJI, "Cc") and c not in "\ufe0f\u200e\u200f\u202a\u202b\u202c"
    )
    seen = " ".join(seen.split())
    while seen and seen[-1] in _OUTER and not _closes(seen):
        seen = seen[:-1]
    return seen.lstrip(_OUTER)


def _closes(text: str) -> bool:
    """The last sign is the end of a pair that opens within the name."""
    opening = {")": "(", '"': '"', "”": "“", "»": "«"}.get(text[-1])
    return opening is not None and opening in text[1:-1]
