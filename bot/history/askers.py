"""Who asked what no article answered, and would hear once an article is published that does (R15).

The search itself judges: a question counts where it got no article when it was asked, and with the text in hand gets
this one first, and did not without it. A chat hears of one article once, by the question that it asked last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.news import is_open, recipient, said_addresses, silent_because
from bot.history.figures import GROUPED
from bot.history.impact import impact_of
from bot.store.database import Store
from bot.store.news import Awaited
from bot.store.tables import conversation, gap, news, turn
from kb_answers.answer import Answers
from kb_answers.impact import Question

#: Chats that are looked into, to say how many can be reached.
_LOOKED_INTO = 500


@dataclass(frozen=True)
class Asker:
    """A question of a chat, by the first row of it in `gap`; whether the chat is told of this one."""

    gap: int
    conversation: str
    question: str
    language: str
    told: bool


@dataclass(frozen=True)
class Hearing:
    """Who would hear. Of `chats`, `in_chat` can be told there now, `by_mail` gave an address and agreed; `out_of_reach`
    neither."""

    askers: tuple[Asker, ...] = ()
    chats: int = 0
    in_chat: int = 0
    by_mail: int = 0
    out_of_reach: int = 0

    @property
    def awaited(self) -> list[Awaited]:
        """The same for the store."""
        return [Awaited(one.gap, one.conversation, one.told) for one in self.askers]


async def who_hears(
    store: Store, answers: Answers, edited: Mapping[str, str], id: str, text: str, *, mails: bool
) -> Hearing:
    """Who would hear if `text` were published as the article `id`, beside what is `edited` already. `mails`: whether
    there is a mail server. Raises `kb_answers.library.ArticleError` for a text that is no article."""
    async with store.read() as connection:
        waiting = await _waiting(connection)
    if not waiting:
        return Hearing()
    without, with_it = (answers.with_edited({**edited, id: words}) for words in ("", text))
    questions = [Question(one.question, one.language) for one in waiting]
    found = await asyncio.to_thread(impact_of, questions, without, with_it)
    get = {
        (effect.question.text, effect.question.language)
        for effect in found.effects
        if effect.after.sources and effect.after.sources[0].article == id
    }
    askers = tuple(_one_each([one for one in waiting if (one.question, one.language) in get]))
    return await _reached(store, askers, mails=mails)


async def _waiting(connection: AsyncConnection) -> list[Asker]:
    """The newest questions without an article of which nobody was told, the latest first."""
    first = select(func.min(gap.c.id).label("first"), func.max(gap.c.id).label("last"), gap.c.conversation)
    each = first.group_by(gap.c.conversation, gap.c.question).subquery()
    asked = and_(turn.c.conversation == gap.c.conversation, turn.c.seq == gap.c.seq)
    query = (
        select(each.c.first, gap.c.conversation, gap.c.question, turn.c.language)
        .select_from(each.join(gap, gap.c.id == each.c.last).outerjoin(turn, asked))
        .outerjoin(news, news.c.gap == each.c.first)
        .where(news.c.gap.is_(None))
        .order_by(each.c.last.desc())
        .limit(GROUPED)
    )
    rows = await connection.execute(query)
    return [Asker(row.first, row.conversation, row.question, row.language or "en", told=True) for row in rows]


def _one_each(askers: Sequence[Asker]) -> list[Asker]:
    """Of each chat the question that was asked last is told, the others beside it."""
    seen: set[str] = set()
    found = []
    for one in askers:
        found.append(Asker(one.gap, one.conversation, one.question, one.language, one.conversation not in seen))
        seen.add(one.conversation)
    return found


async def _reached(store: Store, askers: tuple[Asker, ...], *, mails: bool) -> Hearing:
    """How these would hear, as their chats stand now; of very many only the latest are looked into."""
    told = [one for one in askers if one.told]
    ids = [one.conversation for one in told[:_LOOKED_INTO]]
    query = select(conversation.c.id, conversation.c.channel, conversation.c.updated_at)
    async with store.read() as connection:
        rows = {row.id: row for row in await connection.execute(query.where(conversation.c.id.in_(ids)))}
    in_chat = by_mail = neither = 0
    for one in told[:_LOOKED_INTO]:
        row, found = rows.get(one.conversation), await store.load(one.conversation)
        if row is None or found is None:  # erased meanwhile
            continue
        why = silent_because(found.state, one.question)
        open = not why and is_open(row.channel, row.updated_at)
        mailed = mails and why in ("", "ended")
        to = (
            recipient(found.state, one.question, said_addresses(await store.told(one.conversation))) if mailed else None
        )
        in_chat, by_mail, neither = in_chat + open, by_mail + (to is not None), neither + (not open and to is None)
    return Hearing(askers, len(told), in_chat, by_mail, neither)
