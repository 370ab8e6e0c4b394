"""Work that one process does for all that share a database: held by a lease that its holder renews, taken over when it
ends."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from sqlalchemy import insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.store.constraints import broken
from bot.store.database import Store
from bot.store.tables import lease

#: What keeps the conversations' summaries; every bot wants it, so while one is at work it is held.
ARCHIVIST = "archivist"


def take(connection: Connection, *, name: str, owner: str, now: float, seconds: float) -> bool:
    """Hold the lease `name` until `now + seconds`; False where another holds it. One that ends later than any could
    (the clock was set back) is taken too."""
    free = or_(lease.c.owner == owner, lease.c.until < now, lease.c.until > now + 2 * seconds)
    held = connection.execute(update(lease).where(lease.c.name == name, free).values(owner=owner, until=now + seconds))
    if held.rowcount:
        return True
    try:
        with connection.begin_nested():
            connection.execute(insert(lease).values(name=name, owner=owner, until=now + seconds))
        return True
    except IntegrityError as error:
        if broken(error) != "lease(name)":
            raise
        return False


class Lease:
    """One process's hold on a piece of work; asked before each stretch of it, it goes to the database only now and
    then."""

    def __init__(
        self, store: Store, name: str, owner: str, *, seconds: float = 15.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._name, self._owner, self._seconds, self._clock = store, name, owner, seconds, clock
        self._asked, self._mine = -seconds, False

    async def held(self) -> bool:
        """Whether the work is this process's now. Raises `bot.store.database.Unavailable`."""
        if time.monotonic() - self._asked > self._seconds / 3:
            taking = functools.partial(
                take, name=self._name, owner=self._owner, now=self._clock(), seconds=self._seconds
            )
            self._mine = await self._store.transact(taking)
            self._asked = time.monotonic()
        return self._mine

    async def release(self) -> None:
        """Let go, so that another may begin at once. Raises `bot.store.database.Unavailable`."""
        mine = lease.c.name == self._name, lease.c.owner == self._owner
        await self._store.transact(
            lambda connection: connection.execute(update(lease).where(*mine).values(until=0.0)) and None
        )
        self._asked, self._mine = -self._seconds, False


async def holder(store: Store, name: str, now: float) -> tuple[str, float] | None:
    """Who holds the lease `name`, and until when; None where nobody does. Raises `bot.store.database.Unavailable`."""
    async with store.read() as connection:
        found = (await connection.execute(select(lease).where(lease.c.name == name, lease.c.until > now))).one_or_none()
        return (found.owner, found.until) if found else None
