"""Addresses of a ticket's files that a helpdesk may hold: signed, and worth nothing after a while."""

from __future__ import annotations

import hashlib
import hmac
import re

_DAY = 86_400
_WHERE = re.compile(r"(AO-[0-9A-Z]{4,16}-\d{1,6})\.(\d{1,12})\.([0-9a-f]{40})")


class Signing:
    """`key` is the bot's own; `base` the public address, without which there are no such addresses; `days` they hold
    for."""

    def __init__(self, key: bytes, base: str, days: int) -> None:
        self._key, self._base, self._days = key, base, days

    def address(self, reference: str, now: float) -> str | None:
        """Where the files of a ticket are from `now` (seconds since the epoch) on."""
        if not self._base:
            return None
        until = int(now) // _DAY * _DAY + (self._days + 1) * _DAY  # whole days: the same ticket, the same address
        return f"{self._base}/evidence/{reference}.{until}.{self._mark(reference, until)}"

    def opened(self, where: str, now: float) -> str | None:
        """The ticket whose address ends in `where`; None where it was not made here, or is over."""
        found = _WHERE.fullmatch(where)
        if found is None or int(found[2]) < now:
            return None
        return found[1] if hmac.compare_digest(found[3], self._mark(found[1], int(found[2]))) else None

    def _mark(self, reference: str, until: int) -> str:
        return hmac.new(self._key, f"evidence:{reference}:{until}".encode(), hashlib.sha256).hexdigest()[:40]
