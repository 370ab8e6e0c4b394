"""The pages of numbers: figures of some days beside those of the days before."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from starlette.responses import Response

from bot.clock import today
from bot.console import charts
from bot.console.exports import CsvFile
from bot.console.site import Ask, Refused
from bot.console.speech import day, gettext, later, short_day, weekdays
from bot.console.wording import plain
from bot.history.comments import newest_comments
from bot.history.figures import (
    MEANINGS,
    Days,
    alike,
    by_day,
    health,
    measure,
    open_cells,
    ratings,
    reasons_given,
    tickets_made,
    week,
)
from bot.history.search import day_of
from bot.history.shown import groups_as_seen
from bot.history.summaries import OUTCOMES

#: How many days are shown where an address names none, and the most that are.
_DAYS, _LONGEST = 30, 800
_MEAN = later("first answer, mean ms (right)")


def days_of(given: Mapping[str, str]) -> Days:
    """The days an address names; the last thirty where it names none. Raises `Refused`."""
    try:
        last = day_of(given.get("until") or today().isoformat())
        first = day_of(given.get("since") or (last - datetime.timedelta(days=_DAYS - 1)).isoformat())
    except ValueError as error:
        raise Refused(422, gettext("“since” and “until” are days such as 2026-11-21.")) from error
    if not 0 <= (last - first).days < _LONGEST:
        raise Refused(
            422, gettext("“since” must not be after “until”, nor more than %(most)s days before it.", most=_LONGEST)
        )
    return Days(first, last)


async def numbers(ask: Ask) -> Response:
    """The page of numbers, with drawings and the tables beside them."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        now, before = await measure(connection, days), await measure(connection, days.before)
        outcomes, rated = await by_day(connection, days), await ratings(connection, days)
        well, made = await health(connection, days), await tickets_made(connection, days)
        reasons = await reasons_given(connection, days)
    hours = ask.bot.hub.shop.published.hours
    zone = hours.zone if hours else datetime.UTC
    grid = week(made, zone)
    grouped = alike(reasons)[:15]
    if ask.hidden:
        grouped = await groups_as_seen(ask.bot.store, grouped)
    inside = sum(hours.open_at(datetime.datetime.fromtimestamp(at, zone)) for at in made) if hours else 0
    return ask.page(
        "numbers.html",
        days=days,
        before_days=days.before,
        now=now,
        before=before,
        meanings=MEANINGS,
        outcomes=outcomes,
        all_outcomes=OUTCOMES,
        rated=rated,
        well=well,
        grid=grid,
        weekdays=weekdays(),
        most=max(map(max, grid)) or 1,
        open_cells=open_cells(hours),
        hours=ask.bot.settings.hours,
        zone=str(zone),
        inside=inside,
        made=len(made),
        reasons=grouped,
        grouped=len(reasons),
        address=f"since={days.first}&until={days.last}",
        comments=await newest_comments(ask.bot.store, days.bounds, hidden=ask.hidden),
    )


def _day_labels(days: Days) -> list[str]:
    """A label for each day, no two alike: without the year where the days are fewer than a year's."""
    written = day if len(days.each) > 365 else short_day
    return [written(datetime.date.fromisoformat(d)) for d in days.each]


async def drawing(ask: Ask) -> Response:
    """One drawing of the page of numbers."""
    days, name = days_of(dict(ask.request.query_params)), ask.part("name")
    async with ask.bot.store.read() as connection:
        if name == "outcomes":
            found = await by_day(connection, days)
            series = {plain(o): [found[o].get(d, 0) for d in days.each] for o in OUTCOMES if o in found}
            svg = charts.stacked(_day_labels(days), series)
        elif name == "ratings":
            rated = await ratings(connection, days)
            svg = charts.bars([str(score) for score in rated], list(rated.values()), gettext("ratings"))
        elif name == "health":
            well = await health(connection, days)
            shares, means = zip(*(well.get(d, (None, None)) for d in days.each), strict=True)
            series_of = {gettext("not understood, %"): shares, gettext(_MEAN): means}
            svg = charts.lines(_day_labels(days), series_of, right=gettext(_MEAN))
        else:
            raise Refused(404, gettext("There is no such drawing."))
    policy = "default-src 'none'; style-src 'unsafe-inline'"  # the drawing's own styles, in a file shown as an image
    return Response(svg, media_type="image/svg+xml", headers={"Content-Security-Policy": policy})


async def numbers_csv(ask: Ask) -> Response:
    """The numbers of these days and the days before, as CSV."""
    days = days_of(dict(ask.request.query_params))
    async with ask.bot.store.read() as connection:
        now, before = await measure(connection, days), await measure(connection, days.before)
    spans = (f"{each.first} to {each.last}" for each in (days, days.before))
    file = CsvFile(["number", "meaning", *spans])
    for name, (label, meaning, _) in MEANINGS.items():
        file.add((label, meaning, now[name], before[name]))
    await ask.note("export numbers", f"{days.first} to {days.last}")
    return file.download(f"numbers-{days.last}.csv")
