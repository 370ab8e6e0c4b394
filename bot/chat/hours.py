"""The shop's published hours of live agents (`ASKONCE_HOURS`), where they are written so that a machine can read them
too: `Mon-Fri 09:00-17:00, Sat 10:00-14:00 Europe/Berlin`. Hours that end before they begin go on past midnight (`Fri
18:00-02:00`). Any other wording is shown to people as it is and means nothing here."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from dataclasses import dataclass
from typing import Any

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(\w+)(?:\s*[-–]\s*(\w+))?\s+(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Hours:
    """`spans` are (weekday from 0 for Monday, first minute of the day, minute after the last) in `zone`; what goes on
    past midnight is two of them."""

    spans: tuple[tuple[int, int, int], ...]
    zone: zoneinfo.ZoneInfo

    def open_at(self, moment: datetime.datetime) -> bool:
        """True where a live agent is to be expected at `moment` (which knows its zone)."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(day == local.weekday() and first <= minute < end for day, first, end in self.spans)

    def next_opening(self, moment: datetime.datetime) -> datetime.datetime | None:
        """When they open next after `moment`, in their own zone; None where they are open now."""
        if self.open_at(moment):
            return None
        local = moment.astimezone(self.zone)
        for ahead in range(8):
            date = (local + datetime.timedelta(days=ahead)).date()
            for day, first, _ in sorted(self.spans):
                opening = datetime.datetime(date.year, date.month, date.day, first // 60, first % 60, tzinfo=self.zone)
                if day == date.weekday() and opening > local:
                    return opening
        return None


def read_hours(text: str) -> Hours | None:
    """The hours in `text`, None where it is not written in the form above."""
    *parts, last = [p.strip() for p in text.split(",")]
    zone = zoneinfo.ZoneInfo("UTC")
    if found := re.search(r"\s([A-Z][A-Za-z_]+(?:/[A-Za-z_/+-]+)?)$", last):
        try:
            zone = zoneinfo.ZoneInfo(found[1])
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return None
        last = last[: found.start()]
    spans: list[tuple[int, int, int]] = []
    for part in (*parts, last):
        match = _PART.fullmatch(part.strip())
        if match is None:
            return None
        first, final = (_day(match[1]), _day(match[2] or match[1]))
        begin, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
        if first is None or final is None or begin == end or begin >= 24 * 60 or end > 24 * 60:
            return None
        for day in ((first + n) % 7 for n in range((final - first) % 7 + 1)):
            if begin < end:
                spans.append((day, begin, end))
            else:
                spans += [(day, begin, 24 * 60)] + ([((day + 1) % 7, 0, end)] if end else [])
    return Hours(tuple(spans), zone)


def service_hours(text: str, now: datetime.datetime) -> dict[str, Any]:
    """What the `welcome` frame says of the published hours: nothing where none are published; their wording; and where
    a machine can read them, whether somebody is there `now` and when they are next (ISO 8601)."""
    if not text:
        return {}
    hours = read_hours(text)
    if hours is None:
        return {"hours": {"text": text}}
    opening = hours.next_opening(now)
    return {"hours": {"text": text, "open": opening is None, "next": opening.isoformat() if opening else None}}


def _day(word: str) -> int | None:
    return _DAYS.index(word[:3].lower()) if word[:3].lower() in _DAYS else None
