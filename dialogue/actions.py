"""What rows do while a message is taken in: fields, issues, consent, answers, courtesy, the helpdesk's word.

Each action takes the state, the fact and the policy, and gives the state after with its effects; nothing is changed
in place. What a message ends with is `dialogue.closing`; what differs while a person of the shop is in the chat is
`dialogue.attended`.
"""

from __future__ import annotations

from typing import Any

from dialogue import events as e
from dialogue import guards as g
from dialogue.effects import RecordGap, RecordRating, Say
from dialogue.outcomes import Action, IllegalEvent, Outcome, note, noted, say
from dialogue.policy import Policy
from dialogue.reasons import declined_before, take, ticket_meant, weigh, wording
from dialogue.states import COLLECTING, IDLE, OFFERED, OPEN, Lookup, Slip, State, Ticket, TicketStatus, changed
from dialogue.validity import could_be_name
from dialogue.vocabulary import Act, Field

#: So many different digressions of one collection are remembered.
_DIGRESSIONS = 20
#: So many questions without an article are remembered, the latest.
_UNANSWERED = 20


def keep(state: State, fact: Any, policy: Policy) -> Outcome:
    """Everything stays as it is."""
    return state, ()


def refuse(state: State, fact: Any, policy: Policy) -> Outcome:
    """Raises `IllegalEvent`: this fact cannot come in this phase."""
    raise IllegalEvent(f"{type(fact).__name__} cannot come while {state.phase.value}")


def _consent(state: State) -> State:
    """R7: consent, once. The count of fruitless questions starts with the collection it belongs to."""
    fruitless, digressions = (state.fruitless, state.digressions) if state.phase in OPEN else (0, ())
    phase = state.phase if state.phase in OPEN else COLLECTING
    state = changed(state, phase=phase, declined=False, fruitless=fruitless, digressions=digressions)
    return note(state, gave=True, consented=True, offer_due=False)


def _digressed(state: State, what: str) -> State:
    """R9: something beside the collection was answered, which is no fruitless question, unless it is the same again and
    nothing came of it in between."""
    if state.phase in OPEN:
        if what in state.digressions:
            return state
        state = changed(state, digressions=(*state.digressions, what)[-_DIGRESSIONS:])
    return note(state, fruitful=True)


# ---------------------------------------------------------------- fields (R2, R5, R6)


def keep_name(state: State, fact: e.NameGiven, policy: Policy) -> Outcome:
    state = changed(state, name=fact.value)
    return noted(note(state, gave=True), "name"), ()


def replace_name(state: State, fact: e.NameGiven, policy: Policy) -> Outcome:
    return noted(_replaced(changed(state, name=fact.value), state), "name"), ()


def keep_email(state: State, fact: e.EmailGiven, policy: Policy) -> Outcome:
    state = changed(state, email=fact.value, slip=None)
    return noted(note(state, gave=True), "email"), ()


def replace_email(state: State, fact: e.EmailGiven, policy: Policy) -> Outcome:
    return noted(_replaced(changed(state, email=fact.value, slip=None), state), "email"), ()


def _replaced(state: State, before: State) -> State:
    """R5, R9: a correction is fruit; the same value once more is none."""
    return note(state, fruitful=True, news=True) if state != before else state


def name_at_offer(state: State, fact: e.NameGiven, policy: Policy) -> Outcome:
    return keep_name(_consent(state), fact, policy)


def email_at_offer(state: State, fact: e.EmailGiven, policy: Policy) -> Outcome:
    return keep_email(_consent(state), fact, policy)


def keep_extra(state: State, fact: e.ExtraGiven, policy: Policy) -> Outcome:
    return noted(note(_with_extra(state, fact), gave=True), "extra"), ()


def replace_extra(state: State, fact: e.ExtraGiven, policy: Policy) -> Outcome:
    return noted(_replaced(_with_extra(state, fact), state), "extra"), ()


def extra_at_offer(state: State, fact: e.ExtraGiven, policy: Policy) -> Outcome:
    return keep_extra(_consent(state), fact, policy)


