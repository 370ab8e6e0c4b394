"""Stored conversations before the referee: `askonce audit`, the console's verdict, and the replays' last word."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.clock import now_text, seconds_before
from bot.history import views
from bot.store.database import Store
from bot.store.records import Turn, happenings_from_json, to_json
from dialogue import events
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Passed, Seen, Transcript, Violation

#: A conversation that changed this lately may have a ticket on its way, which is no violation (seconds).
_UNDER_WAY = 60.0


def make_transcript(
    turns: Sequence[Turn],
    told: Sequence[tuple[int, tuple[events.Happening, ...]]],
    tickets: Sequence[Passed],
    *,
    required: tuple[str, ...],
    support_email: str,
    settled: bool,
) -> Transcript:
    """A conversation as the referee takes it: turns, what was understood of each, the page's word, tickets in their order.
    `told`: what the tracker was told, with the latest seq after each time."""
    understood: dict[int, dict[str, Any]] = {}
    pages: dict[int, list[dict[str, Any]]] = {}
    first = 1
    for seq, happenings in told:
        for happening in happenings:
            if isinstance(happening, events.ShopperSaid):
                understood[first] = orjson.loads(to_json(happening.understood))
            elif isinstance(happening, events.CustomerIdentified):
                pages.setdefault(first, []).append({"name": happening.name, "email": happening.email})
        first = seq + 1
    seen: list[Seen] = []
    for turn in turns:
        seen += [Seen(turn.seq - 1, "page", understood=page) for page in pages.pop(turn.seq, ())]
        sources = [dataclasses.asdict(s) for s in turn.sources]
        known = understood.get(turn.seq) if turn.who == "shopper" else None
        seen.append(Seen(turn.seq, turn.who, turn.text, turn.act, turn.asks, turn.ticket, sources, known))
    last = turns[-1].seq if turns else 0
    seen += [Seen(last, "page", understood=page) for rest in pages.values() for page in rest]
    return Transcript(tuple(seen), support_email, tuple(tickets), required, settled=settled)


async def transcript(store: Store, id: str, *, support_email: str, settled: bool) -> Transcript:
    """The stored conversation `id` as the referee takes it."""
    told = [(row.seq, happenings_from_json(row.events)) for row in await store.happenings(id)]
    found = await store.load(id)
    return make_transcript(
        await store.turns(id, limit=100_000),
        told,
        await views.passed(store, id),
        required=found.state.required if found else (),
        support_email=support_email,
        settled=settled,
    )


async def verdict(store: Store, id: str, *, support_email: str, settled: bool = False) -> list[Violation]:
    """What the referee says of one stored conversation; empty where it is lawful."""
    return judge(await transcript(store, id, support_email=support_email, settled=settled))


@dataclass
class Audit:
    """What an audit found: conversations and turns judged, and violations by conversation."""

    conversations: int = 0
    turns: int = 0
    found: dict[str, list[Violation]] = field(default_factory=dict)

    @property
    def by_rule(self) -> Counter[str]:
        return Counter(v.rule for violations in self.found.values() for v in violations)

    def as_json(self) -> dict[str, Any]:
        """The form of `askonce audit --format json`."""
        return {
            "conversations": self.conversations,
            "turns": self.turns,
            "violations": sum(self.by_rule.values()),
            "by_rule": dict(sorted(self.by_rule.items())),
            "found": [
                {"conversation": id, "rule": v.rule, "seq": v.seq, "reason": v.reason}
                for id, violations in self.found.items()
                for v in violations
            ],
        }


async def audit(store: Store, *, support_email: str, since: str | None, step: Callable[[], None]) -> Audit:
    """Judge every conversation changed at or after `since` (ISO 8601; None: all of them); `step` after each."""
    result = Audit()
    recent = seconds_before(now_text(), _UNDER_WAY)
    async for id, updated_at, seq in views.changed(store, since):
        settled = updated_at < recent
        violations = await verdict(store, id, support_email=support_email, settled=settled)
        result.conversations += 1
        result.turns += seq
        if violations:
            result.found[id] = violations
        step()
    return result
