"""Whether articles helped their readers, as they are stored. Who they were is not."""

from __future__ import annotations

from sqlalchemy import insert

from bot.clock import now_text
from bot.store.console_tables import article_opinion
from bot.store.database import Store


async def keep_opinion(store: Store, article: str, *, language: str, helpful: bool, words: str) -> None:
    """One more reader's. `words` may be empty; secrets in them are masked (R17). Raises `Unavailable`."""
    row = {"article": article, "language": language, "helpful": int(helpful), "words": words, "at": now_text()}
    await store.transact(lambda connection: connection.execute(insert(article_opinion).values(**row)) and None)
