"""Dialogue fixtures: read, checked, with file, line and column in every error. The form is in `docs/fixtures.md`."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

import orjson
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from dialogue.events import Understanding
from dialogue.vocabulary import Act, Field

_STEP = {
    "user",
    "understood",
    "agent",
    "rate",
    "bot",
    "utter",
    "slot_was_set",
    "slot_was_not_set",
    "act",
    "asks",
    "ticket",
    "never",
}
#: What a person of the shop does in a chat; any other text is what they write.
AGENT_MOVES = ("joins", "joins as NAME", "leaves", "settles", "is gone")
_CASE = {"test_case", "steps", "customer", "helpdesk"}
_ACTS = {a.value for a in Act}
_FIELDS = {f.value for f in Field}
_UNDERSTOOD = {f.name for f in fields(Understanding)}


class FixtureError(Exception):
    """A fixture that cannot be used; the message names file, line and column and says what to do."""


@dataclass(frozen=True)
class Expectation:
    """What one bot turn must be; keys that are absent are not looked at."""

    line: int
    act: str | None = None
    asks: tuple[str, ...] | None = None
    bot: str | None = None
    ticket: dict[str, str] | None = None
    slots: dict[str, str | None] = field(default_factory=dict)
    slots_unset: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A shopper's message (or what a person of the shop does) and the bot turns expected after it."""

    line: int
    user: str
    expected: tuple[Expectation, ...]
    understood: dict[str, Any] | None = None  # recorded, so that a replay needs no understander
    rate: int | None = None  # instead of a message: the stars of the widget
    agent: str | None = None  # instead of a message: what a person of the shop does


@dataclass(frozen=True)
class Case:
    file: str
    line: int
    name: str
    steps: tuple[Step, ...]
    customer: dict[str, str] | None = None
    never: tuple[str, ...] = ()
    slow: bool = False  # the helpdesk is: tickets are saved first and filed later


def matches(pattern: str, text: str) -> bool:
    """A pattern between slashes is searched for, without regard to case; anything else must be the text itself."""
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        return re.search(pattern[1:-1], text, re.IGNORECASE | re.DOTALL) is not None
    return pattern == text


def _near(word: str, known: set[str]) -> str | None:
    """The known word that was probably meant."""
    found = process.extractOne(word, sorted(known), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=0.5)
    return found[0] if found else None


