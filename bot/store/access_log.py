"""The log of access: who saw, changed, exported and erased what. No shopper stands in it: an address that is no
colleague's, and words that were searched for, are kept as keyed hashes, by which the same one can be found again and
nobody be read off.

The key is random and lies in the database beside the log (`log_key`), so the log alone, copied or printed, cannot be
tried out with guessed addresses. Erasure and retention reach the log too (`bot.store.declarations`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlencode

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.clock import now_text
from bot.store.addresses import canonical, replaced
from bot.store.console_tables import access, account, log_key
from bot.store.database import Store
from bot.store.searched_words import fold

#: Parts of an address that name nobody: those with a closed choice of values, and, where they look like it, keys of our
#: own.
_CHOSEN = frozenset(
    "since until outcome intent rule broken rating delivery language flag review assigned sort status".split()
)
_KEYS = frozenset("act article ticket after before days limit conversation".split())
_KEY = re.compile(r"(?=.*[\d_-])[\w.:~-]+", re.ASCII)
_ONCE_IN = 600.0
_REMEMBERED = 10_000


class AccessLog:
    """Notes, in one database. `clock` in seconds, only ever compared with itself."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._key = b""
        self._lately: dict[tuple[str, ...], float] = {}

    async def note(
        self, who: str, action: str, target: str = "", detail: str = "", *, account: int | None = None
    ) -> None:
        """Remember that `who` (the colleague `account`, where it is one) did `action` to `target`."""
        await self._store.transact(lambda connection: self._write(connection, who, action, target, detail, account))

    async def note_once(
        self, who: str, action: str, target: str = "", detail: str = "", *, account: int | None = None
    ) -> None:
        """The same, and in ten minutes no second time: for pages that ask again by themselves."""
        what, now = (who, action, target, detail), self._clock()
        if now - self._lately.get(what, now - _ONCE_IN) < _ONCE_IN:
            return
        await self.note(who, action, target, detail, account=account)
        if len(self._lately) >= _REMEMBERED:
            self._lately.clear()
        self._lately[what] = now

    async def filters(self, given: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
        """The parts of an address for the log: what was chosen from a list as it is, what was typed as a hash."""
        pairs = given.items() if isinstance(given, Mapping) else given
        key = await self._store.transact(self._ready)
        return urlencode([(k, v if _plain(k, v) else f"({_hash(key, fold(v))})") for k, v in pairs if v], safe="()")

    async def person(self, email: str) -> str:
        """A person in the log: found again by the same address, and not the address."""
        return f"person {_hash(await self._store.transact(self._ready), canonical(email))}"

    def _write(
        self, connection: Connection, who: str, action: str, target: str, detail: str, colleague: int | None
    ) -> None:
        key = self._ready(connection)
        colleagues = {canonical(email) for email in connection.scalars(select(account.c.email))}

        def hidden(address: str) -> str | None:
            return None if address in colleagues else f"person {_hash(key, address)}"

        who, target, detail = (replaced(text, hidden) for text in (who, target, detail))
        row = {
            "at": now_text(),
            "who": who[:254],
            "action": action,
            "target": target[:200],
            "detail": _one_line(detail),
            "account": colleague,
        }
        connection.execute(insert(access).values(**row))

    def _ready(self, connection: Connection) -> bytes:
        """The key, made with the first entry."""
        if not self._key:
            found = connection.scalar(select(log_key.c.key))
            if found is None:
                found = secrets.token_hex(32)
                try:
                    with connection.begin_nested():
                        connection.execute(insert(log_key).values(id=1, key=found))
                except IntegrityError:  # another replica was faster
                    found = str(connection.scalar(select(log_key.c.key)))
                else:
                    return found.encode()  # not kept before it is durable
            self._key = found.encode()
        return self._key


def _plain(name: str, value: str) -> bool:
    return name in _CHOSEN or (name in _KEYS and bool(_KEY.fullmatch(value)))


def _hash(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:12]


def bearer(token: str) -> str:
    """Who reads with a token: enough to tell two tokens apart, and not the token."""
    return f"API {hashlib.sha256(token.encode()).hexdigest()[:8]}"  # “token …” would be masked as one


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
