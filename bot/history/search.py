"""The list of conversations: filters that combine, search, sorting and keyset paging, over the summaries alone.

A query is what stands in the page's address: `Query.read` takes it from there and refuses what it does not know, and
`Query.address` writes it back, so that every view can be sent to a colleague as a link.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row, Select, func, literal, literal_column, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.phrases import languages
from bot.clock import as_text, now
from bot.history.summaries import FLAGS, OUTCOMES
from bot.store.console_tables import assignment, facet, review, summary
from bot.store.database import Store
from bot.store.searched_words import fold
from bot.store.worded import Worded
from dialogue.referee.sight import RULES as WORDS
from dialogue.understanding.secrets import mask
from dialogue.vocabulary import Act, IntentName

PAGE = 50
_COUNTED = 500
_MANY = 4_000
SORTS = {
    "newest": (summary.c.created_at, True),
    "oldest": (summary.c.created_at, False),
    "active": (summary.c.updated_at, True),
    "longest": (summary.c.turns, True),
    "worst": (summary.c.rating, False),
}
_FACETS = {
    "act": "act",
    "intent": "intent",
    "rule": "rule",
    "broken": "broken",
    "article": "article",
    "ticket": "ticket",
    "flag": "flag",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "outcome": (*OUTCOMES, "abandoned"),
    "act": tuple(sorted(a.value for a in Act)),
    "intent": tuple(sorted(i.value for i in IntentName)),
    "rule": tuple(f"R{n}" for n in range(1, 20)),
    "broken": ("any", "none", *(f"R{n}" for n in range(1, 20)), *WORDS),
    "rating": ("any", "none", "1", "2", "3", "4", "5"),
    "delivery": ("none", "queued", "filed", "refused"),
    "flag": ("any", *FLAGS),
    "review": ("none", "right", "wrong", "unsure"),
    "language": ("en", *sorted(languages())),
    "sort": tuple(SORTS),
}
ABANDONED_AFTER = datetime.timedelta(minutes=30)


class QueryError(Worded):
    """An address that asks for what is not there; the message says which part and what it may be."""


class OddNumber(QueryError):
    """A number that can be none."""


@dataclass(frozen=True)
class Query:
    """Empty text: not filtered by. `since` and `until` are days (UTC), both included; `q` holds words, all of which
    must occur, "phrases", and -words that must not."""

    q: str = ""
    since: str = ""
    until: str = ""
    outcome: str = ""
    act: str = ""
    intent: str = ""
    rule: str = ""
    broken: str = ""
    rating: str = ""
    article: str = ""
    ticket: str = ""
    delivery: str = ""
    language: str = ""
    flag: str = ""
    review: str = ""
    assigned: str = ""
    sort: str = "newest"
    after: str = field(default="", metadata={"place": True})

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Query:
        """The query of a page's address. Raises `QueryError`; parts it does not know are left alone."""
        found = cls(**{f.name: mask(given[f.name].strip()) for f in fields(cls) if given.get(f.name, "").strip()})
        for name, allowed in CHOICES.items():
            value = getattr(found, name)
            if value and value not in allowed:
                raise QueryError("%(part)s: may be %(allowed)s", part=name + "=" + value, allowed=", ".join(allowed))
        for name in ("since", "until"):
            if value := getattr(found, name):
                try:
                    day_of(value)
                except ValueError as error:
                    raise QueryError("%(part)s: must be a day such as 2026-11-21", part=name + "=" + value) from error
        if found.assigned and not re.fullmatch(r"[0-9]{1,9}", found.assigned):
            raise OddNumber("%(part)s: must be the number of an account", part="assigned=" + found.assigned)
        if found.after and not re.fullmatch(r"[^~]{0,40}~[0-9]{1,9}", found.after):
            raise OddNumber("after: is no place in this list; open the list without it")
        return found

    def address(self, **changes: str) -> str:
        """The part of an address after the question mark, empty ones left out."""
        changed = replace(self, **changes)
        parts = {f.name: getattr(changed, f.name) for f in fields(changed)}
        return urlencode({k: v for k, v in parts.items() if v and not (k == "sort" and v == "newest")})

    @property
    def filtered(self) -> dict[str, str]:
        """The filters that are set."""
        return {f.name: v for f in fields(self) if f.name not in ("sort", "after") and (v := getattr(self, f.name))}


def day_of(text: str) -> datetime.date:
    """A day such as 2026-11-21, with room for days before and after it. Raises `ValueError`."""
    found = datetime.date.fromisoformat(text)
    if not 1970 <= found.year <= 9000:
        raise ValueError(f"{text} is outside the years 1970 to 9000")
    return found


