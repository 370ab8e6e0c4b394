"""Rate limits and addresses: they never hinder a person, see the protocol's defaults. The limiter is aiolimiter's.

Whoever has one address of IPv6 has at least 2^64 of them (RFC 6177), so all of a /64 count as one. Behind one address
of IPv4 may sit a whole school: `docs/operating.md` says what to set then.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from aiolimiter import AsyncLimiter
from starlette.requests import HTTPConnection

from bot.settings import Settings

#: Addresses that are remembered; over that, those that have nothing open and nothing counted are forgotten.
_MOST = 20_000
#: Letters that count as one message to an address's limit: understanding takes the longer the more there are.
_LETTERS = 250


class Address:
    """What one address has open, and how much it has lately asked for."""

    def __init__(self, rate: float, beginnings: int = 1000, beginnings_rate: float = 5.0) -> None:
        self.open = 0
        self.messages = AsyncLimiter(max(1.0, rate), 1.0)
        self.beginnings = AsyncLimiter(beginnings, beginnings / beginnings_rate)

    @property
    def idle(self) -> bool:
        """Nothing open, and nothing counted that would be forgiven by forgetting it."""
        return self.open == 0 and all(limit.has_capacity(limit.max_rate) for limit in (self.messages, self.beginnings))

    async def count_message(self, length: int, pace: AsyncLimiter) -> bool:
        """Whether a message of `length` letters may be taken now, by the address's limit and its chat's own `pace`;
        counted where it may. A long one counts as several, and as no more than an address may send at once."""
        weight = min(1 + length // _LETTERS, int(self.messages.max_rate))
        if not self.messages.has_capacity(weight) or not await count_one(pace):
            return False
        await self.messages.acquire(weight)
        return True


class Limits:
    """Open chats and message rates, by conversation and by address."""

    def __init__(self, settings: Settings, *, most: int = _MOST) -> None:
        self._settings, self._most = settings, most
        self._addresses: dict[str, Address] = {}

    def enter(self, address: str) -> Address | None:
        """Count one more open chat of an address; None where it has too many."""
        given, party = self._settings, party_of(address)
        found = self._addresses.get(party)
        if found is None:
            if len(self._addresses) >= self._most:
                self._addresses = {key: known for key, known in self._addresses.items() if not known.idle}
            beginnings = given.limit_address_beginnings, given.limit_address_beginnings_rate
            found = self._addresses[party] = Address(given.limit_address_rate, *beginnings)
        if found.open >= self._settings.limit_address_chats:
            return None
        found.open += 1
        return found

    def leave(self, address: str) -> None:
        """Count one less. What it has asked for stays counted: else whoever leaves and comes back would have a fresh
        account."""
        found = self._addresses.get(party_of(address))
        if found is not None:
            found.open = max(0, found.open - 1)

    def conversation(self) -> AsyncLimiter:
        """A limiter for one connection: a burst, then a steady rate."""
        return AsyncLimiter(self._settings.limit_burst, self._settings.limit_burst / self._settings.limit_rate)


class Door:
    """`most` requests a minute from one address, an IPv6 /64 as one; counted in memory, by each process for itself. Of
    `remembered` addresses it keeps those of which something is counted."""

    def __init__(self, most: int, trusted: Sequence[str], *, remembered: int = _MOST) -> None:
        self._most, self._trusted, self._remembered = most, trusted, remembered
        self._parties: dict[str, AsyncLimiter] = {}

    async def admits(self, request: HTTPConnection) -> bool:
        """Whether this request may come in; counted where it may. Never waits."""
        peer = request.client.host if request.client else ""
        party = party_of(real_address(peer, request.headers, self._trusted))
        if len(self._parties) >= self._remembered and party not in self._parties:
            self._parties = {known: one for known, one in self._parties.items() if not one.has_capacity(self._most)}
        return await count_one(self._parties.setdefault(party, AsyncLimiter(self._most, 60)))


async def count_one(*limiters: AsyncLimiter) -> bool:
    """True, and counted, where every limiter has room; never waits."""
    if not all(limiter.has_capacity() for limiter in limiters):
        return False
    for limiter in limiters:
        await limiter.acquire()
    return True


def party_of(address: str) -> str:
    """Whom an address stands for: an IPv6 /64 as a whole, an IPv4 address written as IPv6 (::ffff:192.0.2.1) as
    itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


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
    """Whether `address` is one of `trusted`, or in a network of them; a name is trusted by itself alone."""
    for entry in trusted:
        try:
            if ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            if address == entry:
                return True
    return False
