"""The one place where the bridge speaks HTTP: a request in, a reply out, failures sorted by what to do next."""

from __future__ import annotations

import email.utils
import functools
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from ticket_bridge.helpdesks.causes import ADVICE, NO_API, cause_of, is_a_page, with_advice
from ticket_bridge.helpdesks.contract import Attachment, Busy, NotSignedIn, Rejected, Unreachable

#: What a refusal means, in an operator's words. No body is quoted: it may hold a shopper's words.
_REFUSALS = {
    403: "not allowed: this account may not do that",
    404: "not found: the address, the queue or the group is wrong",
    413: "too large for the helpdesk",
    415: "the address does not speak this API",
    422: "not accepted: a required field is missing or a value is not allowed",
}
#: What refusals wrap their complaints in: it names nothing.
_WRAPPINGS = ("errors", "details", "error", "_embedded", "errorCode", "msg")
_REPLY_LIMIT = 4_000_000

#: Seconds given to a helpdesk for each part of a call (connecting, writing, reading), or httpx's own where they differ.
Patience = float | httpx.Timeout


@dataclass(frozen=True)
class Request:
    """One call, as it goes over the wire."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: httpx.Headers
    body: bytes


def retry_after(value: str | None, *, now: float) -> float | None:
    """Seconds to wait by a `Retry-After` header: a number or a date (RFC 9110, 10.2.3); None where it is neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


