"""FreeScout and Gorgias where they are unlike the others: a key that comes late, looks without a filter, addresses that
would become another's."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.bootstrap import run_bot
from bot.settings import SettingsError, read_settings
from tests.bot.evidence.hostile import picture
from tests.ticket_bridge.helpdesks.conftest import World, vendor_world
from tests.ticket_bridge.helpdesks.test_check import at_work, check
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from tests.ticket_bridge.helpdesks.vendors_saas import FreeScoutFake, GorgiasFake
from tests.ticket_bridge.test_bridge import CONSENT, acts_until
from ticket_bridge.helpdesks.contract import Attachment, Note, Rejected, TakesNotes, Unreachable
from ticket_bridge.helpdesks.trial import ADDRESS, NAME, REASON, REFERENCE, there_and_back
from ticket_bridge.retry import RetryPolicy


@pytest.fixture
async def freescout() -> AsyncIterator[tuple[World, FreeScoutFake]]:
    async with vendor_world("freescout") as (world, vendor):
        assert isinstance(vendor, FreeScoutFake)
        yield world, vendor
        await world.helpdesk.close()


@pytest.fixture
async def gorgias() -> AsyncIterator[tuple[World, GorgiasFake]]:
    async with vendor_world("gorgias") as (world, vendor):
        assert isinstance(vendor, GorgiasFake)
        yield world, vendor
        await world.helpdesk.close()


# ---------------------------------------------------------------- FreeScout


async def test_a_conversation_whose_making_broke_before_its_key_is_found_by_its_text(
    freescout: tuple[World, FreeScoutFake],
) -> None:
    world, vendor = freescout
    vendor.breaks_early = True
    keys = [fresh_key(), fresh_key()]
    for key in keys:
        with pytest.raises(Unreachable) as caught:
            await world.helpdesk.create(payload(*SHOPPERS[1]), key=key)
        assert caught.value.maybe_created
    assert [t["key"] for t in vendor.held()] == [None, None]
    assert [await world.helpdesk.find(key) for key in keys] == ["101", "102"]
    assert await world.helpdesk.find(fresh_key()) is None and await world.helpdesk.find(keys[0][:-1]) is None
    assert await world.helpdesk.carries("101", keys[0]) is False, "a key that is not there is told"


async def test_one_consent_ends_as_one_ticket_also_where_the_key_was_never_set(
    freescout: tuple[World, FreeScoutFake], tmp_path: pathlib.Path
) -> None:
    world, vendor = freescout
    vendor.breaks_early = True
    settings = read_settings(
        database_url=f"sqlite:///{tmp_path}/late.db", support_email="support@example.com", helpdesk_timeout=1
    )
    quick = RetryPolicy(first=0.02, ceiling=0.1)
    async with run_bot(settings, helpdesk=lambda _: world.helpdesk, retry=quick, tick=0.05) as bot:
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        await acts_until(conversation, "ticket_filed")
    (held,) = vendor.held()
    assert held["name"] == "Jane Doe"


async def test_only_what_may_be_ours_is_opened_and_never_more_than_can_be(
    freescout: tuple[World, FreeScoutFake],
) -> None:
    world, vendor = freescout
    foreign = {"mailboxId": 1, "values": {}, "type": "email", "text": "", "name": "", "email": ""}
    for _ in range(80):
        vendor.add(subject="An order form", **foreign)
    vendor.deaf = True
    assert await world.helpdesk.find(fresh_key()) is None
    assert all(call.path == "/api/conversations" for call in vendor.calls)
    for number in range(51):
        vendor.add(subject=f"[AO-TEST234-{number}]", **foreign)
    with pytest.raises(Unreachable, match="without a key") as caught:
        await world.helpdesk.find(fresh_key())
    assert not caught.value.maybe_created


async def test_a_look_goes_through_every_page_and_every_state(freescout: tuple[World, FreeScoutFake]) -> None:
    world, vendor = freescout
    key = fresh_key()
    first = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    vendor.tickets[0]["closed"] = True
    for _ in range(220):
        vendor.add(
            mailboxId=1, subject="Re: [AO-X-1]", values={37: f"{key}1"}, type="email", text="", name="", email="",
        )  # fmt: skip
    assert await world.helpdesk.find(key) == first
    assert [c.query["page"] for c in vendor.calls if "page" in c.query and c.method == "GET"] == ["1", "2", "3"]
    whole = vendor.answer

    def cut(call: Any) -> Any:
        status, headers, found = whole(call)
        return status, headers, {**found, "page": {}} if isinstance(found, dict) else found

    vendor.answer = cut  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="how long"):
        await world.helpdesk.find(key)


async def test_an_address_that_would_become_anothers_is_left_out(freescout: tuple[World, FreeScoutFake]) -> None:
    world, vendor = freescout
    long = "Maximiliana " * 6
    for name, address in (("Jürgen Groß", "jürgen@exämple.de"), (long, "jane@exämple.de"), ("J.", "jane@exämple.de")):
        await world.helpdesk.create(payload(name, address, "my lamp is broken"), key=fresh_key())
    umlaut, first, second = vendor.held()
    assert umlaut["email"] == "" and umlaut["name"] == "Jürgen Groß"
    assert umlaut["head"].startswith("Jürgen Groß <jürgen@exämple.de>")
    assert first["email"] == second["email"] == "jane@xn--exmple-cua.de"
    assert len(first["name"]) == 40 == len(second["name"]) and long.strip() in first["head"]
    assert second["head"].startswith("J. <jane@exämple.de>")


async def test_an_older_module_closes_what_it_cannot_delete(freescout: tuple[World, FreeScoutFake]) -> None:
    world, vendor = freescout
    vendor.old = True
    said = await there_and_back(world.helpdesk, payload(NAME, ADDRESS, REASON, REFERENCE), key=fresh_key())
    assert "of the trial is closed" in said and vendor.held()[0]["closed"]


@pytest.mark.parametrize(
    ("given", "fields", "said"),
    [
        ({"MAILBOX": "2"}, None, "ASKONCE_FREESCOUT_MAILBOX"),
        ({"USER": "8"}, None, "ASKONCE_FREESCOUT_USER"),
        ({"FIELD": "other"}, None, "has no custom field other"),
        ({}, ({"id": 37, "name": "external_ref", "type": "dropdown"},), "of the type dropdown"),
        ({"KEY": "wrong"}, None, "ASKONCE_FREESCOUT_KEY"),
    ],
)
def test_the_check_says_what_freescout_lacks(
    given: dict[str, str], fields: Any, said: str, tmp_path: pathlib.Path
) -> None:
    with at_work(FreeScoutFake()) as vendor:
        assert isinstance(vendor, FreeScoutFake)
        vendor.fields = fields or vendor.fields
        found = check("freescout", vendor, tmp_path, **{f"ASKONCE_FREESCOUT_{n}": v for n, v in given.items()})
    assert found.exit_code == 1 and "What to do: " in found.output
    assert said in found.output or ("KEY" in given and "new token" in found.output)
    assert vendor.held() == []


async def test_without_the_field_no_ticket_is_made(freescout: tuple[World, FreeScoutFake]) -> None:
    world, vendor = freescout
    vendor.fields = ()
    with pytest.raises(Rejected) as caught:
        await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert "Custom Fields" in caught.value.mend and vendor.tickets == []


# ---------------------------------------------------------------- Gorgias


async def test_a_filter_that_is_passed_over_hides_nothing_and_finds_nothing_else(
    gorgias: tuple[World, GorgiasFake],
) -> None:
    world, vendor = gorgias
    key = fresh_key()
    first = await world.helpdesk.create(payload(*SHOPPERS[0]), key=key)
    for number in range(240):
        vendor.add(external_id=f"{key}{number}", html="", text="-", notes=[])
    vendor.deaf = True
    assert await world.helpdesk.find(key) == first
    assert await world.helpdesk.find(fresh_key()) is None
    assert len([c for c in vendor.calls if c.method == "GET"]) == 6


async def test_an_identifier_in_use_is_looked_for_and_tried_again(gorgias: tuple[World, GorgiasFake]) -> None:
    world, vendor = gorgias
    vendor.moods.append("422")
    vendor.refusal, vendor.refusal_status = {"error": {"msg": "already in use"}}, 409
    with pytest.raises(Unreachable, match="in use") as caught:
        await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert caught.value.maybe_created


async def test_a_ticket_is_mail_from_the_shopper_to_the_shop(gorgias: tuple[World, GorgiasFake]) -> None:
    """So that an agent's answer is mail to the shopper."""
    world, vendor = gorgias
    await world.helpdesk.create(payload("Jane Doe", "jane@exämple.de", "<b>my lamp</b>"), key=fresh_key())
    (ticket,) = vendor.tickets
    (message,) = ticket["messages"]
    assert message["channel"] == ticket["channel"] == "email" and message["from_agent"] is False
    assert message["source"]["from"] == {"address": "jane@xn--exmple-cua.de", "name": "Jane Doe"}
    assert "&lt;b&gt;my lamp" in message["body_html"] and "<b>my lamp" in message["body_text"]


