"""What shops' pages load: the widget's script and its words. No page of the bot's own, and nothing of any chat."""

from __future__ import annotations

import hashlib

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from bot.chat.phrases import catalogue, language_of
from bot.widget.joined import script

#: Any origin may load both; an edit reaches shops in five minutes.
_HEADERS = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


class _Script(Response):
    """A script, for the answer and for what the OpenAPI document says of it."""

    media_type = "text/javascript"


def add_widget(app: FastAPI) -> None:
    """Adds the widget's two routes. The script is joined here, so that a bot whose widget is broken does not start."""
    body = script().encode()
    headers = _HEADERS | {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}

    @app.get("/widget.js", response_class=_Script)
    async def widget() -> _Script:
        return _Script(body, headers=headers)

    @app.get("/widget/words/{locale}.json")
    async def widget_words(locale: str) -> JSONResponse:
        language = language_of(locale)
        if language == "en":
            return JSONResponse({"language": "en", "direction": "ltr", "words": {}}, headers=_HEADERS)
        found = catalogue(language)
        return JSONResponse(
            {"language": language, "direction": found["direction"], "words": found["widget"]}, headers=_HEADERS
        )
