"""Filters of the list of conversations that a colleague keeps under a name of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.store.console_tables import saved_view
from bot.store.constraints import broken
from bot.store.database import Store


class NameTaken(Exception):
    """The account has a view of this name already."""


async def views_of(store: Store, account: int) -> list[Row[Any]]:
    """Rows of `saved_view` of one account, by name."""
    query = select(saved_view).where(saved_view.c.account == account).order_by(saved_view.c.name)
    async with store.read() as connection:
        return list(await connection.execute(query))


async def keep_view(store: Store, account: int, name: str, query: str) -> None:
    """Keep `query` (the part of an address after the question mark) under `name`. Raises `NameTaken`."""
    row = {"account": account, "name": name, "query": query}
    try:
        await store.transact(lambda c: c.execute(insert(saved_view).values(**row)) and None)
    except IntegrityError as error:
        if broken(error) != "saved_view(account, name)":
            raise
        raise NameTaken(name) from error


async def drop_view(store: Store, account: int, id: int) -> None:
    """Forget a view, where it is this account's."""
    own = delete(saved_view).where(saved_view.c.id == id, saved_view.c.account == account)
    await store.transact(lambda c: c.execute(own) and None)
