"""The guards of the table: what must be so for a row to decide. Each looks and changes nothing."""

from __future__ import annotations

from typing import Any

from dialogue import events as e
from dialogue.reasons import What, weigh, wording
from dialogue.states import OPEN, Phase, State, Ticket, TicketStatus
from dialogue.validity import could_be_email, could_be_name, could_be_reason
from dialogue.vocabulary import Act

#: R13: so many replies in a row without progress, and the last of them names the way out.
USELESS = 3
#: What a reply may consist of and still have brought the shopper nothing.
_EMPTY = frozenset((Act.GREET, Act.SMALLTALK, Act.CLARIFY, Act.PRIVACY))


def brought_nothing(state: State) -> bool:
    """The message brought nothing new, and its reply, as far as it is made, is courtesy or a shrug (R13)."""
    turn, said = state.turn, set(state.turn.said)
    if turn.gave or turn.news or turn.offer_due or turn.repeats is not None or said - _EMPTY:
        return False
    thanked = turn.courtesy is Act.THANKS and not said - {Act.PRIVACY}
    return turn.courtesy is not Act.GOODBYE and not (thanked and not (state.phase is Phase.OFFERED and turn.rejected))


def third_useless(state: State, fact: Any) -> bool:
    return state.useless + 1 >= USELESS and brought_nothing(state)


def last_ticket(state: State) -> Ticket | None:
    return state.tickets[-1] if state.tickets else None


def bad_name(state: State, fact: e.NameGiven) -> bool:
    return not could_be_name(fact.value)


def bad_email(state: State, fact: e.EmailGiven) -> bool:
    return not could_be_email(fact.value)


def bad_reason(state: State, fact: e.IssueStated | e.FollowedUp | e.ReviewDemanded) -> bool:
    return not could_be_reason(fact.text)


def name_known(state: State, fact: e.NameGiven) -> bool:
    return state.name is not None


def said_aside(state: State, fact: e.NameGiven) -> bool:
    return fact.aside


def email_known(state: State, fact: e.EmailGiven) -> bool:
    return state.email is not None


def issue_of_a_ticket(state: State, fact: Any) -> bool:
    """The gate says: filed already, by this conversation (R12)."""
    return weigh(state, wording(state, fact)).what is What.FILED


def issue_just_refused(state: State, fact: Any) -> bool:
    """The gate says: a ticket was declined for it (R10)."""
    return weigh(state, wording(state, fact)).what is What.REFUSED


def nothing_new(state: State, fact: Any) -> bool:
    """The gate says: the standing reason says all of it (R4)."""
    return weigh(state, wording(state, fact)).what is What.REPEATED


def no_words(state: State, fact: Any) -> bool:
    """The gate says: nothing in it that could be a reason (R6)."""
    return weigh(state, wording(state, fact)).what is What.UNUSABLE


def about_a_filed_answer(state: State, fact: e.TicketWanted) -> bool:
    return about_the_answer(state, fact) and issue_of_a_ticket(state, fact)


def repeats_a_ticket(state: State, fact: Any) -> bool:
    """This very message is about a filed ticket's issue again, and nobody has said so yet."""
    return state.turn.repeats is not None


def has_reason(state: State, fact: Any) -> bool:
    return bool(state.reason)


def answered_before(state: State, fact: Any) -> bool:
    return not no_words(state, fact)


def about_the_answer(state: State, fact: e.TicketWanted) -> bool:
    """The wish points at the question just answered, or is the shopper's next move after its answer (R2, R3)."""
    return (fact.about_that or Act.ANSWER in state.last_acts) and not no_words(state, fact)


def asks_again_for_filed(state: State, fact: e.TicketWanted) -> bool:
    return state.turn.repeats is not None or bool(state.tickets and not fact.another and state.reason is None)


def just_refused(state: State, fact: e.Affirmed) -> bool:
    just = state.declined and {Act.DECLINED, Act.CANCELLED} & set(state.last_acts)
    return bool(state.reason and just and not state.turn.refused and "recalled" not in state.turn.noted)


