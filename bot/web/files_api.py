"""Files of a chat over HTTP: uploaded in pieces by whoever holds the chat's token, and given to nobody but whoever
may read that chat; and the page of a ticket's files behind a signed address.

A file is never shown as a part of any page: every answer says what to do with it, forbids to guess what it is, and
carries a policy under which nothing in it can run.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import escape
from pydantic import AfterValidator, BaseModel, StringConstraints

from bot.chat.conversation import Conversation, UnknownFile
from bot.chat.frames import without_nul
from bot.chat.limits import Door
from bot.chat.phrases import render, spoken
from bot.chat.socket import allowed_origin
from bot.chat.words import ClientId, NotWords
from bot.evidence.intake import Intake, Received
from bot.evidence.kinds import Refused
from bot.evidence.serving import headers_of
from bot.store.files import rows
from bot.store.files.rows import Kept
from bot.web.running import Running

log = logging.getLogger("askonce.files")
routes = APIRouter(tags=["files"])
_STATUS = {"big": 413, "pixels": 413, "many": 409, "full": 507, "fast": 429, "late": 503, "unscanned": 503}
_AWAY = "Files cannot be reached right now. Please try again in a moment."
_NOT_HERE = "There is no such file for you here: it needs the token of its chat as 'Authorization: Bearer …'."

Token = Annotated[str | None, Header(alias="Authorization", max_length=300)]
FileId = Annotated[str, Path(pattern="^[a-z]{28}$")]
Id = Annotated[str, Query(min_length=1, max_length=200, description="the client's own id of this upload")]
Name = Annotated[
    str,
    StringConstraints(max_length=500),
    AfterValidator(without_nul),
    NotWords("cleaned and masked before it is kept, see bot.evidence.kinds"),
]


class FileTold(BaseModel):
    """A file that is complete. `sent`: it stands in a turn of the chat; one that does not is forgotten after a day.
    `url` and `thumbnail` are paths on this host, for the bearer of the chat's token; `thumbnail` null where it is no
    picture."""

    id: str
    name: str
    type: str
    size: int
    url: str
    thumbnail: str | None
    sent: bool


class PartTold(BaseModel):
    """An upload that is not complete: how many bytes are here. The next piece begins there."""

    received: int


class NotTaken(BaseModel):
    """Why a file was not taken: `code`, and `detail` for a person, in the chat's language."""

    code: str
    detail: str


_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": PartTold, "description": "Not complete yet"},
    403: {"description": "A page whose origin the shop did not allow"},
    404: {"description": "No such chat for this token"},
    **{code: {"model": NotTaken} for code in (409, 413, 415, 429, 503, 507)},
}


def make_door(per_minute: int, trusted: tuple[str, ...]) -> Door:
    """What counts pieces by address: a file of the usual size has a dozen."""
    return Door(per_minute * 20, trusted)


@routes.post("/api/conversations/{conversation}/files", response_model=FileTold, responses=_ANSWERS, status_code=201)
async def upload(
    running: Running,
    request: Request,
    conversation: str,
    id: Id,
    name: Annotated[Name, Query()],
    size: Annotated[int, Query(ge=0, description="bytes of the whole file")],
    offset: Annotated[int, Query(ge=0, description="where in the file the body begins")] = 0,
    send: Annotated[bool, Query(description="false: send it with a `file` frame, together with others")] = True,
    authorization: Token = None,
) -> Response:
    """One piece of a file (up to 1 MiB), as the body. With the last piece the file is looked into, made safe and kept;
    the same `id` again gives the same file. Needs the chat's token."""
    cross = _cross(running, request)
    found = await _conversation(running, authorization, conversation)
    intake: Intake = running.intake
    try:
        if not await _door(request).admits(request):
            raise Refused("fast")
        piece = await request.body()
        if found.unborn:
            await found.be_born()
        client_id = ClientId.of(id)
        kept = await intake.take(found.id, client_id, name=name, size=size, offset=offset, piece=piece)
    except Refused as refused:
        return _refused(running, found, refused, cross)
    except OSError:
        return _refused(running, found, Refused("full"), cross)
    if isinstance(kept, Received):
        return JSONResponse({"received": kept.received}, 202, cross)
    sent = kept.seq is not None
    if send and not sent:
        try:
            await found.show(client_id, [kept.id])
        except UnknownFile:  # another request sent it in this very moment
            pass
        sent = True
    return JSONResponse(_told(kept, sent=sent), 201, cross)


@routes.get("/api/conversations/{conversation}/files", response_model=FileTold | PartTold)
async def progress(
    running: Running, request: Request, conversation: str, id: Id, authorization: Token = None
) -> Response:
    """How far an upload has come: after a cut, the place to go on from."""
    cross = _cross(running, request)
    found = await _conversation(running, authorization, conversation)
    try:
        kept = await running.intake.received(found.id, ClientId.of(id))
    except OSError as error:
        log.error("an upload cannot be looked at: %s", error.strerror)
        raise HTTPException(503, _AWAY, cross) from None
    if isinstance(kept, Received):
        return JSONResponse({"received": kept.received}, 200, cross)
    return JSONResponse(_told(kept, sent=kept.seq is not None), 200, cross)


