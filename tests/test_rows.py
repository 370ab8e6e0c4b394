"""What single rows of the table must do, where neither the referee nor a dialogue case could tell: a list for people to read.

Each check is a plain function without arguments, so that `make mutate` can ask them too.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue import events as e
from dialogue.effects import Announce, Effect, FileTicket, RecordGap, RecordRating, Say, Search
from dialogue.states import Phase, State, TicketStatus, TurnNotes, changed
from dialogue.tracker import step
from dialogue.vocabulary import Act, Answer, Signal
from tests.prove import said

POLICY = e.Policy()
COLLECTING = State(stem="R", phase=Phase.COLLECTING, reason="the lamp is broken")


def tell(state: State, *happenings: e.Happening) -> tuple[State, list[Effect]]:
    """The state after, and the effects of the last happening."""
    effects: tuple[Effect, ...] = ()
    for happening in happenings:
        decision = step(POLICY, state, happening)
        state, effects = decision.state, decision.effects
    return state, list(effects)


def acts(effects: list[Effect]) -> list[Act]:
    return [x.act for x in effects if isinstance(x, Say)]


def filed() -> State:
    """A conversation with one ticket on its way."""
    everything = said(
        name="Jane Doe", email="jane@example.com", reason="the lamp is broken", signals={Signal.WANTS_TICKET}
    )
    return tell(State(stem="R"), everything)[0]


def test_r4_the_reason_said_again_is_not_written_twice() -> None:
    state, effects = tell(COLLECTING, said(reason="the lamp is broken"))
    assert state.reason == "the lamp is broken"
    assert acts(effects) == [Act.REMIND]


def test_r4_detail_is_appended() -> None:
    state, _ = tell(COLLECTING, said(reason="two chairs are missing as well"))
    assert state.reason == "the lamp is broken\ntwo chairs are missing as well"


def test_r4_at_an_offer_the_same_is_acknowledged_as_noted_and_more_as_added() -> None:
    offered, _ = tell(State(stem="R"), said(reason="the lamp is broken"), e.NothingFound())
    follows = {Signal.FOLLOWS_UP}
    for message, phrase in (
        (said(reason="my lamp is broken"), "offer_stands_same_reason"),
        (said(reason="the plug sparks"), "offer_stands_detail"),
        (said(reason="follow up on my order", signals=follows), "offer_stands_same_reason"),
        (said(reason="following up on my sofa", signals=follows), "offer_stands_detail"),
    ):
        _, effects = tell(offered, message)
        assert [x.phrase for x in effects if isinstance(x, Say)] == [phrase]
    asked, _ = tell(State(stem="R"), said(signals={Signal.WANTS_TICKET}))
    assert acts(tell(asked, said(reason="the lamp is broken"))[1]) == [Act.ASK]


def test_r12_what_is_filed_is_pointed_at_while_another_ticket_is_collected() -> None:
    dispute = "the refusal of my return of the mirror is unfair"
    signals = {Signal.DISPUTES, Signal.WANTS_REVIEW}
    state, _ = tell(filed(), said(reason=dispute, signals=signals))
    assert [t.dispute for t in state.tickets] == [False, True]
    state = changed(state, phase=Phase.COLLECTING, required=("order_number",))
    state, _ = tell(state, said(reason="the rug smells of petrol"))
    for message, reference in (
        (said(reason="the lamp is broken"), "AO-R-1"), (said(reason=dispute, signals=signals), "AO-R-2"),
        (said(reason="follow up on my lamp", signals={Signal.FOLLOWS_UP}), "AO-R-1"),
    ):  # fmt: skip
        after, effects = tell(state, message)
        assert acts(effects) == [Act.UPDATE_REDIRECT, Act.REMIND] and after.reason == "the rug smells of petrol"
        assert isinstance(effects[0], Say) and effects[0].reference == reference


def test_r7_a_no_beside_a_field_corrects_and_refuses_nothing() -> None:
    known = tell(COLLECTING, said(email="old@example.com"))[0]
    state, effects = tell(known, said(answer=Answer.DENY, email="new@example.com"))
    assert state.phase is Phase.COLLECTING and state.email == "new@example.com"
    assert not {Act.CANCELLED, Act.DECLINED} & set(acts(effects))


def test_r10_a_bare_no_while_collecting_stops_it() -> None:
    state, effects = tell(COLLECTING, said(answer=Answer.DENY))
    assert state.phase is Phase.IDLE and acts(effects)[0] is Act.CANCELLED


def test_r13_saved_is_said_once_with_the_reference() -> None:
    state = filed()
    reference = state.tickets[0].reference
    state, effects = tell(state, e.TicketDelayed(reference))
    assert acts(effects) == [Act.TICKET_SAVED] and state.tickets[0].status is TicketStatus.SAVED
    assert isinstance(effects[0], Say) and effects[0].reference == reference
    assert tell(state, e.TicketDelayed(reference)) == (state, [])


def test_r8_filed_is_said_once_and_saved_never_after_it() -> None:
    state = filed()
    reference = state.tickets[0].reference
    state, effects = tell(state, e.TicketAccepted(reference))
    assert acts(effects) == [Act.TICKET_FILED] and state.tickets[0].status is TicketStatus.FILED
    assert tell(state, e.TicketAccepted(reference)) == (state, [])
    assert tell(state, e.TicketDelayed(reference)) == (state, [])


def test_r13_an_unknown_ticket_says_nothing() -> None:
    state = filed()
    assert tell(state, e.TicketDelayed("AO-OTHER-1")) == (state, [])
    assert tell(state, e.TicketAccepted("AO-OTHER-1")) == (state, [])


def test_r15_what_is_not_the_shops_matter_gets_no_offer_and_no_gap() -> None:
    state, effects = tell(State(stem="R"), said(question="who won the match?"))
    assert any(isinstance(x, Search) for x in effects)
    state, effects = tell(state, e.NothingFound(in_scope=False))
    assert acts(effects) == [Act.SMALLTALK] and not any(isinstance(x, RecordGap) for x in effects)
    assert state.phase is Phase.IDLE and state.reason is None


def test_r15_a_question_without_an_article_is_a_gap_and_the_reason() -> None:
    state, effects = tell(State(stem="R"), said(question="is the desk oak?"), e.NothingFound())
    assert acts(effects) == [Act.NO_ANSWER, Act.OFFER_TICKET]
    assert [x.question for x in effects if isinstance(x, RecordGap)] == ["is the desk oak?"]
    assert state.reason == "is the desk oak?"


def test_r19_a_rating_is_kept_once() -> None:
    state, effects = tell(State(stem="R"), e.ShopperRated(4, "quick"))
    assert [(x.score, x.comment) for x in effects if isinstance(x, RecordRating)] == [(4, "quick")]
    assert state.rated and acts(effects) == [Act.THANKS]
    assert tell(state, e.ShopperRated(5)) == (state, [])


def test_r19_what_is_no_rating_is_not_kept() -> None:
    for score in (0, 6, -1):
        assert tell(State(stem="R"), e.ShopperRated(score)) == (State(stem="R"), [])


def test_r19_a_number_in_words_counts_only_right_after_the_invitation() -> None:
    invited, effects = tell(State(stem="R"), said(signals={Signal.GOODBYE}))
    assert Act.INVITE_RATING in acts(effects)
    state, effects = tell(invited, said(score=4))
    assert [x.score for x in effects if isinstance(x, RecordRating)] == [4] and state.rated
    for before, score in ((State(stem="R"), 4), (invited, 9), (state, 5)):
        _, effects = tell(before, said(score=score))
        assert not any(isinstance(x, RecordRating) for x in effects), (before, score)


def test_r1_a_required_field_is_kept_replaced_and_passed_and_no_other_is() -> None:
    state = State(stem="R", required=("order_number",), phase=Phase.COLLECTING, reason="the lamp is broken")
    assert state.missing == ("name", "email", "order_number")
    state, effects = tell(state, said(extra=(("shoe_size", "44"),)))
    assert state.extra == () and acts(effects) == [Act.REMIND]
    state, effects = tell(state, said(extra=(("order_number", "AB123456"),)))
    assert dict(state.extra) == {"order_number": "AB123456"} and acts(effects) == [Act.ASK]
    state, _ = tell(state, said(extra=(("order_number", "CD123456"),)))
    assert dict(state.extra) == {"order_number": "CD123456"}
    state, effects = tell(state, said(name="Jane Doe", email="jane@example.com"))
    assert [x.extra for x in effects if isinstance(x, FileTicket)] == [(("order_number", "CD123456"),)]
    assert state.extra == () and len(state.tickets) == 1


# ---------------------------------------------------------------- beside a person of the shop


def test_help_each_person_is_announced_once_and_by_their_own_name() -> None:
    state, effects = tell(State(stem="R"), e.AgentJoined("Maya"))
    assert [x.values for x in effects if isinstance(x, Announce)] == [{"agent": "Maya"}] and state.agent == "Maya"
    assert tell(state, e.AgentJoined("Maya")) == (state, [])
    after, effects = tell(state, e.AgentJoined("Noor"))
    assert [x.values for x in effects if isinstance(x, Announce)] == [{"agent": "Noor"}] and after.agent == "Noor"
    assert after.paused is state.paused


def test_help_a_message_beside_a_person_is_over_when_it_ends() -> None:
    attended, _ = tell(State(stem="R"), e.AgentJoined("Maya"))
    for message in (said(), said(name="Jane Doe"), said(signals={Signal.THANKS}), said(question="how long?")):
        state, effects = tell(attended, message)
        assert state.turn == TurnNotes() and effects == [] and state.phase is Phase.ATTENDED


def test_r12_nothing_of_a_filed_ticket_becomes_a_new_one_beside_a_person() -> None:
    dispute = said(reason="unfair refund decision", signals={Signal.DISPUTES, Signal.WANTS_REVIEW})
    disputed, _ = tell(State(stem="R"), said(name="Jane Doe", email="jane@example.com"), dispute)
    for start, messages in (
        (filed(), (said(reason="the lamp is broken"), said(reason="follow up on my lamp", signals={Signal.FOLLOWS_UP}),
                   said(signals={Signal.WANTS_TICKET}))),
        (disputed, (dispute,)),
    ):  # fmt: skip
        assert len(start.tickets) == 1
        for message in messages:
            state, effects = tell(start, e.AgentJoined("Maya"), message)
            assert effects == [] and state.reason is None and state.paused is Phase.IDLE and len(state.tickets) == 1


def test_what_is_changed_is_a_field_that_there_is() -> None:
    state = State(name="Jane Doe")
    after = changed(state, email="jane@example.com")
    assert (after.name, after.email, state.email) == ("Jane Doe", "jane@example.com", None)
    assert after == replace(state, email="jane@example.com") and hash(after) == hash(
        replace(state, email="jane@example.com")
    )
    with pytest.raises(TypeError, match="no mail"):
        changed(state, mail="jane@example.com")
