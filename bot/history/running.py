"""The chats that run now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from bot.clock import now_text, seconds_before
from bot.store.database import Store
from bot.store.tables import conversation, turn

#: A chat in which something was said this lately runs (seconds).
_RUNNING = 600
_MOST = 100


async def running_chats(store: Store) -> list[Row[Any]]:
    """`id`, `updated_at`, `seq`, `state` and what was `said` last in each chat that runs, the latest first."""
    lately = seconds_before(now_text(), _RUNNING)
    c = conversation.c
    last = select(turn.c.text).where(turn.c.conversation == c.id, turn.c.seq == c.seq).scalar_subquery()
    query = (
        select(c.id, c.updated_at, c.seq, c.state, last.label("said"))
        .where(c.updated_at >= lately, c.seq > 0, c.erased_at.is_(None))
        .order_by(c.updated_at.desc())
        .limit(_MOST)
    )
    async with store.read() as connection:
        return list(await connection.execute(query))
