"""A vendor's helpdesk on a real socket, whichever it is: what came, what it holds, and as moody as a vendor can be."""

from __future__ import annotations

import abc
import asyncio
import base64
import contextlib
import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
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
    raw: bytes = b""


Answer = tuple[int, dict[str, str], Any]


@dataclass
class Vendor(abc.ABC):
    """A helpdesk on a socket. `moods` are used up, one a create; `tickets` is what it holds, in order."""

    moods: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    creates = ("POST", "/")
    #: Which calls the moods are for; None: creates.
    moody: tuple[str, str] | None = None
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

    def noted(self) -> list[dict[str, Any]]:
        """Every note as `{ticket, text, public, files: [{name, type, content}]}`, in order."""
        return [note for ticket in self.tickets for note in ticket.get("notes", ())]

    def note(self, ticket: str, text: str, files: list[dict[str, Any]], *, public: bool, **more: Any) -> dict[str, Any]:
        """A note on a ticket that is there."""
        of = next(t for t in self.tickets if str(t["id"]) == ticket)
        of.setdefault("notes", []).append(
            {"id": 5000 + len(self.noted()), "ticket": ticket, "text": text, "files": files, "public": public, **more}
        )
        return of["notes"][-1]  # type: ignore[no-any-return]

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
        return 200, {}, {name: value for name, value in ticket.items() if name != "notes"}

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
        body = orjson.loads(raw) if raw and headers.get("content-type") == "application/json" else None
        call = Call(method, parts.path, dict(parse_qsl(parts.query)), headers, body, raw)
        self.calls.append(call)
        mood = self.moods.pop(0) if self.moods and (method, parts.path) == (self.moody or self.creates) else "fine"
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


def fields_and_files(call: Call) -> tuple[dict[str, str], list[tuple[str, dict[str, Any]]]]:
    """A form (RFC 7578): its fields, and its files by the names of their parts."""
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + call.raw, policy=email.policy.HTTP)
    assert isinstance(message, EmailMessage) and message.is_multipart(), call.headers
    fields, files = {}, []
    for part in message.iter_parts():
        found = part.get_payload(decode=True)
        assert isinstance(part, EmailMessage) and isinstance(found, bytes)
        name, filename = (part.get_param(n, header="content-disposition") for n in ("name", "filename"))
        if filename is None:
            fields[str(name)] = found.decode()
        else:
            told = str(filename).encode("utf-8", "surrogateescape").decode()
            files.append((str(name), {"name": told, "type": part.get_content_type(), "content": found}))
    return fields, files


def split(text: str) -> tuple[str, str]:
    """The heading of a ticket's text, and the reason below it."""
    head, _, reason = text.partition("\n\n")
    return head, reason


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
