"""What the referee knows of words: what can be a value, and what the bot may never say. Its own, on purpose: nothing
here is shared with the readers, the phrases or the tracker that it judges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from dialogue.referee import forbidden

FIRST_ANSWER = re.compile(r"\b24\s*[-–]\s*48\s*(?:hours|h|Stunden|heures|horas|ساعة)\b")
#: An independent review, and its outcome in the same thread, in the languages of the catalogues.
_REVIEW_AND_THREAD = (
    (r"\bindependent(?:ly)?\b", r"\bsame case thread\b"), (r"\bunabhängig", r"\bim selben Vorgang\b"),
    (r"\bindépendant", r"\bdans le même fil\b"), (r"\bindependiente\b", r"\ben el mismo hilo\b"),
    (r"\bindependente\b", r"\bno mesmo processo\b"), ("مستقلة", "المحادثة نفسها"),
)  # fmt: skip
SAME_THREAD = re.compile("|".join(f"{a}.*{b}|{b}.*{a}" for a, b in _REVIEW_AND_THREAD), re.S)
#: R14, to the letter.
APPROVED = (
    "You can contact support at {} or open a support ticket through the helpdesk. If live chat offers escalation, "
    "provide your full name, email address, and the reason for the issue."
)
_COLLECTING = {"ask", "remind", "invalid", "offer_ticket", "give_email", "cancelled", "declined", "clarify"}
#: What may stand between the digits of a card number.
_DIGITS = re.compile(r"\d(?:[\s.\-–—‐‑_/\\·,:|*+'’;#~=()\[\]]{0,4}\d){12,}")
_GROUP = re.compile(r"\d+")
_MASKED = re.compile(r"\[[^\]\n]{1,60}\]")
_CARD_CODE = re.compile(r"\b(?:cvv2?|cvc2?)\b(?:\s+(?:is|code))?\s*[:=]?\s*(?<!\d)\d{3,4}(?!\d)", re.I)
_PASSWORD = re.compile(
    r"\b(?:password|passwort|mot de passe|contraseña|senha)\s*(?:is|ist|est|es|é|:|=)\s*([^\s\"'“”‘’,;]{5,40})", re.I
)
_WORD = re.compile(r"[^\W_]+")
#: The first two digits of cards' issuers, beside 4, 5 and the range 2221 to 2720.
_ISSUERS = frozenset({30, 34, 35, 36, 37, 38, 39, 50, 56, 57, 58, 60, 62, 63, 64, 65, 67})


def faults(act: str, text: str, support_email: str, required: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Rule and reason for every word that this act may not say. Answers are the articles' own words and are left out of
    what only the bot's own voice may not say. `required` names fields that the helpdesk requires beside the three."""
    if act == "contact":
        if support_email and text != APPROVED.format(support_email):
            yield "R14", "not the approved contact answer to the letter"
        return
    if forbidden.REOPEN.search(text):
        yield "R11", "tells the shopper to open a new ticket or to re-open one"
    if act == "answer":
        return
    allowed = {name.replace("_", " ") for name in required}
    others = (f for f in forbidden.FOURTH.finditer(text) if f.group().lower() not in allowed)
    if act in _COLLECTING and (found := next(others, None)):
        yield "R1", f"speaks of more than the three fields: {found.group()!r}"
    if found := forbidden.AGAIN.search(text):
        yield "R8" if act in ("ask", "remind") else "R2", f"asks for a confirmation: {found.group()!r}"
    if found := forbidden.PROMISE.search(text):
        yield "R15", f"a promise or a status: {found.group()!r}"
    if act in ("update_redirect", "give_email") and support_email and support_email not in text:
        yield "R11" if act == "update_redirect" else "R9", "the support email is not named"
    if holds_card(text):
        yield "R17", "a payment card number is said"


def holds_card(text: str) -> bool:
    """True for 13 to 19 digits that pass Luhn's check and begin like an issuer's, in the digits of any script,
    however spaced, dotted, bracketed or joined by invisible signs; also where other groups of digits stand beside
    them."""
    if sum(c.isdigit() for c in text) < 13:
        return False
    for run in _DIGITS.finditer(_visible(text)):
        groups = _GROUP.findall(run.group())
        for first in range(len(groups)):
            number = ""
            for last, group in enumerate(groups[first : first + 19], first):
                number += group
                whole = (first, last) == (0, len(groups) - 1)
                if 13 <= len(number) <= 19 and (whole or _written_as_cards_are(groups[first : last + 1])):
                    if _passes_luhn(number) and _issuer(number):
                        return True
                if len(number) > 19:
                    break
    return False


def _visible(text: str) -> str:
    """A text with plain digits and without invisible signs and the frames of keycaps."""
    shown = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Mn", "Me"))
    return "".join(str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c for c in shown)


def _written_as_cards_are(groups: Sequence[str]) -> bool:
    """In one piece, in fours with a rest, or as American Express does."""
    sizes = [len(g) for g in groups]
    return len(sizes) == 1 or sizes == [4, 6, 5] or (set(sizes[:-1]) == {4} and sizes[-1] <= 4)


def _passes_luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed([int(c) for c in number])):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def holds_secret(text: str) -> str | None:
    """What secret stands in a text, in words for people: a card number, a security code, or a password that can be
    nothing else."""
    if holds_card(text):
        return "a payment card number"
    bare = _MASKED.sub(" ", text)
    if _CARD_CODE.search(bare):
        return "a card's security code"
    if (found := _PASSWORD.search(bare)) and any(c.isdigit() for c in found[1]) and any(c.isalpha() for c in found[1]):
        return "a password"
    return None


def _issuer(number: str) -> bool:
    """True where a card's issuer has numbers that begin so."""
    return number[0] in "45" or int(number[:2]) in _ISSUERS or 2221 <= int(number[:4]) <= 2720


#: Spaces, apostrophes, hyphens, dots, commas and brackets of every kind that names are written with, and invisible
#: joiners.
_JOINS_NAMES = frozenset(" '’ʼ‘`´-‐‑–.,·・()\"“”„«»\u200c\u200d")
#: One digit that stands for a middle name, as an initial would.
_DIGIT_FOR_A_NAME = re.compile(r"(?<=\w\s)[0-9](?=\.\s\w)")


def name_or_none(value: object) -> str | None:
    """A value that can be a full name: letters of any script with their marks, on one line, and between them only
    what names are joined with, quotes around a nickname included."""
    if not isinstance(value, str) or not value or value != value.strip():
        return None
    judged = _DIGIT_FOR_A_NAME.sub("", value)
    kinds = [unicodedata.category(c)[0] for c in judged]
    joined = all(kind in "LM" or c in _JOINS_NAMES for c, kind in zip(judged, kinds, strict=True))
    return value if joined and "L" in kinds else None


def email_or_none(value: object) -> str | None:
    """A value that can be an address: something, one at sign, a dotted domain, no space."""
    if not isinstance(value, str) or len(value) > 254:
        return None
    if any(c.isspace() or unicodedata.category(c)[0] == "C" for c in value):
        return None
    local, at, domain = value.rpartition("@")
    return value if at and local and "." in domain.strip(".") else None


def reason_or_none(value: object) -> str | None:
    """A value that says anything at all."""
    if not isinstance(value, str) or value != value.strip() or not any(c.isalnum() for c in value):
        return None
    return value


def bag(text: str) -> frozenset[str]:
    """The words of a text, case folded."""
    return frozenset(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
