"""How a message ends: a ticket is filed, or what is still to be said is said, the turn's notes are closed.

A ticket is filed in one place, `finish` (R8). Whatever ends a message goes through `close`, which counts what
brought the shopper nothing (R13).
"""

from __future__ import annotations

from typing import Any

from dialogue import events as e
from dialogue import guards as g
from dialogue.actions import redirect
from dialogue.effects import Effect, FileTicket, Say, Search
from dialogue.outcomes import Outcome, note, say, then
from dialogue.policy import Policy
from dialogue.reasons import done, ticket_meant
from dialogue.states import ATTENDED, IDLE, LOOKING_UP, OFFERED, SILENT, State, Ticket, TurnNotes, changed
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Act, Field

YES_NO = ("choice_yes", "choice_no")


def close(state: State, effects: tuple[Effect, ...] = ()) -> Outcome:
    """The message is done: its notes are closed, and what was said last is remembered."""
    said = state.turn.said
    last, proposes = said or state.last_acts, state.turn.proposed
    return changed(state, last_acts=last, turn=TurnNotes(), useless=_useless(state), proposes=proposes), effects


def _useless(state: State) -> int:
    """R13: replies in a row that brought nothing, this one included. Thanks and the invitation to rate leave the
    count alone."""
    said = set(state.turn.said)
    if said and g.brought_nothing(state):
        return state.useless + 1
    leaves_it = said <= {Act.THANKS, Act.INVITE_RATING, Act.PRIVACY} and not (state.turn.gave or state.turn.news)
    return state.useless if leaves_it else 0


def end_with(state: State, *says: Say) -> Outcome:
    """These are the last words of this message."""
    state, effects = say(state, *says)
    return close(state, effects)


def end_in_danger(state: State, fact: Any, policy: Policy) -> Outcome:
    """R21: the reply is all that is said; what is open stays open in silence. R13: that reply is the way out."""
    state, effects = close(state)
    return changed(state, useless=0), effects


# ---------------------------------------------------------------- filing (R8)


def finish(state: State, fact: Any, policy: Policy) -> Outcome:
    """R8: consent and all three fields are there, so the ticket is filed in this very turn."""
    assert state.name and state.email and state.reason  # the guard saw them
    earlier = ticket_meant(state, state.reason)
    ticket = Ticket(state.next_reference, state.name, state.email, state.reason, dispute=state.dispute)
    filing = FileTicket(
        ticket.reference,
        ticket.name,
        ticket.email,
        ticket.reason,
        dispute=ticket.dispute,
        earlier_reference=earlier.reference if earlier and ticket.dispute else None,
        extra=state.extra,
    )
    state = changed(
        done(state),
        phase=IDLE,
        fruitless=0,
        digressions=(),
        last_question=None,
        extra=(),
        tickets=(*state.tickets, ticket),
    )
    return close(state, (filing,))


def file(state: State, fact: Any, policy: Policy) -> Outcome:
    """`finish`, with whoever of the shop is in the chat staying there."""
    if state.phase is not ATTENDED:
        return finish(state, fact, policy)
    state, effects = finish(state, fact, policy)
    return changed(state, phase=ATTENDED, paused=IDLE), effects


def fill_from_page(state: State, fact: e.CustomerIdentified, policy: Policy) -> Outcome:
    """R2: the page's own signed-in customer fills blanks; R8: if that completes a ticket, it is filed now."""
    name = state.name or (fact.name if fact.name and could_be_name(fact.name) else None)
    email = state.email or (fact.email if fact.email and could_be_email(fact.email) else None)
    state = changed(state, name=name, email=email)
    if state.agreed and not state.missing:
        return file(state, fact, policy)
    return state, ()


# ---------------------------------------------------------------- the article first (R15)


def search_first(state: State, fact: Any, policy: Policy) -> Outcome:
    lookup = state.turn.lookup
    assert lookup is not None  # the guard saw one
    # An offer that was made for no issue (R13) gives way to a question; one made for an issue stands (R10).
    resume = IDLE if state.phase is OFFERED and not state.reason else state.phase
    state = changed(note(state, resume=resume), phase=LOOKING_UP)
    return state, (Search(lookup.text),)


# ---------------------------------------------------------------- asking for what is missing (R6, R9, R13)


def say_invalid(state: State, fact: Any, policy: Policy) -> Outcome:
    """R6: what was wrong with it, and that field alone."""
    field, why = next((f, w) for f, w in state.turn.rejected if f in state.missing)
    if not state.turn.gave:
        state = changed(state, fruitless=state.fruitless + 1)
    if state.fruitless >= policy.fruitless_limit:
        return _stop_asking(state, fact, policy)
    if state.slip and field is Field.EMAIL:
        return ask_about_slip(state, Act.INVALID, asks=(field,))
    return end_with(state, Say(Act.INVALID, f"invalid_{why}", asks=(field,)))


def ask_about_slip(state: State, act: Act, *, asks: tuple[str, ...] = ()) -> Outcome:
    """R6: the likely address as a choice; what was typed is taken when it is said again (`dialogue.slips`)."""
    slip = state.slip
    assert slip  # whoever calls saw it
    values = {"typed": slip.typed, "likely": slip.likely}
    state = note(changed(state, slip=None, doubted=slip), proposed=True)
    if could_be_email(slip.typed):
        return end_with(state, Say(act, "did_you_mean", values, asks=asks, choices=("choice_address",)))
    return end_with(state, Say(act, "did_you_mean_whole", values, asks=asks, choices=("choice_address",)))


