"""What dialogue fixtures are made of, and how a mistake in one is shown: file, line, column, the line itself, a
caret."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.replay.printable import plain
from dialogue.vocabulary import Act, Field

ACTS = frozenset(a.value for a in Act)
FIELDS = frozenset(f.value for f in Field)


class FixtureError(Exception):
    """A fixture that cannot be used; the message names file, line and column and says what to do. `what`: the same
    without the place."""

    what = ""


@dataclass(frozen=True)
class Expectation:
    """What one bot turn must be, and what must be known by now; keys that are absent are not looked at. One that speaks
    of what is known alone (`of_state`) takes no bot turn."""

    line: int
    act: str | None = None
    asks: tuple[str, ...] | None = None
    bot: str | None = None
    ticket: dict[str, str] | None = None
    slots: dict[str, str | None] = field(default_factory=dict)
    slots_unset: tuple[str, ...] = ()
    column: int = 1

    @property
    def of_turn(self) -> bool:
        return any(part is not None for part in (self.act, self.asks, self.bot, self.ticket))

    @property
    def of_state(self) -> bool:
        return bool(self.slots or self.slots_unset)


@dataclass(frozen=True)
class Step:
    """A shopper's message (or what a person of the shop does) and the bot turns expected after it."""

    line: int
    user: str
    expected: tuple[Expectation, ...]
    understood: dict[str, Any] | None = None  # recorded, so that a replay needs no understander
    rate: int | None = None  # instead of a message: the stars of the widget
    files: int | None = None  # instead of a message: so many files
    agent: str | None = None  # instead of a message: what a person of the shop does
    published: str | None = None  # instead of a message: the question that an article answers from now on
    column: int = 1


@dataclass(frozen=True)
class Unplayable:
    """A step (or a whole case) that cannot be played, and why; `whole`: nothing of the case can be played without
    it."""

    line: int
    column: int
    why: str
    whole: bool = False


@dataclass(frozen=True)
class Case:
    file: str
    line: int
    name: str
    steps: tuple[Step, ...]
    customer: dict[str, str] | None = None
    never: tuple[str, ...] = ()
    slow: bool = False  # the helpdesk is: tickets are saved first and filed later
    column: int = 1
    unplayable: tuple[Unplayable, ...] = ()
    never_at: tuple[tuple[int, int], ...] = ()  # line and column of each `never`


def is_pattern(text: str) -> bool:
    """A regular expression stands between slashes."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def matches(pattern: str, text: str) -> bool:
    """A pattern between slashes is searched for, without regard to case; anything else must be the text itself."""
    return (
        re.search(pattern[1:-1], text, re.IGNORECASE | re.DOTALL) is not None
        if is_pattern(pattern)
        else pattern == text
    )


def near(word: str, known: Collection[str]) -> str:
    """A hint at the known word that was probably meant, or at all of them where none is near."""
    found = process.extractOne(word, sorted(known), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=0.5)
    return f"; did you mean `{found[0]}`?" if found else f"; known are {', '.join(sorted(known))}"


class Page:
    """A fixture file while it is read."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.lines: list[str] = []

    def fail(self, at: tuple[int, int], what: str) -> FixtureError:
        shown = ""
        if at[0] < len(self.lines):
            line = self.lines[at[0]]
            shown = f"\n    {plain(line)}\n    {' ' * len(plain(line[: at[1]]))}^"
        error = FixtureError(f"{plain(str(self.path))}:{at[0] + 1}:{at[1] + 1}: {plain(what)}{shown}")
        error.what = what
        return error

    def at(self, node: Any, key: Any = None) -> tuple[int, int]:
        """Line and column of a node, or of a key in it, counted from 0."""
        try:
            if key is None:
                return int(node.lc.line), int(node.lc.col)
            place = node.lc.data[key]
            return int(place[0]), int(place[1])
        except (AttributeError, KeyError, TypeError, IndexError):
            return (0, 0)

    def keys(self, node: Any, known: Collection[str], what: str) -> None:
        for key in node:
            if key not in known:
                raise self.fail(self.at(node, key), f"unknown key `{key}` in {what}{near(str(key), known)}")

    def text(self, node: Any, key: Any, *, of: str | None = None) -> str:
        """The text at `key`, which must say something that can be written."""
        value, name = node[key], of or f"`{key}`"
        if not isinstance(value, str):
            raise self.fail(self.at(node, key), f"{name} must be text; put it in quotes")
        if not value.strip():
            raise self.fail(self.at(node, key), f"{name} is empty")
        if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise self.fail(self.at(node, key), f"{name} holds half a character, which no message can hold")
        return str(value)

    def pattern(self, node: Any, key: Any, *, of: str | None = None) -> str:
        """The text at `key`, where it is a regular expression one that can be used."""
        return self.regex(self.text(node, key, of=of), self.at(node, key))

    def regex(self, text: str, at: tuple[int, int]) -> str:
        """A text that may be a regular expression, and then can be used."""
        if text in ("/", "//"):
            raise self.fail(at, "there is no regular expression between the slashes")
        if is_pattern(text):
            try:
                re.compile(text[1:-1])
            except (re.error, OverflowError, RecursionError) as error:
                raise self.fail(at, f"not a regular expression: {error}") from error
        return text

    def slots(self, step: Any, key: str) -> Iterator[tuple[str, str | None]]:
        """The fields of a `slot_was_set` or `slot_was_not_set`, with their values where they are given."""
        value = step[key]
        items = value if isinstance(value, list) else [value]
        if not items or any(item is None or item == {} for item in items):
            raise self.fail(self.at(step, key), f"`{key}` names one field or more: {', '.join(sorted(FIELDS))}")
        for item in items:
            for name, given in item.items() if isinstance(item, dict) else [(item, None)]:
                if name not in FIELDS:
                    raise self.fail(self.at(step, key), f"unknown slot `{name}`{near(str(name), FIELDS)}")
                yield str(name), None if given is None else str(given)
