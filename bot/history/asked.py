"""The questions that shoppers asked, as past conversations hold them: what was looked up in the articles, in which
language, and by how many chats. Read from what happened, found or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.figures import Days
from bot.store.tables import happening, turn
from kb_answers.impact import Question

#: Of so many questions, the newest, the impact is looked at.
MOST = 200_000


@dataclass(frozen=True)
class Looked:
    """One question that was looked up, and the conversation that it was asked in."""

    question: Question
    conversation: str


async def looked_up(connection: AsyncConnection, days: Days, most: int = MOST) -> list[Looked]:
    """What was looked up in these days, the newest first. What a chat took up again by itself, once a person of the
    shop had left it, is counted where it was asked."""
    first, end = days.bounds
    h, t = happening.c, turn.c
    found = or_(h.events.like('%"ArticleFound"%'), h.events.like('%"NothingFound"%'))
    said = and_(t.conversation == h.conversation, t.number == h.number, t.who == "shopper")
    query = select(h.conversation, h.events, t.language).join_from(happening, turn, said)
    query = query.where(h.at >= first, h.at < end, found).order_by(h.at.desc(), h.conversation, h.number).limit(most)
    rows = await connection.stream(query)
    return [
        Looked(question, row.conversation)
        async for row in rows
        if (question := _question(row.events, row.language)) is not None
    ]


def _question(stored: str, language: str | None) -> Question | None:
    """What the shopper's message had looked up: its question, or the issue that it states."""
    for told in orjson.loads(stored):
        if told["kind"] == "ShopperSaid":
            understood = told["data"]["understood"]
            question, issue = understood.get("question"), understood.get("reason")
            if question or issue:
                return Question(str(question or issue), language or "en", issue=not question)
    return None


def where_asked(looked: Iterable[Looked]) -> dict[str, list[str]]:
    """The conversations in which each text was asked, the newest first."""
    found: dict[str, list[str]] = {}
    for one in looked:
        ids = found.setdefault(one.question.text, [])
        if one.conversation not in ids:
            ids.append(one.conversation)
    return found
