"""One person exported and erased completely; age; and a ticket that is not lost by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from bot.chat.conversation import Erased
from bot.clock import horizon, now_text
from bot.history import erasure, views
from bot.store.accounts import Role
from bot.store.console_tables import facet, summary
from bot.store.database import Store
from bot.store.tables import desk_ticket, metadata, outbox
from dialogue import events
from tests.bot.console.conftest import Desk as Console
from tests.bot.console.conftest import console
from ticket_bridge.helpdesks.contract import Unreachable
from ticket_bridge.helpdesks.desk import Desk

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


async def _everything(desk: Console) -> str:
    """Every cell of every table."""
    async with desk.bot.store.read() as connection:
        cells = [str(tuple(row)) for table in metadata.sorted_tables for row in await connection.execute(select(table))]
        cells += [str(tuple(row)) for row in await connection.execute(text("SELECT * FROM search"))]
        return "\n".join(cells)


async def test_a_person_is_erased_completely_and_nobody_else(either: Console) -> None:
    ids = [await either.chat(TICKET), await either.chat("I'm Jane Doe, my address is Jane@Example.com", "bye")]
    page = await either.chat("hello")
    chat = await either.bot.hub.conversation(page)
    assert chat
    await chat.tell(events.CustomerIdentified("Jane Doe", "jane@example.com"))
    await chat.tell(events.ShopperRated(2, "call me Jane"))
    other = await either.chat(TICKET.replace("Jane Doe", "Sam Roe").replace("jane@", "sam@"))
    await either.archive()
    admin = await either.as_role(Role.ADMINISTRATOR)
    await admin.post(f"/conversations/{ids[0]}/review", verdict="wrong", note="Jane Doe was right")
    await admin.post("/desk/1", do="note", text="Call Jane Doe")
    shown = (await admin.post("/privacy", 200, email="JANE@example.com")).text
    assert "3 conversations" in shown and "1 ticket," in shown
    exported = (await admin.post("/privacy/export", 200, email="jane@example.com")).json()
    assert {c["conversation"] for c in exported["conversations"]} == {*ids, page}
    assert exported["desk_tickets"][0]["passed"]["name"] == "Jane Doe" and "Call Jane Doe" in str(exported)
    assert "sam@example.com" not in orjson.dumps(exported).decode()
    await admin.post("/privacy/erase", 422, email="jane@example.com")
    assert "jane" in (await _everything(either)).casefold()
    await admin.post("/privacy/erase", 200, email="jane@example.com", sure="yes")
    left = (await _everything(either)).casefold()
    assert "jane" not in left and all(id not in left for id in (ids[1], page))
    assert "sam@example.com" in left and other in left
    assert "0 conversations" in (await admin.post("/privacy", 200, email="jane@example.com")).text


async def test_whoever_goes_on_in_an_erased_chat_is_told(desk: Console) -> None:
    chat, _ = await desk.bot.hub.begin()
    await chat.hear("m1", TICKET)
    await desk.filed()
    poked = desk.bot.hub.watch(chat.id)
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post("/privacy/erase", 200, email="jane@example.com", sure="yes")
    assert poked.is_set()
    with pytest.raises(Erased):
        await chat.hear("m2", "and another thing")


async def test_a_replica_that_does_not_know_yet_cannot_write_on(either: Console) -> None:
    chat, _ = await either.bot.hub.begin()
    await chat.hear("m1", "I'm Jane Doe, jane@example.com")
    await erasure.erase_person(either.bot.store, "jane@example.com")
    with pytest.raises(Erased):
        await chat.hear("m2", "my name is Jane Doe")
    assert "jane" not in (await _everything(either)).casefold()


class Away(Desk):
    """The built-in desk, away until it is told to come back."""

    back = False

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        if not self.back:
            raise Unreachable("away", maybe_created=False)
        return await super().create(payload, key=key, earlier=earlier)


async def test_a_ticket_on_its_way_is_still_filed_and_then_forgotten(database_url: str) -> None:
    made: list[Away] = []

    def away(store: Store) -> Away:
        made.append(Away(store.transact, desk_ticket, clock=now_text))
        return made[0]

    async with console(database_url, helpdesk=away) as either:
        chat, _ = await either.bot.hub.begin()
        await chat.hear("m1", TICKET)
        found, ids = await erasure.erase_person(either.bot.store, "jane@example.com")
        assert found.still_to_file == 1 and ids == [chat.id]
        async with either.bot.store.read() as connection:
            moved = (await connection.execute(select(outbox))).one()
        assert moved.conversation != chat.id
        assert (await views.conversations(either.bot.store, after=None, limit=9, act=None))["items"] == []
        assert await erasure.sweep(either.bot.store) == 0
        made[0].back = True
        # A courier may have tried before the erasure and report after it: then its lease runs out, which is not waited
        # for here.
        due = outbox.update().values(due_at=0.0, lease_until=0.0)
        await either.bot.store.transact(lambda c: c.execute(due) and None)
        either.bot.courier.wake()
        await either.filed()
        assert await erasure.sweep(either.bot.store) == 1
        async with either.bot.store.read() as connection:
            assert not list(await connection.execute(select(outbox)))
        listed = await (await either.as_role(Role.REVIEWER)).get("/desk")
        assert "my lamp is broken" in listed  # the shop's own ticket stays, until it is asked to be erased as well


async def test_age(either: Console) -> None:
    old, new = await either.chat(TICKET), await either.chat("hello")
    await either.bot.store.transact(
        lambda c: (
            c.execute(
                text("UPDATE conversation SET updated_at = '2020-01-01T00:00:00.000Z' WHERE id = :id"), {"id": old}
            )
            and None
        )
    )
    before = horizon(365)
    due = await erasure.how_old(either.bot.store, before)
    assert (due.conversations, due.tickets) == (1, 1)
    assert "1 conversation," in await (await either.as_role(Role.ADMINISTRATOR)).get("/privacy?days=365")
    assert await erasure.erase_older(either.bot.store, before) == [old]
    assert await erasure.erase_older(either.bot.store, before) == []
    async with either.bot.store.read() as connection:
        assert list(await connection.scalars(select(summary.c.conversation))) == [new]
        assert set(await connection.scalars(select(facet.c.summary))) == set(
            await connection.scalars(select(summary.c.id))
        )


async def test_a_percent_sign_is_no_wildcard(desk: Console) -> None:
    await desk.chat(TICKET)
    for email in ("%@example.com", "j_ne@example.com", "ane@example.com"):
        assert await erasure.conversations_of(desk.bot.store, email) == []
