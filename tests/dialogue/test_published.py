"""R15: whoever asked what no article answered hears it once one does; and nothing is lost, agreed to or counted by it
(R7, R9, R10, R13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue import events as e
from dialogue.effects import Effect, Say
from dialogue.policy import Policy
from dialogue.states import Phase, State, TicketStatus
from dialogue.tracker import IllegalEvent, step
from dialogue.vocabulary import Act, Answer, Field, Signal
from tests.dialogue.published import news
from tests.dialogue.test_rows import acts, filed, tell
from tests.proofs.prove import said

ASKED, SLIP = "how long?", e.RejectedValue(Field.EMAIL, "jane@gmial.com", "slip", "jane@gmail.com")
ASKS, NOTHING = said(question=ASKED), e.NothingFound()
OFFERED = tell(State(stem="R"), ASKS, NOTHING)[0]
COLLECTING = tell(OFFERED, said(answer=Answer.AFFIRM))[0]
IDLE = tell(OFFERED, said(answer=Answer.DENY))[0]
SILENT = tell(COLLECTING, said(), said(), said())[0]


def says(effects: list[Effect]) -> list[tuple[Act, str, tuple[str, ...]]]:
    return [(x.act, x.phrase, tuple(map(str, x.asks))) for x in effects if isinstance(x, Say)]


@pytest.mark.parametrize("state", [IDLE, OFFERED, COLLECTING, SILENT], ids=lambda state: state.phase)
def test_r15_who_asked_hears_it_once_and_stands_where_they_stood(state: State) -> None:
    after, effects = tell(state, news(ASKED))
    first = effects[0]
    assert isinstance(first, Say) and (first.act, first.phrase) == (Act.ANSWER, "answer_published")
    assert first.values == {"question": ASKED, "answer": "60 days"} and first.sources[0].article == "a"
    moved = {"last_acts", "last_question"} if state.phase is Phase.IDLE else set()
    same = {name: getattr(state, name) for name in {"unanswered", *moved}}
    assert replace(after, **same) == state and after.unanswered == ()
    assert tell(after, news(ASKED)) == (after, [])
    assert tell(state, news("another?")) == (state, [])


def test_r9_r10_what_stood_open_is_said_once_more() -> None:
    assert says(tell(OFFERED, news(ASKED))[1])[1:] == [(Act.CLARIFY, "offer_stands", ())]
    assert says(tell(COLLECTING, news(ASKED))[1])[1:] == [(Act.REMIND, "remind", ("name", "email"))]
    assert SILENT.phase is Phase.SILENT
    assert acts(tell(SILENT, news(ASKED))[1]) == acts(tell(IDLE, news(ASKED))[1]) == [Act.ANSWER]


def test_r9_it_is_no_fruitless_question() -> None:
    state = tell(COLLECTING, said(), said())[0]
    after, _ = tell(state, news(ASKED))
    assert after.fruitless == state.fruitless == 2
    assert acts(tell(after, said())[1]) == [Act.GIVE_EMAIL]


def test_r7_a_yes_behind_it_is_a_yes_to_what_stood_before() -> None:
    assert tell(OFFERED, news(ASKED), said(answer=Answer.AFFIRM))[0].phase is Phase.COLLECTING
    declined, effects = tell(IDLE, news(ASKED), said(answer=Answer.AFFIRM))
    assert declined.phase is Phase.IDLE and acts(effects) == [Act.CLARIFY]


def test_r6_an_address_that_was_asked_about_is_asked_about_again() -> None:
    again = (Act.INVALID, "did_you_mean", ("email",))
    doubting, effects = tell(COLLECTING, said(name="Jane Doe"), said(rejected=(SLIP,)))
    assert says(effects) == [again]
    after, effects = tell(doubting, news(ASKED))
    assert says(effects)[1:] == [again] and after.proposes
    # filled in by the page meanwhile: not asked for, though the proposal was open (R2)
    known = replace(doubting, email="jane@example.com", name=None)
    assert says(tell(known, news(ASKED))[1])[1:] == [(Act.REMIND, "remind", ("name",))]
    offered = tell(OFFERED, said(rejected=(SLIP,)))[0]
    assert says(tell(offered, news(ASKED))[1])[1:] == [(Act.CLARIFY, "did_you_mean", ())]


def test_r3_that_it_did_not_help_is_about_it() -> None:
    settled = tell(replace(IDLE, reason=None, declined=False, refused=()), news(ASKED))[0]
    state, effects = tell(settled, said(signals={Signal.UNHELPED}))
    assert (state.phase, state.reason, acts(effects)) == (Phase.OFFERED, ASKED, [Act.OFFER_TICKET])
    wanted = tell(settled, said(signals={Signal.WANTS_TICKET}))[0]
    assert (wanted.phase, wanted.reason) == (Phase.COLLECTING, ASKED)


def test_r12_nothing_is_filed_where_it_answers_a_tickets_question() -> None:
    asked = tell(State(stem="R"), said(question="is the lamp broken"), NOTHING, said(answer=Answer.AFFIRM))[0]
    done = tell(asked, said(name="Jane Doe", email="jane@example.com"))[0]
    assert [t.status for t in done.tickets] == [TicketStatus.SENT]
    after, effects = tell(done, news("is the lamp broken"))
    assert acts(effects) == [Act.ANSWER] and after.tickets == done.tickets
    again, effects = tell(after, said(signals={Signal.UNHELPED}))
    assert again.tickets == done.tickets and acts(effects) == [Act.UPDATE_REDIRECT]


def test_nobody_is_told_beside_a_person_after_danger_or_after_the_end() -> None:
    waiting = replace(filed(), unanswered=(ASKED,))
    for before in (
        tell(waiting, e.AgentJoined("Maya"))[0],
        tell(waiting, said(signals={Signal.IN_DANGER}), said())[0],
        tell(waiting, said(signals={Signal.GOODBYE}))[0],
        tell(waiting, said(signals={Signal.THANKS}))[0],
    ):
        assert before.unanswered == (ASKED,) and tell(before, news(ASKED)) == (before, [])
    back = tell(waiting, said(signals={Signal.GOODBYE}), said(question="is it oak?"), NOTHING)[0]
    assert Act.ANSWER in acts(tell(back, news(ASKED))[1])  # the shopper has gone on


def test_what_was_answered_or_settled_meanwhile_waits_no_more() -> None:
    found = e.ArticleFound("60 days", (e.Passage("a", "A", "60 days"),))
    assert tell(IDLE, ASKS, found)[0].unanswered == ()
    assert tell(IDLE, e.AgentJoined("Maya"), e.AgentLeft(settled=True))[0].unanswered == ()
    assert tell(IDLE, e.AgentJoined("Maya"), e.AgentLeft())[0].unanswered == (ASKED,)
    assert tell(IDLE, ASKS, NOTHING)[0].unanswered == (ASKED,)
    many = State(stem="R", unanswered=tuple(f"question {n}?" for n in range(20)))
    assert tell(many, ASKS, NOTHING)[0].unanswered == (*many.unanswered[1:], ASKED)


def test_one_message_is_decided_before_it_is_told() -> None:
    searching = tell(IDLE, said(question="is it oak?"))[0]
    with pytest.raises(IllegalEvent):
        step(Policy(), searching, news(ASKED))


def test_a_long_question_is_cut_where_it_is_said_again() -> None:
    long = "how long?\n\n" + "please " * 200
    told = tell(State(stem="R", unanswered=(long,)), news(long))[1][0]
    assert isinstance(told, Say) and len(told.values["question"]) <= 300 and "\n" not in told.values["question"]
