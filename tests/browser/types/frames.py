"""`python -m tests.browser.types.frames`: renews `frames.d.ts`, the types of what the widget sends and is sent. They
are made from the very models that check frames; nothing in them is written by hand."""

from __future__ import annotations

import json
import pathlib
import textwrap
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from bot.help_centre.for_machines import Found, SearchAnswer
from bot.web.asyncapi import SENT_BY_CLIENT, SENT_BY_SERVER, document
from bot.web.files_api import FileTold, NotTaken, PartTold

FILE = pathlib.Path(__file__).with_name("frames.d.ts")
_HEAD = "/* What the widget sends and is sent. Made by `python -m tests.browser.types.frames`; never edited. */"
_ONE_OF = """\
/** One of several, of which a field of another one can be asked for: there it is undefined. */
type OneOf<T, All = T> = T extends unknown
  ? T & { [Name in Exclude<All extends unknown ? keyof All : never, keyof T>]?: undefined }
  : never;"""
_SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


class Unwritable(Exception):
    """A schema that is not known here: it is to be learned, never guessed."""


def written(schema: dict[str, Any]) -> str:
    """A schema as a type of TypeScript's. Raises `Unwritable`."""
    if "$ref" in schema:
        name: str = schema["$ref"].rpartition("/")[2]
        return name
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(written, schema["anyOf"])))
    if schema.get("type") == "array" and "items" in schema:
        item = written(schema["items"])
        return f"{item}[]" if item.isidentifier() else f"({item})[]"
    if schema.get("type") in _SIMPLE:
        return _SIMPLE[schema["type"]]
    raise Unwritable(json.dumps(schema))


def declared(name: str, schema: dict[str, Any]) -> str:
    """A model as an interface, or an enumeration as a type, with what is said of it."""
    told = _told(schema.get("description", ""))
    if schema.get("type") != "object":
        return told + _type(name, written(schema).split(" | "))
    required = schema.get("required", [])
    fields = [f"  {key}{'' if key in required else '?'}: {written(of)};" for key, of in schema["properties"].items()]
    return "\n".join([f"{told}export interface {name} {{", *fields, "}"])


def declarations() -> str:
    """The whole file."""
    schemas: dict[str, Any] = document()["components"]["schemas"]
    for searched in (Found, SearchAnswer):
        hints = get_type_hints(searched)
        schemas[searched.__name__] = {
            "type": "object",
            "description": searched.__doc__,
            "properties": {key: _schema(hint, schemas) for key, hint in hints.items()},
            "required": list(hints),
        }
    schemas |= {model.__name__: model.model_json_schema() for model in (FileTold, PartTold, NotTaken)}
    alike: dict[str, list[str]] = {}
    for model in SENT_BY_SERVER:
        kind = schemas[model.__name__]["properties"]["type"]["const"]
        alike.setdefault(kind.capitalize(), []).append(model.__name__)
    one_of = {kind: models for kind, models in alike.items() if len(models) > 1}
    server = [kind if kind in one_of else models[0] for kind, models in alike.items()]
    return "\n\n".join(
        [
            _HEAD,
            *(declared(name, schemas[name]) for name in sorted(schemas)),
            _ONE_OF,
            *(f"export type {kind} = OneOf<{' | '.join(models)}>;" for kind, models in one_of.items()),
            _type("ServerFrame", server),
            _type("ClientFrame", [model.__name__ for model in SENT_BY_CLIENT]) + "\n",
        ]
    )


def _schema(hint: Any, known: dict[str, Any]) -> dict[str, Any]:
    """A field's schema; one that is a list of what is declared above names it."""
    for name in known:
        if get_origin(hint) is list and get_args(hint)[0].__name__ == name:
            return {"type": "array", "items": {"$ref": f"#/{name}"}}
    return TypeAdapter(hint).json_schema()


def _type(name: str, members: list[str]) -> str:
    line = f"export type {name} = {' | '.join(members)};"
    return line if len(line) <= 120 else f"export type {name} =\n" + "\n".join(f"  | {one}" for one in members) + ";"


def _told(description: str) -> str:
    if not description:
        return ""
    return textwrap.fill(f"/** {' '.join(description.split())} */", 120, subsequent_indent="    ") + "\n"


if __name__ == "__main__":
    FILE.write_text(declarations(), encoding="utf-8")
