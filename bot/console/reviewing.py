"""Judging conversations: verdicts with reasons, corrections of what was understood (which `exporting` hands on), who looks at what,
the queue of flags, and random samples with the agreement of two reviewers."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection
from starlette.responses import Response

from bot.clock import now_text, today
from bot.console.site import Ask, Refused
from bot.console.wording import FLAGS as FLAG_WORDS
from bot.console.wording import REASONS, VERDICTS
from bot.history.search import day_of
from bot.history.summaries import FLAGS
from bot.store.console_tables import (
    assignment,
    correction,
    facet,
    review,
    sample,
    sample_item,
    summary,
)
from bot.store.tables import turn
from dialogue.vocabulary import Field, IntentName

STRATA = ("none", "outcome", "language", "flag", "rating")
_LARGEST_SAMPLE = 1_000


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two reviewers' verdicts on the same conversations; None for fewer than two pairs, or where chance
    alone would agree always."""
    if len(pairs) < 2:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[v] * second[v] for v in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


async def reviews_of(ask: Ask, id: str) -> dict[str, Any]:
    """What reviewers said of one conversation. The others' verdicts stay hidden until one's own is given, so that two
    reviewers of a sample judge apart."""
    async with ask.bot.store.read() as connection:
        rows = list(await connection.execute(
            select(review).where(review.c.conversation == id).order_by(review.c.at)))  # fmt: skip
        assigned = await connection.scalar(select(assignment.c.account).where(assignment.c.conversation == id))
        fixes = {
            row.seq: {**row._mapping, "wrong": orjson.loads(row.wrong or "[]")}
            for row in await connection.execute(select(correction).where(correction.c.conversation == id))
        }
    mine = next((row for row in rows if row.account == ask.me.account.id), None)
    others = [row for row in rows if row.account != ask.me.account.id]
    return {
        "mine": mine, "my_reasons": orjson.loads(mine.reasons) if mine else [], "others": others if mine or ask.hidden else [],
        "waiting": 0 if mine else len(others), "assigned": assigned, "corrections": fixes,
    }  # fmt: skip


async def _exists(ask: Ask, id: str) -> None:
    if await ask.bot.store.load(id) is None:
        raise Refused(404, "There is no such conversation (any more).")


async def judge(ask: Ask) -> Response:
    """One's verdict on a conversation; a later one replaces it."""
    id = ask.part("id")
    await _exists(ask, id)
    verdict, reasons = ask.given("verdict"), [str(r) for r in ask.form.getlist("reasons")]
    if verdict not in VERDICTS:
        raise Refused(422, "Choose a verdict: right, wrong or not sure.")
    if unknown := set(reasons) - set(REASONS):
        raise Refused(422, f"Unknown reasons: {', '.join(sorted(unknown))}.")
    row = {"conversation": id, "account": ask.me.account.id, "verdict": verdict, "note": ask.given("note", 2_000),
           "reasons": orjson.dumps(sorted(reasons)).decode(), "at": now_text()}  # fmt: skip

    def job(connection: Connection) -> None:
        own = (review.c.conversation == id) & (review.c.account == ask.me.account.id)
        connection.execute(delete(review).where(own))
        connection.execute(insert(review).values(**row))

    await ask.bot.store.transact(job)
    await ask.note("review", id, verdict)
    return ask.to(f"/console/conversations/{id}?{ask.given('query')}", "Your verdict is saved.")


async def assign(ask: Ask) -> Response:
    """Give a conversation to somebody to look at; empty: to nobody."""
    id, whom = ask.part("id"), ask.given("account")
    await _exists(ask, id)
    people, called = {str(a.id): a for a in await ask.accounts.all() if not a.disabled}, await ask.called()
    if whom and whom not in people:
        raise Refused(422, "There is no such account; choose one of the list.")

    def job(connection: Connection) -> None:
        connection.execute(delete(assignment).where(assignment.c.conversation == id))
        if whom:
            connection.execute(insert(assignment).values(conversation=id, account=int(whom), at=now_text()))

    await ask.bot.store.transact(job)
    await ask.note("assign", id, people[whom].email if whom else "nobody")
    said = f"Assigned to {called[int(whom)]}." if whom else "Assigned to nobody."
    return ask.to(f"/console/conversations/{id}?{ask.given('query')}", said)


