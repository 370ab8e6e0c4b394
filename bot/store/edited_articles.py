"""Articles edited in the console: kept in the database, every version, over the files that the shop's repository holds.

Files stay the beginning and can be reviewed like code; an edit must reach every replica at once and survive a container
whose file system is read-only (`docs/decisions/0006-edited-articles.md`). Each process looks for newer versions and
indexes anew.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import func, select

from bot.store.console_tables import article_version
from bot.store.database import Store, Unavailable
from kb_answers.answer import Answers
from kb_answers.library import ArticleError

log = logging.getLogger("askonce.articles")


async def edited(store: Store) -> dict[str, str]:
    """The newest text of every article that was edited; empty where it was withdrawn."""
    newest = select(func.max(article_version.c.id)).group_by(article_version.c.article)
    query = select(article_version.c.article, article_version.c.text).where(article_version.c.id.in_(newest))
    async with store.read() as connection:
        return {row.article: row.text for row in await connection.execute(query)}


class EditedArticles:
    """Keeps one process's answers in step with the versions in the database."""

    def __init__(self, store: Store, answers: Answers, every: float = 2.0) -> None:
        self._store, self._answers, self._every = store, answers, every
        self._seen = 0

    async def look(self) -> bool:
        """Index anew where there is a newer version; True where there was one."""
        async with self._store.read() as connection:
            newest = int(await connection.scalar(select(func.max(article_version.c.id))) or 0)
        if newest == self._seen:
            return False
        try:
            self._answers.reload(await edited(self._store))
        except ArticleError as error:  # a file changed under an edit; the articles of before still answer
            log.error("edited articles cannot be used: %s", error)
        self._seen = newest
        return True

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
            except Unavailable:
                continue
