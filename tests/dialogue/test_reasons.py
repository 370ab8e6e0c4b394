"""One gate for reasons: whichever way a wording comes, a filed issue makes no second ticket, a refused one no second
offer, and what was said is kept to the letter. What is the same is judged here by plain words alone, not by the
function under test."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue import events as e
from dialogue.effects import Effect, FileTicket, Say, Search
from dialogue.policy import Policy
from dialogue.states import OPEN, Phase, State, changed
from dialogue.tracker import step
from dialogue.validity import could_be_reason
from dialogue.vocabulary import Act, Answer, Signal
from tests.proofs.prove import FOUND, said

POLICY = Policy()
ARTICLE, NOTHING, _ = FOUND
JANE = {"name": "Jane Doe", "email": "jane@example.com"}


def tell(state: State, told: e.Happening, found: e.Happening = NOTHING) -> tuple[State, list[Effect]]:
    """One happening and, where it searches, what was found."""
    decision = step(POLICY, state, told)
    effects = decision.effects
    if any(isinstance(x, Search) for x in effects):
        decision = step(POLICY, decision.state, found)
        effects += decision.effects
    return decision.state, list(effects)


def acts(effects: list[Effect]) -> list[Act]:
    return [x.act for x in effects if isinstance(x, Say)]


# ---------------------------------------------------------------- every way in, after filing and after a refusal

ISSUE = "is the walnut shelf oiled?"


def by_issue(state: State) -> tuple[State, list[Effect]]:
    return tell(state, said(reason=ISSUE))


def by_question(state: State) -> tuple[State, list[Effect]]:
    return tell(state, said(question=ISSUE))


def by_unhelped(state: State) -> tuple[State, list[Effect]]:
    answered, _ = tell(state, said(question=ISSUE), ARTICLE)
    return tell(answered, said(signals={Signal.UNHELPED}))


def by_follow_up(state: State) -> tuple[State, list[Effect]]:
    return tell(state, said(reason=ISSUE, signals={Signal.FOLLOWS_UP}))


def by_dispute(state: State) -> tuple[State, list[Effect]]:
    return tell(state, said(reason=f"unfair: {ISSUE}", signals={Signal.DISPUTES}))


def by_telling_a_person(state: State) -> tuple[State, list[Effect]]:
    state, _ = tell(state, e.AgentJoined("Maya"))
    state, _ = tell(state, said(reason=ISSUE))
    return tell(state, e.AgentLeft())


WAYS = (by_issue, by_question, by_unhelped, by_follow_up, by_dispute)
AGAIN = (*WAYS[:4], by_telling_a_person)


def _name(way: object) -> str:
    return getattr(way, "__name__", str(way))


@pytest.mark.parametrize(("first", "again"), list(product(WAYS, AGAIN)), ids=_name)
def test_r12_what_is_filed_is_not_filed_again_by_any_way(first: object, again: object) -> None:
    state, _ = first(State(stem="R"))  # type: ignore[operator]
    state, effects = tell(state, said(answer=Answer.AFFIRM, **JANE))
    assert [type(x) for x in effects if isinstance(x, FileTicket)] == [FileTicket]
    state, effects = again(state)  # type: ignore[operator]
    assert Act.OFFER_TICKET not in acts(effects) and state.phase is Phase.IDLE and state.reason is None
    if again is not by_telling_a_person:
        redirect = next(x for x in effects if isinstance(x, Say) and x.act is Act.UPDATE_REDIRECT)
        assert redirect.reference == "AO-R-1"
    state, effects = tell(state, said(signals={Signal.WANTS_TICKET}))
    assert acts(effects) == [Act.TICKET_EXISTS] and len(state.tickets) == 1


@pytest.mark.parametrize(("first", "again"), list(product(WAYS, (*AGAIN[:4], by_dispute))), ids=_name)
def test_r10_what_was_refused_is_not_offered_again_by_any_way(first: object, again: object) -> None:
    state, effects = first(State(stem="R"))  # type: ignore[operator]
    assert Act.OFFER_TICKET in acts(effects)
    state, effects = tell(state, said(answer=Answer.DENY))
    assert acts(effects) == [Act.DECLINED]
    refused = state.reason
    for _ in range(2):
        state, effects = again(state)  # type: ignore[operator]
        if again is by_dispute and first is not by_dispute:
            return  # disagreement that was not heard before is another issue (R18)
        assert Act.OFFER_TICKET not in acts(effects) and state.phase is Phase.IDLE
        assert state.reason == refused
    state, effects = tell(state, said(signals={Signal.WANTS_TICKET}, **JANE))
    assert [x.reason for x in effects if isinstance(x, FileTicket)] == [refused]


def test_r12_a_ticket_about_a_question_that_is_filed_is_pointed_at() -> None:
    state, _ = tell(by_question(State(stem="R"))[0], said(answer=Answer.AFFIRM, **JANE))
    state, _ = tell(state, said(question=ISSUE), ARTICLE)
    state, effects = tell(state, said(signals={Signal.WANTS_TICKET, Signal.ABOUT_THAT}))
    assert acts(effects) == [Act.TICKET_EXISTS] and len(state.tickets) == 1


def test_r10_a_refused_issue_stays_refused_after_another_was_refused() -> None:
    state = State(stem="R")
    for reason in ("the lamp is broken", "I was charged twice"):
        state, _ = tell(state, said(reason=reason))
        state, _ = tell(state, said(answer=Answer.DENY))
    for reason in ("the lamp is broken", "I was charged twice", "the lamp is broken"):
        state, effects = tell(state, said(reason=reason))
        assert Act.OFFER_TICKET not in acts(effects) and state.reason == reason


def test_r7_a_yes_after_an_older_refusal_was_recalled_agrees_to_nothing() -> None:
    state = State(stem="R", **JANE)
    for reason in ("the lamp is broken", "I was charged twice"):
        state, _ = tell(state, said(reason=reason))
        state, _ = tell(state, said(answer=Answer.DENY))
    state, _ = tell(state, said(reason="the lamp is broken", answer=Answer.AFFIRM))
    assert not state.tickets and state.phase is Phase.IDLE


# ---------------------------------------------------------------- R4: never poorer, never lost


def test_r4_an_escalation_keeps_the_fuller_reason() -> None:
    dispute = "I disagree with the decision about my refund for the lamp that arrived cracked"
    review = said(reason="I disagree, escalate", signals={Signal.DISPUTES, Signal.WANTS_REVIEW})
    offered, _ = tell(State(stem="R"), said(reason=dispute, signals={Signal.DISPUTES}))
    refused, _ = tell(offered, said(answer=Answer.DENY))
    left = tell(tell(offered, e.AgentJoined("Maya"))[0], e.AgentLeft())[0]
    for start in (offered, refused, left):
        state, _ = tell(start, review)
        assert state.phase is Phase.COLLECTING and state.dispute and state.reason == dispute


def test_r4_disagreement_about_a_refused_issue_keeps_what_it_is_about() -> None:
    refused = State(stem="R", reason="the lamp arrived cracked", declined=True)
    state, _ = tell(refused, said(reason="that is unfair", signals={Signal.DISPUTES, Signal.WANTS_REVIEW}))
    assert state.reason == "the lamp arrived cracked\nthat is unfair" and state.dispute


def test_r4_what_is_told_to_a_person_is_kept_beside_what_was_told_before() -> None:
    state, _ = tell(State(stem="R"), e.AgentJoined("Maya"))
    for reason in ("the lamp is broken", "the chair came in the wrong colour", "the lamp is broken"):
        state, _ = tell(state, said(reason=reason))
    assert state.reason == "the lamp is broken\nthe chair came in the wrong colour"


def test_r4_a_follow_up_that_names_more_is_kept() -> None:
    offered, _ = tell(State(stem="R"), said(reason="the lamp is broken"))
    state, _ = tell(offered, said(reason="following up on my sofa", signals={Signal.FOLLOWS_UP}))
    assert state.reason == "the lamp is broken\nfollowing up on my sofa"
    state, _ = tell(offered, said(reason="follow up on my order", signals={Signal.FOLLOWS_UP}))
    assert state.reason == "the lamp is broken"


# ---------------------------------------------------------------- R12: several tickets, old and new


def two_tickets() -> State:
    state = State(stem="R", **JANE)
    for reason in ("the lamp is broken", "order 2222 is late"):
        state, _ = tell(state, said(reason=reason, signals={Signal.WANTS_TICKET}))
    assert [t.reference for t in state.tickets] == ["AO-R-1", "AO-R-2"]
    return state


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("any news on my first ticket?", "AO-R-1"),
        ("what about the 2nd one?", "AO-R-2"),
        ("status of ao-r-1 please", "AO-R-1"),
        ("has anybody looked at my lamp?", "AO-R-1"),
        ("is there news about 2222", "AO-R-2"),
        ("any update?", "AO-R-2"),
        ("was ist mit meinem ersten Ticket?", "AO-R-1"),
        ("où en est mon premier ticket ?", "AO-R-1"),
        ("first of all, any update?", "AO-R-2"),
        ("¿y mi primer ticket?", "AO-R-1"),
        ("e o meu primeiro pedido de ajuda?", "AO-R-1"),
        ("ما أخبار التذكرة الأولى", "AO-R-1"),
        ("any news on AO-OTHER-7?", None),
        ("ticket number 1, any progress?", "AO-R-1"),
        ("my last ticket?", "AO-R-2"),
    ],
)
def test_r12_the_ticket_that_is_meant_is_named(text: str, reference: str | None) -> None:
    asked = e.ShopperSaid(e.Understanding(text, signals=frozenset({Signal.ASKS_UPDATE})))
    _, effects = tell(two_tickets(), asked)
    assert [(x.act, x.reference) for x in effects if isinstance(x, Say)] == [(Act.UPDATE_REDIRECT, reference)]
    follow = e.ShopperSaid(e.Understanding(text, reason=text, signals=frozenset({Signal.FOLLOWS_UP})))
    if reference:
        named = [x.reference for x in tell(two_tickets(), follow)[1] if isinstance(x, Say)]
        assert named == [reference]


def test_r12_one_old_and_one_new_is_a_new_issue_without_the_old_one() -> None:
    state, _ = tell(State(stem="R", **JANE), said(reason="my order never arrived", signals={Signal.WANTS_TICKET}))
    for words in ("my lamp is broken; my order still never arrived", "my order never arrived. my lamp is broken"):
        offered, effects = tell(state, said(reason=words))
        assert Act.OFFER_TICKET in acts(effects) and offered.reason == "my lamp is broken"
    offered, _ = tell(state, said(reason="my order never arrived and my lamp is broken too"))
    assert offered.reason == "my order never arrived and my lamp is broken too"


def test_r12_the_filed_issue_beside_another_one_is_pointed_at_and_not_filed_again() -> None:
    state, _ = tell(State(stem="R"), said(reason="the lamp is broken", signals={Signal.WANTS_TICKET}, **JANE))
    again = said(reason="the lamp is broken")
    offered, _ = tell(state, said(reason="I was charged twice"))
    after, effects = tell(offered, again)
    assert acts(effects) == [Act.UPDATE_REDIRECT] and after.phase is Phase.OFFERED
    assert after.reason == "I was charged twice"
    _, effects = tell(offered, said(reason="the lamp is broken", signals={Signal.WANTS_TICKET}))
    assert acts(effects) == [Act.TICKET_EXISTS]
    collecting = changed(offered, phase=Phase.COLLECTING, required=("order_number",))
    after, effects = tell(collecting, again)
    assert acts(effects) == [Act.UPDATE_REDIRECT, Act.REMIND] and after.reason == "I was charged twice"


def test_r12_an_old_issue_and_a_new_question_in_one_message_both_get_their_answer() -> None:
    state, _ = tell(State(stem="R"), said(reason="the lamp is broken", signals={Signal.WANTS_TICKET}, **JANE))
    _, effects = tell(state, said(reason="the lamp is broken", question="is the desk oak?"))
    assert acts(effects) == [Act.NO_ANSWER, Act.UPDATE_REDIRECT, Act.OFFER_TICKET]


def test_r6_a_question_without_words_is_no_reason() -> None:
    state, effects = tell(State(stem="R"), said(question="?!"))
    assert acts(effects) == [Act.NO_ANSWER] and state.phase is Phase.IDLE and state.reason is None


# ---------------------------------------------------------------- whatever is understood

_THINGS = ["lamp", "kettle", "red kettle", "Tisch", "جهاز", "order 1111", "order 2222", "brother's bag", "椅子"]
_TROUBLES = [
    "is broken",
    "leaks",
    "never arrived",
    "ist kaputt",
    "came in the wrong colour",
    "was charged twice",
    "hums at night",
]
#: Beside these no words are a reason, or they change nothing about one.
_NO_REASON = (Signal.SECRET, Signal.THANKS, Signal.CHATS, Signal.IN_DANGER)
_BARE = ("that is unfair", "still nothing", "follow up on my order")  # nothing of their own
wordings = st.builds("{} {}".format, st.sampled_from(_THINGS), st.sampled_from(_TROUBLES)) | st.sampled_from(
    ["it hums; and\nit leaks & smells", "is it oak?", "?!", *_BARE]
)
messages = st.builds(
    lambda reason, question, answer, signals, who: said(
        reason=reason, question=question, answer=answer, signals=signals, **(JANE if who else {})
    ),
    st.none() | wordings,
    st.none() | wordings,
    st.sampled_from([None, None, *Answer]),
    st.frozensets(st.sampled_from([s for s in Signal if s not in _NO_REASON]), max_size=2),
    st.booleans(),
)
happenings = (
    messages | messages | messages | st.sampled_from([e.AgentJoined("Maya"), e.AgentLeft(), e.AgentLeft(settled=True)])
)
chats = st.lists(st.tuples(happenings, st.sampled_from(FOUND)), min_size=2, max_size=14)
thorough = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def bag(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def repeats(text: str, of: str) -> bool:
    """Plainly the same: each line's words stand in one line of `of`."""
    return all(any(bag(line) <= bag(known) for known in of.split("\n")) for line in text.split("\n"))


