"""The console's doors: existing and unknown accounts look alike, a lost authenticator app, and numbers that are
none."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, Literal
from urllib.parse import quote

import pyotp
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.console.routes import ROUTES
from bot.store.accounts import AccountError, Accounts, Role
from bot.store.console_tables import recovery_code
from bot.store.second_factor import MANY, new_recovery_codes, new_totp_secret, recovery_hash
from tests.bot.console.conftest import PASSWORD, Desk

KNOWN, UNKNOWN = "ada@example.com", "nobody@example.com"


class Counting(PasswordHasher):
    """argon2 that counts what it verified."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += 1
        return super().verify(hash, password)


async def tried(desk: Desk, email: str, password: str, now: float) -> tuple[str, int, list[str]]:
    """What a try to sign in says, how many passwords it verified, and the statements about accounts that it ran."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if re.search(r"\b(?:account|sign_in_try|session)\b", statement):
            statements.append(statement)

    engines = [e for e in (desk.bot.store.engine.sync_engine, desk.bot.store._writer) if e is not None]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    hasher = Counting()
    accounts = Accounts(desk.bot.store, hasher)
    try:
        await accounts.sign_in(email, password, now=now)
        said = "in"
    except AccountError as error:
        said = str(error)
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return said, hasher.verified, statements


async def test_an_unknown_account_is_told_checked_and_locked_like_an_existing_one(desk: Desk) -> None:
    """In words and in work: the same password hashing and the same statements, try for try, into the lockout and out of
    it."""
    await desk.accounts.add(email=KNOWN, name="Ada", role=Role.VIEWER, password=PASSWORD)
    now = time.time()
    for minutes in (0, 0, 0, 0, 0, 1, 2, 16, 16, 17):
        at = now + minutes * 60
        existing, unknown = [await tried(desk, email, "not it at all", at) for email in (KNOWN, UNKNOWN)]
        assert existing == unknown and existing[1] == 1 and len(existing[2]) >= 2
    said = [
        (await tried(desk, email, "not it at all", now + 60 * 60 + n))[0]
        for n in range(6)
        for email in (KNOWN, UNKNOWN)
    ]
    assert said[-1] == said[-2] and "locked" in said[-1]
    assert (await tried(desk, KNOWN, PASSWORD, now + 60 * 60 + 10))[0] == said[
        -1
    ]  # the right password tells nothing either
    assert (await tried(desk, KNOWN, PASSWORD, now + 80 * 60))[0] == "in"


async def test_an_administrator_unlocks_with_a_new_password(desk: Desk) -> None:
    ada = await desk.accounts.add(email=KNOWN, name="Ada", role=Role.ADMINISTRATOR, password=PASSWORD)
    now = time.time()
    for _ in range(5):
        await tried(desk, KNOWN, "not it at all", now)
    assert "locked" in (await tried(desk, KNOWN, PASSWORD, now))[0]
    await desk.accounts.set_password(ada.id, "another good password")
    assert (await tried(desk, KNOWN, "another good password", now))[0] == "in"


async def test_what_is_typed_into_the_wrong_field_is_not_kept(desk: Desk) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    async with desk.client() as client:
        await client.post("/console/sign-in", data={"email": "my secret passphrase", "password": "x"})
    page = await admin.get("/log")
    assert "sign-in refused" in page and "passphrase" not in page


# ---------------------------------------------------------------- a lost authenticator app


async def test_a_recovery_code_opens_an_account_once_and_only_its_hash_is_kept(desk: Desk) -> None:
    visitor = await desk.as_role(Role.VIEWER)
    secret = re.search(r'name="secret" value="([^"]+)"', (await visitor.post("/own/code", 200)).text)
    assert secret
    page = await visitor.post("/own/code/confirm", 200, secret=secret[1], code=pyotp.TOTP(secret[1]).now())
    codes = re.findall(r"<li>([0-9A-Z]{5}-[0-9A-Z]{5})</li>", page.text)
    later = await visitor.get("/own")
    assert len(set(codes)) == MANY and not [code for code in codes if code in later]
    async with desk.bot.store.read() as connection:
        kept = [row.hash for row in await connection.execute(recovery_code.select())]
    assert len(kept) == MANY and not [c for c in codes if c in str(kept) or c.replace("-", "") in str(kept)]

    async def sign_in(code: str) -> Any:
        async with desk.client() as client:
            form = {"email": "viewer@example.com", "password": PASSWORD, "code": code}
            return await client.post("/console/sign-in", data=form, follow_redirects=True)

    answer = await sign_in(codes[0].lower().replace("-", " "))
    assert answer.status_code == 200 and f"{MANY - 1} are left" in answer.text
    assert "is wrong" in (await sign_in(codes[0])).text
    one, two = await asyncio.gather(sign_in(codes[1]), sign_in(codes[1]))
    assert sorted((one.status_code, two.status_code)) == [200, 401]
    renewed = await visitor.post("/own/code/recovery", 200, password=PASSWORD)
    assert codes[2] not in renewed.text and "is wrong" in (await sign_in(codes[2])).text
    await visitor.post("/own/code/end", password=PASSWORD)
    async with desk.bot.store.read() as connection:
        assert list(await connection.execute(recovery_code.select())) == []


@given(st.text(max_size=30))
def test_what_is_no_recovery_code_is_none_and_the_rest_is_read_however_it_is_typed(text: str) -> None:
    found = recovery_hash(1, text)
    assert found is None or len(found) == 64
    (code, *_) = new_recovery_codes()
    assert recovery_hash(1, code) == recovery_hash(1, f" {code.lower()} ") != recovery_hash(2, code)


async def test_a_code_of_signs_that_only_look_like_figures_is_wrong(desk: Desk) -> None:
    ada = await desk.accounts.add(email=KNOWN, name="Ada", role=Role.ADMINISTRATOR, password=PASSWORD)
    await desk.accounts.set_totp(ada.id, new_totp_secret(), new_recovery_codes())
    for code in ("²²²²²²", "١٢٣٤٥٦", "一二三四五六", "\x00", "-" * 20):
        with pytest.raises(AccountError, match="wrong"):
            await desk.accounts.sign_in(KNOWN, PASSWORD, code, now=time.time())
        await desk.accounts.set_password(ada.id, PASSWORD)


# ---------------------------------------------------------------- numbers that are none

ODD = (
    "-1",
    "1.5",
    "1e3",
    "²",
    "١",
    "9" * 10,
    "9" * 40,
    "0x10",
    " ",
    "NaN",
    "１",
    "--",
    "1 or 1=1",
    "\x00",
    "2147483648",
)
NUMBERS = {
    "GET": (
        "/desk?after={}",
        "/log?before={}",
        "/privacy?days={}",
        "/conversations?assigned={}",
        "/conversations?after=x~{}",
    ),
    "POST": (("/samples", "size"), ("/samples", "seed"), ("/articles/reply-time/undo", "version")),
}


@pytest.mark.parametrize("odd", ODD)
async def test_odd_numbers_are_refused_in_words(desk: Desk, odd: str) -> None:
    id = await desk.chat("my lamp is broken")
    admin = await desk.as_role(Role.ADMINISTRATOR)
    for path in (*NUMBERS["GET"], f"/conversations/{id}/turns?after={{}}"):
        answer = await admin.client.get("/console" + path.format("{}").replace("{}", quote(odd, safe="")))
        blank = not odd.strip()
        assert answer.status_code == (200 if blank and "~" not in path else 400) or (
            blank and answer.status_code == 400
        ), (path, odd)
        assert "Traceback" not in answer.text
    sample = {"name": "x", "stratum": "none", "size": "1", "seed": "1", "since": "2026-01-01", "until": "2026-01-02"}
    for path, field in (*NUMBERS["POST"], (f"/conversations/{id}/correct", "seq")):
        form = (sample if path == "/samples" else {}) | {field: odd}
        page = await admin.client.get("/console/own")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf
        answer = await admin.client.post("/console" + path, data={"csrf": csrf[1], **form})
        assert answer.status_code == 400 or (not odd.strip() and field == "seed"), (
            path,
            field,
            odd,
            answer.status_code,
        )


@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
async def test_no_odd_value_in_any_route_and_any_field_is_a_servers_error(desk: Desk, data: st.DataObject) -> None:
    """Whatever stands in the path, after the question mark or in a field: an answer in words, and never status 500."""
    if not await desk.accounts.any():
        desk.admin = await desk.as_role(Role.ADMINISTRATOR)
    odd = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.integers().map(str))
    page = await desk.admin.client.get("/console/own")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf
    names = (
        "after",
        "before",
        "days",
        "since",
        "until",
        "size",
        "seed",
        "seq",
        "version",
        "account",
        "id",
        "score",
        "limit",
        "note",
    )
    for route in ROUTES:
        if route.path in ("/sign-out", "/own/password"):
            continue
        values = {name: data.draw(odd, label=f"{route.path} {name}") for name in names}
        path = re.sub(r"\{[^}]+\}", lambda m: quote(data.draw(odd) or "x", safe="").replace(".", "x"), route.path)
        if route.method == "GET":
            answer = await desk.admin.client.get("/console" + path, params=values)
        else:
            answer = await desk.admin.client.post("/console" + path, data={"csrf": csrf[1], **values})
        assert answer.status_code < 500, (route.path, path, values)
