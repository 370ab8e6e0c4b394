"""Every dialogue case over a real WebSocket against the real server: once by rules, once with Rasa."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable

import pytest

from bot.replay.fixtures import Case, read_fixtures
from bot.replay.play import play_over_socket
from tests.conftest import ROOT, TOKEN, BotProcess

#: All but those with recorded understanding or a person of the shop: `tests/bot/replay/test_replaying.py` plays these,
#: in the process.
CASES = [c for c in read_fixtures([ROOT / "tests" / "dialogues"]) if not c.file.endswith("every_row.yml")]


async def _all_pass(bot: BotProcess) -> None:
    room = asyncio.Semaphore(8)

    async def play(case: Case) -> list[str]:
        async with room:
            return (await play_over_socket(bot.url, case, token=TOKEN)).problems

    problems = [p for found in await asyncio.gather(*(play(case) for case in CASES)) for p in found]
    assert not problems, "\n".join(problems)
    assert len(CASES) >= 100


async def test_by_rules(make_bot: Callable[..., BotProcess]) -> None:
    await _all_pass(make_bot())


@pytest.mark.rasa
@pytest.mark.parametrize("when", ["needed", "always"])
async def test_with_rasa(make_bot: Callable[..., BotProcess], rasa_url: str, when: str) -> None:
    bot = make_bot(ASKONCE_RASA_URL=rasa_url, ASKONCE_RASA_WHEN=when, ASKONCE_RASA_TIMEOUT="5")
    await _all_pass(bot)
    metrics = (pathlib.Path(bot.folder) / "bot.log").read_text()
    assert "Traceback" not in metrics


def test_the_cases_are_the_projects_own() -> None:
    """Each file stands in the tree; no test reads a shared folder."""
    own = ROOT / "tests" / "dialogues"
    assert all(own in pathlib.Path(c.file).parents for c in CASES)
