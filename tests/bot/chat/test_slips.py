"""R6: the question about a slip through the whole engine, in every language, with the likely address as a choice."""

from __future__ import annotations

import pathlib

import pytest

from bot.bootstrap import run_bot
from bot.chat.phrases import languages
from bot.settings import read_settings


@pytest.mark.parametrize("language", ["en", *sorted(languages())])
async def test_a_tapped_address_files(language: str, tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/talk.db", support_email="support@example.com")
    async with run_bot(settings) as bot:
        conversation, _ = await bot.hub.begin(locale=language)
        await conversation.hear("1", "my lamp is broken, open a ticket please. I'm Jane Doe")
        await conversation.hear("2", "jane@hotmial.com")
        asked = [t for t in await conversation.turns_after(0) if t.who == "bot"][-1]
        assert (asked.act, asked.asks, asked.choices) == ("invalid", ("email",), ("jane@hotmail.com",))
        assert "jane@hotmial.com" in asked.text and "jane@hotmail.com" in asked.text
        await conversation.hear("3", asked.choices[0])
        assert [t.email for t in conversation.state.tickets] == ["jane@hotmail.com"]


@pytest.mark.parametrize(("yes", "email"), [("oui", "jane@hotmail.com"), ("non", "jane@hotmial.com")])
async def test_a_plain_answer_in_the_shoppers_language(yes: str, email: str, tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/talk.db", support_email="support@example.com")
    async with run_bot(settings) as bot:
        conversation, _ = await bot.hub.begin(locale="fr")
        for place, text in enumerate(
            ("my lamp is broken, open a ticket please. I'm Jane Doe", "jane@hotmial.com", yes)
        ):
            await conversation.hear(str(place), text)
        assert [t.email for t in conversation.state.tickets] == [email]
