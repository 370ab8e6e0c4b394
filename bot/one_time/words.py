"""Every word of the one-time channel, in catalogues: one file a language in `words`, English among them."""

from __future__ import annotations

import functools
import pathlib

import orjson

_CATALOGUES = pathlib.Path(__file__).parent / "words"


@functools.cache
def words(language: str) -> dict[str, str]:
    """By key, with `{gaps}`. Raises `OSError` where there are none."""
    found: dict[str, str] = orjson.loads((_CATALOGUES / f"{language}.json").read_bytes())
    return found


def asking(language: str, what: str, link: str) -> str:
    """What the shopper is told with the link. `what` may be empty."""
    said = words(language)
    return said["ask_for" if what else "ask"].format(what=what, link=link)
