"""`askonce audit` over a real store: lawful talk passes, a tampered turn is named, bad input gets one line."""

from __future__ import annotations

import asyncio
import pathlib
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import func, update

from bot.bootstrap import run_bot
from bot.cli import main
from bot.history.audit import audit
from bot.history.transcripts import verdict
from bot.settings import read_settings
from bot.store.tables import happening, outbox, turn
from tests.conftest import SUPPORT


async def _talk(url: str, *, tamper: bool) -> str:
    settings = read_settings(support_email=SUPPORT, database_url=url)
    async with run_bot(settings) as running:
        conversation, _ = await running.hub.begin(channel="test")
        for n, text in enumerate(
            [
                "the vase came in pieces",
                "yes please",
                "Ines Duarte",
                "my card is 4111 1111 1111 1111",
                "ines@duarte.example",
            ]
        ):
            await conversation.hear(f"id-{n}", text)
        if tamper:
            statement = update(turn).where(turn.c.conversation == conversation.id, turn.c.seq == 4)

            async with running.store.engine.begin() as connection:
                await connection.execute(statement.values(text="What is your order number?"))
        return conversation.id


async def test_what_the_bot_said_is_lawful(database_url: str) -> None:
    id = await _talk(database_url, tamper=False)
    settings = read_settings(support_email=SUPPORT, database_url=database_url)
    async with run_bot(settings) as running:
        assert await verdict(running.store, id, support_email=SUPPORT) == []
        result = await audit(running.store, support_email=SUPPORT, since=None, step=list[None]().clear)
    assert (result.conversations, result.found) == (1, {})
    assert result.turns > 8


@pytest.mark.unlawful
async def test_a_turn_changed_behind_the_bots_back_is_named(database_url: str) -> None:
    id = await _talk(database_url, tamper=True)
    settings = read_settings(support_email=SUPPORT, database_url=database_url)
    async with run_bot(settings) as running:
        result = await audit(running.store, support_email=SUPPORT, since=None, step=list[None]().clear)
    assert [(v.rule, "order number" in v.reason) for v in result.found[id]] == [("R1", True)]
    assert result.as_json()["by_rule"] == {"R1": 1}


@pytest.mark.unlawful
async def test_an_address_that_nobody_said_is_named_from_the_words_alone(database_url: str) -> None:
    """What was understood is not looked at: the address is changed in the ticket and in what was understood alike."""
    id = await _talk(database_url, tamper=False)
    settings = read_settings(support_email=SUPPORT, database_url=database_url)
    async with run_bot(settings) as running:
        for column in (outbox.c.payload, happening.c.events):
            changed = func.replace(column, "ines@duarte.example", "eve@elsewhere.example")
            async with running.store.engine.begin() as connection:
                await connection.execute(update(column.table).values({column.name: changed}))
        result = await audit(running.store, support_email=SUPPORT, since=None, step=list[None]().clear)
    assert [v.rule for v in result.found[id]] == ["words:R6"]
    assert result.as_json()["by_rule"] == {"words:R6": 1}


@pytest.fixture
def environment(tmp_path: pathlib.Path) -> dict[str, str]:
    return {"ASKONCE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/store.db", "ASKONCE_SUPPORT_EMAIL": SUPPORT}


def _run(environment: dict[str, str], *arguments: str) -> Any:
    return CliRunner().invoke(main, ["audit", *arguments], env=environment)


@pytest.mark.unlawful
def test_the_command_tells_people_and_programs(environment: dict[str, str]) -> None:
    assert "0 conversations, 0 turns: no violation" in _run(environment).output
    id = asyncio.run(_talk(environment["ASKONCE_DATABASE_URL"], tamper=True))
    found = _run(environment, "--format", "json")
    assert found.exit_code == 1
    assert orjson.loads(found.stdout)["found"][0] == {
        "conversation": id, "rule": "R1", "seq": 4, "reason": "speaks of more than the three fields: 'order number'"
    }  # fmt: skip
    assert "1 violations in 1 conversations" in _run(environment).output
    assert _run(environment, "--since", "2199-01-01").exit_code == 0


def test_a_bad_date_gets_one_line(environment: dict[str, str]) -> None:
    found = _run(environment, "--since", "yesterday")
    assert found.exit_code == 2
    assert "must be a date such as 2026-11-21" in found.output
