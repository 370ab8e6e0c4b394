"""Presence is a lease (R13): a person of the shop who is in a chat renews it, and when it runs out the bot is back and
says so.

The console's page renews it while it is open; writing and typing renew it too. A page that is merely open is not enough
for ever: where a shopper has waited for a word for `patience` seconds, the stay ends as well. Leases are rows, so that
every replica and a restarted server sees them; the end is a happening like any other, `AgentLeft(gone=…)`, which names
the stay that it ends: of several replicas one is first, and the others find it done.

Clocks may jump. So nothing ends at the first look: what is overdue must be so, unrenewed, for `grace` seconds more of a
clock that only ticks. After a jump, or after a server was away, whoever is there renews within that time. The bound on
any shopper's wait for a reply beside a person is therefore `lease` or `patience`, and `grace` and two rounds.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.chat.conversation import Conversation, Erased
from bot.chat.hub import Hub
from bot.store.database import Unavailable
from bot.store.presence import Overdue, overdue, renew, settle
from bot.telemetry.metrics import GONE
from dialogue import events
from dialogue.states import Phase

log = logging.getLogger("askonce.presence")


@dataclass(frozen=True)
class Clocks:
    """`wall` is the time of day in seconds since the epoch, which may jump; `ticking` only ever goes on."""

    wall: Callable[[], float] = time.time
    ticking: Callable[[], float] = time.monotonic


class Presences:
    """Keeps and ends the stays of people of the shop. `lease` and `patience` in seconds."""

    def __init__(self, hub: Hub, *, lease: float, patience: float, clocks: Clocks = Clocks()) -> None:
        self._hub, self.lease, self.patience, self._clocks = hub, lease, patience, clocks
        self.grace, self.every = lease / 4, min(5.0, lease / 8)
        #: Seconds after which a page renews: several times within a lease, and within the grace.
        self.beat = lease / 6
        self._seen: dict[Overdue, float] = {}

    async def renew(self, chat: Conversation, *, active: bool = False) -> bool:
        """Whoever is in `chat` is there still; `active`: and does something. False where nobody is. Raises
        `Unavailable`."""
        if chat.state.phase is not Phase.ATTENDED:
            return False
        now = self._clocks.wall()
        renewing = functools.partial(
            renew, chat=chat.id, stay=chat.state.presence, now=now, until=now + self.lease, active=active
        )
        return await self._hub.shop.store.transact(renewing)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.every)
            with contextlib.suppress(Unavailable):
                await self.look()

    async def look(self) -> int:
        """End the stays that have been overdue for long enough; how many that were. Raises `Unavailable`."""
        now = self._clocks.ticking()
        looking = functools.partial(overdue, now=self._clocks.wall(), lease=self.lease, patience=self.patience)
        found = await self._hub.shop.store.look(looking)
        self._seen = {stay: self._seen.get(stay, now) for stay in found}
        ended = 0
        for stay in [stay for stay, since in self._seen.items() if now - since >= self.grace]:
            ended += await self._end(stay)
            self._seen.pop(stay, None)
        return ended

    async def _end(self, stay: Overdue) -> bool:
        chat = await self._hub.conversation(stay.conversation)
        ended = False
        if chat is not None:
            try:
                await chat.refresh()
                was = chat.seq
                await chat.tell(events.AgentLeft(gone=stay.stay))
                ended = chat.seq != was
            except Erased:
                chat = None
        instead = chat.state.presence if chat is not None and chat.state.phase is Phase.ATTENDED else None
        settling = functools.partial(
            settle, chat=stay.conversation, stay=stay.stay, instead=instead, until=self._clocks.wall() + self.lease
        )
        await self._hub.shop.store.transact(settling)
        self._hub.let_go(stay.conversation)
        if ended:
            GONE.labels("silent" if stay.silent else "away").inc()
            log.info("a person of the shop is gone, the bot is back", extra={"conversation": stay.conversation})
        return ended
