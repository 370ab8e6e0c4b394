"""How the server meets the network: uvicorn's protocols with deadlines, so that nobody can hold a connection for
nothing.

A request must arrive whole in time (slowloris), a reader that takes nothing for a while is dropped (its client comes
back and reads on from the turn it saw last), pings find half-open sockets, and frames are never compressed, so that
there is no bomb to unpack. All of that is measured by one setting, `ASKONCE_LIMIT_SILENCE`. A shutdown closes chats one
by one over the drain time instead of sending all of them to the next replica in the same instant.
"""

from __future__ import annotations

import asyncio
import random
import resource
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

#: Seconds that a shutdown leaves for messages at work, after the drain.
FINISH = 8
#: Bytes of a frame, and of the body of an HTTP request.
MAX_FRAME = 256 * 1024
MAX_BODY = 1024 * 1024

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


def _silence(config: Config) -> float:
    """Seconds for which a client may leave what is sent to it unread; a request has half of that to arrive."""
    return config.ws_ping_timeout or 20.0


class PatientHttp(HttpToolsProtocol):
    """HTTP with a deadline for every request."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arm()

    def on_message_complete(self) -> None:
        self._disarm()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        super().handle_websocket_upgrade()
        # Each holds the other, and only Python's garbage collection would part them.
        self.parser = None  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(_silence(self.config) / 2, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started:
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


class PatientWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that drops whoever does not read, and that leaves a shutdown at a moment of its own."""

    _unread: asyncio.TimerHandle | None = None

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Both hold all headers of a greeting that is over, and would for as long as the chat is open.
            self.request = self.response = None  # type: ignore[assignment]

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(_silence(self.config), self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read()
        super().connection_lost(exc)

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def shutdown(self) -> None:
        drain = (self.config.timeout_graceful_shutdown or FINISH) - FINISH
        if drain > 0:
            self.loop.call_later(random.uniform(0, drain), self._leave)
        else:
            super().shutdown()

    def _leave(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()


class Edge:
    """What every HTTP request passes: a bound on its body, and the headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > MAX_BODY:
            await _too_large(send)
            return
        if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
            await _answer(send, 400, "An address holds no NUL.")
            return
        taken, started = 0, False

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY:
                raise _TooLarge
            return message

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                there = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [*message.get("headers", ()), *(h for h in _HEADERS if h[0] not in there)]
            await send(message)

        try:
            await self._app(scope, bounded, dressed)
        except _TooLarge:
            if not started:
                await _too_large(send)


class _TooLarge(Exception):
    """A body over the bound, found while it was read."""


async def _too_large(send: Send) -> None:
    await _answer(send, 413, "A request may have up to 1 MiB.")


async def _answer(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"detail":"%s"}' % words.encode()})


def uvicorn_options(*, drain: float, silence: float) -> dict[str, Any]:
    """The options that `serve` and `demo` give to uvicorn. `drain`: seconds over which a shutdown closes the chats;
    `silence`: seconds that the other end may take to read, and to answer a ping."""
    return {
        "http": PatientHttp,
        "ws": PatientWebSocket,
        "ws_max_size": MAX_FRAME,
        "ws_per_message_deflate": False,
        "access_log": False,
        "log_config": None,
        "proxy_headers": False,
        "server_header": False,
        "backlog": 4096,
        "ws_ping_interval": silence,
        "ws_ping_timeout": silence,
        "timeout_graceful_shutdown": FINISH + round(drain),
    }


def more_files() -> None:
    """Allow this process all the open files that it may have: every chat is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
