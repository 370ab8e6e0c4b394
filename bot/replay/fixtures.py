"""Dialogue fixtures: read, checked, with file, line and column in every error. The form is in `docs/fixtures.md`.

Whatever would be passed over in silence is a mistake: an unknown key, an empty expectation, a `never` that nothing can
meet, a case that expects nothing. Rasa's stories are read by `bot.replay.rasa_stories`; what of them cannot be played
is kept and named.
"""

from __future__ import annotations

import pathlib
from dataclasses import fields, replace
from typing import Any

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.replay.fixture_form import ACTS, FIELDS, Case, Expectation, FixtureError, Page, Step, is_pattern, matches, near
from bot.replay.rasa_stories import RASAS_KEYS, read_story
from bot.store.records import from_json
from dialogue.events import Understanding

__all__ = ["AGENT_MOVES", "Case", "Expectation", "FixtureError", "Step", "matches", "read_fixtures"]

#: What a step does; it has one of these at most.
_DOES = ("user", "agent", "rate", "files", "published")
#: How many files one turn of a shopper's may have.
MOST_FILES = 20
_OF_TURN = ("act", "utter", "asks", "bot", "ticket")
_STEP = {*_DOES, "understood", *_OF_TURN, "slot_was_set", "slot_was_not_set", "never"}
#: What a person of the shop does in a chat; any other text is what they write.
AGENT_MOVES = ("joins", "joins as NAME", "leaves", "settles", "is gone")
_CASE = {"test_case", "steps", "customer", "helpdesk"}
#: Which sentence was taken for what decides nothing, and stands at places of words in which people are replaced.
_UNDERSTOOD = {f.name for f in fields(Understanding)} - {"read"}


