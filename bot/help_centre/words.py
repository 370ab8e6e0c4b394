"""Every word that a page of the help centre says by itself, in catalogues: one file a language in `words`, English
among them. What an article says is none of this."""

from __future__ import annotations

import datetime
import functools
import pathlib
from dataclasses import dataclass

import orjson
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

CATALOGUES = pathlib.Path(__file__).parent / "words"


@dataclass(frozen=True)
class Catalogue:
    """`words` by key, with `{gaps}`; `topics`: the headings of the topics that have a name in every language."""

    words: dict[str, str]
    topics: dict[str, str]


@functools.cache
def catalogue(language: str) -> Catalogue:
    """The words of a language. Raises `OSError` where there are none: which there are, `bot.chat.phrases` says."""
    return Catalogue(**orjson.loads((CATALOGUES / f"{language}.json").read_bytes()))


def say(language: str, key: str, /, **values: object) -> str:
    """The words of `key`, its gaps filled."""
    words = catalogue(language).words[key]
    return words.format(**values) if values else words


def topics() -> tuple[str, ...]:
    """The topics that have a name in every language, in the order in which they are shown."""
    return tuple(topic for topic in catalogue("en").topics if topic)


def heading(topic: str, language: str) -> str:
    """What stands above the articles of a topic: its name in that language, else the topic as the shop wrote it."""
    return catalogue(language).topics.get(topic, topic)


def day(date: datetime.date, language: str) -> str:
    """A day as the language writes it: "21 November 2026"."""
    return format_date(date, "long", locale=Locale(language))


def number(count: int, language: str) -> str:
    """A number as the language writes it."""
    return format_decimal(count, locale=Locale(language))


@functools.cache
def own_name(language: str) -> str:
    """What the speakers of a language call it: "Deutsch"."""
    return str(Locale(language).get_language_name(language)).capitalize()


@functools.cache
def name_in(language: str, of: str) -> str:
    """What the speakers of `language` call another one: "Englisch"."""
    return str(Locale(of).get_language_name(language))
