"""The web application, put together: the bot behind it, its routes, and what it says of errors. What routes do is in
`api.py`, `pages.py` and `health.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.routing import WebSocketRoute

from bot.bootstrap import run_bot
from bot.chat.limits import Door, Limits
from bot.chat.socket import Socket
from bot.history.views import BadPlace
from bot.settings import Settings
from bot.store.access_log import AccessLog
from bot.store.database import Unavailable
from bot.store.lives import process_name
from bot.telemetry import tracing
from bot.web import api, articles_api, files_api, garbage_collection, health, pages
from bot.web.running import bot_of
from bot.web.serving import Edge
from bot.web.widget import add_widget


def make_app(settings: Settings, *, own_process: bool = False, **parts: Any) -> FastAPI:
    """The application. `own_process`: nothing else lives in this process, so Python's garbage collection may be held as
    suits the chats; `parts` go to `run_bot`, for tests."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        owner = parts.get("owner") or process_name()
        if settings.traces_url:
            tracing.set_up_tracing(settings.traces_url, replica=owner)
        async with run_bot(settings, **(parts | {"owner": owner})) as running:
            app.state.bot = running
            app.state.access = AccessLog(running.store)
            if own_process:
                collecting = garbage_collection.collect_when_quiet
                running.work.start("memory", lambda: collecting(lambda: running.pressure.busy))
            yield
            running.hub.poke_all()
        tracing.shut_down_tracing()

    app = FastAPI(title="Askonce", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    limits = Limits(settings)

    async def chat(ws: WebSocket) -> None:
        running = bot_of(app)
        await Socket(ws, running.hub, limits, running.pressure, settings).run()

    # Starlette's plain route: what FastAPI's own would keep for each open chat, for parameters that this one has not,
    # is memory.
    app.router.routes.append(WebSocketRoute("/ws", chat))
    app.include_router(health.routes)
    app.include_router(api.contract_routes)
    add_widget(app)
    if settings.demo:
        app.include_router(pages.demo_routes)
    if settings.rest_channel:
        app.state.rest_door = Door(round(60 * settings.limit_address_rate), settings.trusted_proxies)
        app.include_router(api.rest_routes)
    app.include_router(api.routes)
    app.include_router(articles_api.routes)
    if settings.files:
        app.state.file_door = files_api.make_door(settings.limit_address_files, settings.trusted_proxies)
        app.include_router(files_api.routes)
    app.include_router(pages.console_routes)
    app.mount("/console", pages.LateConsole(lambda: bot_of(app)))
    app.mount("/once", pages.LateOneTime(lambda: bot_of(app)))
    if settings.help:
        pages.add_help(app, settings.help_prefix, lambda: bot_of(app))
    app.add_middleware(Edge)
    for kind, told in ((RequestValidationError, _invalid), (BadPlace, _bad_place), (Unavailable, _unavailable)):
        app.add_exception_handler(kind, told)
    return app


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What was sent is not sent back: it may be somebody's words, and need not even be text."""
    assert isinstance(error, RequestValidationError)
    told = [{"loc": list(e["loc"]), "msg": e["msg"], "type": e["type"]} for e in error.errors()]
    return JSONResponse({"detail": told}, 422)


async def _bad_place(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": [{"loc": ["query", "after"], "msg": str(error), "type": "value_error"}]}, 422)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    way_out = f"; please try again shortly, or write to {bot_of(request.app).support_email}."
    return JSONResponse({"detail": f"The database is not available right now{way_out}"}, 503)
