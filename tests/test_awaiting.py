"""The list of what is still to be mended is true: what it names is still seen."""

from __future__ import annotations

import orjson
import pytest

from bot.rehearsal import Stagehand
from bot.settings import read_settings
from bot.store.records import from_json
from dialogue import events
from tests.awaiting import KINDS
from tests.conftest import SUPPORT


@pytest.mark.parametrize("rule", KINDS)
async def test_what_is_awaited_is_still_seen(rule: str) -> None:
    """Fails when it is mended: then strike it from `tests/awaiting.py`."""
    rehearsal = Stagehand(read_settings(support_email=SUPPORT)).begin()
    for text, understood in KINDS[rule]:
        read = from_json(events.Understanding, orjson.dumps({"kept": text, **understood}).decode())
        await rehearsal.say(text, read)
    assert {v.rule for v in rehearsal.violations()} == {rule}
