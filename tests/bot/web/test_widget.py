"""The widget's routes: one script for every page, whoever asks."""

from __future__ import annotations

import re

import httpx
from fastapi import FastAPI

from bot.web.widget import add_widget
from bot.widget.joined import script


async def test_the_script_is_served_whole_to_every_origin_and_may_be_kept() -> None:
    app = FastAPI()
    add_widget(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.test") as http:
        first, second = await http.get("/widget.js"), await http.get("/widget.js")
    assert first.text == script() and first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["access-control-allow-origin"] == "*"
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["etag"]) and first.headers["etag"] == second.headers["etag"]