async def test_an_upload_that_was_lost_made_no_note(gorgias: tuple[World, GorgiasFake]) -> None:
    world, vendor = gorgias
    ticket = await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
    note = Note("AO-TEST234-1", payload(*SHOPPERS[0]), (Attachment("lid.jpg", "image/jpeg", picture()),))
    assert isinstance(world.helpdesk, TakesNotes)
    vendor.moody = ("POST", "/api/upload")
    for mood in ("cut made", "500", "empty"):
        vendor.moods.append(mood)
        with pytest.raises(Unreachable) as caught:
            await world.helpdesk.add(ticket, note, key=fresh_key())
        assert not caught.value.maybe_created
    assert vendor.noted() == []


@pytest.mark.parametrize(
    ("address", "forbidden", "passes"),
    [("sales@shop.example", (), False), ("sales@shop.example", ("/api/integrations",), True)],
)
def test_the_check_says_whether_the_shop_answers_mail_there(
    address: str, forbidden: tuple[str, ...], passes: bool, tmp_path: pathlib.Path
) -> None:
    with at_work(GorgiasFake()) as vendor:
        assert isinstance(vendor, GorgiasFake)
        vendor.forbidden = forbidden
        found = check("gorgias", vendor, tmp_path, "--look-only", ASKONCE_GORGIAS_ADDRESS=address)
    assert (found.exit_code == 0) is passes, found.output
    assert passes or "ASKONCE_GORGIAS_ADDRESS" in found.output


def test_a_role_that_may_create_nothing_is_told(tmp_path: pathlib.Path) -> None:
    class Observer(GorgiasFake):
        def answer(self, call: Any) -> Any:
            if call.method == "POST":
                return 403, {}, {"error": {"msg": "You do not have the permission."}}
            return super().answer(call)

    with at_work(Observer()) as vendor:
        found = check("gorgias", vendor, tmp_path)
    assert found.exit_code == 1 and "a role that may create tickets" in found.output


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("kind", "given", "named"),
    [
        ("freescout", {"freescout_url": "https://help.example", "freescout_key": "k"}, "ASKONCE_FREESCOUT_USER"),
        ("freescout", {"freescout_user": 7}, "ASKONCE_FREESCOUT_URL"),
        ("gorgias", {"gorgias_url": "https://x.gorgias.com", "gorgias_email": "a@b.example", "gorgias_key": "k"},
         "ASKONCE_GORGIAS_ADDRESS"),
        ("gorgias", {"gorgias_address": "nobody"}, "not an email address"),
        ("gorgias", {"gorgias_key": "k\n"}, "begins or ends with a space"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_when_the_bot_starts(kind: str, given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings(helpdesk=kind, **given)
