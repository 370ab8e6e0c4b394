"""The form of fixtures as a JSON Schema (2020-12), for editors; `docs/fixtures.md` holds a reference made from it."""

from __future__ import annotations

from typing import Any

from bot.replay.fixtures import AGENT_MOVES
from dialogue.vocabulary import Act, Answer, Field, IntentName, Signal

_ACTS = [a.value for a in Act]
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}


def _step() -> dict[str, Any]:
    fields = [f.value for f in Field]
    slot = {"oneOf": [{"enum": fields}, {"type": "object", "minProperties": 1, "propertyNames": {"enum": fields}}]}
    slots = {"oneOf": [slot, {"type": "array", "minItems": 1, "items": slot}]}
    never = {"oneOf": [{"enum": [*_ACTS, *(f"ask.{f}" for f in fields)]}, {"type": "string", "pattern": "^/.+/$"}]}
    described: dict[str, tuple[dict[str, Any], str]] = {
        "user": (
            _TEXT,
            "What the shopper writes. The steps after it match bot turns that answer it, in order, others between "
            "them allowed.",
        ),
        "understood": (
            {"$ref": "#/$defs/understood"},
            "Beside `user`: what was understood, recorded, so that the replay needs no understander.",
        ),
        "agent": (
            _TEXT,
            f"A person of the shop: {', '.join(f'`{m}`' for m in AGENT_MOVES)}, or what they write. In this process "
            f"only.",
        ),
        "published": (
            _TEXT,
            "An article is published that answers this question, which was asked before. In this process only.",
        ),
        "rate": ({"type": "integer", "minimum": 1, "maximum": 5}, "The stars of the widget: a score from 1 to 5."),
        "files": (
            {"type": "integer", "minimum": 1, "maximum": 20},
            "So many files, such as photos, that the shopper sends. In this process only.",
        ),
        "act": ({"enum": _ACTS}, "What a bot turn does."),
        "asks": ({"type": "array", "items": {"enum": fields}}, "Exactly the fields that turn asks for."),
        "bot": (
            _TEXT,
            "Its words, or a regular expression between slashes, searched without regard to case; "
            "a `.` fits a line break too.",
        ),
        "ticket": (
            {"type": "object", "minProperties": 1, "propertyNames": {"enum": fields}, "additionalProperties": _TEXT},
            "The ticket that turn speaks of: its fields, each text or a regular expression between slashes.",
        ),
        "never": (
            {"oneOf": [never, {"type": "array", "minItems": 1, "items": never}]},
            "Of the whole case: an act, `ask.FIELD` or a regular expression that no bot turn may be, ask for or say.",
        ),
        "utter": (_TEXT, "As in Rasa's form: `utter_` and an act."),
        "slot_was_set": (
            slots,
            "As in Rasa's form: fields that are known by now, with their values or without. Takes no bot turn.",
        ),
        "slot_was_not_set": (slots, "As in Rasa's form: fields that are not known by now. Takes no bot turn."),
    }
    properties = {name: {**form, "description": words} for name, (form, words) in described.items()}
    return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}


def _understood() -> dict[str, Any]:
    intent = {
        "type": "object",
        "required": ["name", "confidence"],
        "additionalProperties": False,
        "properties": {
            "name": {"enum": [i.value for i in IntentName]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
    }
    rejected = {"type": "object", "required": ["field", "text", "why"], "additionalProperties": False,
                "properties": {"field": {"enum": [f.value for f in Field]}, "text": _TEXT, "why": _TEXT,
                               "likely": _TEXT}}  # fmt: skip
    texts = dict.fromkeys(("kept", "name", "greeting_name", "email", "reason", "question", "by"), _TEXT)
    return {
        "type": "object", "additionalProperties": False,
        "properties": texts | {
            "intents": {"type": "array", "items": intent}, "answer": {"enum": [a.value for a in Answer]},
            "signals": {"type": "array", "items": {"enum": [s.value for s in Signal]}}, "score": {"type": "integer"},
            "rejected": {"type": "array", "items": rejected},
            "extra": {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}},
        },
    }  # fmt: skip


def schema() -> dict[str, Any]:
    """The whole schema."""
    case = {
        "type": "object",
        "required": ["test_case", "steps"],
        "additionalProperties": False,
        "properties": {
            "test_case": {**_TEXT, "description": "The case's name: what must be so."},
            "customer": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {"name": _TEXT, "email": _TEXT},
                "description": "The shop page's own signed-in customer (R2).",
            },
            "helpdesk": {
                "const": "slow",
                "description": "Tickets are saved first and filed later (R13). In this process only.",
            },
            "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Askonce dialogue fixtures",
        "type": "object",
        "required": ["test_cases"],
        "properties": {"test_cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}}},
        "$defs": {"case": case, "step": _step(), "understood": _understood()},
    }


def reference() -> str:
    """The keys of a step, as a table for the documentation."""
    lines = ["| key | means |", "|---|---|"]
    lines += [f"| `{name}` | {form['description']} |" for name, form in _step()["properties"].items()]
    return "\n".join(lines)
