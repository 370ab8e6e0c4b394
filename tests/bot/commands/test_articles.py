"""`askonce articles impact`: over a file of questions and over the database's."""

from __future__ import annotations

import asyncio
import json
import pathlib

import pytest
from click.testing import CliRunner, Result

from bot.bootstrap import run_bot
from bot.cli import main
from bot.settings import Settings
from tests.bot.console.test_articles import TEXT


@pytest.fixture
def draft(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("ASKONCE_DATABASE_URL", f"sqlite:///{tmp_path}/impact.db")
    monkeypatch.setenv("ASKONCE_SUPPORT_EMAIL", "support@example.com")
    file = tmp_path / "lamp-repair.md"
    file.write_text(TEXT, encoding="utf-8")
    return file


def impact(*words: str | pathlib.Path) -> Result:
    return CliRunner().invoke(main, ["articles", "impact", *map(str, words)])


def test_questions_of_a_file_before_and_after(draft: pathlib.Path, tmp_path: pathlib.Path) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text(
        "do you restore old lamps?\n\ndo you restore old lamps?\nhow long does delivery take?\n", "utf-8"
    )
    told = impact(draft, "--questions", questions)
    assert told.exit_code == 0, told.output
    assert (
        "3 questions, 2 different ones: 1 stay as they are." in told.stdout
        and "2 get an answer and had none" in told.stdout
    )
    assert "no answer → lamp-repair: Old lamps are restored in our workshop." in told.stdout
    found = json.loads(impact(draft, "--questions", questions, "--json").stdout)
    assert (found["gains"], found["moves"], found["loses"], found["same"]) == (2, 0, 0, 1)
    assert found["effects"][0]["before"] is None and found["effects"][0]["count"] == 2


def test_questions_of_the_database_masked(draft: pathlib.Path, tmp_path: pathlib.Path) -> None:
    async def hold() -> None:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{tmp_path}/impact.db", support_email="support@example.com"
        )
        async with run_bot(settings, archivist=False) as bot:
            for _ in range(2):
                chat, _ = await bot.hub.begin(locale="en")
                await chat.hear("m0", "do you restore old lamps? my number is 4711 815 99")

    asyncio.run(hold())
    told = impact(draft)
    assert told.exit_code == 0 and "2 get an answer and had none" in told.stdout, told.output
    assert "4711 815" not in told.stdout


def test_what_cannot_be_used_is_said_in_one_line(draft: pathlib.Path, tmp_path: pathlib.Path) -> None:
    draft.write_text("no header", encoding="utf-8")
    questions = tmp_path / "q.txt"
    questions.write_text("hello", encoding="utf-8")
    told = impact(draft, "--questions", questions)
    assert told.exit_code == 1 and "must begin with a header" in told.output and "Traceback" not in told.output
    draft.write_bytes(b"\xff\xfe")
    assert "must be UTF-8" in impact(draft, "--questions", questions).output
