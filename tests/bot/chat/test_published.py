"""The hours and closed days as shoppers are told them: in each language, by name, and anew when they change."""

from __future__ import annotations

import asyncio
import datetime
import json
import pathlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocket, WebSocketState

from bot.bootstrap import Bot, run_bot
from bot.chat.closed_days import ClosedDays, Closure
from bot.chat.hours import read_hours
from bot.chat.limits import Limits
from bot.chat.phrases import languages
from bot.chat.presence import Clocks
from bot.chat.published import Opening, Published
from bot.chat.socket import Socket
from bot.factories import make_answers
from bot.settings import Settings, SettingsError, read_settings
from bot.web.asyncapi import HoursChanged, Welcome
from tests.patience import patient

Date = datetime.date
HOURS = "Mon-Fri 09:00-17:00, Sat 10:00-14:00 Europe/Berlin"
CLOSED = ClosedDays("DE-BY", ((Date(2026, 12, 24), Date(2026, 12, 24)), (Date(2026, 12, 27), Date(2027, 1, 2))))


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[arg-type,misc]


def plain(text: str) -> str:
    """Without the thin spaces that CLDR writes around a dash."""
    return text.replace("\u2009", " ").replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("tag", "text", "written"),
    [
        ("en-GB", HOURS, HOURS),
        (None, HOURS, HOURS),
        ("nl", HOURS, HOURS),
        ("de", HOURS, "Mo–Fr 09:00–17:00 Uhr; Sa 10:00–14:00 Uhr (Mitteleuropäische Zeit)"),
        ("fr-CA-x-!!", HOURS, "lun.–ven. 09:00 – 17:00; sam. 10:00 – 14:00 (heure d’Europe centrale)"),
        ("es", HOURS, "lun–vie 9:00–17:00; sáb 10:00–14:00 (hora de Europa central)"),
        ("es-MX", "Mon 9:00-17:00", "lun 9:00 a.m. – 5:00 p.m."),
        ("pt_BR", HOURS, "seg.–sex. 09:00 – 17:00; sáb. 10:00 – 14:00 (Horário da Europa Central)"),
        ("ar", HOURS, "الاثنين–الجمعة 9:00 ص – 5:00 م؛ السبت 10:00 ص – 2:00 م (توقيت وسط أوروبا)"),
        ("de", "Mon, Wed & Fri 9-17", "Mo, Mi und Fr 09:00–17:00 Uhr"),
        ("de", "Sun-Thu 9:00-12:00, 13:00-17:30", "So–Do 09:00–12:00 Uhr und 13:00–17:30 Uhr"),
        ("de", "Fri 22:00-02:00 UTC", "Fr 22:00–02:00 Uhr (Koordinierte Weltzeit)"),
        ("de", "Sat-Sun 24h", "Sa und So 24 Stunden"),
        ("fr", "24/7", "tous les jours 24 heures sur 24"),
        ("ar", "by daylight", "by daylight"),
    ],
)
def test_hours_are_written_as_a_language_writes_them(tag: str | None, text: str, written: str) -> None:
    assert plain(Published(text).written(tag)) == written


@given(
    st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 1439), st.integers(1, 1440)), min_size=1),
    st.sampled_from(sorted(languages())),
)
def test_any_hours_can_be_written_in_any_language(week: dict[int, tuple[int, int]], language: str) -> None:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    text = ", ".join(
        f"{names[d]} {a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for d, (a, b) in week.items() if a != b
    )
    written = Published(text).written(language)
    assert (written == text) == (read_hours(text) is None) and "{" not in written


def test_articles_hold_the_hours_in_their_own_language() -> None:
    answers = make_answers(read_settings(hours=HOURS, support_email="support@example.com"))
    (english,) = (a for a in answers.index.articles if a.id == "live-agents")
    assert HOURS in english.passages[0]
    for language in languages():
        (article,) = (a for a in answers.translations[language] if a.id == "live-agents")
        assert Published(HOURS).written(language) in article.passages[0] and HOURS not in article.passages[0]


