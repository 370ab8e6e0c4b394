"""Fakes of vendors that cannot run here, each on a real socket, written from the vendor's API reference and, where they
are public, its sources; as moody as the vendor can be. A fake knows what those say of sign-in, rights, required fields,
answers and look-ups; nothing else.
"""

from __future__ import annotations

import abc
import asyncio
import base64
import contextlib
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

#: What a mood makes of a create: whether it is processed, and what goes back (None: the connection is cut).
MOODS = (
    "429",
    "503",
    "500",
    "500 made",
    "401",
    "422",
    "html",
    "empty",
    "redirect",
    "slow",
    "cut",
    "cut made",
    "half made",
)


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answer = tuple[int, dict[str, str], Any]


@dataclass
class Vendor(abc.ABC):
    """A helpdesk on a socket. `moods` are used up, one a create; `tickets` is what it holds, in order."""

    moods: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    creates = ("POST", "/")
    refusal: Any = None
    #: Fields that the shop made mandatory, and whether this account may set and see the field of our key, and delete.
    mandatory: tuple[str, ...] = ()
    blind = False
    deletes = True
    refusal_status = 422

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abc.abstractmethod
    def answer(self, call: Call) -> Answer:
        """What the vendor does and says in its ordinary mood."""

    @abc.abstractmethod
    def held(self) -> list[dict[str, Any]]:
        """Every ticket as `{key, name, email, reason, subject, earlier}`."""

    def add(self, **ticket: Any) -> dict[str, Any]:
        self.tickets.append({"id": len(self.tickets) + 101, **ticket})
        return self.tickets[-1]

    def one(self, call: Call, path: str, closed: dict[str, Any]) -> Answer:
        """A ticket by its id: shown, changed, taken away."""
        id = call.path.removeprefix(f"{path}/")
        ticket = next((t for t in self.tickets if str(t["id"]) == id), None)
        if ticket is None:
            return 404, {}, {"error": "RecordNotFound"}
        if call.method == "DELETE":
            if not self.deletes:
                return 403, {}, {"error": "Forbidden"}
            self.tickets.remove(ticket)
            return 204, {}, b""
        if call.method == "PUT":
            assert call.body == closed, call.body
            ticket["closed"] = True
        return 200, {}, ticket

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Vendor]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._one(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        call = Call(method, parts.path, dict(parse_qsl(parts.query)), headers, orjson.loads(raw) if raw else None)
        self.calls.append(call)
        mood = self.moods.pop(0) if self.moods and (method, parts.path) == self.creates else "fine"
        if mood == "cut":
            return
        if mood == "slow":
            await asyncio.sleep(1.0)
        status, more, content = self._in_mood(mood, call)
        if mood == "cut made":
            return
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        names = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close", **more}
        text = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in names.items()) + "\r\n"
        writer.write(text.encode() + (body[: len(body) // 2] if mood == "half made" else body))
        await writer.drain()

    def _in_mood(self, mood: str, call: Call) -> Answer:
        if mood == "429":
            return 429, {"Retry-After": "0"}, {"error": "rate_limited"}
        if mood in ("500", "503"):
            return int(mood), {}, b"<h1>Something went wrong</h1>"
        if mood == "500 made":
            self.answer(call)
            return 500, {}, b"<h1>Something went wrong</h1>"
        if mood == "401":
            return 401, {}, {"error": "Couldn't authenticate you"}
        if mood == "422":
            return self.refusal_status, {}, self.refusal
        if mood == "html":
            return 200, {}, b"<html>Please accept the conditions of this network</html>"
        if mood == "empty":
            self.answer(call)
            return 201, {}, {}
        if mood == "redirect":
            return 302, {"Location": "/login"}, b""
        return self.answer(call)


def split(text: str) -> tuple[str, str]:
    """The heading of a ticket's text, and the reason below it."""
    head, _, reason = text.partition("\n\n")
    return head, reason


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class ZendeskFake(Vendor):
    """developer.zendesk.com/api-reference/ticketing: introduction (authentication, idempotency, rate limits),
    tickets/tickets (create, list by external_id), users/users (show self: an anonymous caller gets a user without an
    id)."""

    creates = ("POST", "/api/v2/tickets")
    refusal = {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"requester": [{"description": "Requester: jane@… is not valid", "error": "InvalidValue"}]},
    }

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, tuple[Any, dict[str, Any]]] = {}

    def answer(self, call: Call) -> Answer:
        signed_in = call.headers.get("authorization") == basic("agent@shop.example/token", "secret")
        if call.path == "/api/v2/users/me":
            user = (
                {"id": 7, "role": "agent"} if signed_in else {"id": None, "role": "end-user", "name": "Anonymous user"}
            )
            return 200, {}, {"user": user}
        if not signed_in:
            return 401, {}, {"error": "Couldn't authenticate you"}
        if (call.method, call.path) == self.creates:
            key = call.headers.get("idempotency-key")
            if key in self.keys:
                if self.keys[key][0] != call.body:
                    return 400, {}, {"error": "IdempotentRequestError"}
                return 201, {"x-idempotency-lookup": "hit"}, {"ticket": self.keys[key][1]}
            given = call.body["ticket"]
            if not given.get("comment", {}).get("body"):
                return 422, {}, self.refusal
            ticket = self.add(**{k: v for k, v in given.items() if not (self.blind and k == "external_id")})
            if key:
                self.keys[key] = (call.body, ticket)
            return 201, {"x-idempotency-lookup": "miss"}, {"ticket": ticket}
        if call.path == "/api/v2/tickets":
            wanted = call.query.get("external_id")
            found = [t for t in self.tickets if wanted is None or t.get("external_id") == wanted]
            return 200, {}, {"tickets": found, "count": len(found), "next_page": None}
        if call.path.startswith("/api/v2/tickets/"):
            status, headers, found = self.one(call, "/api/v2/tickets", {"ticket": {"status": "solved"}})
            return status, headers, {"ticket": found} if status == 200 else found
        return 404, {}, {"error": "InvalidEndpoint"}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t.get("external_id"), "name": t["requester"]["name"], "email": t["requester"]["email"],
             "head": split(t["comment"]["body"])[0], "reason": split(t["comment"]["body"])[1],
             "subject": t["subject"], "tags": t.get("tags", []), "closed": t.get("closed", False),
             "earlier": t.get("metadata", {}).get("disputes")}
            for t in self.tickets
        ]  # fmt: skip