def just_filed(state: State, fact: e.Affirmed) -> bool:
    ticket = last_ticket(state)
    told_now = bool({Act.TICKET_FILED, Act.TICKET_SAVED} & set(state.last_acts))
    return ticket is not None and (told_now or ticket.status is TicketStatus.SENT)


def pointed_already(state: State, fact: Any) -> bool:
    return Act.TICKET_EXISTS in state.turn.said


def field_comes_too(state: State, fact: e.Denied) -> bool:
    return fact.beside_field


def not_required(state: State, fact: e.ExtraGiven) -> bool:
    return fact.field not in state.required or not could_be_reason(fact.value)


def extra_known(state: State, fact: e.ExtraGiven) -> bool:
    return fact.field in dict(state.extra)


def known_and_unfiled(state: State, fact: e.TicketAccepted) -> bool:
    ticket = state.ticket(fact.reference)
    return ticket is not None and ticket.status is not TicketStatus.FILED


def known_and_sent(state: State, fact: e.TicketDelayed) -> bool:
    ticket = state.ticket(fact.reference)
    return ticket is not None and ticket.status is TicketStatus.SENT


def for_issue(state: State, fact: Any) -> bool:
    return state.turn.lookup is not None and state.turn.lookup.for_issue


def resumes_open(state: State, fact: Any) -> bool:
    return state.turn.resume in OPEN


def not_ours(state: State, fact: e.NothingFound) -> bool:
    return not fact.in_scope


def bad_score(state: State, fact: e.ShopperRated) -> bool:
    return not 1 <= fact.score <= 5 or state.rated


def just_invited(state: State, fact: e.ScoreSaid) -> bool:
    return Act.INVITE_RATING in state.last_acts and not state.rated and 1 <= fact.score <= 5


def search_due(state: State, fact: Any) -> bool:
    lookup = state.turn.lookup
    return lookup is not None and not (lookup.for_issue and state.turn.consented)


def complete(state: State, fact: Any) -> bool:
    return not state.missing


def rejected_missing(state: State, fact: Any) -> bool:
    return any(f in state.missing for f, _ in state.turn.rejected)


def says_goodbye(state: State, fact: Any) -> bool:
    return state.turn.courtesy is Act.GOODBYE and not state.turn.gave


def agreed_and_complete(state: State, fact: Any) -> bool:
    return state.agreed and not state.missing


def another_agent(state: State, fact: e.AgentJoined) -> bool:
    """Another account; another name where the accounts are not known."""
    if fact.account is None or state.agent_account is None:
        return fact.name != state.agent
    return fact.account != state.agent_account


def ran_out(state: State, fact: e.AgentLeft) -> bool:
    return fact.gone is not None


def ran_out_earlier(state: State, fact: e.AgentLeft) -> bool:
    return fact.gone is not None and fact.gone != state.presence


def in_danger(state: State, fact: Any) -> bool:
    """This very message holds words of danger (R21)."""
    return state.turn.danger


def left_in_danger(state: State, fact: e.AgentLeft) -> bool:
    """The person is gone, and has not answered words of danger (R21, R13)."""
    return fact.gone is not None and state.danger_waits


def not_calmed(state: State, fact: e.Insulted) -> bool:
    return not state.calmed


def not_awaited(state: State, fact: e.AnswerPublished) -> bool:
    """Nobody here waits for it: it was not asked, was asked again and answered, or was told."""
    return fact.question not in state.unanswered


def danger_heard(state: State, fact: Any) -> bool:
    """Words of danger were heard in this conversation, now or before (R21)."""
    return state.danger


def has_ended(state: State, fact: Any) -> bool:
    """The shopper has said goodbye, or thanks with nothing open, and nothing since (R19)."""
    return bool({Act.GOODBYE, Act.INVITE_RATING} & set(state.last_acts))


def gave(state: State, fact: Any) -> bool:
    return state.turn.gave


def offer_due(state: State, fact: Any) -> bool:
    return state.turn.offer_due
