"""The languages of the console: which one a page is in, its words, and how it writes days, times and numbers.

The words in the code are English and are the ids of the catalogues in `locales/<language>/LC_MESSAGES/console.po`; a
language more is a folder more. A request speaks one language from its beginning to its end (`speaking`, `speak`), so
that a page, a refusal and a drawing need not be told which. What is stored knows no language, and exports stay as they
are. `make words` renews the catalogues.
"""

from __future__ import annotations

import datetime
import gettext as catalogues
import io
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property

from babel import Locale, UnknownLocaleError
from babel.core import negotiate_locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from bot.chat.accepted import preferred

LOCALES = pathlib.Path(__file__).parent / "locales"
ORIGINAL = "en"


@dataclass(frozen=True)
class Speech:
    """One language as one reader has it: `locale` may name a country of theirs, which decides how days are written."""

    locale: Locale

    @property
    def language(self) -> str:
        """Its code, as in `<html lang>`."""
        return self.locale.language

    @property
    def direction(self) -> str:
        """Which way it is written: `ltr` or `rtl`."""
        return str(self.locale.text_direction)

    @cached_property
    def words(self) -> catalogues.NullTranslations:
        return _words(self.language)


def file_of(language: str) -> pathlib.Path:
    """Where the catalogue of a language is."""
    return LOCALES / language / "LC_MESSAGES" / "console.po"


@cache
def languages() -> dict[str, str]:
    """Every language there is, by its code, called as its own speakers call it."""
    codes = (ORIGINAL, *sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/console.po")))
    return {code: str(Locale.parse(code).get_language_name(code)).capitalize() for code in codes}


@cache
def _words(language: str) -> catalogues.NullTranslations:
    if language == ORIGINAL:
        return catalogues.NullTranslations()
    compiled = io.BytesIO()
    with file_of(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


# ---------------------------------------------------------------- which language


def speech_for(chosen: str, header: str) -> Speech:
    """The language that was chosen, where there is such a one; else the first that the browser asks for, else English.
    The browser's country stays where it goes with the language."""
    tags, known = preferred(header), languages()
    language = chosen if chosen in known else None
    language = language or (negotiate_locale(tags, known, sep="-") if tags else None) or ORIGINAL
    own = next((tag for tag in tags if tag.split("-")[0].lower() == language), language)
    try:
        return Speech(Locale.parse(own, sep="-"))
    except (UnknownLocaleError, ValueError):
        return Speech(Locale.parse(language))


_ENGLISH = Speech(Locale.parse(ORIGINAL))
_now: ContextVar[Speech] = ContextVar("speech", default=_ENGLISH)


def speech() -> Speech:
    """What is spoken now; English where nobody asked."""
    return _now.get()


@contextmanager
def speaking(which: Speech) -> Iterator[None]:
    """Speak so within the block, whatever `speak` says in it."""
    before = _now.set(which)
    try:
        yield
    finally:
        _now.reset(before)


def speak(which: Speech) -> None:
    """Go on so, to the end of the block that is `speaking`."""
    _now.set(which)


# ---------------------------------------------------------------- words


def tongue(code: str) -> str:
    """What a language (ISO 639-1) is called; the code itself where nobody knows."""
    return str(speech().locale.languages.get(code, code))


def later(words: str) -> str:
    """The same words, marked for the catalogue: what is written down before anybody asks, and said with `gettext`."""
    return words


def gettext(words: str, **values: object) -> str:
    """`words` in the language spoken now, `%(names)s` in them filled in where there are `values`."""
    said = speech().words.gettext(words) if words else ""
    return said % values if values else said


def pgettext(context: str, words: str, **values: object) -> str:
    """The same for words that mean several things: `context` says which."""
    said = speech().words.pgettext(context, words) if words else ""
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The form for this `count`, which stands in it as `%(num)s`."""
    return form(one, many, count) % {"num": number(count), **values}


def form(one: str, many: str, count: int) -> str:
    """The form for this `count`, with nothing filled in: for templates, which do that themselves."""
    return speech().words.ngettext(one, many, count)


# ---------------------------------------------------------------- days, times and numbers


def day(date: datetime.date | str) -> str:
    """A day, given as such or as ISO 8601; as it stands where it is none."""
    if isinstance(date, str):
        try:
            date = datetime.date.fromisoformat(date)
        except ValueError:
            return str(date)
    return format_date(date, "medium", locale=speech().locale)


def short_day(date: datetime.date) -> str:
    """A day of this year, beside others: day and month in figures."""
    return format_skeleton("Md", datetime.datetime(date.year, date.month, date.day), locale=speech().locale)


def moment(iso: str | None) -> str:
    """A time, in UTC; the page's script shows it in the reader's own zone."""
    return _written(datetime.datetime.fromisoformat(iso.replace("Z", "+00:00"))) if iso else ""


def seconds(at: float | None) -> str:
    """A time given in seconds since the epoch, in UTC."""
    return _written(datetime.datetime.fromtimestamp(at, datetime.UTC)) if at else ""


def _written(at: datetime.datetime) -> str:
    locale = speech().locale
    pattern = str(locale.datetime_formats["medium"]).replace("'", "")
    time = format_time(at, "short", tzinfo=datetime.UTC, locale=locale)
    return pattern.replace("{0}", time).replace("{1}", format_date(at, "medium", locale=locale))


def weekdays() -> list[str]:
    """Monday to Sunday, in short."""
    named = get_day_names("abbreviated", "stand-alone", locale=speech().locale)
    return [str(named[place]).rstrip(".") for place in range(7)]


def number(value: float) -> str:
    """A number, with up to two places behind the point."""
    return format_decimal(value, "#,##0.##", locale=speech().locale)


def two_places(value: float) -> str:
    """A number with two places behind the point, always."""
    return format_decimal(value, "#,##0.00", locale=speech().locale)


def percent(share: float | None) -> str:
    """A share with up to one place behind the point; a dash where there is none."""
    if share is None:
        return "–"
    return format_percent(round(share, 3), locale=speech().locale, decimal_quantization=False)


def whole_percent(share: float) -> str:
    """A share without places behind the point."""
    return format_percent(share, locale=speech().locale)
