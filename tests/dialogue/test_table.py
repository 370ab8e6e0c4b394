"""The transition table is total, its rows are named by rule, and none is dead."""

from __future__ import annotations

import itertools
import typing

import pytest

from dialogue import events as e
from dialogue.effects import Search
from dialogue.policy import Policy
from dialogue.states import Phase, State, Ticket
from dialogue.tracker import IllegalEvent, step
from dialogue.transitions import TABLE, find
from dialogue.vocabulary import Answer, Field, Signal

EVENTS = typing.get_args(e.TableEvent)
SAMPLES: dict[type, e.TableEvent] = {
    e.NameGiven: e.NameGiven("Jane Doe"),
    e.EmailGiven: e.EmailGiven("jane@example.com"),
    e.ExtraGiven: e.ExtraGiven("order_number", "AB123456"),
    e.ValueRejected: e.ValueRejected(Field.EMAIL, "email_no_at"),
    e.IssueStated: e.IssueStated("my lamp is broken"),
    e.ReviewDemanded: e.ReviewDemanded("I disagree, review it"),
    e.FollowedUp: e.FollowedUp("follow up on my order"),
    e.QuestionAsked: e.QuestionAsked("how long?"),
    e.ScoreSaid: e.ScoreSaid(4),
    e.ArticleFound: e.ArticleFound("60 days", (e.Passage("a", "A", "60 days"),)),
    e.TicketAccepted: e.TicketAccepted("AO-X-1"),
    e.TicketDelayed: e.TicketDelayed("AO-X-1"),
    e.ReferenceTaken: e.ReferenceTaken("Y"),
    e.AnswerPublished: e.AnswerPublished("how long?", "60 days", (e.Passage("a", "A", "60 days"),)),
    e.ShopperRated: e.ShopperRated(5),
    e.AgentJoined: e.AgentJoined("Maya"),
}


@pytest.mark.parametrize(("phase", "event"), list(itertools.product(Phase, EVENTS)))
def test_every_phase_and_event_has_a_row(phase: Phase, event: type) -> None:
    rows = [row for row in TABLE if phase in row.phases and row.event is event]
    assert rows, f"no row for {event.__name__} while {phase}"
    assert rows[-1].when is None, f"the last row for {event.__name__} while {phase} has a guard"
    assert all(row.when is not None for row in rows[:-1]), f"a row after an unguarded one can never be reached: {rows}"
    assert find(State(phase=phase), SAMPLES.get(event) or event()) in rows


def test_rows_are_named_by_rule_and_names_are_unique() -> None:
    names = [row.name for row in TABLE]
    assert len(set(names)) == len(names)
    for name in names:
        head = name.split()[0].rstrip(":")
        assert head in {"order", "courtesy", "help"} or (head[0] == "R" and int(head[1:]) in {*range(1, 20), 21}), name


