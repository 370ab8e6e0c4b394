"""One person's data, exported or erased; and what the age of conversations makes due for erasure."""

from __future__ import annotations

import orjson
from starlette.responses import Response

from bot import erasure
from bot.console.accounts import read_email
from bot.console.site import Ask, Refused
from bot.store.database import token_hash

_LATER = "Not reached from here: mail that was sent, the logs of proxies and mail servers, and backups made before."


async def privacy(ask: Ask) -> Response:
    days = ask.asked("days", ask.bot.settings.retention_days or 365, least=1, most=36_500)
    due = await erasure.how_old(ask.bot.store, erasure.horizon(days))
    return ask.page("privacy.html", email="", found=None, days=days, due=due, later=_LATER,
                    set_days=ask.bot.settings.retention_days)  # fmt: skip


async def look(ask: Ask) -> Response:
    """What there is of one person, before anything is done with it."""
    email = read_email(ask.given("email", 254))
    found = await erasure.look(ask.bot.store, email)
    await ask.note("look for a person", _anonymous(email))
    days = ask.bot.settings.retention_days or 365
    due = await erasure.how_old(ask.bot.store, erasure.horizon(days))
    return ask.page("privacy.html", email=email, found=found, days=days, due=due, later=_LATER,
                    set_days=ask.bot.settings.retention_days)  # fmt: skip


async def export(ask: Ask) -> Response:
    email = read_email(ask.given("email", 254))
    data = await erasure.export_person(ask.bot.store, email)
    await ask.note("export a person", _anonymous(email), f"{len(data['conversations'])} conversations")
    return Response(orjson.dumps(data, option=orjson.OPT_INDENT_2), media_type="application/json",
                    headers={"Content-Disposition": 'attachment; filename="personal-data.json"'})  # fmt: skip


async def erase(ask: Ask) -> Response:
    email = read_email(ask.given("email", 254))
    if ask.given("sure") != "yes":
        raise Refused(422, "Tick the box to say that you are sure; nothing was erased.")
    found, ids = await erasure.erase_person(ask.bot.store, email)
    for id in ids:
        ask.bot.hub.forget(id)
    await ask.note(
        "erase a person", _anonymous(email), f"{found.conversations} conversations, {found.desk_tickets} desk tickets"
    )
    return ask.page("erased.html", found=found, later=_LATER)


async def everything(ask: Ask) -> Response:
    """Every conversation of the present filters with every turn, as JSON Lines."""
    from bot.console import views
    from bot.console.finding import Query, find

    query = Query.read(dict(ask.request.query_params))
    out: list[bytes] = []
    while len(out) < 10_000:
        page = await find(ask.bot.store, query, hidden=ask.hidden, limit=200)
        for row in page.rows:
            found = await views.conversation(ask.bot.store, row.conversation)
            if found is not None:
                out.append(orjson.dumps(found))
        if not page.next:
            break
        query = Query(**{**query.__dict__, "after": page.next})
    await ask.note("export turns", f"{len(out)} conversations", query.address(after=""))
    return Response(b"\n".join(out) + b"\n", media_type="application/x-ndjson",
                    headers={"Content-Disposition": 'attachment; filename="conversations.jsonl"'})  # fmt: skip


def _anonymous(email: str) -> str:
    """A person in the log of access: enough to find the entry again by the same address, and not the address."""
    return f"person {token_hash(email)[:12]}"
