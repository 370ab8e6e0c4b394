"""The pages of the one-time channel: what a shopper sees who follows its link, and the taking of what their browser
sealed. Nobody is signed in here and no cookie is set: whoever has the link may seal once, and can read nothing.

Nothing of a page may be kept by anybody, and its address, which is a secret, is in no `Referer`.
"""

from __future__ import annotations

import datetime
import hashlib
import pathlib
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import jinja2
import orjson
from babel.core import negotiate_locale
from sqlalchemy import Row
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.bootstrap import Bot
from bot.chat.accepted import preferred
from bot.chat.limits import Door
from bot.chat.phrases import direction, languages
from bot.clock import as_text, now
from bot.one_time.words import words
from bot.store.database import Unavailable
from bot.store.one_time import LETTERS, seal, told_of

_HERE = pathlib.Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
}
#: Bytes of a document that may be passed on, and of what comes sealed: that, and some text.
LARGEST_FILE, _LARGEST = 800_000, 1_000_000
#: Bytes of a sealed message at the least: the sender's key, the nonce, the mark that proves it whole.
_LEAST = 65 + 12 + 16
#: Requests a minute from one address: a page asks every few seconds whether it was read.
_REQUESTS = 240
_ID = re.compile(f"[{LETTERS}]{{20,64}}")
_KINDS = {"once.css": "text/css; charset=utf-8", "once.js": "text/javascript; charset=utf-8"}


class Pages:
    """The pages of one bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        #: What stands before the paths of the bot for whoever comes through the shop's own address.
        self._root = urlsplit(bot.settings.public_url).path
        self._door = Door(_REQUESTS, bot.settings.trusted_proxies)
        self._statics = {name: (_HERE / "static" / name).read_bytes() for name in _KINDS}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def application(self) -> Starlette:
        """To be mounted at `/once`."""
        statics = [Route(f"/{name}", self._static, methods=["GET"]) for name in _KINDS]
        pages = (
            Route("/{id:str}", self._way(self._page), methods=["GET"]),
            Route("/{id:str}", self._way(self._seal), methods=["POST"]),
            Route("/{id:str}/state", self._way(self._state), methods=["GET"]),
        )
        return Starlette(routes=[*statics, *pages])

    def _way(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def go(request: Request) -> Response:
            if not await self._door.admits(request):
                response = self._said(request, 429, "many", headers={"Retry-After": "60"})
            else:
                try:
                    response = await handler(request)
                except Unavailable:
                    response = self._said(request, 503, "unavailable")
            response.headers.update(_HEADERS)
            return response

        return go

    async def _static(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return Response(self._statics[name], media_type=_KINDS[name], headers={"Cache-Control": "public, max-age=300"})

    def _said(self, request: Request, status: int, key: str, *, headers: dict[str, str] | None = None) -> Response:
        language = _accepted(request)
        if request.method == "POST" or request.url.path.endswith("/state"):
            return JSONResponse({"state": "over" if status == 410 else "error", "said": words(language)[key]}, status,
                                headers=headers)  # fmt: skip
        values = {"title": words(language)["over" if status == 410 else "title"], "why": words(language)[key]}
        html = self._show("said.html", language, **values)
        return HTMLResponse(html, status, headers=headers)

    def _show(self, template: str, language: str, **values: Any) -> str:
        versions = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in self._statics.items()}
        return self._templates.get_template(template).render(
            language=language,
            direction=direction(language),
            words=words(language),
            versions=versions,
            root=self._root,
            **values,
        )

    async def _found(self, request: Request) -> Row[Any] | None:
        """What is known of the page; None where there is none, or its time was over before anything was read."""
        id = str(request.path_params["id"])
        row = await told_of(self._bot.store, id) if _ID.fullmatch(id) else None
        return None if row is None or (row.read_at is None and row.until <= now().timestamp()) else row

    async def _page(self, request: Request) -> Response:
        row = await self._found(request)
        if row is None:
            return self._said(request, 410, "over_why")
        said = words(row.language)
        in_script = {key: said[key] for key in _IN_SCRIPT}
        kilobytes = LARGEST_FILE // 1000
        for key in ("too_large", "file"):
            in_script[key] = said[key].format(size=kilobytes)
        html = self._show(
            "page.html",
            row.language,
            what=said["what"].format(what=row.what) if row.what else "",
            file=in_script["file"],
            told=orjson.dumps({"words": in_script, "largest": LARGEST_FILE, **_state_of(row)}).decode(),
        )
        return HTMLResponse(html)

    async def _state(self, request: Request) -> Response:
        row = await self._found(request)
        return self._said(request, 410, "over_why") if row is None else JSONResponse(_state_of(row))

    async def _seal(self, request: Request) -> Response:
        """The sealed bytes, once: the sender's public key, the nonce, the ciphertext."""
        body = await request.body()
        if not _LEAST <= len(body) <= _LARGEST or body[:1] != b"\x04":
            return self._said(request, 413 if len(body) > _LARGEST else 422, "failed")
        row = await self._found(request)
        if row is None:
            return self._said(request, 410, "over_why")
        kept = await seal(self._bot.store, row.id, body)
        again = await self._found(request)
        if again is None:
            return self._said(request, 410, "over_why")
        return JSONResponse(_state_of(again), 200 if kept else 409)


#: What the page's script says.
_IN_SCRIPT = (
    "sending", "nothing", "too_large", "failed", "sealed", "read", "read_at", "until", "open_until", "over", "over_why",
    "no_key", "insecure", "file",
)  # fmt: skip


def _state_of(row: Row[Any]) -> dict[str, Any]:
    """`open`, `sealed` or `read`, and since or until when."""
    state = "read" if row.read_at else "sealed" if row.sealed_at else "open"
    until = as_text(datetime.datetime.fromtimestamp(row.until, datetime.UTC))
    return {"state": state, "at": row.read_at or until}


def _accepted(request: Request) -> str:
    tags = preferred(request.headers.get("accept-language", ""))
    return (negotiate_locale(tags, sorted(languages()), sep="-") if tags else None) or "en"
