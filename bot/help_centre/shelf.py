"""What there is to read: every article in every language, under its topic, with what is written beside it. Made anew
whenever the articles are; which page shows it how is not known here."""

from __future__ import annotations

import asyncio
import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.chat.phrases import languages
from bot.help_centre.words import heading, topics
from kb_answers.answer import Answers
from kb_answers.library import Article

#: The language that originals are written in.
ORIGINAL = "en"
#: How many related articles a page names, and how alike they must be at least (0..1).
_RELATED, _ALIKE = 4, 0.12


@dataclass(frozen=True)
class Leaf:
    """An article as the readers of one language get it: `article` is its translation, or the `original` itself."""

    article: Article
    original: Article

    @property
    def id(self) -> str:
        """The same in every language."""
        return self.original.id

    @property
    def outdated(self) -> bool:
        """Whether a translation renders an older text than the original has now."""
        return self.article.revised < self.original.revised

    @property
    def revised(self) -> datetime.date:
        """Of the text that is read: of a translation, that of the original which it renders."""
        return self.article.revised


class Shelf:
    """The articles as they stand at one moment."""

    def __init__(self, answers: Answers) -> None:
        self.index, self.withdrawn = answers.index, answers.withdrawn
        self._originals = {article.id: article for article in self.index.articles}
        self._translated = {
            language: {a.id: a for a in translated if a.id in self._originals}
            for language, translated in answers.translations.items()
            if language in languages()
        }
        #: Those in which anything is written, the originals' first.
        self.languages = (ORIGINAL, *sorted(code for code, there in self._translated.items() if there))
        self._related = lru_cache(maxsize=1000)(self._find_related)

    def get(self, language: str, id: str) -> Leaf | None:
        """The article of this id as readers of `language` get it; None where there is none."""
        original = self._originals.get(id)
        if original is None:
            return None
        return Leaf(self._translated.get(language, {}).get(id, original), original)

    def all(self, language: str) -> list[Leaf]:
        """Every article as readers of `language` get it, by its id."""
        return [Leaf(self._translated.get(language, {}).get(id, a), a) for id, a in self._originals.items()]

    def own(self, language: str) -> list[Leaf]:
        """The articles that are written in `language`."""
        return [leaf for leaf in self.all(language) if leaf.article.language == language]

    def written_in(self, id: str) -> tuple[str, ...]:
        """The languages that an article is written in, the original's first."""
        return (ORIGINAL, *(code for code in self.languages[1:] if id in self._translated[code]))

    def by_topic(self, language: str) -> list[tuple[str, list[Leaf]]]:
        """Headings, each with its articles by title: the topics that have words of their own first, then the shop's
        own by name, then what has none."""
        found: dict[str, list[Leaf]] = {}
        for leaf in sorted(self.all(language), key=lambda leaf: leaf.article.title.casefold()):
            found.setdefault(leaf.original.topic, []).append(leaf)
        known = [topic for topic in topics() if topic in found]
        others = sorted((topic for topic in found if topic and topic not in known), key=str.casefold)
        return [(heading(topic, language), found[topic]) for topic in (*known, *others, *([""] if "" in found else []))]

    def related(self, language: str, id: str) -> list[Leaf]:
        """The articles that speak of the same things, the likest first."""
        return [leaf for other in self._related(id) if (leaf := self.get(language, other)) is not None]

    def _find_related(self, id: str) -> Sequence[str]:
        whole, weight = self.index.whole, self.index.weight
        own, topic = whole[id], self._originals[id].topic
        alike: list[tuple[float, str]] = []
        for other, terms in whole.items():
            either = math.sqrt(weight(own) * weight(terms))
            likeness = weight(own & terms) / either if either else 0.0
            if topic and self._originals[other].topic == topic:
                likeness += _ALIKE
            if other != id and likeness >= _ALIKE:
                alike.append((likeness, other))
        return [other for _, other in sorted(alike, key=lambda pair: (-pair[0], pair[1]))[:_RELATED]]


class Shelves:
    """The shelf of now. An edit reaches it with the next question."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._shelf: Shelf | None = None

    async def now(self) -> Shelf:
        """The shelf with the articles as they stand. Raises `ArticleError` where a translation cannot be used."""
        shelf = self._shelf
        if shelf is None or shelf.index is not self._answers.index:
            shelf = self._shelf = await asyncio.to_thread(Shelf, self._answers)  # hundreds of files, the first time
        return shelf