# ---------------------------------------------------------------- closed days


def test_closed_days_are_skipped_and_told_by_name() -> None:
    told = Published(HOURS, CLOSED).told(utc(2026, 12, 23, 18), "en-GB")
    assert told == {
        "text": HOURS, "open": False, "next": "2027-01-04T09:00:00+01:00", "closes": None,
        "closed": "Closed: Thursday, 24 December 2026; Friday, 25 December 2026 (Christmas Day); "
        "Saturday, 26 December 2026 (Second Day of Christmas); "
        "Sunday, 27 December 2026 – Thursday, 31 December 2026; Friday, 1 January 2027 (New Year's Day); "
        "Saturday, 2 January 2027",
    }  # fmt: skip
    german = Published(HOURS, ClosedDays("DE")).told(utc(2026, 12, 25, 10), "de")
    assert german and german["open"] is False and german["next"] == "2026-12-28T09:00:00+01:00"
    assert str(german["closed"]).startswith("Geschlossen: Freitag, 25. Dezember 2026 (Erster Weihnachtstag)")
    open_now = Published(HOURS, CLOSED).told(utc(2026, 12, 22, 10), "de")
    assert open_now and open_now["open"] is True and open_now["closes"] == "2026-12-22T17:00:00+01:00"


def test_a_holiday_on_a_day_without_hours_is_no_news() -> None:
    told = Published("Mon-Fri 09:00-17:00 Europe/Berlin", ClosedDays("DE")).told(utc(2027, 12, 21, 10), "en")
    assert told and told["closed"] == "", "both days of Christmas are at the weekend"


def test_a_shop_that_never_closes_is_closed_only_where_it_says_so() -> None:
    christmas = utc(2026, 12, 25, 12)
    always, never = Published("24/7").told(christmas, "en"), Published("24/7", ClosedDays("US")).told(christmas, "en")
    assert always and (always["open"], always["closes"], always["closed"]) == (True, None, "")
    assert never and (never["open"], never["next"]) == (False, "2026-12-26T00:00:00+00:00")
    eve = Published("24/7", ClosedDays("US")).told(utc(2026, 12, 24, 12), "en")
    assert eve and eve["closes"] == "2026-12-25T00:00:00+00:00"


def test_a_subdivision_has_holidays_of_its_own() -> None:
    epiphany = Date(2027, 1, 6)
    assert ClosedDays("DE-BY").on(epiphany) and not ClosedDays("DE").on(epiphany)
    assert list(CLOSED.closures(Date(2026, 12, 24), 3, "de")) == [
        Closure(Date(2026, 12, 24), Date(2026, 12, 24)),
        Closure(Date(2026, 12, 25), Date(2026, 12, 25), "Erster Weihnachtstag"),
        Closure(Date(2026, 12, 26), Date(2026, 12, 26), "Zweiter Weihnachtstag"),
    ]


