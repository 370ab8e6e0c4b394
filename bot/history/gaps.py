"""Questions that no article answered, grouped by what they mean, in whatever language they were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.figures import GROUPED, Days
from bot.store.news import BESIDE, HEARD, TOLD, WAITING
from bot.store.tables import gap, news, news_mail, turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: How near (the cosine, 0..1) a question must be in meaning to the one that a group is named by. Chosen by looking:
#: ways to ask one thing, in six languages, lie from 0.64 to 0.91 apart, other things that a shop is asked below 0.53.
ALIKE = 0.62


@dataclass(frozen=True)
class Gap:
    """A question without an article, as it was asked: where, when (ISO 8601, UTC) and in which language. `told`: what
    became of telling whoever asked, once it was answered, as `how_told` has it; empty where nobody was to be told."""

    text: str
    conversation: str
    at: str
    language: str = "en"
    told: str = ""


@dataclass(frozen=True)
class Group:
    """Questions that mean the same, as often as they were asked, in the order in which they were given."""

    gaps: tuple[Gap, ...]

    @cached_property
    def by_count(self) -> tuple[tuple[str, int], ...]:
        """The different texts, the most frequent first, and of equals the first by letters; with their numbers."""
        return tuple(sorted(Counter(g.text for g in self.gaps).items(), key=lambda item: (-item[1], item[0])))

    @property
    def name(self) -> str:
        """The most frequent question."""
        return self.by_count[0][0]

    @property
    def since(self) -> str:
        """When the first was asked."""
        return min(g.at for g in self.gaps)

    @property
    def chats(self) -> int:
        """In how many conversations."""
        return len({g.conversation for g in self.gaps})

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """How those who asked heard of an article, and how many so."""
        return tuple(sorted(Counter(g.told for g in self.gaps if g.told).items()))

    @property
    def languages(self) -> tuple[tuple[str, int], ...]:
        """In which languages and how often, the most frequent first."""
        return tuple(sorted(Counter(g.language for g in self.gaps).items(), key=lambda item: (-item[1], item[0])))


async def unanswered_questions(connection: AsyncConnection, days: Days) -> list[Gap]:
    """The newest questions of these days that no article answered."""
    first, end = days.bounds
    g, t = gap.c, turn.c
    asked = gap.outerjoin(turn, and_(t.conversation == g.conversation, t.seq == g.seq))
    asked = asked.outerjoin(news, news.c.gap == g.id).outerjoin(news_mail, news_mail.c.gap == g.id)
    query = select(g.question, g.conversation, g.at, t.language, news.c.chat, news.c.mail, news_mail.c.status)
    query = query.select_from(asked).where(g.at >= first, g.at < end)
    rows = await connection.execute(query.order_by(g.id.desc()).limit(GROUPED))
    return [
        Gap(row.question, row.conversation, row.at, row.language or "en", how_told(row.chat, row.mail, row.status))
        for row in rows
    ]


def how_told(chat: str | None, mail: str | None, status: str | None) -> str:
    """How somebody heard, or did not, from what `news` and their mail say: `both`, `chat`, `mail`, `waiting`, `person`,
    `beside`, `heard` or `not`; empty where nobody was to be told."""
    if chat is None:
        return ""
    if chat == WAITING or mail == "" or status in ("queued", "sending"):
        return "waiting"
    mailed = status == "sent"
    if chat == TOLD:
        return "both" if mailed else "chat"
    if mailed:
        return "mail"
    return chat if chat in ("person", BESIDE, HEARD) else "not"


@dataclass(frozen=True)
class Since:
    """A question of a chat that an article answers by now, published at `at` (ISO 8601, UTC); `told` as of `Gap`."""

    question: str
    article: str
    at: str
    told: str


async def answered_since(connection: AsyncConnection, conversation: str) -> list[Since]:
    """What was asked in a conversation and got no article, and is answered since, in the order of asking."""
    of = gap.join(news, news.c.gap == gap.c.id).outerjoin(news_mail, news_mail.c.gap == gap.c.id)
    query = select(gap.c.question, news.c.article, news.c.at, news.c.chat, news.c.mail, news_mail.c.status)
    rows = await connection.execute(query.select_from(of).where(gap.c.conversation == conversation).order_by(gap.c.id))
    return [Since(r.question, r.article, r.at, how_told(r.chat, r.mail, r.status)) for r in rows]


def by_meaning(
    gaps: Sequence[Gap], encode: Callable[[Sequence[str]], NDArray[np.float32]], least: float = ALIKE
) -> list[Group]:
    """`gaps` in groups, the largest first. The most frequent texts come first (of equals, by their letters): each goes
    to the group whose name is nearest in meaning, where that is at least as near as `least`, else it gives a group its
    name. So the same questions make the same groups, in whatever order they came."""
    counts = Counter(g.text for g in gaps)
    texts = sorted(counts, key=lambda text: (-counts[text], text))
    if not texts:
        return []
    vectors = encode(texts)
    names: list[int] = []
    group_of: dict[str, int] = {}
    for place, text in enumerate(texts):
        near = vectors[names] @ vectors[place] if names else np.zeros(0)
        best = int(near.argmax()) if names else -1
        if best < 0 or near[best] < least:
            best = len(names)
            names.append(place)
        group_of[text] = best
    members: list[list[Gap]] = [[] for _ in names]
    for each in gaps:
        members[group_of[each.text]].append(each)
    return sorted((Group(tuple(own)) for own in members), key=lambda group: (-len(group.gaps), group.name))
