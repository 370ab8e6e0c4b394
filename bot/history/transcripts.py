"""A conversation as the referee takes it, made in one way whether it is stored or rehearsed; and what the referee says
of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from bot.history import views
from bot.store.database import Store
from bot.store.happened import with_their_turns
from bot.store.records import Turn, to_json
from dialogue import events
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Passed, Seen, Transcript, Violation


def make_transcript(
    turns: Sequence[Turn],
    told: Iterable[tuple[int, events.Happening]],
    tickets: Sequence[Passed],
    *,
    required: tuple[str, ...],
    support_email: str,
    settled: bool,
    in_danger: bool | None,
) -> Transcript:
    """A conversation as the referee takes it: turns, what was understood of each, the page's word, what was published
    for it, tickets in their order. `told`: what the tracker was told, each with the turn that it began with
    (`bot.store.happened.with_their_turns`)."""
    understood: dict[int, dict[str, Any]] = {}
    unsaid: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    for first, happening in told:
        if isinstance(happening, events.ShopperSaid):
            understood[first] = orjson.loads(to_json(happening.understood))
        elif isinstance(happening, events.CustomerIdentified):
            unsaid.setdefault(first, []).append(("page", {"name": happening.name, "email": happening.email}))
        elif isinstance(happening, events.AnswerPublished):
            news = {"question": happening.question, "articles": [source.article for source in happening.sources]}
            unsaid.setdefault(first, []).append(("published", news))
    seen: list[Seen] = []
    for turn in turns:
        seen += [Seen(turn.seq - 1, who, understood=what) for who, what in unsaid.pop(turn.seq, ())]
        sources = [dataclasses.asdict(s) for s in turn.sources]
        if turn.files:
            seen.append(Seen(turn.seq, "files"))  # their names are no words of a message
            continue
        known = understood.get(turn.seq) if turn.who == "shopper" else None
        seen.append(Seen(turn.seq, turn.who, turn.text, turn.act, turn.asks, turn.ticket, sources, known))
    last = turns[-1].seq if turns else 0
    seen += [Seen(last, who, understood=what) for rest in unsaid.values() for who, what in rest]
    return Transcript(tuple(seen), support_email, tuple(tickets), required, settled=settled, in_danger=in_danger)


async def transcript(store: Store, id: str, *, support_email: str, settled: bool) -> Transcript:
    """The stored conversation `id` as the referee takes it."""
    told = with_their_turns(await store.happenings(id))
    found = await store.load(id)
    return make_transcript(
        await store.turns(id, limit=100_000),
        told,
        await views.passed(store, id),
        required=found.state.required if found else (),
        support_email=support_email,
        settled=settled,
        in_danger=found.state.danger if found else None,
    )


async def verdict(store: Store, id: str, *, support_email: str, settled: bool = False) -> list[Violation]:
    """What the referee says of one stored conversation; empty where it is lawful."""
    return judge(await transcript(store, id, support_email=support_email, settled=settled))
