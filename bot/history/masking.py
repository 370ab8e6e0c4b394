"""Personal data taken out of what a viewer sees, and out of the words a viewer can search. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

EMAIL_ADDRESS = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\".]+")
LONG_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\d .()/-]{4,}\d)(?!\w)")
EMAIL, NAME, NUMBER = "[email]", "[name]", "[number]"


def masked(text: str, names: Iterable[str] = ()) -> str:
    """`text` without addresses, without numbers of six digits or more (orders, phones), and without `names`, whole or
    in their parts of two letters or more."""
    text = EMAIL_ADDRESS.sub(EMAIL, text)
    text = LONG_NUMBER.sub(lambda m: NUMBER if sum(c.isdigit() for c in m[0]) >= 6 else m[0], text)
    parts: set[str] = set()
    for name in names:
        parts |= {name, *(p for p in re.split(r"[\s,.]+", name) if len(p) > 1)}
    for part in sorted(filter(None, parts), key=lambda p: (-len(p), p)):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    return re.sub(rf"{re.escape(NAME)}(?:\s+{re.escape(NAME)})+", NAME, text)


def veiled(value: Any, names: Collection[str], plain: Collection[str]) -> Any:
    """`value`, as deep as it goes, with every text masked but what stands under a name of `plain` itself."""
    if isinstance(value, str):
        return masked(value, names)
    if isinstance(value, Mapping):
        return {k: v if k in plain and _flat(v) else veiled(v, names, plain) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [veiled(v, names, plain) for v in value]
    return value


def _flat(value: Any) -> bool:
    return not isinstance(value, Mapping) and not (
        isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)
    )
