"""The first administrator's token: made once for a database, printed once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import func, insert, select

from bot.conversation import now_text
from bot.store.database import Store
from bot.store.tables import admin_token


async def first_admin_token(url: str) -> str | None:
    """A new token where the database has none, else None."""
    store = Store(url)
    try:
        async with store.write() as connection:
            if await connection.scalar(select(func.count()).select_from(admin_token)):
                return None
            token = secrets.token_urlsafe(24)
            hashed = hashlib.sha256(token.encode()).hexdigest()
            await connection.execute(insert(admin_token).values(hash=hashed, created_at=now_text()))
            return token
    finally:
        await store.close()
