"""The web application: routes only. What they do is elsewhere."""

from __future__ import annotations

import pathlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AfterValidator, StringConstraints
from starlette.routing import WebSocketRoute

import bot
from bot.bootstrap import Bot, run_bot
from bot.chat.frames import without_nul
from bot.chat.limits import Limits
from bot.chat.phrases import catalogue, language_of
from bot.chat.rest_channel import answer_rest
from bot.chat.socket import Socket
from bot.chat.words import WORDS, Entry, NotWords
from bot.console.access_log import AccessLog, bearer
from bot.history import views
from bot.history.summaries import renew
from bot.history.transcripts import verdict
from bot.settings import Settings
from bot.store.admission import admits
from bot.store.database import Unavailable
from bot.store.lives import process_name
from bot.store.tables import outbox
from bot.telemetry import tracing
from bot.telemetry.metrics import OLDEST, OUTBOX, RASA, REGISTRY
from bot.web import garbage_collection
from bot.web.asyncapi import document
from bot.web.serving import Edge
from dialogue.understanding.rasa import Rasa
from ticket_bridge.outbox import deliver_again

HERE = pathlib.Path(bot.__file__).parent
_PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"

PageSize = Annotated[int, Query(ge=1, le=200)]


class _Script(FileResponse):
    """What the OpenAPI document says of a script."""

    media_type = "text/javascript"


class RestMessage(Entry):
    """A message of Rasa's REST channel."""

    sender: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul),
                      NotWords("a token: only the hash of its hash is stored")]  # fmt: skip
    message: Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(without_nul), WORDS]


def make_app(settings: Settings, *, own_process: bool = False, **parts: Any) -> FastAPI:
    """The application. `own_process`: nothing else lives in this process, so its memory may be kept as suits the chats; `parts`
    go to `run_bot`, for tests."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        owner = parts.get("owner") or process_name()
        if settings.traces_url:
            tracing.set_up_tracing(settings.traces_url, replica=owner)
        async with run_bot(settings, **(parts | {"owner": owner})) as running:
            app.state.bot = running
            app.state.access = AccessLog(running.store)
            if own_process:
                running.work.start("memory", lambda: garbage_collection.keep(lambda: running.pressure.busy))
            yield
            running.hub.poke_all()
        tracing.shut_down_tracing()

    app = FastAPI(title="Askonce", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    limits = Limits(settings)

    def running() -> Bot:
        found: Bot = app.state.bot
        return found

    app.add_middleware(Edge)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent is not sent back: it may be somebody's words, and need not even be text.
        told = [{"loc": list(e["loc"]), "msg": e["msg"], "type": e["type"]} for e in error.errors()]
        return JSONResponse({"detail": told}, 422)

    @app.exception_handler(views.BadPlace)
    async def bad_place(request: Request, error: views.BadPlace) -> JSONResponse:
        return JSONResponse({"detail": [{"loc": ["query", "after"], "msg": str(error), "type": "value_error"}]}, 422)

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> JSONResponse:
        way_out = f"; please try again shortly, or write to {running().support_email}."
        return JSONResponse({"detail": f"The database is not available right now{way_out}"}, 503)

    async def chat(ws: WebSocket) -> None:
        await Socket(ws, running().hub, limits, running().pressure, settings).run()

    # Starlette's plain route: what FastAPI's own would keep for each open chat, for parameters that this one has not, is memory.
    app.router.routes.append(WebSocketRoute("/ws", chat))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await readiness(running())
        return JSONResponse(found, 503 if found["database"] != "ok" else 200)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        b = running()
        if isinstance(b.understander, Rasa):
            for outcome, count in b.understander.outcomes.items():
                RASA.labels(outcome).set(count)
        counts = await views.outbox_counts(b.store)
        for status in ("queued", "sending", "filed", "refused"):
            OUTBOX.labels(status).set(counts.get(status, 0))
        oldest = await views.oldest_unfiled(b.store)
        OLDEST.set(max(0.0, time.time() - oldest) if oldest is not None else 0)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @app.get("/asyncapi.json")
    async def asyncapi() -> dict[str, Any]:
        return document()

    @app.get("/widget.js", response_class=_Script)
    async def widget() -> FileResponse:
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        return FileResponse(HERE / "widget" / "widget.js", media_type="text/javascript", headers=headers)

    @app.get("/widget/words/{locale}.json")
    async def widget_words(locale: str) -> JSONResponse:
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        language = language_of(locale)
        if language == "en":
            return JSONResponse({"language": "en", "direction": "ltr", "words": {}}, headers=headers)
        found = catalogue(language)
        return JSONResponse(
            {"language": language, "direction": found["direction"], "words": found["widget"]}, headers=headers
        )

    if settings.demo:
        _demo(app)
    if settings.rest_channel:

        @app.post("/webhooks/rest/webhook")
        async def rest(message: RestMessage) -> list[dict[str, str]]:
            return await answer_rest(running().hub, message.sender, message.message, wait=settings.saved_after + 1)

    async def administrator(request: Request, authorization: Annotated[str | None, Header()] = None) -> None:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not await admits(running(), token.strip()):
            raise HTTPException(
                401, "Send the administrator's token as 'Authorization: Bearer …'.", {"WWW-Authenticate": "Bearer"}
            )
        access: AccessLog = app.state.access
        note = access.note_once if request.method == "GET" else access.note
        who, filters = bearer(token.strip()), await access.filters(request.query_params)
        await note(who, f"API {request.method}", request.url.path, filters)

    signed_in = [Depends(administrator)]

    @app.get("/api/conversations", dependencies=signed_in)
    async def conversations(after: str | None = None, limit: PageSize = 50, act: str | None = None) -> dict[str, Any]:
        return await views.conversations(running().store, after=after, limit=limit, act=act)

    @app.get("/api/conversations/{id}", dependencies=signed_in)
    async def conversation(id: str) -> dict[str, Any]:
        found = await views.conversation(running().store, id)
        if found is None:
            raise HTTPException(404, "There is no such conversation.")
        bot = running()
        violations = await verdict(bot.store, id, support_email=bot.support_email)
        return found | {"violations": [{"rule": v.rule, "seq": v.seq, "reason": v.reason} for v in violations]}

    @app.get("/api/tickets", dependencies=signed_in)
    async def tickets(
        conversation: str | None = None, after: str | None = None, limit: PageSize = 50
    ) -> dict[str, Any]:
        found = await views.tickets(running().store, conversation=conversation, after=after, limit=limit)
        return found | {"items": [_published(item) for item in found["items"]]}

    @app.get("/api/tickets/{reference}", dependencies=signed_in)
    async def ticket(reference: str) -> dict[str, Any]:
        found = await views.ticket(running().store, reference)
        if found is None:
            raise HTTPException(404, "There is no ticket with this reference.")
        return _published(found)

    @app.post("/api/tickets/{reference}/deliver", dependencies=signed_in)
    async def deliver(reference: str) -> dict[str, str]:
        b = running()
        put_back = await b.store.transact(
            lambda connection: deliver_again(connection, outbox, now=time.time(), reference=reference)
        )
        if not put_back:
            raise HTTPException(409, "This ticket was not refused by the helpdesk, so there is nothing to send again.")
        await renew(b.store, put_back, support_email=b.support_email)
        b.courier.wake()
        return {"reference": reference, "status": "queued"}

    @app.get("/console", include_in_schema=False)
    async def console() -> RedirectResponse:
        return RedirectResponse("/console/", 308)

    app.mount("/console", _Console(running))
    return app


def _published(ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket as the protocol has it."""
    return {name: value for name, value in ticket.items() if name != "created_at"}


