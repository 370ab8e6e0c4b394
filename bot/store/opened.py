"""The database for as long as somebody needs it: brought up to date, opened, closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings
from bot.store.database import Store
from bot.store.files.chosen import contents_of
from bot.store.migrate import migrate


@asynccontextmanager
async def opened(settings: Settings, *, migrating: bool = True, timeout: float = 15.0) -> AsyncIterator[Store]:
    """The configured database. `migrating=False` is for whoever must change nothing (`doctor`, a look before
    `restore`), or comes after somebody who has migrated; `timeout`: seconds that one query may take, which shoppers
    feel and commands need not. Raises `MigrationError`; queries raise `Unavailable`."""
    if migrating:
        await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url, timeout=timeout)
    store.folder = contents_of(settings)
    try:
        yield store
    finally:
        await store.close()
