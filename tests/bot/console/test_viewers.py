"""What somebody sees who may not see personal data: every page and every export of a conversation full of marks,
searched for them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.clock import now_text
from bot.console.routes import ROUTES
from bot.store.accounts import Role
from dialogue import events
from tests.bot.console.conftest import Desk as Console
from tests.bot.console.conftest import console
from tests.bot.console.test_access import _path
from tests.bot.history.test_forgetting import Moody, with_helpdesk

NAME, OTHER = "Zorvald Quixmark", "Wilhelmina Thistledew"
FIRST, THEN, THIRD = "first.flumbo@marks.example", "then.wimwam@marks.example", "third.hexam@marks.example"
PHONE = "+47 911 22 334"
MARKS = re.compile("zorvald|quixmark|wilhelmina|thistledew|flumbo|wimwam|hexam|911 ?22", re.IGNORECASE)


async def _full(desk: Console, helpdesk: Moody) -> tuple[str, str]:
    """A conversation with marks wherever words go; its id and its ticket's reference."""
    chat, _ = await desk.bot.hub.begin()
    await chat.tell(events.CustomerIdentified(OTHER, THIRD))
    await chat.hear("1", f"hi, I'm {NAME}, {FIRST}, call {PHONE}. do you sell purple elephants to {NAME}?")
    await chat.hear("2", f"sorry, it's {THEN}, my lamp is broken and {NAME} is cross, {PHONE}")
    await chat.hear("3", "yes please, open a ticket")
    await desk.filed()
    await chat.hear("4", f"also, {OTHER} asks: do you ship to the moon, {PHONE}?")
    await chat.tell(events.ShopperRated(1, f"{NAME} of {THEN} was not amused, {PHONE}"))
    await chat.tell(events.AgentJoined("Ada"))
    await chat.agent_says("a1", f"hello {NAME}, I write to {THEN} or call {PHONE}")
    await desk.archive()
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post(
        f"/conversations/{chat.id}/correct",
        seq="1",
        intent="question",
        name=NAME,
        email=THEN,
        reason=f"{NAME}: {PHONE}",
    )
    await admin.post(f"/conversations/{chat.id}/review", verdict="wrong", note=f"{NAME}, {THEN}")
    await admin.post("/desk/1", do="note", text=f"{NAME} rang, {PHONE}, {THEN}")
    await admin.post("/samples", stratum="none", name="s", size="1", since="2020-01-01", until=now_text()[:10])
    async with desk.bot.store.read() as connection:
        from sqlalchemy import text

        reference = str(await connection.scalar(text("SELECT reference FROM outbox")))
    return chat.id, reference


async def test_a_viewer_meets_no_mark_anywhere(database_url: str) -> None:
    async with with_helpdesk(database_url) as (desk, helpdesk):
        id, reference = await _full(desk, helpdesk)
        viewer, reviewer = await desk.as_role(Role.VIEWER), await desk.as_role(Role.REVIEWER)
        seen = 0
        for route in ROUTES:
            if route.method != "GET" or route.role is None or route.role > Role.VIEWER:
                continue
            path = _path(route.path, id).replace("AO-NONE-1", reference)
            answer = await viewer.client.get(path)
            assert answer.status_code in (200, 303, 404), path
            assert not (found := MARKS.findall(answer.text)), (path, found)
            seen += answer.status_code == 200
        assert seen > 15
        for query in ("q=quixmark", "q=wimwam", "q=%22911+22%22"):
            assert id not in await viewer.get(f"/conversations?{query}"), query
        assert id in await viewer.get("/conversations?q=lamp") and id in await reviewer.get("/conversations?q=quixmark")
        assert f"/conversations/{id}" in await viewer.get("/numbers"), "the comment is shown, masked"


async def test_who_may_see_them_meets_them_all(desk: Console) -> None:
    """The search for marks finds them where they may be: a page that shows nothing would pass the test above."""
    id, _ = await _full(desk, Moody(desk.bot.store.transact, _desk_table(), clock=now_text))
    reviewer = await desk.as_role(Role.REVIEWER)
    chat = (f"/conversations/{id}", f"/conversations/{id}/turns")
    lists = ("/conversations", "/live", "/tickets", "/desk", "/numbers", "/gaps", "/conversations.csv")
    for path in (*chat, *lists, "/desk/1"):
        assert MARKS.search(await reviewer.get(path)), path


def _desk_table() -> Any:
    from bot.store.tables import desk_ticket

    return desk_ticket


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
async def test_a_comment_is_on_the_pages(tmp_path: Any, role: Role) -> None:
    async with console(f"sqlite+aiosqlite:///{tmp_path}/c.db") as desk:
        id = await desk.chat("hello, I'm Jane Doe")
        chat = await desk.bot.hub.conversation(id)
        assert chat
        await chat.tell(events.ShopperRated(2, "Jane Doe found it =slow"))
        await desk.archive()
        visitor = await desk.as_role(role)
        words = "[name] found it =slow" if role is Role.VIEWER else "Jane Doe found it =slow"
        for path in (f"/conversations/{id}", "/numbers", "/conversations.csv"):
            assert words in await visitor.get(path), path
