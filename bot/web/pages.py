"""What browsers load: the widget with its words, the demo's shop, and the way to the console."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import bot
from bot.bootstrap import Bot
from bot.chat.phrases import catalogue, language_of

HERE = pathlib.Path(bot.__file__).parent
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'"
)
#: Any shop's page may load the widget, and keeps it for five minutes.
_FOR_SHOPS = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_SHOP_PARTS = {"shop.css": "text/css", "shop.js": "text/javascript"}

widget_routes, demo_routes, console_routes = APIRouter(), APIRouter(), APIRouter()


class _Script(FileResponse):
    """What the OpenAPI document says of a script."""

    media_type = "text/javascript"


@widget_routes.get("/widget.js", response_class=_Script)
async def widget() -> FileResponse:
    return FileResponse(HERE / "widget" / "widget.js", media_type="text/javascript", headers=_FOR_SHOPS)


@widget_routes.get("/widget/words/{locale}.json")
async def widget_words(locale: str) -> JSONResponse:
    language = language_of(locale)
    if language == "en":  # the widget speaks it of itself
        return JSONResponse({"language": "en", "direction": "ltr", "words": {}}, headers=_FOR_SHOPS)
    found = catalogue(language)
    words = {"language": language, "direction": found["direction"], "words": found["widget"]}
    return JSONResponse(words, headers=_FOR_SHOPS)


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
            from bot.console.site import Site

            self._site = Site(self._running()).application()
        await self._site(scope, receive, send)
