"""What a chat begins with on the screen, told with the welcome: topics to tap, from the shop's articles in the reader's
language, and where the help centre's search answers. Words that are said and decisions are not made here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.chat.phrases import language_of
from kb_answers.library import Article
from kb_answers.search import Index

#: What shoppers ask most, where the shop names nothing: ids of the articles that come with the bot.
USUAL = ("delivery-time", "track-order", "start-a-return", "refund-time", "exchange", "payment-methods")
#: How many topics a home shows at most.
MOST = 6


class Articles(Protocol):
    """The articles as they stand: the originals in `index`, and `translations` by language."""

    @property
    def index(self) -> Index:
        """The originals, another object whenever they changed."""
        ...

    @property
    def translations(self) -> dict[str, tuple[Article, ...]]:
        """The translated ones; read from files when they are first wanted."""
        ...


@dataclass
class Home:
    """`chosen`: ids of articles, in the order in which they are shown; empty: the usual ones, and where a shop has
    fewer than four of these, its first others. `search`: the help centre's address, empty where there is none."""

    articles: Articles | None = None
    chosen: tuple[str, ...] = ()
    search: str = ""
    _known: dict[str, tuple[Index, list[dict[str, str]]]] = field(default_factory=dict)
    _days: tuple[Index, dict[str, str]] | None = None

    async def told(self, locale: str | None) -> dict[str, Any]:
        """`topics`: each with the `title` to show, which is also the question to ask, and its `language`; `search`:
        the address that answers a search in the reader's language, where there is a help centre."""
        language = language_of(locale)
        topics = await self._topics(language)
        return {"topics": topics} | ({"search": f"{self.search}/{language}/search.json"} if self.search else {})

    def revised(self, id: str) -> str | None:
        """The day on which this article was last revised (ISO 8601); None where there is none of that id."""
        if self.articles is None:
            return None
        index = self.articles.index
        if self._days is None or self._days[0] is not index:
            self._days = (index, {article.id: article.revised.isoformat() for article in index.articles})
        return self._days[1].get(id)

    async def _topics(self, language: str) -> list[dict[str, str]]:
        if self.articles is None:
            return []
        index = self.articles.index
        known = self._known.get(language)
        if known is None or known[0] is not index:
            known = self._known[language] = (index, await asyncio.to_thread(self._find, index, language))
        return known[1]

    def _find(self, index: Index, language: str) -> list[dict[str, str]]:
        assert self.articles is not None  # `_topics` asks first
        originals = {article.id: article for article in index.articles}
        translated = {} if language == "en" else {a.id: a for a in self.articles.translations.get(language, ())}
        ids = [id for id in self.chosen or USUAL if id in originals]
        if not self.chosen and len(ids) < 4:
            ids = list(dict.fromkeys((*ids, *originals)))
        shown = [translated.get(id, originals[id]) for id in ids[:MOST]]
        return [{"title": article.title, "language": article.language} for article in shown]
