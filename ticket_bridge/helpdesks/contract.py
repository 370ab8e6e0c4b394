"""What every helpdesk offers the courier, and the three ways in which it can fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class HelpdeskError(Exception):
    """A failed call. The message is for an operator: no shopper's words, no address, no secret."""


class Unreachable(HelpdeskError):
    """No word, or a word of the helpdesk's own trouble. `maybe_created`: the request may have got through, so look
    before creating again."""

    def __init__(self, message: str, *, maybe_created: bool) -> None:
        super().__init__(message)
        self.maybe_created = maybe_created


class Busy(HelpdeskError):
    """Asked to come back later. `retry_after` in seconds, None where the helpdesk did not say. `maybe_created` as in
    `Unreachable`: a 503 may come from a proxy that lost the helpdesk's own answer, a 429 never does."""

    def __init__(self, message: str, *, retry_after: float | None, maybe_created: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.maybe_created = maybe_created


class Rejected(HelpdeskError):
    """Refused for good: the same request will be refused again until an operator mends something."""


class Helpdesk(Protocol):
    """`create` files a payload under our key and returns the helpdesk's own id; `find` looks a key up and returns that id
    or None; `health` raises `HelpdeskError` where it cannot be used.

    `settle`, in seconds: how long a ticket may exist, or still be on its way, before `find` shows it. After an attempt with
    an unknown end the courier looks twice, so far apart, before it creates again; 0 where the helpdesk itself makes one
    ticket of two calls with one key. `required_fields`: what it needs beside name, email and reason (R1)."""

    name: str
    settle: float
    required_fields: tuple[str, ...]

    async def create(self, payload: Mapping[str, Any], *, key: str) -> str: ...

    async def find(self, key: str) -> str | None: ...

    async def health(self) -> None: ...

    async def close(self) -> None: ...
