"""The page of questions without an article: grouped by meaning, counted, and the way to a draft; and what readers of
the help centre say of those that there are."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from bot.console.numbers import days_of
from bot.console.site import Ask
from bot.console.wording import HEARD
from bot.history.figures import GROUPED
from bot.history.gaps import Group, by_meaning, unanswered_questions
from bot.history.masking import masked
from bot.history.opinions import opinions_of
from bot.history.shown import names_of_texts
from dialogue.understanding.learned.encoder import encode_asked
from kb_answers.answer import Answer

#: Groups that are shown, and different questions of each.
_GROUPS, _EXAMPLES = 100, 5


async def gaps(ask: Ask) -> Response:
    """Questions that no article answered: grouped by meaning, counted, with examples; how many of each group the
    articles of now answer, and the way to a draft for the rest. Grouping and judgement go by what was asked, masking
    only by what is shown."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        rows = await unanswered_questions(connection, days)
    groups = await asyncio.to_thread(by_meaning, rows, lambda texts: encode_asked(texts, name="gaps"))
    shown = [await _judged(ask, group) for group in groups[:_GROUPS]]
    opinions = await opinions_of(ask.bot.store, days.bounds, hidden=ask.hidden)
    titles = {article.id: article.title for article in ask.bot.answers.index.articles}
    return ask.page(
        "gaps.html",
        days=days,
        groups=shown,
        total=len(rows),
        most=GROUPED,
        opinions=opinions,
        titles=titles,
        told_words=HEARD,
    )


async def _judged(ask: Ask, group: Group) -> dict[str, Any]:
    """A group as its page shows it: `answered` of its `count` questions have an article by now, which `by` names (id,
    title); `open` is the most frequent that has none, which a draft begins with."""
    answers: dict[tuple[str, str], Answer] = {}
    for place, (text, language) in enumerate(dict.fromkeys((g.text, g.language) for g in group.gaps)):
        answers[text, language] = ask.bot.answers.ask(text, language)
        if place % 50 == 49:
            await asyncio.sleep(0)  # shoppers come first
    where: dict[str, list[str]] = {}
    for each in group.gaps:
        where.setdefault(each.text, []).append(each.conversation)
    has_answer = {each.text: answers[each.text, each.language].text is not None for each in reversed(group.gaps)}
    left = next((text for text, _ in group.by_count if not has_answer[text]), None)
    texts = [text for text, _ in group.by_count[:_EXAMPLES]]
    seen = {*texts, left} - {None}
    names = await names_of_texts(ask.bot.store, {t: where[t] for t in seen if t}) if ask.hidden else {}

    def show(text: str) -> str:
        return masked(text, names.get(text, ())) if ask.hidden else text

    found = [answers[each.text, each.language] for each in group.gaps]
    return {
        "count": len(group.gaps),
        "name": show(group.name),
        "since": group.since,
        "chats": group.chats,
        "languages": group.languages,
        "told": group.told,
        "answered": sum(answer.text is not None for answer in found),
        "examples": [(show(text), many, where[text][0], has_answer[text]) for text, many in group.by_count[:_EXAMPLES]],
        "more": max(0, len(group.by_count) - _EXAMPLES),
        "by": list(dict.fromkeys((s.article, s.title) for answer in found for s in answer.sources)),
        "open": show(left) if left is not None else None,
    }
