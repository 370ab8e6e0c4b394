"""One person's data, exported or erased; and what the age of conversations makes due for erasure."""

from __future__ import annotations

import orjson
from starlette.responses import Response

from bot.clock import horizon
from bot.console.exports import download
from bot.console.site import Ask, Refused
from bot.console.speech import gettext, later
from bot.history import erasure
from bot.store.accounts import read_email

_LATER = later(
    "Not reached from here: mail that was sent, the logs of proxies and mail servers, and backups made before."
)


def _secret(ask: Ask) -> str:
    """What customers' addresses are signed with, so that those the shop vouched for are found."""
    return ask.bot.settings.identity_secret.get_secret_value()


async def privacy(ask: Ask) -> Response:
    """The form to find a person, and what is due by age."""
    days = ask.asked("days", ask.bot.settings.retention_days or 365, least=1, most=36_500)
    due = await erasure.how_old(ask.bot.store, horizon(days))
    return _page(ask, days, due)


def _page(
    ask: Ask, days: int, due: erasure.Erased, *, email: str = "", found: erasure.Erased | None = None
) -> Response:
    set_days = ask.bot.settings.retention_days
    return ask.page("privacy.html", email=email, found=found, days=days, due=due, later=_LATER, set_days=set_days)


async def look(ask: Ask) -> Response:
    """What there is of one person, before anything is done with it."""
    email = read_email(ask.given("email", 254))
    found = await erasure.look(ask.bot.store, email, secret=_secret(ask))
    await ask.note("look for a person", await ask.accounts.access.person(email))
    days = ask.bot.settings.retention_days or 365
    due = await erasure.how_old(ask.bot.store, horizon(days))
    return _page(ask, days, due, email=email, found=found)


async def export(ask: Ask) -> Response:
    """Everything of one person, as a file."""
    email = read_email(ask.given("email", 254))
    data = await erasure.export_person(ask.bot.store, email, secret=_secret(ask))
    await ask.note(
        "export a person", await ask.accounts.access.person(email), f"{len(data['conversations'])} conversations"
    )
    return download(orjson.dumps(data, option=orjson.OPT_INDENT_2), "application/json", "personal-data.json")


async def erase(ask: Ask) -> Response:
    """Erase everything of one person, once somebody said that they are sure."""
    email = read_email(ask.given("email", 254))
    if ask.given("sure") != "yes":
        raise Refused(422, gettext("Tick the box to say that you are sure; nothing was erased."))
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
