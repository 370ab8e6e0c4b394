"""What the doctor says of hours and of the days on which they do not hold."""

from __future__ import annotations

import datetime
import pathlib

import pytest

from bot.clock import today
from bot.operations.doctor import findings
from bot.settings import read_settings


async def _said(tmp_path: pathlib.Path, **settings: object) -> str:
    url = f"sqlite:///{tmp_path}/none.db"
    given = read_settings(database_url=url, support_email="support@example.com", port=9, **settings)
    return "\n".join([found.what async for found in findings(given)])


async def test_the_doctor_names_the_next_three_closed_days(tmp_path: pathlib.Path) -> None:
    first = today() + datetime.timedelta(days=1)
    days = [first + datetime.timedelta(n) for n in range(4)]
    own = f"{days[0]}..{days[3]}"
    said = await _said(tmp_path, hours="Mon-Fri 09:00-17:00", closed=own)
    assert f"the next closed days are {days[0]}, {days[1]}, {days[2]}\n" in said
    holidays = await _said(tmp_path, hours="24/7", country="US")
    assert holidays.count(" (") >= 3 and "the next closed days are " in holidays
    assert "closed days" not in await _said(tmp_path, hours="24/7")


@pytest.mark.parametrize("hours", ["", "by daylight"])
async def test_closed_days_without_hours_are_named_as_vain(tmp_path: pathlib.Path, hours: str) -> None:
    assert "no hours that do not hold on them" in await _said(tmp_path, hours=hours, country="DE")
