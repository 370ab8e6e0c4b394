"""How often one address may search and say what it thinks; counted in memory, by each process for itself."""

from __future__ import annotations

from aiolimiter import AsyncLimiter
from starlette.requests import Request

from bot.chat.limits import count_one, party_of, real_address

#: Addresses that are remembered; over that, all are forgotten.
_MOST = 10_000


class Door:
    """`most` a minute from one address; an IPv6 /64 is one."""

    def __init__(self, most: int, trusted: tuple[str, ...]) -> None:
        self._most, self._trusted = most, trusted
        self._parties: dict[str, AsyncLimiter] = {}

    async def admits(self, request: Request) -> bool:
        """Whether this request may come in, and counted where it may. Never waits."""
        peer = request.client.host if request.client else ""
        party = party_of(real_address(peer, request.headers, self._trusted))
        if len(self._parties) >= _MOST and party not in self._parties:
            self._parties.clear()
        return await count_one(self._parties.setdefault(party, AsyncLimiter(self._most, 60)))
