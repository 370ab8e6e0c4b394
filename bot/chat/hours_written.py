"""The shop's hours and closed days as each language writes them: names of days, ranges, clocks of 12 and of 24 hours,
the name of the time zone, dates. Babel knows how (CLDR); the few words beside that are phrases. What hours there are is
`bot.chat.hours`'s matter, and when they are told `bot.chat.published`'s.
"""

from __future__ import annotations

import datetime
import itertools
import zoneinfo
from collections.abc import Iterable, Sequence

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_interval, get_timezone_name
from babel.lists import format_list

from bot.chat.closed_days import Closure
from bot.chat.hours import Hours
from bot.chat.phrases import language_of, render

#: First minute of a day and minute after the last; the second is smaller where it is of the next day.
Span = tuple[int, int]
_MIDNIGHT = 24 * 60
_ALL_DAY: Span = (0, _MIDNIGHT)
_WEEK = range(7)


def locale_of(tag: str | None) -> Locale:
    """How a page of this language tag writes: `de-AT` as Austrians do, what is not spoken here as English."""
    language = language_of(tag)
    try:
        found = Locale.parse((tag or language).replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return Locale(language)
    return found if found.language == language else Locale(language)


def written_hours(hours: Hours, locale: Locale) -> str:
    """The week's hours: "Mo–Fr 09:00–17:00 Uhr; Sa 10:00–14:00 Uhr (Mitteleuropäische Zeit)"."""
    week = _evenings_whole(hours)
    kinds = dict.fromkeys(week[day] for day in _turned(week, locale.first_week_day) if week[day])
    parts = [f"{_days(week, spans, locale)} {_spans(spans, locale)}" for spans in kinds]
    text = _apart(parts, locale)
    return f"{text} ({zone_name(hours.zone, locale)})" if hours.zone_told else text


def written_closures(closures: Iterable[Closure], locale: Locale) -> str:
    """The closed days with their names: "Closed: Friday, 25 December 2026 (Christmas Day)"; empty where there are
    none."""
    days = [_closure(one, locale) for one in closures]
    return _phrase("hours_closed", locale, days=_apart(days, locale)) if days else ""


def zone_name(zone: zoneinfo.ZoneInfo, locale: Locale) -> str:
    """What a time zone is called; its own key where it is of no place that has a name."""
    if zone.key in ("UTC", "Etc/UTC"):
        names = locale.time_zones.get("Etc/UTC", {}).get("long", {})
        return str(names.get("standard", "UTC"))
    if zone.key not in get_global("meta_zones") and zone.key not in get_global("zone_territories"):
        return zone.key
    return get_timezone_name(zone, zone_variant="generic", locale=Locale(locale.language))


def _apart(parts: Iterable[str], locale: Locale) -> str:
    """Parts that hold commas themselves."""
    return ("؛ " if locale.text_direction == "rtl" else "; ").join(parts)


def _closure(one: Closure, locale: Locale) -> str:
    first, last = (format_date(day, "full", locale) for day in (one.first, one.last))
    days = first if one.first == one.last else f"{first} – {last}"
    return f"{days} ({one.name})" if one.name else days


def _evenings_whole(hours: Hours) -> list[tuple[Span, ...]]:
    """The spans of each day, and what goes on past midnight as one span of the day on which it begins."""
    week = [sorted((first, end) for day, first, end in hours.spans if day == here) for here in _WEEK]
    for day in _WEEK:
        here, after = week[day], week[(day + 1) % 7]
        late = next((span for span in here if span[1] == _MIDNIGHT and span != _ALL_DAY), None)
        early = next((span for span in after if span[0] == 0 and span != _ALL_DAY), None)
        if late and early and early[1] <= late[0]:
            here[here.index(late)] = (late[0], early[1])
            after.remove(early)
    return [tuple(spans) for spans in week]


def _turned(week: Sequence[tuple[Span, ...]], first: int) -> list[int]:
    """The days from the language's first one on, or from where the days that are alike around it begin: people say
    "Sunday to Thursday" where the week begins on Monday, too."""
    if len(set(week)) > 1:
        while week[first - 1] == week[first]:
            first = (first - 1) % 7
    return [(first + n) % 7 for n in _WEEK]


def _days(week: Sequence[tuple[Span, ...]], spans: tuple[Span, ...], locale: Locale) -> str:
    if all(day == spans for day in week):
        return _phrase("hours_daily", locale)
    names = locale.days["stand-alone"]["abbreviated"] if locale.language != "ar" else locale.days["format"]["wide"]
    order = _turned(week, locale.first_week_day)
    runs = [[*run] for alike, run in itertools.groupby(order, key=lambda day: week[day] == spans) if alike]
    told = [[names[day] for day in run] if len(run) < 3 else [f"{names[run[0]]}–{names[run[-1]]}"] for run in runs]
    return format_list([*itertools.chain.from_iterable(told)], locale=locale)


def _spans(spans: tuple[Span, ...], locale: Locale) -> str:
    return format_list([_span(span, locale) for span in spans], locale=locale)


def _span(span: Span, locale: Locale) -> str:
    if span == _ALL_DAY:
        return _phrase("hours_all_day", locale)
    skeleton = "Hm" if "H" in locale.time_formats["short"].pattern else "hm"
    return format_interval(_clock(span[0]), _clock(span[1]), skeleton, locale=locale)


def _clock(minute: int) -> datetime.time:
    return datetime.time(minute // 60 % 24, minute % 60)


def _phrase(phrase: str, locale: Locale, **values: str) -> str:
    return render(phrase, values, support_email="", language=locale.language)
