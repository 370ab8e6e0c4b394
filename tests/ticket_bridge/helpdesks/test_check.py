"""`askonce helpdesk check` proves what is promised: what is missing in the helpdesk fails it, with what to do."""

from __future__ import annotations

import asyncio
import os
import pathlib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.ticket_bridge.helpdesks.conftest import SECRETS, VENDORS, rt_adapter, vendor_world
from tests.ticket_bridge.helpdesks.servers import RtServer
from tests.ticket_bridge.helpdesks.test_every_helpdesk import fresh_key, payload
from tests.ticket_bridge.helpdesks.vendor import Vendor
from tests.ticket_bridge.helpdesks.vendors import WebhookFake, ZammadFake
from ticket_bridge.helpdesks.contract import Rejected, Unreachable
from ticket_bridge.helpdesks.trial import ADDRESS, NAME, REASON, REFERENCE, there_and_back


@contextmanager
def at_work(vendor: Vendor) -> Iterator[Vendor]:
    """The stand-in on a loop of its own: the command has one too."""
    loop, up, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def live() -> None:
        async with vendor.running():
            up.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    up.wait(10)
    try:
        yield vendor
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def stand_in(kind: str) -> Vendor:
    return VENDORS[kind][0]()  # type: ignore[call-arg]


def check(kind: str, vendor: Vendor, folder: pathlib.Path, *flags: str, **more: str) -> Result:
    secret = SECRETS[kind]
    own = {
        "zendesk": {"URL": vendor.url, "EMAIL": "agent@shop.example", "TOKEN": secret},
        "freshdesk": {"URL": vendor.url, "KEY": secret},
        "zammad": {"URL": vendor.url, "TOKEN": secret},
        "chatwoot": {"URL": vendor.url, "TOKEN": secret, "INBOX": "4"},
        "libredesk": {"URL": vendor.url, "KEY": "key", "SECRET": secret, "INBOX": "2"},
        "freescout": {"URL": vendor.url, "KEY": secret, "USER": "7"},
        "gorgias": {
            "URL": vendor.url, "KEY": secret, "EMAIL": "agent@shop.example", "ADDRESS": "support@shop.example",
        },
        "webhook": {"URL": f"{vendor.url}/hook", "SECRET": secret},
    }[kind]  # fmt: skip
    env = {f"ASKONCE_{kind.upper()}_{name}": value for name, value in own.items()}
    env |= {"ASKONCE_HELPDESK": kind, "ASKONCE_DATABASE_URL": f"sqlite:///{folder}/check.db", **more}
    return CliRunner().invoke(main, ["helpdesk", "check", *flags], env=env)


def open_in(vendor: Vendor) -> list[dict[str, Any]]:
    return [t for t in vendor.held() if not t.get("closed")]


@pytest.mark.parametrize("kind", VENDORS)
def test_a_well_set_helpdesk_passes_and_what_is_left_is_said(kind: str, tmp_path: pathlib.Path) -> None:
    with at_work(stand_in(kind)) as vendor:
        found = check(kind, vendor, tmp_path, ASKONCE_TICKET_TAGS="chat,eu")
        assert found.exit_code == 0 and "Tickets can be filed." in found.output, found.output
        assert open_in(vendor) == []
        assert kind == "webhook" or "of the trial is" in found.output
        calls, held = len(vendor.calls), len(vendor.held())
        looked = check(kind, vendor, tmp_path, "--look-only")
        assert looked.exit_code == 0 and "as far as looking tells" in looked.output
        assert len(vendor.held()) == held
        assert kind == "webhook" or len(vendor.calls) - calls < calls, "no ticket was filed"


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk", "zammad", "chatwoot", "libredesk", "freescout", "gorgias"])
def test_an_account_that_cannot_set_or_see_the_field_fails(kind: str, tmp_path: pathlib.Path) -> None:
    with at_work(stand_in(kind)) as vendor:
        vendor.blind = True
        found = check(kind, vendor, tmp_path)
    assert found.exit_code == 1 and "What to do: " in found.output and "Traceback" not in found.output
    assert "cannot be read back" in found.output or "external_ref" in found.output
    assert open_in(vendor) == [], "the ticket of the trial is not left behind"


@pytest.mark.parametrize(("kind", "field"), [("freshdesk", "product_id"), ("zammad", "department")])
def test_a_field_that_the_shop_made_mandatory_is_named(kind: str, field: str, tmp_path: pathlib.Path) -> None:
    with at_work(stand_in(kind)) as vendor:
        vendor.mandatory = (field,)
        found = check(kind, vendor, tmp_path)
        assert vendor.held() == []
    assert found.exit_code == 1 and field in found.output and "What to do: " in found.output


def test_zammad_tells_a_group_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with at_work(ZammadFake()) as vendor:
        found = check("zammad", vendor, tmp_path, ASKONCE_ZAMMAD_GROUP="Nowhere")
    assert found.exit_code == 1 and "No value found for 'group'" in found.output
    assert "ASKONCE_ZAMMAD_GROUP" in found.output


