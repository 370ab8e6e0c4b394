"""The built-in desk: tickets in the bot's own database, so that a shop without a helpdesk loses nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Table, insert, select
from sqlalchemy.engine import Connection

from ticket_bridge.helpdesks.contract import RequiredField, Step, Unreachable

Transact = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


class Desk:
    name = "desk"
    settle = 0.0
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, transact: Transact, table: Table, *, clock: Callable[[], str]) -> None:
        self._transact, self._table, self._clock = transact, table, clock

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """The key is unique in the table, so a second `create` finds the first ticket instead of making another."""
        row = {
            "key": key, "reference": payload["envelope"]["reference"], "payload": orjson.dumps(dict(payload)).decode(),
            "status": "open", "created_at": self._clock(),
        }  # fmt: skip

        def job(connection: Connection) -> str:
            found = self._look(connection, key)
            if found is None:
                found = connection.execute(insert(self._table).values(**row).returning(self._table.c.id)).scalar_one()
            return str(found)

        return str(await self._transact(job))

    def _look(self, connection: Connection, key: str) -> int | None:
        found: int | None = connection.scalar(select(self._table.c.id).where(self._table.c.key == key))
        return found

    async def find(self, key: str) -> str | None:
        found = await self._transact(lambda connection: self._look(connection, key))
        return None if found is None else str(found)

    async def carries(self, id: str, key: str) -> bool | None:
        """The key is a column of its own, unique in the table: nothing to prove."""
        return None

    async def withdraw(self, id: str) -> str:
        raise Unreachable("the desk takes no trial: its key is proven by the database", maybe_created=False)

    async def health(self) -> None:
        """The desk is as well as the database is, and `/readyz` asks that itself."""

    def steps(self) -> Sequence[Step]:
        """One: the database answers."""
        return (Step("the database answers", self._ping, "check ASKONCE_DATABASE_URL"),)

    async def _ping(self) -> None:
        try:
            await self.find("askonce-check")
        except Exception as error:
            raise Unreachable(f"the database does not answer ({type(error).__name__})", maybe_created=False) from error

    async def close(self) -> None:
        """Nothing to close: the database is the bot's."""
