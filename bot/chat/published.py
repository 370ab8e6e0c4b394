"""What shoppers are told of the hours: the shop's own wording in English, and where a machine can read it, written in
each language; whether somebody is there now, when that changes next, and which of the next days are closed. Told with
the welcome, and anew whenever it changes while a chat is open (`Opening`)."""

from __future__ import annotations

import asyncio
import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.chat.closed_days import NEVER, ClosedDays
from bot.chat.hours import Hours, read_hours
from bot.chat.hours_written import locale_of, written_closures, written_hours

#: Days ahead from which closed ones are told.
_AHEAD = 7
#: Seconds between two looks at the clock.
_LOOK = 2.0


@dataclass(frozen=True)
class Published:
    """`text` is the shop's own wording, empty where no hours are published."""

    text: str = ""
    closed: ClosedDays = NEVER

    @functools.cached_property
    def hours(self) -> Hours | None:
        """The hours as a machine reads them; None where it cannot, or there are none."""
        return read_hours(self.text, self.closed)

    def written(self, tag: str | None) -> str:
        """The hours for a page or a chat of this language tag; the shop's own words in English, and wherever a machine
        cannot read them."""
        locale = locale_of(tag)
        return self.text if self.hours is None or locale.language == "en" else written_hours(self.hours, locale)

    def told(self, moment: datetime.datetime, tag: str | None) -> dict[str, str | bool | None] | None:
        """What the frames `welcome` and `hours` say, None where no hours are published: `text`; and where a machine can
        read it, `open`, when they are there `next` (ISO 8601; None while they are), when that `closes` (None where it
        does not), and `closed`: which of the next days are, by name (empty where none is)."""
        return _told(self, moment.replace(second=0, microsecond=0), tag) if self.text else None


@functools.lru_cache(maxsize=1000)
def _told(published: Published, minute: datetime.datetime, tag: str | None) -> dict[str, str | bool | None]:
    """The same for everybody within a minute: at an opening every open chat asks at once."""
    hours, text = published.hours, published.written(tag)
    if hours is None:
        return {"text": text}
    opening, closing = hours.next_opening(minute), hours.closing(minute)
    return {
        "text": text,
        "open": hours.open_at(minute),
        "next": opening.isoformat() if opening else None,
        "closes": closing.isoformat() if closing else None,
        "closed": _closed(hours, minute, opening, tag),
    }


def _closed(hours: Hours, moment: datetime.datetime, opening: datetime.datetime | None, tag: str | None) -> str:
    """The closed days of the next week, and until they open, on which somebody would else be there."""
    locale, days, today = locale_of(tag), {day for day, _, _ in hours.spans}, moment.astimezone(hours.zone).date()
    ahead = max(_AHEAD, (opening.date() - today).days if opening else 0)
    found = hours.closed.closures(today, ahead, locale.language)
    return written_closures((c for c in found if days & {d.weekday() for d in _dates(c.first, c.last)}), locale)


def _dates(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(n) for n in range((last - first).days + 1)]


class Wakeable(Protocol):
    """Whoever wakes the open chats."""

    def poke_all(self) -> None:
        """Wake every open chat of this process; each looks what it has not told yet."""
        ...


class Opening:
    """Wakes the open chats when the hours begin or end, and when a day does, by a clock on the wall in seconds since
    1970."""

    def __init__(self, chats: Wakeable, published: Published, clock: Callable[[], float]) -> None:
        self._chats, self._published, self._clock = chats, published, clock
        self._stood = self._stands()

    def _stands(self) -> tuple[bool, datetime.date] | None:
        hours = self._published.hours
        if hours is None:
            return None
        moment = datetime.datetime.fromtimestamp(self._clock(), hours.zone)
        return hours.open_at(moment), moment.date()

    def look(self) -> bool:
        """Whether something has changed since the last look, and everybody was woken."""
        stands = self._stands()
        changed, self._stood = stands != self._stood, stands
        if changed:
            self._chats.poke_all()
        return changed

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK)
            self.look()
