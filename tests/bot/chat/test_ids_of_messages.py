"""The ids that clients give their messages: what looks like a secret is not stored as it is (R17), and still an id."""

from __future__ import annotations

from tests.bot.chat.test_presence import Time, attended, bot_on


async def test_ids_that_look_like_a_secret_are_still_ids(database_url: str) -> None:
    """Masked as words they would all be one, and the second message would never be stored (R13, R17)."""
    async with bot_on(database_url, Time()) as bot:
        chat = await attended(bot, "are you there?")
        for number in ("4111111111111111", "5500005555555559"):
            assert await chat.agent_says(f"agent:{number}", f"Word {number[0]}.")
            assert not await chat.agent_says(f"agent:{number}", f"Word {number[0]}.")
            assert await chat.hear(f"m:{number}", "all right")
            assert not await chat.hear(f"m:{number}", "all right")
        turns = [turn for turn in await bot.store.turns(chat.id, 0) if turn.id]
        assert len({turn.id for turn in turns}) == len(turns) >= 5
        assert not any("1111" in str(turn.id) for turn in turns)