@given(
    st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 1, 1)),
    st.sampled_from([HOURS, "24/7 Europe/Berlin", "Fri 22:00-02:00 Europe/Berlin", "daily 00:00-09:00, 09:00-24:00"]),
)
def test_who_is_told_when_they_open_or_close_finds_it_so(moment: datetime.datetime, text: str) -> None:
    hours = read_hours(text, CLOSED)
    assert hours is not None
    moment = moment.replace(tzinfo=datetime.UTC)
    opening, closing = hours.next_opening(moment), hours.closing(moment)
    assert (opening is None) == hours.open_at(moment) == (closing is not None)
    second = datetime.timedelta(seconds=1)
    if opening:
        assert opening > moment and hours.open_at(opening)
    if closing:
        assert closing > moment and not hours.open_at(closing) and hours.open_at(closing - second)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("country", "XX", "ASKONCE_COUNTRY: 'XX' is no country"),
        ("country", "DE-ZZ", "ASKONCE_COUNTRY: 'DE-ZZ' is no country"),
        ("country", "Germany", "ASKONCE_COUNTRY"),
        ("closed", "Christmas", "ASKONCE_CLOSED: 'Christmas' is no date"),
        ("closed", "2026-12-24, 2026-13-01", "ASKONCE_CLOSED: '2026-13-01' is no date"),
        ("closed", "2026-12-27..2026-12-02", "ends before it begins"),
        ("closed", "2026-12-27..2028-01-02", "more than a year later"),
    ],
)
def test_a_wrong_value_is_one_clear_line(name: str, value: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as caught:
        read_settings(**{name: value})
    assert "\n" not in str(caught.value)


def test_settings_are_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKONCE_COUNTRY", "de-by")
    monkeypatch.setenv("ASKONCE_CLOSED", "2026-12-24, 2026-12-27..2027-01-02")
    settings = read_settings()
    assert ClosedDays(settings.country, settings.closed) == CLOSED


# ---------------------------------------------------------------- told anew


class Line:
    """The other end of one chat's socket, in memory."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self._words: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.client = SimpleNamespace(host="127.0.0.1")
        self.headers: dict[str, str] = {}
        self.client_state = self.application_state = WebSocketState.CONNECTED

    def say(self, **frame: Any) -> None:
        self._words.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def accept(self) -> None:
        """At once."""

    async def receive(self) -> dict[str, Any]:
        return await self._words.get()

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def close(self, code: int = 1000) -> None:
        self.client_state = WebSocketState.DISCONNECTED


class Now:
    """A clock on the wall that stands until it is set."""

    def __init__(self, at: datetime.datetime) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at.timestamp()


@asynccontextmanager
async def talking(bot: Bot, settings: Settings, locale: str | None) -> AsyncIterator[Line]:
    line = Line()
    socket = Socket(cast(WebSocket, line), bot.hub, Limits(settings), bot.pressure, settings)
    task = asyncio.create_task(socket.run())
    line.say(type="hello", token=None, after=0, locale=locale)
    yield line
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(line: Line, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with patient():
        while not (found := [frame for frame in line.sent if done(frame)]):
            await asyncio.sleep(0.01)
    return found[-1]


async def test_an_open_chat_is_told_when_the_hours_begin_and_end(tmp_path: pathlib.Path) -> None:
    settings = read_settings(
        database_url=f"sqlite:///{tmp_path}/h.db", support_email="support@example.com", hours=HOURS, country="DE"
    )
    clock = Now(utc(2026, 12, 22, 15, 59))  # a minute before five in Berlin
    async with run_bot(settings, courier=False, archivist=False, clocks=Clocks(wall=clock)) as bot:
        opening = Opening(bot.hub, bot.hub.shop.published, clock)
        async with talking(bot, settings, "de") as line, talking(bot, settings, None) as english:
            for one, text in ((line, "Mo–Fr"), (english, "Mon-Fri")):
                welcome = await until(one, lambda f: f["type"] == "welcome")
                told = Welcome.model_validate(welcome).hours
                assert told and told.open and told.text.startswith(text) and "hours" in welcome["features"]
            assert not opening.look(), "nothing has changed"
            clock.at = utc(2026, 12, 22, 16, 0)
            assert opening.look() and not opening.look()
            closed = await until(line, lambda f: f["type"] == "hours")
            assert HoursChanged.model_validate(closed).hours.next == "2026-12-23T09:00:00+01:00"
            clock.at = utc(2026, 12, 23, 8, 0)
            assert opening.look()
            again = await until(line, lambda f: f["type"] == "hours" and f["hours"]["open"])
            assert again["hours"]["closes"] == "2026-12-23T17:00:00+01:00"
            await until(english, lambda f: f["type"] == "hours" and f["hours"]["open"])
            kinds = [frame["type"] for frame in line.sent]
            assert kinds == ["welcome", "hours", "hours"], "each change once, and nothing else"


def test_hours_that_no_machine_reads_wake_nobody() -> None:
    clock = Now(utc(2026, 12, 22, 15, 59))
    opening = Opening(cast(Any, None), Published("by daylight"), clock)
    clock.at = utc(2026, 12, 25, 12)
    assert not opening.look()