def _small_alphabet() -> list[e.Happening]:
    """One message for each thing that can be understood, and every outcome from outside."""
    said = [
        {"name": "Jane Doe"}, {"name": "x@y"}, {"email": "jane@example.com"}, {"email": "nope"},
        {"reason": "lamp broken"},
        {"reason": "charged twice"}, {"reason": "?"}, {"question": "how long?"}, {"answer": Answer.AFFIRM},
        {"answer": Answer.DENY}, {"answer": Answer.DENY, "email": "k@new.example"}, {"score": 4}, {"score": 9}, {},
        {"rejected": (e.RejectedValue(Field.EMAIL, "x", "email_no_at"),)},
        {"rejected": (e.RejectedValue(Field.EMAIL, "x", "email_no_at"),), "name": "Bob Roe"},
        {"reason": "follow up", "signals": {Signal.FOLLOWS_UP}}, {"reason": "?", "signals": {Signal.FOLLOWS_UP}},
        {"reason": "unfair decision", "signals": {Signal.DISPUTES}},
        {"reason": "unfair decision", "signals": {Signal.DISPUTES, Signal.WANTS_REVIEW}},
        {"reason": "?", "signals": {Signal.DISPUTES, Signal.WANTS_REVIEW}},
        {"reason": "unfair decision on the lamp", "signals": {Signal.DISPUTES, Signal.WANTS_REVIEW}},
        {"signals": {Signal.WANTS_TICKET, Signal.ABOUT_THAT}}, {"answer": Answer.AFFIRM, "reason": "lamp broken"},
        {"answer": Answer.AFFIRM, "signals": {Signal.WANTS_TICKET}}, {"extra": (("order_number", "AB123456"),)},
        {"extra": (("shoe_size", "44"),)}, {"question": "?"}, {"question": "is the lamp broken"},
        {"reason": "lamp broken", "signals": {Signal.WANTS_TICKET}},
        {"reason": "follow up on my sofa", "signals": {Signal.FOLLOWS_UP}},
        {"reason": "follow up on the broken lamp", "signals": {Signal.FOLLOWS_UP}},
        {"name": "Jane Doe", "signals": {Signal.IN_DANGER}},
        {"name": "Jane Doe", "signals": {Signal.NAME_ASIDE}},
        {"email": "jane@example.com", "signals": {Signal.IN_DANGER}},
        {"extra": (("order_number", "AB123456"),), "signals": {Signal.IN_DANGER}},
    ]  # fmt: skip
    said += [{"signals": {signal}} for signal in Signal]
    found: list[e.Happening] = []
    for one in said:
        more = {**one, "signals": frozenset(one.get("signals", ()))}  # type: ignore[call-overload]
        found.append(e.ShopperSaid(e.Understanding("", **more)))  # type: ignore[arg-type]
    found += [
        e.TicketAccepted("AO-T-1"),
        e.TicketDelayed("AO-T-1"),
        e.ReferenceTaken("U"),
        e.AnswerPublished("how long?", "60 days", (e.Passage("a", "A", "60 days"),)),
        e.ShopperRated(5),
        e.ShopperRated(0),
    ]
    found += [
        e.CustomerIdentified("Jane Doe", "jane@example.com"),
        e.ArticleFound("60 days", ()),
        e.NothingFound(),
        e.NothingFound(False),
        e.FilesSent(),
        e.AgentJoined("Maya"),
        e.AgentJoined("Noor"),
        e.AgentSaid(),
        e.AgentLeft(),
        e.AgentLeft(settled=True),
        e.AgentLeft(gone=""),
        e.AgentLeft(gone="an earlier one"),
    ]
    return found


def test_no_row_is_dead() -> None:
    """Breadth first over a small alphabet: every row decides somewhere, refusing rows included."""
    used: set[str] = set()
    first = State(stem="T", required=("order_number",))
    filed = State(
        stem="T", tickets=(Ticket("AO-T-1", "Jane Doe", "jane@example.com", "unfair decision", dispute=True),)
    )
    quiet = State(stem="T", phase=Phase.SILENT, reason="lamp broken", useless=2)
    unfair = Ticket("AO-T-2", "Jane Doe", "jane@example.com", "unfair decision on the lamp", dispute=True)
    lamp = (Ticket("AO-T-1", "Jane Doe", "jane@example.com", "lamp broken"), unfair)
    asked = "is the lamp broken"
    frontier = [
        first,
        step(Policy(), filed, e.AgentJoined("Maya")).state,
        State(stem="T", tickets=lamp, last_question=asked),
        State(stem="T", tickets=lamp, phase=Phase.OFFERED, reason="charged twice"),
        State(stem="T", tickets=lamp, phase=Phase.COLLECTING, reason="charged twice", required=("order_number",)),
        State(stem="T", reason="lamp broken", declined=True, last_question=asked),
        quiet,
        State(stem="T", phase=Phase.OFFERED, required=("order_number",)),
    ]
    seen = set(frontier)
    refused = {row.name for row in TABLE if row.name.startswith("order")}
    for _ in range(5):
        following: list[State] = []
        for state in frontier:
            for happening in _small_alphabet():
                try:
                    decision = step(Policy(fruitless_limit=2), state, happening)
                except IllegalEvent:
                    continue
                used |= set(decision.rows)
                if any(isinstance(effect, Search) for effect in decision.effects):
                    for answer in (e.ArticleFound("60 days", ()), e.NothingFound(), e.NothingFound(False)):
                        after = step(Policy(fruitless_limit=2), decision.state, answer)
                        used |= set(after.rows)
                        following.append(after.state)
                else:
                    following.append(decision.state)
        frontier = []
        for state in following:
            if state not in seen and len(seen) < 4000:
                seen.add(state)
                frontier.append(state)
        if {row.name for row in TABLE} - used - refused == set():
            break
    assert {row.name for row in TABLE} - used - refused == set(), "dead rows"


@pytest.mark.parametrize("event", EVENTS)
def test_refusing_rows_change_nothing(event: type) -> None:
    state = State(phase=Phase.LOOKING_UP)
    sample = SAMPLES.get(event) or event()
    row = find(state, sample)
    if row.name.startswith("order"):
        with pytest.raises(IllegalEvent):
            row.do(state, sample, Policy())
    assert state == State(phase=Phase.LOOKING_UP)
