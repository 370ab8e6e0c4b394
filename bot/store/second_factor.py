"""The second factor: TOTP codes of an authenticator app (RFC 6238, pyotp), and recovery codes for whoever lost it.

Recovery codes are made once, shown once and kept as hashes; each opens the account once, in the place of a code. They
are 50 random bits each, which no fast hash gives away: guessing goes through the sign-in and its lockout.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Sequence

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.store.console_tables import recovery_code
from bot.store.database import Store

MANY = 10
#: Crockford's letters: none is taken for another when it is read from paper.
_LETTERS, _LENGTH = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 10
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_totp_secret() -> str:
    """A fresh secret (base 32), for one account's authenticator app."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str) -> str:
    """The `otpauth:` address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Askonce")


def code_fits(secret: str, code: str, now: float | None = None) -> bool:
    """True for the code of now or half a minute to either side."""
    return code_step(secret, code, 0, time.time() if now is None else now) is not None


def code_step(secret: str, code: str, used: int, now: float) -> int | None:
    """The time step a code belongs to, None where it fits none or one that was used already."""
    totp, digits = pyotp.TOTP(secret), re.sub(r"[\s-]", "", code)
    current = int(now) // totp.interval
    for step in (current, current - 1, current + 1):
        if step > used and digits.isascii() and digits and secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten fresh codes, in the form in which a person writes them down: `7KQ2M-X4T9D`."""
    plain = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(MANY))
    return [f"{code[:5]}-{code[5:]}" for code in plain]


def recovery_hash(account: int, code: str) -> str | None:
    """What is kept of a recovery code, however it is typed; None for what can be none."""
    plain = re.sub(r"[\s-]", "", code).upper().translate(_MISREAD)
    if len(plain) != _LENGTH or not set(plain) <= set(_LETTERS):
        return None
    return hashlib.sha256(f"{account}:{plain}".encode()).hexdigest()


def keep_codes(connection: Connection, account: int, codes: Sequence[str], at: str) -> None:
    """These are the account's codes from now on, and no earlier ones."""
    connection.execute(delete(recovery_code).where(recovery_code.c.account == account))
    rows = [{"account": account, "hash": recovery_hash(account, code), "made_at": at} for code in codes]
    if rows:
        connection.execute(insert(recovery_code), rows)


def use_code(connection: Connection, account: int, hash: str, at: str) -> bool:
    """Take a code that was not used yet; False where there is none, or somebody was faster."""
    found = update(recovery_code).where(
        recovery_code.c.account == account, recovery_code.c.hash == hash, recovery_code.c.used_at.is_(None)
    )
    return bool(connection.execute(found.values(used_at=at)).rowcount)


async def is_unused(store: Store, account: int, hash: str) -> bool:
    """Whether a code would be taken."""
    unused = select(func.count()).where(
        recovery_code.c.account == account, recovery_code.c.hash == hash, recovery_code.c.used_at.is_(None)
    )
    async with store.read() as connection:
        return bool(await connection.scalar(unused))


async def codes_left(store: Store, account: int) -> int:
    """How many codes were not used yet."""
    left = select(func.count()).where(recovery_code.c.account == account, recovery_code.c.used_at.is_(None))
    async with store.read() as connection:
        return int(await connection.scalar(left) or 0)
