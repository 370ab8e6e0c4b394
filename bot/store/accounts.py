"""Who may sign in to the console: accounts with roles, passwords, one-time codes, sessions, lockout; and the log of who
saw or exported what.

Passwords are hashed with argon2id (argon2-cffi's defaults follow RFC 9106), session ids are 256 random bits of which
only the hash is stored, codes are in `bot.store.second_factor`. An address without an account is treated as one with:
the same words, the same work, the same lockout. Nothing here knows a page.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.clock import now_text
from bot.store.access_log import AccessLog
from bot.store.console_tables import access, account, session, sign_in_try
from bot.store.constraints import broken
from bot.store.database import Store
from bot.store.dialects import insert_into
from bot.store.second_factor import code_step, is_unused, keep_codes, recovery_hash, use_code
from bot.store.worded import Worded

_HASHER = PasswordHasher()
IDLE, LONGEST = 8 * 3600.0, 7 * 24 * 3600.0
_TRIES, _LOCKED, _REMEMBERED = 5, 15 * 60.0, 24 * 3600.0
SHORTEST_PASSWORD = 12


class Role(IntEnum):
    """What an account may do; each holds what those before it hold. Viewers see transcripts with personal data masked;
    reviewers see all, judge, join chats, draft articles and work on tickets; administrators manage people, publish and
    withdraw articles, export and erase."""

    VIEWER = 1
    REVIEWER = 2
    ADMINISTRATOR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class AccountError(Worded):
    """What cannot be done with an account; the message is for the person at the page or the command line."""


@dataclass(frozen=True)
class Account:
    id: int
    email: str
    name: str
    role: Role
    disabled: bool = False
    has_totp: bool = False
    #: The console's language, where they chose one.
    language: str = ""


def labels(people: Iterable[Account]) -> dict[int, str]:
    """What each account is called where several may be named, by its id: the name alone, or with the address where
    others bear the same name (whatever its case, width or spaces). No two are called the same."""
    listed = list(people)
    bearers = Counter(_folded(a.name) for a in listed)
    return {a.id: f"{a.name} ({a.email})" if bearers[_folded(a.name)] > 1 or "@" in a.name else a.name for a in listed}


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class SignedIn:
    """An account and its session's CSRF token."""

    account: Account
    csrf: str
    hash: str
    recovered: bool = False  # signed in this very moment with a recovery code


