"""R6: an address that looks like a slip is asked about once, and whatever is answered settles it."""

from __future__ import annotations

import pytest

from dialogue.effects import Effect, FileTicket, Say
from dialogue.events import NothingFound, RejectedValue, ShopperSaid, Understanding
from dialogue.policy import Policy
from dialogue.slips import settle
from dialogue.states import Phase, State
from dialogue.tracker import step
from dialogue.vocabulary import Act, Answer, Field, Signal

SLIP = RejectedValue(Field.EMAIL, "jo@gmial.com", "email_slip", "jo@gmail.com")
IMPOSSIBLE = RejectedValue(Field.EMAIL, "jo@gmail,com", "email_no_top_level", "jo@gmail.com")
COLLECTING = State(phase=Phase.COLLECTING, name="Jo Roe", reason="my lamp broke")


def said(state: State, **understood: object) -> tuple[State, tuple[Effect, ...]]:
    understanding = settle(Understanding("x", **understood), state)  # type: ignore[arg-type]
    decided = step(Policy(), state, ShopperSaid(understanding))
    return decided.state, decided.effects


def filed(effects: tuple[Effect, ...]) -> str | None:
    return next((e.email for e in effects if isinstance(e, FileTicket)), None)


def test_it_is_asked_about_with_the_likely_one_as_a_choice() -> None:
    state, effects = said(COLLECTING, rejected=(SLIP,))
    assert effects == (
        Say(Act.INVALID, "did_you_mean", {"typed": "jo@gmial.com", "likely": "jo@gmail.com"}, asks=(Field.EMAIL,),
            choices=("choice_address",)),
    )  # fmt: skip
    assert state.email is None and state.proposes


@pytest.mark.parametrize(
    ("answer", "email"),
    [
        ({"email": "jo@gmail.com"}, "jo@gmail.com"),
        ({"email": "jo@else.example"}, "jo@else.example"),
        ({"rejected": (SLIP,)}, "jo@gmial.com"),
        ({"rejected": (RejectedValue(Field.EMAIL, "JO@gmial.com", "email_slip", "JO@gmail.com"),)}, "JO@gmial.com"),
        ({"answer": Answer.AFFIRM}, "jo@gmail.com"),
        ({"answer": Answer.DENY}, "jo@gmial.com"),
    ],
)
def test_whatever_is_answered_settles_it(answer: dict[str, object], email: str) -> None:
    state, _ = said(COLLECTING, rejected=(SLIP,))
    assert filed(said(state, **answer)[1]) == email


def test_another_slip_is_another_question() -> None:
    state, _ = said(COLLECTING, rejected=(SLIP,))
    other = RejectedValue(Field.EMAIL, "jo@hotmal.com", "email_slip", "jo@hotmail.com")
    state, effects = said(state, rejected=(other,))
    assert [e.act for e in effects if isinstance(e, Say)] == [Act.INVALID] and not filed(effects)
    assert filed(said(state, rejected=(other,))[1]) == "jo@hotmal.com"


def test_after_a_digression_a_yes_is_to_nothing_and_the_slip_again_is_taken() -> None:
    state, _ = said(COLLECTING, rejected=(SLIP,))
    state, _ = said(state, signals=frozenset({Signal.CHATS}))
    state, effects = said(state, answer=Answer.AFFIRM)
    assert not filed(effects) and state.email is None
    assert filed(said(state, rejected=(SLIP,))[1]) == "jo@gmial.com"


def test_what_can_be_no_address_is_never_stored_and_said_again_means_the_likely_one() -> None:
    state, effects = said(COLLECTING, rejected=(IMPOSSIBLE,))
    assert [e.phrase for e in effects if isinstance(e, Say)] == ["did_you_mean_whole"]
    again, _ = said(state, answer=Answer.DENY)
    assert again.email is None and again.phase is Phase.COLLECTING, "a no to a proposal stops nothing"
    assert filed(said(state, rejected=(IMPOSSIBLE,))[1]) == "jo@gmail.com"


def test_where_the_bot_asks_no_more_it_is_taken_at_once() -> None:
    silent = State(phase=Phase.SILENT, name="Jo Roe", reason="my lamp broke")
    assert filed(said(silent, rejected=(SLIP,))[1]) == "jo@gmial.com"


def test_a_slip_is_no_consent_and_a_no_beside_an_offer_declines_it() -> None:
    offered = State(phase=Phase.OFFERED, name="Jo Roe", reason="my lamp broke")
    state, effects = said(offered, rejected=(SLIP,))
    assert state.phase is Phase.OFFERED and not filed(effects)
    assert [(e.act, e.asks) for e in effects if isinstance(e, Say)] == [(Act.CLARIFY, ())]
    declined, effects = said(state, answer=Answer.DENY)
    assert declined.phase is Phase.IDLE and declined.email is None and not filed(effects)
    assert filed(said(state, rejected=(SLIP,))[1]) == "jo@gmial.com"


def test_a_correction_while_collecting_stands_as_it_is_said() -> None:
    state = State(phase=Phase.COLLECTING, email="jo@old.example", reason="my lamp broke")
    assert said(state, rejected=(SLIP,))[0].email == "jo@gmial.com"


def test_a_slip_given_before_anybody_asked_is_asked_about_when_it_is_missing() -> None:
    state = step(
        Policy(), said(State(), rejected=(SLIP,), reason="my lamp broke", name="Jo Roe")[0], NothingFound()
    ).state
    assert state.phase is Phase.OFFERED and not state.proposes
    state, effects = said(state, answer=Answer.AFFIRM)
    assert [(e.act, e.asks) for e in effects if isinstance(e, Say)] == [(Act.INVALID, (Field.EMAIL,))]
