"""A small share of `make prove`, every time; and proof that it can fail."""

from __future__ import annotations

from collections import Counter

import pytest

from dialogue import actions, transitions
from dialogue import events as e
from dialogue.referee.judge import judge
from dialogue.states import State
from dialogue.tracker import step
from dialogue.transitions import Row
from dialogue.vocabulary import Answer, Signal
from tests.dialogue.referee.recording import Recording
from tests.proofs.prove import FOUND, POLICY, advance, exhaust, said, share_of_storms, waiting, wander


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


#: Rows of the table broken on purpose: the name of the row, and the row whose action it gets instead. The referee must
#: see each.
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
    "R21 words of danger: the fixed reply, and a flag": "R15 chit-chat gets a fixed reply",
    "R21 words of danger told to a person: the flag": "help: Chatted is said to the person",
    "R21 beside the reply to danger nothing is offered, asked or filed": "R9 remind, or stop asking",
    "R21 an address beside words of danger is kept, and is no consent": "R7 a missing address answers the offer",
    "R15 an answer that nobody here waits for": "R15 who asked hears that it is answered",
    "R9 who asked hears that it is answered, and what is missing is asked once more":
        "R9 who asked hears that it is answered, and no more is asked",
    "R10 who asked hears that it is answered, and the offer stands": "R15 who asked hears that it is answered",
    "R15 the chat has come to an end, and no published answer is told": "R15 who asked hears that it is answered",
    "R21 after words of danger no published answer is told": "R15 who asked hears that it is answered",
}  # fmt: skip


