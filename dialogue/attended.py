"""What rows do while a person of the shop is in the chat: the bot says nothing, and nothing that was said is lost
(R3, R7, R13)."""

from __future__ import annotations

from typing import Any

from dialogue import events as e
from dialogue.actions import reason_taken, reply_to_danger
from dialogue.closing import YES_NO, close, end_in_danger, end_with
from dialogue.effects import Announce, Say, Search
from dialogue.outcomes import Outcome, note, then
from dialogue.policy import Policy
from dialogue.reasons import done
from dialogue.states import ATTENDED, COLLECTING, IDLE, LOOKING_UP, OFFERED, OPEN, Lookup, State, changed
from dialogue.vocabulary import Act


def fall_silent(state: State, fact: e.AgentJoined, policy: Policy) -> Outcome:
    state = changed(
        state,
        phase=ATTENDED,
        paused=state.phase,
        agent=fact.name,
        agent_account=fact.account,
        presence=fact.presence,
        last_acts=(),
    )
    return state, (Announce("agent_joined", {"agent": fact.name}),)


def take_over(state: State, fact: e.AgentJoined, policy: Policy) -> Outcome:
    state = changed(state, agent=fact.name, agent_account=fact.account, presence=fact.presence)
    return state, (Announce("agent_joined", {"agent": fact.name}),)


def come_back(state: State, fact: e.AgentLeft, policy: Policy) -> Outcome:
    """What was agreed to goes on with the shopper's next message (R7). An offer does not: a later yes would answer
    the person who left, and is no consent to it."""
    announce = Announce("agent_left", {"agent": state.agent})
    state = _back_from_person(state)
    if fact.settled:
        state = changed(done(state), phase=IDLE, fruitless=0, digressions=(), last_question=None, unanswered=())
    return state, (announce,)


def _back_from_person(state: State) -> State:
    phase = state.paused if state.paused in OPEN else IDLE
    return changed(
        state,
        phase=phase,
        paused=IDLE,
        agent=None,
        agent_account=None,
        presence="",
        waits=False,
        danger_waits=False,
        open_question=None,
        useless=0,
    )


def left_alone(state: State, fact: e.AgentLeft, policy: Policy) -> Outcome:
    """R13: the person is gone without a word. The bot says so, and whoever was left without a reply gets one: to the
    question they asked the person, else the support email and, where an issue stands that was not refused, the
    offer."""
    announce, waited, question = Announce("agent_gone", {"agent": state.agent}), state.waits, state.open_question
    state = _back_from_person(state)
    if not waited:
        return state, (announce,)
    if state.phase is IDLE and state.reason and not state.declined:
        state = note(changed(state, phase=OFFERED), offer_due=True)
    if question is not None:
        state = note(state, lookup=Lookup(question), resume=state.phase)
        return changed(state, phase=LOOKING_UP), (announce, Search(question))
    return then((state, (announce,)), _make_up_for_silence)


def _make_up_for_silence(state: State) -> Outcome:
    if state.phase in OPEN:
        return end_with(state, Say(Act.GIVE_EMAIL, "give_email_alone_open", {"missing": state.missing}))
    email = Say(Act.GIVE_EMAIL, "give_email_alone")
    if state.phase is OFFERED:
        return end_with(state, email, Say(Act.OFFER_TICKET, "offer_ticket", choices=YES_NO))
    return end_with(state, email)


def ask_the_person(state: State, fact: e.QuestionAsked, policy: Policy) -> Outcome:
    return changed(state, open_question=fact.text), ()


def answered_by_person(state: State, fact: e.AgentSaid, policy: Policy) -> Outcome:
    return changed(state, waits=False, danger_waits=False, open_question=None), ()


def flag_danger(state: State, fact: e.DangerTold, policy: Policy) -> Outcome:
    """R21: the reply is the person's; the flag calls them, and another."""
    return note(changed(state, danger=True, danger_waits=True), danger=True), ()


def left_alone_in_danger(state: State, fact: e.AgentLeft, policy: Policy) -> Outcome:
    """R21: the person is gone and left words of danger without a reply: the fixed one, and nothing else."""
    announce = Announce("agent_gone", {"agent": state.agent})
    reply = reply_to_danger(_back_from_person(state), fact, policy)
    return then((reply[0], (announce, *reply[1])), lambda s: end_in_danger(s, fact, policy))


def told_the_agent(state: State, fact: Any, policy: Policy) -> Outcome:
    """R3, R4: an issue told to a person is the reason as well, and is never asked for again."""
    return changed(reason_taken(state, fact), last_question=None), ()


def review_told_the_agent(state: State, fact: e.ReviewDemanded, policy: Policy) -> Outcome:
    return agree_beside_agent(told_the_agent(state, fact, policy)[0], fact, policy)


def agree_beside_agent(state: State, fact: Any, policy: Policy) -> Outcome:
    paused = state.paused if state.paused in OPEN else COLLECTING
    return changed(state, paused=paused, declined=False), ()


def end_attended(state: State, fact: Any, policy: Policy) -> Outcome:
    return close(changed(state, waits=True))
