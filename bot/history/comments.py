"""What shoppers wrote beside their ratings: for the export, and the newest for the page of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bot.history.masking import masked
from bot.history.shown import names_of_each
from bot.store.console_tables import summary
from bot.store.database import Store
from bot.store.tables import rating

_NEWEST = 20


async def comments_of(store: Store, ids: Sequence[str], *, hidden: bool) -> dict[str, str]:
    """The comments of these conversations, masked where `hidden`; those without one are left out."""
    query = select(rating.c.conversation, rating.c.comment).where(
        rating.c.conversation.in_(ids), rating.c.comment != ""
    )
    async with store.read() as connection:
        found = {row.conversation: row.comment for row in await connection.execute(query)}
    if not hidden:
        return found
    names = await names_of_each(store, found)
    return {id: masked(words, names[id]) for id, words in found.items()}


async def newest_comments(store: Store, bounds: tuple[str, str], *, hidden: bool) -> list[dict[str, Any]]:
    """The newest comments of the conversations that began within `bounds`: `conversation`, `score`, `comment`."""
    first, end = bounds
    query = (
        select(rating.c.conversation, rating.c.score)
        .join(summary, summary.c.conversation == rating.c.conversation)
        .where(summary.c.created_at >= first, summary.c.created_at < end, rating.c.comment != "")
        .order_by(rating.c.at.desc())
        .limit(_NEWEST)
    )
    async with store.read() as connection:
        rows = list(await connection.execute(query))
    said = await comments_of(store, [row.conversation for row in rows], hidden=hidden)
    return [
        {"conversation": r.conversation, "score": r.score, "comment": said[r.conversation]}
        for r in rows
        if r.conversation in said
    ]
