"""Vendors in every mood: each failure is sorted by what to do next, and through the whole bot one consent ends as one
ticket."""

from __future__ import annotations

import pathlib

import httpx
import pytest

from bot.bootstrap import run_bot
from bot.settings import read_settings
from tests.ticket_bridge.helpdesks.conftest import VENDORS, vendor_world
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from tests.ticket_bridge.helpdesks.vendor import MOODS
from tests.ticket_bridge.test_bridge import CONSENT, acts_until
from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, NotSignedIn, Rejected, Unreachable
from ticket_bridge.helpdesks.wire import complaint
from ticket_bridge.retry import RetryPolicy

#: What each mood must be sorted as, and whether the ticket may exist.
SORTED: dict[str, tuple[type[HelpdeskError], bool | None]] = {
    "429": (Busy, False),
    "503": (Busy, True),
    "500": (Unreachable, True),
    "500 made": (Unreachable, True),
    "401": (NotSignedIn, False),
    "422": (Rejected, None),
    "redirect": (Rejected, None),
    "html": (Unreachable, True),
    "empty": (Unreachable, True),
    "slow": (Unreachable, True),
    "cut": (Unreachable, True),
    "cut made": (Unreachable, True),
    "half made": (Unreachable, True),
}


#: The slow vendor is given up while it reads; connecting to it is never what fails, however busy the machine is.
_IMPATIENT = httpx.Timeout(10, read=0.3)


def test_every_mood_has_its_place() -> None:
    assert set(SORTED) == set(MOODS)


#: 2xx without a receipt is told of a webhook, and not refused: receivers of before named no id.
PAIRS = [(kind, mood) for kind in VENDORS for mood in MOODS if (kind, mood) != ("webhook", "empty")]


@pytest.mark.parametrize(("kind", "mood"), PAIRS)
async def test_failures_are_sorted_by_what_to_do_next(kind: str, mood: str) -> None:
    async with vendor_world(kind, timeout=_IMPATIENT if mood == "slow" else 10) as (world, vendor):
        vendor.moods.append(mood)
        error, maybe = SORTED[mood]
        with pytest.raises(error) as caught:
            await world.helpdesk.create(payload(*SHOPPERS[0]), key=fresh_key())
        assert getattr(caught.value, "maybe_created", None) == maybe
        said = str(caught.value)
        assert "jane" not in said.lower() and "lamp" not in said, "a shopper's words in an operator's message"
        await world.helpdesk.close()


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(
    "moods", [["cut made"], ["500 made", "429"], ["half made", "503"], ["slow"], ["cut", "500"], ["empty"]]
)
async def test_one_consent_ends_as_one_ticket(kind: str, moods: list[str], tmp_path: pathlib.Path) -> None:
    settings = read_settings(
        database_url=f"sqlite:///{tmp_path}/moods.db", support_email="support@example.com", helpdesk_timeout=1
    )
    async with vendor_world(kind, timeout=_IMPATIENT if "slow" in moods else 10) as (world, vendor):
        vendor.moods += moods
        quick = RetryPolicy(first=0.02, ceiling=0.1)
        # The slow vendor files 0.7 s after the courier gave up; as long it must be given to settle.
        world.helpdesk.settle = 1.0 if "slow" in moods and world.searchable else world.helpdesk.settle
        async with run_bot(settings, helpdesk=lambda _: world.helpdesk, retry=quick, tick=0.05) as bot:
            conversation, _ = await bot.hub.begin()
            await conversation.hear("1", CONSENT)
            acts = await acts_until(conversation, "ticket_filed")
            assert acts[-1] == "ticket_filed" and acts.count("ticket_filed") == 1
        (held,) = vendor.held()
        assert (held["name"], held["email"], held["reason"]) == ("Jane Doe", "jane@example.com", "my lamp is broken")


def test_a_refusal_names_fields_and_codes_but_no_words() -> None:
    assert complaint(
        b'{"errors": [{"field": "email", "message": "jane@example.com is bad", "code": "invalid_value"}]}'
    ) == ("email, invalid_value")
    assert complaint(b'{"title": ["This field is required."], "custom_x": ["too long"]}') == "title, custom_x"
    assert complaint(
        b'{"error": "RecordInvalid", "details": {"requester": [{"description": "Jane: no", "error": "Bad"}]}}'
    ) == ("RecordInvalid, requester, Bad")
    assert (
        complaint(b"<html>jane</html>") == "" and complaint(b'["jane"]') == "" and complaint(b'{"jane@x.y": 1}') == ""
    )
