"""Who may open which page: every route with every role, forms without their token, sessions, lockout, one-time
codes."""

from __future__ import annotations

import re
import time

import httpx
import pyotp
import pytest

from bot.console.routes import ROUTES
from bot.store.accounts import AccountError, Accounts, Role, check_password
from bot.store.second_factor import new_totp_secret
from tests.bot.console.conftest import PASSWORD, Desk
from tests.conftest import TOKEN


def _path(path: str, id: str) -> str:
    path = (
        path.replace("{id:str}", id)
        .replace("{reference}", "AO-NONE-1")
        .replace("{name}", "outcomes")
        .replace("{version:int}", "1")
    )
    return "/console" + path.replace("{id:int}", "1").replace("{note:int}", "1").replace("{id}", "reply-time")


def test_routes_are_declared_once_and_those_without_a_role_are_few() -> None:
    assert len({(r.method, r.path) for r in ROUTES}) == len(ROUTES)
    assert {r.path for r in ROUTES if r.role is None} == {"/sign-in", "/first", "/language"}
    assert all(
        r.role is not None and r.role >= Role.REVIEWER
        for r in ROUTES
        if r.method == "POST" and not re.match(r"/(sign|first|language|views|own)", r.path)
    )


async def test_every_route_is_closed_to_those_without_its_role(desk: Desk) -> None:
    id = await desk.chat("my lamp is broken")
    visitors = {role: (await desk.as_role(role)).client for role in Role}
    async with desk.client() as nobody:
        for route in ROUTES:
            if route.role is None or route.path == "/sign-out":
                continue
            path = _path(route.path, id)
            answer = await nobody.request(route.method, path)
            if route.method == "GET":
                assert answer.status_code == 303 and "/sign-in" in answer.headers["location"], path
            else:
                assert answer.status_code == 401, path
            for role, client in visitors.items():
                answer = await client.request(route.method, path)
                refused = "needs the role" in answer.text or "earlier session" in answer.text
                if role < route.role:
                    assert answer.status_code == 403 and "needs the role" in answer.text, (path, role)
                elif route.method == "POST":  # in, and stopped for want of the form's token
                    assert answer.status_code == 403 and "earlier session" in answer.text, (path, role)
                else:
                    assert answer.status_code in (200, 303, 404, 422) and not refused, (path, role, answer.status_code)


