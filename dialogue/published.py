"""What rows do when an article is published that answers what was asked before, when none did (R15).

It is news and no reply: nothing is counted, agreed to, refused or filed by it. What the bot had asked last stands, and
is said once more behind it, so that the shopper's next words still answer that (R9, R10).
"""

from __future__ import annotations

from dialogue import events as e
from dialogue.closing import YES_NO
from dialogue.effects import Say
from dialogue.outcomes import Outcome
from dialogue.policy import Policy
from dialogue.states import State, changed
from dialogue.validity import could_be_email
from dialogue.vocabulary import Act, Field

#: Of what was asked, so many letters are said again.
_SHOWN = 300


def tell(state: State, fact: e.AnswerPublished, policy: Policy) -> Outcome:
    """Nothing is open, so the shopper's next move may be about the answer, as if it had come at once (R3)."""
    state, says = tell_alone(state, fact, policy)
    again = _slip_again(state, Act.CLARIFY)
    return changed(state, last_question=fact.question, last_acts=(Act.ANSWER,)), (*says, *again)


def tell_beside_offer(state: State, fact: e.AnswerPublished, policy: Policy) -> Outcome:
    """R10: the offer stands; it is no second one."""
    state, says = tell_alone(state, fact, policy)
    again = _slip_again(state, Act.CLARIFY) or (Say(Act.CLARIFY, "offer_stands", choices=YES_NO),)
    return state, (*says, *again)


def tell_and_ask_again(state: State, fact: e.AnswerPublished, policy: Policy) -> Outcome:
    """R9: the question for what is missing stands; that it is said once more is no fruitless question."""
    state, says = tell_alone(state, fact, policy)
    remind = Say(Act.REMIND, "remind", {"missing": state.missing}, asks=state.missing)
    slip = _slip_again(state, Act.INVALID, asks=(Field.EMAIL,)) if Field.EMAIL in state.missing else ()
    return state, (*says, *(slip or (remind,)))


def tell_alone(state: State, fact: e.AnswerPublished, policy: Policy) -> Outcome:
    """What was asked, and the article's passage with its source; nobody here waits for it any more."""
    waiting = tuple(asked for asked in state.unanswered if asked != fact.question)
    asked = " ".join(fact.question.split())
    shown = asked if len(asked) <= _SHOWN else f"{asked[: _SHOWN - 1].rstrip()}…"
    values = {"question": shown, "answer": fact.answer}
    return changed(state, unanswered=waiting), (Say(Act.ANSWER, "answer_published", values, sources=fact.sources),)


def _slip_again(state: State, act: Act, *, asks: tuple[str, ...] = ()) -> tuple[Say, ...]:
    """R6: whether another address was meant, where the bot's last words asked that: a yes is still to this."""
    slip = state.doubted
    if not (state.proposes and slip):
        return ()
    phrase = "did_you_mean" if could_be_email(slip.typed) else "did_you_mean_whole"
    values = {"typed": slip.typed, "likely": slip.likely}
    return (Say(act, phrase, values, asks=asks, choices=("choice_address",)),)
