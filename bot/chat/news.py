"""What is told of an article that answers what was asked before (R15): in which chats, to whom by mail, and why not.
Nothing is told here, and whether it may be said in a chat is the table's to decide."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import now_text, seconds_before
from dialogue import events, guards
from dialogue.reasons import Wording, declined_before
from dialogue.sameness import same_issue
from dialogue.states import Phase, State

#: Seconds for which a chat is thought of as open, from its last turn: so long a customer is brought back to theirs.
REACHED = 30 * 86_400


@dataclass(frozen=True)
class News:
    """What is told of a published article, and the row of `news` that tells it. `language` is the article's, `found_in`
    too where that is not the one spoken in the chat."""

    gap: int
    told: events.AnswerPublished
    found_in: str | None
    language: str


@dataclass(frozen=True)
class Recipient:
    """Whom a mail is for. `name` may be empty."""

    name: str
    email: str


def is_open(channel: str, updated_at: str) -> bool:
    """Whether somebody may look into a chat still. A client of Rasa's channel is told nothing unasked."""
    return channel != "rest" and updated_at >= seconds_before(now_text(), REACHED)


def silent_because(state: State, question: str) -> str:
    """Why the table tells no answer to `question` at `state`, as `bot.store.news` has it; empty where it does. It only
    names what the table decides."""
    if guards.not_awaited(state, events.AnswerPublished(question, "", ())):
        return "heard"
    if state.phase is Phase.ATTENDED:
        return "person"
    if guards.danger_heard(state, None):
        return "danger"
    return "ended" if guards.has_ended(state, None) else ""


def recipient(state: State, question: str, said: frozenset[str]) -> Recipient | None:
    """Who agreed to hear of it by mail (R15): whoever has a ticket about it, else whoever gave their address
    themselves, as one of those they `said` (case folded). Not who refused a ticket about it, and not an address that
    only the page knows."""
    if declined_before(state, Wording(question)):
        return None
    ticket = next((t for t in reversed(state.tickets) if same_issue(t.reason, question)), None)
    if ticket is not None:
        return Recipient(ticket.name, ticket.email)
    if state.email is None or state.email.casefold() not in said:
        return None
    return Recipient(state.name or state.greeting_name or "", state.email)


def said_addresses(told: tuple[events.Happening, ...]) -> frozenset[str]:
    """The addresses that the shopper gave themselves, case folded."""
    given = (h.understood.email for h in told if isinstance(h, events.ShopperSaid))
    return frozenset(email.casefold() for email in given if email)
