"""The time. Here alone a clock on the wall is read, and times are written as the store and the protocol have them: ISO
8601 in UTC, to the millisecond, ending in Z, so that later times are also later as text. `tests/bot/test_clock.py`
holds that nobody else does either.

What only measures how long something takes reads `time.monotonic`, and is nobody's concern but its own.
"""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    """The time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def now_text() -> str:
    """The time as text."""
    return as_text(now())


def today() -> datetime.date:
    """The day it is in UTC."""
    return now().date()


def as_text(moment: datetime.datetime) -> str:
    """A moment, with its zone, as text."""
    moment = moment.astimezone(datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_before(at: str, seconds: float) -> str:
    """The time `seconds` before `at`, both as text."""
    moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    return as_text(moment - datetime.timedelta(seconds=seconds))


def horizon(days: int, at: datetime.datetime | None = None) -> str:
    """The time `days` before `at` (now where it is not given), as text: what nothing was added to since is older."""
    return as_text((at or now()) - datetime.timedelta(days=days))


def iso_of(at: float) -> str:
    """Seconds since 1970 as ISO 8601 to the second, as pages for machines and browsers have it."""
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
