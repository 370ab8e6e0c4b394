"""Pages of the bot's own: the demo's shop, and the ways to the console and to the help centre."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import bot
from bot.bootstrap import Bot

HERE = pathlib.Path(bot.__file__).parent
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'self'"
)
_SHOP_PARTS = {"shop.css": "text/css", "shop.js": "text/javascript"}

demo_routes, console_routes = APIRouter(), APIRouter()


@demo_routes.get("/", response_class=HTMLResponse)
async def shop() -> FileResponse:
    return FileResponse(HERE / "web" / "demo" / "shop.html", headers={"Content-Security-Policy": _PAGE_POLICY})


@demo_routes.get("/demo/{name}")
async def shop_part(name: str) -> FileResponse:
    if name not in _SHOP_PARTS:
        raise HTTPException(404, "There is no such page.")
    return FileResponse(HERE / "web" / "demo" / name, media_type=_SHOP_PARTS[name])


@console_routes.get("/console", include_in_schema=False)
async def console() -> RedirectResponse:
    return RedirectResponse("/console/", 308)


class LateConsole:
    """The console, loaded with its first request: its parts cost a start and memory that most requests have no use
    for."""

    def __init__(self, running: Callable[[], Bot]) -> None:
        self._running = running
        self._site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._site is None:
            from bot.console.routes import ROUTES
            from bot.console.site import Site

            self._site = Site(self._running(), ROUTES).application()
        await self._site(scope, receive, send)


class LateOneTime:
    """The one-time channel, loaded with its first request."""

    def __init__(self, running: Callable[[], Bot]) -> None:
        self._running = running
        self._site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._site is None:
            from bot.one_time.pages import Pages

            self._site = Pages(self._running()).application()
        await self._site(scope, receive, send)


class LateHelp:
    """The help centre, loaded with its first request. Below `root`, where the application mounts it; a request for the
    very path `root`, or for a path of the host's own that it answers, is passed on as one of its pages."""

    def __init__(self, running: Callable[[], Bot], root: str) -> None:
        self._running, self._root = running, root
        self._site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._site is None:
            from bot.help_centre.routes import application

            self._site = application(self._running())
        if scope["path"] == self._root:
            scope = {**scope, "path": self._root + "/", "root_path": self._root}
        await self._site(scope, receive, send)


def add_help(app: FastAPI, prefix: str, running: Callable[[], Bot]) -> None:
    """Adds the help centre below `prefix`, and what search engines ask the host for."""
    centre = LateHelp(running, prefix)
    app.router.routes += [Route(path, centre, include_in_schema=False) for path in (prefix, "/robots.txt")]
    app.mount(prefix, centre)