@pytest.mark.parametrize("answer", [b"<html>Please sign in</html>", b"{}", b'{"challenge": "another"}', b"ok"])
def test_a_receiver_that_does_not_prove_itself_fails(answer: bytes, tmp_path: pathlib.Path) -> None:
    class Anybody(WebhookFake):
        def answer(self, call: Any) -> Any:
            return 200, {}, answer

    with at_work(Anybody()) as vendor:
        found = check("webhook", vendor, tmp_path)
    assert found.exit_code == 1 and "challenge" in found.output and "Please" not in found.output


def test_mail_from_the_very_address_that_it_goes_to_is_told(tmp_path: pathlib.Path) -> None:
    with at_work(WebhookFake()) as vendor:
        found = check(
            "webhook", vendor, tmp_path, ASKONCE_EMAIL_TO="support@shop.example",
            ASKONCE_EMAIL_FROM="Support@shop.example",
        )  # fmt: skip
    assert "note tickets by mail come from" in found.output and "ASKONCE_EMAIL_FROM" in found.output


async def test_a_zendesk_collision_is_looked_for_and_tried_again() -> None:
    async with vendor_world("zendesk") as (world, vendor):
        vendor.moods.append("422")
        vendor.refusal, vendor.refusal_status = {"error": "DatabaseConflict", "description": "Database collision"}, 409
        with pytest.raises(Unreachable, match="collision") as caught:
            await world.helpdesk.create(payload(NAME, ADDRESS, REASON), key=fresh_key())
        assert caught.value.maybe_created
        await world.helpdesk.close()


async def test_a_ticket_of_zammads_can_be_answered_and_a_tag_is_one() -> None:
    async with vendor_world("zammad") as (world, vendor):
        await world.helpdesk.create(payload(NAME, ADDRESS, REASON, tags=("chat, eu",)), key=fresh_key())
        assert vendor.tickets[0]["reply_button"] and vendor.held()[0]["tags"] == ["chat  eu"]
        await world.helpdesk.close()


# ---------------------------------------------------------------- a real Request Tracker


def _rights(server: RtServer, verb: str, *rights: str) -> None:
    """Give or take rights of the bot's account on its queue, as RT's administrator."""
    script = (
        "use strict; use RT -init; my ($verb, @rights) = @ARGV; my $su = RT->SystemUser;"
        "my $q = RT::Queue->new($su); $q->Load('Escalations'); my $bot = RT::User->new($su); $bot->Load('chatbot');"
        "my $who = $bot->PrincipalObj; for my $r (@rights) { my ($ok, $m) = $verb eq 'give'"
        " ? $who->GrantRight(Object => $q, Right => $r) : $who->RevokeRight(Object => $q, Right => $r);"
        " die $m unless $ok }"
    )
    etc = {"RT_SITE_CONFIG": f"{server.folder}/etc/RT_SiteConfig.pm", "RT_SITE_CONFIG_DIR": f"{server.folder}/etc/d"}
    command = ["perl", "-I/usr/share/request-tracker5/lib", "-e", script, verb, *rights]
    done = subprocess.run(command, env={**os.environ, **etc}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.helpdesks
@pytest.mark.parametrize("missing", [("SetInitialCustomField", "ModifyCustomField"), ("SeeCustomField",)])
async def test_request_tracker_without_the_right_to_set_or_see_the_field(
    rt: RtServer, missing: tuple[str, ...]
) -> None:
    """The account can sign in, see the queue and create, and would make two tickets of one at every fault."""
    await asyncio.to_thread(_rights, rt, "take", *missing)
    adapter = rt_adapter(rt)
    try:
        with pytest.raises(Rejected) as caught:
            await there_and_back(adapter, payload(NAME, ADDRESS, REASON, REFERENCE), key=fresh_key())
        assert "cannot be read back" in str(caught.value) and "of the trial is rejected" in str(caught.value)
    finally:
        await adapter.close()
        await asyncio.to_thread(_rights, rt, "give", *missing)


@pytest.mark.helpdesks
async def test_request_tracker_keeps_who_wrote_also_with_an_umlaut_and_under_another_name(rt: RtServer) -> None:
    """It drops an address beyond ASCII without a word, and keeps the name of an address that it knows."""
    adapter, before = rt_adapter(rt), len(rt.held())
    for name, address in (
        ("Jürgen Groß", "jürgen@exämple.de"),
        ("Jane Doe", "jane@exämple.de"),
        ("Jane Miller", "jane@exämple.de"),
    ):
        await adapter.create(payload(name, address, "my lamp is broken"), key=fresh_key())
    await adapter.close()
    umlaut, first, second = rt.held()[before:]
    assert umlaut["email"] is None and "Jürgen Groß <jürgen@exämple.de>" in umlaut["head"]
    assert first["email"] == second["email"] == "jane@xn--exmple-cua.de"
    assert second["name"] == "Jane Doe" and "Jane Miller <jane@exämple.de>" in second["head"]
