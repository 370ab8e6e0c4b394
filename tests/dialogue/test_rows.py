"""What single rows of the table must do, where neither the referee nor a dialogue case could tell: a list for people to
read. Each check is a plain function without arguments, so that `make mutate` can ask them too."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from dialogue import events as e
from dialogue.effects import Announce, Effect, FileTicket, RecordGap, RecordRating, Say, Search
from dialogue.policy import Policy
from dialogue.states import Phase, State, TicketStatus, TurnNotes, changed
from dialogue.tracker import step
from dialogue.vocabulary import Act, Answer, Signal
from tests.proofs.prove import said

POLICY = Policy()
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


def test_r2_a_bare_name_beside_an_offer_is_kept_and_is_no_consent() -> None:
    offered, _ = tell(State(stem="R"), said(reason="the lamp is broken"), e.NothingFound())
    state, effects = tell(offered, said(name="Jane Doe", signals={Signal.NAME_ASIDE}))
    assert (state.phase, state.name) == (Phase.OFFERED, "Jane Doe")
    assert Act.ASK not in acts(effects)
    assert tell(offered, said(name="Jane Doe"))[0].phase is Phase.COLLECTING


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


def test_r12_another_stem_serves_the_next_ticket_and_the_earlier_ones_keep_theirs() -> None:
    state = filed()
    first = state.tickets[0].reference
    state, effects = tell(state, e.ReferenceTaken("Q"))
    assert effects == [] and state.next_reference == "AO-Q-2" and [t.reference for t in state.tickets] == [first]
    again, _ = tell(state, e.ReferenceTaken("S"))
    assert again.beginning == state.beginning == State(stem="R"), "a fold of its happenings begins where it began"


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


# ---------------------------------------------------------------- R13: nobody waits for ever


ARTICLE = e.ArticleFound("60 days", (e.Passage("a", "A", "60 days"),))


def attended(*messages: e.Happening, before: State = State(stem="R")) -> State:
    """A conversation that a person of the shop has joined, with what was said since."""
    return tell(before, e.AgentJoined("Maya", "stay"), *messages)[0]


def test_r13_only_the_stay_whose_lease_ran_out_ends() -> None:
    state = attended()
    assert tell(state, e.AgentLeft(gone="an earlier one")) == (state, [])
    after, effects = tell(state, e.AgentLeft(gone="stay"))
    assert after.phase is Phase.IDLE and after.agent is None and after.presence == ""
    assert [(x.phrase, x.values) for x in effects if isinstance(x, Announce)] == [("agent_gone", {"agent": "Maya"})]
    assert tell(after, e.AgentLeft(gone="stay")) == (after, [])


def test_r13_another_person_who_takes_over_has_a_stay_of_their_own() -> None:
    state, _ = tell(attended(), e.AgentJoined("Noor", "another"))
    assert tell(state, e.AgentLeft(gone="stay")) == (state, [])
    assert tell(state, e.AgentLeft(gone="another"))[0].agent is None
    assert tell(attended(), e.AgentJoined("Maya", "again"))[0].presence == "stay"


def test_r13_who_has_their_answer_is_told_and_no_more() -> None:
    answered = attended(said(question="is it oak?"), e.AgentSaid())
    assert [type(x) for x in tell(answered, e.AgentLeft(gone="stay"))[1]] == [Announce]
    assert [type(x) for x in tell(attended(), e.AgentLeft(gone="stay"))[1]] == [Announce]


def test_r13_a_question_left_unanswered_is_looked_up() -> None:
    left = attended(said(question="is it oak?"), said())
    state, effects = tell(left, e.AgentLeft(gone="stay"))
    assert [x.text for x in effects if isinstance(x, Search)] == ["is it oak?"] and state.phase is Phase.LOOKING_UP
    found, effects = tell(state, ARTICLE)
    assert acts(effects) == [Act.ANSWER] and found.phase is Phase.IDLE and found.last_question == "is it oak?"
    nothing, effects = tell(state, e.NothingFound())
    assert acts(effects) == [Act.NO_ANSWER, Act.OFFER_TICKET] and nothing.reason == "is it oak?"


def test_r13_an_issue_left_unanswered_is_offered_unless_it_was_refused() -> None:
    state, effects = tell(attended(said(reason="the lamp is broken")), e.AgentLeft(gone="stay"))
    assert acts(effects) == [Act.GIVE_EMAIL, Act.OFFER_TICKET]
    assert state.phase is Phase.OFFERED and state.reason == "the lamp is broken" and state.turn == TurnNotes()
    refused, _ = tell(State(stem="R"), said(reason="the lamp is broken"), ARTICLE, said(answer=Answer.DENY))
    assert refused.declined
    state, effects = tell(attended(said(), before=refused), e.AgentLeft(gone="stay"))
    assert acts(effects) == [Act.GIVE_EMAIL] and state.phase is Phase.IDLE
    raised = attended(said(reason="charged twice"), before=refused)
    assert acts(tell(raised, e.AgentLeft(gone="stay"))[1]) == [Act.GIVE_EMAIL, Act.OFFER_TICKET]


def test_r13_an_issue_and_a_question_get_the_answer_and_then_the_offer() -> None:
    left = attended(said(reason="the lamp is broken", question="how long?"))
    _, effects = tell(left, e.AgentLeft(gone="stay"), ARTICLE)
    assert acts(effects) == [Act.ANSWER, Act.OFFER_TICKET]


def test_r13_what_was_agreed_to_goes_on_without_an_offer() -> None:
    for phase in (Phase.COLLECTING, Phase.SILENT):
        open_one = State(stem="R", phase=phase, reason="the lamp is broken")
        state, effects = tell(attended(said(), before=open_one), e.AgentLeft(gone="stay"))
        assert acts(effects) == [Act.GIVE_EMAIL] and state.phase is phase
        assert all(not x.asks for x in effects if isinstance(x, Say))


def test_r13_the_third_reply_that_brings_nothing_names_the_way_out() -> None:
    nothing = [
        said(),
        said(signals={Signal.CHATS}),
        said(signals={Signal.GREETING}),
        said(answer=Answer.AFFIRM),
        said(score=4),
    ]
    for one, two, three in itertools.product(nothing, repeat=3):
        state, effects = tell(State(stem="R"), one, two, three)
        assert [a for a in acts(effects) if a is not Act.SMALLTALK] == [Act.GIVE_EMAIL, Act.OFFER_TICKET]
        assert state.phase is Phase.OFFERED and state.useless == 0 and state.reason is None


def test_r13_progress_begins_the_count_anew_and_thanks_leave_it_alone() -> None:
    for progress in (said(name="Jane Doe"), said(signals={Signal.ASKS_CONTACT}), said(signals={Signal.ASKS_UPDATE})):
        assert acts(tell(State(stem="R"), said(), said(), progress, said())[1]) == [Act.CLARIFY]
    asked, _ = tell(State(stem="R"), said(), said(), said(question="how long?"), ARTICLE)
    assert asked.useless == 0
    thanked = said(signals={Signal.THANKS})
    assert acts(tell(State(stem="R"), said(), said(), thanked, said())[1]) == [Act.GIVE_EMAIL, Act.OFFER_TICKET]


def test_r13_the_way_out_offers_nothing_that_was_refused_or_filed_nor_to_a_no() -> None:
    refused, _ = tell(State(stem="R"), said(), said(), said(), said(answer=Answer.DENY))
    for start in (refused, filed()):
        assert acts(tell(start, said(), said(), said())[1]) == [Act.GIVE_EMAIL]
    for no in (said(answer=Answer.DENY), said(signals={Signal.CANCELS})):
        state, effects = tell(State(stem="R"), said(), said(), no)
        assert Act.OFFER_TICKET not in acts(effects) and Act.GIVE_EMAIL in acts(effects) and state.phase is Phase.IDLE


def test_r7_the_way_out_is_answered_like_any_offer() -> None:
    lost, _ = tell(State(stem="R"), said(), said(), said())
    for told, asks in (
        (said(answer=Answer.AFFIRM), ("name", "email", "reason")),
        (said(signals={Signal.WANTS_TICKET}), ("name", "email", "reason")),
        (said(reason="the lamp is broken"), ("name", "email")),
        (said(answer=Answer.AFFIRM, reason="the lamp is broken"), ("name", "email")),
        (said(name="Jane Doe"), ("email", "reason")),
    ):
        state, effects = tell(lost, told)
        assert state.phase is Phase.COLLECTING and [x.asks for x in effects if isinstance(x, Say)] == [asks]
    followed, effects = tell(lost, said(reason="follow up on my order", signals={Signal.FOLLOWS_UP}))
    assert followed.phase is Phase.OFFERED and followed.reason and acts(effects) == [Act.CLARIFY]


def test_r9_the_same_digression_again_is_fruitless_until_something_comes_of_it() -> None:
    questions = [
        said(signals={Signal.ASKS_UPDATE}),
        said(signals={Signal.ASKS_CONTACT}),
        said(reason="the lamp is broken"),
    ]
    for question in questions:
        state, effects = tell(COLLECTING, question, question, question)
        assert state.fruitless == 2 and acts(effects)[-1] is Act.REMIND
        again, effects = tell(state, question)
        assert again.phase is Phase.SILENT and acts(effects)[-1] is Act.GIVE_EMAIL
        fresh, _ = tell(state, said(name="Jane Doe"), question)
        assert fresh.fruitless == 2 and fresh.digressions
    assert tell(COLLECTING, *questions)[0].fruitless == 0
    asked, _ = tell(COLLECTING, said(question="how long?"), ARTICLE, said(question="how many days then?"), ARTICLE)
    assert asked.fruitless == 1, "the same answer once more, whatever the words"
    same, _ = tell(COLLECTING, *[said(name="Jane Doe")] * 3)
    assert same.fruitless == 2


def test_r9_what_is_remembered_of_digressions_is_bounded() -> None:
    state = COLLECTING
    for number in range(50):
        answer = e.ArticleFound(f"{number} days", (e.Passage("a", "A", f"{number} days"),))
        state, _ = tell(state, said(question=f"how long is {number}?"), answer)
    assert len(state.digressions) == 20 and state.fruitless == 0


def test_r12_after_filing_no_courtesy_and_no_bare_reply_makes_a_second_ticket() -> None:
    after, _ = tell(filed(), e.TicketAccepted("AO-R-1"))
    bare: list[dict[str, object]] = [{"answer": Answer.AFFIRM}, {"score": 4}, {}, {"answer": Answer.DENY}]
    bare += [
        {"signals": {s}} for s in (Signal.UNHELPED, Signal.THANKS, Signal.GREETING, Signal.CHATS, Signal.ASKS_UPDATE)
    ]
    for messages in itertools.product(bare, repeat=2):
        state, _ = tell(after, *(said(**message) for message in messages))
        assert state.tickets == after.tickets and state.phase is Phase.IDLE


def test_r19_a_rating_is_invited_at_an_end_and_never_where_a_ticket_is_filed() -> None:
    everything = {"name": "Jane Doe", "email": "jane@example.com", "reason": "the lamp is broken"}
    for signals in ({Signal.WANTS_TICKET, Signal.THANKS}, {Signal.WANTS_TICKET, Signal.GOODBYE}):
        state, effects = tell(State(stem="R"), said(**everything, signals=signals))
        assert [type(x) for x in effects] == [FileTicket] and not state.invited
    offered, _ = tell(State(stem="R"), said(reason="the lamp is broken"), ARTICLE)
    assert acts(tell(offered, said(signals={Signal.THANKS}))[1]) == [Act.THANKS]
    assert acts(tell(offered, said(signals={Signal.GOODBYE}))[1]) == [Act.GOODBYE, Act.INVITE_RATING]
    rated, _ = tell(State(stem="R"), e.ShopperRated(4))
    assert Act.INVITE_RATING not in acts(tell(rated, said(signals={Signal.GOODBYE}))[1])


def test_what_is_changed_is_a_field_that_there_is() -> None:
    state = State(name="Jane Doe")
    after = changed(state, email="jane@example.com")
    assert (after.name, after.email, state.email) == ("Jane Doe", "jane@example.com", None)
    assert after == replace(state, email="jane@example.com") and hash(after) == hash(
        replace(state, email="jane@example.com")
    )
    with pytest.raises(TypeError, match="no mail"):
        changed(state, mail="jane@example.com")
