"""The console as a web application of its own, mounted at `/console`: who may open which page, CSRF, pages and errors.

Every route is declared with the least role it asks for (None: nobody needs to be signed in), and tests try each with
each role. Handlers live beside what they show (`conversations`, `reviewing`, `numbers`, `articles`, `desk` and the
like); they get an `Ask` and give a response. Loaded with the first request, so that a bot nobody reviews does not carry
it.
"""

from __future__ import annotations

import logging
import pathlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jinja2
import markupsafe
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.bootstrap import Bot
from bot.chat.limits import Door, is_trusted
from bot.chat.words import masked_form, masked_query
from bot.console.speech import form, gettext, languages, number, pgettext, speak, speaking, speech, speech_for
from bot.console.wording import FILTERS, apology, plain
from bot.history.search import OddNumber, QueryError
from bot.store.accounts import AccountError, Accounts, Role, SignedIn, labels
from bot.store.database import Unavailable
from dialogue.understanding.secrets import Masked, mask

log = logging.getLogger("askonce.console")
_HERE = pathlib.Path(__file__).parent
SESSION, SAID, LANGUAGE = "askonce_console", "askonce_said", "askonce_language"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_LARGEST_FORM = 400_000


class Refused(Exception):
    """A page that cannot be shown, or a form that cannot be taken: status and words for the person."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


#: The largest number that both databases hold in a column of theirs.
_MOST = 2**31 - 1


def whole(text: str, what: str, *, least: int = 0, most: int = _MOST) -> int:
    """A whole number that a form or an address gave. Raises `Refused`: figures of other scripts, signs, fractions and
    what no column holds are no numbers here."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise Refused(
            400,
            gettext(
                "“%(name)s” must be a whole number from %(least)s to %(most)s.",
                name=plain(what),
                least=number(least),
                most=number(most),
            ),
        )
    return int(text)


Handler = Callable[["Ask"], Awaitable[Response]]


@dataclass(frozen=True)
class PageRoute:
    """`role` is the least that may come in; None for the pages before signing in. `noted`: whoever gets the page has
    seen something of shoppers, and the log says so, where the handler does not say it more exactly."""

    method: str
    path: str
    role: Role | None
    handler: Handler
    noted: bool = True


