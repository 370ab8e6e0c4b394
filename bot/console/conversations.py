"""Conversations as they are read: the list with its filters and saved views, one conversation with its why, chats that
run now."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.responses import JSONResponse, Response

from bot.console.live_help import is_here
from bot.console.passed_on import passed_on_in
from bot.console.reviewing import reviews_of
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.console.wording import FLAGS, HEARD, OUTCOMES, REASONS, VERDICTS
from bot.history import views
from bot.history.gaps import answered_since
from bot.history.masking import masked, veiled
from bot.history.readings import Told, told, told_to_viewer
from bot.history.reviews import flags_of
from bot.history.running import running_chats
from bot.history.saved_views import NameTaken, drop_view, keep_view, views_of
from bot.history.search import CHOICES, Query, beside, find, summary_of
from bot.history.shown import TICKETS, TURNS, names_of_each, row_as_seen
from bot.history.transcripts import verdict
from bot.store.accounts import labels
from bot.store.records import from_json
from dialogue.events import Understanding
from dialogue.vocabulary import IntentName


async def home(ask: Ask) -> Response:
    """The page that the console begins with."""
    return ask.to("/console/conversations")


async def listing(ask: Ask) -> Response:
    """The conversations that fit the filters of the address, a page at a time."""
    query = Query.read(dict(ask.request.query_params))
    page, people = await find(ask.bot.store, query, hidden=ask.hidden), await ask.accounts.all()
    return ask.page(
        "conversations.html",
        called=labels(people),
        query=query,
        found=page,
        choices=CHOICES,
        flags=await flags_of(ask.bot.store, [row.id for row in page.rows]),
        outcomes=OUTCOMES,
        views=await views_of(ask.bot.store, ask.me.account.id),
        articles=sorted(a.id for a in ask.bot.answers.index.articles),
        flag_words=FLAGS,
        people=people,
    )


async def save_view(ask: Ask) -> Response:
    """Keep the present filters under a name of one's own."""
    name, query = ask.given("name", 60), Query.read(dict(parse_qsl(ask.given("query"))))
    if not name:
        raise Refused(422, gettext("Give the view a name."))
    address = query.address(after="")
    try:
        await keep_view(ask.bot.store, ask.me.account.id, name, address)
    except NameTaken as error:
        raise Refused(
            409, gettext("You have a view named “%(name)s” already; delete it first or choose another name.", name=name)
        ) from error
    return ask.to(f"/console/conversations?{address}", gettext("Saved as “%(name)s”.", name=name))


async def forget_view(ask: Ask) -> Response:
    """Take one of one's own views away."""
    await drop_view(ask.bot.store, ask.me.account.id, ask.place("id"))
    return ask.to("/console/conversations", gettext("The view is gone."))


# ---------------------------------------------------------------- one conversation


async def _seen(ask: Ask, id: str) -> dict[str, Any]:
    """One conversation as this person may see it."""
    found = await views.conversation(ask.bot.store, id)
    if found is None:
        raise Refused(404, gettext("There is no such conversation (any more)."))
    listed = await views.tickets(ask.bot.store, conversation=id, after=None, limit=200)
    found["tickets"] = listed["items"]
    names = (await names_of_each(ask.bot.store, [id]))[id] if ask.hidden else None
    sentences = [_sentences(turn, names) for turn in found["turns"]]
    if names is not None:
        found["turns"] = veiled(found["turns"], names, TURNS)
        found["tickets"] = veiled(found["tickets"], names, TICKETS)
        found["state"] = veiled(found["state"], names, TURNS)
        if found["rating"]:
            found["rating"] = row_as_seen("rating", found["rating"], names)
    found["turns"] = [turn | {"sentences": those} for turn, those in zip(found["turns"], sentences, strict=True)]
    return found


def _sentences(turn: dict[str, Any], names: Collection[str] | None) -> list[Told]:
    """What each sentence of a shopper's turn was taken for; with `names`, for whoever may not see them."""
    if turn["who"] != "shopper" or not turn["understood"]:
        return []
    understood = from_json(Understanding, orjson.dumps(turn["understood"]).decode())
    return told(understood) if names is None else told_to_viewer(understood, names)