def complaint(body: bytes) -> str:
    """The names of fields and codes in a refusal's JSON body, and nothing else of it; empty where there are none."""
    try:
        found = orjson.loads(body[:20_000])
    except orjson.JSONDecodeError:
        return ""
    names: list[str] = []

    def walk(value: Any, depth: int) -> None:
        if isinstance(value, dict) and depth < 4:
            for key, inner in value.items():
                if key in ("field", "code", "error", "type", "error_type", "path") and isinstance(inner, str):
                    names.append(inner)
                elif key not in ("message", "description", "error_human", "detail", "id", "url"):
                    names.append(key)
                walk(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value[:10]:
                walk(inner, depth + 1)

    walk(found, 0)
    plain = [n for n in names if re.fullmatch(r"[A-Za-z_][\w.-]{0,40}", n) and n not in _WRAPPINGS]
    return ", ".join(dict.fromkeys(plain[:8]))


def _parsed(body: bytes) -> Any:
    """A reply's JSON, None where it is none."""
    try:
        return orjson.loads(body[:20_000])
    except orjson.JSONDecodeError:
        return None


async def send(client: httpx.AsyncClient, request: Request, *, writes: bool | None = None) -> Reply:
    """Send and sort: `Unreachable`, `Busy` and `Rejected` are raised, every other reply is returned. `writes`: whether
    the request may have created something although its end is unknown; by default whatever is not a GET may."""
    maybe = request.method != "GET" if writes is None else writes
    try:
        answer = await client.request(request.method, request.url, headers=request.headers, content=request.body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        cause = cause_of(error)
        raise with_advice(Unreachable(f"no connection: {cause.what}", maybe_created=False), cause.mend) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Rejected("the helpdesk's address is not a web address") from error
    except (httpx.LocalProtocolError, UnicodeEncodeError) as error:  # nothing was sent: no header can hold that
        raise with_advice(NotSignedIn("the token has a character that no token has"), ADVICE["token"]) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        cause = cause_of(error)
        raise with_advice(Unreachable(f"no reply: {cause.what}", maybe_created=maybe), cause.mend) from error
    return _sorted(answer, maybe)


def _sorted(answer: httpx.Response, maybe: bool) -> Reply:
    status = answer.status_code
    if status in (429, 503):
        wait = retry_after(answer.headers.get("retry-after"), now=time.time())
        raise Busy(f"status {status}", retry_after=wait, maybe_created=maybe and status == 503)
    if status >= 500 or status in (408, 425) or status < 200:
        raise Unreachable(f"status {status}", maybe_created=maybe)
    if status == 401:
        raise with_advice(
            NotSignedIn("status 401, not signed in: the token or password is wrong or has expired"), ADVICE["401"]
        )
    if status == 407:
        raise with_advice(
            Unreachable("status 407, the proxy asks for a sign-in", maybe_created=False), ADVICE["proxy sign-in"]
        )
    if status >= 400:
        meaning, named = _REFUSALS.get(status, "refused"), complaint(answer.content)
        message = f"status {status}, {meaning}" + (f" ({named})" if named else "")
        raise Rejected(message, status=status, named=named, said=_parsed(answer.content))
    if status >= 300:
        raise with_advice(
            Rejected(
                f"status {status}, redirected: the address is not the API's, or the account is not signed in",
                status=status,
            ),
            ADVICE["redirect"],
        )
    return Reply(status, answer.headers, answer.content)


@functools.cache
def trusted() -> ssl.SSLContext:
    """Whom HTTPS trusts: the public authorities, or the file that SSL_CERT_FILE names, and those that this machine's
    own store has. Reading the certificates takes longer than a call, so they are read once."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def make_client(timeout: Patience, **options: Any) -> httpx.AsyncClient:
    """The client of one helpdesk. Redirects are not followed: a helpdesk that moves is a matter for its operator."""
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, **{"verify": trusted(), **options})


class Api:
    """A JSON API at `url` with fixed headers. Raises what `send` raises, and `Unreachable` for a reply that is no JSON:
    whoever answered was not the helpdesk, and what became of the request is not known."""

    def __init__(self, url: str, headers: Mapping[str, str], *, timeout: Patience) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "askonce", **headers}
        self._client = make_client(timeout)

    async def get(self, path: str, **params: str | int) -> Any:
        """The parsed reply to a GET."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, content: Any, *, headers: Mapping[str, str] | None = None) -> Any:
        """The parsed reply to a POST of `content` as JSON."""
        return await self._call("POST", path, content=content, headers=headers)

    async def made(self, path: str, content: Any, *, header: str) -> str:
        """The id of what a POST of `content` as JSON made: the reply's `header` says it, or the `id` of its JSON."""
        own = {**self._headers, "Content-Type": "application/json"}
        reply = await send(self._client, Request("POST", f"{self._url}{path}", own, orjson.dumps(content)))
        return reply.headers[header][:200] if reply.headers.get(header) else text_at(_json_of(reply, "POST"), "id")

    async def post_form(self, path: str, fields: Mapping[str, str], files: Sequence[tuple[str, Attachment]]) -> Any:
        """The parsed reply to a POST of a form with `files`, each under the name of its part."""
        type, body = form(fields, files)
        return await self.post_bytes(path, body, type=type)

    async def post_bytes(self, path: str, body: bytes, *, type: str) -> Any:
        """The parsed reply to a POST of `body` as it is, of this media type."""
        return await self._parsed("POST", f"{self._url}{path}", {**self._headers, "Content-Type": type}, body)

    async def put(self, path: str, content: Any) -> Any:
        """The parsed reply to a PUT of `content` as JSON."""
        return await self._call("PUT", path, content=content)

    async def delete(self, path: str) -> None:
        """A DELETE; what it answers beside its status is not looked at."""
        await send(self._client, Request("DELETE", f"{self._url}{path}", self._headers))

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        content: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        url = f"{self._url}{path}" + (f"?{httpx.QueryParams(params)}" if params else "")
        own = {**self._headers, **(headers or {})}
        body = b""
        if method != "GET":
            own["Content-Type"] = "application/json"
            body = orjson.dumps(content)
        return await self._parsed(method, url, own, body)

    async def _parsed(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
        return _json_of(await send(self._client, Request(method, url, headers, body)), method)

    async def close(self) -> None:
        await self._client.aclose()


def _json_of(reply: Reply, method: str) -> Any:
    """The JSON of a reply, None where it says that it has none (204)."""
    if reply.status == 204:
        return None
    if len(reply.body) > _REPLY_LIMIT:
        raise Unreachable("a reply far too long", maybe_created=method != "GET")
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise not_the_api(reply, maybe_created=method != "GET") from error


def form(fields: Mapping[str, str], files: Sequence[tuple[str, Attachment]]) -> tuple[str, bytes]:
    """A form with files (RFC 7578): its Content-Type, and its bytes."""
    parts = [(name, (file.name, file.content, file.type)) for name, file in files]
    made = httpx.Request("POST", "http://form.invalid", data=fields, files=parts)
    return made.headers["Content-Type"], made.read()


def not_the_api(reply: Reply, *, maybe_created: bool) -> Unreachable:
    """What a reply tells that is not in the API's own form: whoever answered was not the helpdesk, or it broke off."""
    if is_a_page(reply.headers.get("content-type", ""), reply.body):
        return with_advice(Unreachable(f"status {reply.status}, {NO_API}", maybe_created=maybe_created), ADVICE["page"])
    return with_advice(Unreachable("a reply that is no JSON", maybe_created=maybe_created), ADVICE["no JSON"])


def text_at(found: Any, *path: str) -> str:
    """The text or number at `path` of a reply to a create. Raises `Unreachable` where the reply has none: what was
    created is not known, so it is looked up."""
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found):
        raise Unreachable("a reply without the ticket's id", maybe_created=True)
    return str(found)[:200]


def objects(found: Any, *path: str) -> list[dict[str, Any]]:
    """The list of objects at `path` of a reply to a look-up. Raises `Unreachable` where it is none: an answer that
    cannot be read must not be taken for "there is no such ticket"."""
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Unreachable("a reply that is no list of tickets", maybe_created=False)
    return found


@contextmanager
def nothing_filed() -> Iterator[None]:
    """Around calls that make no ticket and no note, whatever their end: a look that is a POST, a contact, an upload."""
    try:
        yield
    except (Unreachable, Busy) as error:
        error.maybe_created = False
        raise


def one_line(text: str) -> str:
    """Text for a place that holds one line: a header, a requestor, a subject."""
    return " ".join(text.split())
