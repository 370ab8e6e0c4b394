"""What shops' pages load: the widget's script and its words. No page of the bot's own, and nothing of any chat."""

from __future__ import annotations

import gzip
import hashlib
import re

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from bot.chat.phrases import catalogue, language_of
from bot.widget.joined import script

#: Any origin may load both; an edit reaches shops in five minutes.
_HEADERS = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


class _Script(Response):
    """A script, for the answer and for what the OpenAPI document says of it."""

    media_type = "text/javascript"


class _Kept:
    """A script as it is served: whole or compressed, once made, and nothing where the browser has it."""

    def __init__(self, body: bytes) -> None:
        self._bodies = {"": body, "gzip": gzip.compress(body, mtime=0)}

    def answer(self, request: Request) -> _Script:
        """The script, or status 304. A compressed body is another body, so its tag is another."""
        coding = "gzip" if _takes_gzip(request.headers.get("accept-encoding", "")) else ""
        etag = f'"{hashlib.sha256(self._bodies[coding]).hexdigest()[:32]}"'
        headers = _HEADERS | {"ETag": etag, "Vary": "Accept-Encoding"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if known & {etag, "*"}:
            return _Script(status_code=304, headers=headers)
        return _Script(self._bodies[coding], headers=headers | ({"Content-Encoding": coding} if coding else {}))


def _takes_gzip(accepted: str) -> bool:
    found = re.search(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)", accepted.lower())
    return found is not None and (found[1] is None or re.search(r"[1-9]", found[1]) is not None)


def add_widget(app: FastAPI) -> None:
    """Adds the widget's two routes. The script is joined here, so that a bot whose widget is broken does not start."""
    kept = _Kept(script().encode())

    @app.get("/widget.js", response_class=_Script)
    async def widget(request: Request) -> _Script:
        return kept.answer(request)

    @app.head("/widget.js", include_in_schema=False)
    async def widget_head(request: Request) -> _Script:
        return kept.answer(request)

    @app.get("/widget/words/{locale}.json")
    async def widget_words(locale: str) -> JSONResponse:
        language = language_of(locale)
        if language == "en":
            return JSONResponse({"language": "en", "direction": "ltr", "words": {}}, headers=_HEADERS)
        found = catalogue(language)
        return JSONResponse(
            {"language": language, "direction": found["direction"], "words": found["widget"]}, headers=_HEADERS
        )
