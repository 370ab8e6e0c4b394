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
from bot.store.tables import gap, turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: How near (the cosine, 0..1) a question must be in meaning to the one that a group is named by. Chosen by looking:
#: ways to ask one thing, in six languages, lie from 0.64 to 0.91 apart, other things that a shop is asked below 0.53.
ALIKE = 0.62


@dataclass(frozen=True)
class Gap:
    """A question without an article, as it was asked: where, when (ISO 8601, UTC) and in which language."""

    text: str
    conversation: str
    at: str
    language: str = "en"


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
    def languages(self) -> tuple[tuple[str, int], ...]:
        """In which languages and how often, the most frequent first."""
        return tuple(sorted(Counter(g.language for g in self.gaps).items(), key=lambda item: (-item[1], item[0])))


async def unanswered_questions(connection: AsyncConnection, days: Days) -> list[Gap]:
    """The newest questions of these days that no article answered."""
    first, end = days.bounds
    g, t = gap.c, turn.c
    asked = gap.outerjoin(turn, and_(t.conversation == g.conversation, t.seq == g.seq))
    query = select(g.question, g.conversation, g.at, t.language).select_from(asked).where(g.at >= first, g.at < end)
    rows = await connection.execute(query.order_by(g.id.desc()).limit(GROUPED))
    return [Gap(row.question, row.conversation, row.at, row.language or "en") for row in rows]


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
