"""The guards of the table: what must be so for a row to decide. Each looks and changes nothing."""

from __future__ import annotations

from typing import Any

from dialogue import events as e
from dialogue.sameness import adds_detail, same_issue
from dialogue.states import OPEN, Phase, State, Ticket, TicketStatus
from dialogue.validity import could_be_email, could_be_name, could_be_reason
from dialogue.vocabulary import Act


def agreed(state: State) -> bool:
    """Consent is there, whether or not a person of the shop is in the chat meanwhile (R7)."""
    return (state.paused if state.phase is Phase.ATTENDED else state.phase) in OPEN


def last_ticket(state: State) -> Ticket | None:
    return state.tickets[-1] if state.tickets else None


def repeated(state: State, text: str) -> Ticket | None:
    return next((t for t in reversed(state.tickets) if same_issue(t.reason, text)), None)


def bad_name(state: State, fact: e.NameGiven) -> bool:
    return not could_be_name(fact.value)


def bad_email(state: State, fact: e.EmailGiven) -> bool:
    return not could_be_email(fact.value)


def bad_reason(state: State, fact: e.IssueStated | e.FollowedUp | e.ReviewDemanded) -> bool:
    return not could_be_reason(fact.text)


def name_known(state: State, fact: e.NameGiven) -> bool:
    return state.name is not None


def email_known(state: State, fact: e.EmailGiven) -> bool:
    return state.email is not None


def issue_of_a_ticket(state: State, fact: e.IssueStated) -> bool:
    ticket = repeated(state, fact.text)
    return ticket is not None and (ticket.dispute or not fact.dispute)


def disputed_already(state: State, fact: e.ReviewDemanded) -> bool:
    ticket = repeated(state, fact.text)
    return ticket is not None and ticket.dispute


def issue_just_refused(state: State, fact: e.IssueStated) -> bool:
    return bool(state.declined and state.reason and same_issue(state.reason, fact.text))


def nothing_new(state: State, fact: e.IssueStated) -> bool:
    return bool(state.reason) and not adds_detail(state.reason or "", fact.text)


def has_reason(state: State, fact: Any) -> bool:
    return bool(state.reason)


def has_tickets(state: State, fact: Any) -> bool:
    return bool(state.tickets)


def answered_before(state: State, fact: Any) -> bool:
    return bool(state.last_question)


def about_the_answer(state: State, fact: e.TicketWanted) -> bool:
    return fact.about_that and bool(state.last_question)


def asks_again_for_filed(state: State, fact: e.TicketWanted) -> bool:
    return state.turn.repeats is not None or bool(state.tickets and not fact.another and state.reason is None)


def just_refused(state: State, fact: e.Affirmed) -> bool:
    just = state.declined and {Act.DECLINED, Act.CANCELLED} & set(state.last_acts)
    return bool(state.reason and just and not state.turn.refused)


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
    return agreed(state) and not state.missing


def another_agent(state: State, fact: e.AgentJoined) -> bool:
    """Another account; another name where the accounts are not known."""
    if fact.account is None or state.agent_account is None:
        return fact.name != state.agent
    return fact.account != state.agent_account


def gave(state: State, fact: Any) -> bool:
    return state.turn.gave


def offer_due(state: State, fact: Any) -> bool:
    return state.turn.offer_due
