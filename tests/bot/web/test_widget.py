"""The widget's routes: one script for every page, whoever asks."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest
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


async def _asked(method: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it came over the wire."""
    app = FastAPI()
    add_widget(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.test") as http:
        async with http.stream(
            method, "/widget.js", headers={name.replace("_", "-"): v for name, v in headers.items()}
        ) as r:
            return r, b"".join([part async for part in r.aiter_raw()])


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "deflate,x-gzip"])
async def test_it_is_compressed_for_who_takes_that(accepted: str) -> None:
    answer, wire = await _asked("GET", accept_encoding=accepted)
    assert answer.headers["content-encoding"] == "gzip" and gzip.decompress(wire).decode() == script()
    assert answer.headers["vary"] == "Accept-Encoding" and len(wire) < len(script()) / 2


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "gzip; q=0.0, br", "br"])
async def test_it_is_whole_for_who_does_not(accepted: str) -> None:
    answer, wire = await _asked("GET", accept_encoding=accepted)
    assert "content-encoding" not in answer.headers and wire.decode() == script()
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_who_has_it_is_told_so_and_who_asks_for_its_head_gets_that(accepted: str) -> None:
    whole, wire = await _asked("GET", accept_encoding=accepted)
    again, nothing = await _asked("GET", accept_encoding=accepted, if_none_match=f'"x", W/{whole.headers["etag"]}')
    assert again.status_code == 304 and nothing == b"" and again.headers["etag"] == whole.headers["etag"]
    other, _ = await _asked("GET", accept_encoding=accepted, if_none_match='"another"')
    assert other.status_code == 200
    head, _ = await _asked("HEAD", accept_encoding=accepted)
    assert head.status_code == 200 and head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == str(len(wire))
