"""Who asked what no article answered, and hears once one does: the rows of `news`, and their mails.

A row is made in the transaction that publishes the article, one for a question of a conversation and never a second,
whatever replicas run and however often articles are published. `chat` says what became of it in the chat: `waiting`;
`told`, in the transaction of the turn that tells it; or why it was not told, `person` (a person of the shop was there,
and sees it), `ended`, `danger`, `gone` (nobody looks there any more), `heard` (answered meanwhile), `void` (the article
answers it no more) and `beside` (another question of the same chat was told). `mail` is empty until it is known whether
there is one, then `none` or `made`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.store.dialects import insert_into
from bot.store.tables import conversation, gap, news, news_mail, turn
from ticket_bridge.notices import Notice, note_outcome, take

WAITING, TOLD, BESIDE, HEARD, VOID = "waiting", "told", "beside", "heard", "void"
NONE, MADE = "none", "made"
#: What is not kept once a mail is sent or refused.
_EMPTY = {"name": "", "email": "", "subject": "", "text": ""}
_LONGEST = 3600.0


@dataclass(frozen=True)
class Awaited:
    """Somebody who asked: the first row of their question in `gap`, and whether it is the one of their chat that is
    told."""

    gap: int
    conversation: str
    told: bool = True


@dataclass(frozen=True)
class Pending:
    """What is to be told: `question`, as it was asked in `language`, answered by `article` since its `version`; where
    it stands; and of the chat its channel and when it last changed (ISO 8601, UTC)."""

    gap: int
    conversation: str
    question: str
    language: str
    article: str
    version: int
    chat: str
    channel: str
    updated_at: str


@dataclass(frozen=True)
class Mail:
    """A mail as it is stored until it is sent."""

    key: str
    name: str
    email: str
    subject: str
    text: str
    language: str


def keep(connection: Connection, awaited: Iterable[Awaited], *, article: str, version: int, at: str) -> None:
    """These are to hear of `article`; who hears already, or was erased meanwhile, is left as they are."""
    for one in awaited:
        row = {
            "gap": one.gap, "article": article, "version": version, "at": at, "lease_until": 0.0,
            "chat": WAITING if one.told else BESIDE, "mail": "" if one.told else NONE,
        }  # fmt: skip
        if connection.scalar(select(gap.c.id).where(gap.c.id == one.gap)) is not None:
            connection.execute(insert_into(connection, news).values(**row).on_conflict_do_nothing())


def keeping(awaited: Sequence[Awaited], *, article: str, at: str) -> Callable[[Connection, int], None]:
    """`keep`, to be done in the transaction that publishes a version."""

    def job(connection: Connection, version: int) -> None:
        keep(connection, awaited, article=article, version=version, at=at)

    return job


def claim(connection: Connection, *, version: int, now: float, lease: float, limit: int) -> list[Pending]:
    """Take up to `limit` that wait, of articles whose `version` this process answers from, for `lease` seconds."""
    free = or_(news.c.lease_until < now, news.c.lease_until > now + _LONGEST)
    open = and_(or_(news.c.chat == WAITING, news.c.mail == ""), news.c.version <= version, free)
    picked = select(news.c.gap).where(open).order_by(news.c.gap).limit(limit)
    if connection.dialect.name == "postgresql":
        picked = picked.with_for_update(skip_locked=True)
    gaps = list(connection.scalars(picked))
    if not gaps:
        return []
    connection.execute(update(news).where(news.c.gap.in_(gaps)).values(lease_until=now + lease))
    asked = and_(turn.c.conversation == gap.c.conversation, turn.c.seq == gap.c.seq)
    query = select(
        news.c.gap, gap.c.conversation, gap.c.question, turn.c.language, news.c.article, news.c.version, news.c.chat,
        conversation.c.channel, conversation.c.updated_at,
    ).select_from(
        news.join(gap, gap.c.id == news.c.gap).join(conversation, conversation.c.id == gap.c.conversation)
        .outerjoin(turn, asked)
    ).where(news.c.gap.in_(gaps)).order_by(news.c.gap)  # fmt: skip
    return [Pending(**{**row._mapping, "language": row.language or "en"}) for row in connection.execute(query)]


def settle(connection: Connection, gap: int, *, chat: str, mail: Mail | None, now: float) -> bool:
    """What became of it in the chat, unless it was told meanwhile, and its `mail`; False where that is settled already,
    or the conversation was erased."""
    mine = and_(news.c.gap == gap, news.c.mail == "")
    values: dict[str, Any] = {"mail": MADE if mail else NONE, "lease_until": 0.0}
    if not connection.execute(update(news).where(mine).values(**values)).rowcount:
        return False
    connection.execute(update(news).where(news.c.gap == gap, news.c.chat == WAITING).values(chat=chat))
    if mail:
        row = {
            "gap": gap, "key": mail.key, "name": mail.name, "email": mail.email, "subject": mail.subject,
            "text": mail.text, "language": mail.language, "status": "queued", "attempts": 0, "due_at": now,
            "lease_until": 0.0,
        }  # fmt: skip
        connection.execute(insert(news_mail).values(**row))
    return True


class NewsMails:
    """The box of their mails (`ticket_bridge.notices.Box`)."""

    def claim(self, connection: Connection, *, now: float, lease: float, limit: int) -> list[Notice]:
        """Take up to `limit` that are due, or whose sender died."""
        keys = take(connection, news_mail, now=now, lease=lease, limit=limit)
        rows = connection.execute(select(news_mail).where(news_mail.c.key.in_(keys))) if keys else ()
        return [
            Notice(row.key, row.name, row.email, row.key, row.subject, row.text, row.attempts, row.language)
            for row in rows
        ]

    def note(self, connection: Connection, one: Notice, values: Mapping[str, Any]) -> bool:
        """Store what came of an attempt; of a mail that is sent or refused only that is kept."""
        over = values["status"] in ("sent", "refused")
        return note_outcome(connection, news_mail, one, {**values, **_EMPTY} if over else values)