async def correct(ask: Ask) -> Response:
    """What should have been understood of one message: its intent, and fields that were missed."""
    id, seq = ask.part("id"), ask.number("seq")
    async with ask.bot.store.read() as connection:
        found = await connection.scalar(select(turn.c.who).where(turn.c.conversation == id, turn.c.seq == seq))
    if found != "shopper":
        raise Refused(422, "Only a shopper's message can be corrected.")
    intent = ask.given("intent")
    if intent and intent not in {i.value for i in IntentName}:
        raise Refused(422, f"“{intent}” is no intent; choose one of the list.")
    wrong = [str(f) for f in ask.form.getlist("wrong")]
    if unknown := set(wrong) - set(Field):
        raise Refused(422, f"Unknown fields: {', '.join(sorted(unknown))}.")
    row = {"conversation": id, "seq": seq, "intent": intent, "wrong": orjson.dumps(sorted(wrong)).decode(), "name": ask.given("name", 200), "email": ask.given("email", 254),
           "reason": ask.given("reason"), "who": ask.me.account.email, "at": now_text(),
           "account": ask.me.account.id}  # fmt: skip

    def job(connection: Connection) -> None:
        connection.execute(delete(correction).where(correction.c.conversation == id, correction.c.seq == seq))
        if wrong or any(row[k] for k in ("intent", "name", "email", "reason")):
            connection.execute(insert(correction).values(**row))

    await ask.bot.store.transact(job)
    await ask.note("correct", f"{id}#{seq}", intent)
    return ask.to(
        f"/console/conversations/{id}?{ask.given('query')}#turn-{seq}",
        "The correction is saved. It is in the training file, and in the test fixture of this chat.",
    )


# ---------------------------------------------------------------- the queue of flags


async def flags(ask: Ask) -> Response:
    """Flagged conversations that nobody has judged yet, the newest first."""
    chosen = ask.request.query_params.get("flag", "")
    if chosen and chosen not in FLAGS:
        raise Refused(422, f"“flag” may be {', '.join(FLAGS)}.")
    judged = select(review.c.conversation)
    raised = select(facet.c.value, func.count()).join(summary, summary.c.id == facet.c.summary)
    raised = raised.where(facet.c.kind == "flag", summary.c.conversation.not_in(judged)).group_by(facet.c.value)
    flagged = select(facet.c.summary).where(facet.c.kind == "flag")
    if chosen:
        flagged = flagged.where(facet.c.value == chosen)
    query = (
        select(summary).where(summary.c.id.in_(flagged), summary.c.conversation.not_in(judged))
        .order_by(summary.c.created_at.desc(), summary.c.id.desc()).limit(50)
    )  # fmt: skip
    async with ask.bot.store.read() as connection:
        counts = {row[0]: row[1] for row in await connection.execute(raised)}
        rows = list(await connection.execute(query))
        marks: dict[int, list[str]] = {}
        of = select(facet.c.summary, facet.c.value).where(
            facet.c.summary.in_([r.id for r in rows]), facet.c.kind == "flag"
        )
        for row in await connection.execute(of):
            marks.setdefault(row.summary, []).append(row.value)
    return ask.page("flags.html", rows=rows, marks=marks, counts=counts, chosen=chosen, flags=FLAGS, words=FLAG_WORDS)


# ---------------------------------------------------------------- random samples


async def samples(ask: Ask) -> Response:
    async with ask.bot.store.read() as connection:
        sizes = select(sample_item.c.sample, func.count().label("size")).group_by(sample_item.c.sample).subquery()
        rows = list(await connection.execute(
            select(sample, sizes.c.size).join(sizes, sizes.c.sample == sample.c.id).order_by(sample.c.id.desc())))  # fmt: skip
    return ask.page("samples.html", rows=rows, called=await ask.called(), strata=STRATA, today=today().isoformat(),
                    month=(today() - datetime.timedelta(days=30)).isoformat())  # fmt: skip


