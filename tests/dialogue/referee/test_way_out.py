"""The way out that is offered for no issue gives way to a question, also where the referee cannot tell whether there
was one (R10, R13)."""

from __future__ import annotations

from collections import Counter

from dialogue import events as e
from dialogue.referee.judge import judge
from dialogue.states import State
from dialogue.vocabulary import Answer, Field, Signal
from tests.dialogue.referee.recording import Recording
from tests.proofs.prove import advance, said

TALK = (
    said(name="Jo Roe", reason="unfair about the lamp", question="is the lamp broken", signals=[Signal.IN_DANGER]),
    said(answer=Answer.AFFIRM, email="j@new.example", question="?", signals=[Signal.NAME_ASIDE], language="fr"),
    said(answer=Answer.AFFIRM, signals=[Signal.ABUSES], language="fr"),
    said(answer=Answer.AFFIRM, email="no-at", signals=[Signal.CANCELS, Signal.UNHELPED], language="fr"),
    said(reason="?!", signals=[Signal.CHATS, Signal.FOLLOWS_UP], language="fr"),
    said(question="?", language="fr"),
    said(answer=Answer.DENY, language="fr"),
    said(
        answer=Answer.AFFIRM, name="Bob Smith", reason="unfair about the lamp", language="fr",
        rejected=(e.RejectedValue(Field.NAME, "x", "email_no_at"),), signals=[Signal.WANTS_REVIEW],
    ),
)  # fmt: skip


def test_a_yes_long_after_an_offer_that_gave_way_agrees_to_nothing() -> None:
    state, recording = State(stem="P"), Recording(())
    for told in TALK:
        state = advance(state, told, recording, Counter(), e.NothingFound())
    acts = [turn.act for turn in recording.turns if turn.who == "bot"]
    assert acts[-1] == "offer_ticket" and acts.count("offer_ticket") == 2 and not recording.tickets
    assert judge(recording.transcript()) == []
