"""When to try again: a pure function of the failure, the number of attempts and the time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, Rejected

FIRST, CEILING = 1.0, 300.0


@dataclass(frozen=True)
class RetryAt:
    """Try again at `when`, seconds since the epoch."""

    when: float


@dataclass(frozen=True)
class GiveUp:
    """Trying again changes nothing until an operator mends something; the ticket stays saved (R13)."""


def next_step(error: HelpdeskError, *, attempts: int, now: float, key: str) -> RetryAt | GiveUp:
    """Doubling waits from a second to five minutes, spread by up to a quarter so that a backlog does not return in step;
    the helpdesk's own `retry_after` outranks them. `attempts` counts the failed one."""
    if isinstance(error, Rejected):
        return GiveUp()
    if isinstance(error, Busy) and error.retry_after is not None:
        return RetryAt(now + max(0.0, error.retry_after))
    wait = min(CEILING, FIRST * 2.0 ** min(attempts - 1, 16))
    spread = hashlib.sha256(f"{key}:{attempts}".encode()).digest()[0] / 255 / 4
    return RetryAt(now + wait * (1 + spread))
