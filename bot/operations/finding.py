"""What a check of the bot found, in plain words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `note`: it works, and an operator would want to know."""

    state: Literal["well", "note", "ill"]
    what: str
    advice: str = ""


def well(what: str) -> Finding:
    return Finding("well", what)


def note(what: str, advice: str) -> Finding:
    return Finding("note", what, advice)


def ill(what: str, advice: str) -> Finding:
    return Finding("ill", what, advice)