def _match(words: str, dialect: str) -> str:
    """The user's words as the database's own query language; every word is folded and quoted, so nothing in it is
    obeyed."""
    parts = []
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|(\S+))', words):
        folded = fold(phrase or word)
        if not folded:
            continue
        if dialect == "sqlite":
            parts.append(("NOT " if minus else "") + f'"{folded}"')
        else:
            parts.append(("!" if minus else "") + "(" + " <-> ".join(f"'{w}'" for w in folded.split()) + ")")
    positive = [p for p in parts if not p.startswith(("NOT ", "!"))]
    if not positive:
        return ""
    negative = [p for p in parts if p.startswith(("NOT ", "!"))]
    joiner = " AND " if dialect == "sqlite" else " & "
    found = joiner.join(positive)
    return " ".join([found, *negative]) if dialect == "sqlite" else " & ".join([found, *negative])


def where(
    query: Query, *, dialect: str, hidden: bool, common: Collection[str] = (), at: datetime.datetime | None = None
) -> list[Any]:
    """The conditions on `summary`; `hidden` searches the words without personal data. Filters named in `common` fit so
    many conversations that it is faster to walk the list and look at each than to collect them all first."""
    s = summary.c
    found: list[Any] = []
    if query.since:
        found.append(s.created_at >= query.since)
    if query.until:
        day_after = datetime.date.fromisoformat(query.until) + datetime.timedelta(days=1)
        found.append(s.created_at < day_after.isoformat())
    if query.outcome:
        found += _outcome(query.outcome, at)
    for name in ("delivery", "language"):
        if value := getattr(query, name):
            found.append(getattr(s, name) == value)
    if query.rating:
        rated = {"any": s.rating.is_not(None), "none": s.rating.is_(None)}
        found.append(rated.get(query.rating, s.rating == _whole(query.rating)))
    if query.broken in ("any", "none"):
        found.append(s.violations > 0 if query.broken == "any" else s.violations == 0)
    for name, of in _facets(query).items():
        if name in common:
            one = of.where(facet.c.summary == s.id, facet.c.created_at == s.created_at).limit(1)
            found.append(one.scalar_subquery().is_not(None))  # EXISTS would be made a join of everything by PostgreSQL
        else:
            found.append(s.id.in_(of))
    if query.review:
        judged = select(review.c.conversation)
        some = judged.where(review.c.verdict == query.review)
        found.append(s.conversation.not_in(judged) if query.review == "none" else s.conversation.in_(some))
    if query.assigned:
        to = select(assignment.c.conversation).where(assignment.c.account == int(query.assigned))
        found.append(s.conversation.in_(to))
    if query.q:
        found.append(_words(query, dialect, hidden, walk="q" in common))
    return found


def _outcome(outcome: str, at: datetime.datetime | None) -> list[Any]:
    """How a conversation stands; it is kept in its summary, but for how long nothing was heard."""
    s = summary.c
    if outcome != "abandoned":
        return [s.outcome == outcome]
    late = as_text((at or now()) - ABANDONED_AFTER)
    last = func.coalesce(s.heard_at, s.updated_at)
    return [s.outcome == "left", last < late]


def _facets(query: Query) -> dict[str, Select[Any]]:
    """The facets asked for: filter -> the summaries it fits."""
    found = {}
    for name, kind in _FACETS.items():
        value = getattr(query, name)
        if value and not (name == "broken" and value in ("any", "none")):
            of = select(facet.c.summary).where(facet.c.kind == kind)
            found[name] = of if value == "any" else of.where(facet.c.value == value)
    return found


def _words(query: Query, dialect: str, hidden: bool, *, walk: bool) -> Any:
    match, column = _match(query.q, dialect), "masked" if hidden else "words"
    if not match:
        return literal_column("1 = 0")
    form = (_WALKED if walk else _COLLECTED)[dialect].format(column=column)
    return text(form).bindparams(match=_value(match, column, dialect))


def _value(match: str, column: str, dialect: str) -> str:
    return f"{column} : ({match})" if dialect == "sqlite" else match


#: How the words are asked for: all that fit at once, where they are rare; one by one while the list is walked, where
#: they are common. SQLite leaves the index of what stands behind a plus alone and so walks the list; PostgreSQL makes a
#: join of every other form.
_COLLECTED = {
    "sqlite": "summary.id IN (SELECT rowid FROM search WHERE search MATCH :match)",
    "postgresql": "summary.id = ANY (ARRAY(SELECT rowid FROM search WHERE {column} @@ to_tsquery('simple', :match)))",
}
_WALKED = {
    "sqlite": "+summary.id IN (SELECT rowid FROM search WHERE search MATCH :match)",
    "postgresql": "(SELECT {column} @@ to_tsquery('simple', :match) FROM search WHERE search.rowid = summary.id)",
}
_SOME = {
    "sqlite": "SELECT count(*) FROM (SELECT rowid FROM search WHERE search MATCH :match LIMIT :many)",
    "postgresql": (
        "SELECT count(*) FROM (SELECT rowid FROM search"
        " WHERE {column} @@ to_tsquery('simple', :match) LIMIT :many) AS found"
    ),
}