class _Reader:
    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.lines: list[str] = []

    def fail(self, at: tuple[int, int], what: str) -> FixtureError:
        shown = ""
        if at[0] < len(self.lines):
            shown = f"\n    {self.lines[at[0]]}\n    {' ' * at[1]}^"
        return FixtureError(f"{self.path}:{at[0] + 1}:{at[1] + 1}: {what}{shown}")

    def at(self, node: Any, key: Any = None) -> tuple[int, int]:
        try:
            if key is None:
                return int(node.lc.line), int(node.lc.col)
            place = node.lc.data[key]
            return int(place[0]), int(place[1])
        except (AttributeError, KeyError, TypeError):
            return (0, 0)

    def keys(self, node: Any, known: set[str], what: str) -> None:
        for key in node:
            if key not in known:
                near = _near(str(key), known)
                hint = f"; did you mean `{near}`?" if near else f"; known are {', '.join(sorted(known))}"
                raise self.fail(self.at(node, key), f"unknown key `{key}` in {what}{hint}")

    def text(self, node: Any, key: str) -> str:
        value = node[key]
        if not isinstance(value, str):
            raise self.fail(self.at(node, key), f"`{key}` must be text; put it in quotes")
        return str(value)

    def regex(self, node: Any, key: Any, pattern: str) -> str:
        if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
            try:
                re.compile(pattern[1:-1])
            except re.error as error:
                raise self.fail(self.at(node, key), f"not a regular expression: {error}") from error
        return pattern

    def cases(self) -> list[Case]:
        try:
            text = self.path.read_text(encoding="utf-8")
            self.lines = text.splitlines()
            root = YAML(typ="rt").load(text)
        except (OSError, UnicodeDecodeError) as error:
            raise FixtureError(f"{self.path}: cannot be read: {error}") from error
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self.fail((mark.line, mark.column) if mark else (0, 0), f"not valid YAML: {error.problem}") from error
        if isinstance(root, dict) and isinstance(root.get("stories"), list):
            return [self.story(node) for node in root["stories"]]
        if not isinstance(root, dict) or not isinstance(root.get("test_cases"), list):
            raise self.fail((0, 0), "must hold a list `test_cases` (or Rasa's `stories`)")
        return [self.case(node, root["test_cases"]) for node in root["test_cases"]]

    def case(self, node: Any, parent: Any) -> Case:
        if not isinstance(node, dict) or "test_case" not in node:
            raise self.fail(
                self.at(node) if isinstance(node, dict) else self.at(parent), "a case begins with `test_case: its name`"
            )
        self.keys(node, _CASE, "a case")
        if not isinstance(node.get("steps"), list) or not node["steps"]:
            raise self.fail(self.at(node, "test_case"), f"case `{node['test_case']}` has no list of `steps`")
        customer = node.get("customer")
        if customer is not None:
            if not isinstance(customer, dict):
                raise self.fail(self.at(node, "customer"), "`customer` holds `name` and `email`")
            self.keys(customer, {"name", "email"}, "a customer")
        if node.get("helpdesk", "slow") != "slow":
            raise self.fail(
                self.at(node, "helpdesk"), "`helpdesk` may be `slow`: tickets are saved first and filed later"
            )
        steps: list[Step] = []
        never: list[str] = []
        for step in node["steps"]:
            if not isinstance(step, dict) or not step:
                raise self.fail(self.at(node["steps"]), "a step is `key: value`, such as `user: hello`")
            self.keys(step, _STEP, "a step")
            if "user" in step:
                steps.append(self.message(step))
            elif "understood" in step:
                raise self.fail(
                    self.at(step, "understood"), "`understood` stands beside the `user` whose message it is of"
                )
            if "agent" in step:
                steps.append(Step(self.at(step)[0] + 1, "", (), agent=self.text(step, "agent")))
            if "never" in step:
                never += self.never(step)
            if "rate" in step:
                if not isinstance(step["rate"], int):
                    raise self.fail(self.at(step, "rate"), "`rate` is a whole number, 1 to 5")
                steps.append(Step(self.at(step)[0] + 1, "", (), rate=int(step["rate"])))
            rest = [k for k in step if k not in ("user", "understood", "agent", "rate", "never")]
            if rest:
                if not steps:
                    raise self.fail(self.at(step), f"`{rest[0]}` before the first `user`")
                steps[-1] = replace(steps[-1], expected=(*steps[-1].expected, self.expectation(step)))
        return Case(
            file=str(self.path),
            line=self.at(node)[0] + 1,
            name=str(node["test_case"]),
            steps=tuple(steps),
            customer={k: str(v) for k, v in customer.items()} if customer else None,
            never=tuple(never),
            slow="helpdesk" in node,
        )

    def message(self, step: Any) -> Step:
        understood = step.get("understood")
        if understood is not None:
            if not isinstance(understood, dict):
                raise self.fail(self.at(step, "understood"), "`understood` holds what was understood, key by key")
            self.keys(understood, _UNDERSTOOD, "`understood`")
            understood = orjson.loads(orjson.dumps(understood, default=str))
        return Step(self.at(step)[0] + 1, self.text(step, "user"), (), understood=understood)

    def story(self, node: Any) -> Case:
        """One of Rasa's test stories: `user` messages and `action: utter_…` of this bot's acts. Its intents, entities and other
        actions speak of a Rasa bot's inside and are left out."""
        if not isinstance(node, dict) or "story" not in node or not isinstance(node.get("steps"), list):
            raise self.fail(
                self.at(node) if isinstance(node, dict) else (0, 0), "a story has a name, `story`, and `steps`"
            )
        steps: list[Step] = []
        for step in node["steps"]:
            if not isinstance(step, dict):
                raise self.fail(self.at(node["steps"]), "a step is `key: value`, such as `user: hello`")
            if "user" in step:
                words = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", self.text(step, "user")).strip()
                steps.append(Step(self.at(step)[0] + 1, words, ()))
            act = str(step.get("action", "")).removeprefix("utter_")
            if act in _ACTS and steps:
                expected = Expectation(self.at(step)[0] + 1, act=act)
                steps[-1] = replace(steps[-1], expected=(*steps[-1].expected, expected))
        if not steps:
            raise self.fail(self.at(node), f"story `{node['story']}` has no `user` message")
        return Case(str(self.path), self.at(node)[0] + 1, str(node["story"]), tuple(steps))

    def never(self, step: Any) -> list[str]:
        value = step["never"]
        items = value if isinstance(value, list) else [value]
        for item in items:
            known = item in _ACTS or str(item) in {f"ask.{f}" for f in _FIELDS}
            if not known and not (str(item).startswith("/") and str(item).endswith("/")):
                raise self.fail(
                    self.at(step, "never"),
                    f"`{item}` is no act, no `ask.FIELD` and no regular expression between slashes",
                )
            self.regex(step, "never", str(item))
        return [str(i) for i in items]

    def expectation(self, step: Any) -> Expectation:
        act = step.get("act")
        if "utter" in step:
            act = str(step["utter"]).removeprefix("utter_")
        if act is not None and act not in _ACTS:
            near = _near(str(act), _ACTS)
            key = "act" if "act" in step else "utter"
            raise self.fail(self.at(step, key), f"unknown act `{act}`" + (f"; did you mean `{near}`?" if near else ""))
        asks = step.get("asks")
        if asks is not None and (not isinstance(asks, list) or any(a not in _FIELDS for a in asks)):
            raise self.fail(self.at(step, "asks"), f"`asks` is a list of {', '.join(sorted(_FIELDS))}")
        ticket = step.get("ticket")
        if ticket is not None:
            if not isinstance(ticket, dict):
                raise self.fail(self.at(step, "ticket"), "`ticket` holds `name`, `email` and `reason`")
            self.keys(ticket, _FIELDS, "a ticket")
        slots: dict[str, str | None] = {}
        for item in _items(step.get("slot_was_set")):
            slots |= (
                {k: None if v is None else str(v) for k, v in item.items()}
                if isinstance(item, dict)
                else {str(item): None}
            )
        unset = tuple(
            str(k)
            for item in _items(step.get("slot_was_not_set"))
            for k in (item if isinstance(item, dict) else [item])
        )
        for name in (*slots, *unset):
            if name not in _FIELDS:
                key = "slot_was_set" if name in slots else "slot_was_not_set"
                raise self.fail(self.at(step, key), f"unknown slot `{name}`; known are {', '.join(sorted(_FIELDS))}")
        return Expectation(
            line=self.at(step)[0] + 1,
            act=act,
            asks=None if asks is None else tuple(asks),
            bot=self.regex(step, "bot", self.text(step, "bot")) if "bot" in step else None,
            ticket={k: self.regex(ticket, k, str(v)) for k, v in ticket.items()} if ticket else None,
            slots=slots,
            slots_unset=unset,
        )


def _items(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def read_fixtures(paths: list[pathlib.Path]) -> list[Case]:
    """The cases of files and of folders (`*.yml`, `*.yaml`). Raises `FixtureError`."""
    found: list[Case] = []
    for path in paths:
        files = sorted(f for e in ("*.yml", "*.yaml") for f in path.rglob(e)) if path.is_dir() else [path]
        if path.is_dir() and not files:
            raise FixtureError(f"{path}: holds no fixtures (*.yml)")
        for file in files:
            found += _Reader(file).cases()
    return found
