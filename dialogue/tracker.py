"""`step(policy, state, happening) -> Decision`: folds a happening through the table. Pure and total.

An illegal happening raises `IllegalEvent` and changes nothing, since nothing here is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogue import events as e
from dialogue.effects import Effect
from dialogue.facts import facts
from dialogue.outcomes import IllegalEvent
from dialogue.policy import Policy
from dialogue.states import State, TurnNotes, changed
from dialogue.transitions import find
from dialogue.validity import could_be_language

__all__ = ["Decision", "IllegalEvent", "replay", "step"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after, the effects in order, the names of the rows that decided, and for each effect its row (`causes`,
    as long as `effects`): the answer to "why?"."""

    state: State
    effects: tuple[Effect, ...]
    rows: tuple[str, ...]
    causes: tuple[str, ...]


def step(policy: Policy, state: State, happening: e.Happening) -> Decision:
    """Decide one happening. Raises `IllegalEvent` where it cannot come in this phase (one search at a time)."""
    steps: tuple[e.TableEvent, ...]
    if isinstance(happening, e.ShopperSaid):
        steps = (*facts(happening.understood), e.TurnEnded())
        if could_be_language(happening.understood.language):
            state = changed(state, language=happening.understood.language)
        if not state.turn.open:
            state = changed(state, turn=TurnNotes(open=True))
    elif isinstance(happening, e.ArticleFound | e.NothingFound):
        steps = (happening, e.TurnEnded())  # a search was the last thing its message waited for
    else:
        steps = (happening,)
    effects: list[Effect] = []
    rows: list[str] = []
    causes: list[str] = []
    for event in steps:
        row = find(state, event)
        state, more = row.do(state, event, policy)
        effects.extend(more)
        rows.append(row.name)
        causes += [row.name] * len(more)
    return Decision(state, tuple(effects), tuple(rows), tuple(causes))


def replay(policy: Policy, state: State, happenings: Iterable[e.Happening]) -> State:
    """The state after all `happenings`: what a conversation's stored turns fold to."""
    for happening in happenings:
        state = step(policy, state, happening).state
    return state
