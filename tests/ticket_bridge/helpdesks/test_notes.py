"""One contract for what follows a ticket: files and texts, whole, once, for agents alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.evidence.hostile import picture
from tests.ticket_bridge.helpdesks.conftest import OUTSIDE, World, vendor_world
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from ticket_bridge.helpdesks.contract import (
    Attachment,
    HelpdeskError,
    Note,
    NotSignedIn,
    Rejected,
    TakesNotes,
    Unreachable,
)
from ticket_bridge.helpdesks.trial import ADDRESS, NAME, REASON, REFERENCE, UNTRIED, there_and_back

FILES = (
    Attachment("cracked lid.jpg", "image/jpeg", picture()),
    Attachment("الصورة 包裹 \u00e9.png", "image/png", bytes(range(256)) * 40),
    Attachment("it's; a=b & 100%.txt", "text/plain", "line one\nzwölf 包裹\n".encode()),
    Attachment("invoice.pdf", "application/pdf", b"%PDF-1.4\r\n--boundary\r\n\r\n\x00\xff\n%%EOF"),
)
TEXT = "AO-TEST234-1\ncracked lid.jpg\n包裹 <b>bold</b> & more"


async def filed(world: World) -> tuple[str, dict[str, Any]]:
    ticket = payload(*SHOPPERS[1])
    return await world.helpdesk.create(ticket, key=fresh_key()), ticket


def taker(world: World) -> TakesNotes:
    assert isinstance(world.helpdesk, TakesNotes)
    return world.helpdesk


def notes(world: World) -> list[dict[str, Any]]:
    assert world.noted
    return world.noted()


@pytest.mark.parametrize("world", OUTSIDE, indirect=True)
async def test_files_arrive_to_the_byte_beside_their_text_and_for_agents_alone(world: World) -> None:
    ticket, filed_as = await filed(world)
    await taker(world).add(ticket, Note(TEXT, filed_as, FILES), key=fresh_key())
    (note,) = notes(world)
    assert note["ticket"] == ticket and not note["public"]
    words = note["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("<br>", "\n")
    assert TEXT in words.replace("\r\n", "\n")
    assert [f["content"] for f in note["files"]] == [f.content for f in FILES]
    if world.kind != "libredesk":  # which writes names anew; they stand in the note's text
        names = [f.name.replace(" ", "_") if world.kind == "freescout" else f.name for f in FILES]
        assert [f["name"] for f in note["files"]] == names
    assert [f["type"] for f in note["files"]] == [f.type for f in FILES]
    assert len(world.held()) == 1
    await world.helpdesk.close()


@pytest.mark.parametrize("world", OUTSIDE, indirect=True)
async def test_a_note_is_found_by_its_own_key_on_its_own_ticket(world: World) -> None:
    ticket, filed_as = await filed(world)
    other, _ = await filed(world)
    key = fresh_key()
    assert await taker(world).added(ticket, key) is None
    await taker(world).add(ticket, Note("AO-TEST234-1\nhttps://chat.example/evidence/x", filed_as), key=f"{key}1")
    assert await taker(world).added(ticket, key) is None, "another's note was taken for ours"
    made = await taker(world).add(ticket, Note("AO-TEST234-1\nlid.jpg", filed_as, FILES[:1]), key=key)
    assert await taker(world).added(ticket, key) == (made if world.searchable else None)
    assert await taker(world).added(other, key) is None
    assert [len(note["files"]) for note in notes(world)] == [0, 1]
    await world.helpdesk.close()


@pytest.mark.parametrize("world", OUTSIDE, indirect=True)
async def test_faults_are_sorted_as_those_of_tickets_are(world: World) -> None:
    ticket, filed_as = await filed(world)
    note = Note(TEXT, filed_as, FILES[:1])
    assert world.elsewhere and world.stranger
    nobody, stranger = world.elsewhere(), world.stranger()
    assert isinstance(nobody, TakesNotes) and isinstance(stranger, TakesNotes)
    with pytest.raises(Unreachable) as caught:
        await nobody.add(ticket, note, key=fresh_key())
    assert caught.value.maybe_created is False
    with pytest.raises(NotSignedIn):
        await stranger.add(ticket, note, key=fresh_key())
    if world.searchable:
        with pytest.raises(HelpdeskError):
            await nobody.added(ticket, fresh_key())
    assert notes(world) == []
    for one in (nobody, stranger, world.helpdesk):
        await one.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("world", [w for w in OUTSIDE if w not in UNTRIED], indirect=True)
async def test_a_trial_puts_a_file_on_its_ticket(world: World) -> None:
    said = await there_and_back(world.helpdesk, payload(NAME, ADDRESS, REASON, REFERENCE), key=fresh_key(), files=True)
    assert "of the trial is" in said and "please close it" not in said
    await world.helpdesk.close()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/ticket_articles", 403, "takes no file"),
        ("/api/v1/ticket_articles/by_ticket/101", 200, "does not show it"),
    ],
)
async def test_a_trial_says_which_half_of_a_note_is_missing_and_takes_its_ticket_away(
    path: str, status: int, said: str
) -> None:
    async with vendor_world("zammad") as (world, vendor):
        whole = vendor.answer
        vendor.answer = lambda call: (status, {}, []) if call.path == path else whole(call)
        ticket = payload(NAME, ADDRESS, REASON, REFERENCE)
        with pytest.raises(Rejected) as caught:
            await there_and_back(world.helpdesk, ticket, key=fresh_key(), files=True)
        assert said in str(caught.value) and "of the trial is closed" in str(caught.value)
        assert "ShowTicketComments" in caught.value.mend and "ASKONCE_EVIDENCE" in caught.value.mend
        await world.helpdesk.close()
