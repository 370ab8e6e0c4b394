"""Rules about a message and all that was said to it, asked when the message is heard and its replies are counted.

Each rule is a function that yields what is wrong, with the rule in its docstring, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.referee import words
from dialogue.referee.beliefs import USELESS, Belief
from dialogue.referee.exchange import ASKING, Exchange
from dialogue.referee.transcript import Violation

#: Fruitless questions, and replies without progress, that are too many in a row (R9, R13).
_PATIENCE = 3


def r17_no_card_is_stored(exchange: Exchange) -> Iterator[Violation]:
    """R17: payment card numbers are masked before anything is stored."""
    if words.holds_card(exchange.message.text):
        yield Violation("R17", exchange.message.seq, "a payment card number is stored")


def r13_stops_for_a_refusal_alone(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R13: nothing is lost; a collection or an offer ends where the shopper refuses, and not of itself."""
    if exchange.stopped and not exchange.denies:
        yield Violation("R13", 0, "stopped, though the shopper refused nothing")


def r9_stops_after_three_fruitless_questions(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R9: after the third fruitless question the bot stops asking."""
    if exchange.asking and belief.fruitless >= _PATIENCE:
        yield Violation("R9", exchange.asking[0].seq, "asks on after three fruitless questions")


def r13_names_the_way_out_by_the_third(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R13: three replies in a row without progress name the email and offer a ticket."""
    acts = set(exchange.acts)
    if acts and acts <= USELESS and belief.useless >= _PATIENCE:
        reason = "three replies in a row without progress, and the way out was not named"
        yield Violation("R13", exchange.message.seq, reason)


def r11_an_update_gets_the_support_email(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R11: a question about an existing ticket gets: write to the support email. R18 goes before it."""
    asks_update = "asks_update" in exchange.signals and "disputes" not in exchange.signals
    if asks_update and not exchange.has("update_redirect"):
        reason = "a question about an existing ticket did not get the support email"
        yield Violation("R11", exchange.message.seq, reason)


def r11_an_update_gets_no_offer(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R11: a question about an existing ticket never gets an offer of a ticket, unless an issue came beside it."""
    if "asks_update" in exchange.signals and not exchange.brings_matter and exchange.has("offer_ticket"):
        yield Violation("R11", exchange.message.seq, "a question about an existing ticket got an offer")


def r14_contact_gets_the_approved_answer(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R14: "How do I contact support?" in any words gets the approved answer."""
    if "asks_contact" in exchange.signals and not exchange.has("contact"):
        reason = "a question how to reach people did not get the approved answer"
        yield Violation("R14", exchange.message.seq, reason)


def r17_says_that_a_secret_was_masked(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R17: a secret is masked, and the shopper is told not to share them."""
    if "secret" in exchange.signals and exchange.acts[:1] != ("privacy",):
        yield Violation("R17", exchange.message.seq, "a secret was masked and the shopper was not told")


def r15_chit_chat_gets_no_offer(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R15: chit-chat gets a fixed reply and no offer, unless the offer is the way out that was due (R13)."""
    if "chats" in exchange.signals and not exchange.brings_matter and not belief.way_out:
        if exchange.has("offer_ticket"):
            yield Violation("R15", exchange.message.seq, "chit-chat got an offer")


def r18_a_demand_for_review_is_consent(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R18: disagreement with a decision that asks for review is an issue and consent at once."""
    if exchange.demands_review and exchange.has("offer_ticket") and not belief.unsure:
        yield Violation("R18", exchange.message.seq, "a demand for review is consent at once and got an offer")


def r19_invites_at_the_end(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R19: a rating is invited when the conversation has come to an end: a goodbye, or thanks with nothing open."""
    if exchange.has("invite_rating") and not exchange.signals & {"thanks", "goodbye"}:
        yield Violation("R19", exchange.message.seq, "a rating was invited before the conversation had come to an end")


# ---------------------------------------------------------------- a message that completes a ticket, or does not


def r8_files_and_asks_nothing(exchange: Exchange) -> Iterator[Violation]:
    """R8: the moment consent and all three fields are there the ticket is filed, with no question. R19: nor is a
    rating invited in the reply that files."""
    for reply in exchange.direct:
        if reply.act in ASKING or reply.act in ("offer_ticket", "invite_rating", "give_email"):
            rule = "R19" if reply.act == "invite_rating" else "R8"
            reason = f"`{reply.act}` in the reply that files: consent and all three fields are there"
            yield Violation(rule, reply.seq, reason)


def r13_every_message_gets_a_reply(exchange: Exchange, belief: Belief) -> Iterator[Violation]:
    """R13: no shopper waits for ever."""
    answered = exchange.direct or any(reply.who == "agent" for reply in exchange.replies)
    if not answered and not belief.open_yes:
        yield Violation("R13", exchange.message.seq, "the message got no reply")


# ---------------------------------------------------------------- when they are asked

#: Of an exchange, when its message is heard and its replies are counted.
OF_AN_EXCHANGE = (
    r13_stops_for_a_refusal_alone,
    r9_stops_after_three_fruitless_questions,
    r13_names_the_way_out_by_the_third,
    r11_an_update_gets_the_support_email,
    r11_an_update_gets_no_offer,
    r14_contact_gets_the_approved_answer,
    r17_says_that_a_secret_was_masked,
    r15_chit_chat_gets_no_offer,
    r18_a_demand_for_review_is_consent,
    r19_invites_at_the_end,
)
