"""Rasa's test stories, as far as they can be played: the shopper's words, `action: utter_…` of this bot's acts, `bot:`
words and slots that are fields. Whatever else a story does is kept as what it is, a step that cannot be played, and
named: it is never passed over in silence, and never refuses the file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.replay.fixture_form import ACTS, FIELDS, Case, Expectation, FixtureError, Page, Step, Unplayable, near

#: What else may stand in a file of Rasa's, and is not of its tests.
RASAS_KEYS = frozenset("nlu rules responses intents entities slots forms actions session_config".split())
#: What of a step speaks of the understanding of a message and not of the conversation.
_BESIDE = {"intent", "entities", "metadata"}
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def read_story(page: Page, node: Any, above: tuple[int, int]) -> Case:
    """One story. What cannot be played of it stands in `Case.unplayable`."""
    name = node.get("story") if isinstance(node, dict) else None
    at = page.at(node) if isinstance(node, dict) else above
    named = name if isinstance(name, str) and name.strip() else f"the story in line {at[0] + 1}"
    story = Case(str(page.path), at[0] + 1, named, (), column=at[1] + 1)
    if named != name or not isinstance(node.get("steps"), list):
        return _whole(story, at, "a story has a name, `story`, and `steps`")
    if other := [key for key in node if key not in ("story", "steps", "metadata")]:
        return _whole(story, page.at(node, other[0]), f"a story with `{other[0]}`")
    for place, step in enumerate(node["steps"]):
        at = page.at(node["steps"], place)
        if not isinstance(step, dict) or not step:
            return _whole(story, at, "a step is `key: value`, such as `user: hello`")
        try:
            story = _step(page, story, step, at)
        except FixtureError as error:
            return _whole(story, at, error.what)
        if any(u.whole for u in story.unplayable):
            return story
    if not any(step.user for step in story.steps):
        return _whole(story, (story.line - 1, story.column - 1), f"story `{named}` has no `user` message")
    if not any(step.expected for step in story.steps) and not story.unplayable:
        return _whole(
            story, (story.line - 1, story.column - 1), f"story `{named}` expects nothing that can be checked here"
        )
    return story


def _whole(story: Case, at: tuple[int, int], why: str) -> Case:
    """The story as one that cannot be played at all."""
    return replace(story, steps=(), unplayable=(*story.unplayable, Unplayable(at[0] + 1, at[1] + 1, why, whole=True)))


def _unplayable(story: Case, at: tuple[int, int], why: str) -> Case:
    return replace(story, unplayable=(*story.unplayable, Unplayable(at[0] + 1, at[1] + 1, why)))


def _step(page: Page, story: Case, step: Any, at: tuple[int, int]) -> Case:
    known = {"user", "action", "bot", "slot_was_set", *_BESIDE}
    for key in step:
        if key not in known:
            return _unplayable_step(story, page.at(step, key), str(key))
    if "user" in step:
        words = _ENTITY.sub(r"\1", page.text(step, "user")).strip()
        story = replace(story, steps=(*story.steps, Step(at[0] + 1, words, (), column=at[1] + 1)))
    elif set(step) & _BESIDE and not set(step) & {"action", "bot", "slot_was_set"}:
        return _unplayable_step(story, at, "intent")
    for key in ("action", "bot", "slot_was_set"):
        if key in step:
            story = _expect(page, story, step, key)
    return story


def _unplayable_step(story: Case, at: tuple[int, int], key: str) -> Case:
    why = "`intent` without the words of a message" if key == "intent" else f"`{key}` of a story"
    return replace(story, unplayable=(*story.unplayable, Unplayable(at[0] + 1, at[1] + 1, why, whole=True)))


def _expect(page: Page, story: Case, step: Any, key: str) -> Case:
    at = page.at(step, key)
    if key == "action":
        action = page.text(step, key)
        if action == "action_listen":  # Rasa's own word for the end of the bot's turn
            return story
        act = action.removeprefix("utter_")
        if act not in ACTS or not action.startswith("utter_"):
            hint = near(act, ACTS) if action.startswith("utter_") else ""
            return _unplayable(
                story, at, f"`action: {action}` is none of this bot's acts" + (hint if "mean" in hint else "")
            )
        expected = Expectation(at[0] + 1, act=act, column=at[1] + 1)
    elif key == "bot":
        expected = Expectation(at[0] + 1, bot=page.pattern(step, key), column=at[1] + 1)
    else:
        slots = _slots(step[key])
        if strange := [name for name in slots if name not in FIELDS]:
            return _unplayable(
                story, at, f"`slot_was_set` of `{strange[0]}`, which this bot has not" + near(strange[0], FIELDS)
            )
        expected = Expectation(
            at[0] + 1, column=at[1] + 1, slots={k: v for k, v in slots.items() if v != ""},
            slots_unset=tuple(k for k, v in slots.items() if v == ""),
        )  # fmt: skip
        if not slots:
            return _unplayable(story, at, "`slot_was_set` that names none")
    if not story.steps:
        return _unplayable(story, at, f"`{key}` before the first `user`")
    last = story.steps[-1]
    return replace(story, steps=(*story.steps[:-1], replace(last, expected=(*last.expected, expected))))


def _slots(value: Any) -> dict[str, str | None]:
    """Slot -> its value, None where any will do, "" where it must not be set (Rasa's `null`)."""
    found: dict[str, str | None] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            found |= {str(k): "" if v is None else str(v) for k, v in item.items()}
        elif item is not None:
            found[str(item)] = None
    return found
