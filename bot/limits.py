"""Rate limits and addresses: they never hinder a person, see the protocol's defaults. The limiter is aiolimiter's."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from aiolimiter import AsyncLimiter

from bot.settings import Settings

#: Letters that count as one message to an address's limit: understanding takes the longer the more there are.
_LETTERS = 250


class Address:
    """What one address has open."""

    def __init__(self, rate: float) -> None:
        self.open = 0
        self.messages = AsyncLimiter(max(1.0, rate), 1.0)

    async def admit(self, length: int, pace: AsyncLimiter) -> bool:
        """Whether a message of `length` letters may be taken now, by the address's limit and its chat's own `pace`; counted
        where it may. A long one counts as several, and as no more than an address may send at once."""
        weight = min(1 + length // _LETTERS, int(self.messages.max_rate))
        if not self.messages.has_capacity(weight) or not await admit(pace):
            return False
        await self.messages.acquire(weight)
        return True


class Limits:
    """Open chats and message rates, by conversation and by address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._addresses: dict[str, Address] = {}

    def enter(self, address: str) -> Address | None:
        """Count one more open chat of an address; None where it has too many."""
        found = self._addresses.setdefault(address, Address(self._settings.limit_address_rate))
        if found.open >= self._settings.limit_address_chats:
            return None
        found.open += 1
        return found

    def leave(self, address: str) -> None:
        """Count one less."""
        found = self._addresses.get(address)
        if found is None:
            return
        found.open -= 1
        if found.open <= 0:
            del self._addresses[address]

    def conversation(self) -> AsyncLimiter:
        """A limiter for one connection: a burst, then a steady rate."""
        return AsyncLimiter(self._settings.limit_burst, self._settings.limit_burst / self._settings.limit_rate)


async def admit(*limiters: AsyncLimiter) -> bool:
    """True, and counted, where every limiter has room; never waits."""
    if not all(limiter.has_capacity() for limiter in limiters):
        return False
    for limiter in limiters:
        await limiter.acquire()
    return True


def real_address(peer: str, headers: Mapping[str, str], trusted: Sequence[str]) -> str:
    """The client's address: the last one in `X-Forwarded-For` that is no trusted proxy, where the peer is one."""
    if not is_trusted(peer, trusted):
        return peer
    hops = [h.strip() for h in headers.get("x-forwarded-for", "").split(",") if h.strip()]
    for hop in reversed(hops):
        if not is_trusted(hop, trusted):
            return hop
    return hops[0] if hops else peer


def is_trusted(address: str, trusted: Sequence[str]) -> bool:
    for entry in trusted:
        try:
            if ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            if address == entry:
                return True
    return False
