"""Every stored conversation before the referee: `askonce audit`, and what the tests left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.clock import now_text, seconds_before
from bot.history import views
from bot.history.transcripts import verdict
from bot.store.database import Store
from dialogue.referee.transcript import Violation

#: A conversation that changed this lately may have a ticket on its way, which is no violation (seconds).
_UNDER_WAY = 60.0


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
