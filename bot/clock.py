"""The time, as the store and the protocol write it."""

from __future__ import annotations

import datetime


def now_text() -> str:
    """The time as ISO 8601 UTC, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