def ask(state: State, fact: Any, policy: Policy) -> Outcome:
    if state.slip and Field.EMAIL in state.missing:  # given before anybody asked
        return ask_about_slip(changed(state, digressions=()), Act.INVALID, asks=(Field.EMAIL,))
    return end_with(changed(state, digressions=()), Say(Act.ASK, "ask", {"missing": state.missing}, asks=state.missing))


def remind(state: State, fact: Any, policy: Policy) -> Outcome:
    """R9: one short reminder; after the third fruitless question the bot stops asking."""
    if not state.turn.fruitful:
        state = changed(state, fruitless=state.fruitless + 1)
    if state.fruitless >= policy.fruitless_limit:
        return _stop_asking(state, fact, policy)
    if state.slip and Field.EMAIL in state.missing:
        return ask_about_slip(state, Act.INVALID, asks=(Field.EMAIL,))
    return end_with(state, Say(Act.REMIND, "remind", {"missing": state.missing}, asks=state.missing))


def _stop_asking(state: State, fact: Any, policy: Policy) -> Outcome:
    state = changed(state, phase=SILENT)
    return end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


def still_silent(state: State, fact: Any, policy: Policy) -> Outcome:
    if state.turn.said and not state.turn.gave:
        return close(state)
    return end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


def email_again(state: State, fact: Any, policy: Policy) -> Outcome:
    return end_with(state, Say(Act.GIVE_EMAIL, "give_email", {"missing": state.missing}))


# ---------------------------------------------------------------- the offer (R10), and the way out (R13)


def make_offer(state: State, fact: Any, policy: Policy) -> Outcome:
    if state.turn.repeats is not None:  # one old and one new: both are answered (R12)
        return then(redirect(state, fact, policy), lambda s: make_offer(s, fact, policy))
    return end_with(state, Say(Act.OFFER_TICKET, "offer_ticket", choices=YES_NO))


def offer_stands(state: State, fact: Any, policy: Policy) -> Outcome:
    turn = state.turn
    if turn.repeats is not None:
        return then(redirect(state, fact, policy), close)
    if turn.courtesy is Act.GOODBYE:
        return then(say(state, Say(Act.GOODBYE, "goodbye_open")), lambda s: then(_invite(s), close))
    if set(turn.said) - {Act.PRIVACY}:
        return close(state)
    if turn.rejected:
        return _say_unusable(state)
    if turn.courtesy is Act.THANKS:
        return end_with(state, Say(Act.THANKS, "thanks_offer", choices=YES_NO))
    phrase = next((f"offer_stands_{n}" for n in ("detail", "same_reason", "email", "name") if n in turn.noted), None)
    return end_with(state, Say(Act.CLARIFY, phrase or "offer_stands", choices=YES_NO))


def _say_unusable(state: State) -> Outcome:
    """R6: what was wrong with a value that nobody asked for."""
    if state.slip:
        return ask_about_slip(state, Act.CLARIFY)
    return end_with(state, Say(Act.CLARIFY, f"unusable_{state.turn.rejected[0][1]}"))


def way_out(state: State, fact: Any, policy: Policy) -> Outcome:
    """R13: the email, and a ticket is offered; not where one was refused or is filed, nor to a no (R10)."""
    email = Say(Act.GIVE_EMAIL, "give_email_lost")
    if state.declined or state.tickets or state.turn.refused:
        return end_with(state, email)
    state = changed(state, phase=OFFERED, dispute=state.dispute and bool(state.reason))
    return end_with(state, email, Say(Act.OFFER_TICKET, "offer_ticket_lost", choices=YES_NO))


def way_out_beside_offer(state: State, fact: Any, policy: Policy) -> Outcome:
    return end_with(state, Say(Act.GIVE_EMAIL, "give_email_offer", choices=YES_NO))


# ---------------------------------------------------------------- goodbye, and what is left to say (R13, R19)


def leave_open(state: State, fact: Any, policy: Policy) -> Outcome:
    """A goodbye with a ticket half collected: nothing was filed, and the support email is the way out (R13)."""
    return then(say(state, Say(Act.GOODBYE, "goodbye_open")), lambda s: then(_invite(s), close))


def _invite(state: State) -> Outcome:
    """R19: once per conversation, at its end."""
    if state.invited or state.rated:
        return state, ()
    return say(changed(state, invited=True), Say(Act.INVITE_RATING, "invite_rating"))


def end_idle(state: State, fact: Any, policy: Policy) -> Outcome:
    turn = state.turn
    if turn.repeats is not None:
        state, effects = redirect(state, fact, policy)
        return then((state, effects), close)
    if turn.courtesy is Act.GOODBYE:
        return then(say(state, Say(Act.GOODBYE, "goodbye")), lambda s: then(_invite(s), close))
    if turn.courtesy is Act.THANKS and not (set(turn.said) - {Act.PRIVACY}):
        return then(say(state, Say(Act.THANKS, "thanks")), lambda s: then(_invite(s), close))
    if set(turn.said) - {Act.PRIVACY}:
        return close(state)
    if turn.courtesy is Act.GREET:
        name = state.name or state.greeting_name
        return end_with(state, Say(Act.GREET, "greet_name" if name else "greet", {"name": name} if name else {}))
    if "same_reason" in turn.noted:
        return end_with(state, Say(Act.CLARIFY, "noted_declined"))
    if turn.rejected and state.slip:
        return _say_unusable(state)
    if {"name", "email", "extra"} & set(turn.noted):
        phrase = "noted_after_filing" if state.tickets else "noted"
        return end_with(state, Say(Act.CLARIFY, phrase))
    if turn.rejected:
        return _say_unusable(state)
    if Act.PRIVACY in turn.said:
        return close(state)
    return end_with(state, Say(Act.CLARIFY, "all_right" if "all_right" in turn.noted else "clarify"))
