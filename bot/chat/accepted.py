"""Which languages a browser asks for. Which of them is spoken is not decided here."""

from __future__ import annotations

import re

_LONGEST = 500
_TAG = re.compile(r"([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})(?:;q=([01](?:\.[0-9]{1,3})?))?", re.IGNORECASE)


def preferred(header: str) -> list[str]:
    """The languages of an `Accept-Language` header, the dearest first; what cannot be read is left out."""
    found = []
    for part in header[:_LONGEST].replace(" ", "").split(","):
        if tag := _TAG.fullmatch(part):
            found.append((float(tag[2] or 1), tag[1]))
    return [tag for weight, tag in sorted(found, key=lambda pair: -pair[0]) if weight]
