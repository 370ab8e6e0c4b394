"""Published hours as people write them, and what is none."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.hours import Hours, read_hours

WEEKDAYS, WEEK = range(5), range(7)


def _spans(text: str) -> set[tuple[int, int, int]]:
    hours = read_hours(text)
    assert hours is not None, text
    return set(hours.spans)


def test_hours_that_a_machine_can_read() -> None:
    hours = read_hours("Mon-Fri 09:00-17:00, Sat 10:00-14:00 Europe/Berlin")
    assert hours and str(hours.zone) == "Europe/Berlin"
    berlin = hours.zone
    assert hours.open_at(datetime.datetime(2026, 1, 5, 9, 0, tzinfo=berlin))
    assert not hours.open_at(datetime.datetime(2026, 1, 5, 17, 0, tzinfo=berlin))
    saturday = datetime.datetime(2026, 1, 10, 15, 0, tzinfo=berlin)
    assert hours.next_opening(saturday) == datetime.datetime(2026, 1, 12, 9, 0, tzinfo=berlin)
    assert hours.next_opening(datetime.datetime(2026, 1, 5, 10, 0, tzinfo=berlin)) is None
    weekend = read_hours("Sat-Mon 00:00-24:00")
    assert weekend and {day for day, _, _ in weekend.spans} == {5, 6, 0}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weekdays from nine to five",
        "Mon-Fri 9 to 5",
        "9am - 5pm",
        "Mon-Fri",
        "Sunday closed",
        "Mon 25:00-26:00",
        "Mon 13pm-14pm",
        "Mon 09:60-10:00",
        "Mon 09:00-17:00 or so",
        "Mon-Fri 17:00-17:00",
        "Mon-Fri 24:00-09:00",
        "Xyz 09:00-10:00",
        "Mon 09:00-10:00 Mars/Olympus",
    ],
)
def test_other_wordings_mean_nothing_to_the_machine(text: str) -> None:
    assert read_hours(text) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Mon, Wed, Fri 09:00-17:00", {(d, 540, 1020) for d in (0, 2, 4)}),
        ("Mon, Wed & Fri 9-17", {(d, 540, 1020) for d in (0, 2, 4)}),
        ("Monday to Friday 9.00 to 17.30", {(d, 540, 1050) for d in WEEKDAYS}),
        ("Mon-Fri 09:00-12:00, 13:00-17:00", {(d, *s) for d in WEEKDAYS for s in ((540, 720), (780, 1020))}),
        ("Mon-Fri 9am-5:30pm", {(d, 540, 1050) for d in WEEKDAYS}),
        ("Mon\u2013Fri 2\u20136pm", {(d, 840, 1080) for d in WEEKDAYS}),
        ("Fri 22:00-02:00", {(4, 1320, 1440), (5, 0, 120)}),
        ("Sun 10pm - 2am", {(6, 1320, 1440), (0, 0, 120)}),
        ("24/7", {(d, 0, 1440) for d in WEEK}),
        ("24/7 Europe/Paris", {(d, 0, 1440) for d in WEEK}),
        ("Sat-Sun 24h", {(d, 0, 1440) for d in (5, 6)}),
        ("daily 8-20", {(d, 480, 1200) for d in WEEK}),
        ("every day from 10:00 to 18:00", {(d, 600, 1080) for d in WEEK}),
        ("Mon-Sat 9-17, Wed closed", {(d, 540, 1020) for d in (0, 1, 3, 4, 5)}),
        ("Mon-Fri 09:00-17:00; Sat, Sun closed", {(d, 540, 1020) for d in WEEKDAYS}),
        ("Mon-Fri: 9:00-17:00", {(d, 540, 1020) for d in WEEKDAYS}),
    ],
)
def test_hours_as_people_write_them(text: str, spans: set[tuple[int, int, int]]) -> None:
    assert _spans(text) == spans


@given(st.text(max_size=60) | st.from_regex(r"[MonTuesWdFri0-9:,;/ -]{0,40}", fullmatch=True))
def test_any_wording_is_hours_that_a_week_has_or_none(text: str) -> None:
    hours = read_hours(text)
    assert hours is None or isinstance(hours, Hours)
    for day, first, end in hours.spans if hours else ():
        assert day in WEEK and 0 <= first < end <= 24 * 60


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 23 * 60 + 59),
    st.integers(1, 24 * 60),
    st.datetimes(min_value=datetime.datetime(2026, 1, 1), max_value=datetime.datetime(2030, 1, 1)),
)
def test_who_is_told_when_they_open_finds_them_open_then(
    days: set[int], begin: int, end: int, moment: datetime.datetime
) -> None:
    if begin == end:
        return
    names = ", ".join(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in sorted(days))
    hours = read_hours(f"{names} {begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}")
    assert hours is not None
    moment = moment.replace(tzinfo=datetime.UTC)
    opening = hours.next_opening(moment)
    assert (opening is None) == hours.open_at(moment)
    assert opening is None or (opening > moment and hours.open_at(opening))
