"""What a shop says in its own words to a shopper in danger (R21), through the whole engine."""

from __future__ import annotations

import pathlib
from typing import Any

import orjson
import pytest

from bot.bootstrap import run_bot
from bot.chat.own_words import OwnWords
from bot.chat.phrases import ENGLISH, catalogue
from bot.settings import SettingsError, read_settings
from bot.store.records import from_json, to_json
from bot.telemetry.metrics import REGISTRY
from dialogue import events
from dialogue.states import State
from dialogue.understanding.reader import Asked

WORDS = "I want to kill myself"
IN_GERMAN = "ich will mich umbringen"


async def _reply(tmp_path: pathlib.Path, locale: str | None = None, understander: Any = None, **settings: str) -> str:
    """The reply to words of danger on a page of this locale."""
    given = read_settings(database_url=f"sqlite:///{tmp_path}/talk.db", support_email="support@example.com", **settings)
    async with run_bot(given, understander=understander) as bot:
        chat, _ = await bot.hub.begin(locale=locale)
        await chat.hear("1", IN_GERMAN if (locale or "").startswith("de") else WORDS)
        assert chat.state.danger
        replies = [turn for turn in await chat.turns_after(0) if turn.who == "bot"]
        assert [(turn.act, turn.asks, turn.choices) for turn in replies] == [("smalltalk", (), ())]
        return replies[0].text


async def test_without_a_setting_the_catalogue_speaks(tmp_path: pathlib.Path) -> None:
    text = await _reply(tmp_path, "de-DE")
    own = catalogue("de")["bot"]
    assert text == own["danger"].format(help=own["danger_help"])


async def test_the_shop_names_whom_to_call(tmp_path: pathlib.Path) -> None:
    text = await _reply(tmp_path, danger_help="Call {us} at +1 555 0100.")
    assert text == ENGLISH["danger"].replace("{help}", "Call {us} at +1 555 0100.")


@pytest.mark.parametrize(
    ("locale", "wanted"), [("de-AT", "Ruf 142."), ("de_CH", "Ruf 112."), ("fr", "Call."), (None, "Call.")]
)
async def test_the_shops_own_reply_goes_by_the_page(tmp_path: pathlib.Path, locale: str | None, wanted: str) -> None:
    reply = '{"de-AT": "Ruf 142.", "de": "Ruf 112.", "*": "Call."}'
    assert await _reply(tmp_path, locale, danger_reply=reply, danger_help="unused") == wanted


class Broken:
    """An understander that never gives an answer."""

    name = "broken"

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding:
        raise RuntimeError("out of order")

    async def ready(self) -> bool:
        return False

    async def close(self) -> None:
        """Nothing to close."""


async def test_each_such_message_is_counted_for_whoever_is_to_be_woken(tmp_path: pathlib.Path) -> None:
    before = REGISTRY.get_sample_value("askonce_danger_total") or 0.0
    await _reply(tmp_path)
    assert REGISTRY.get_sample_value("askonce_danger_total") == before + 1


def test_a_state_that_was_stored_before_there_was_a_flag_loads_without_one() -> None:
    stored = orjson.loads(to_json(State(stem="OLD")))
    for name in ("danger", "danger_waits", "calmed"):
        del stored[name]
    del stored["turn"]["danger"]
    assert from_json(State, orjson.dumps(stored)) == State(stem="OLD")


async def test_r21_needs_no_understander(tmp_path: pathlib.Path) -> None:
    assert "findahelpline" in await _reply(tmp_path, understander=Broken())


@pytest.mark.parametrize("value", ['{"de": 1}', "{", '{"": "x"}', '{"de": " "}', "x" * 2001, '{"my german": "x"}'])
def test_texts_that_cannot_be_used_are_refused_in_one_line(value: str) -> None:
    with pytest.raises(SettingsError, match="ASKONCE_DANGER_REPLY") as refused:
        read_settings(danger_reply=value)
    assert "\n" not in str(refused.value)


def test_a_page_without_words_of_its_own_gets_none() -> None:
    assert OwnWords({"de": "Hallo"}).reply_to_danger("fr") == "" and OwnWords().help_in_danger(None) == ""
