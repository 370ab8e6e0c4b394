"""Reads email addresses. `email-validator` judges them; this file only finds what to judge and says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from dialogue.understanding.text import plain

# Each pattern begins only where a run of its characters begins: it would find the same from within, at a cost that grows with
# the square of the run.
_CANDIDATE = re.compile(r"(?<![^\s@<>()\[\],;:\"“”|])[^\s@<>()\[\],;:\"“”|]+\s?@\s?[^\s@<>()\[\],;:\"“”|/?!]+")
_ODD_AT = re.compile(r"(?<!\S)\S*@\S*")
_SPELLED = re.compile(
    r"(?<![\w+%-])(?<![\w+%-]\.)(?P<local>[\w+%-]+(?:(?:\s*(?:\(dot\)|\[dot\])\s*|\s+dot\s+|\.)[\w+%-]+)*)\s*(?:\(at\)|\[at\]|\{at\}|\s+at\s+)\s*"
    r"(?P<domain>[\w-]+(?:(?:\s*(?:\(dot\)|\[dot\])\s*|\s+dot\s+|\.)[\w-]+)+)",
    re.IGNORECASE,
)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\])\s*|\s+dot\s+", re.IGNORECASE)
_ATTEMPT = re.compile(
    r"^\W*(?:it'?s |my e-?mail(?: address)? is |e-?mail:? )?(?P<value>[\w.+-]+ at [\w.-]+(?: [\w.-]+)?)\W*$"
)
_LOCAL_WORDS = frozenset(
    """me us look arrived ordered was is bought delivered available reached contacted today still not""".split()
)
#: The addresses of one message that are read, from its end (the last one stands, R5).
_MOST = 20
_TRAILING = ".,;:!?'’\"”*_~`"


@dataclass(frozen=True)
class EmailReading:
    """`value` as typed, or None with `why` (a phrase key) where it cannot be an address; `span` in the text."""

    value: str | None
    why: str
    text: str
    span: tuple[int, int]


def judge(candidate: str) -> str:
    """Empty where `candidate` is an address, else why it cannot be one (R6)."""
    if "@" not in candidate:
        return "email_no_at"
    domain = candidate.rpartition("@")[2]
    if "." not in domain.strip("."):
        return "email_no_top_level"
    try:
        # Reserved names such as example.com and company-internal domains are real to whoever types them.
        validate_email(candidate, check_deliverability=False, allow_smtputf8=True, globally_deliverable=False)
    except EmailNotValidError:
        return "email_malformed"
    top_level = domain.rsplit(".", 1)[-1]
    if len(top_level) < 2 or (any(map(str.isdigit, top_level)) and not top_level.lower().startswith("xn--")):
        return "email_no_top_level"
    return "" if _could_be_local(candidate.rpartition("@")[0]) else "email_malformed"


def _could_be_local(local: str) -> bool:
    """At most 64 octets, and beyond ASCII only letters, marks and digits (no pictures of control characters)."""
    return len(local.encode()) <= 64 and all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in local)


def read_emails(text: str, *, asked: bool) -> list[EmailReading]:
    """Every address in `text`, in order, and what was meant as one. `asked`: an address was just asked for."""
    found: list[EmailReading] = []
    for match in list(_CANDIDATE.finditer(text))[-_MOST:]:
        start, raw = match.start(), match.group()
        stripped = raw.rstrip(_TRAILING)
        lead = len(stripped) - len(stripped.lstrip(".'’\"“*_~`!#<-–—"))
        lead = max(lead, len("mailto:") if stripped.lower().startswith("mailto:") else 0)
        candidate = stripped[lead:].replace(" ", "")
        if not candidate.strip("@"):
            continue
        why = judge(candidate)
        if why and " " in raw:  # "call me @ 5pm": a spaced at sign that makes no address is just a word
            continue
        span = (start + lead, start + len(stripped))
        found.append(EmailReading(None if why else candidate, why, candidate, span))
    if not found:
        found = [
            EmailReading(candidate, "", match.group(), match.span())
            for match in _SPELLED.finditer(text)
            if not judge(candidate := _DOT.sub(".", f"{match['local']}@{match['domain']}").strip("."))
            and match["local"].lower() not in _LOCAL_WORDS
            and ("dot" in match.group().lower() or asked)
        ]
    if not found:
        found = [
            EmailReading(None, judge(m.group()) or "email_malformed", m.group(), m.span())
            for m in list(_ODD_AT.finditer(text))[-_MOST:]
            if len(m.group().strip("@.,")) > 2
            and (asked or (m.group().strip("@")[:1] and not m.group().startswith("@")))
        ]
    if not found and asked and (attempt := _ATTEMPT.match(plain(text))):
        if attempt["value"].split()[0] not in _LOCAL_WORDS:
            found = [EmailReading(None, "email_no_at", attempt["value"], attempt.span("value"))]
    if not found and asked and re.fullmatch(r"\W*[\w.+-]*[\w]+\.(?:com|net|org|co|de|fr|uk|in|io|edu)\W*", plain(text)):
        found = [EmailReading(None, "email_no_at", text.strip(), (0, len(text)))]
    return found