def check_password(password: str) -> None:
    """Raises `AccountError` where a password is too easy to guess: too short, or a single character over and over."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < 5:
        raise AccountError(
            "choose a password of %(least)s characters or more, not one repeated; length is what counts",
            least=SHORTEST_PASSWORD,
        )
    if len(password) > 1000:
        raise AccountError("this password is longer than 1,000 characters")


def read_email(text: str) -> str:
    """An address in lower case. Raises `AccountError`."""
    try:
        return validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False
        ).normalized.casefold()
    except EmailNotValidError as error:
        raise AccountError("'%(text)s' is not an email address", text=text.strip(), detail=str(error)) from error


def _account(row: Any) -> Account:
    role = Role(Role[row.role.upper()])
    return Account(
        row.id, row.email, row.name, role, bool(row.disabled), bool(row.totp_secret), language=row.language or ""
    )


class Accounts:
    """Accounts, sessions and the log of access, in the bot's own database."""

    def __init__(self, store: Store, hasher: PasswordHasher = _HASHER) -> None:
        self._store, self._hasher = store, hasher
        self.access = AccessLog(store)
        #: Verified where an account is unknown, so that both cases take the same time.
        self._nobody = hasher.hash(secrets.token_hex(8))

    async def any(self) -> bool:
        """False before the first administrator was made."""
        async with self._store.read() as connection:
            return bool(await connection.scalar(select(func.count()).select_from(account)))

    async def all(self) -> list[Account]:
        """Everybody's, by name."""
        async with self._store.read() as connection:
            return [_account(row) for row in await connection.execute(select(account).order_by(account.c.name))]

    async def add(self, *, email: str, name: str, role: Role, password: str, first: bool = False) -> Account:
        """A new account; with `first` only where there is none yet. Raises `AccountError`."""
        email, name = read_email(email), " ".join(name.split())[:100] or email.split("@")[0]
        check_password(password)
        row = {
            "email": email,
            "name": name,
            "role": role.label,
            "password_hash": await self._hashed(password),
            "totp_used": 0,
            "failed": 0,
            "locked_until": 0.0,
            "created_at": now_text(),
            "disabled": 0,
        }

        def job(connection: Connection) -> int:
            if first and connection.scalar(select(func.count()).select_from(account)):
                raise AccountError("there is an administrator already; ask them for an account")
            return int(connection.execute(insert(account).values(**row).returning(account.c.id)).scalar_one())

        try:
            return Account(await self._store.transact(job), email, name, role)
        except IntegrityError as error:
            if broken(error) != "account(email)":
                raise
            raise AccountError("%(email)s has an account already", email=email) from error

    async def change(self, id: int, **values: Any) -> None:
        """Change a role or whether an account is disabled; its sessions end. Raises `AccountError` where no enabled
        administrator would be left."""

        def job(connection: Connection) -> None:
            connection.execute(update(account).where(account.c.id == id).values(**values))
            enabled = select(func.count()).where(account.c.role == "administrator", account.c.disabled == 0)
            if not connection.scalar(enabled):
                raise AccountError("at least one administrator must remain")
            connection.execute(delete(session).where(session.c.account == id))

        await self._store.transact(job)

    async def choose_language(self, id: int, language: str) -> None:
        """The console's language for an account; empty: whatever its browser asks for. No session ends."""
        chosen = update(account).where(account.c.id == id).values(language=language or None)
        await self._store.transact(lambda connection: connection.execute(chosen) and None)

    async def set_password(self, id: int, password: str) -> None:
        """A new password: every session of the account ends, and it is unlocked."""
        check_password(password)
        await self.change(id, password_hash=await self._hashed(password))
        await self._store.transact(lambda connection: _unlock(connection, id))

    async def verify_password(self, id: int, password: str) -> bool:
        """True where this is the account's password."""
        async with self._store.read() as connection:
            found = await connection.scalar(select(account.c.password_hash).where(account.c.id == id))
        return await self._matches(found or self._nobody, password)

    async def set_totp(self, id: int, secret: str | None, recovery: Sequence[str] = ()) -> None:
        """Ask for a one-time code from now on, or no longer; `recovery` are the codes that serve in its place, each
        once."""

        def job(connection: Connection) -> None:
            connection.execute(update(account).where(account.c.id == id).values(totp_secret=secret, totp_used=0))
            keep_codes(connection, id, recovery if secret else (), now_text())

        await self._store.transact(job)

    async def renew_recovery(self, id: int, codes: Sequence[str]) -> None:
        """Other recovery codes in the place of all earlier ones."""
        await self._store.transact(lambda connection: keep_codes(connection, id, codes, now_text()))

    async def _hashed(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password)

    async def _matches(self, hash: str, password: str) -> bool:
        try:
            return await asyncio.to_thread(self._hasher.verify, hash, password)
        except (VerificationError, InvalidHashError):
            return False

    # ------------------------------------------------------------ signing in

    async def sign_in(
        self, email: str, password: str, code: str = "", now: float | None = None
    ) -> tuple[str, SignedIn]:
        """A new session's id with its account. Raises `AccountError`, in words, after work and with a lockout that do
        not tell whether the account exists: after five wrong tries in a row an address is locked for 15 minutes. `code`
        is one of the app, or a recovery code."""
        now, address = time.time() if now is None else now, email.strip().casefold()
        tried = _hash(f"sign-in:{address}")
        async with self._store.read() as connection:
            row = (await connection.execute(select(account).where(account.c.email == address))).one_or_none()
            until = await connection.scalar(select(sign_in_try.c.locked_until).where(sign_in_try.c.hash == tried))
        right = await self._matches(row.password_hash if row else self._nobody, password)
        if (until or 0.0) > now:
            raise AccountError(
                "too many wrong tries: this address is locked for a quarter of an hour; "
                "or ask an administrator to set a new password"
            )
        second = await self._second(row, code, now) if row and row.totp_secret else _Second()
        if row is None or row.disabled or not right or second is None:
            await self._store.transact(lambda connection: _failed(connection, tried, now))
            if row is not None and right and not row.disabled and not code:
                raise AccountError("enter the six-digit code of your authenticator app as well, or a recovery code")
            raise AccountError("the address, the password or the code is wrong")
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        opened = {"hash": _hash(token), "account": row.id, "csrf": csrf, "created_at": now, "seen_at": now}

        def job(connection: Connection) -> None:
            _take(connection, row.id, second)
            connection.execute(delete(sign_in_try).where(sign_in_try.c.hash == tried))
            connection.execute(delete(session).where(session.c.created_at < now - LONGEST))
            connection.execute(insert(session).values(**opened))

        await self._store.transact(job)
        return token, SignedIn(_account(row), csrf, opened["hash"], recovered=second.recovery is not None)

    async def _second(self, row: Any, code: str, now: float) -> _Second | None:
        """What of the second factor fits, None where nothing does."""
        if (step := code_step(row.totp_secret, code, row.totp_used, now)) is not None:
            return _Second(step=step)
        hashed = recovery_hash(row.id, code)
        if hashed is not None and await is_unused(self._store, row.id, hashed):
            return _Second(recovery=hashed)
        return None

    async def signed_in(self, token: str, now: float | None = None) -> SignedIn | None:
        """Whose session `token` is; None where it ended: 8 hours without use, a week at most, or a disabled account."""
        if not token:
            return None
        now = time.time() if now is None else now
        hashed = _hash(token)
        query = select(session.c.csrf, session.c.seen_at, session.c.created_at, account).join(account)
        async with self._store.read() as connection:
            row = (await connection.execute(query.where(session.c.hash == hashed))).one_or_none()
        if row is None or row.disabled or row.seen_at < now - IDLE or row[2] < now - LONGEST:
            return None
        if row.seen_at < now - 60:
            seen = update(session).where(session.c.hash == hashed).values(seen_at=now)
            await self._store.transact(lambda connection: connection.execute(seen) and None)
        return SignedIn(_account(row), row.csrf, hashed)

    async def sign_out(self, hash: str) -> None:
        """End the session with this hash."""
        await self._store.transact(lambda c: c.execute(delete(session).where(session.c.hash == hash)) and None)

    # ------------------------------------------------------------ the log of access

    async def note(
        self, who: str, action: str, target: str = "", detail: str = "", *, account: int | None = None
    ) -> None:
        """Remember that `who` (an address; `account`, where it is one's) did `action` to `target`: what was seen,
        exported, changed or erased."""
        await self.access.note(who, action, target, detail, account=account)

    async def note_refused(self, email: str) -> None:
        """Somebody was not let in. What they typed is kept only where it is a colleague's address."""
        known = {a.email for a in await self.all()}
        typed = email.strip().casefold()
        who = typed if typed in known else await self.access.person(typed)
        await self.note(who, "sign-in refused")

    async def log(self, *, before: int | None = None, who: str = "", limit: int = 100) -> list[Any]:
        """The newest entries first; `who`: of the account with this address, whatever its address was then."""
        query = select(access).order_by(access.c.id.desc()).limit(limit)
        if before:
            query = query.where(access.c.id < before)
        if who:
            whose = select(account.c.id).where(account.c.email == who.strip().casefold()).scalar_subquery()
            query = query.where(or_(access.c.account == whose, and_(access.c.account.is_(None), access.c.who == who)))
        async with self._store.read() as connection:
            return list(await connection.execute(query))


