"""The built-in desk: tickets in the bot's own database, so that a shop without a helpdesk loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson
from sqlalchemy import Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticket_bridge.helpdesks.contract import Unreachable

Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Desk:
    name = "desk"

    def __init__(self, begin: Begin, table: Table, *, clock: Callable[[], str]) -> None:
        self._begin, self._table, self._clock = begin, table, clock

    async def create(self, payload: Mapping[str, Any], *, key: str) -> str:
        """The key is unique in the table, so a second `create` finds the first ticket instead of making another."""
        row = {
            "key": key, "reference": payload["envelope"]["reference"], "payload": orjson.dumps(dict(payload)).decode(),
            "status": "open", "created_at": self._clock(),
        }  # fmt: skip
        try:
            async with self._begin() as connection:
                result = await connection.execute(insert(self._table).values(**row).returning(self._table.c.id))
                return str(result.scalar_one())
        except IntegrityError:
            found = await self.find(key)
            if found is None:
                raise Unreachable("the desk's table refused the ticket", maybe_created=False) from None
            return found

    async def find(self, key: str) -> str | None:
        async with self._begin() as connection:
            found = await connection.scalar(select(self._table.c.id).where(self._table.c.key == key))
        return None if found is None else str(found)

    async def health(self) -> None:
        await self.find("")

    async def close(self) -> None:
        """Nothing to close: the database is the bot's."""
