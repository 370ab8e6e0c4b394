"""The one walk over stored happenings: which turns belong to which."""

from types import SimpleNamespace

from bot.store.happened import walk, with_their_turns
from bot.store.records import happenings_to_json
from dialogue import events as e


def _row(seq: int, *told: e.Happening) -> SimpleNamespace:
    return SimpleNamespace(
        seq=seq, at="2026-01-01T00:00:00.000Z", events=happenings_to_json(told), rows='["idle"]', milliseconds=1.5
    )


def test_each_happening_begins_with_the_turn_after_the_one_before() -> None:
    joined, page, left = e.AgentJoined("Maya"), e.CustomerIdentified("Jane Doe", None), e.AgentLeft()
    first, silent, last = walk([_row(2, joined), _row(2, page), _row(4, left)])
    assert (first.first, first.seq) == (1, 2)
    assert (silent.first, silent.seq) == (3, 2), "it brought no turn"
    assert (last.first, last.seq) == (3, 4)
    assert last.rows == ("idle",) and last.milliseconds == 1.5
    assert list(with_their_turns([first, silent, last])) == [(1, joined), (3, page), (3, left)]


def test_a_conversation_without_happenings_tells_nothing() -> None:
    assert list(walk([])) == []