@dataclass(frozen=True)
class _Second:
    """The second factor of one sign-in: the time step of a code, or the hash of a recovery code; neither where none is
    asked for."""

    step: int = 0
    recovery: str | None = None


def _take(connection: Connection, id: int, second: _Second) -> None:
    """Use the second factor up. Raises `AccountError` where somebody was faster."""
    if second.recovery is not None:
        if not use_code(connection, id, second.recovery, now_text()):
            raise AccountError("this recovery code was used already; take another")
    elif second.step:
        fresh = update(account).where(account.c.id == id, account.c.totp_used < second.step)
        if not connection.execute(fresh.values(totp_used=second.step)).rowcount:
            raise AccountError("this code was used already; wait for the next one")


def _failed(connection: Connection, tried: str, now: float) -> None:
    """One more wrong try with an address; the same statements whether or not it has an account."""
    connection.execute(delete(sign_in_try).where(sign_in_try.c.at < now - _REMEMBERED))
    failed = int(connection.scalar(select(sign_in_try.c.failed).where(sign_in_try.c.hash == tried)) or 0) + 1
    locked = now + _LOCKED if failed >= _TRIES else 0.0
    values = {"failed": 0 if locked else failed, "locked_until": locked, "at": now}
    row = insert_into(connection, sign_in_try).values(hash=tried, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["hash"], set_=values))  # two at once are no error


def _unlock(connection: Connection, id: int) -> None:
    email = connection.scalar(select(account.c.email).where(account.c.id == id))
    connection.execute(delete(sign_in_try).where(sign_in_try.c.hash == _hash(f"sign-in:{email}")))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