async def test_a_form_from_another_site_is_refused(desk: Desk) -> None:
    visitor = await desk.as_role(Role.ADMINISTRATOR)
    page = await visitor.get("/own")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    form = {"csrf": csrf[1], "name": "x", "email": "x@example.com", "role": "viewer", "password": PASSWORD}
    answer = await visitor.client.post("/console/people", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403 and "another site" in answer.text
    assert len(await desk.accounts.all()) == 1


async def test_the_first_account_needs_the_token_and_can_be_made_once(desk: Desk) -> None:
    form = {"token": "guess", "name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    async with desk.client() as client:
        answer = await client.get("/console/conversations", follow_redirects=True)
        assert "Make the first account" in answer.text
        answer = await client.post("/console/first", data=form)
        assert answer.status_code == 422 and "not the administrator" in answer.text.replace("&#39;", "'")
        answer = await client.post("/console/first", data={**form, "token": TOKEN, "password": "short"})
        assert answer.status_code == 422 and "12 characters" in answer.text
        answer = await client.post("/console/first", data={**form, "token": TOKEN})
        assert answer.status_code == 303
        assert (
            "httponly" in answer.headers["set-cookie"].lower()
            and "samesite=lax" in answer.headers["set-cookie"].lower()
        )
        assert (await client.get("/console/people")).status_code == 200
    async with desk.client() as client:
        answer = await client.post("/console/first", data={**form, "token": TOKEN, "email": "eve@example.com"})
        assert answer.status_code == 422 and "already" in answer.text
    assert [a.role for a in await desk.accounts.all()] == [Role.ADMINISTRATOR]


async def test_five_wrong_passwords_lock_an_account_and_time_opens_it(desk: Desk) -> None:
    accounts = desk.accounts
    await accounts.add(email="Ada@Example.com", name="Ada", role=Role.VIEWER, password=PASSWORD)
    now = time.time()
    for _ in range(5):
        with pytest.raises(AccountError, match="wrong"):
            await accounts.sign_in("ada@example.com", "not it at all", now=now)
    with pytest.raises(AccountError, match="locked"):
        await accounts.sign_in("ada@example.com", PASSWORD, now=now + 60)
    _, who = await accounts.sign_in("ada@example.com", PASSWORD, now=now + 16 * 60)
    assert who.account.name == "Ada"


async def test_an_unknown_account_and_a_wrong_password_are_told_alike(desk: Desk) -> None:
    await desk.accounts.add(email="ada@example.com", name="Ada", role=Role.VIEWER, password=PASSWORD)
    words = set()
    for email in ("ada@example.com", "nobody@example.com"):
        with pytest.raises(AccountError) as error:
            await desk.accounts.sign_in(email, "wrong wrong wrong")
        words.add(str(error.value))
    assert len(words) == 1


async def test_sessions_end(desk: Desk) -> None:
    accounts: Accounts = desk.accounts
    ada = await accounts.add(email="ada@example.com", name="Ada", role=Role.ADMINISTRATOR, password=PASSWORD)
    await accounts.add(email="bo@example.com", name="Bo", role=Role.ADMINISTRATOR, password=PASSWORD)
    now = time.time()
    token, who = await accounts.sign_in("ada@example.com", PASSWORD, now=now)
    assert await accounts.signed_in(token, now + 3600) is not None
    assert await accounts.signed_in(token + "x", now) is None
    assert await accounts.signed_in(token, now + 3600 + 8 * 3600 + 1) is None  # unused for eight hours
    await accounts.sign_out(who.hash)
    assert await accounts.signed_in(token, now) is None
    token, _ = await accounts.sign_in("ada@example.com", PASSWORD)
    await accounts.change(ada.id, disabled=1)
    assert await accounts.signed_in(token) is None
    with pytest.raises(AccountError):
        await accounts.sign_in("ada@example.com", PASSWORD)


async def test_the_last_administrator_stays(desk: Desk) -> None:
    ada = await desk.accounts.add(email="ada@example.com", name="Ada", role=Role.ADMINISTRATOR, password=PASSWORD)
    with pytest.raises(AccountError, match="at least one administrator"):
        await desk.accounts.change(ada.id, role="viewer")
    assert (await desk.accounts.all())[0].role is Role.ADMINISTRATOR


async def test_one_time_codes_are_asked_for_and_taken_once(desk: Desk) -> None:
    ada = await desk.accounts.add(email="ada@example.com", name="Ada", role=Role.VIEWER, password=PASSWORD)
    await desk.accounts.add(email="root@example.com", name="Root", role=Role.ADMINISTRATOR, password=PASSWORD)
    secret, now = new_totp_secret(), time.time()
    await desk.accounts.set_totp(ada.id, secret)
    with pytest.raises(AccountError, match="six-digit"):
        await desk.accounts.sign_in("ada@example.com", PASSWORD, now=now)
    code = pyotp.TOTP(secret).at(int(now))
    assert await desk.accounts.sign_in("ada@example.com", PASSWORD, code, now=now)
    with pytest.raises(AccountError):
        await desk.accounts.sign_in("ada@example.com", PASSWORD, code, now=now)
    with pytest.raises(AccountError):
        await desk.accounts.sign_in(
            "ada@example.com", PASSWORD, "000000" if code != "000000" else "111111", now=now + 90
        )


async def test_setting_up_codes_in_the_page(desk: Desk) -> None:
    visitor = await desk.as_role(Role.VIEWER)
    page = await visitor.post("/own/code", 200)
    secret = re.search(r'name="secret" value="([^"]+)"', page.text)
    assert secret and "<svg" in page.text
    await visitor.post("/own/code/confirm", 422, secret=secret[1], code="abc")
    await visitor.post("/own/code/confirm", 200, secret=secret[1], code=pyotp.TOTP(secret[1]).now())
    assert (await desk.accounts.all())[0].has_totp
    await visitor.post("/own/code/end", 422, password="wrong")
    await visitor.post("/own/code/end", password=PASSWORD)
    assert not (await desk.accounts.all())[0].has_totp


async def test_tries_to_sign_in_are_limited_by_address(desk: Desk) -> None:
    codes = []
    async with desk.client() as client:
        for n in range(12):
            form = {"email": f"a{n}@example.com", "password": "x"}
            codes.append((await client.post("/console/sign-in", data=form)).status_code)
    assert codes[:10] == [401] * 10 and codes[-1] == 429


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 1001])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(AccountError):
        check_password(password)


async def test_after_signing_in_one_goes_only_to_the_console(desk: Desk) -> None:
    await desk.accounts.add(email="ada@example.com", name="Ada", role=Role.VIEWER, password=PASSWORD)
    for onward in (
        "https://evil.example/",
        "//evil.example",
        "/console/sign-out",
        "/\\evil.example",
        "javascript:alert(1)",
    ):
        async with desk.client() as client:
            form = {"email": "ada@example.com", "password": PASSWORD, "next": onward}
            answer = await client.post("/console/sign-in", data=form)
            assert answer.headers["location"] == "/console/conversations"


async def test_what_people_did_is_in_the_log_without_personal_data(desk: Desk) -> None:
    id = await desk.chat("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.get(f"/conversations/{id}")
    await admin.get("/conversations.csv?q=lamp")
    await admin.post("/privacy", 200, email="jane@example.com")
    page = await admin.get("/log")
    for action in ("sign in", "read", "export conversations", "look for a person"):
        assert action in page
    assert id in page and "jane@example.com" not in page


async def test_pages_carry_a_strict_policy(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/console/sign-in", follow_redirects=True)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


async def test_an_oversized_form_is_refused(desk: Desk) -> None:
    visitor = await desk.as_role(Role.ADMINISTRATOR)
    answer: httpx.Response = await visitor.client.post("/console/people", data={"name": "x" * 500_000})
    assert answer.status_code == 413