class FreshdeskFake(Vendor):
    """developers.freshdesk.com/api: authentication (401 for a wrong key), create a ticket (400 with `errors`), filter
    tickets (a query in quotes, custom fields as `cf_…:'value'`), rate limit (429 with Retry-After), list all ticket
    fields."""

    creates = ("POST", "/api/v2/tickets")
    refusal_status = 400
    refusal = {"description": "Validation failed",
               "errors": [{"field": "email", "message": "jane@… is not valid", "code": "invalid_value"}]}  # fmt: skip

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != basic("key", "X"):
            return (
                401,
                {},
                {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."},
            )
        if call.path == "/api/v2/agents/me":
            return 200, {}, {"id": 1, "available": True}
        if (call.method, call.path) == self.creates:
            wrong = [n for n in ("email", "description", "status", *self.mandatory) if not call.body.get(n)]
            wrong += [n for n in call.body.get("custom_fields", {}) if self.blind or n != "cf_external_ref"]
            wrong += ["status"] if call.body.get("status") not in (None, 2, 3, 4, 5) else []
            if wrong:
                errors = [{"field": n, "message": "It should be a valid value", "code": "invalid_value"} for n in wrong]
                return 400, {}, {"description": "Validation failed", "errors": errors}
            return 201, {}, self.add(**call.body)
        if call.path == "/api/v2/search/tickets":
            name, _, value = call.query["query"].strip('"').partition(":")
            found = [t for t in self.tickets if t["custom_fields"].get(name) == value.strip("'")]
            return 200, {}, {"results": found, "total": len(found)}
        if call.path.startswith("/api/v2/tickets/"):
            return self.one(call, "/api/v2/tickets", {"status": 5})
        return 404, {}, b""

    def held(self) -> list[dict[str, Any]]:
        return [
            {
                "key": t["custom_fields"]["cf_external_ref"],
                "name": t["name"],
                "email": t["email"],
                "head": split(unescape(t["description"].replace("<br>", "\n")))[0],
                "reason": split(unescape(t["description"].replace("<br>", "\n")))[1],
                "closed": t.get("closed", False),
                "subject": t["subject"],
                "tags": t.get("tags", []),
                "earlier": next(
                    (x.removeprefix("disputes-") for x in t.get("tags", []) if x.startswith("disputes-")), None
                ),
            }
            for t in self.tickets
        ]


class ZammadFake(Vendor):
    """docs.zammad.org/en/latest/api: intro (token), ticket (create, search), ticket/links; and zammad/zammad: the
    places are named in `ticket_bridge/helpdesks/zammad.py`. An agent's token: no list of groups, none of attributes, no
    deleting. `query` needs a search engine, which this one has not; `condition` reads the database."""

    creates = ("POST", "/api/v1/tickets")
    refusal = {"error": "Invalid value for 'group'", "error_human": "Invalid value"}
    deletes = False

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != "Token token=secret":
            return 401, {}, {"error": "Invalid token!"}
        if call.path == "/api/v1/users/me":
            return 200, {}, {"id": 3, "active": True}
        if call.path in ("/api/v1/groups", "/api/v1/object_manager_attributes"):
            return 403, {}, {"error": "Not authorized"}
        if (call.method, call.path) == self.creates:
            return self._create(call.body)
        if call.path == "/api/v1/tickets/search":
            wanted = call.query.get("condition[ticket.external_ref][value]")
            exact = call.query.get("condition[ticket.external_ref][operator]") == "is"
            return 200, {}, [t for t in self.tickets if exact and t.get("external_ref") == wanted]
        if call.path.startswith("/api/v1/tickets/"):
            return self.one(call, "/api/v1/tickets", {"state": "closed"})
        return 404, {}, {"error": "No route matches"}

    def _create(self, given: dict[str, Any]) -> Answer:
        if given.get("group") not in ("Users", "Returns"):
            said = f"No value found for 'group' with id {given.get('group')!r}"
            return 422, {}, {"error": said, "error_human": said}
        if absent := [n for n in self.mandatory if n not in given]:
            said = f"Missing required value for field '{absent[0]}'!"
            return 422, {}, {"error": said, "error_human": said}
        article = given.get("article") or {}
        if not article.get("body"):
            said = 'Need at least article: { body: "some text" }'
            return 422, {}, {"error": said, "error_human": said}
        answered = article.get("type") == "web" and article.get("sender") == "Customer"
        kept = {k: v for k, v in given.items() if not (self.blind and k == "external_ref")}
        return 201, {}, self.add(**kept, reply_button=answered)

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t.get("external_ref"), "name": f"{t['customer']['firstname']} {t['customer']['lastname']}".strip(),
             "email": t["customer"]["email"], "head": split(t["article"]["body"])[0],
             "reason": split(t["article"]["body"])[1], "subject": t["title"],
             "tags": [x for x in t.get("tags", "").split(",") if x], "closed": t.get("closed", False),
             "earlier": next(iter(t.get("links", {}).get("Ticket", {}).get("normal", [])), None)}
            for t in self.tickets
        ]  # fmt: skip


class WebhookFake(Vendor):
    """A receiver that keeps the contract of `ticket_bridge/helpdesks/webhook.py`: the signature is checked, one ticket
    a key, pings answered."""

    creates = ("POST", "/hook")
    refusal = {"error": "invalid", "fields": ["email"]}
    secret = "s3cret"

    def answer(self, call: Call) -> Answer:
        at, _, given = call.headers.get("x-askonce-signature", "").partition(",v1=")
        body = orjson.dumps(call.body, option=orjson.OPT_SORT_KEYS)
        right = hmac.new(self.secret.encode(), f"{at[2:]}.".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, given):
            return 401, {}, {"error": "signature"}
        if call.body["type"] == "ping":
            return 200, {}, {"challenge": call.body["challenge"]}
        key = call.headers["idempotency-key"]
        found = next((t for t in self.tickets if t["key"] == key), None)
        return (200, {}, found) if found else (201, {}, self.add(**call.body))

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["key"], "name": t["name"], "email": t["email"], "reason": t["reason"], "subject": t["subject"],
             "tags": t["envelope"].get("tags", []), "earlier": t["envelope"].get("disputes")}
            for t in self.tickets
        ]  # fmt: skip
