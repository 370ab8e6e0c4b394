"""Pages that are read: the list of conversations, one conversation with its why, chats that run now, tickets."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import time
from typing import Any

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse, Response

from bot.clock import now_text
from bot.console.accounts import labels
from bot.console.live_help import is_here
from bot.console.reviewing import reviews_of
from bot.console.site import Ask, Refused
from bot.console.wording import FLAGS, OUTCOMES, REASONS, VERDICTS
from bot.history import views
from bot.history.comments import comments_of
from bot.history.masking import masked, veiled
from bot.history.search import CHOICES, Query, beside, find
from bot.history.shown import TICKETS, TURNS, names_of_each, row_as_seen
from bot.history.summaries import renew
from bot.history.transcripts import verdict
from bot.store.console_tables import correction, facet, saved_view, summary
from bot.store.constraints import broken
from bot.store.tables import conversation, outbox, rating, turn
from dialogue.vocabulary import IntentName
from ticket_bridge.outbox import deliver_again

_RUNNING = 600
_MOST_EXPORTED = 100_000


async def home(ask: Ask) -> Response:
    return ask.to("/console/conversations")


async def listing(ask: Ask) -> Response:
    query = Query.read(dict(ask.request.query_params))
    page, people = await find(ask.bot.store, query, hidden=ask.hidden), await ask.accounts.all()
    flags = await _flags(ask, [row.id for row in page.rows])
    return ask.page(
        "conversations.html", called=labels(people), query=query, found=page, choices=CHOICES, flags=flags, outcomes=OUTCOMES,
        views=await _views(ask), articles=sorted(a.id for a in ask.bot.answers.index.articles), flag_words=FLAGS,
        people=people,
    )  # fmt: skip


async def _flags(ask: Ask, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    async with ask.bot.store.read() as connection:
        rows = await connection.execute(
            select(facet.c.summary, facet.c.value).where(facet.c.summary.in_(ids), facet.c.kind == "flag")
        )
        for row in rows:
            found.setdefault(row.summary, []).append(row.value)
    return found


async def _views(ask: Ask) -> list[Any]:
    query = select(saved_view).where(saved_view.c.account == ask.me.account.id).order_by(saved_view.c.name)
    async with ask.bot.store.read() as connection:
        return list(await connection.execute(query))


async def save_view(ask: Ask) -> Response:
    """Keep the present filters under a name of one's own."""
    name, query = ask.given("name", 60), Query.read(_pairs(ask.given("query")))
    if not name:
        raise Refused(422, "Give the view a name.")
    row = {"account": ask.me.account.id, "name": name, "query": query.address(after="")}
    try:
        await ask.bot.store.transact(lambda c: c.execute(insert(saved_view).values(**row)) and None)
    except IntegrityError as error:
        if broken(error) != "saved_view(account, name)":
            raise
        raise Refused(
            409, f"You have a view named “{name}” already; delete it first or choose another name."
        ) from error
    return ask.to(f"/console/conversations?{query.address(after='')}", f"Saved as “{name}”.")


async def forget_view(ask: Ask) -> Response:
    own = delete(saved_view).where(saved_view.c.id == ask.place("id"), saved_view.c.account == ask.me.account.id)
    await ask.bot.store.transact(lambda c: c.execute(own) and None)
    return ask.to("/console/conversations", "The view is gone.")


def _pairs(text: str) -> dict[str, str]:
    from urllib.parse import parse_qsl

    return dict(parse_qsl(text))


# ---------------------------------------------------------------- one conversation


async def _seen(ask: Ask, id: str) -> dict[str, Any]:
    """One conversation as this person may see it."""
    found = await views.conversation(ask.bot.store, id)
    if found is None:
        raise Refused(404, "There is no such conversation (any more).")
    listed = await views.tickets(ask.bot.store, conversation=id, after=None, limit=200)
    found["tickets"] = listed["items"]
    if ask.hidden:
        names = (await names_of_each(ask.bot.store, [id]))[id]
        found["turns"] = veiled(found["turns"], names, TURNS)
        found["tickets"] = veiled(found["tickets"], names, TICKETS)
        found["state"] = veiled(found["state"], names, TURNS)
        if found["rating"]:
            found["rating"] = row_as_seen(rating.name, found["rating"], names)
    return found


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
        reviewed["corrections"] = {
            seq: row_as_seen(correction.name, row, names) for seq, row in reviewed["corrections"].items()
        }
        reviewed["others"] = []
    before, after = await beside(ask.bot.store, query, id, hidden=ask.hidden)
    async with ask.bot.store.read() as connection:
        summed = (await connection.execute(select(summary).where(summary.c.conversation == id))).one_or_none()
    people, state = await ask.accounts.all(), views.read_state(orjson.dumps(found["state"]).decode())
    await ask.note("read", id)
    return ask.page(
        "conversation.html", found=found, turns=found["turns"], violations=violations, broken={v.seq for v in violations}, query=query,
        before=before, after=after, summary=summed, outcomes=OUTCOMES, reasons=REASONS, verdicts=VERDICTS,
        reviewed=reviewed, intents=[i.value for i in IntentName], people=people, called=labels(people),
        beat=round(ask.bot.presences.beat), agent=labels(people).get(state.agent_account or 0, state.agent), i_am_here=is_here(ask.me.account, state),
    )  # fmt: skip


