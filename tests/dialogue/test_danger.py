"""What the table does with words of danger (R21) and with abuse, where a dialogue case could not tell."""

from __future__ import annotations

from dialogue import events as e
from dialogue.effects import FileTicket, Say
from dialogue.states import Phase, State, changed
from dialogue.vocabulary import Act, Answer, Signal
from tests.dialogue.test_rows import COLLECTING, acts, tell
from tests.proofs.prove import said


def test_r21_what_stands_beside_words_of_danger_is_kept_and_is_no_consent() -> None:
    offered = State(stem="R", phase=Phase.OFFERED, reason="the lamp is broken", required=("order_number",))
    beside = said(
        name="Jane Doe", email="jane@example.com", extra=(("order_number", "AB1"),), answer=Answer.AFFIRM,
        signals={Signal.IN_DANGER, Signal.WANTS_TICKET},
    )  # fmt: skip
    state, effects = tell(offered, beside)
    assert acts(effects) == [Act.SMALLTALK] and state.phase is Phase.OFFERED and state.danger
    assert (state.name, state.email, state.extra) == ("Jane Doe", "jane@example.com", (("order_number", "AB1"),))
    _, effects = tell(state, said(answer=Answer.AFFIRM))
    assert any(isinstance(x, FileTicket) for x in effects)


def test_r21_a_ticket_is_filed_with_the_next_message_and_not_beside_words_of_danger() -> None:
    last = said(name="Jane Doe", email="jane@example.com", signals={Signal.IN_DANGER})
    for start in (COLLECTING, changed(COLLECTING, phase=Phase.ATTENDED, paused=Phase.COLLECTING, agent="Maya")):
        state, effects = tell(start, last)
        assert not any(isinstance(x, FileTicket) for x in effects) and state.danger
        _, effects = tell(state, said(signals={Signal.THANKS}))
        assert any(isinstance(x, FileTicket) for x in effects)


def test_abuse_gets_its_calm_reply_once() -> None:
    abuse = said(signals={Signal.ABUSES, Signal.THANKS, Signal.CHATS})
    state, effects = tell(State(stem="R"), abuse)
    assert [x.phrase for x in effects if isinstance(x, Say)] == ["calm"]
    state, effects = tell(state, abuse)
    assert [x.phrase for x in effects if isinstance(x, Say)] == ["smalltalk"]
    _, effects = tell(State(stem="R"), said(reason="the lamp is broken", signals={Signal.ABUSES}), e.NothingFound())
    assert acts(effects) == [Act.OFFER_TICKET]
