"""Judging conversations: verdicts with reasons, corrections of what was understood (which `for_developers` hands on),
who looks at what, and the queue of flags."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.console.wording import FLAGS as FLAG_WORDS
from bot.console.wording import REASONS, VERDICTS
from bot.history import reviews
from bot.history.summaries import FLAGS
from dialogue.vocabulary import Field, IntentName


async def reviews_of(ask: Ask, id: str) -> dict[str, Any]:
    """What reviewers said of one conversation. The others' verdicts stay hidden until one's own is given, so that two
    reviewers of a sample judge apart."""
    found = await reviews.reviews_of(ask.bot.store, id)
    mine = next((row for row in found.reviews if row.account == ask.me.account.id), None)
    others = [row for row in found.reviews if row.account != ask.me.account.id]
    return {
        "mine": mine,
        "my_reasons": orjson.loads(mine.reasons) if mine else [],
        "others": others if mine or ask.hidden else [],
        "waiting": 0 if mine else len(others),
        "assigned": found.assigned,
        "corrections": found.corrections,
    }


async def _exists(ask: Ask, id: str) -> None:
    if await ask.bot.store.load(id) is None:
        raise Refused(404, gettext("There is no such conversation (any more)."))


async def judge(ask: Ask) -> Response:
    """One's verdict on a conversation; a later one replaces it."""
    id = ask.part("id")
    await _exists(ask, id)
    verdict, reasons = ask.given("verdict"), [str(r) for r in ask.form.getlist("reasons")]
    if verdict not in VERDICTS:
        raise Refused(422, gettext("Choose a verdict: right, wrong or not sure."))
    if unknown := set(reasons) - set(REASONS):
        raise Refused(422, gettext("Unknown reasons: %(reasons)s.", reasons=", ".join(sorted(unknown))))
    note = ask.given("note", 2_000)
    await reviews.keep_verdict(
        ask.bot.store, id, account=ask.me.account.id, verdict=verdict, reasons=reasons, note=note
    )
    await ask.note("review", id, verdict)
    return ask.to(f"/console/conversations/{id}?{ask.given('query')}", gettext("Your verdict is saved."))


async def assign(ask: Ask) -> Response:
    """Give a conversation to somebody to look at; empty: to nobody."""
    id, whom = ask.part("id"), ask.given("account")
    await _exists(ask, id)
    people, called = {str(a.id): a for a in await ask.accounts.all() if not a.disabled}, await ask.called()
    if whom and whom not in people:
        raise Refused(422, gettext("There is no such account; choose one of the list."))
    await reviews.assign_to(ask.bot.store, id, int(whom) if whom else None)
    await ask.note("assign", id, people[whom].email if whom else "nobody")
    said = gettext("Assigned to %(name)s.", name=called[int(whom)]) if whom else gettext("Assigned to nobody.")
    return ask.to(f"/console/conversations/{id}?{ask.given('query')}", said)


async def correct(ask: Ask) -> Response:
    """What should have been understood of one message: its intent, and fields that were missed."""
    id, seq = ask.part("id"), ask.number("seq")
    if await reviews.speaker_of(ask.bot.store, id, seq) != "shopper":
        raise Refused(422, gettext("Only a shopper's message can be corrected."))
    intent = ask.given("intent")
    if intent and intent not in {i.value for i in IntentName}:
        raise Refused(422, gettext("“%(intent)s” is no intent; choose one of the list.", intent=intent))
    wrong = [str(f) for f in ask.form.getlist("wrong")]
    if unknown := set(wrong) - set(Field):
        raise Refused(422, gettext("Unknown fields: %(fields)s.", fields=", ".join(sorted(unknown))))
    right = reviews.Correction(
        intent=intent,
        wrong=tuple(wrong),
        name=ask.given("name", 200),
        email=ask.given("email", 254),
        reason=ask.given("reason"),
    )
    me = ask.me.account
    await reviews.keep_correction(ask.bot.store, id, seq, right, who=me.email, account=me.id)
    await ask.note("correct", f"{id}#{seq}", intent)
    return ask.to(
        f"/console/conversations/{id}?{ask.given('query')}#turn-{seq}",
        gettext("The correction is saved. It is in the training file, and in the test fixture of this chat."),
    )


# ---------------------------------------------------------------- the queue of flags


async def flags(ask: Ask) -> Response:
    """Flagged conversations that nobody has judged yet, the newest first."""
    chosen = ask.request.query_params.get("flag", "")
    if chosen and chosen not in FLAGS:
        raise Refused(422, gettext("“%(name)s” may be %(allowed)s.", name="flag", allowed=", ".join(FLAGS)))
    found = await reviews.flagged(ask.bot.store, chosen)
    return ask.page(
        "flags.html",
        rows=found.rows,
        marks=found.marks,
        counts=found.counts,
        chosen=chosen,
        flags=FLAGS,
        words=FLAG_WORDS,
    )
