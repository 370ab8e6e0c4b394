"""Tickets on their way to the helpdesk: what was passed, how delivery went, and sending a refused one again."""

from __future__ import annotations

from starlette.responses import Response

from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.history import views
from bot.history.masking import veiled
from bot.history.shown import TICKETS, names_of_each
from bot.operations.delivery import deliver_again


async def tickets(ask: Ask) -> Response:
    """Tickets, the newest first, with what was passed and how delivery went."""
    status = ask.request.query_params.get("delivery", "")
    if status not in ("", "queued", "sending", "filed", "refused"):
        raise Refused(
            422, gettext("“%(name)s” may be %(allowed)s.", name="delivery", allowed="queued, sending, filed, refused")
        )
    after = ask.request.query_params.get("after") or None
    try:
        found = await views.tickets(ask.bot.store, conversation=None, after=after, limit=50, status=status or None)
    except ValueError as error:
        raise Refused(422, gettext("“after” is no place in this list; open the list without it.")) from error
    if ask.hidden:
        names = await names_of_each(ask.bot.store, [t["conversation"] for t in found["items"]])
        found["items"] = [veiled(t, names[t["conversation"]], TICKETS) for t in found["items"]]
    return ask.page("tickets.html", found=found, status=status, counts=await views.outbox_counts(ask.bot.store))


async def send_again(ask: Ask) -> Response:
    """Send a refused ticket again, after its cause is mended."""
    reference, back = ask.part("reference"), ask.given("back") or "/console/tickets"
    if not await deliver_again(ask.bot.store, support_email=ask.bot.support_email, reference=reference):
        raise Refused(
            409,
            gettext(
                "Ticket %(reference)s was not refused by the helpdesk, so there is nothing to send again.",
                reference=reference,
            ),
        )
    ask.bot.courier.wake()
    await ask.note("deliver again", reference)
    return ask.to(
        _local(back), gettext("%(reference)s was sent again; its delivery is shown here.", reference=reference)
    )


def _local(path: str) -> str:
    """A page of the console, whatever a form says."""
    return path if path.startswith("/console/") and "\\" not in path and "//" not in path else "/console/conversations"