@routes.get("/api/files/{id}", response_class=Response)
async def content(running: Running, request: Request, id: FileId, authorization: Token = None) -> Response:
    """A file, for the bearer of its chat's token."""
    return await _given(running, request, id, authorization, small=False)


@routes.get("/api/files/{id}/thumbnail", response_class=Response)
async def thumbnail(running: Running, request: Request, id: FileId, authorization: Token = None) -> Response:
    """A small picture of a file, for the bearer of its chat's token."""
    return await _given(running, request, id, authorization, small=True)


@routes.options("/api/conversations/{conversation}/files", include_in_schema=False)
@routes.options("/api/files/{id}", include_in_schema=False)
@routes.options("/api/files/{id}/thumbnail", include_in_schema=False)
async def preflight(running: Running, request: Request) -> Response:
    """What a browser asks before a page of another origin may do so."""
    cross = _cross(running, request)
    asked = {
        "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }  # fmt: skip
    return Response(status_code=204, headers=cross | asked)


# ---------------------------------------------------------------- behind a signed address


@routes.get("/evidence/{where}", response_class=HTMLResponse, include_in_schema=False)
async def of_ticket(running: Running, where: Annotated[str, Path(max_length=120)]) -> Response:
    """The files of a ticket, for whoever has its signed address."""
    reference = running.signing.opened(where, time.time())
    if reference is None:
        raise HTTPException(404, "This address is not valid, or not any more.")
    found = await rows.of_ticket(running.store, reference)
    lines = "".join(
        f'<li><a href="{where}/{kept.id}">{escape(kept.name)}</a> ({-(-kept.size // 1000):,} kB)</li>' for kept in found
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{reference}</title><h1>Files of {reference}</h1>"
        + (f"<ul>{lines}</ul>" if found else "<p>There are no files (any more).</p>")
    )
    policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(
        page,
        headers={
            "Content-Security-Policy": policy, "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        },
    )  # fmt: skip


@routes.get("/evidence/{where}/{id}", response_class=Response, include_in_schema=False)
async def one_of_ticket(running: Running, where: Annotated[str, Path(max_length=120)], id: FileId) -> Response:
    """One of these files."""
    reference = running.signing.opened(where, time.time())
    kept = await rows.by_id(running.store, id) if reference else None
    if kept is None or reference is None or kept.seq is None:
        raise HTTPException(404, "This address is not valid, or not any more.")
    if all(other.id != id for other in await rows.of_ticket(running.store, reference)):
        raise HTTPException(404, "This address is not valid, or not any more.")
    return await _answer(running, kept, small=False, more={"X-Robots-Tag": "noindex"})


# ---------------------------------------------------------------- what they share


def _door(request: Request) -> Door:
    found: Door = request.app.state.file_door
    return found


def _cross(running: Running, request: Request) -> dict[str, str]:
    """What lets a page of an allowed origin read the answer. Raises `HTTPException` for another's."""
    origin = request.headers.get("origin")
    if not allowed_origin(origin, request.headers.get("host"), running.settings.allowed_origins):
        raise HTTPException(403, "This page may not use this chat; the shop must allow its origin.")
    return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin} if origin else {})


async def _conversation(running: Running, authorization: str | None, id: str) -> Conversation:
    found = await _bearers(running, authorization)
    if found is None or found.id != id:
        raise HTTPException(404, "There is no such chat for this token.")
    return found


async def _bearers(running: Running, authorization: str | None) -> Conversation | None:
    """The chat whose token was sent."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return await running.hub.resume(token.strip())


async def _given(running: Running, request: Request, id: str, authorization: str | None, *, small: bool) -> Response:
    cross = _cross(running, request)
    found, kept = await _bearers(running, authorization), await rows.by_id(running.store, id)
    if found is None or kept is None or kept.conversation != found.id:
        raise HTTPException(404, _NOT_HERE, cross)
    return await _answer(running, kept, small=small, more=cross)


async def _answer(running: Running, kept: Kept, *, small: bool, more: dict[str, str]) -> Response:
    hash = kept.thumbnail if small else kept.content
    try:
        body = await asyncio.to_thread(running.intake.folder.read, hash or "")
    except (FileNotFoundError, ValueError):
        raise HTTPException(404, "This file is not here (any more).", more) from None
    except OSError as error:
        log.error("a file cannot be read: %s", error.strerror)
        raise HTTPException(503, _AWAY, more) from None
    return Response(body, headers=headers_of(kept.name, kept.type, small=small) | more)


def _told(kept: Kept, *, sent: bool) -> dict[str, Any]:
    return kept.file.frame() | {"sent": sent}


def _refused(running: Running, found: Conversation, refused: Refused, cross: dict[str, str]) -> JSONResponse:
    words = render(
        f"file_{refused.code}", {"most": refused.most}, support_email=running.support_email,
        language=spoken(found.state, found.locale),
    )  # fmt: skip
    return JSONResponse({"code": refused.code, "detail": words}, _STATUS.get(refused.code, 415), cross)
