"""The first administrator's token: made once for a database, printed once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.clock import now_text
from bot.store.database import Store
from bot.store.tables import admin_token


async def first_admin_token(url: str) -> str | None:
    """A new token where the database has none, else None."""
    token = secrets.token_urlsafe(24)
    row = {"hash": hashlib.sha256(token.encode()).hexdigest(), "created_at": now_text()}

    def job(connection: Connection) -> bool:
        if connection.scalar(select(func.count()).select_from(admin_token)):
            return False
        connection.execute(insert(admin_token), row)
        return True

    store = Store(url)
    try:
        return token if await store.transact(job) else None
    finally:
        await store.close()
