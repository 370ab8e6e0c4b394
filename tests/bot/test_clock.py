"""Times as the store writes them; and that they are read and written in one place."""

from __future__ import annotations

import ast
import datetime
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import as_text, horizon, iso_of, now, now_text, seconds_before
from tests.conftest import ROOT

MOMENTS = st.datetimes(
    min_value=datetime.datetime(1990, 1, 1),
    max_value=datetime.datetime(2100, 1, 1),
    timezones=st.sampled_from([datetime.UTC, datetime.timezone(datetime.timedelta(hours=5, minutes=45))]),
)


@given(MOMENTS, MOMENTS)
def test_later_is_later_as_text(one: datetime.datetime, other: datetime.datetime) -> None:
    assert as_text(one).endswith("Z") and len(as_text(one)) == len("2026-11-21T08:00:00.000Z")
    assert (as_text(one) <= as_text(other)) or one > other


@given(MOMENTS, st.integers(0, 10**6))
def test_a_time_before_is_so_many_seconds_before(moment: datetime.datetime, seconds: int) -> None:
    earlier = datetime.datetime.fromisoformat(seconds_before(as_text(moment), seconds))
    assert datetime.datetime.fromisoformat(as_text(moment)) - earlier == datetime.timedelta(seconds=seconds)


def test_times_that_are_written() -> None:
    at = datetime.datetime(2026, 11, 21, 8, 0, 0, 123_999, tzinfo=datetime.UTC)
    assert as_text(at) == "2026-11-21T08:00:00.123Z"
    assert horizon(7, at) == "2026-11-14T08:00:00.123Z"
    assert iso_of(at.timestamp()) == "2026-11-21T08:00:00Z"
    assert now_text() <= as_text(now()) and horizon(1) < now_text()


def _clocks(tree: ast.AST) -> list[int]:
    """The lines that read the clock on the wall as a date, or write a time in a form of their own."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in ("utcnow", "today")
            or (node.func.attr == "now" and "datetime" in ast.unparse(node.func.value))
            or (node.func.attr == "isoformat" and any(k.arg == "timespec" for k in node.keywords))
        )
    ]


@pytest.mark.parametrize(
    "code",
    [
        "datetime.datetime.now(datetime.UTC)",
        "datetime.now(tz=UTC)",
        "moment.isoformat(timespec='milliseconds')",
        "datetime.date.today()",
        "datetime.datetime.utcnow()",
    ],
)
def test_another_clock_would_be_seen(code: str) -> None:
    assert _clocks(ast.parse(code)) == [1]


def test_there_is_one_clock() -> None:
    files = [path for path in (ROOT / "bot").rglob("*.py") if path != ROOT / "bot" / "clock.py"]
    assert len(files) > 100
    found = {str(path.relative_to(ROOT)): _clocks(ast.parse(path.read_text())) for path in sorted(files)}
    assert {name: lines for name, lines in found.items() if lines} == {}, "ask bot.clock"
    assert _clocks(ast.parse(pathlib.Path(ROOT / "bot" / "clock.py").read_text()))