def draw(groups: dict[str, list[str]], size: int, seed: int) -> list[str]:
    """`size` conversations at random, the same for the same `seed`: each group by its share and with at least one, in an order
    that does not tell the group."""
    rng, total = random.Random(seed), sum(map(len, groups.values()))
    chosen: list[str] = []
    rest: list[str] = []
    for _, ids in sorted(groups.items()):
        ids = sorted(ids)
        rng.shuffle(ids)
        share = min(len(ids), max(1, size * len(ids) // max(1, total)))
        chosen += ids[:share]
        rest += ids[share:]
    rng.shuffle(rest)
    rng.shuffle(chosen)
    return (chosen + rest)[:size]


async def make_sample(ask: Ask) -> Response:
    """Draw a sample for an audit."""
    stratum, name = ask.given("stratum"), ask.given("name", 100)
    size = ask.number("size", least=1, most=_LARGEST_SAMPLE)
    seed = ask.number("seed") if ask.given("seed") else 1
    try:
        since, until = (day_of(ask.given(d)) for d in ("since", "until"))
    except ValueError as error:
        raise Refused(422, "The days are like 2026-11-21.") from error
    if stratum not in STRATA or not 1 <= size <= _LARGEST_SAMPLE or not name:
        raise Refused(
            422, f"A sample needs a name, a size from 1 to {_LARGEST_SAMPLE:,} and one of the strata of the list."
        )
    column = {"outcome": summary.c.outcome, "language": summary.c.language, "rating": summary.c.rating}.get(stratum)
    span = (summary.c.created_at >= since.isoformat(),
            summary.c.created_at < (until + datetime.timedelta(days=1)).isoformat())  # fmt: skip
    async with ask.bot.store.read() as connection:
        if stratum == "flag":
            flagged = set(await connection.scalars(select(facet.c.summary).where(facet.c.kind == "flag")))
            rows = [(r.conversation, str(r.id in flagged)) for r in
                    await connection.execute(select(summary.c.conversation, summary.c.id).where(*span))]  # fmt: skip
        elif column is not None:
            rows = [
                (r[0], str(r[1])) for r in await connection.execute(select(summary.c.conversation, column).where(*span))
            ]
        else:
            rows = [(r[0], "") for r in await connection.execute(select(summary.c.conversation).where(*span))]
    if not rows:
        raise Refused(422, "No conversation began in these days.")
    groups: dict[str, list[str]] = {}
    for id, group in rows:
        groups.setdefault(group, []).append(id)
    drawn = draw(groups, size, seed)
    row = {"name": name, "seed": seed, "stratum": stratum, "since": since.isoformat(), "until": until.isoformat(),
           "who": ask.me.account.email, "account": ask.me.account.id, "at": now_text()}  # fmt: skip

    def job(connection: Connection) -> int:
        made = int(connection.execute(insert(sample).values(**row).returning(sample.c.id)).scalar_one())
        items = [{"sample": made, "position": n, "conversation": id} for n, id in enumerate(drawn, 1)]
        connection.execute(insert(sample_item), items)
        return made

    made = await ask.bot.store.transact(job)
    await ask.note("draw sample", str(made), f"{len(drawn)} of {len(rows)}")
    return ask.to(f"/console/samples/{made}", f"{len(drawn)} conversations were drawn of {len(rows)}.")


async def one_sample(ask: Ask) -> Response:
    """A sample with who has judged what, and how far reviewers agree."""
    id = ask.place("id")
    async with ask.bot.store.read() as connection:
        found = (await connection.execute(select(sample).where(sample.c.id == id))).one_or_none()
        if found is None:
            raise Refused(404, "There is no such sample.")
        items = list(await connection.execute(
            select(sample_item.c.position, summary).join(summary, summary.c.conversation == sample_item.c.conversation)
            .where(sample_item.c.sample == id).order_by(sample_item.c.position)))  # fmt: skip
        judged = list(await connection.execute(
            select(review.c.conversation, review.c.verdict, review.c.account)
            .join(sample_item, sample_item.c.conversation == review.c.conversation).where(sample_item.c.sample == id)))  # fmt: skip
    by: dict[int, dict[str, str]] = {}
    for row in judged:
        by.setdefault(row.account, {})[row.conversation] = row.verdict
    called, mine = await ask.called(), by.get(ask.me.account.id, {})
    agreement = []
    for first, second in combinations(sorted(by, key=lambda who: called[who]), 2):
        pairs = [(by[first][c], by[second][c]) for c in by[first] if c in by[second]]
        same = sum(a == b for a, b in pairs)
        agreement.append({"first": called[first], "second": called[second], "both": len(pairs), "same": same,
                          "kappa": kappa(pairs)})  # fmt: skip
    following = next((row.conversation for row in items if row.conversation not in mine), None)
    return ask.page("sample.html", sample=found, items=items, mine=mine, following=following, agreement=agreement,
                    progress={called[who]: len(found) for who, found in by.items()})  # fmt: skip
