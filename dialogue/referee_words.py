"""What the referee knows of words: what can be a value, and what the bot may never say. Its own, on purpose: nothing here is
shared with the readers, the phrases or the tracker that it judges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

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
_REOPEN = re.compile(r"\bre-?\s?open|\bopen (?:a |another )?new (?:ticket|request|case)\b", re.I)
_FOURTH = re.compile(
    r"\b(?:order|tracking|invoice|account|customer) (?:number|id|no\b)|\bphone|\btelephone|\bpostal|\baddress of delivery|\bphotos?\b|"
    r"\bscreenshots?\b|\bpictures?\b|\bmore (?:detail|information|about)|\bfurther detail|\bdescri(?:be|ption)|\bsummar|\bcategory\b|"
    r"\bpriority\b|\bin (?:a few|your own) words\b|\bcould you (?:tell|explain)|\bcharacters?\b|\bat most\b|\bwords or (?:less|fewer)\b",
    re.I,
)
_AGAIN = re.compile(
    r"\bplease confirm\b|\bcan you confirm\b|\bis (?:that|this) (?:right|correct)\b|\bare you sure\b|\bshall i (?:go ahead|file|send|submit)\b|"
    r"\bdo you still want\b|\bready to (?:file|submit)\b|\bcheck (?:the|these|your) details\b",
    re.I,
)
_PROMISE = re.compile(
    r"\bguarantee|\bpromise|\bi(?:'ll| will) (?:make sure|ensure|refund|cancel your|change your|resend)|\bwill be (?:refunded|resolved|solved|"
    r"delivered by|approved)\b|\byour (?:order|parcel|package|refund|return|ticket) (?:is|was|has been) (?:on its way|shipped|delivered|approved|"
    r"rejected|processed|in progress|resolved|closed|being (?:processed|looked))",
    re.I,
)
_COLLECTING = {"ask", "remind", "invalid", "offer_ticket", "give_email", "cancelled", "declined", "clarify"}
_DIGITS = re.compile(r"\d(?:[\s.\-]?\d){12,18}")
_WORD = re.compile(r"[^\W_]+")


def faults(act: str, text: str, support_email: str, required: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Rule and reason for every word that this act may not say. Answers are the articles' own words and are left out of
    what only the bot's own voice may not say. `required` names fields that the helpdesk requires beside the three."""
    if act == "contact":
        if support_email and text != APPROVED.format(support_email):
            yield "R14", "not the approved contact answer to the letter"
        return
    if _REOPEN.search(text):
        yield "R11", "tells the shopper to open a new ticket or to re-open one"
    if act == "answer":
        return
    allowed = {name.replace("_", " ") for name in required}
    others = (f for f in _FOURTH.finditer(text) if f.group().lower() not in allowed)
    if act in _COLLECTING and (found := next(others, None)):
        yield "R1", f"speaks of more than the three fields: {found.group()!r}"
    if found := _AGAIN.search(text):
        yield "R8" if act in ("ask", "remind") else "R2", f"asks for a confirmation: {found.group()!r}"
    if found := _PROMISE.search(text):
        yield "R15", f"a promise or a status: {found.group()!r}"
    if act in ("update_redirect", "give_email") and support_email and support_email not in text:
        yield "R11" if act == "update_redirect" else "R9", "the support email is not named"
    if holds_card(text):
        yield "R17", "a payment card number is said"


def holds_card(text: str) -> bool:
    """True for 13 to 19 digits, however spaced or dotted, that pass Luhn's check and begin like an issuer's."""
    for match in _DIGITS.finditer(text):
        digits = [int(c) for c in match.group() if c.isdigit()]
        if digits[0] in (3, 4, 5, 6) or digits[:1] == [2]:
            total = 0
            for place, digit in enumerate(reversed(digits)):
                doubled = digit * 2 if place % 2 else digit
                total += doubled - 9 if doubled > 9 else doubled
            if total % 10 == 0 and _issuer("".join(map(str, digits))):
                return True
    return False


def _issuer(number: str) -> bool:
    two, four = int(number[:2]), int(number[:4])
    return (
        number[0] in "45" or two in (34, 35, 36, 37, 38, 39, 30, 60, 62, 64, 65) or 2221 <= four <= 2720 or two in (50, 56, 57, 58, 63, 67)
    )  # fmt: skip


#: Spaces, apostrophes, hyphens, dots, commas and brackets of every kind that names are written with, and invisible joiners.
_JOINS_NAMES = frozenset(" '’ʼ‘`´-‐‑–.,·・()\u200c\u200d")


def name_or_none(value: object) -> str | None:
    """A value that can be a full name: letters of any script with their marks, on one line, and between them only what names
    are joined with."""
    if not isinstance(value, str) or not value or value != value.strip():
        return None
    kinds = [unicodedata.category(c)[0] for c in value]
    joined = all(kind in "LM" or c in _JOINS_NAMES for c, kind in zip(value, kinds, strict=True))
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
