"""A stored conversation for a command that looks at one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from bot.settings import Settings
from bot.store.database import Store
from bot.store.migrate import migrate
from bot.store.records import Loaded


@asynccontextmanager
async def stored(settings: Settings, id: str) -> AsyncIterator[tuple[Store, Loaded]]:
    """The database, brought up to date, and conversation `id` in it. Raises `click.ClickException` where there is none."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    try:
        found = await store.load(id)
        if found is None:
            raise click.ClickException(
                f"there is no conversation {id!r}; the console and GET /api/conversations list them"
            )
        yield store, found
    finally:
        await store.close()