@thorough
@given(chats)
def test_no_two_tickets_say_the_same(chat: list[tuple[e.Happening, e.Happening]]) -> None:
    """R12, unless another ticket or a review was asked for outright."""
    state = State(stem="R")
    outright: set[str] = set()
    for told, found in chat:
        if isinstance(told, e.ShopperSaid) and Signal.ANOTHER_TICKET in told.understood.signals:
            outright.add(state.next_reference)
        state, _ = tell(state, told, found)
    for place, ticket in enumerate(state.tickets):
        if not ticket.dispute and ticket.reference not in outright:
            same = [t for t in state.tickets[:place] if repeats(ticket.reason, t.reason)]
            assert not same, (ticket.reason, same)


def _refuses(told: e.Happening) -> bool:
    refusal = isinstance(told, e.ShopperSaid) and told.understood
    return bool(refusal and (refusal.answer is Answer.DENY or Signal.CANCELS in refusal.signals))


@thorough
@given(chats)
def test_a_reason_only_grows_and_loses_no_word(chat: list[tuple[e.Happening, e.Happening]]) -> None:
    """R3, R4: from the first word of an issue to its filing nothing is taken away and nothing is reworded."""
    state = State(stem="R")
    for told, found in chat:
        before = state
        state, _ = tell(state, told, found)
        now = state.reason or (state.tickets[-1].reason if len(state.tickets) > len(before.tickets) else None)
        if now is None or before.reason is None:
            continue
        if not before.declined and not _refuses(told):
            assert now.startswith(before.reason), (before.reason, now)
        elif not now.startswith(before.reason):
            known = [*(r.reason for r in state.refused), now]
            assert any(reason.startswith(before.reason) for reason in known), (before.reason, known)