async def _common(connection: AsyncConnection, query: Query, hidden: bool) -> set[str]:
    """The filters that fit many conversations, see `where`."""
    found, dialect = set(), connection.dialect.name
    for name, of in _facets(query).items():
        some = of.limit(_MANY).subquery()
        if (await connection.scalar(select(func.count()).select_from(some)) or 0) >= _MANY:
            found.add(name)
    column, match = "masked" if hidden else "words", _match(query.q, dialect)
    if match:
        some_words = text(_SOME[dialect].format(column=column)).bindparams(
            match=_value(match, column, dialect), many=_MANY
        )
        if (await connection.scalar(some_words) or 0) >= _MANY:
            found.add("q")
    return found


def _whole(value: str) -> int:
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else -1


@dataclass(frozen=True)
class Page:
    """One page of a list: rows of `summary`, the place the next begins after (empty on the last), how many there are in
    all (counted up to 500)."""

    rows: list[Any]
    next: str
    count: int
    more: bool


async def find(store: Store, query: Query, *, hidden: bool, limit: int = PAGE) -> Page:
    """A page of the conversations that fit."""
    column, falling = SORTS[query.sort]
    async with store.read() as connection:
        common = await _common(connection, query, hidden)
        conditions = where(query, dialect=connection.dialect.name, hidden=hidden, common=common)
        if query.sort == "worst":
            conditions.append(summary.c.rating.is_not(None))
        # Where the one filter is known to fit many there is nothing to count.
        sure = len(common) == len(query.filtered) == 1 and query.sort != "worst"
        count = _COUNTED + 1 if sure else await _count(connection, conditions)
        listed: Select[Any] = select(summary).where(*conditions)
        if query.after:
            at, _, id = query.after.rpartition("~")
            place: Any = _whole(at) if query.sort in ("longest", "worst") else at
            listed = listed.where(_beyond(column, place, int(id), falling=falling))
        order = (column.desc(), summary.c.id.desc()) if falling else (column, summary.c.id)
        rows = list(await connection.execute(listed.order_by(*order).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        rows[:limit], f"{getattr(last, column.name)}~{last.id}" if last else "", min(count, _COUNTED), count > _COUNTED
    )


def _beyond(column: Any, value: Any, id: int, *, falling: bool) -> Any:
    """What comes after a place in the list; written as a row, so that an index leads straight there."""
    own, place = tuple_(column, summary.c.id), tuple_(literal(value), literal(id))
    return own < place if falling else own > place


async def _count(connection: AsyncConnection, conditions: list[Any]) -> int:
    capped = select(summary.c.id).where(*conditions).limit(_COUNTED + 1).subquery()
    return int(await connection.scalar(select(func.count()).select_from(capped)) or 0)


async def summary_of(store: Store, conversation: str) -> Row[Any] | None:
    """The row of `summary` of one conversation; None where it has none yet."""
    async with store.read() as connection:
        return await _summary_of(connection, conversation)


async def _summary_of(connection: AsyncConnection, conversation: str) -> Row[Any] | None:
    query = select(summary).where(summary.c.conversation == conversation)
    return (await connection.execute(query)).one_or_none()


async def beside(store: Store, query: Query, conversation: str, *, hidden: bool) -> tuple[str | None, str | None]:
    """The conversations before and after one in the list, for moving with j and k."""
    async with store.read() as connection:
        here = await _summary_of(connection, conversation)
        if here is None:
            return None, None
        column, falling = SORTS[query.sort]
        common = await _common(connection, query, hidden)
        conditions = where(query, dialect=connection.dialect.name, hidden=hidden, common=common)
        at = getattr(here, column.name)
        if at is None:
            return None, None

        async def nearest(*, downwards: bool) -> str | None:
            low = downwards == falling
            order = (column.desc(), summary.c.id.desc()) if low else (column, summary.c.id)
            found = select(summary.c.conversation).where(*conditions, _beyond(column, at, here.id, falling=low))
            return await connection.scalar(found.order_by(*order).limit(1))

        return await nearest(downwards=False), await nearest(downwards=True)
