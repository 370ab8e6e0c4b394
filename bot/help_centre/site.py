"""What every page of the help centre shares: templates, headers, refusals, and the way of a request to its page. What
a page shows is in `pages.py` and `for_machines.py`.

Pages are the same for everybody and may be kept: two minutes, and an ETag after that. They set no cookie and run no
script but their own two files, without which all of it works.
"""

from __future__ import annotations

import hashlib
import logging
import pathlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jinja2
from babel.core import negotiate_locale
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.bootstrap import Bot
from bot.chat.accepted import preferred
from bot.chat.limits import Door
from bot.chat.phrases import direction
from bot.chat.words import masked_query
from bot.help_centre.colours import style
from bot.help_centre.shelf import ORIGINAL, Shelf, Shelves
from bot.help_centre.words import day, heading, name_in, number, own_name, say
from bot.store.database import Unavailable

if TYPE_CHECKING:
    from datetime import date

log = logging.getLogger("askonce.help")
_HERE = pathlib.Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
#: So long a browser or a proxy may show a page without asking again: a fix arrives within two minutes.
KEPT = "public, max-age=120"
#: Pages that hold what somebody typed, or say that it did not work.
NOT_KEPT = "no-store"
#: Searches and opinions a minute from one address; behind one there may be a school.
_SEARCHES, _OPINIONS = 300, 30
#: What XML cannot hold.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Refused(Exception):
    """A page that cannot be shown: `key` names the words that say so, `why` those that say what to do."""

    def __init__(self, status: int, key: str = "refused", why: str = "", **values: object) -> None:
        super().__init__(key)
        self.status, self.key, self.why, self.values = status, key, why, values


@dataclass(frozen=True)
class Static:
    """A file that pages load; its `version` is in its address, so that it may be kept for ever."""

    body: bytes
    kind: str

    @property
    def version(self) -> str:
        """Made from what is in it."""
        return hashlib.sha256(self.body).hexdigest()[:12]


@dataclass(frozen=True)
class Ask:
    """One request, in the language of its page, on the shelf of its moment."""

    request: Request
    site: Site
    shelf: Shelf
    language: str

    def say(self, key: str, /, **values: object) -> str:
        """The words of `key` in the page's language."""
        return say(self.language, key, **values)

    def part(self, name: str) -> str:
        """A part of the path; empty where there is none."""
        return str(self.request.path_params.get(name, ""))

    def page(self, template: str, status: int = 200, *, kept: bool = True, **values: object) -> Response:
        """A page; `kept`: whether browsers and proxies may show it again."""
        html = self.site.templates.get_template(template).render(
            ask=self,
            site=self.site,
            language=self.language,
            direction=direction(self.language),
            say=self.say,
            **values,
        )
        if kept and status == 200:
            return self.kept(html, "text/html; charset=utf-8")
        return HTMLResponse(html, status, {"Cache-Control": NOT_KEPT})

    def kept(self, text: str, kind: str, how: str = KEPT) -> Response:
        """What is the same for everybody; nothing but "as before" where the one who asks has it already."""
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"Cache-Control": how, "ETag": etag}
        known = (tag.strip().removeprefix("W/") for tag in self.request.headers.get("if-none-match", "").split(","))
        if any(tag in (etag, "*") for tag in known):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=kind)


Handler = Callable[[Ask], Awaitable[Response]]


class Site:
    """The help centre of one bot."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.settings = bot, bot.settings
        self.shelves = Shelves(bot.answers)
        self.searches = Door(_SEARCHES, self.settings.trusted_proxies)
        self.opinions = Door(_OPINIONS, self.settings.trusted_proxies)
        #: Where pages stand for links within them, and for who reads them elsewhere.
        self.path, self.url = self.settings.help_path, self.settings.help_url
        self.widget = self.path.removesuffix(self.settings.help_prefix) + "/widget.js"
        css = style(self.settings.help_colour) + _read("help.css")
        self.statics = {
            "help.css": Static(css.encode(), "text/css; charset=utf-8"),
            "help.js": Static(_read("help.js").encode(), "text/javascript; charset=utf-8"),
        }
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(xml=_for_xml, day=_day, number=number)
        self.templates.globals.update(own_name=own_name, name_in=name_in, heading=heading, direction_of=direction)

    def static(self, name: str) -> str:
        """The address of a file that pages load."""
        return f"{self.path}/{name}?v={self.statics[name].version}"

    def way(self, handler: Handler, *, machine: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """`handler` as a route's endpoint: what was typed is masked before it is read (R17), what is refused is told in
        words. `machine`: the page has no language in its address."""

        async def go(request: Request) -> Response:
            request.scope["query_string"] = masked_query(request.scope.get("query_string", b""))
            shelf = await self.shelves.now()
            asked = str(request.path_params.get("language", ""))
            known = machine or not asked or asked in shelf.languages
            language = asked if asked in shelf.languages else ORIGINAL if machine else accepted(request, shelf)
            ask = Ask(request, self, shelf, language)
            try:
                if not known:
                    raise Refused(404, "missing", "missing_why")
                response = await handler(ask)
            except Refused as error:
                response = refusal(ask, error)
            except Unavailable:
                response = refusal(ask, Refused(503, why="away"))
            except HTTPException as error:  # a form that is none
                response = refusal(ask, Refused(error.status_code))
            return guarded(response)

        return go

    async def lost(self, request: Request, error: Exception) -> Response:
        """A path that leads nowhere, or may not be asked so."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        shelf = await self.shelves.now()
        first = request.url.path.removeprefix(self.settings.help_prefix).strip("/").split("/")[0]
        language = first if first in shelf.languages else accepted(request, shelf)
        missing = Refused(status, "missing", "missing_why") if status == 404 else Refused(status)
        response = guarded(refusal(Ask(request, self, shelf, language), missing))
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response


def refusal(ask: Ask, error: Refused) -> Response:
    """The page that says so."""
    response = ask.page(
        "refused.html",
        error.status,
        kept=False,
        title=ask.say(error.key),
        why=ask.say(error.why, **error.values) if error.why else "",
    )
    if error.status == 429:
        response.headers["Retry-After"] = "60"
    return response


def guarded(response: Response) -> Response:
    """With the headers that every page carries."""
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def accepted(request: Request, shelf: Shelf) -> str:
    """The first language that the browser asks for and that anything is written in; else the originals'."""
    tags = preferred(request.headers.get("accept-language", ""))
    return (negotiate_locale(tags, shelf.languages, sep="-") if tags else None) or ORIGINAL


def _read(name: str) -> str:
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def _for_xml(text: str) -> str:
    return _NO_XML.sub("", text)


def _day(date: date, language: str) -> str:
    return day(date, language)
