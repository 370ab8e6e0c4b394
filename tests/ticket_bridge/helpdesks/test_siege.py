"""Exactly once, whatever breaks (R12): a share of what `make prove` does in full."""

from __future__ import annotations

import pathlib
import random

import pytest

from tests.ticket_bridge.helpdesks.proxy import FAULTS, Proxy
from tests.ticket_bridge.helpdesks.servers import RtServer
from tests.ticket_bridge.helpdesks.siege import compared, compared_files, file_of, on_the_desk, siege, spoken


@pytest.mark.helpdesks
async def test_500_consents_on_the_built_in_desk_with_two_couriers_killed_again_and_again(
    tmp_path: pathlib.Path,
) -> None:
    wanted, met = await siege(tmp_path, 500, seed=1)
    assert len(wanted) == 500
    assert compared(wanted, await on_the_desk(tmp_path)) == []
    assert await spoken(tmp_path) == dict.fromkeys(wanted, 1)
    assert sum(met.values()) > 5, f"hardly anybody was killed: {met}"


@pytest.mark.helpdesks
async def test_50_consents_on_request_tracker_over_a_network_that_spoils_connections(
    tmp_path: pathlib.Path, rt: RtServer
) -> None:
    before = len(rt.held())
    proxy = Proxy(rt.port, random.Random(7), spoiled=0.35)
    settings = {
        "ASKONCE_HELPDESK": "rt",
        "ASKONCE_RT_TOKEN": rt.settings["RT_TOKEN"],
        "ASKONCE_RT_QUEUE": "Escalations",
    }
    wanted, met = await siege(tmp_path, 50, seed=2, settings=settings, proxy=proxy, chance=0.05)
    assert compared(wanted, rt.held()[before:]) == []
    assert await spoken(tmp_path) == dict.fromkeys(wanted, 1)
    assert sum(n for what, n in met.items() if what.startswith("killed")) > 1
    assert len([what for what in met if what.startswith("network")]) > len(FAULTS) // 2, f"a calm network: {met}"


@pytest.mark.helpdesks
@pytest.mark.parametrize("kind", ["rt", "django_helpdesk"])
async def test_every_file_follows_its_ticket_once_through_kills_and_a_bad_network(
    kind: str, request: pytest.FixtureRequest, tmp_path: pathlib.Path
) -> None:
    server = request.getfixturevalue(kind)
    before, noted = len(server.held()), len(server.noted())
    proxy = Proxy(server.port, random.Random(11), spoiled=0.25)
    settings = {"ASKONCE_HELPDESK": kind, "ASKONCE_EVIDENCE": "attach"}
    s = server.settings
    if kind == "rt":
        settings |= {"ASKONCE_RT_TOKEN": s["RT_TOKEN"], "ASKONCE_RT_QUEUE": "Escalations"}
    else:
        settings |= {"ASKONCE_DJANGO_HELPDESK_TOKEN": s["HD_TOKEN"], "ASKONCE_DJANGO_HELPDESK_QUEUE": s["HD_QUEUE"]}
    wanted, met = await siege(
        tmp_path, 6, seed=3, settings=settings, proxy=proxy, proxied=f"ASKONCE_{kind.upper()}_URL", chance=0.12,
        files=True,
    )  # fmt: skip
    assert compared(wanted, server.held()[before:]) == []
    assert compared_files(wanted, server.noted()[noted:]) == []
    assert sum(n for what, n in met.items() if what.startswith("killed")) > 1
    assert any(what.startswith("network") for what in met), f"a calm network: {met}"


def test_the_count_notices_what_is_wrong() -> None:
    right = {"name": "Jane Doe", "email": "jane@example.com", "reason": "my lamp is broken"}
    assert compared({"A": right}, [right]) == []
    assert compared({"A": right}, [right, right]) and compared({"A": right}, [])
    assert compared({"A": right}, [right | {"reason": "my lamp"}])
    note = {"text": "A", "files": [{"name": "photo 7.txt", "content": file_of(7)}]}
    sent = {"A": right | {"email": "shopper7@example.com"}}
    assert compared_files(sent, [note]) == []
    assert compared_files(sent, [note, note]) and compared_files(sent, [])
    assert compared_files(sent, [note | {"files": [{"name": "photo 7.txt", "content": file_of(8)}]}])