def _break(name: str, instead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row `name` does what the row `instead` should."""
    by_name = {row.name: row for row in transitions.TABLE}
    broken = Row(name, by_name[name].phases, by_name[name].event, by_name[instead].do, by_name[name].when)
    index = {key: [broken if row.name == name else row for row in rows] for key, rows in transitions.INDEX.items()}
    monkeypatch.setattr(transitions, "INDEX", index)


def test_whoever_would_wait_for_ever_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    attended = step(POLICY, State(), e.AgentJoined("Maya", "stay")).state
    asked = said(reason="the lamp is broken")
    assert waiting(attended, asked, FOUND[0]) == waiting(State(), said(), FOUND[0]) == []
    gone = "R13 the person is gone: the bot is back, with a reply for who waits"
    _break(gone, "help: the person leaves, and the bot is back", monkeypatch)
    assert "left alone" in waiting(attended, asked, FOUND[0])[0]
    _break(gone, "help: here already", monkeypatch)
    assert "left alone" in waiting(attended, asked, FOUND[0])[0]
    alone = "R21 the person is gone, and words of danger are unanswered: the fixed reply"
    _break(alone, "help: the person leaves, and the bot is back", monkeypatch)
    assert "left alone" in waiting(attended, said(signals={Signal.IN_DANGER}), FOUND[0])[0]
    _break("courtesy: what is left to say", "help: the answer is the person's", monkeypatch)
    assert "no reply" in waiting(State(), said(), FOUND[0])[0]


@pytest.mark.parametrize(
    ("row", "instead", "start"),
    [
        ("R13 three replies brought nothing: the email, and the offer", "courtesy: what is left to say", ()),
        ("R13 an offer, and three replies brought nothing: the email too", "R10 the offer stands",
         (said(question="is it oak?"),)),
        ("R13 no more asking, and three replies brought nothing: the email", "R9 no more asking",
         (said(reason="the lamp is broken", signals={Signal.WANTS_TICKET}), said(), said(), said())),
    ],
)  # fmt: skip
def test_three_useless_replies_are_noticed(
    row: str, instead: str, start: tuple[e.Happening, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def talk(times: int) -> list[str]:
        state, recording = State(), Recording()
        for told in (*start, *[said(signals={Signal.CHATS})] * times):
            state = advance(state, told, recording, Counter(), FOUND[1])
        return [v.rule for v in judge(recording.transcript())]

    assert talk(3) == talk(4) == []
    _break(row, instead, monkeypatch)
    assert "R13" in talk(3)  # by what was understood
    # By the words alone: beside an open reason the first of them may have told a detail, the same again cannot.
    assert "words:R13" in talk(4 if start else 3)


DETAILS = (said(reason="charged twice"), said(reason="unfair", signals={Signal.DISPUTES}))
DIGRESSIONS = (said(question="how long?"), said(question="?"), said(signals={Signal.CHATS}))


@pytest.mark.parametrize("digression", DIGRESSIONS)
@pytest.mark.parametrize("detail", DETAILS)
def test_a_detail_of_few_words_is_no_message_that_brought_nothing(
    detail: e.Happening, digression: e.Happening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4, R13: it is added to what is offered, so that the third reply without progress is the third after it."""

    def talk(*messages: e.Happening) -> tuple[list[str], list[str | None]]:
        state, recording = State(), Recording()
        for told in (said(reason="the lamp is broken"), *messages):
            state = advance(state, told, recording, Counter(), FOUND[2])
        return [v.rule for v in judge(recording.transcript())], [turn.act for turn in recording.turns]

    found, acts = talk(detail, digression, digression)
    assert found == [] and "give_email" not in acts
    assert talk(digression, detail, digression)[0] == talk(detail, DETAILS[0], digression)[0] == []
    found, acts = talk(detail, *[digression] * 3)
    assert found == [] and acts[-1] == "give_email"
    _break("R13 an offer, and three replies brought nothing: the email too", "R10 the offer stands", monkeypatch)
    assert {"R13", "words:R13"} <= set(talk(detail, *[digression] * 4)[0])


@pytest.mark.parametrize("found", FOUND[:2])
def test_a_disagreement_raises_the_refused_issue_again(found: e.Happening, monkeypatch: pytest.MonkeyPatch) -> None:
    """R10, R18: "unfair" names no matter of its own, so that what was refused is offered, and asked about, again."""
    asks, no = said(question="how long?"), said(answer=Answer.DENY)

    def talk(*messages: tuple[e.Happening, e.Happening]) -> list[str]:
        state, recording = State(), Recording()
        for told, outcome in ((asks, FOUND[1]), (no, FOUND[1]), *messages, (asks, FOUND[1])):
            state = advance(state, told, recording, Counter(), outcome)
        return [v.rule for v in judge(recording.transcript())]

    unfair, lamp = said(reason="unfair", signals={Signal.DISPUTES}), said(reason="the lamp is broken")
    assert talk((unfair, found)) == talk((lamp, found)) == talk() == []
    monkeypatch.setattr(actions, "declined_before", lambda state, wording: False)
    _break(
        "R10 no article, and the ticket was declined",
        "R15 no article: a gap, and the question is the reason",
        monkeypatch,
    )
    assert "words:R10" in talk() and "words:R10" in talk((lamp, found))


def test_the_same_digression_without_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk() -> list[str]:
        state, recording = State(), Recording()
        wish = said(reason="the lamp is broken", signals={Signal.WANTS_TICKET})
        for told in (wish, *[said(signals={Signal.ASKS_UPDATE})] * 4):
            state = advance(state, told, recording, Counter(), FOUND[0])
        return [v.rule for v in judge(recording.transcript())]

    assert talk() == []
    _break("R9 remind, or stop asking", "R9 ask for all that is missing", monkeypatch)
    assert "R9" in talk()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutation: one row gets another row's action; exhaustion or wandering must break a rule, or the bot itself."""
    _break(name, BROKEN[name], monkeypatch)
    try:
        problems = wander(8_000, 5, list[str]().append, Counter())[1]
    except (AssertionError, AttributeError, IndexError, StopIteration) as error:
        problems = [f"the bot fell over: {type(error).__name__}"]
    assert problems, f"nobody noticed that {name!r} does what {BROKEN[name]!r} should"
