"""THE table: what the bot does, for every phase and every fact.

How to read it. A shopper's message is unpacked into facts (`dialogue.facts`), and each fact goes through this table in
turn: the row for the present phase and that fact changes the state and may ask for effects. When the last fact is in,
`TurnEnded` goes through the table too, and its row says what is still to be said: the offer, the question for what is
missing, the ticket. So "Hi, Jane Doe, jane@x.example, my order never came, please open a ticket" is six small steps
(greeting, email, name, issue, wish, end of turn), and its last step files.

    IDLE        nothing open                       an issue -> OFFERED, a wish -> COLLECTING
    OFFERED     a ticket was offered (R10)         yes, a wish or a missing field -> COLLECTING; no -> IDLE
    COLLECTING  consent is there (R7)              all three fields -> filed, IDLE (R8); three fruitless -> SILENT (R9)
    SILENT      consent is there, no more asking   all three fields -> filed, IDLE (R9)
    LOOKING_UP  a search is under way              its outcome -> back to where it came from
    ATTENDED    a person of the shop is here       they leave -> COLLECTING or SILENT where it was so, else IDLE

Nobody waits for ever (R13). A person who is here holds a lease, which the shell lets run out when they are gone: the bot is
back, says so, and whoever was left without a reply gets one. And where three replies in a row brought a shopper nothing,
the third names the support email and offers a ticket; that is the one offer that may be made without an issue.

While ATTENDED the bot says nothing of its own, but it goes on taking in what the rules say must never be asked for again, and
a ticket that was agreed to and becomes complete is filed as ever (R8).

Consent is not a flag: it *is* the phases COLLECTING and SILENT, so it cannot be asked for twice. A field is never asked
for when it is there, because the only words that ask are made from `State.missing`. A ticket is filed in one place,
`_finish`, which both phases reach at the end of every turn; nothing can stand between completeness and filing. A reason
is set in one place too, the gate of `dialogue.reasons`, which says of any wording whether it is filed, refused, said
already, more, or new.

Each row: a name that begins with the rule it serves, the phases, the fact, an optional guard, the action. Rows of one
phase and fact are tried from top to bottom and the last has no guard, so the table is total; `tests/dialogue/test_table.py` holds
that. A row marked `refuse` raises `IllegalEvent` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dialogue import events as e
from dialogue import guards as g
from dialogue.effects import Announce, Effect, FileTicket, RecordGap, RecordRating, Say, Search
from dialogue.reasons import declined_before, done, take, ticket_meant, weigh, wording
from dialogue.states import OPEN, Lookup, Phase, State, Ticket, TicketStatus, TurnNotes, changed
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Act

Outcome = tuple[State, tuple[Effect, ...]]
Guard = Callable[[State, Any], bool]
Action = Callable[[State, Any, e.Policy], Outcome]


class IllegalEvent(Exception):
    """This event cannot come in this phase; the state is unchanged."""


@dataclass(frozen=True)
class Row:
    name: str
    phases: tuple[Phase, ...]
    event: type
    do: Action
    when: Guard | None = None


IDLE, OFFERED, COLLECTING, SILENT, LOOKING_UP, ATTENDED = Phase
_TALKING = (IDLE, OFFERED, COLLECTING, SILENT)
_HEARD = (*_TALKING, ATTENDED)
_ALL = tuple(Phase)
YES_NO = ("choice_yes", "choice_no")
#: So many different digressions of one collection are remembered.
_DIGRESSIONS = 20


# ---------------------------------------------------------------- small words the actions are made of


def _note(state: State, **changes: Any) -> State:
    return changed(state, turn=changed(state.turn, **changes))


def _noted(state: State, what: str) -> State:
    return _note(state, noted=(*state.turn.noted, what))


def _say(state: State, *says: Say) -> Outcome:
    return _note(state, said=(*state.turn.said, *(s.act for s in says))), says


def _then(outcome: Outcome, more: Callable[[State], Outcome]) -> Outcome:
    state, effects = more(outcome[0])
    return state, (*outcome[1], *effects)


def _keep(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return state, ()


def _refuse(state: State, fact: Any, policy: e.Policy) -> Outcome:
    raise IllegalEvent(f"{type(fact).__name__} cannot come while {state.phase.value}")


def _consent(state: State) -> State:
    """R7: consent, once. The count of fruitless questions starts with the collection it belongs to."""
    fruitless, digressions = (state.fruitless, state.digressions) if state.phase in OPEN else (0, ())
    phase = state.phase if state.phase in OPEN else COLLECTING
    state = changed(state, phase=phase, declined=False, fruitless=fruitless, digressions=digressions)
    return _note(state, gave=True, consented=True, offer_due=False)


def _digressed(state: State, what: str) -> State:
    """R9: something beside the collection was answered, which is no fruitless question, unless it is the same again and
    nothing came of it in between."""
    if state.phase in OPEN:
        if what in state.digressions:
            return state
        state = changed(state, digressions=(*state.digressions, what)[-_DIGRESSIONS:])
    return _note(state, fruitful=True)


# ---------------------------------------------------------------- fields (R2, R5, R6)


def _keep_name(state: State, fact: e.NameGiven, policy: e.Policy) -> Outcome:
    state = changed(state, name=fact.value)
    return _noted(_note(state, gave=True), "name"), ()


def _replace_name(state: State, fact: e.NameGiven, policy: e.Policy) -> Outcome:
    return _noted(_replaced(changed(state, name=fact.value), state), "name"), ()


def _keep_email(state: State, fact: e.EmailGiven, policy: e.Policy) -> Outcome:
    state = changed(state, email=fact.value)
    return _noted(_note(state, gave=True), "email"), ()


def _replace_email(state: State, fact: e.EmailGiven, policy: e.Policy) -> Outcome:
    return _noted(_replaced(changed(state, email=fact.value), state), "email"), ()


def _replaced(state: State, before: State) -> State:
    """R5, R9: a correction is fruit; the same value once more is none."""
    return _note(state, fruitful=True, news=True) if state != before else state


def _name_at_offer(state: State, fact: e.NameGiven, policy: e.Policy) -> Outcome:
    return _keep_name(_consent(state), fact, policy)


def _email_at_offer(state: State, fact: e.EmailGiven, policy: e.Policy) -> Outcome:
    return _keep_email(_consent(state), fact, policy)


def _keep_extra(state: State, fact: e.ExtraGiven, policy: e.Policy) -> Outcome:
    return _noted(_note(_with_extra(state, fact), gave=True), "extra"), ()


def _replace_extra(state: State, fact: e.ExtraGiven, policy: e.Policy) -> Outcome:
    return _noted(_replaced(_with_extra(state, fact), state), "extra"), ()


def _extra_at_offer(state: State, fact: e.ExtraGiven, policy: e.Policy) -> Outcome:
    return _keep_extra(_consent(state), fact, policy)


def _with_extra(state: State, fact: e.ExtraGiven) -> State:
    return changed(state, extra=(*(pair for pair in state.extra if pair[0] != fact.field), (fact.field, fact.value)))


def _say_invalid_later(state: State, fact: e.ValueRejected, policy: e.Policy) -> Outcome:
    return _note(state, rejected=(*state.turn.rejected, (fact.field, fact.why))), ()


def _customer(state: State, fact: e.CustomerIdentified, policy: e.Policy) -> Outcome:
    """R2: the page's own signed-in customer fills blanks; R8: if that completes a ticket, it is filed now."""
    name = state.name or (fact.name if fact.name and could_be_name(fact.name) else None)
    email = state.email or (fact.email if fact.email and could_be_email(fact.email) else None)
    state = changed(state, name=name, email=email)
    if g.agreed(state) and not state.missing:
        return _file(state, fact, policy)
    return state, ()


