"""The days on which nobody of the shop is there, whatever its published hours say: public holidays where it is
(`ASKONCE_COUNTRY`), which the `holidays` package knows, and dates of its own (`ASKONCE_CLOSED`). Whole days in the
shop's time zone; what is written of them is `bot.chat.published`'s matter.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

#: Days that are looked ahead at most: a shop that is closed for longer says so in other ways.
YEAR = 366


@dataclass(frozen=True)
class Closure:
    """Days in a row, the last one included, that are closed for one reason: a holiday's name, or empty where the shop
    itself has closed."""

    first: datetime.date
    last: datetime.date
    name: str = ""


@dataclass(frozen=True)
class ClosedDays:
    """`country`: ISO 3166-1 with or without a subdivision (`DE`, `DE-BY`), empty for no holidays; `own`: pairs of first
    and last date."""

    country: str = ""
    own: tuple[tuple[datetime.date, datetime.date], ...] = ()

    def on(self, day: datetime.date) -> bool:
        """Whether `day` is closed."""
        return any(first <= day <= last for first, last in self.own) or bool(self.name(day))

    def name(self, day: datetime.date, language: str = "en") -> str:
        """The holiday on `day`, in a language where it is known in it, else in English, else as the country says it;
        empty where there is none."""
        return _calendar(self.country, language).get(day) or "" if self.country else ""

    def closures(self, first: datetime.date, days: int, language: str = "en") -> Iterator[Closure]:
        """What is closed and begins within so many days from `first` on, in order, each to its end."""
        day, end = first, first + datetime.timedelta(days)
        while day < end:
            name, begin = self.name(day, language), day
            while self.on(day) and self.name(day, language) == name and (day - begin).days < YEAR:
                day += datetime.timedelta(1)
            if day > begin:
                yield Closure(begin, day - datetime.timedelta(1), name)
            else:
                day += datetime.timedelta(1)


#: No day is closed.
NEVER = ClosedDays()


@functools.lru_cache(maxsize=64)
def _calendar(country: str, language: str) -> HolidayBase:
    """The public holidays of a country, or of a part of it, with names in a language."""
    import holidays  # takes a tenth of a second, and many shops name no country

    code, _, part = country.partition("-")
    known = holidays.country_holidays(code, subdiv=part or None)
    spoken = {tag.partition("_")[0]: tag for tag in reversed(known.supported_languages)}
    named = spoken.get(language) or spoken.get("en") or known.default_language
    return holidays.country_holidays(code, subdiv=part or None, language=named)
