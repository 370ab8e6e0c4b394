"""The one gate for reasons: whatever sets or changes `State.reason` goes through `take`, and nothing else may.

An issue, a question without an article, "that didn't help", "open a ticket about that", a follow-up, a dispute,
words to a person of the shop: to this gate all are a `Wording`, and `weigh` says what it is beside what is known
already (R4, R10, R12). The table asks `weigh` in its guards and calls `take` in its actions;
`tests/dialogue/test_gate.py` reads the source and holds that no other line sets a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialogue import events as e
from dialogue.sameness import adds_detail, leans, same_issue, shared, substance, unsaid
from dialogue.states import Refused, State, Ticket, changed
from dialogue.ticket_named import names_a_foreign_one, ticket_named
from dialogue.validity import could_be_reason


class What(StrEnum):
    """What a wording is, beside what is known."""

    UNUSABLE = "unusable"  # no word in it: it states nothing
    FILED = "filed"  # the issue of a filed ticket again (R12)
    REPEATED = "repeated"  # the standing reason again, and nothing beside it (R4)
    DETAIL = "detail"  # something that the standing reason does not say yet (R4)
    REFUSED = "refused"  # an issue for which a ticket was declined (R10)
    STATED = "stated"  # an issue of its own (R3)


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of the shopper that may be a reason. `review` asks for a review, which only a ticket that is a dispute
    answers (R18); `follow_up` says nothing new of its own accord, so it is about whatever there is (R4)."""

    text: str
    dispute: bool = False
    review: bool = False
    follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    what: What
    reference: str | None = None  # the ticket, where it is FILED
    refused: Refused | None = None  # what was declined, where it is REFUSED


def wording(state: State, fact: object) -> Wording:
    """The words of a fact that can be a reason: its own, the question just answered, or the one that was looked up."""
    if isinstance(fact, e.IssueStated):
        return Wording(fact.text, dispute=fact.dispute)
    if isinstance(fact, e.ReviewDemanded):
        return Wording(fact.text, dispute=True, review=True)
    if isinstance(fact, e.FollowedUp):
        return Wording(fact.text, follow_up=True)
    if isinstance(fact, e.NothingFound):
        return Wording(state.turn.lookup.text.strip() if state.turn.lookup else "")
    return Wording((state.last_question or "").strip())


def weigh(state: State, said: Wording) -> Verdict:
    """What `said` is. Where another ticket was agreed to and its reason is still asked for, any words are that
    reason (R3)."""
    if not could_be_reason(said.text):
        return Verdict(What.UNUSABLE)
    standing = None if state.declined else state.reason
    if standing and not adds_detail(standing, said.text):
        return Verdict(What.REPEATED)
    if standing is None and state.agreed:
        return Verdict(What.STATED)
    ticket = None if standing and leans(said.text) else _ticket_about(state, said)
    if ticket:
        return Verdict(What.FILED, reference=ticket.reference)
    if standing:
        return Verdict(What.DETAIL)
    declined = next((past for past in _declined(state) if _declined_again(past, said)), None)
    return Verdict(What.REFUSED, refused=declined) if declined else Verdict(What.STATED)


def take(state: State, said: Wording) -> State:
    """The state with what `said` adds to its reason: the only place where a reason is set. A reason only grows until
    it is filed, settled or declined; a declined one gives way to another issue and is remembered, so that it is not
    offered again."""
    verdict = weigh(state, said)
    disputed = state.dispute or said.dispute
    if verdict.what in (What.UNUSABLE, What.FILED):
        return state
    if verdict.what in (What.REPEATED, What.DETAIL):
        return changed(state, reason=_joined(state.reason, said.text), dispute=disputed)
    past = tuple(r for r in _declined(state) if r is not verdict.refused)
    if verdict.refused:
        reason, disputed = _joined(verdict.refused.reason, said.text), verdict.refused.dispute or said.dispute
        return changed(state, reason=reason, dispute=disputed, declined=True, refused=tuple(reversed(past)))
    own = unsaid((ticket.reason for ticket in state.tickets), said.text)
    if state.declined and state.reason and leans(own):
        own, past = _joined(state.reason, own), past[1:]
    disputed = said.dispute or (state.agreed and state.dispute)
    return changed(state, reason=own, dispute=disputed, declined=False, refused=tuple(reversed(past)))


def done(state: State) -> State:
    """Filed, or settled by a person: no reason stands any more."""
    return changed(state, reason=None, dispute=False, declined=False)


def _joined(known: str | None, said: str) -> str:
    """Both to the letter, on lines of their own; the second only where it says something that the first does not
    (R4)."""
    if not known:
        return said
    return f"{known}\n{said}" if adds_detail(known, said) else known


# ---------------------------------------------------------------- what was declined, what is filed


def _declined(state: State) -> tuple[Refused, ...]:
    """Every issue for which a ticket was declined and none was asked for since, the latest first."""
    present = (Refused(state.reason, state.dispute),) if state.declined and state.reason else ()
    return (*present, *reversed(state.refused))


def declined_before(state: State, said: Wording) -> bool:
    """Whether a ticket about these words was declined, whatever else is offered by now (R10)."""
    return any(_declined_again(past, said) for past in _declined(state))


def _declined_again(past: Refused, said: Wording) -> bool:
    return same_issue(past.reason, said.text)


def _ticket_about(state: State, said: Wording) -> Ticket | None:
    """The filed ticket that these words are about again, the latest first. Disagreement is answered by a disputed
    ticket alone."""
    tickets = [t for t in reversed(state.tickets) if t.dispute or not said.dispute]
    if said.follow_up and tickets and (named := ticket_named(state.tickets, said.text)):
        return named
    if said.follow_up and tickets and not substance(said.text):
        return tickets[0]
    return next((t for t in tickets if same_issue(t.reason, said.text)), None)


def ticket_meant(state: State, text: str) -> Ticket | None:
    """The ticket of this conversation that `text` means: named by its reference or its place, else by what it is
    about, else the latest. None where there is none, or where the reference of another ticket is named (R12)."""
    named = ticket_named(state.tickets, text)
    if named or not state.tickets or names_a_foreign_one(state.tickets, text):
        return named
    return max(reversed(state.tickets), key=lambda ticket: shared(ticket.reason, text))