async def one(ask: Ask) -> Response:
    """One conversation: the chat as the shopper saw it, and beside each turn why."""
    id = ask.part("id")
    query = Query.read(dict(ask.request.query_params))
    found = await _seen(ask, id)
    violations = await verdict(ask.bot.store, id, support_email=ask.bot.support_email)
    reviewed = await reviews_of(ask, id)
    if ask.hidden:
        names = (await names_of_each(ask.bot.store, [id]))[id]
        violations = [dataclasses.replace(v, reason=masked(v.reason, names)) for v in violations]
        fixes = reviewed["corrections"].items()
        reviewed["corrections"] = {seq: row_as_seen("correction", row, names) for seq, row in fixes}
        reviewed["others"] = []
    before, after = await beside(ask.bot.store, query, id, hidden=ask.hidden)
    summed = await summary_of(ask.bot.store, id)
    people, state = await ask.accounts.all(), views.read_state(orjson.dumps(found["state"]).decode())
    called = labels(people)
    async with ask.bot.store.read() as connection:
        since = await answered_since(connection, id)
    if ask.hidden:
        since = [dataclasses.replace(one, question=masked(one.question, names)) for one in since]
    await ask.note("read", id)
    return ask.page(
        "conversation.html",
        since=since,
        heard=HEARD,
        found=found,
        seen=max((t["seq"] for t in found["turns"] if t["who"] != "shopper" and t["seq"] <= found["read"]), default=0),
        turns=found["turns"],
        violations=violations,
        broken={v.seq for v in violations},
        query=query,
        before=before,
        after=after,
        summary=summed,
        outcomes=OUTCOMES,
        reasons=REASONS,
        verdicts=VERDICTS,
        reviewed=reviewed,
        intents=[i.value for i in IntentName],
        people=people,
        called=called,
        beat=round(ask.bot.presences.beat),
        agent=called.get(state.agent_account or 0, state.agent),
        i_am_here=is_here(ask.me.account, state),
        passed_on=await passed_on_in(ask, id),
    )


async def fresh(ask: Ask) -> Response:
    """The turns after a place, for a page that shows a running chat."""
    id, after = ask.part("id"), ask.asked("after", 0)
    found = await _seen(ask, id)
    turns = [t for t in found["turns"] if t["seq"] > after]
    await ask.note_once("read turns", id)
    html = ask.site.templates.get_template("turns.html").render(
        turns=turns,
        broken=set(),
        ask=ask,
        corrected={},
        found=found,
        seen=0,  # the page marks the last one that was seen
        intents=[],
        who=ask.who,
        Role=None,
        called={},
    )
    typing = ask.bot.hub.is_typing(id, "shopper")
    state = views.read_state(orjson.dumps(found["state"]).decode())
    here = is_here(ask.me.account, state)
    told = {"seq": found["seq"], "read": found["read"], "typing": typing, "agent": state.agent, "here": here}
    return JSONResponse({"html": html} | told)


async def live(ask: Ask) -> Response:
    """Chats with something said in the last ten minutes, first those in which somebody may be in danger (R21)."""
    rows, called = [], await ask.called()
    running = await running_chats(ask.bot.store)
    names = await names_of_each(ask.bot.store, [row.id for row in running]) if ask.hidden else {}
    for row in running:
        state = views.read_state(row.state)
        said = masked(row.said or "", names[row.id]) if ask.hidden else row.said or ""
        rows.append(
            {
                "id": row.id,
                "at": row.updated_at,
                "turns": row.seq,
                "said": said[:160],
                "phase": state.phase.value,
                "danger": state.danger,
                "agent": called.get(state.agent_account or 0, state.agent),
                "open": ask.bot.hub.is_watched(row.id),
            }
        )
    rows.sort(key=lambda row: not row["danger"])
    template = "live_rows.html" if ask.request.headers.get("x-requested-with") else "live.html"
    return ask.page(template, rows=rows)
