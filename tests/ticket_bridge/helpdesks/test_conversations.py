"""Helpdesks whose tickets are conversations (Chatwoot, Libredesk): what their sources say that others do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.ticket_bridge.helpdesks.conftest import World, vendor_world
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from tests.ticket_bridge.helpdesks.vendor import Answer, Call
from tests.ticket_bridge.helpdesks.vendors_more import ChatwootFake, LibredeskFake
from ticket_bridge.helpdesks.contract import Attachment, Note, Rejected, TakesNotes, Unreachable
from ticket_bridge.helpdesks.written import mark

FILE = Attachment("{{ .Contact.Email }}.txt", "text/plain", b"a receipt\n")
CONTACTS, LABELS = "/api/v1/accounts/1/contacts", "/api/v1/accounts/1/conversations/101/labels"


@pytest.fixture
async def chatwoot() -> AsyncIterator[tuple[World, ChatwootFake]]:
    async with vendor_world("chatwoot") as (world, vendor):
        assert isinstance(vendor, ChatwootFake)
        yield world, vendor
        await world.helpdesk.close()


@pytest.fixture
async def libredesk() -> AsyncIterator[tuple[World, LibredeskFake]]:
    async with vendor_world("libredesk") as (world, vendor):
        assert isinstance(vendor, LibredeskFake)
        yield world, vendor
        await world.helpdesk.close()


async def all_steps(world: World) -> None:
    for step in world.helpdesk.steps():
        await step.run()


async def refused_by_a_step(world: World) -> str:
    with pytest.raises(Rejected) as caught:
        await all_steps(world)
    return str(caught.value)


# ---------------------------------------------------------------- Chatwoot


async def test_a_ticket_in_an_email_inbox_is_a_note_that_is_not_mailed_to_the_shopper(
    chatwoot: tuple[World, ChatwootFake],
) -> None:
    world, vendor = chatwoot
    vendor.kind = "Channel::Email"
    await all_steps(world)
    key = fresh_key()
    id = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    (message,) = vendor.tickets[0]["messages"]
    assert message["private"] and message["message_type"] == "outgoing"
    assert await world.helpdesk.find(key) == id and vendor.held()[0]["subject"].endswith("[AO-TEST234-1]")


@pytest.mark.parametrize(
    ("kind", "locked", "said"),
    [("Channel::WebWidget", False, "neither"), ("Channel::Email", True, "single conversation")],
)
async def test_an_inbox_that_cannot_hold_tickets_is_told_and_nothing_is_filed_there(
    kind: str, locked: bool, said: str, chatwoot: tuple[World, ChatwootFake]
) -> None:
    world, vendor = chatwoot
    vendor.kind, vendor.locked = kind, locked
    assert said in await refused_by_a_step(world)
    with pytest.raises(Rejected, match=said):
        await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert vendor.tickets == []


async def test_a_locked_api_inbox_still_makes_a_ticket_for_each_key(chatwoot: tuple[World, ChatwootFake]) -> None:
    world, vendor = chatwoot
    vendor.locked = True
    keys = [fresh_key(), fresh_key()]
    made = [await world.helpdesk.create(payload(*SHOPPERS[0]), key=key) for key in keys]
    assert made == [await world.helpdesk.find(key) for key in keys] and len(set(made)) == 2


async def test_a_known_address_keeps_its_name_and_the_text_has_the_one_that_was_said(
    chatwoot: tuple[World, ChatwootFake],
) -> None:
    world, vendor = chatwoot
    await world.helpdesk.create(payload("Jane Doe", "jane@example.com", "my lamp is broken"), key=fresh_key())
    await world.helpdesk.create(payload("Jane Miller", "Jane@Example.com", "and the kettle"), key=fresh_key())
    assert len(vendor.contacts) == 1 and vendor.held()[1]["name"] == "Jane Doe"
    assert vendor.held()[1]["head"].startswith("Jane Miller <Jane@Example.com>")


async def test_a_contact_that_another_replica_made_meanwhile_is_taken(chatwoot: tuple[World, ChatwootFake]) -> None:
    world, vendor = chatwoot
    whole = vendor.answer

    def raced(call: Call) -> Answer:
        if call.path == CONTACTS:
            vendor.contacts.append({"id": 31, "name": "Jane", "email": "jane@example.com"})
            vendor.answer = whole  # type: ignore[method-assign]
        return whole(call)

    vendor.answer = raced  # type: ignore[method-assign]
    await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert len(vendor.contacts) == 1 and len(vendor.tickets) == 1


@pytest.mark.parametrize("mood", ["500 made", "cut", "503", "half made"])
async def test_a_fault_before_the_ticket_is_no_ticket(mood: str, chatwoot: tuple[World, ChatwootFake]) -> None:
    world, vendor = chatwoot
    vendor.moody = ("POST", CONTACTS)
    vendor.moods.append(mood)
    with pytest.raises(Exception) as caught:
        await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert getattr(caught.value, "maybe_created", None) is False and vendor.tickets == []


@pytest.mark.parametrize("mood", ["500", "cut made", "401", "422", "429"])
async def test_a_fault_at_the_labels_does_not_file_again(mood: str, chatwoot: tuple[World, ChatwootFake]) -> None:
    world, vendor = chatwoot
    vendor.moody = ("POST", LABELS)
    vendor.moods.append(mood)
    key = fresh_key()
    id = await world.helpdesk.create(payload(*SHOPPERS[0], tags=("chat",)), key=key)
    assert await world.helpdesk.find(key) == id and vendor.moods == []


async def test_conversations_that_nobody_asked_for_say_nothing_of_ours(chatwoot: tuple[World, ChatwootFake]) -> None:
    """An attribute that is not defined was no condition in older versions: everything came."""
    world, vendor = chatwoot
    await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    whole = vendor.answer

    def unfiltered(call: Call) -> Answer:
        if call.path.endswith("conversations/filter"):
            return 200, {}, {"data": {"meta": {}, "payload": [vendor._shown(t) for t in vendor.tickets]}}
        return whole(call)

    vendor.answer = unfiltered  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="not filtered") as caught:
        await world.helpdesk.find(fresh_key())
    assert "Custom Attributes" in caught.value.mend and not caught.value.maybe_created


async def test_a_note_is_found_behind_many_messages(chatwoot: tuple[World, ChatwootFake]) -> None:
    world, vendor = chatwoot
    ticket = payload(*SHOPPERS[0])
    id = await world.helpdesk.create(ticket, key=fresh_key())
    assert isinstance(world.helpdesk, TakesNotes)
    made = await world.helpdesk.add(id, Note("AO-TEST234-1", ticket, (FILE,)), key="a note")
    for number in range(45):
        vendor.note(id, f"message {number}", [], public=True)
    assert await world.helpdesk.added(id, "a note") == made
    assert await world.helpdesk.added(id, "another") is None


async def test_an_account_or_inbox_that_is_not_the_agents_is_told_as_such() -> None:
    async with vendor_world("chatwoot") as (world, vendor):
        for name, value, said in (("_inbox", 5, "404"), ("_at", "/api/v1/accounts/2", "no member")):
            before = getattr(world.helpdesk, name)
            setattr(world.helpdesk, name, value)
            assert said in await refused_by_a_step(world)
            setattr(world.helpdesk, name, before)
        assert vendor.tickets == []
        await world.helpdesk.close()


# ---------------------------------------------------------------- Libredesk


async def test_a_mark_that_is_quoted_elsewhere_is_no_ticket_of_ours(libredesk: tuple[World, LibredeskFake]) -> None:
    world, vendor = libredesk
    key = fresh_key()
    other = await world.helpdesk.create(payload(*SHOPPERS[1]), key=fresh_key())
    vendor.note(other, f"> {mark(key)}", [], public=True)
    assert await world.helpdesk.find(key) is None
    id = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    vendor.note(id, f"> {mark(key)}", [], public=True)
    assert await world.helpdesk.find(key) == id


async def test_more_quotes_than_a_search_shows_are_not_taken_for_nothing(
    libredesk: tuple[World, LibredeskFake],
) -> None:
    world, vendor = libredesk
    key = fresh_key()
    other = await world.helpdesk.create(payload(*SHOPPERS[1]), key=fresh_key())
    for _ in range(30):
        vendor.note(other, f"> {mark(key)}", [], public=True)
    with pytest.raises(Unreachable, match="looked through"):
        await world.helpdesk.find(key)


@pytest.mark.parametrize("missing", ["conversations:read_all", "messages:read", "conversations:write"])
async def test_a_role_that_lacks_a_permission_is_named(missing: str, libredesk: tuple[World, LibredeskFake]) -> None:
    world, vendor = libredesk
    vendor.permissions = tuple(each for each in vendor.permissions if each != missing)
    assert missing in await refused_by_a_step(world)


async def test_a_note_is_no_template_and_is_found_behind_a_page(libredesk: tuple[World, LibredeskFake]) -> None:
    world, vendor = libredesk
    vendor.page_most = 2
    ticket = payload(*SHOPPERS[0])
    id = await world.helpdesk.create(ticket, key=fresh_key())
    assert isinstance(world.helpdesk, TakesNotes)
    made = await world.helpdesk.add(id, Note(f"AO-TEST234-1\n{FILE.name}", ticket, (FILE,)), key="a note")
    assert FILE.name in vendor.noted()[0]["text"] and vendor.noted()[0]["files"][0]["content"] == FILE.content
    for number in range(5):
        vendor.note(id, f"message {number}", [], public=True)
    assert await world.helpdesk.added(id, "a note") == made
    assert await world.helpdesk.added(id, "another") is None


@pytest.mark.parametrize("mood", ["500 made", "cut made", "503"])
async def test_an_upload_that_is_lost_is_no_note(mood: str, libredesk: tuple[World, LibredeskFake]) -> None:
    world, vendor = libredesk
    ticket = payload(*SHOPPERS[0])
    id = await world.helpdesk.create(ticket, key=fresh_key())
    vendor.moody = ("POST", "/api/v1/media")
    vendor.moods.append(mood)
    assert isinstance(world.helpdesk, TakesNotes)
    with pytest.raises(Exception) as caught:
        await world.helpdesk.add(id, Note("AO-TEST234-1", ticket, (FILE,)), key="a note")
    assert getattr(caught.value, "maybe_created", None) is False and vendor.noted() == []


async def test_what_stays_of_a_create_that_died_halfway_is_not_taken_for_the_ticket(
    libredesk: tuple[World, LibredeskFake],
) -> None:
    """A conversation without its first message: it holds our key, no look can find it, and the ticket is made."""
    world, vendor = libredesk
    key = fresh_key()
    half: dict[str, Any] = {"email": "jane@example.com", "name": "Jane Doe", "status": "Open", "text": "", "told": ""}
    vendor.add(**half, subject="", custom_attributes={"external_ref": key})["id"] = "c-101"
    assert await world.helpdesk.find(key) is None
    id = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    assert await world.helpdesk.find(key) == id
