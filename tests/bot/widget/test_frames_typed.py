"""The types of frames that the widget is checked by are those of the models, and nothing in them is guessed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.web.asyncapi import SENT_BY_CLIENT, SENT_BY_SERVER
from tests.browser.types.frames import FILE, Unwritable, declarations, written


def test_the_types_are_those_of_the_models() -> None:
    renew = "python -m tests.browser.types.frames"
    assert FILE.read_text(encoding="utf-8") == declarations(), f"a model changed: {renew}"


def test_every_model_has_its_type_with_every_field() -> None:
    text = declarations()
    for model in (*SENT_BY_CLIENT, *SENT_BY_SERVER):
        found = re.search(rf"^export interface {model.__name__} {{\n(.*?)^}}", text, re.M | re.S)
        assert found, model
        fields = re.findall(r"^  (\w+)(\??): ", found[1], re.M)
        assert [name for name, _ in fields] == list(model.model_fields)
        for name, optional in fields:
            assert bool(optional) != model.model_fields[name].is_required(), (model, name)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"const": "say", "type": "string"}, '"say"'),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, '("a" | "b")[]'),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Part"}}, "Part[]"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "boolean"}, "boolean"),
    ],
)
def test_a_schema_is_written_as_a_type(schema: dict[str, Any], told: str) -> None:
    assert written(schema) == told


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"type": "array"}, {"allOf": [{"type": "string"}]}])
def test_a_schema_that_is_not_known_is_not_guessed(schema: dict[str, Any]) -> None:
    with pytest.raises(Unwritable):
        written(schema)
