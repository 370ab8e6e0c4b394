"""What readers of the help centre said of its articles: counted, with their newest words, for the report of gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, func, select

from bot.history.masking import masked
from bot.store.console_tables import article_opinion
from bot.store.database import Store

#: Words that are shown of each article, and articles.
_NEWEST, _MOST = 5, 100


@dataclass(frozen=True)
class Word:
    """A reader's words, whether the article helped them, and the language of the page they wrote on."""

    text: str
    helpful: bool
    language: str


@dataclass(frozen=True)
class Opinions:
    """Of one article: how many said yes and no, and the newest words."""

    article: str
    yes: int
    no: int
    said: tuple[Word, ...]


async def opinions_of(store: Store, bounds: tuple[str, str], *, hidden: bool) -> list[Opinions]:
    """Of every article that anybody spoke of from the first of `bounds` to before the second, those first that helped
    fewest; words masked where `hidden`."""
    o = article_opinion.c
    within: Sequence[ColumnElement[bool]] = (o.at >= bounds[0], o.at < bounds[1])
    yes, no = func.sum(o.helpful), func.count() - func.sum(o.helpful)
    counts = select(o.article, yes.label("yes"), no.label("no")).where(*within).group_by(o.article)
    place = func.row_number().over(partition_by=o.article, order_by=o.id.desc()).label("place")
    newest = select(o.article, o.words, o.helpful, o.language, place).where(*within, o.words != "").subquery()
    async with store.read() as connection:
        counted = list(await connection.execute(counts.order_by(no.desc(), yes, o.article).limit(_MOST)))
        rows = list(await connection.execute(select(newest).where(newest.c.place <= _NEWEST).order_by(newest.c.place)))
    said: dict[str, list[Word]] = {}
    for row in rows:
        said.setdefault(row.article, []).append(_word(row, hidden))
    return [Opinions(c.article, int(c.yes), int(c.no), tuple(said.get(c.article, ()))) for c in counted]


def _word(row: Row[tuple[str, str, int, str, int]], hidden: bool) -> Word:
    return Word(masked(row.words, ()) if hidden else row.words, bool(row.helpful), row.language)
