"""What programs call: the WebSocket's contract, Rasa's REST channel, and the conversations and tickets of `/api`.

`/api` is for the bearer of the administrator's token alone, and every use of it is in the log of access.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from pydantic import AfterValidator, StringConstraints

from bot.chat.frames import without_nul
from bot.chat.rest_channel import answer_rest
from bot.chat.words import WORDS, Entry, NotWords
from bot.history import views
from bot.history.transcripts import verdict
from bot.operations.delivery import deliver_again
from bot.store.access_log import AccessLog, bearer
from bot.store.admin_token import is_administrators
from bot.web.asyncapi import document
from bot.web.running import Running

PageSize = Annotated[int, Query(ge=1, le=200)]


async def administrator(
    running: Running, request: Request, authorization: Annotated[str | None, Header()] = None
) -> None:
    """Refuses whoever does not bear the administrator's token; notes what the bearer does."""
    scheme, _, token = (authorization or "").partition(" ")
    token, configured = token.strip(), running.settings.admin_token.get_secret_value()
    if scheme.lower() != "bearer" or not await is_administrators(token, configured=configured, store=running.store):
        raise HTTPException(
            401, "Send the administrator's token as 'Authorization: Bearer …'.", {"WWW-Authenticate": "Bearer"}
        )
    access: AccessLog = request.app.state.access
    note = access.note_once if request.method == "GET" else access.note
    who, filters = bearer(token), await access.filters(request.query_params)
    await note(who, f"API {request.method}", request.url.path, filters)


contract_routes, rest_routes = APIRouter(), APIRouter()
routes = APIRouter(prefix="/api", dependencies=[Depends(administrator)])


@contract_routes.get("/asyncapi.json")
async def asyncapi() -> dict[str, Any]:
    return document()


class RestMessage(Entry):
    """A message of Rasa's REST channel."""

    sender: Annotated[
        str,
        StringConstraints(min_length=1, max_length=200),
        AfterValidator(without_nul),
        NotWords("a token: only the hash of its hash is stored"),
    ]
    message: Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(without_nul), WORDS]


@rest_routes.post("/webhooks/rest/webhook")
async def rest(message: RestMessage, running: Running, request: Request) -> list[dict[str, str]]:
    if not await request.app.state.rest_door.admits(request):
        raise HTTPException(429, "Too many messages from your address; come back in a minute.", {"Retry-After": "60"})
    patience = running.settings.saved_after + 1
    return await answer_rest(running.hub, message.sender, message.message, wait=patience)


@routes.get("/conversations")
async def conversations(
    running: Running, after: str | None = None, limit: PageSize = 50, act: str | None = None
) -> dict[str, Any]:
    return await views.conversations(running.store, after=after, limit=limit, act=act)


@routes.get("/conversations/{id}")
async def conversation(running: Running, id: str) -> dict[str, Any]:
    found = await views.conversation(running.store, id)
    if found is None:
        raise HTTPException(404, "There is no such conversation.")
    violations = await verdict(running.store, id, support_email=running.support_email)
    return found | {"violations": [{"rule": v.rule, "seq": v.seq, "reason": v.reason} for v in violations]}


@routes.get("/tickets")
async def tickets(
    running: Running, conversation: str | None = None, after: str | None = None, limit: PageSize = 50
) -> dict[str, Any]:
    found = await views.tickets(running.store, conversation=conversation, after=after, limit=limit)
    return found | {"items": [_published(item) for item in found["items"]]}


@routes.get("/tickets/{reference}")
async def ticket(running: Running, reference: str) -> dict[str, Any]:
    found = await views.ticket(running.store, reference)
    if found is None:
        raise HTTPException(404, "There is no ticket with this reference.")
    return _published(found)


@routes.post("/tickets/{reference}/deliver")
async def deliver(running: Running, reference: str) -> dict[str, str]:
    if not await deliver_again(running.store, support_email=running.support_email, reference=reference):
        raise HTTPException(409, "This ticket was not refused by the helpdesk, so there is nothing to send again.")
    running.courier.wake()
    return {"reference": reference, "status": "queued"}


def _published(ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket as the protocol has it."""
    return {name: value for name, value in ticket.items() if name != "created_at"}
