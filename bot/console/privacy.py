"""One person's data, exported or erased; and what the age of conversations makes due for erasure."""

from __future__ import annotations

import orjson
from starlette.responses import Response

from bot.clock import horizon
from bot.console.accounts import read_email
from bot.console.site import Ask, Refused
from bot.history import erasure

_LATER = "Not reached from here: mail that was sent, the logs of proxies and mail servers, and backups made before."


def _secret(ask: Ask) -> str:
    """What customers' addresses are signed with, so that those the shop vouched for are found."""
    return ask.bot.settings.identity_secret.get_secret_value()


async def privacy(ask: Ask) -> Response:
    days = ask.asked("days", ask.bot.settings.retention_days or 365, least=1, most=36_500)
    due = await erasure.how_old(ask.bot.store, horizon(days))
    return ask.page("privacy.html", email="", found=None, days=days, due=due, later=_LATER,
                    set_days=ask.bot.settings.retention_days)  # fmt: skip


async def look(ask: Ask) -> Response:
    """What there is of one person, before anything is done with it."""
    email = read_email(ask.given("email", 254))
    found = await erasure.look(ask.bot.store, email, secret=_secret(ask))
    await ask.note("look for a person", await ask.accounts.access.person(email))
    days = ask.bot.settings.retention_days or 365
    due = await erasure.how_old(ask.bot.store, horizon(days))
    return ask.page("privacy.html", email=email, found=found, days=days, due=due, later=_LATER,
                    set_days=ask.bot.settings.retention_days)  # fmt: skip


async def export(ask: Ask) -> Response:
    email = read_email(ask.given("email", 254))
    data = await erasure.export_person(ask.bot.store, email, secret=_secret(ask))
    await ask.note(
        "export a person", await ask.accounts.access.person(email), f"{len(data['conversations'])} conversations"
    )
    return Response(orjson.dumps(data, option=orjson.OPT_INDENT_2), media_type="application/json",
                    headers={"Content-Disposition": 'attachment; filename="personal-data.json"'})  # fmt: skip


async def erase(ask: Ask) -> Response:
    email = read_email(ask.given("email", 254))
    if ask.given("sure") != "yes":
        raise Refused(422, "Tick the box to say that you are sure; nothing was erased.")
    found, ids = await erasure.erase_person(
        ask.bot.store, email, secret=_secret(ask), also=[str(id) for id in ask.form.getlist("also")]
    )
    for id in ids:
        ask.bot.hub.forget(id)
    await ask.note(
        "erase a person",
        await ask.accounts.access.person(email),
        f"{found.conversations} conversations, {found.desk_tickets} desk tickets",
    )
    return ask.page("erased.html", found=found, later=_LATER)


async def everything(ask: Ask) -> Response:
    """Every conversation of the present filters with every turn, as JSON Lines."""
    from bot.history import views
    from bot.history.search import Query, find

    query = Query.read(dict(ask.request.query_params))
    out: list[bytes] = []
    while len(out) < 10_000:
        page = await find(ask.bot.store, query, hidden=ask.hidden, limit=200)
        for row in page.rows:
            found = await views.conversation(ask.bot.store, row.conversation)
            if found is not None:
                listed = await views.tickets(ask.bot.store, conversation=row.conversation, after=None, limit=1_000)
                out.append(orjson.dumps(found | {"tickets": listed["items"]}))
        if not page.next:
            break
        query = Query(**{**query.__dict__, "after": page.next})
    await ask.note("export turns", f"{len(out)} conversations", await ask.accounts.access.filters(query.filtered))
    return Response(b"\n".join(out) + b"\n", media_type="application/x-ndjson",
                    headers={"Content-Disposition": 'attachment; filename="conversations.jsonl"'})  # fmt: skip
