"""Random samples of conversations for an audit: how one is drawn, what is kept of it, and how far two reviewers
agree."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.engine import Connection

from bot.clock import now_text
from bot.store.console_tables import facet, review, sample, sample_item, summary
from bot.store.database import Store

#: By what a sample may be divided, so that rare kinds are in it.
STRATA = ("none", "outcome", "language", "flag", "rating")


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two reviewers' verdicts on the same conversations; None for fewer than two pairs, or
    where chance alone would agree always."""
    if len(pairs) < 2:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[v] * second[v] for v in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def draw(groups: dict[str, list[str]], size: int, seed: int) -> list[str]:
    """`size` conversations at random, the same for the same `seed`: each group by its share and with at least one, in
    an order that does not tell the group."""
    rng, total = random.Random(seed), sum(map(len, groups.values()))
    chosen: list[str] = []
    rest: list[str] = []
    for _, ids in sorted(groups.items()):
        ids = sorted(ids)
        rng.shuffle(ids)
        share = min(len(ids), max(1, size * len(ids) // max(1, total)))
        chosen += ids[:share]
        rest += ids[share:]
    rng.shuffle(rest)
    rng.shuffle(chosen)
    return (chosen + rest)[:size]


async def samples_drawn(store: Store) -> list[Row[Any]]:
    """Rows of `sample` with their `size`, the newest first."""
    sizes = select(sample_item.c.sample, func.count().label("size")).group_by(sample_item.c.sample).subquery()
    query = select(sample, sizes.c.size).join(sizes, sizes.c.sample == sample.c.id).order_by(sample.c.id.desc())
    async with store.read() as connection:
        return list(await connection.execute(query))


async def groups_between(
    store: Store, since: datetime.date, until: datetime.date, stratum: str
) -> dict[str, list[str]]:
    """The conversations that began from `since` to `until`, both included, by what `stratum` (of `STRATA`) tells them
    apart by."""
    s = summary.c
    column = {"outcome": s.outcome, "language": s.language, "rating": s.rating}.get(stratum)
    query = select(s.conversation, s.id if column is None else column)
    query = query.where(
        s.created_at >= since.isoformat(), s.created_at < (until + datetime.timedelta(days=1)).isoformat()
    )
    raised = select(facet.c.summary).where(facet.c.kind == "flag")
    groups: dict[str, list[str]] = {}
    async with store.read() as connection:
        flagged = set(await connection.scalars(raised)) if stratum == "flag" else set()
        for conversation, value in await connection.execute(query):
            group = "" if stratum == "none" else str(value in flagged) if stratum == "flag" else str(value)
            groups.setdefault(group, []).append(conversation)
    return groups


async def keep_sample(
    store: Store,
    drawn: Sequence[str],
    *,
    name: str,
    seed: int,
    stratum: str,
    since: datetime.date,
    until: datetime.date,
    who: str,
    account: int,
) -> int:
    """Keep the conversations `drawn`, in their order, as a sample of the colleague `account` (with the address `who`);
    its id."""
    row = {
        "name": name,
        "seed": seed,
        "stratum": stratum,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "who": who,
        "account": account,
        "at": now_text(),
    }

    def job(connection: Connection) -> int:
        made = int(connection.execute(insert(sample).values(**row).returning(sample.c.id)).scalar_one())
        items = [{"sample": made, "position": n, "conversation": id} for n, id in enumerate(drawn, 1)]
        connection.execute(insert(sample_item), items)
        return made

    return await store.transact(job)


@dataclass(frozen=True)
class Sample:
    """A row of `sample`; its conversations as rows of `summary` with their `position`; verdicts by account and
    conversation."""

    row: Row[Any]
    items: list[Row[Any]]
    verdicts: dict[int, dict[str, str]]


async def read_sample(store: Store, id: int) -> Sample | None:
    """A sample with what was judged of it; None where there is none."""
    listed = (
        select(sample_item.c.position, summary)
        .join(summary, summary.c.conversation == sample_item.c.conversation)
        .where(sample_item.c.sample == id)
        .order_by(sample_item.c.position)
    )
    judged = (
        select(review.c.conversation, review.c.verdict, review.c.account)
        .join(sample_item, sample_item.c.conversation == review.c.conversation)
        .where(sample_item.c.sample == id)
    )
    verdicts: dict[int, dict[str, str]] = {}
    async with store.read() as connection:
        row = (await connection.execute(select(sample).where(sample.c.id == id))).one_or_none()
        if row is None:
            return None
        items = list(await connection.execute(listed))
        for each in await connection.execute(judged):
            verdicts.setdefault(each.account, {})[each.conversation] = each.verdict
    return Sample(row, items, verdicts)
