"""The shop's published hours of live agents (`ASKONCE_HOURS`), where they are written so that a machine can read them
too, as people write them: `Mon-Fri 09:00-17:00, Sat 10:00-14:00 Europe/Berlin`; days in lists (`Mon, Wed & Fri 9-17`),
several spans a day (`Mon-Fri 09:00-12:00, 13:00-17:00`), `9am - 5:30pm`, past midnight (`Fri 22:00-02:00`), `24/7`,
`daily 8-20`, and days on which nobody is there (`Mon-Sat 9-17, Wed closed`). Any other wording is shown to people as it
is and means nothing here. How the hours are written in other languages: `bot.chat.hours_written`."""

from __future__ import annotations

import datetime
import itertools
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

from bot.chat.closed_days import NEVER, YEAR, ClosedDays

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = tuple(range(7))
_MIDNIGHT = 24 * 60
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\.?"
_TIME = r"(?P<{0}h>\d{{1,2}})(?:[:.](?P<{0}m>\d{{2}}))?\s*(?P<{0}half>[ap]\.?m\.?)?"
_TO = r"\s*(?:-|–|—|to|until|till)\s*"
#: What hours are written in, one after the other.
_TOKEN = re.compile(
    rf"(?P<always>24\s*/\s*7|around the clock)|(?P<all_day>24\s*h(?:ours|rs)?\b)|(?P<closed>closed\b)"
    rf"|(?P<daily>daily\b|every\s?day\b)|(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?(?![^\W\d_])"
    rf"|{_TIME.format('from')}{_TO}{_TIME.format('to')}(?![\w:])|(?P<between>[\s,;/&+]+|and\b|from\b|:(?=\s))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hours:
    """`spans` are (weekday from 0 for Monday, first minute of the day, minute after the last) in `zone`; what goes on
    past midnight is two of them. `zone_told`: the shop has named the zone. On `closed` days there are no hours."""

    spans: tuple[tuple[int, int, int], ...]
    zone: zoneinfo.ZoneInfo
    zone_told: bool = False
    closed: ClosedDays = NEVER

    def open_at(self, moment: datetime.datetime) -> bool:
        """True where a live agent is to be expected at `moment` (which knows its zone)."""
        return self._span_at(moment.astimezone(self.zone)) is not None

    def _span_at(self, local: datetime.datetime) -> tuple[int, int, int] | None:
        minute = local.hour * 60 + local.minute
        here = (span for span in self.spans if span[0] == local.weekday() and span[1] <= minute < span[2])
        span = max(here, key=lambda span: span[2], default=None)
        return None if span is None or self.closed.on(local.date()) else span

    def closing(self, moment: datetime.datetime) -> datetime.datetime | None:
        """When they close next, in their own zone; None where they are closed at `moment`, or do not close within a
        year."""
        local = moment.astimezone(self.zone)
        span = self._span_at(local)
        for _ in range(YEAR):
            if span is None:
                return None
            local = _at(local.date(), span[2], self.zone)
            span, closes = self._span_at(local), local
            if span is None:
                return closes
        return None

    def next_opening(self, moment: datetime.datetime) -> datetime.datetime | None:
        """When they open next after `moment`, in their own zone; None where they are open now, or will not be for a
        year."""
        if self.open_at(moment):
            return None
        local = moment.astimezone(self.zone)
        for ahead in range(YEAR):
            date = (local + datetime.timedelta(days=ahead)).date()
            if self.closed.on(date):
                continue
            for day, first, _ in sorted(self.spans):
                if day == date.weekday() and (opening := _at(date, first, self.zone)) > local:
                    return opening
        return None


def _at(date: datetime.date, minute: int, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """A minute of a day, which may be the first one of the next."""
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=zone)
    return midnight + datetime.timedelta(minutes=minute)  # by the clock on the wall


def read_hours(text: str, closed: ClosedDays = NEVER) -> Hours | None:
    """The hours in `text`, None where it is not written in the form above."""
    zone, told = zoneinfo.ZoneInfo("UTC"), False
    if found := re.search(r"\s\(?([A-Z][A-Za-z_]+(?:/[A-Za-z_/+-]+)?)\)?$", text):
        if re.fullmatch(f"{_DAY}|closed", found[1], re.IGNORECASE) is None:
            try:
                zone, told = zoneinfo.ZoneInfo(found[1]), True
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                return None
            text = text[: found.start()]
    try:
        week = _week(text.strip())
    except ValueError:
        return None
    spans = tuple(span for day in _EVERY for span in week[day])
    return Hours(spans, zone, told, closed) if spans else None


def _week(text: str) -> dict[int, list[tuple[int, int, int]]]:
    """The spans of each day on which one begins. Raises `ValueError` for what is not written as hours are."""
    week: dict[int, list[tuple[int, int, int]]] = {day: [] for day in _EVERY}
    days: list[int] = []  # that the next hours are of
    told = True  # whether anything was said of them
    for token in _tokens(text):
        if token["first"] or token["daily"]:
            days = list(_days(token)) if told else [*days, *_days(token)]
            told = False
            continue
        if token["always"] and not days:
            days = list(_EVERY)
        if not days or (told and token["closed"]):
            raise ValueError(text)
        begin, end = (0, _MIDNIGHT) if token["always"] or token["all_day"] else _span(token)
        for day in days:
            week[day] = [] if token["closed"] else [*week[day], (day, begin, end)]
        told = True
    if not told:
        raise ValueError(text)
    return _past_midnight(week)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or token.end() == at:
            raise ValueError(text)
        at = token.end()
        if token["between"] is None:
            yield token


def _days(token: re.Match[str]) -> Iterator[int]:
    if token["daily"]:
        yield from _EVERY
        return
    first = _day(token["first"])
    last = _day(token["last"]) if token["last"] else first
    yield from ((first + n) % 7 for n in range((last - first) % 7 + 1))


def _day(word: str) -> int:
    return _DAYS.index(word[:3].lower())


def _span(token: re.Match[str]) -> tuple[int, int]:
    """First minute and minute after the last; none of a day that is closed."""
    if token["closed"]:
        return 0, 0
    end_half = token["tohalf"]
    begin = _minute(token["fromh"], token["fromm"], token["fromhalf"] or (end_half if _morning(token) else None))
    end = _minute(token["toh"], token["tom"], end_half)
    bare = not any(token[name] for name in ("fromm", "tom", "fromhalf", "tohalf"))
    if begin == end or begin >= _MIDNIGHT or (bare and end < begin):
        raise ValueError(token.group())  # "9 to 5" may be until the evening or until the morning
    return begin, end


def _morning(token: re.Match[str]) -> bool:
    """Whether "2-6pm" begins in the afternoon: where the first hour is before the second."""
    return int(token["fromh"]) % 12 < int(token["toh"]) % 12


def _minute(hour: str, minute: str | None, half: str | None) -> int:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if minutes > 59 or hours * 60 + minutes > _MIDNIGHT:
        raise ValueError(hour)
    return hours * 60 + minutes


def _past_midnight(week: dict[int, list[tuple[int, int, int]]]) -> dict[int, list[tuple[int, int, int]]]:
    """The same week, what goes on past midnight in two."""
    parted: dict[int, list[tuple[int, int, int]]] = {day: [] for day in _EVERY}
    for day, begin, end in itertools.chain.from_iterable(week.values()):
        if begin < end:
            parted[day].append((day, begin, end))
            continue
        parted[day].append((day, begin, _MIDNIGHT))
        if end:
            parted[(day + 1) % 7].append(((day + 1) % 7, 0, end))
    return parted
