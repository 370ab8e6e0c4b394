"""Before an article is published or withdrawn: what would change for the questions that shoppers have asked."""

from __future__ import annotations

import asyncio
import datetime
import logging
import pathlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape
from starlette.responses import Response, StreamingResponse

from bot.clock import today
from bot.console.site import Ask, Refused
from bot.console.speech import Speech, gettext, later, number, speaking, speech
from bot.history.asked import Looked, looked_up, where_asked
from bot.history.figures import Days
from bot.history.impact import ASKING, impact_of
from bot.history.masking import masked
from bot.history.shown import names_of_texts
from bot.operations.editing import is_id
from bot.store.database import Unavailable
from bot.store.edited_articles import edited
from kb_answers.answer import Answer, Answers
from kb_answers.impact import Effect, Impact, Kind
from kb_answers.library import ArticleError, parse_article

log = logging.getLogger("askonce.console")
#: Questions of so many days are asked again.
_DAYS = 90
#: Questions of each kind that are shown.
_SHOWN = 25
#: Seconds between two words of how far it is.
_TELL_EVERY = 0.5
#: Where in the page its progress is told, and what comes behind.
_HERE = "<!-- progress -->"
#: Each kind in the order of the page, with what it is called and what it means.
_KINDS = {
    Kind.GAINS: (later("Gaps that close"), later("had no answer and get one")),
    Kind.MOVES: (later("Answered from another article"), later("had another article's answer")),
    Kind.LOSES: (later("Lose their answer"), later("had an answer and get none")),
    Kind.REWORDED: (later("Told otherwise"), later("another passage of the same article")),
}
_WIDTH = 1000
#: One at a time in a process: shoppers come first.
_one_at_a_time = asyncio.Lock()


async def impact(ask: Ask) -> Response:
    """The questions of the last ninety days, asked of the articles as they are and with the text in hand; without a
    text, of the articles without this one. Nothing is stored. The page comes in pieces: how far it is, then what was
    found."""
    id, text = ask.part("id"), ask.given("text", 60_000)
    if not is_id(id):
        raise Refused(422, gettext("An article's id is in lower case, with hyphens between words."))
    now = await edited(ask.bot.store)
    try:
        if text:
            parse_article(text + "\n", pathlib.Path(f"{id}.md"), ask.bot.answers.values)
        before = await asyncio.to_thread(ask.bot.answers.with_edited, now)
        after = await asyncio.to_thread(before.with_edited, now | {id: text + "\n" if text else ""})
    except ArticleError as error:
        raise Refused(422, gettext("This text cannot be used yet: %(why)s", why=error)) from error
    async with ask.bot.store.read() as connection:
        looked = await looked_up(connection, Days(today() - datetime.timedelta(days=_DAYS - 1), today()))
    await ask.note("impact of article", id)
    pieces = _pieces(ask, _Work(before, after, looked), speech(), id=id, text=text, days=_DAYS)
    return StreamingResponse(pieces, media_type="text/html; charset=utf-8")


@dataclass
class _Work:
    """What is to be done, and how far it is: what, how much of it, and of how much."""

    before: Answers
    after: Answers
    looked: Sequence[Looked]
    told: tuple[str, int, int | None] = ("", 0, None)

    def do(self) -> Impact:
        """All of it; in a thread of its own."""
        return impact_of([one.question for one in self.looked], self.before, self.after, self._tell)

    def _tell(self, what: str, done: int, of_all: int | None) -> None:
        self.told = (what, done, of_all)


async def _pieces(ask: Ask, work: _Work, spoken: Speech, **values: Any) -> AsyncIterator[str]:
    """The page: its head, what is told while the work is done, and the rest; spoken as the request asked, which is
    answered by now."""
    with speaking(spoken):
        head = ask.text("impact.html", found=None, failed="", **values).split(_HERE)[0]
    yield head
    found, failed, last = None, "", ""
    try:
        async with _one_at_a_time:
            doing = asyncio.ensure_future(asyncio.to_thread(work.do))
            while not (await asyncio.wait({doing}, timeout=_TELL_EVERY))[0]:
                with speaking(spoken):
                    words = _progress(*work.told)
                if words != last:
                    last = words
                    yield f'<p class="step">{escape(words)}</p>\n'
        with speaking(spoken):
            found = await _as_shown(ask, doing.result(), work.looked)
    except Exception as error:
        if not isinstance(error, Unavailable):
            log.exception("the impact of an article could not be told")
        with speaking(spoken):
            failed = gettext("This could not be finished; nothing was changed. Please try again shortly.")
    with speaking(spoken):
        rest = ask.text("impact.html", found=found, failed=failed, **values).split(_HERE)[1]
    yield rest


def _progress(what: str, done: int, of_all: int | None) -> str:
    if what != ASKING or of_all is None:
        return gettext("Reading the questions: %(done)s so far", done=number(done))
    return gettext("Asking them again: %(done)s of %(all)s", done=number(done), all=number(of_all))


async def _as_shown(ask: Ask, found: Impact, looked: Sequence[Looked]) -> dict[str, Any]:
    """What the page shows: of each kind the number and the most frequent questions, as this role may see them."""
    where = where_asked(looked)
    shown = {kind: found.of(kind)[:_SHOWN] for kind in _KINDS}
    texts = {effect.question.text for effects in shown.values() for effect in effects}
    names = await names_of_texts(ask.bot.store, {text: where[text] for text in texts}) if ask.hidden else {}

    def seen(text: str) -> str:
        return masked(text, names.get(text, ())) if ask.hidden else text

    def side(answer: Answer) -> dict[str, str] | None:
        if answer.text is None:
            return None
        source = answer.sources[0]
        return {"id": source.article, "title": source.title, "passage": answer.text, "language": answer.language}

    def row(effect: Effect) -> dict[str, Any]:
        question = effect.question
        return {
            "text": seen(question.text),
            "language": question.language,
            "count": question.count,
            "conversation": where[question.text][0],
            "before": side(effect.before),
            "after": side(effect.after),
        }

    changed, at, kinds = found.questions - found.same, 0, []
    for kind, (label, meaning) in _KINDS.items():
        count = found.count(kind)
        end = at + count
        kinds.append(
            {
                "name": kind.value,
                "label": gettext(label),
                "meaning": gettext(meaning),
                "count": count,
                "different": len(found.of(kind)),
                "x": _WIDTH * at / changed if changed else 0,
                "width": _WIDTH * count / changed if changed else 0,
                "rows": [row(effect) for effect in shown[kind]],
            }
        )
        at = end
    return {"questions": found.questions, "different": found.different, "changed": changed, "kinds": kinds}
