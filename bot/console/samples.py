"""Random samples for an audit: drawing one, and who has judged what of it, with the agreement of each two reviewers."""

from __future__ import annotations

import datetime
from itertools import combinations

from starlette.responses import Response

from bot.clock import today
from bot.console.site import Ask, Refused
from bot.console.speech import gettext, ngettext, number
from bot.history.samples import STRATA, draw, groups_between, kappa, keep_sample, read_sample, samples_drawn
from bot.history.search import day_of

_LARGEST = 1_000


async def samples(ask: Ask) -> Response:
    """The samples that were drawn, and the form for another."""
    rows, day = await samples_drawn(ask.bot.store), today()
    return ask.page(
        "samples.html",
        rows=rows,
        called=await ask.called(),
        strata=STRATA,
        today=day.isoformat(),
        month=(day - datetime.timedelta(days=30)).isoformat(),
    )


async def make_sample(ask: Ask) -> Response:
    """Draw a sample for an audit."""
    stratum, name = ask.given("stratum"), ask.given("name", 100)
    size = ask.number("size", least=1, most=_LARGEST)
    seed = ask.number("seed") if ask.given("seed") else 1
    try:
        since, until = (day_of(ask.given(d)) for d in ("since", "until"))
    except ValueError as error:
        raise Refused(422, gettext("The days are like 2026-11-21.")) from error
    if stratum not in STRATA or not name:
        raise Refused(
            422,
            gettext(
                "A sample needs a name, a size from 1 to %(most)s and one of the strata of the list.",
                most=number(_LARGEST),
            ),
        )
    groups = await groups_between(ask.bot.store, since, until, stratum)
    if not groups:
        raise Refused(422, gettext("No conversation began in these days."))
    drawn, of = draw(groups, size, seed), sum(map(len, groups.values()))
    made = await keep_sample(
        ask.bot.store,
        drawn,
        name=name,
        seed=seed,
        stratum=stratum,
        since=since,
        until=until,
        who=ask.me.account.email,
        account=ask.me.account.id,
    )
    await ask.note("draw sample", str(made), f"{len(drawn)} of {of}")
    said = ngettext(
        "%(num)s conversation was drawn of %(all)s.",
        "%(num)s conversations were drawn of %(all)s.",
        len(drawn),
        all=number(of),
    )
    return ask.to(f"/console/samples/{made}", said)


async def one_sample(ask: Ask) -> Response:
    """A sample with who has judged what, and how far reviewers agree."""
    found = await read_sample(ask.bot.store, ask.place("id"))
    if found is None:
        raise Refused(404, gettext("There is no such sample."))
    by, called = found.verdicts, await ask.called()
    mine = by.get(ask.me.account.id, {})
    agreement = []
    for first, second in combinations(sorted(by, key=lambda who: called[who]), 2):
        pairs = [(by[first][c], by[second][c]) for c in by[first] if c in by[second]]
        agreement.append(
            {
                "first": called[first],
                "second": called[second],
                "both": len(pairs),
                "same": sum(a == b for a, b in pairs),
                "kappa": kappa(pairs),
            }
        )
    return ask.page(
        "sample.html",
        sample=found.row,
        items=found.items,
        mine=mine,
        following=next((row.conversation for row in found.items if row.conversation not in mine), None),
        agreement=agreement,
        progress={called[who]: len(judged) for who, judged in by.items()},
    )
