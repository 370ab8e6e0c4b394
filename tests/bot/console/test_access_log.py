"""Whatever is read of shoppers is in the log of access, by whom; and no shopper is in it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.console.routes import NAMES_NOBODY, ROUTES
from bot.history.person import GONE, Person
from bot.store.access_log import AccessLog, bearer
from bot.store.accounts import Role
from bot.store.addresses import canonical
from bot.store.console_tables import access
from tests.bot.console.conftest import PASSWORD, Desk
from tests.bot.console.test_access import _path
from tests.conftest import TOKEN

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


async def _entries(desk: Desk) -> list[tuple[str, str, str, str]]:
    async with desk.bot.store.read() as connection:
        rows = await connection.execute(select(access).order_by(access.c.id))
        return [(row.who, row.action, row.target, row.detail) for row in rows]


async def test_every_page_with_shoppers_on_it_is_noted(desk: Desk) -> None:
    """Whatever page is added is noted, unless it is said that nobody can stand on it."""
    id = await desk.chat(TICKET)
    async with desk.bot.store.read() as connection:
        from bot.store.tables import outbox

        reference = await connection.scalar(select(outbox.c.reference))
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post("/samples", stratum="none", name="s", size="1", since="2020-01-01", until="2099-01-01")
    assert {r.path for r in ROUTES if r.method == "GET"} >= NAMES_NOBODY
    for route in ROUTES:
        if route.method != "GET" or route.role is None:
            continue
        before = len(await _entries(desk))
        path = _path(route.path, id).replace("AO-NONE-1", str(reference))
        answer = await admin.client.get(path)
        noted = (await _entries(desk))[before:]
        if route.path in NAMES_NOBODY:
            assert "Jane" not in answer.text and "jane@example.com" not in answer.text, route.path
        elif answer.status_code == 200:
            assert len(noted) == 1 and noted[0][0] == "administrator@example.com", (route.path, noted)


async def test_fragments_are_noted_once_in_ten_minutes(desk: Desk) -> None:
    id = await desk.chat(TICKET)
    viewer = await desk.as_role(Role.VIEWER)
    for after in ("0", "1", "2", "99"):
        await viewer.get(f"/conversations/{id}/turns?after={after}")
    for _ in range(3):
        await viewer.get("/live")
    read = [e for e in await _entries(desk) if e[0] == "viewer@example.com" and e[1] != "sign in"]
    assert [e[1:3] for e in read] == [("read turns", id), ("open", "/console/live")]


async def test_noted_again_after_ten_minutes(desk: Desk) -> None:
    now = [0.0]
    log = AccessLog(desk.bot.store, clock=lambda: now[0])
    for moment in (0.0, 1.0, 599.0, 601.0, 602.0):
        now[0] = moment
        await log.note_once("ada@example.com", "open", "/console/live")
    assert len(await _entries(desk)) == 2


async def test_reading_by_token_is_noted_by_the_tokens_short_id(desk: Desk) -> None:
    id = await desk.chat(TICKET)
    async with desk.client() as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        tickets = (await client.get("/api/tickets", headers=headers)).json()["items"]
        reference = tickets[0]["reference"]
        paths = [
            "/api/conversations",
            f"/api/conversations/{id}",
            f"/api/tickets/{reference}",
            "/api/conversations/jane@example.com",
        ]
        for path in paths:
            await client.get(path, headers=headers)
        await client.get("/api/tickets?conversation=jane@example.com", headers=headers)
        await client.post(f"/api/tickets/{reference}/deliver", headers=headers)
        assert (await client.get("/api/conversations", headers={"Authorization": "Bearer wrong"})).status_code == 401
    noted = await _entries(desk)
    who = bearer(TOKEN)
    assert who.startswith("API ") and TOKEN not in who and all(e[0] == who for e in noted)
    assert [e[1:3] for e in noted[:4]] == [
        ("API GET", "/api/tickets"),
        ("API GET", "/api/conversations"),
        ("API GET", f"/api/conversations/{id}"),
        ("API GET", f"/api/tickets/{reference}"),
    ]
    assert noted[-1][1:3] == ("API POST", f"/api/tickets/{reference}/deliver")
    assert "jane" not in str(noted).casefold()


async def test_no_shopper_stands_in_the_log_whatever_was_typed(desk: Desk) -> None:
    await desk.chat(TICKET)
    admin = await desk.as_role(Role.ADMINISTRATOR)
    for query in ("q=jane%40example.com", "q=Jane+Doe&outcome=filed", "ticket=jane@example.com", "article=Jane"):
        await admin.get(f"/conversations?{query}")
        await admin.get(f"/conversations.csv?{query}")
        await admin.get(f"/conversations.jsonl?{query}")
    for path in ("/privacy", "/privacy/export"):
        await admin.post(path, 200, email="Jane@Example.com")
    await admin.get("/log?who=jane%40example.com")
    async with desk.client() as client:
        for typed in ("jane@example.com", "Jane Doe", "hunter2 is what I type"):
            await client.post("/console/sign-in", data={"email": typed, "password": "x"})
        await client.post("/console/sign-in", data={"email": "Administrator@example.com", "password": "x"})
    noted = await _entries(desk)
    for word in ("jane", "doe", "hunter2"):
        assert word not in str(noted).casefold(), word
    refused = [e[0] for e in noted if e[1] == "sign-in refused"]
    assert refused[-1] == "administrator@example.com" and len(set(refused)) == 4
    looked = {e[2] for e in noted if e[1] in ("look for a person", "export a person")}
    assert len(looked) == 1, "the same person is found again"
    chosen = [e[3] for e in noted if e[1] == "export conversations"]
    assert any("outcome=filed" in detail for detail in chosen), "what was chosen from a list stays readable"


async def test_the_hash_needs_the_databases_own_key(desk: Desk, tmp_path: Any) -> None:
    from tests.bot.console.conftest import console

    mine, again = AccessLog(desk.bot.store), AccessLog(desk.bot.store)
    one = await mine.person("jane@example.com")
    assert one == await again.person("JANE@example.com") != await mine.person("joan@example.com")
    async with console(f"sqlite+aiosqlite:///{tmp_path}/other.db") as other:
        assert await AccessLog(other.bot.store).person("jane@example.com") != one


async def test_a_log_that_cannot_be_written_hands_out_nothing(desk: Desk) -> None:
    id = await desk.chat(TICKET)
    viewer = await desk.as_role(Role.VIEWER)
    from sqlalchemy import text

    await desk.bot.store.transact(
        lambda c: (
            c.execute(text("CREATE TRIGGER no BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'full'); END")) and None
        )
    )
    answer: httpx.Response = await viewer.client.get(f"/console/conversations/{id}")
    assert answer.status_code >= 500 and "lamp" not in answer.text
    assert PASSWORD not in answer.text


_LOCAL = st.from_regex(r"[a-z][a-z0-9.+_-]{0,12}[a-z0-9]", fullmatch=True)


@given(
    _LOCAL, st.sampled_from(["example.com", "bücher.example", "sub.shop.example"]), st.text(max_size=30), st.booleans()
)
def test_an_address_is_taken_out_however_it_stands(local: str, domain: str, around: str, encoded: bool) -> None:
    from urllib.parse import quote_plus

    address = f"{local}@{domain}"
    person = Person.of(address, ["Jane Doe"])
    spelt = quote_plus(address) if encoded else address.upper()
    left = person.taken_out(f"{around} {spelt} {around}, JANE  DOE")
    assert canonical(spelt if not encoded else address) == person.address
    assert address.casefold() not in left.casefold() and spelt.casefold() not in left.casefold() and GONE in left
    assert "jane" not in left.replace(around, "").casefold()
    other = f"x{address} janet doe"
    assert person.taken_out(other) == other


@given(st.text())
def test_the_canonical_form_is_settled(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize("path", sorted(NAMES_NOBODY))
def test_what_names_nobody_is_there(path: str) -> None:
    assert path in {route.path for route in ROUTES}
