"""Fakes of vendors that cannot run here, each on a real socket, written from the vendor's API reference, and as moody
as the vendor can be. A fake knows what the reference says of sign-in, required fields, answers and look-ups; nothing
else.
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
            ticket = self.add(**given)
            if key:
                self.keys[key] = (call.body, ticket)
            return 201, {"x-idempotency-lookup": "miss"}, {"ticket": ticket}
        if call.path == "/api/v2/tickets":
            wanted = call.query.get("external_id")
            found = [t for t in self.tickets if wanted is None or t.get("external_id") == wanted]
            return 200, {}, {"tickets": found, "count": len(found), "next_page": None}
        return 404, {}, {"error": "InvalidEndpoint"}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["external_id"], "name": t["requester"]["name"], "email": t["requester"]["email"],
             "reason": t["comment"]["body"], "subject": t["subject"], "tags": t.get("tags", []),
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
        if call.path == "/api/v2/ticket_fields":
            return 200, {}, [{"id": 1, "name": "subject"}, {"id": 2, "name": "cf_external_ref", "type": "custom_text"}]
        if (call.method, call.path) == self.creates:
            if not (call.body.get("email") and call.body.get("description") and call.body.get("status")):
                return 400, {}, self.refusal
            return 201, {}, self.add(**call.body)
        if call.path == "/api/v2/search/tickets":
            name, _, value = call.query["query"].strip('"').partition(":")
            found = [t for t in self.tickets if t["custom_fields"].get(name) == value.strip("'")]
            return 200, {}, {"results": found, "total": len(found)}
        return 404, {}, b""

    def held(self) -> list[dict[str, Any]]:
        return [
            {
                "key": t["custom_fields"]["cf_external_ref"],
                "name": t["name"],
                "email": t["email"],
                "reason": t["description"],
                "subject": t["subject"],
                "tags": t.get("tags", []),
                "earlier": next(
                    (x.removeprefix("disputes-") for x in t.get("tags", []) if x.startswith("disputes-")), None
                ),
            }
            for t in self.tickets
        ]


class ZammadFake(Vendor):
    """docs.zammad.org/en/latest/api: intro (token), ticket (create, search), ticket/links, group, object. The search is
    an index over words, so it may bring tickets that only look alike."""

    creates = ("POST", "/api/v1/tickets")
    refusal = {"error": "Invalid value for 'group'", "error_human": "Invalid value"}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != "Token token=secret":
            return 401, {}, {"error": "Invalid token!"}
        if call.path == "/api/v1/users/me":
            return 200, {}, {"id": 3, "active": True}
        if call.path == "/api/v1/groups":
            return 200, {}, [{"id": 1, "name": "Users", "active": True}]
        if call.path == "/api/v1/object_manager_attributes":
            return 200, {}, [{"object": "Ticket", "name": "external_ref", "data_type": "input"}]
        if (call.method, call.path) == self.creates:
            if call.body.get("group") != "Users" or not call.body.get("article", {}).get("body"):
                return 422, {}, self.refusal
            return 201, {}, self.add(**call.body)
        if call.path == "/api/v1/tickets/search":
            words = call.query["query"].partition(":")[2].strip('"').split(":")[0]
            return 200, {}, [t for t in self.tickets if words in t.get("external_ref", "")]
        return 404, {}, {"error": "No route matches"}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["external_ref"], "name": f"{t['customer']['firstname']} {t['customer']['lastname']}".strip(),
             "email": t["customer"]["email"], "reason": t["article"]["body"], "subject": t["title"],
             "tags": [x for x in t.get("tags", "").split(",") if x],
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
            return 200, {}, {}
        key = call.headers["idempotency-key"]
        found = next((t for t in self.tickets if t["key"] == key), None)
        return (200, {}, found) if found else (201, {}, self.add(**call.body))

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["key"], "name": t["name"], "email": t["email"], "reason": t["reason"], "subject": t["subject"],
             "tags": t["envelope"].get("tags", []), "earlier": t["envelope"].get("disputes")}
            for t in self.tickets
        ]  # fmt: skip
