"""When to try again: pure functions of the failure, the number of attempts and the time.

The waits are stored with the ticket (`due_at`), not slept through: a restart forgets none, and no task waits for hours.
That is why no retry library sits here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, NotSignedIn, Rejected

#: The longest wait in seconds, whatever a helpdesk asks for: after half an hour it is asked again. A ticket that is due
#: later than this can only mean that the clock was set back (`outbox.claim`).
LONGEST = 1800.0


@dataclass(frozen=True)
class RetryPolicy:
    """Waits of `first` seconds, multiplied by `factor` up to `ceiling`, each lengthened by a share of up to `spread`,
    so that a backlog does not return in step. After `threshold` failures in a row the circuit opens: one ticket at a
    time probes the helpdesk, at waits that grow by the same factor up to `probe_ceiling`. A key that is not to be seen
    in a ticket just made is read again after each of `read_again` seconds, before it is believed."""

    first: float = 1.0
    factor: float = 2.0
    ceiling: float = 300.0
    spread: float = 0.25
    threshold: int = 3
    probe_ceiling: float = 60.0
    read_again: tuple[float, ...] = (1.0, 4.0)


@dataclass(frozen=True)
class RetryAt:
    """Try again at `when`, seconds since the epoch."""

    when: float


@dataclass(frozen=True)
class GiveUp:
    """Trying again changes nothing until an operator mends something; the ticket stays saved (R13)."""


def next_step(policy: RetryPolicy, error: HelpdeskError, *, attempts: int, now: float, key: str) -> RetryAt | GiveUp:
    """What follows the failed attempt number `attempts`; the helpdesk's own `retry_after` outranks the policy's
    wait."""
    if isinstance(error, Rejected):
        return GiveUp()
    if isinstance(error, Busy) and error.retry_after is not None:
        return RetryAt(now + min(LONGEST, max(0.0, error.retry_after)))
    wait = min(policy.ceiling, policy.first * policy.factor ** min(attempts - 1, 40))
    share = hashlib.sha256(f"{key}:{attempts}".encode()).digest()[0] / 255 * policy.spread
    return RetryAt(now + wait * (1 + share))


@dataclass(frozen=True)
class Circuit:
    """Whether the helpdesk is tried at all: `failures` in a row, and when open, not before `until` (seconds since the
    epoch). Every change gives a new value."""

    policy: RetryPolicy = RetryPolicy()
    failures: int = 0
    until: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.failures >= self.policy.threshold

    def room(self, *, now: float, under_way: int, most: int) -> int:
        """How many tickets may be sent now: `most` at once in all; while open one, and that one not before its time."""
        if now < self.until:
            return 0
        return max(0, (1 if self.is_open else most) - under_way)

    def failed(self, error: HelpdeskError, *, now: float) -> Circuit:
        """After a failure. A refusal is an answer: it closes the circuit. `Retry-After` holds for all tickets. One
        word that this replica is not let in opens the circuit: every other ticket would hear the same."""
        if isinstance(error, Rejected):
            return self.succeeded()
        failures = self.failures + 1
        if isinstance(error, NotSignedIn):
            failures = max(failures, self.policy.threshold)
        until = self.until
        if failures >= self.policy.threshold:
            wait = self.policy.first * self.policy.factor ** min(failures - self.policy.threshold, 40)
            until = max(until, now + min(self.policy.probe_ceiling, wait))
        if isinstance(error, Busy) and error.retry_after:
            until = max(until, now + min(LONGEST, error.retry_after))
        return replace(self, failures=failures, until=until)

    def succeeded(self) -> Circuit:
        """After any answer that was not the helpdesk's own trouble."""
        return Circuit(self.policy)