@dataclass
class Ask:
    """One request to the console."""

    request: Request
    bot: Bot
    accounts: Accounts
    site: Site
    who: SignedIn | None
    #: What was filled in, secrets masked (R17).
    form: FormData = field(default_factory=FormData)
    #: The same as it came: for `credential` alone.
    raw: FormData = field(default_factory=FormData, repr=False)
    #: A secret was taken out of what was given.
    held: bool = False
    noted: bool = False

    @property
    def me(self) -> SignedIn:
        if self.who is None:
            raise Refused(401, gettext("Sign in first."))
        return self.who

    @property
    def hidden(self) -> bool:
        """True where personal data is masked: for viewers."""
        return self.who is None or self.who.account.role < Role.REVIEWER

    def may(self, role: Role) -> bool:
        return self.who is not None and self.who.account.role >= role

    def part(self, name: str) -> str:
        """A part of the path, secrets masked."""
        value = self.request.path_params[name]
        return mask(value) if isinstance(value, str) else str(value)

    def place(self, name: str) -> int:
        """A number in the path. Raises `Refused` where nothing can be there."""
        number = self.part(name)
        if not re.fullmatch(r"[0-9]{1,10}", number) or int(number) > _MOST:
            raise Refused(404, gettext("There is no such page."))
        return int(number)

    def number(self, name: str, *, least: int = 0, most: int = _MOST) -> int:
        """A whole number of the form. Raises `Refused`."""
        return whole(self.given(name), name, least=least, most=most)

    def asked(self, name: str, otherwise: int, *, least: int = 0, most: int = _MOST) -> int:
        """A whole number of the address, after the question mark; `otherwise` where it is not there. Raises
        `Refused`."""
        given = self.request.query_params.get(name, "")
        return whole(given, name, least=least, most=most) if given else otherwise

    def given(self, name: str, longest: int = 4_000) -> str:
        """A field of the form, secrets masked, without spaces around it. Raises `Refused` where it is too long."""
        value = _tidy(self.form, name)
        if len(value) > longest or len(_tidy(self.raw, name)) > longest:  # a note may be longer than what it stands for
            raise _too_long(name, longest)
        written = self.form.get(name)
        self.held = self.held or (isinstance(written, Masked) and written.held)
        return value

    def credential(self, name: str, longest: int = 2_000) -> str:
        """A password, a code or a token of the form, to the letter: it is compared or hashed and never stored as it is.
        Raises `Refused` where it is too long."""
        value = str(self.raw.get(name, ""))
        if len(value) > longest:
            raise _too_long(name, longest)
        return value

    async def note(self, action: str, target: str = "", detail: str = "") -> None:
        """Into the log of access, in this person's name."""
        self.noted = True
        await self.accounts.note(self.me.account.email, action, target, detail, account=self.me.account.id)

    async def called(self) -> dict[int, str]:
        """What everybody who may sign in is called, by account, see `labels`."""
        return labels(await self.accounts.all())

    async def note_once(self, action: str, target: str = "", detail: str = "") -> None:
        """The same, for what a page asks for again by itself."""
        self.noted = True
        await self.accounts.access.note_once(self.me.account.email, action, target, detail, account=self.me.account.id)

    def page(self, template: str, code: int = 200, **values: Any) -> Response:
        """A page of the console."""
        response = HTMLResponse(self.text(template, **values), code)
        if self.request.cookies.get(SAID):
            response.delete_cookie(SAID, path="/console")
        return response

    def text(self, template: str, **values: Any) -> str:
        """The text of a page, for one that comes in pieces."""
        said = self.request.cookies.get(SAID, "")
        html: str = self.site.templates.get_template(template).render(
            ask=self,
            who=self.who,
            csrf=self.who.csrf if self.who else "",
            here=self.request.url.path,
            Role=Role,
            said=markupsafe.escape(unquote(said)) if said else "",
            shop=self.bot.support_email,
            speech=speech(),
            languages=languages(),
            **values,
        )
        return html

    def to(self, path: str, said: str = "") -> Response:
        """Go on to another page, which then says `said`."""
        response = RedirectResponse(path, 303)
        if said and self.held:
            said += " " + gettext(
                "What looked like a card number, a code or a password was taken out; never write such things here."
            )
        if said:
            response.set_cookie(SAID, quote(said[:300]), max_age=60, path="/console", httponly=True, samesite="lax")
        return response


def _too_long(name: str, longest: int) -> Refused:
    words = gettext(
        "“%(name)s” is longer than %(most)s characters; shorten it.", name=plain(name), most=number(longest)
    )
    return Refused(422, words)


