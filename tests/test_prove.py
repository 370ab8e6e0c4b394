"""A small share of `make prove`, every time; and proof that it can fail."""

from __future__ import annotations

from collections import Counter

import pytest

from dialogue import transitions
from dialogue.transitions import Row
from tests.prove import exhaust, share_of_storms, wander


def test_a_share_of_the_exhaustive_part_finds_nothing() -> None:
    states, problems = exhaust(6.0, list[str]().append, Counter())
    assert states > 100
    assert problems == []


def test_a_share_of_the_random_part_finds_nothing() -> None:
    conversations, problems = wander(12_000, 3, list[str]().append, Counter())
    assert conversations > 500
    assert problems == []


def test_a_share_of_the_storms_loses_and_doubles_nothing() -> None:
    counts, problems = share_of_storms(60, 11)
    assert problems == []
    assert counts["conversations"] == 60 and counts["tickets"] > 10
    bad = {mood: n for mood, n in counts.items() if mood.startswith("helpdesk ")}
    assert len(bad) >= 4 and sum(bad.values()) >= 10, f"the storm was no storm: {bad}"


#: Rows of the table broken on purpose: the name of the row, and the row whose action it gets instead. The referee must see each.
BROKEN = {
    "R2 a name is kept": "R9 nothing was recognised",
    "R2 an address is kept": "R9 nothing was recognised",
    "R7 a yes before the offer is made agrees to nothing": "R7 yes to the offer",
    "R7 yes to the offer": "R10 no to the offer",
    "R10 no to the offer": "R7 yes to the offer",
    "R10 never mind declines the offer": "R7 yes to the offer",
    "R11 an update: the support email": "R15 chit-chat gets a fixed reply",
    "R14 the approved contact answer": "R15 chit-chat gets a fixed reply",
    "R17 a secret was masked: say so": "R9 nothing was recognised",
    "R8 complete means file": "R9 ask for all that is missing",
    "R9 remind, or stop asking": "R9 ask for all that is missing",
    "R10 the offer stands": "R10 the offer is made",
    "R9 no more asking": "R9 ask for all that is missing",
    "R13 goodbye with a ticket half collected": "R8 complete means file",
    "R18 disagreement that asks for review: issue and consent": "R10 an issue without consent: offer",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutation: one row gets another row's action; exhaustion or wandering must break a rule, or the bot itself."""
    by_name = {row.name: row for row in transitions.TABLE}
    broken = Row(name, by_name[name].phases, by_name[name].event, by_name[BROKEN[name]].do, by_name[name].when)
    index = {key: [broken if row.name == name else row for row in rows] for key, rows in transitions._INDEX.items()}
    monkeypatch.setattr(transitions, "_INDEX", index)
    try:
        problems = wander(8_000, 5, list[str]().append, Counter())[1]
    except (AssertionError, AttributeError, IndexError, StopIteration) as error:
        problems = [f"the bot fell over: {type(error).__name__}"]
    assert problems, f"nobody noticed that {name!r} does what {BROKEN[name]!r} should"
