"""The administrator's token: the first one is made once for a database, printed once, and kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.clock import now_text
from bot.store.database import Store
from bot.store.tables import admin_token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def first_admin_token(store: Store) -> str | None:
    """A new token where the database has none, else None."""
    token = secrets.token_urlsafe(24)
    row = {"hash": _hash(token), "created_at": now_text()}

    def job(connection: Connection) -> bool:
        if connection.scalar(select(func.count()).select_from(admin_token)):
            return False
        connection.execute(insert(admin_token), row)
        return True

    return token if await store.transact(job) else None


async def admin_hashes(store: Store) -> list[str]:
    """The hashes of the tokens that were made at a first start."""
    async with store.read() as connection:
        return list(await connection.scalars(select(admin_token.c.hash)))


async def is_administrators(token: str, *, configured: str, store: Store) -> bool:
    """True for the administrator's token: the `configured` one, or, where none is, the one printed at the first
    start."""
    if not token:
        return False
    if configured:
        return secrets.compare_digest(token.encode(), configured.encode())
    return any([secrets.compare_digest(_hash(token), known) for known in await admin_hashes(store)])
