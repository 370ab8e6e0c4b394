"""Parts the questions of one message: at the end of a sentence or a line, and before an "and" that a word follows which
asks. What joins and what asks stands in `asking.yml`, by language."""

from __future__ import annotations

import functools
import pathlib
import re

import yaml

_FILE = pathlib.Path(__file__).parent / "asking.yml"
#: So many questions are answered in one reply at most.
MOST = 4


@functools.cache
def _ends() -> re.Pattern[str]:
    joints = []
    for words in yaml.safe_load(_FILE.read_text(encoding="utf-8")).values():
        asks = "|".join(re.escape(word) for word in words["asks"])
        for word in words["joins"]:
            between = "" if word.endswith("-") else r"\s+"
            joints.append(rf"{re.escape(word.removesuffix('-'))}{between}(?=(?:{asks})\b)")
    return re.compile(rf"(?<=[?!.؟。？])\s+|\n+|,?\s+(?:{'|'.join(joints)})", re.I)


def apart(text: str) -> list[str]:
    """The questions of one message, each for itself; none where it is one, or more than anyone answers in one reply."""
    parts = [part.strip() for part in _ends().split(text) if len(part.split()) > 1]
    return parts if 2 <= len(parts) <= MOST else []