def _with_extra(state: State, fact: e.ExtraGiven) -> State:
    return changed(state, extra=(*(pair for pair in state.extra if pair[0] != fact.field), (fact.field, fact.value)))


def say_invalid_later(state: State, fact: e.ValueRejected, policy: Policy) -> Outcome:
    """R6: what was wrong with it is said at the end of the message; a likely slip is kept until it is asked about."""
    slip = Slip(fact.typed, fact.likely) if fact.likely and fact.field is Field.EMAIL else state.slip
    return note(changed(state, slip=slip), rejected=(*state.turn.rejected, (fact.field, fact.why))), ()


# ---------------------------------------------------------------- issues (R3, R4, R10, R12, R18)


def reason_taken(state: State, fact: Any) -> State:
    """With what the fact's words add to the reason, as the one gate decides (`dialogue.reasons`)."""
    return take(state, wording(state, fact))


def offer(state: State, fact: e.IssueStated | e.FollowedUp, policy: Policy) -> Outcome:
    """R10: an issue and no consent: a ticket is offered, after the article where one fits."""
    state = changed(reason_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    lookup = state.turn.lookup or Lookup(fact.text, for_issue=True)
    return note(state, offer_due=True, lookup=lookup), ()


def first_reason(state: State, fact: e.IssueStated | e.FollowedUp, policy: Policy) -> Outcome:
    return note(reason_taken(state, fact), gave=True), ()


def reason_at_offer(state: State, fact: e.IssueStated, policy: Policy) -> Outcome:
    """R7: the offer was made without an issue (R13), and is answered by giving the reason that was missing."""
    return first_reason(_consent(state), fact, policy)


def append_detail(state: State, fact: e.IssueStated | e.FollowedUp, policy: Policy) -> Outcome:
    return noted(note(reason_taken(state, fact), fruitful=True, news=True), "detail"), ()


def same_reason(state: State, fact: Any, policy: Policy) -> Outcome:
    taken = reason_taken(state, fact)
    if not (state.reason and (taken.reason or "").startswith(state.reason)):
        taken = noted(taken, "recalled")  # declined before another was: a yes now would answer the other
    return noted(_digressed(taken, "reason"), "same_reason"), ()


def repeat_of_ticket(state: State, fact: Any, policy: Policy) -> Outcome:
    """R12: which ticket it is about is said at the end of the turn, unless a wish for it is answered first; at once
    where another ticket is being collected, which goes on."""
    state = note(state, repeats=weigh(state, wording(state, fact)).reference)
    return redirect(state, fact, policy) if state.phase in OPEN else (state, ())


def review(state: State, fact: e.ReviewDemanded, policy: Policy) -> Outcome:
    """R18: disagreement that asks for review is an issue and consent at once."""
    return _consent(changed(reason_taken(state, fact), last_question=None)), ()


def question_becomes_issue(state: State, fact: e.Unhelped, policy: Policy) -> Outcome:
    """R3: the question just answered is the issue when the answer did not help."""
    state = changed(reason_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    return note(state, offer_due=True), ()


# ---------------------------------------------------------------- consent and refusal (R7, R9, R10, R12)


def agree(state: State, fact: Any, policy: Policy) -> Outcome:
    return _consent(state), ()


def agree_about_answer(state: State, fact: e.TicketWanted, policy: Policy) -> Outcome:
    return _consent(changed(reason_taken(state, fact), last_question=None)), ()


def point_at_answered(state: State, fact: e.TicketWanted, policy: Policy) -> Outcome:
    """R12: the question just answered has its ticket."""
    return point_at_ticket(repeat_of_ticket(state, fact, policy)[0], fact, policy)


def point_at_ticket(state: State, fact: Any, policy: Policy) -> Outcome:
    ticket = state.ticket(state.turn.repeats or "") or g.last_ticket(state)
    assert ticket is not None  # the guard saw one
    words = Say(
        Act.TICKET_EXISTS,
        "ticket_exists",
        {"reference": ticket.reference},
        reference=ticket.reference,
        ticket_status=_shown(ticket),
    )
    return say(note(state, repeats=None), words)


def decline(state: State, fact: Any, policy: Policy) -> Outcome:
    """R10: "no" is respected until the shopper raises another issue or asks."""
    state = changed(state, phase=IDLE, declined=True)
    return say(note(state, offer_due=False, refused=True), Say(Act.DECLINED, "declined"))


def cancel(state: State, fact: Any, policy: Policy) -> Outcome:
    """R10: stops, says nothing was filed, keeps the fields (R2)."""
    state = changed(state, phase=IDLE, declined=True, fruitless=0, digressions=())
    return say(note(state, refused=True), Say(Act.CANCELLED, "cancelled"))


def nothing_to_cancel(state: State, fact: Any, policy: Policy) -> Outcome:
    return say(note(state, refused=True), Say(Act.CLARIFY, "nothing_to_cancel"))


# ---------------------------------------------------------------- answers and digressions (R11, R14, R15, R17)


def redirect(state: State, fact: Any, policy: Policy) -> Outcome:
    """R11: live chat does not confirm ticket-status updates. R12: the ticket that is meant is named, if there is
    one."""
    ticket = state.ticket(state.turn.repeats or "") or ticket_meant(state, getattr(fact, "text", ""))
    phrase = "update_redirect_known" if ticket else "update_redirect"
    values = {"reference": ticket.reference} if ticket else {}
    words = Say(
        Act.UPDATE_REDIRECT,
        phrase,
        values,
        reference=ticket.reference if ticket else None,
        ticket_status=_shown(ticket) if ticket else None,
    )
    return say(note(_digressed(state, "update"), repeats=None), words)


def contact(state: State, fact: Any, policy: Policy) -> Outcome:
    return say(_digressed(state, "contact"), Say(Act.CONTACT, "contact"))


def privacy(state: State, fact: Any, policy: Policy) -> Outcome:
    return say(state, Say(Act.PRIVACY, "privacy"))


def look_up(state: State, fact: e.QuestionAsked, policy: Policy) -> Outcome:
    return note(state, lookup=Lookup(fact.text)), ()


def answer(state: State, fact: e.ArticleFound, policy: Policy) -> Outcome:
    """R15: quoted from an article, with its source."""
    lookup, phase = state.turn.lookup, state.turn.resume
    question = fact.asked or lookup.text if lookup and not lookup.for_issue and phase is IDLE else state.last_question
    heard = tuple(asked for asked in state.unanswered if lookup is None or asked != lookup.text)
    state = changed(state, phase=phase, last_question=question, unanswered=heard)
    state = _digressed(note(state, lookup=None), f"answer {fact.answer[:80]}")
    words = Say(Act.ANSWER, "answer", {"answer": fact.answer}, sources=fact.sources, questions=fact.choices)
    return say(state, words)


def no_article_for_issue(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    return note(changed(state, phase=state.turn.resume), lookup=None), ()


def not_our_matter(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R15: matters that are not the shop's: a fixed reply, no offer, no gap record, no reason."""
    state = note(changed(state, phase=state.turn.resume), lookup=None)
    return say(state, Say(Act.SMALLTALK, "smalltalk"))


def cannot_answer_here(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R15: while collecting, a short "I can't answer that here"; the reason stays as it is."""
    return _recorded(changed(state, phase=state.turn.resume), Say(Act.NO_ANSWER, "no_answer_here"))


def _no_article(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R15: say so, record the question."""
    return _recorded(state, Say(Act.NO_ANSWER, "no_answer"))


def _recorded(state: State, words: Say) -> Outcome:
    """R15: the question that was looked up is recorded, and is remembered until an article answers it."""
    question = state.turn.lookup.text if state.turn.lookup else ""
    asked = (*(other for other in state.unanswered if other != question), question)[-_UNANSWERED:]
    state, says = say(note(changed(state, unanswered=asked), lookup=None), words)
    return state, (*says, RecordGap(question))


def gap(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R15, R3: no article, so a ticket is offered; the question is the reason. R10: one that was declined is added
    to what is offered already, and is not offered again."""
    due = not declined_before(state, wording(state, fact))
    state = changed(reason_taken(state, fact), phase=OFFERED, declined=False, last_question=None)
    return _no_article(note(state, offer_due=state.turn.offer_due or due), fact, policy)


def gap_about_ticket(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R12: no article still, and its ticket is filed."""
    state = changed(repeat_of_ticket(state, fact, policy)[0], phase=state.turn.resume)
    return _no_article(state, fact, policy)


def gap_without_words(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    return _no_article(changed(state, phase=state.turn.resume), fact, policy)


def gap_refused(state: State, fact: e.NothingFound, policy: Policy) -> Outcome:
    """R10: no article still, and the ticket was declined."""
    state = changed(same_reason(state, fact, policy)[0], phase=state.turn.resume)
    return _no_article(state, fact, policy)


# ---------------------------------------------------------------- courtesy (R15, R19)


def courtesy(act: Act) -> Action:
    def remember(state: State, fact: Any, policy: Policy) -> Outcome:
        return note(state, courtesy=act), ()

    return remember


def greet(state: State, fact: e.Greeted, policy: Policy) -> Outcome:
    if fact.name and could_be_name(fact.name):
        state = note(state, news=state.turn.news or fact.name != state.greeting_name)
        state = noted(changed(state, greeting_name=fact.name), "greeting_name")
    return note(state, courtesy=Act.GREET), ()


def chat(state: State, fact: Any, policy: Policy) -> Outcome:
    return say(state, Say(Act.SMALLTALK, "smalltalk"))


def calm(state: State, fact: e.Insulted, policy: Policy) -> Outcome:
    """Abuse gets one calm reply in a conversation."""
    return say(changed(state, calmed=True), Say(Act.SMALLTALK, "calm"))


def reply_to_danger(state: State, fact: Any, policy: Policy) -> Outcome:
    """R21: one fixed, kind reply with where help is to be had, and a flag for a person."""
    return say(note(changed(state, danger=True), danger=True), Say(Act.SMALLTALK, "danger"))


def rate(state: State, fact: e.ShopperRated, policy: Policy) -> Outcome:
    state = changed(state, rated=True, invited=True)
    return state, (RecordRating(fact.score, fact.comment), Say(Act.THANKS, "thanks_rating"))


def rate_in_words(state: State, fact: e.ScoreSaid, policy: Policy) -> Outcome:
    state = changed(state, rated=True)
    state, says = say(state, Say(Act.THANKS, "thanks_rating"))
    return state, (RecordRating(fact.score, None), *says)


def all_right(state: State, fact: Any, policy: Policy) -> Outcome:
    return noted(state, "all_right"), ()


def no_to_nothing(state: State, fact: e.Denied, policy: Policy) -> Outcome:
    return noted(note(state, refused=True), "all_right"), ()


# ---------------------------------------------------------------- the helpdesk's word (R8, R12, R13)


def _shown(ticket: Ticket) -> str:
    return "filed" if ticket.status is TicketStatus.FILED else "saved"


def _with_status(state: State, reference: str, status: TicketStatus) -> State:
    tickets = tuple(changed(t, status=status) if t.reference == reference else t for t in state.tickets)
    return changed(state, tickets=tickets)


def ticket_outcome(act: Act, status: TicketStatus, shown: str) -> Action:
    def tell(state: State, fact: e.TicketAccepted | e.TicketDelayed, policy: Policy) -> Outcome:
        ticket = state.ticket(fact.reference)
        assert ticket is not None  # the guard saw one
        phrase = f"{act.value}_dispute" if ticket.dispute else act.value
        words = Say(act, phrase, {"reference": ticket.reference}, reference=ticket.reference, ticket_status=shown)
        state = changed(_with_status(state, fact.reference, status), last_acts=(act,))
        return state, (words,)

    return tell


def other_stem(state: State, fact: e.ReferenceTaken, policy: Policy) -> Outcome:
    return changed(state, stem=fact.stem, began=state.began or state.stem), ()