# ---------------------------------------------------------------- issues (R3, R4, R10, R12, R18)


def _taken(state: State, fact: Any) -> State:
    """With what the fact's words add to the reason, as the one gate decides (`dialogue.reasons`)."""
    return take(state, wording(state, fact))


def _offer(state: State, fact: e.IssueStated | e.FollowedUp, policy: e.Policy) -> Outcome:
    """R10: an issue and no consent: a ticket is offered, after the article where one fits."""
    state = changed(_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    lookup = state.turn.lookup or Lookup(fact.text, for_issue=True)
    return _note(state, offer_due=True, lookup=lookup), ()


def _first_reason(state: State, fact: e.IssueStated | e.FollowedUp, policy: e.Policy) -> Outcome:
    return _note(_taken(state, fact), gave=True), ()


def _reason_at_offer(state: State, fact: e.IssueStated, policy: e.Policy) -> Outcome:
    """R7: the offer was made without an issue (R13), and is answered by giving the reason that was missing."""
    return _first_reason(_consent(state), fact, policy)


def _append_detail(state: State, fact: e.IssueStated | e.FollowedUp, policy: e.Policy) -> Outcome:
    return _noted(_note(_taken(state, fact), fruitful=True, news=True), "detail"), ()


def _same_reason(state: State, fact: Any, policy: e.Policy) -> Outcome:
    taken = _taken(state, fact)
    if not (state.reason and (taken.reason or "").startswith(state.reason)):
        taken = _noted(taken, "recalled")  # declined before another was: a yes now would answer the other
    return _noted(_digressed(taken, "reason"), "same_reason"), ()


def _repeat_of_ticket(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R12: which ticket it is about is said at the end of the turn, unless a wish for it is answered first; at once
    where another ticket is being collected, which goes on."""
    state = _note(state, repeats=weigh(state, wording(state, fact)).reference)
    return _redirect(state, fact, policy) if state.phase in OPEN else (state, ())


def _review(state: State, fact: e.ReviewDemanded, policy: e.Policy) -> Outcome:
    """R18: disagreement that asks for review is an issue and consent at once."""
    return _consent(changed(_taken(state, fact), last_question=None)), ()


def _question_becomes_issue(state: State, fact: e.Unhelped, policy: e.Policy) -> Outcome:
    """R3: the question just answered is the issue when the answer did not help."""
    state = changed(_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    return _note(state, offer_due=True), ()


# ---------------------------------------------------------------- consent and refusal (R7, R9, R10, R12)


def _agree(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _consent(state), ()


def _agree_about_answer(state: State, fact: e.TicketWanted, policy: e.Policy) -> Outcome:
    return _consent(changed(_taken(state, fact), last_question=None)), ()


def _point_at_answered(state: State, fact: e.TicketWanted, policy: e.Policy) -> Outcome:
    """R12: the question just answered has its ticket."""
    return _point_at_ticket(_repeat_of_ticket(state, fact, policy)[0], fact, policy)


def _point_at_ticket(state: State, fact: Any, policy: e.Policy) -> Outcome:
    ticket = state.ticket(state.turn.repeats or "") or g.last_ticket(state)
    assert ticket is not None  # the guard saw one
    say = Say(
        Act.TICKET_EXISTS, "ticket_exists", {"reference": ticket.reference},
        reference=ticket.reference, ticket_status=_shown(ticket),
    )  # fmt: skip
    return _say(_note(state, repeats=None), say)


def _decline(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R10: "no" is respected until the shopper raises another issue or asks."""
    state = changed(state, phase=IDLE, declined=True)
    return _say(_note(state, offer_due=False, refused=True), Say(Act.DECLINED, "declined"))


def _cancel(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R10: stops, says nothing was filed, keeps the fields (R2)."""
    state = changed(state, phase=IDLE, declined=True, fruitless=0, digressions=())
    return _say(_note(state, refused=True), Say(Act.CANCELLED, "cancelled"))


def _nothing_to_cancel(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _say(_note(state, refused=True), Say(Act.CLARIFY, "nothing_to_cancel"))


# ---------------------------------------------------------------- answers and digressions (R11, R14, R15, R17)


def _redirect(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R11: live chat does not confirm ticket-status updates. R12: the ticket that is meant is named, if there is one."""
    ticket = state.ticket(state.turn.repeats or "") or ticket_meant(state, getattr(fact, "text", ""))
    phrase = "update_redirect_known" if ticket else "update_redirect"
    values = {"reference": ticket.reference} if ticket else {}
    say = Say(
        Act.UPDATE_REDIRECT, phrase, values,
        reference=ticket.reference if ticket else None, ticket_status=_shown(ticket) if ticket else None,
    )  # fmt: skip
    return _say(_note(_digressed(state, "update"), repeats=None), say)


def _contact(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _say(_digressed(state, "contact"), Say(Act.CONTACT, "contact"))


def _privacy(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _say(state, Say(Act.PRIVACY, "privacy"))


def _look_up(state: State, fact: e.QuestionAsked, policy: e.Policy) -> Outcome:
    return _note(state, lookup=Lookup(fact.text)), ()


def _answer(state: State, fact: e.ArticleFound, policy: e.Policy) -> Outcome:
    """R15: quoted from an article, with its source."""
    lookup, phase = state.turn.lookup, state.turn.resume
    question = lookup.text if lookup and not lookup.for_issue and phase is IDLE else state.last_question
    state = changed(state, phase=phase, last_question=question)
    state = _digressed(_note(state, lookup=None), f"answer {fact.answer[:80]}")
    say = Say(Act.ANSWER, "answer", {"answer": fact.answer}, sources=fact.sources)
    return _say(state, say)


def _no_article_for_issue(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    return _note(changed(state, phase=state.turn.resume), lookup=None), ()


def _not_our_matter(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R15: matters that are not the shop's: a fixed reply, no offer, no gap record, no reason."""
    state = _note(changed(state, phase=state.turn.resume), lookup=None)
    return _say(state, Say(Act.SMALLTALK, "smalltalk"))


def _cannot_answer_here(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R15: while collecting, a short "I can't answer that here"; the reason stays as it is."""
    question = state.turn.lookup.text if state.turn.lookup else ""
    state = _note(changed(state, phase=state.turn.resume), lookup=None)
    outcome = _say(state, Say(Act.NO_ANSWER, "no_answer_here"))
    return outcome[0], (*outcome[1], RecordGap(question))


def _no_article(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R15: say so, record the question."""
    question = state.turn.lookup.text if state.turn.lookup else ""
    outcome = _say(_note(state, lookup=None), Say(Act.NO_ANSWER, "no_answer"))
    return outcome[0], (*outcome[1], RecordGap(question))


def _gap(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R15, R3: no article, so a ticket is offered; the question is the reason. R10: one that was declined is added to what is
    offered already, and is not offered again."""
    due = not declined_before(state, wording(state, fact))
    state = changed(_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    return _no_article(_note(state, offer_due=state.turn.offer_due or due), fact, policy)


def _gap_about_ticket(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R12: no article still, and its ticket is filed."""
    state = changed(_repeat_of_ticket(state, fact, policy)[0], phase=state.turn.resume)
    return _no_article(state, fact, policy)


def _gap_without_words(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    return _no_article(changed(state, phase=state.turn.resume), fact, policy)


def _gap_refused(state: State, fact: e.NothingFound, policy: e.Policy) -> Outcome:
    """R10: no article still, and the ticket was declined."""
    state = changed(_same_reason(state, fact, policy)[0], phase=state.turn.resume)
    return _no_article(state, fact, policy)


# ---------------------------------------------------------------- courtesy (R15, R19)


def _courtesy(act: Act) -> Action:
    def note(state: State, fact: Any, policy: e.Policy) -> Outcome:
        return _note(state, courtesy=act), ()

    return note


def _greet(state: State, fact: e.Greeted, policy: e.Policy) -> Outcome:
    if fact.name and could_be_name(fact.name):
        state = _note(state, news=state.turn.news or fact.name != state.greeting_name)
        state = _noted(changed(state, greeting_name=fact.name), "greeting_name")
    return _note(state, courtesy=Act.GREET), ()


def _chat(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _say(state, Say(Act.SMALLTALK, "smalltalk"))


def _rate(state: State, fact: e.ShopperRated, policy: e.Policy) -> Outcome:
    state = changed(state, rated=True, invited=True)
    return state, (RecordRating(fact.score, fact.comment), Say(Act.THANKS, "thanks_rating"))


def _rate_in_words(state: State, fact: e.ScoreSaid, policy: e.Policy) -> Outcome:
    state = changed(state, rated=True)
    state, says = _say(state, Say(Act.THANKS, "thanks_rating"))
    return state, (RecordRating(fact.score, None), *says)


def _all_right(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _noted(state, "all_right"), ()


def _no_to_nothing(state: State, fact: e.Denied, policy: e.Policy) -> Outcome:
    return _noted(_note(state, refused=True), "all_right"), ()


def _invite(state: State) -> Outcome:
    """R19: once per conversation, at its end."""
    if state.invited or state.rated:
        return state, ()
    return _say(changed(state, invited=True), Say(Act.INVITE_RATING, "invite_rating"))


# ---------------------------------------------------------------- the helpdesk's word (R8, R12, R13)


def _shown(ticket: Ticket) -> str:
    return "filed" if ticket.status is TicketStatus.FILED else "saved"


def _with_status(state: State, reference: str, status: TicketStatus) -> State:
    tickets = tuple(changed(t, status=status) if t.reference == reference else t for t in state.tickets)
    return changed(state, tickets=tickets)


def _outcome(act: Act, status: TicketStatus, shown: str) -> Action:
    def tell(state: State, fact: e.TicketAccepted | e.TicketDelayed, policy: e.Policy) -> Outcome:
        ticket = state.ticket(fact.reference)
        assert ticket is not None  # the guard saw one
        phrase = f"{act.value}_dispute" if ticket.dispute else act.value
        say = Say(act, phrase, {"reference": ticket.reference}, reference=ticket.reference, ticket_status=shown)
        state = changed(_with_status(state, fact.reference, status), last_acts=(act,))
        return state, (say,)

    return tell


def _other_stem(state: State, fact: e.ReferenceTaken, policy: e.Policy) -> Outcome:
    return changed(state, stem=fact.stem, began=state.began or state.stem), ()


# ---------------------------------------------------------------- a person of the shop in the chat


def _fall_silent(state: State, fact: e.AgentJoined, policy: e.Policy) -> Outcome:
    state = changed(
        state, phase=ATTENDED, paused=state.phase, agent=fact.name, agent_account=fact.account, presence=fact.presence,
        last_acts=(),
    )  # fmt: skip
    return state, (Announce("agent_joined", {"agent": fact.name}),)


def _take_over(state: State, fact: e.AgentJoined, policy: e.Policy) -> Outcome:
    state = changed(state, agent=fact.name, agent_account=fact.account, presence=fact.presence)
    return state, (Announce("agent_joined", {"agent": fact.name}),)


def _come_back(state: State, fact: e.AgentLeft, policy: e.Policy) -> Outcome:
    """What was agreed to goes on with the shopper's next message (R7). An offer does not: a later yes would answer the person
    who left, and is no consent to it."""
    announce = Announce("agent_left", {"agent": state.agent})
    state = _back_from_person(state)
    if fact.settled:
        state = changed(done(state), phase=IDLE, fruitless=0, digressions=(), last_question=None)
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
        open_question=None,
        useless=0,
    )


def _left_alone(state: State, fact: e.AgentLeft, policy: e.Policy) -> Outcome:
    """R13: the person is gone without a word. The bot says so, and whoever was left without a reply gets one: to the question
    they asked the person, else the support email and, where an issue stands that was not refused, the offer."""
    announce, waited, question = Announce("agent_gone", {"agent": state.agent}), state.waits, state.open_question
    state = _back_from_person(state)
    if not waited:
        return state, (announce,)
    if state.phase is IDLE and state.reason and not state.declined:
        state = _note(changed(state, phase=OFFERED), offer_due=True)
    if question is not None:
        state = _note(state, lookup=Lookup(question), resume=state.phase)
        return changed(state, phase=LOOKING_UP), (announce, Search(question))
    return _then((state, (announce,)), _make_up_for_silence)


def _make_up_for_silence(state: State) -> Outcome:
    if state.phase in OPEN:
        return _end_with(state, Say(Act.GIVE_EMAIL, "give_email_alone_open", {"missing": state.missing}))
    email = Say(Act.GIVE_EMAIL, "give_email_alone")
    if state.phase is OFFERED:
        return _end_with(state, email, Say(Act.OFFER_TICKET, "offer_ticket", choices=YES_NO))
    return _end_with(state, email)


def _ask_the_person(state: State, fact: e.QuestionAsked, policy: e.Policy) -> Outcome:
    return changed(state, open_question=fact.text), ()


def _answered_by_person(state: State, fact: e.AgentSaid, policy: e.Policy) -> Outcome:
    return changed(state, waits=False, open_question=None), ()


def _told_the_agent(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R3, R4: an issue told to a person is the reason as well, and is never asked for again."""
    return changed(_taken(state, fact), last_question=None), ()


def _review_told_the_agent(state: State, fact: e.ReviewDemanded, policy: e.Policy) -> Outcome:
    return _agree_beside_agent(_told_the_agent(state, fact, policy)[0], fact, policy)


def _agree_beside_agent(state: State, fact: Any, policy: e.Policy) -> Outcome:
    paused = state.paused if state.paused in OPEN else COLLECTING
    return changed(state, paused=paused, declined=False), ()


def _end_attended(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _close(changed(state, waits=True))


# ---------------------------------------------------------------- the end of a turn


def _search_first(state: State, fact: Any, policy: e.Policy) -> Outcome:
    lookup = state.turn.lookup
    assert lookup is not None  # the guard saw one
    # An offer that was made for no issue (R13) gives way to a question; one made for an issue stands (R10).
    resume = IDLE if state.phase is OFFERED and not state.reason else state.phase
    state = changed(_note(state, resume=resume), phase=LOOKING_UP)
    return state, (Search(lookup.text),)


def _finish(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R8: consent and all three fields are there, so the ticket is filed in this very turn."""
    assert state.name and state.email and state.reason  # the guard saw them
    earlier = ticket_meant(state, state.reason)
    ticket = Ticket(state.next_reference, state.name, state.email, state.reason, dispute=state.dispute)
    file = FileTicket(
        ticket.reference, ticket.name, ticket.email, ticket.reason, dispute=ticket.dispute,
        earlier_reference=earlier.reference if earlier and ticket.dispute else None, extra=state.extra,
    )  # fmt: skip
    state = changed(
        done(state), phase=IDLE, fruitless=0, digressions=(), last_question=None, extra=(), tickets=(*state.tickets, ticket),
    )  # fmt: skip
    return _close(state, (file,))


def _file(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """`_finish`, with whoever of the shop is in the chat staying there."""
    if state.phase is not ATTENDED:
        return _finish(state, fact, policy)
    state, effects = _finish(state, fact, policy)
    return changed(state, phase=ATTENDED, paused=IDLE), effects


def _close(state: State, effects: tuple[Effect, ...] = ()) -> Outcome:
    said = state.turn.said
    return changed(state, last_acts=said or state.last_acts, turn=TurnNotes(), useless=_useless(state)), effects


def _useless(state: State) -> int:
    """R13: replies in a row that brought nothing, this one included. Thanks and the invitation to rate leave the count alone."""
    said = set(state.turn.said)
    if said and g.brought_nothing(state):
        return state.useless + 1
    leaves_it = said <= {Act.THANKS, Act.INVITE_RATING, Act.PRIVACY} and not (state.turn.gave or state.turn.news)
    return state.useless if leaves_it else 0


def _end_with(state: State, *says: Say) -> Outcome:
    state, effects = _say(state, *says)
    return _close(state, effects)


def _say_invalid(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R6: what was wrong with it, and that field alone."""
    field, why = next((f, w) for f, w in state.turn.rejected if f in state.missing)
    if not state.turn.gave:
        state = changed(state, fruitless=state.fruitless + 1)
    if state.fruitless >= policy.fruitless_limit:
        return _stop_asking(state, fact, policy)
    return _end_with(state, Say(Act.INVALID, f"invalid_{why}", asks=(field,)))


def _ask(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _end_with(
        changed(state, digressions=()), Say(Act.ASK, "ask", {"missing": state.missing}, asks=state.missing)
    )


def _remind(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R9: one short reminder; after the third fruitless question the bot stops asking."""
    if not state.turn.fruitful:
        state = changed(state, fruitless=state.fruitless + 1)
    if state.fruitless >= policy.fruitless_limit:
        return _stop_asking(state, fact, policy)
    return _end_with(state, Say(Act.REMIND, "remind", {"missing": state.missing}, asks=state.missing))


def _stop_asking(state: State, fact: Any, policy: e.Policy) -> Outcome:
    state = changed(state, phase=SILENT)
    return _end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


def _still_silent(state: State, fact: Any, policy: e.Policy) -> Outcome:
    if state.turn.said and not state.turn.gave:
        return _close(state)
    return _end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


def _email_again(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


def _way_out(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """R13: the email, and a ticket is offered; not where one was refused or is filed, nor to a no (R10)."""
    email = Say(Act.GIVE_EMAIL, "give_email_lost")
    if state.declined or state.tickets or state.turn.refused:
        return _end_with(state, email)
    state = changed(state, phase=OFFERED, dispute=state.dispute and bool(state.reason))
    return _end_with(state, email, Say(Act.OFFER_TICKET, "offer_ticket_lost", choices=YES_NO))


def _way_out_beside_offer(state: State, fact: Any, policy: e.Policy) -> Outcome:
    return _end_with(state, Say(Act.GIVE_EMAIL, "give_email_offer", choices=YES_NO))


def _leave_open(state: State, fact: Any, policy: e.Policy) -> Outcome:
    """A goodbye with a ticket half collected: nothing was filed, and the support email is the way out (R13)."""
    return _then(_say(state, Say(Act.GOODBYE, "goodbye_open")), lambda s: _then(_invite(s), _close))


def _end_idle(state: State, fact: Any, policy: e.Policy) -> Outcome:
    turn = state.turn
    if turn.repeats is not None:
        state, effects = _redirect(state, fact, policy)
        return _then((state, effects), _close)
    if turn.courtesy is Act.GOODBYE:
        return _then(_say(state, Say(Act.GOODBYE, "goodbye")), lambda s: _then(_invite(s), _close))
    if turn.courtesy is Act.THANKS and not (set(turn.said) - {Act.PRIVACY}):
        return _then(_say(state, Say(Act.THANKS, "thanks")), lambda s: _then(_invite(s), _close))
    if set(turn.said) - {Act.PRIVACY}:
        return _close(state)
    if turn.courtesy is Act.GREET:
        name = state.name or state.greeting_name
        return _end_with(state, Say(Act.GREET, "greet_name" if name else "greet", {"name": name} if name else {}))
    if "same_reason" in turn.noted:
        return _end_with(state, Say(Act.CLARIFY, "noted_declined"))
    if {"name", "email", "extra"} & set(turn.noted):
        phrase = "noted_after_filing" if state.tickets else "noted"
        return _end_with(state, Say(Act.CLARIFY, phrase))
    if turn.rejected:
        return _end_with(state, Say(Act.CLARIFY, f"unusable_{turn.rejected[0][1]}"))
    if Act.PRIVACY in turn.said:
        return _close(state)
    return _end_with(state, Say(Act.CLARIFY, "all_right" if "all_right" in turn.noted else "clarify"))


def _make_offer(state: State, fact: Any, policy: e.Policy) -> Outcome:
    if state.turn.repeats is not None:  # one old and one new: both are answered (R12)
        return _then(_redirect(state, fact, policy), lambda s: _make_offer(s, fact, policy))
    return _end_with(state, Say(Act.OFFER_TICKET, "offer_ticket", choices=YES_NO))


def _offer_stands(state: State, fact: Any, policy: e.Policy) -> Outcome:
    turn = state.turn
    if turn.repeats is not None:
        return _then(_redirect(state, fact, policy), _close)
    if turn.courtesy is Act.GOODBYE:
        return _then(_say(state, Say(Act.GOODBYE, "goodbye_open")), lambda s: _then(_invite(s), _close))
    if set(turn.said) - {Act.PRIVACY}:
        return _close(state)
    if turn.rejected:
        return _end_with(state, Say(Act.CLARIFY, f"unusable_{turn.rejected[0][1]}"))
    if turn.courtesy is Act.THANKS:
        return _end_with(state, Say(Act.THANKS, "thanks_offer", choices=YES_NO))
    phrase = next((f"offer_stands_{n}" for n in ("detail", "same_reason", "email", "name") if n in turn.noted), None)
    return _end_with(state, Say(Act.CLARIFY, phrase or "offer_stands", choices=YES_NO))


# ---------------------------------------------------------------- the table itself

TABLE: tuple[Row, ...] = (
    # Illegal while a search is under way: one message is decided before the next is heard.
    *(
        Row(f"order: {event.__name__} waits for the search", (LOOKING_UP,), event, _refuse)
        for event in (
            e.SecretMasked, e.Greeted, e.NameGiven, e.EmailGiven, e.ExtraGiven, e.ValueRejected, e.IssueStated, e.ReviewDemanded,
            e.FollowedUp, e.Unhelped, e.Cancelled, e.Denied, e.Affirmed, e.TicketWanted, e.UpdateAsked,
            e.ContactAsked, e.QuestionAsked, e.Thanked, e.SaidGoodbye, e.Chatted, e.Mumbled, e.ScoreSaid,
            e.TurnEnded, e.CustomerIdentified, e.ShopperRated, e.AgentJoined, e.AgentSaid, e.AgentLeft,
        )
    ),
    Row("order: an article nobody asked for", _HEARD, e.ArticleFound, _refuse),
    Row("order: an empty search nobody asked for", _HEARD, e.NothingFound, _refuse),
    # R17
    Row("R17 a secret was masked: say so", _HEARD, e.SecretMasked, _privacy),
    # R2, R5, R6, R7: fields
    Row("R6 not a name: not stored", _HEARD, e.NameGiven, _keep, g.bad_name),
    Row("R5 another name replaces, and is no consent", _HEARD, e.NameGiven, _replace_name, g.name_known),
    Row("R7 a missing name answers the offer", (OFFERED,), e.NameGiven, _name_at_offer),
    Row("R2 a name is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.NameGiven, _keep_name),
    Row("R6 not an address: not stored", _HEARD, e.EmailGiven, _keep, g.bad_email),
    Row("R5 another address replaces, and is no consent", _HEARD, e.EmailGiven, _replace_email, g.email_known),
    Row("R7 a missing address answers the offer", (OFFERED,), e.EmailGiven, _email_at_offer),
    Row("R2 an address is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.EmailGiven, _keep_email),
    Row("R1 a field that nobody requires: not stored", _HEARD, e.ExtraGiven, _keep, g.not_required),
    Row("R5 another value of a required field replaces, and is no consent", _HEARD, e.ExtraGiven, _replace_extra,
        g.extra_known),
    Row("R7 a missing required field answers the offer", (OFFERED,), e.ExtraGiven, _extra_at_offer),
    Row("R1 a field that the helpdesk requires is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.ExtraGiven, _keep_extra),
    Row("R6 an impossible value is not stored", _TALKING, e.ValueRejected, _say_invalid_later),
    Row("R2 the page's customer fills blanks", _HEARD, e.CustomerIdentified, _customer),
    # a person of the shop in the chat: nothing is said, and nothing that was said is lost
    Row("help: a person joins, and the bot falls silent", _TALKING, e.AgentJoined, _fall_silent),
    Row("help: another person takes over", (ATTENDED,), e.AgentJoined, _take_over, g.another_agent),
    Row("help: here already", (ATTENDED,), e.AgentJoined, _keep),
    Row("help: a person answers", (ATTENDED,), e.AgentSaid, _answered_by_person),
    Row("help: a person's words are their own", _TALKING, e.AgentSaid, _keep),
    Row("R13 an earlier stay ran out, and this one goes on", (ATTENDED,), e.AgentLeft, _keep, g.ran_out_earlier),
    Row("R13 the person is gone: the bot is back, with a reply for who waits", (ATTENDED,), e.AgentLeft, _left_alone,
        g.ran_out),
    Row("help: the person leaves, and the bot is back", (ATTENDED,), e.AgentLeft, _come_back),
    Row("help: nobody is here to leave", _TALKING, e.AgentLeft, _keep),
    # R3, R4, R10, R12, R18: issues
    Row("R6 not a reason: not stored", _HEARD, e.IssueStated, _keep, g.bad_reason),
    Row("R12 the issue of a filed ticket again", _TALKING, e.IssueStated, _repeat_of_ticket, g.issue_of_a_ticket),
    Row("R10 the refused issue again: no second offer", (IDLE,), e.IssueStated, _same_reason, g.issue_just_refused),
    Row("R10 an issue without consent: offer", (IDLE,), e.IssueStated, _offer),
    Row("R4 the same reason again changes nothing", (OFFERED, *OPEN), e.IssueStated, _same_reason, g.nothing_new),
    Row("R4 new detail is appended", (OFFERED, *OPEN), e.IssueStated, _append_detail, g.has_reason),
    Row("R7 a missing reason answers the offer", (OFFERED,), e.IssueStated, _reason_at_offer),
    Row("R3 the reason was missing", OPEN, e.IssueStated, _first_reason),
    Row("R3 an issue told to a person is the reason", (ATTENDED,), e.IssueStated, _told_the_agent),
    Row("R6 a review without words: not stored", _HEARD, e.ReviewDemanded, _keep, g.bad_reason),
    Row("R12 the review asked for is filed already", _TALKING, e.ReviewDemanded, _repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R12 asked a person for the review that is filed", (ATTENDED,), e.ReviewDemanded, _keep, g.issue_of_a_ticket),
    Row("R18 a review asked of a person: issue and consent", (ATTENDED,), e.ReviewDemanded, _review_told_the_agent),
    Row("R18 disagreement that asks for review: issue and consent", _TALKING, e.ReviewDemanded, _review),
    Row("R6 not a follow-up: not stored", _HEARD, e.FollowedUp, _keep, g.bad_reason),
    Row("R3 told a person to follow up: the issue", (ATTENDED,), e.FollowedUp, _told_the_agent),
    Row("R12 follow-up after filing is an update", _TALKING, e.FollowedUp, _repeat_of_ticket, g.issue_of_a_ticket),
    Row("R4 follow-up on a refused issue", (IDLE,), e.FollowedUp, _same_reason, g.issue_just_refused),
    Row("R4 follow-up is the reason again", _TALKING, e.FollowedUp, _same_reason, g.nothing_new),
    Row("R3 a follow-up states the issue", (IDLE,), e.FollowedUp, _offer),
    Row("R4 a follow-up names more", (OFFERED, *OPEN), e.FollowedUp, _append_detail, g.has_reason),
    Row("R3 a follow-up is the missing reason", (OFFERED, *OPEN), e.FollowedUp, _first_reason),
    Row("R12 the answer did not help, and its question is filed", (IDLE,), e.Unhelped, _repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R10 the answer did not help, and the ticket was declined", (IDLE,), e.Unhelped, _same_reason,
        g.issue_just_refused),
    Row("R3 the answer did not help: its question is the issue", (IDLE,), e.Unhelped, _question_becomes_issue,
        g.answered_before),
    Row("R4 not helped, nothing answered before", _TALKING, e.Unhelped, _keep),
    # R7, R9, R10, R12: consent and refusal
    Row("R10 never mind declines the offer", (OFFERED,), e.Cancelled, _decline),
    Row("R10 never mind stops the collection", OPEN, e.Cancelled, _cancel),
    Row("R10 nothing is open to cancel", (IDLE,), e.Cancelled, _nothing_to_cancel),
    Row("R10 no to the offer", (OFFERED,), e.Denied, _decline),
    Row("R7 a no beside a field is no refusal", OPEN, e.Denied, _keep, g.field_comes_too),
    Row("R10 no while collecting stops it", OPEN, e.Denied, _cancel),
    Row("R10 no, and nothing was asked", (IDLE,), e.Denied, _no_to_nothing),
    Row("R7 a yes before the offer is made agrees to nothing", (OFFERED,), e.Affirmed, _keep, g.offer_due),
    Row("R7 yes to the offer", (OFFERED,), e.Affirmed, _agree),
    Row("R7 yes after all", (IDLE,), e.Affirmed, _agree, g.just_refused),
    Row("R12 yes to a ticket already filed", (IDLE,), e.Affirmed, _point_at_ticket, g.just_filed),
    Row("R7 yes, and nothing was asked", (IDLE,), e.Affirmed, _all_right),
    Row("R7 consent is there already", OPEN, e.Affirmed, _keep),
    Row("R12 wished for, and the ticket was pointed at already", (IDLE,), e.TicketWanted, _keep, g.pointed_already),
    Row("R12 a ticket about a question that is filed", (IDLE,), e.TicketWanted, _point_at_answered,
        g.about_a_filed_answer),
    Row("R3 a ticket about the question just answered", (IDLE,), e.TicketWanted, _agree_about_answer,
        g.about_the_answer),
    Row("R12 the ticket wished for is filed already", (IDLE,), e.TicketWanted, _point_at_ticket,
        g.asks_again_for_filed),
    Row("R12 wished for beside an offer, and filed already", (OFFERED,), e.TicketWanted, _point_at_ticket,
        g.repeats_a_ticket),
    Row("R12 asked a person for a ticket already filed", (ATTENDED,), e.TicketWanted, _keep, g.asks_again_for_filed),
    Row("R7 a ticket asked of a person is consent", (ATTENDED,), e.TicketWanted, _agree_beside_agent),
    Row("R7 asking for a ticket is consent", (IDLE, OFFERED), e.TicketWanted, _agree),
    Row("R7 asked for again: consent is there already", OPEN, e.TicketWanted, _keep),
    # R11, R14, R15: answers
    Row("R11 an update: the support email", _TALKING, e.UpdateAsked, _redirect),
    Row("R14 the approved contact answer", _TALKING, e.ContactAsked, _contact),
    Row("R15 a question is looked up", _TALKING, e.QuestionAsked, _look_up),
    Row("R15 an article answers", (LOOKING_UP,), e.ArticleFound, _answer),
    Row("R10 no article for an issue: the offer alone", (LOOKING_UP,), e.NothingFound, _no_article_for_issue,
        g.for_issue),
    Row("R15 not the shop's matter", (LOOKING_UP,), e.NothingFound, _not_our_matter, g.not_ours),
    Row("R15 no article while collecting", (LOOKING_UP,), e.NothingFound, _cannot_answer_here, g.resumes_open),
    Row("R6 no article, and no words that could be a reason", (LOOKING_UP,), e.NothingFound, _gap_without_words,
        g.no_words),
    Row("R12 no article, and the question is filed", (LOOKING_UP,), e.NothingFound, _gap_about_ticket,
        g.issue_of_a_ticket),
    Row("R10 no article, and the ticket was declined", (LOOKING_UP,), e.NothingFound, _gap_refused,
        g.issue_just_refused),
    Row("R15 no article: a gap, and the question is the reason", (LOOKING_UP,), e.NothingFound, _gap),
    # courtesy and R19
    Row("courtesy: a greeting", _TALKING, e.Greeted, _greet),
    Row("courtesy: thanks", _TALKING, e.Thanked, _courtesy(Act.THANKS)),
    Row("courtesy: goodbye", _TALKING, e.SaidGoodbye, _courtesy(Act.GOODBYE)),
    Row("R15 chit-chat gets a fixed reply", _TALKING, e.Chatted, _chat),
    Row("R9 nothing was recognised", _TALKING, e.Mumbled, _keep),
    Row("R19 a score in words, when it was invited", _TALKING, e.ScoreSaid, _rate_in_words, g.just_invited),
    Row("R19 a number nobody asked for", _TALKING, e.ScoreSaid, _keep),
    Row("R19 rated already, or not a rating", _HEARD, e.ShopperRated, _keep, g.bad_score),
    Row("R19 a rating is kept once", _HEARD, e.ShopperRated, _rate),
    *(
        Row(f"help: {event.__name__} is said to the person", (ATTENDED,), event, _keep)
        for event in (
            e.Greeted, e.ValueRejected, e.Unhelped, e.Cancelled, e.Denied, e.Affirmed, e.UpdateAsked, e.ContactAsked,
            e.Thanked, e.SaidGoodbye, e.Chatted, e.Mumbled, e.ScoreSaid,
        )
    ),
    Row("help: QuestionAsked is said to the person", (ATTENDED,), e.QuestionAsked, _ask_the_person),
    # R8, R12, R13: the helpdesk's word
    Row("R8 the helpdesk has it", _ALL, e.TicketAccepted,
        _outcome(Act.TICKET_FILED, TicketStatus.FILED, "filed"), g.known_and_unfiled),
    Row("R12 said already, or not ours", _ALL, e.TicketAccepted, _keep),
    Row("R13 the helpdesk is slow or down: saved", _ALL, e.TicketDelayed,
        _outcome(Act.TICKET_SAVED, TicketStatus.SAVED, "saved"), g.known_and_sent),
    Row("R13 said already, or not ours", _ALL, e.TicketDelayed, _keep),
    Row("R12 a reference is one ticket's alone: another stem", _ALL, e.ReferenceTaken, _other_stem),
    # the end of a turn
    Row("R15 first the article", _TALKING, e.TurnEnded, _search_first, g.search_due),
    Row("R8 complete means file", OPEN, e.TurnEnded, _finish, g.complete),
    Row("R8 complete means file, beside a person too", (ATTENDED,), e.TurnEnded, _file, g.agreed_and_complete),
    Row("help: the answer is the person's", (ATTENDED,), e.TurnEnded, _end_attended),
    Row("R13 goodbye with a ticket half collected", OPEN, e.TurnEnded, _leave_open, g.says_goodbye),
    Row("R6 say what was wrong with a value", (COLLECTING,), e.TurnEnded, _say_invalid, g.rejected_missing),
    Row("R9 ask for all that is missing", (COLLECTING,), e.TurnEnded, _ask, g.gave),
    Row("R9 remind, or stop asking", (COLLECTING,), e.TurnEnded, _remind),
    Row("R13 no more asking, and three replies brought nothing: the email", (SILENT,), e.TurnEnded, _email_again,
        g.third_useless),
    Row("R9 no more asking", (SILENT,), e.TurnEnded, _still_silent),
    Row("R10 the offer is made", (OFFERED,), e.TurnEnded, _make_offer, g.offer_due),
    Row("R13 an offer, and three replies brought nothing: the email too", (OFFERED,), e.TurnEnded, _way_out_beside_offer,
        g.third_useless),
    Row("R10 the offer stands", (OFFERED,), e.TurnEnded, _offer_stands),
    Row("R13 three replies brought nothing: the email, and the offer", (IDLE,), e.TurnEnded, _way_out, g.third_useless),
    Row("courtesy: what is left to say", (IDLE,), e.TurnEnded, _end_idle),
)  # fmt: skip

_INDEX: dict[tuple[Phase, type], list[Row]] = {}
for _row in TABLE:
    for _phase in _row.phases:
        _INDEX.setdefault((_phase, _row.event), []).append(_row)


def find(state: State, event: e.TableEvent) -> Row:
    """The row that decides `event` in `state`. Total: `tests/dialogue/test_table.py` tries every phase and event."""
    return next(row for row in _INDEX[state.phase, type(event)] if row.when is None or row.when(state, event))