class _Reader(Page):
    def cases(self) -> list[Case]:
        """Every case of the file, each name once."""
        root = self._root()
        known = {"test_cases", "stories", "version", *(RASAS_KEYS if "stories" in root else ())}
        self.keys(root, known, "the file")
        found: list[Case] = []
        for key, read in (("test_cases", self.case), ("stories", lambda node, above: read_story(self, node, above))):
            if key not in root:
                continue
            if not isinstance(root[key], list) or not root[key]:
                raise self.fail(self.at(root, key), f"`{key}` must hold a list of cases, and there is none in it")
            for place, node in enumerate(root[key]):
                case = read(node, self.at(root[key], place))
                if earlier := next((c for c in found if c.name == case.name), None):
                    raise self.fail(
                        (case.line - 1, case.column - 1),
                        f"`{case.name}` is the name of the case in line {earlier.line}, too",
                    )
                found.append(case)
        return found

    def _root(self) -> Any:
        try:
            text = self.path.read_text(encoding="utf-8")
            self.lines = text.splitlines()
            root = YAML(typ="rt").load(text)
        except (OSError, UnicodeDecodeError) as error:
            raise FixtureError(f"{self.path}: cannot be read: {error}") from error
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self.fail((mark.line, mark.column) if mark else (0, 0), f"not valid YAML: {error.problem}") from error
        except (YAMLError, RecursionError, ValueError) as error:
            raise self.fail((0, 0), f"not valid YAML: {str(error).splitlines()[0]}") from error
        if not isinstance(root, dict) or not {"test_cases", "stories"} & set(root):
            raise self.fail((0, 0), "must hold a list `test_cases` (or Rasa's `stories`)")
        return root

    def case(self, node: Any, above: tuple[int, int]) -> Case:
        if not isinstance(node, dict) or "test_case" not in node:
            raise self.fail(
                self.at(node) if isinstance(node, dict) else above, "a case begins with `test_case: its name`"
            )
        self.keys(node, _CASE, "a case")
        name = self.text(node, "test_case", of="the name of a case")
        if not isinstance(node.get("steps"), list) or not node["steps"]:
            raise self.fail(self.at(node, "test_case"), f"case `{name}` has no list of `steps`")
        if "helpdesk" in node and node["helpdesk"] != "slow":
            raise self.fail(
                self.at(node, "helpdesk"), "`helpdesk` may be `slow`: tickets are saved first and filed later"
            )
        steps: list[Step] = []
        never: list[tuple[str, tuple[int, int]]] = []
        for place, step in enumerate(node["steps"]):
            if not isinstance(step, dict) or not step:
                raise self.fail(self.at(node["steps"], place), "a step is `key: value`, such as `user: hello`")
            self.keys(step, _STEP, "a step")
            if (does := self.does(step)) is not None:
                steps.append(does)
            if "never" in step:
                never += self.never(step)
            rest = [k for k in step if k not in (*_DOES, "understood", "never")]
            if rest:
                if not steps:
                    raise self.fail(self.at(step), f"`{rest[0]}` before the first `user`")
                steps[-1] = replace(steps[-1], expected=(*steps[-1].expected, self.expectation(step)))
        if not never and not any(step.expected for step in steps):
            raise self.fail(
                self.at(node, "test_case"),
                f"case `{name}` expects nothing: say what the bot must do (`act`, `asks`, `bot` …) or `never` do",
            )
        line, column = self.at(node)
        return Case(
            file=str(self.path), line=line + 1, name=name, steps=tuple(steps), customer=self.customer(node),
            never=tuple(item for item, _ in never), slow="helpdesk" in node, column=column + 1,
            never_at=tuple((at[0] + 1, at[1] + 1) for _, at in never),
        )  # fmt: skip

    def customer(self, node: Any) -> dict[str, str] | None:
        if "customer" not in node:
            return None
        customer = node["customer"]
        if not isinstance(customer, dict) or not customer:
            raise self.fail(self.at(node, "customer"), "`customer` holds `name` and `email`")
        self.keys(customer, {"name", "email"}, "a customer")
        return {key: self.text(customer, key) for key in customer}

    def does(self, step: Any) -> Step | None:
        """What a step does, where it does anything."""
        done = [key for key in _DOES if key in step]
        if len(done) > 1:
            raise self.fail(self.at(step, done[1]), f"`{done[0]}` and `{done[1]}` in one step: make two of it")
        if "understood" in step and done != ["user"]:
            raise self.fail(self.at(step, "understood"), "`understood` stands beside the `user` whose message it is of")
        if not done:
            return None
        line, column = (n + 1 for n in self.at(step, done[0]))
        if done == ["user"]:
            return Step(line, self.text(step, "user"), (), understood=self.understood(step), column=column)
        if done == ["agent"]:
            return Step(line, "", (), agent=self.text(step, "agent"), column=column)
        if done == ["files"]:
            count = step["files"]
            if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_FILES:
                raise self.fail(self.at(step, "files"), f"`files` is how many, 1 to {MOST_FILES}")
            return Step(line, "", (), files=int(count), column=column)
        if done == ["published"]:
            return Step(line, "", (), published=self.text(step, "published"), column=column)
        score = step["rate"]
        if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5:
            raise self.fail(self.at(step, "rate"), "`rate` is a whole number, 1 to 5")
        return Step(line, "", (), rate=int(score), column=column)

    def understood(self, step: Any) -> dict[str, Any] | None:
        if "understood" not in step:
            return None
        understood = step["understood"]
        if not isinstance(understood, dict):
            raise self.fail(self.at(step, "understood"), "`understood` holds what was understood, key by key")
        self.keys(understood, _UNDERSTOOD, "`understood`")
        try:
            found: dict[str, Any] = orjson.loads(orjson.dumps(understood, default=str))
            from_json(Understanding, orjson.dumps({"kept": step["user"], **found}).decode())
        except Exception as error:  # whatever the stored form does not take
            raise self.fail(
                self.at(step, "understood"), f"`understood` holds what cannot be understood: {error}"
            ) from error
        return found

    def never(self, step: Any) -> list[tuple[str, tuple[int, int]]]:
        value = step["never"]
        items = value if isinstance(value, list) else [value]
        if not items:
            raise self.fail(self.at(step, "never"), "`never` names nothing")
        found = []
        for place, item in enumerate(items):
            at = self.at(value, place) if isinstance(value, list) else self.at(step, "never")
            known = item in ACTS or str(item) in {f"ask.{f}" for f in FIELDS}
            if not known and not (isinstance(item, str) and is_pattern(item)):
                hint = near(str(item), ACTS | {f"ask.{f}" for f in FIELDS})
                raise self.fail(
                    at,
                    f"`{item}` is no act, no `ask.FIELD` and no regular expression between slashes"
                    + (hint if "mean" in hint else ""),
                )
            found.append((self.regex(str(item), at), at))
        return found

    def expectation(self, step: Any) -> Expectation:
        key = next(k for k in step if k not in (*_DOES, "understood", "never"))
        line, column = self.at(step, key)
        slots = dict(self.slots(step, "slot_was_set")) if "slot_was_set" in step else {}
        unset = dict(self.slots(step, "slot_was_not_set")) if "slot_was_not_set" in step else {}
        return Expectation(
            line=line + 1,
            act=self.act(step),
            asks=self.asks(step),
            bot=self.pattern(step, "bot") if "bot" in step else None,
            ticket=self.ticket(step),
            slots=slots,
            slots_unset=tuple(unset),
            column=column + 1,
        )

    def act(self, step: Any) -> str | None:
        if "act" in step and "utter" in step:
            raise self.fail(self.at(step, "utter"), "`act` and `utter` say the same: leave one out")
        key = next((k for k in ("act", "utter") if k in step), None)
        if key is None:
            return None
        act = self.text(step, key)
        act = act.removeprefix("utter_") if key == "utter" else act
        if act not in ACTS:
            raise self.fail(self.at(step, key), f"unknown act `{act}`{near(act, ACTS)}")
        return act

    def asks(self, step: Any) -> tuple[str, ...] | None:
        if "asks" not in step:
            return None
        asks = step["asks"]
        if not isinstance(asks, list) or any(a not in FIELDS for a in asks):
            raise self.fail(self.at(step, "asks"), f"`asks` is a list of {', '.join(sorted(FIELDS))}")
        return tuple(asks)

    def ticket(self, step: Any) -> dict[str, str] | None:
        if "ticket" not in step:
            return None
        ticket = step["ticket"]
        if not isinstance(ticket, dict) or not ticket:
            raise self.fail(self.at(step, "ticket"), "`ticket` holds `name`, `email` and `reason`")
        self.keys(ticket, FIELDS, "a ticket")
        return {k: self.pattern(ticket, k) for k in ticket}


def read_fixtures(paths: list[pathlib.Path]) -> list[Case]:
    """The cases of files and of folders (`*.yml`, `*.yaml`), each file once. Raises `FixtureError`."""
    found: list[Case] = []
    seen: set[pathlib.Path] = set()
    for path in paths:
        files = sorted(f for e in ("*.yml", "*.yaml") for f in path.rglob(e)) if path.is_dir() else [path]
        if path.is_dir() and not files:
            raise FixtureError(f"{path}: holds no fixtures (*.yml)")
        for file in files:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                found += _Reader(file).cases()
    return found
