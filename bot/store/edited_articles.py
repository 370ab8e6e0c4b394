"""Articles edited in the console: kept in the database, every draft and every version, over the files that the shop's
repository holds.

Files stay the beginning and can be reviewed like code; an edit must reach every replica at once and survive a container
whose file system is read-only (`docs/decisions/0006-edited-articles.md`). Rows are only added. A draft answers nobody;
what is published is a row of its own, made upon its draft. Each process looks for newer published versions and indexes
anew. Nothing here judges a text: that is done before it is published.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, insert, literal_column, select
from sqlalchemy.engine import Connection

from bot.clock import now_text
from bot.store.console_tables import article_version
from bot.store.database import Store, Unavailable
from kb_answers.answer import Answers
from kb_answers.library import ArticleError

log = logging.getLogger("askonce.articles")

#: What a version is: a draft, or what shoppers are answered from since, or that they no longer are.
DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
#: PostgreSQL's lock under which versions are added: what was looked at is still the newest when the row is there.
_LOCK = 0x61_72_74
_answering = article_version.c.state != DRAFT


@dataclass(frozen=True)
class Version:
    """One row of `article_version`. `text` is empty in a version that withdraws the article and in a draft that was
    given up; `base` is the version it was made upon, 0 for the file or for nothing: of a published one the draft it
    publishes, or the version gone back to. `source` says where an import came from."""

    id: int
    article: str
    text: str
    who: str
    at: str
    note: str
    account: int | None
    state: str
    base: int
    source: str


class Clash(Exception):
    """Somebody was faster: a version newer than the one this was made upon stands, and `newest` is its number. Nothing
    was stored."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} is newer than the one this was made upon; go on upon that one")
        self.newest = newest


# ---------------------------------------------------------------- reading


async def edited(store: Store) -> dict[str, str]:
    """The published text of every article that was edited, which is what shoppers get; empty where it was withdrawn.
    Drafts are not here."""
    newest = select(func.max(article_version.c.id)).where(_answering).group_by(article_version.c.article)
    query = select(article_version.c.article, article_version.c.text).where(article_version.c.id.in_(newest))
    async with store.read() as connection:
        return {row.article: row.text for row in await connection.execute(query)}


async def drafts_of(store: Store) -> list[Version]:
    """The newest draft of each article that has an open one, the newest first: neither published nor given up."""
    newest = select(func.max(article_version.c.id)).where(~_answering).group_by(article_version.c.article)
    done = select(article_version.c.base).where(_answering)
    query = select(article_version).where(
        article_version.c.id.in_(newest), article_version.c.id.not_in(done), article_version.c.text != ""
    )
    return await _versions(store, query.order_by(article_version.c.id.desc()))


async def versions_of(store: Store, article: str, *, up_to: int | None = None, limit: int = 50) -> list[Version]:
    """The versions and drafts of one article, the newest first; `up_to`: none newer than that one."""
    query = select(article_version).where(article_version.c.article == article)
    if up_to is not None:
        query = query.where(article_version.c.id <= up_to)
    return await _versions(store, query.order_by(article_version.c.id.desc()).limit(limit))


async def version_of(store: Store, article: str, version: int) -> Version | None:
    """One version of an article; None where it is none of this one."""
    query = select(article_version).where(article_version.c.id == version, article_version.c.article == article)
    return next(iter(await _versions(store, query)), None)


async def newest_of(store: Store, article: str) -> int:
    """The number of the article's newest version or draft, 0 where there is none: the `base` of whoever means to go on
    upon whatever stands."""
    return await store.look(lambda connection: _newest(connection, article))


async def published_of(store: Store, article: str) -> Version | None:
    """The version that shoppers are answered from or that withdrew the article; None where only the file speaks."""
    query = select(article_version).where(article_version.c.article == article, _answering)
    return next(iter(await _versions(store, query.order_by(article_version.c.id.desc()).limit(1))), None)


async def _versions(store: Store, query: Select[tuple[object, ...]]) -> list[Version]:
    async with store.read() as connection:
        return [_version(row) for row in await connection.execute(query)]


def _version(row: Row[tuple[object, ...]]) -> Version:
    return Version(**row._mapping)


# ---------------------------------------------------------------- adding


async def keep_draft(
    store: Store, article: str, text: str, *, note: str, who: str, account: int | None, source: str = "", base: int = 0
) -> int:
    """A draft by the colleague `account` (with the address `who`), made upon version `base`; its version number. An
    empty text gives the draft `base` up; `source` has at most 500 characters. Raises `Clash` where a newer version or
    draft of this article stands."""
    row = _row(article, text, note, who, account) | {"state": DRAFT, "base": base, "source": source}
    return await store.transact(lambda connection: _add(connection, row, seen=base))


async def keep_version(
    store: Store,
    article: str,
    text: str,
    *,
    note: str,
    who: str,
    account: int | None,
    base: int,
    standing: int | None = None,
    beside: Callable[[Connection, int], None] = lambda connection, version: None,
) -> int:
    """What shoppers get from now on; its version number. An empty text withdraws the article. `base` is the draft that
    is published, or the version gone back to; `beside` is done in the same transaction. Raises `Clash` where anything
    newer than `base` stands; with `standing`, where a published version newer than that one stands, whatever drafts
    there are."""
    state = PUBLISHED if text else WITHDRAWN
    row = _row(article, text, note, who, account) | {"state": state, "base": base, "source": ""}

    def job(connection: Connection) -> int:
        found = _add(connection, row, seen=base if standing is None else standing, drafts=standing is None)
        beside(connection, found)
        return found

    return await store.transact(job)


def _row(article: str, text: str, note: str, who: str, account: int | None) -> dict[str, object]:
    return {"article": article, "text": text, "note": note, "who": who, "at": now_text(), "account": account}


def _add(connection: Connection, row: dict[str, object], *, seen: int, drafts: bool = True) -> int:
    """Add the row where nothing newer than `seen` stands, and say its number. Raises `Clash`."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(select(func.pg_advisory_xact_lock(literal_column(str(_LOCK)))))
    newest = _newest(connection, str(row["article"]), drafts=drafts)
    if newest > seen:
        raise Clash(newest)
    added = connection.execute(insert(article_version).values(**row).returning(article_version.c.id))
    return int(added.scalar_one())


def _newest(connection: Connection, article: str, *, drafts: bool = True) -> int:
    query = select(func.max(article_version.c.id)).where(article_version.c.article == article)
    return int(connection.scalar(query if drafts else query.where(_answering)) or 0)


# ---------------------------------------------------------------- answering


class EditedArticles:
    """Keeps one process's answers in step with the published versions in the database."""

    def __init__(self, store: Store, answers: Answers, every: float = 2.0) -> None:
        self._store, self._answers, self._every = store, answers, every
        self._seen = 0

    async def look(self) -> bool:
        """Index anew where there is a newer published version; True where there was one."""
        async with self._store.read() as connection:
            newest = int(await connection.scalar(select(func.max(article_version.c.id)).where(_answering)) or 0)
        if newest == self._seen:
            return False
        try:
            self._answers.reload(await edited(self._store))
        except ArticleError as error:  # a file changed under an edit; the articles of before still answer
            log.error("edited articles cannot be used: %s", error)
        self._seen = newest
        return True

    @property
    def seen(self) -> int:
        """The newest published version that is answered from here."""
        return self._seen

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
            except Unavailable:
                continue