def _tidy(form: FormData, name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n").replace("\x00", "\ufffd").strip()


class Site:
    """Templates, accounts, and the way every request takes to its handler. Whoever mounts the console says which
    `routes` it has."""

    def __init__(self, bot: Bot, routes: Sequence[PageRoute]) -> None:
        self.bot, self.routes = bot, routes
        self.accounts = Accounts(bot.store)
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            optimized=False,  # what a filter makes of a constant depends on the language of the page
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.policies["ext.i18n.trimmed"] = True
        # What the extension gives every environment; typeshed knows neither.
        self.templates.install_gettext_callables(gettext, form, pgettext=pgettext, newstyle=True)  # type: ignore[attr-defined]
        self.templates.filters.update(FILTERS)
        languages()  # the catalogues, read before anybody waits for a page
        self._tries = Door(10, bot.settings.trusted_proxies)

    def application(self) -> Starlette:
        mine = [Route(r.path, self._way(r), methods=[r.method]) for r in self.routes]
        statics = Route("/static/{name}", _static, methods=["GET"])
        return Starlette(routes=[statics, *mine])

    def _way(self, route: PageRoute) -> Callable[[Request], Awaitable[Response]]:
        async def go(request: Request) -> Response:
            asked, chosen = request.headers.get("accept-language", ""), request.cookies.get(LANGUAGE, "")
            with speaking(speech_for(chosen, asked)):
                return await self._answer(route, request)

        return go

    async def _answer(self, route: PageRoute, request: Request) -> Response:
        request.scope["query_string"] = masked_query(
            request.scope.get("query_string", b"")
        )  # searched words are words (R17)
        ask, began = Ask(request, self.bot, self.accounts, self, None), time.perf_counter()
        try:
            response = await self._enter(route, ask)
        except Refused as error:
            response = ask.page("refused.html", error.status, words=error.words)
        except (AccountError, QueryError) as error:
            status = 400 if isinstance(error, OddNumber) else 422
            response = ask.page("refused.html", status, words=apology(error))
        except Exception as error:
            if not isinstance(error, Unavailable):
                log.exception("a console page failed: %s %s", route.method, route.path)
                words = gettext("Something went wrong here; it is in the bot's log. Nothing you typed was stored.")
                return ask.page("refused.html", 500, words=words)
            words = gettext("The database is not available right now; please try again shortly.")
            response = ask.page("refused.html", 503, words=words)
        response.headers["Server-Timing"] = f"page;dur={(time.perf_counter() - began) * 1000:.1f}"
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    async def _enter(self, route: PageRoute, ask: Ask) -> Response:
        request = ask.request
        ask.who = await self.accounts.signed_in(request.cookies.get(SESSION, ""))
        if ask.who is not None and ask.who.account.language:
            speak(speech_for(ask.who.account.language, request.headers.get("accept-language", "")))
        if route.role is not None:
            if ask.who is None:
                if request.method != "GET" or request.headers.get("x-requested-with"):
                    raise Refused(401, gettext("You are signed out; sign in again. What you typed was not saved."))
                there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/console/sign-in?next={quote(there)}", 303)
            if ask.who.account.role < route.role:
                needed, yours = plain(route.role.label), plain(ask.who.account.role.label)
                raise Refused(
                    403,
                    gettext("This page needs the role “%(needed)s”; yours is “%(yours)s”.", needed=needed, yours=yours),
                )
        if request.method == "POST":
            await self._check_form(ask)
        response = await route.handler(ask)
        if (
            request.method == "GET"
            and route.role is not None
            and route.noted
            and not ask.noted
            and response.status_code == 200
        ):
            await ask.note_once("open", request.url.path, await ask.accounts.access.filters(request.query_params))
        return response

    async def _check_form(self, ask: Ask) -> None:
        """Forms come from the console's own pages: by their origin, and by the session's token in them (CSRF)."""
        request = ask.request
        origin = request.headers.get("origin")
        if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
            raise Refused(403, gettext("This form came from another site."))
        if whole(request.headers.get("content-length") or "0", "content-length") > _LARGEST_FORM:
            raise Refused(413, gettext("This is more than a form may hold."))
        ask.raw = await request.form(max_files=0, max_fields=200, max_part_size=_LARGEST_FORM)
        ask.form = masked_form(ask.raw)
        if ask.who is not None:
            token = str(ask.raw.get("csrf") or request.headers.get("x-csrf") or "")
            if not secrets.compare_digest(token.encode(), ask.who.csrf.encode()):
                raise Refused(403, gettext("This form is from an earlier session; open its page again."))

    async def count_try(self, ask: Ask) -> None:
        """At most ten tries at a password a minute from one address. Raises `Refused`."""
        if not await self._tries.admits(ask.request):
            raise Refused(429, gettext("Too many tries from your address; wait a minute."))


async def _static(request: Request) -> Response:
    kinds = {"console.js": "text/javascript", "one_time.js": "text/javascript", "console.css": "text/css"}
    name = str(request.path_params["name"])
    if name not in kinds:
        return Response("There is no such file.", 404)
    return FileResponse(
        _HERE / "static" / name, media_type=kinds[name], headers={"Cache-Control": "public, max-age=300"}
    )


def secure(ask: Ask) -> bool:
    """True where the page came over HTTPS, by itself or through a trusted proxy."""
    if ask.request.url.scheme == "https":
        return True
    peer = ask.request.client.host if ask.request.client else ""
    named = ask.request.headers.get("x-forwarded-proto") == "https"
    return named and is_trusted(peer, ask.bot.settings.trusted_proxies)
