"""Could this value be the field at all (R6)? The tracker's own last line, whatever an understander returns.

Deliberately wide: any script and any length that is a name passes. The precise readers, which also say what is wrong
with a value, live in `understanding`.
"""

from __future__ import annotations

import re
import unicodedata

_DIGIT_INITIAL = re.compile(r"(?<=[^\W\d_]) [0-9]\. (?=[^\W\d_])")


def could_be_name(value: str) -> bool:
    """Letters of any script, with the marks names carry and quotes around a nickname; no `@`, no line breaks, and no
    digit but one that stands for a middle name ("Jennifer 8. Lee")."""
    if not value or value != value.strip():
        return False
    letters = 0
    value = _DIGIT_INITIAL.sub(" ", value)
    for char in value:
        kind = unicodedata.category(char)
        if kind[0] == "L":
            letters += 1
        elif kind[0] == "M" or char in " '’ʼ‘`´-‐‑–.,·・\u200c\u200d()\"“”„«»":
            continue
        else:
            return False
    return letters > 0


def could_be_email(value: str) -> bool:
    """One `@` with something before it, and a dotted domain after it; no spaces or control characters."""
    local, at, domain = value.rpartition("@")
    return (
        bool(at and local and domain)
        and "." in domain.strip(".")
        and len(value) <= 254
        and not any(c.isspace() or unicodedata.category(c)[0] == "C" for c in value)
    )


def could_be_reason(value: str) -> bool:
    """Anything with a letter or a digit in it: it is kept in the shopper's own words (R3)."""
    return any(unicodedata.category(c)[0] in "LN" for c in value) and value == value.strip()


def could_be_language(value: str | None) -> bool:
    """A language's code of two or three letters."""
    return value is not None and value.isascii() and value.islower() and value.isalpha() and 2 <= len(value) <= 3
