"""Text to features for the heads: words, word pairs, and character runs within words. Standard library only, and plain
enough for Python 3.10, because `fit` runs in Rasa's environment."""

from __future__ import annotations

import math
import re

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[👍👎]")
#: A number, and a word that holds three digits or more: `4711`, `AB-123456`.
_NUMBER = re.compile(r"(?<!\w)[^\W\d_]*(?:-?\d-?[^\W\d_]*){3,}(?!\w)|\d+")


def level(text: str) -> str:
    """The text as both views see it: in small letters, and every number `0`, for which number it is says nothing about
    what a sentence is after."""
    return _NUMBER.sub("0", text.lower().replace("’", "'"))


def features(text: str) -> dict[str, float]:
    """Feature -> weight, scaled to length 1; empty for a text without words."""
    words = _WORD.findall(level(text))[:60]
    found = set()
    for place, word in enumerate(words):
        found.add("w:" + word)
        if place:
            found.add(f"b:{words[place - 1]} {word}")
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            for start in range(len(padded) - size + 1):
                found.add("c:" + padded[start : start + size])
    if words:
        found.add("first:" + words[0])
        found.add("last:" + words[-1])
        found.add(f"long:{min(len(words), 12) // 3}")
    scale = 1 / math.sqrt(len(found)) if found else 0.0
    return dict.fromkeys(found, scale)
