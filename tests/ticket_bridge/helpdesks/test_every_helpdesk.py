"""One contract for every helpdesk: the built-in desk, RT 5, django-helpdesk, Zammad, Zendesk, Freshdesk, Chatwoot,
Libredesk, FreeScout, Gorgias, email, webhook."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bot.chat.ticket_form import TicketForm
from dialogue.effects import FileTicket
from tests.ticket_bridge.helpdesks.conftest import OUTSIDE, World
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError, NotSignedIn, Rejected, Unreachable
from ticket_bridge.helpdesks.postal import message_id
from ticket_bridge.helpdesks.trial import ADDRESS, NAME, REASON, REFERENCE, UNTRIED, there_and_back

SHOPPERS = [
    ("Jane Doe", "jane@example.com", "my lamp is broken"),
    ('José "Pepe" Núñez-O\'Connor, Jr.', "jose@example.com", "die Größe stimmt nicht: 42 < 44 & <b>fett</b>"),
    ("李伟", "li.wei@example.cn", "包裹是空的 📦"),
    ("عمر حسن", "omar@example.com", "line one\nline two\n\n  indented; 'quoted' \\ \"back\""),
    ("Sukarno", "sukarno@example.id", "x" * 3900),
]


#: Where a program reads the ticket, not a person, or the console shows each field by its name.
DATA_ALONE = ("desk", "webhook")


def payload(name: str, email: str, reason: str, reference: str = "AO-TEST234-1", **form: Any) -> dict[str, Any]:
    return TicketForm(**form).payload(FileTicket(reference, name, email, reason))


def fresh_key() -> str:
    return f"{uuid.uuid4().hex}:7:0"


@pytest.mark.parametrize("shopper", SHOPPERS, ids=["plain", "quoted", "chinese", "arabic", "long"])
async def test_the_three_fields_arrive_as_they_were_said(world: World, shopper: tuple[str, str, str]) -> None:
    name, email, reason = shopper
    key = fresh_key()
    await world.helpdesk.create(payload(name, email, reason), key=key)
    (held,) = world.held()
    assert (held["name"], held["email"], held["reason"].strip()) == (name, email, reason.strip())
    if world.kind not in DATA_ALONE:
        assert held["head"].splitlines() == [f"{name} <{email}>", "AO-TEST234-1"], "what an agent answers to, first"
        assert held["subject"].endswith("[AO-TEST234-1]"), "what an agent searches"
    assert held["key"] == (message_id(key, "shop.example") if world.kind == "email" else key)
    await world.helpdesk.close()


async def test_a_ticket_is_found_by_its_own_key_and_no_other(world: World) -> None:
    key = fresh_key()
    longer = f"{key}1"
    assert await world.helpdesk.find(key) is None
    await world.helpdesk.create(payload(*SHOPPERS[0]), key=longer)
    assert await world.helpdesk.find(key) is None, "another's ticket was taken for ours"
    id = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    assert id
    assert await world.helpdesk.find(key) == (id if world.searchable else None)
    assert len(world.held()) == 2
    await world.helpdesk.close()


async def test_subject_and_tags_are_the_shops_to_choose(world: World) -> None:
    form = {"subject": "Chat {reference}: {reason}", "tags": ("chat", "shop-eu")}
    await world.helpdesk.create(payload(*SHOPPERS[0], **form), key=fresh_key())
    (held,) = world.held()
    assert held["subject"] == "Chat AO-TEST234-1: my lamp is broken"
    assert held["tags"] == ([] if world.kind in ("rt", "django_helpdesk", "freescout") else ["chat", "shop-eu"])
    await world.helpdesk.close()


async def test_a_dispute_is_tied_to_the_earlier_ticket_where_the_helpdesk_can(world: World) -> None:
    """R18: by the vendor's own means; the webhook and the desk have the earlier reference in the envelope."""
    earlier = await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    second = payload("Jane Doe", "jane@example.com", "I disagree, please review", "AO-TEST234-2")
    second["envelope"]["disputes"] = "AO-TEST234-1"
    await world.helpdesk.create(second, key=fresh_key(), earlier=earlier)
    held = world.held()[-1]
    placeless, by_reference = ("django_helpdesk", "libredesk", "freescout"), ("desk", "webhook")
    expected = None if world.kind in placeless else "AO-TEST234-1" if world.kind in by_reference else earlier
    assert held["earlier"] == expected and held["reason"] == "I disagree, please review"
    await world.helpdesk.close()


async def test_the_check_says_yes_and_leaves_nothing_behind(world: World) -> None:
    assert world.helpdesk.steps()
    await _all_steps(world.helpdesk)
    await world.helpdesk.health()
    assert world.held() == []
    await world.helpdesk.close()


async def _all_steps(helpdesk: Helpdesk) -> None:
    for step in helpdesk.steps():
        await step.run()


@pytest.mark.parametrize("world", OUTSIDE, indirect=True)
async def test_a_wrong_secret_holds_the_replica_off_and_is_named(world: World) -> None:
    assert world.stranger
    stranger = world.stranger()
    with pytest.raises(NotSignedIn) as caught:
        await stranger.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert caught.value.mend and not caught.value.maybe_created, "the ticket is not to blame"
    with pytest.raises((NotSignedIn, Rejected)):
        await _all_steps(stranger)
    assert all(step.what and step.mend for step in stranger.steps())
    assert world.held() == []
    await stranger.close()


@pytest.mark.parametrize("world", OUTSIDE, indirect=True)
async def test_where_nobody_listens_nothing_was_created(world: World) -> None:
    assert world.elsewhere
    nobody = world.elsewhere()
    with pytest.raises(Unreachable) as caught:
        await nobody.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert caught.value.maybe_created is False
    with pytest.raises(HelpdeskError):
        await nobody.steps()[0].run()
    await nobody.close()


async def test_a_ticket_shows_its_key_right_after_it_was_made(world: World) -> None:
    key = fresh_key()
    id = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    assert await world.helpdesk.carries(id, key) is {"desk": None, "email": None}.get(world.kind, True)
    await world.helpdesk.close()


@pytest.mark.parametrize("world", [w for w in OUTSIDE if w not in UNTRIED], indirect=True)
async def test_a_trial_goes_there_and_back(world: World) -> None:
    """One ticket of nobody's: made, read back, looked up, and taken away or closed."""
    said = await there_and_back(world.helpdesk, payload(NAME, ADDRESS, REASON, REFERENCE), key=fresh_key())
    left = [t for t in world.held() if not t.get("closed") and t.get("status") not in ("rejected", "resolved")]
    assert not left and "of the trial is" in said and "please close it" not in said
    await world.helpdesk.close()


async def test_nothing_is_asked_for_beside_the_three_fields(world: World) -> None:
    assert world.helpdesk.required_fields == ()
    assert world.helpdesk.settle >= 0
    await world.helpdesk.close()
