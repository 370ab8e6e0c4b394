"""kill -9 at random moments: gapless, nothing lost (R13) or doubled, one consent makes one ticket (R12)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from websockets.exceptions import WebSocketException

from tests.conftest import BotProcess, client_of

SCRIPT = ["hi, Jane Doe here", "my lamp is broken", "is shipping free?", "yes please", "jane@example.com"]


async def _converse(bot: BotProcess, random_moment: random.Random, number: int) -> tuple[str, list[dict[str, object]]]:
    """One conversation through several kills: every unacknowledged message is sent again, with its own id."""
    token, turns = None, []
    pending = [(f"{number}-{place}", text) for place, text in enumerate(SCRIPT)]
    kills = 2
    while True:
        try:
            async with client_of(bot.url, open_timeout=5) as client:
                await client.hello(token, after=int(str(turns[-1]["seq"])) if turns else 0)
                token = client.welcome["token"]
                client.turns = [{k: v for k, v in t.items() if k != "met"} for t in turns]
                killer = None
                if kills:
                    kills -= 1
                    killer = asyncio.get_running_loop().call_later(random_moment.uniform(0.0, 0.02), bot.kill)
                try:
                    while pending:
                        await client.say(pending[0][1], pending[0][0])
                        pending.pop(0)
                    await client.until("ticket_filed")
                    if killer is None:
                        return client.welcome["conversation"], client.turns
                finally:
                    turns = client.turns
                    if killer is not None:
                        killer.cancel()
                    done = {t.get("id") for t in turns}
                    pending = [p for p in pending if p[0] not in done]
        except (WebSocketException, OSError, TimeoutError):
            pass
        if bot.process and bot.process.poll() is not None:
            bot.start()


async def test_kill_9_loses_and_doubles_nothing(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    chance = random.Random(20261121)
    for number in range(6):
        conversation, turns = await _converse(bot, chance, number)
        assert [t["seq"] for t in turns] == list(range(1, len(turns) + 1))
        assert [t["text"] for t in turns if t["who"] == "shopper"] == SCRIPT
        tickets = bot.get(f"/api/tickets?conversation={conversation}")["items"]
        assert len(tickets) == 1 and tickets[0]["status"] == "filed"
        assert tickets[0]["fields"] == {"name": "Jane Doe", "email": "jane@example.com", "reason": "my lamp is broken"}
        stored = bot.get(f"/api/conversations/{conversation}")
        assert [t["text"] for t in stored["turns"]] == [t["text"] for t in turns]
        assert sum(t["act"] == "ticket_filed" for t in turns if t["who"] == "bot") == 1
    starts = (bot.folder / "bot.log").read_text().count("Askonce is at")
    assert starts >= 4, "the kills did not happen"


@pytest.mark.postgres
async def test_the_same_on_postgresql(make_bot: Callable[..., BotProcess], postgres: Callable[[], str]) -> None:
    bot = make_bot(ASKONCE_DATABASE_URL=postgres())
    conversation, turns = await _converse(bot, random.Random(7), 0)
    assert [t["text"] for t in turns if t["who"] == "shopper"] == SCRIPT
    assert len(bot.get(f"/api/tickets?conversation={conversation}")["items"]) == 1
