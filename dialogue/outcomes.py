"""What an action gives back, and the small words it is made of: a note of what happened, a phrase that is said.

No rule lives here; rules are rows (`dialogue.transitions`), and what rows do is in `actions`, `closing` and `attended`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dialogue.effects import Effect, Say
from dialogue.policy import Policy
from dialogue.states import State, changed

#: The state after, and what the shell is asked to do, in order.
Outcome = tuple[State, tuple[Effect, ...]]
#: What a row does with the state and the fact that it decides.
Action = Callable[[State, Any, Policy], Outcome]


class IllegalEvent(Exception):
    """This event cannot come in this phase; the state is unchanged."""


def note(state: State, **changes: Any) -> State:
    """With these of the turn's notes anew; they are gone when the message is done."""
    return changed(state, turn=changed(state.turn, **changes))


def noted(state: State, what: str) -> State:
    """With one more thing that the reply may acknowledge."""
    return note(state, noted=(*state.turn.noted, what))


def say(state: State, *says: Say) -> Outcome:
    """These phrases are said, and the turn's notes know it."""
    return note(state, said=(*state.turn.said, *(s.act for s in says))), says


def then(outcome: Outcome, more: Callable[[State], Outcome]) -> Outcome:
    """First the one, then the other: the last state, and the effects of both in order."""
    state, effects = more(outcome[0])
    return state, (*outcome[1], *effects)