@thorough
@given(chats)
def test_what_is_told_while_a_ticket_is_open_is_in_it_to_the_letter(
    chat: list[tuple[e.Happening, e.Happening]],
) -> None:
    """R3, R4: save what only repeats it, and what repeats a filed ticket (R12)."""
    state = State(stem="R")
    for told, found in chat:
        before = state
        state, _ = tell(state, told, found)
        if not isinstance(told, e.ShopperSaid) or not told.understood.reason:
            continue
        words = told.understood.reason
        now = state.reason or (state.tickets[-1].reason if len(state.tickets) > len(before.tickets) else None)
        if before.phase not in (Phase.OFFERED, *OPEN) or before.declined or now is None or not could_be_reason(words):
            continue
        known = [before.reason or "", *(t.reason for t in before.tickets)]
        plain = Signal.FOLLOWS_UP in told.understood.signals or words in _BARE
        if not plain and not any(repeats(words, reason) for reason in known):
            assert words in now or any(_same_event(words, reason) for reason in known), (words, known, now)


def _same_event(words: str, known: str) -> bool:
    """That something did not come may be said in other words; whatever thing it is must be there."""
    return "never arrived" in words and bag(words.replace("never arrived", "")) <= bag(known)


@thorough
@given(chats)
def test_what_was_refused_is_offered_again_by_no_row(chat: list[tuple[e.Happening, e.Happening]]) -> None:
    """R10: whatever happened in between, the same words are no new issue."""
    state = State(stem="R")
    for told, found in chat:
        state, _ = tell(state, told, found)
        if state.phase is not Phase.IDLE or not (state.declined and state.reason) or state.dispute:
            continue
        for words in state.reason.split("\n"):
            for again in (said(reason=words), said(question=words), said(reason=words, signals={Signal.FOLLOWS_UP})):
                after, effects = tell(state, again)
                assert Act.OFFER_TICKET not in acts(effects), (state.reason, words)
                assert after.phase is Phase.IDLE