async def fresh(ask: Ask) -> Response:
    """The turns after a place, for a page that shows a running chat."""
    id, after = ask.part("id"), ask.asked("after", 0)
    found = await _seen(ask, id)
    turns = [t for t in found["turns"] if t["seq"] > after]
    await ask.note_once("read turns", id)
    html = ask.site.templates.get_template("turns.html").render(
        turns=turns, broken=set(), ask=ask, corrected={}, found=found, intents=[], who=ask.who, Role=None, called={})  # fmt: skip
    typing = ask.bot.hub.is_typing(id, "shopper")
    state = views.read_state(orjson.dumps(found["state"]).decode())
    return JSONResponse({"html": html, "seq": found["seq"], "typing": typing, "agent": state.agent,
                         "here": is_here(ask.me.account, state)})  # fmt: skip


async def live(ask: Ask) -> Response:
    """Chats with something said in the last ten minutes."""
    horizon = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=_RUNNING)
    c = conversation.c
    last = select(turn.c.text).where(turn.c.conversation == c.id, turn.c.seq == c.seq).scalar_subquery()
    query = (
        select(c.id, c.updated_at, c.seq, c.state, last.label("said"))
        .where(c.updated_at >= horizon.isoformat(timespec="milliseconds"), c.seq > 0, c.erased_at.is_(None))
        .order_by(c.updated_at.desc()).limit(100)
    )  # fmt: skip
    rows, called = [], await ask.called()
    async with ask.bot.store.read() as connection:
        running = list(await connection.execute(query))
    names = await names_of_each(ask.bot.store, [row.id for row in running]) if ask.hidden else {}
    for row in running:
        state = views.read_state(row.state)
        said = masked(row.said or "", names[row.id]) if ask.hidden else row.said or ""
        rows.append({"id": row.id, "at": row.updated_at, "turns": row.seq, "said": said[:160], "phase": state.phase.value,
                     "agent": called.get(state.agent_account or 0, state.agent), "open": ask.bot.hub.is_watched(row.id)})  # fmt: skip
    template = "live_rows.html" if ask.request.headers.get("x-requested-with") else "live.html"
    return ask.page(template, rows=rows)


# ---------------------------------------------------------------- tickets


async def tickets(ask: Ask) -> Response:
    """Tickets, the newest first, with what was passed and how delivery went."""
    status = ask.request.query_params.get("delivery", "")
    if status not in ("", "queued", "sending", "filed", "refused"):
        raise Refused(422, "“delivery” may be queued, sending, filed or refused.")
    after = ask.request.query_params.get("after") or None
    try:
        found = await views.tickets(ask.bot.store, conversation=None, after=after, limit=50, status=status or None)
    except ValueError as error:
        raise Refused(422, "“after” is no place in this list; open the list without it.") from error
    if ask.hidden:
        names = await names_of_each(ask.bot.store, [t["conversation"] for t in found["items"]])
        found["items"] = [veiled(t, names[t["conversation"]], TICKETS) for t in found["items"]]
    return ask.page("tickets.html", found=found, status=status, counts=await views.outbox_counts(ask.bot.store))


async def send_again(ask: Ask) -> Response:
    """Send a refused ticket again, after its cause is mended."""
    reference, back = ask.part("reference"), ask.given("back") or "/console/tickets"
    put_back = await ask.bot.store.transact(
        lambda connection: deliver_again(connection, outbox, now=time.time(), reference=reference)
    )
    if not put_back:
        raise Refused(409, f"Ticket {reference} was not refused by the helpdesk, so there is nothing to send again.")
    await renew(ask.bot.store, put_back, support_email=ask.bot.support_email)
    ask.bot.courier.wake()
    await ask.note("deliver again", reference)
    return ask.to(_local(back), f"{reference} was sent again; its delivery is shown here.")


def _local(path: str) -> str:
    """A page of the console, whatever a form says."""
    return path if path.startswith("/console/") and "\\" not in path and "//" not in path else "/console/conversations"


# ---------------------------------------------------------------- one row a conversation


def cell(value: Any) -> str:
    """A value of a CSV file that no spreadsheet takes for a formula."""
    words = "" if value is None else str(value)
    return "'" + words if words[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%") else words


async def as_csv(ask: Ask) -> Response:
    """The conversations of the present filters as CSV, one row each."""
    query = Query.read(dict(ask.request.query_params))
    columns = ["conversation", "created_at", "updated_at", "language", "channel", "outcome", "turns", "heard", "answered",
               "offered", "tickets", "saved", "gaps", "fallbacks", "reasks", "violations", "rating", "delivery",
               "first_answer_ms", "understood_by", "opening", "comment"]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    rows = 0
    while rows < _MOST_EXPORTED:
        page = await find(ask.bot.store, query, hidden=ask.hidden, limit=1_000)
        said = await comments_of(ask.bot.store, [row.conversation for row in page.rows], hidden=ask.hidden)
        for row in page.rows:
            words = {
                "opening": row.opening_masked if ask.hidden else row.opening,
                "comment": said.get(row.conversation, ""),
            }
            writer.writerow([cell(words[c] if c in words else getattr(row, c)) for c in columns])
        rows += len(page.rows)
        if not page.next:
            break
        query = Query(**{**query.__dict__, "after": page.next})
    await ask.note("export conversations", f"{rows} rows", await ask.accounts.access.filters(query.filtered))
    name = f"conversations-{now_text()[:10]}.csv"
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip
