"""Pokes between replicas that share a PostgreSQL database: LISTEN and NOTIFY on one connection of its own.

A poke says which conversation changed (or where somebody types) and carries none of its data: whoever is poked reads
the database. So a poke that is lost, doubled or late harms nothing; the hub's own round finds what no poke told of.

Pokes are sent after the commit, many in one statement, and not inside it: a NOTIFY inside a transaction makes
PostgreSQL take a lock for the whole cluster until the commit is on the disk, so that replicas would commit one after
the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.engine import make_url

from bot.telemetry.metrics import LISTENING

log = logging.getLogger("askonce.pokes")
_CHANNEL = "askonce"
_WAIT = (0.2, 0.5, 1.0, 2.0, 5.0)
_AT_MOST = 10_000

#: What a poke is about: a conversation that changed, or one in which a shopper or an agent types.
CHANGED, SHOPPER, AGENT = "c", "s", "a"


class Pokes:
    """One replica's ear and mouth. `heard` gets (kind, conversation) of the other replicas' pokes, and `silent` is
    called whenever the connection was made anew: what was said meanwhile was not heard."""

    def __init__(self, url: str, heard: Callable[[str, str], None], silent: Callable[[], None]) -> None:
        plain = make_url(url).set(drivername="postgresql")
        if encrypted := plain.query.get("ssl"):  # SQLAlchemy's name for what the server's own tools call sslmode
            plain = plain.difference_update_query(["ssl"]).update_query_dict({"sslmode": encrypted})
        self._dsn = plain.render_as_string(hide_password=False)
        self._heard, self._silent = heard, silent
        self._me = secrets.token_hex(4)
        self._pending: dict[str, None] = {}
        self._news = asyncio.Event()
        self.listening = False

    def say(self, kind: str, id: str) -> None:
        """Poke the others about conversation `id`, soon. More than can be remembered is dropped: the others look
        anyway."""
        if len(self._pending) < _AT_MOST:
            self._pending[f"{self._me} {kind} {id}"] = None
            self._news.set()

    async def run(self) -> None:
        """Until cancelled; connects again with growing waits."""
        failures = 0
        while True:
            try:
                await self._connected()
            except Exception as error:  # whatever it is, it costs pokes and nothing else
                if self.listening or not failures:
                    log.warning("no pokes between replicas for now: %s", type(error).__name__)
            failures = 0 if self.listening else failures + 1
            self.listening = False
            LISTENING.set(0)
            await asyncio.sleep(_WAIT[min(failures, len(_WAIT) - 1)])

    async def _connected(self) -> None:
        import asyncpg  # not before: a bot on SQLite has no use for it

        connection: Any = await asyncpg.connect(self._dsn, timeout=5, command_timeout=5)
        try:
            connection.add_termination_listener(lambda _: self._news.set())
            await connection.add_listener(_CHANNEL, self._notified)
            self.listening = True
            LISTENING.set(1)
            self._silent()
            while not connection.is_closed():
                # A connection whose other end is gone without a word is found out by asking.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(10):
                        await self._news.wait()
                self._news.clear()
                await self._send(connection, list(self._pending))
        finally:
            connection.terminate()

    async def _send(self, connection: Any, texts: Iterable[str]) -> None:
        texts = list(texts)
        await connection.execute("SELECT pg_notify($1, t) FROM unnest($2::text[]) t", _CHANNEL, texts)
        for text in texts:
            self._pending.pop(text, None)

    def _notified(self, connection: Any, process: int, channel: str, payload: str) -> None:
        who, _, rest = payload.partition(" ")
        kind, _, id = rest.partition(" ")
        if who != self._me and id:
            self._heard(kind, id)