class _Console:
    """The console, loaded with its first request: its parts cost a start and memory that most requests have no use for."""

    def __init__(self, running: Callable[[], Bot]) -> None:
        self._running = running
        self._site: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._site is None:
            from bot.console.site import Site

            self._site = Site(self._running()).application()
        await self._site(scope, receive, send)


def _demo(app: FastAPI) -> None:
    kinds = {"shop.css": "text/css", "shop.js": "text/javascript"}

    @app.get("/", response_class=HTMLResponse)
    async def shop() -> FileResponse:
        policy = _PAGE_POLICY.replace("style-src 'self'", "style-src 'self'")
        return FileResponse(HERE / "web" / "demo" / "shop.html", headers={"Content-Security-Policy": policy})

    @app.get("/demo/{name}")
    async def shop_part(name: str) -> FileResponse:
        if name not in kinds:
            raise HTTPException(404, "There is no such page.")
        return FileResponse(HERE / "web" / "demo" / name, media_type=kinds[name])


async def readiness(running: Bot) -> dict[str, str]:
    """The state of the database, the understander, the helpdesk and the work in the background: `ok`, or what is wrong with each."""
    found = {"status": "ok", "database": "ok", "understander": "ok", "helpdesk": "ok", "work": "ok"}
    try:
        await running.store.ping()
    except Unavailable as error:
        found["database"] = f"down ({error})"
    if not await running.understander.ready():
        found["understander"] = "degraded (Rasa does not answer; rules understand meanwhile)"
    elif running.understander.name == "rules":
        found["understander"] = "ok (rules only)" if running.settings.rasa_url == "" else "ok"
    if (trouble := await running.helpdesk_trouble()) is not None:
        found["helpdesk"] = f"degraded ({trouble}; tickets are saved and filed later)"
    if troubles := running.work.troubles:
        found["work"] = f"degraded ({'; '.join(f'{name}: {what}' for name, what in sorted(troubles.items()))})"
    if any(not value.startswith("ok") for value in found.values()):
        found["status"] = "degraded"
    return found
