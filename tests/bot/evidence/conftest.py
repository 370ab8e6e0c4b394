"""A database with one conversation, `c`, and its folder of files."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest

from bot.settings import read_settings
from bot.store.database import Store
from bot.store.opened import opened
from dialogue.states import State
from tests.conftest import SUPPORT


@pytest.fixture
async def store(tmp_path: pathlib.Path) -> AsyncIterator[Store]:
    async with opened(read_settings(database_url=f"sqlite:///{tmp_path}/a.db", support_email=SUPPORT)) as found:
        await found.create(id="c", token="t" * 40, state=State(), at="2026-11-27", locale=None, channel="widget")
        yield found
