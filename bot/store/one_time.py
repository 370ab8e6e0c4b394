"""What is passed on once, as it is stored: sealed by the shopper's browser, taken out by the one person it is for, gone
after that or when its time is over. Nothing here can read it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.clock import now, now_text
from bot.store.console_tables import one_time
from bot.store.database import Store

#: What an id and a key are written in: no digits, no vowels and few letters, so that none of it can read as a word, a
#: code or a card number to whoever looks for secrets in what is said.
LETTERS = "bcdfghjkmqrstwxz"
#: Letters of an id: 192 bits.
_ID = 48
#: Seconds after its time for which it is still known that there was such a page.
_REMEMBERED = 7 * 86_400.0

#: All but what was sealed.
_TOLD = [column for column in one_time.c if column.name != "sealed"]


async def ask_for(
    store: Store, conversation: str, *, account: int, what: str, key: str, language: str, seconds: float
) -> str:
    """A new page for one secret, by its id. `key`: the public one of whoever asks, in `LETTERS`; `seconds`: for how
    long something can be passed on and read. Raises `Unavailable`."""
    id = "".join(secrets.choice(LETTERS) for _ in range(_ID))
    row = {
        "id": id, "conversation": conversation, "account": account, "what": what, "key": key, "language": language,
        "created_at": now_text(), "until": now().timestamp() + seconds,
    }  # fmt: skip
    await store.transact(lambda connection: connection.execute(insert(one_time).values(**row)) and None)
    return id


async def told_of(store: Store, id: str) -> Row[Any] | None:
    """What is known of a page, without what was sealed; None where there is none."""
    async with store.read() as connection:
        return (await connection.execute(select(*_TOLD).where(one_time.c.id == id))).first()


async def asked_in(store: Store, conversation: str) -> Sequence[Row[Any]]:
    """Every page of a conversation, the latest first."""
    wanted = select(*_TOLD).where(one_time.c.conversation == conversation).order_by(one_time.c.created_at.desc())
    async with store.read() as connection:
        return (await connection.execute(wanted)).all()


async def seal(store: Store, id: str, sealed: bytes) -> bool:
    """Keep what was sealed, once. False where something was passed on before, or the time is over."""
    open_still = (one_time.c.id == id, one_time.c.sealed_at.is_(None), one_time.c.until > now().timestamp())

    def keep(connection: Connection) -> bool:
        values = {"sealed": base64.b64encode(sealed).decode(), "sealed_at": now_text()}
        return connection.execute(update(one_time).where(*open_still).values(**values)).rowcount == 1

    return await store.transact(keep)


async def take(store: Store, id: str, account: int) -> bytes | None:
    """What was sealed for `account`, which is deleted with this; None where there is nothing (any more), or it is
    somebody else's."""
    there = (
        one_time.c.id == id, one_time.c.account == account, one_time.c.read_at.is_(None),
        one_time.c.sealed.is_not(None), one_time.c.until > now().timestamp(),
    )  # fmt: skip

    def out(connection: Connection) -> bytes | None:
        sealed = connection.scalar(select(one_time.c.sealed).where(*there))
        values = {"sealed": None, "read_at": now_text()}
        taken = connection.execute(update(one_time).where(*there).values(**values)).rowcount == 1
        return base64.b64decode(sealed) if taken and sealed is not None else None

    return await store.transact(out)


async def forget_over(store: Store) -> None:
    """Delete what nobody read in time, and later that there was such a page."""
    at = now().timestamp()

    def forget(connection: Connection) -> None:
        over = (one_time.c.until <= at, one_time.c.sealed.is_not(None))
        connection.execute(update(one_time).where(*over).values(sealed=None))
        connection.execute(delete(one_time).where(one_time.c.until <= at - _REMEMBERED))

    await store.transact(forget)
