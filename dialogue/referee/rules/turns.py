"""Rules about single turns of the bot: its words, and what was known when it asked or offered.

Each rule is a function that yields what is wrong, with the rule in its docstring, and changes nothing. Where the
same rule looks at several things it has a function for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.referee import words
from dialogue.referee.beliefs import Belief
from dialogue.referee.transcript import Seen, Transcript, Violation

_THREE = frozenset({"name", "email", "reason"})


# ---------------------------------------------------------------- every turn of the bot: its words


def r1_asks_for_three_fields(turn: Seen, transcript: Transcript) -> Iterator[Violation]:
    """R1: exactly the three fields are asked for, and those that the helpdesk itself requires."""
    if extra := set(turn.asks) - _THREE - set(transcript.required_fields):
        yield Violation("R1", turn.seq, f"asks for {sorted(extra)}")


def words_that_may_not_be_said(turn: Seen, transcript: Transcript) -> Iterator[Violation]:
    """R1, R2, R8, R9, R11, R14, R15, R17: what an act may never say, whoever it is said to
    (`dialogue.referee.words`)."""
    for rule, reason in words.faults(turn.act or "", turn.text, transcript.support_email, transcript.required_fields):
        yield Violation(rule, turn.seq, reason)


def r15_answers_show_their_source(turn: Seen, transcript: Transcript) -> Iterator[Violation]:
    """R15: an answer comes from the shop's articles and shows which."""
    if turn.act != "answer":
        return
    passages = [str(source.get("passage", "")) for source in turn.sources]
    if not passages or not all(source.get("article") for source in turn.sources):
        yield Violation("R15", turn.seq, "an answer without its source")
    elif not all(turn.text in passage or passage in turn.text for passage in passages):
        yield Violation("R15", turn.seq, "an answer that is not what its source says")


# ---------------------------------------------------------------- a reply, and what was known when it was made


def r2_never_asks_for_what_is_there(reply: Seen, belief: Belief) -> Iterator[Violation]:
    """R2: a field given anywhere earlier is never asked for again."""
    for asked in sorted(set(reply.asks) & belief.known):
        yield Violation("R2", reply.seq, f"{asked} is asked for, though it was given")


def r9_names_all_that_is_missing(reply: Seen, belief: Belief) -> Iterator[Violation]:
    """R9: one message names every missing field and only those."""
    if reply.act in ("ask", "remind") and belief.reason is not None and set(reply.asks) < belief.missing:
        left_out = sorted(belief.missing - set(reply.asks))
        yield Violation("R9", reply.seq, f"does not name all that is missing: {left_out} left out")


def r6_asks_for_the_impossible_field_alone(reply: Seen, belief: Belief) -> Iterator[Violation]:
    """R6: the bot says what was wrong with a value, and asks for that field alone."""
    if reply.act == "invalid" and len(reply.asks) != 1:
        yield Violation("R6", reply.seq, "asks for more, or less, than the one impossible field")


def r6_asks_for_no_more_than_one_impossible_field(reply: Seen) -> Iterator[Violation]:
    """R6, where it is not known what was understood: that field alone is asked for."""
    if reply.act == "invalid" and len(reply.asks) > 1:
        yield Violation("R6", reply.seq, "more than the one impossible field is asked for")


def r7_asks_nobody_who_has_not_agreed(reply: Seen, belief: Belief) -> Iterator[Violation]:
    """R7: fields are asked for with consent, and not before."""
    if reply.asks and belief.consent is False:
        yield Violation("R7", reply.seq, "asks for fields without consent")


def r9_has_stopped_asking(reply: Seen, belief: Belief) -> Iterator[Violation]:
    """R9: after the third fruitless question the bot stops asking and gives the support email as the way out."""
    if reply.asks and belief.gave_up:
        yield Violation("R9", reply.seq, "goes on asking after it gave the support email as the way out")


def r7_offers_nothing_that_was_agreed_to(offer: Seen, *, collecting: bool) -> Iterator[Violation]:
    """R7: consent, given once, is never asked for again. `collecting`: it was there before the message, and still
    is."""
    if collecting:
        yield Violation("R7", offer.seq, "a ticket is offered though consent was given")


def r10_offers_once(offer: Seen, belief: Belief) -> Iterator[Violation]:
    """R10: an offer is made once per issue."""
    if belief.offered_once:
        yield Violation("R10", offer.seq, "a second offer for the same issue")


def r10_offers_and_asks_for_nothing_else(offer: Seen, belief: Belief) -> Iterator[Violation]:
    """R10: an offer is answered by yes or no."""
    if offer.asks:
        yield Violation("R10", offer.seq, "an offer is a plain yes-or-no question and asks for no field")


def r19_invites_once(turn: Seen, belief: Belief) -> Iterator[Violation]:
    """R19: once per conversation a rating is invited; it is never asked twice."""
    if turn.act == "invite_rating" and belief.invited:
        yield Violation("R19", turn.seq, "a rating is invited a second time")


def r9_asks_only_in_answer(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R9: a question for what is missing answers a message."""
    if turn.asks and transcript.turns[0].who != "bot" and not belief.helped:
        yield Violation("R9", turn.seq, "asks without a message to answer")


# ---------------------------------------------------------------- when they are asked

#: Of every turn of the bot.
OF_WORDS = (r1_asks_for_three_fields, words_that_may_not_be_said, r15_answers_show_their_source)
#: Of a reply, by what is known when it is made.
OF_A_REPLY = (
    r2_never_asks_for_what_is_there,
    r9_names_all_that_is_missing,
    r6_asks_for_the_impossible_field_alone,
    r7_asks_nobody_who_has_not_agreed,
    r9_has_stopped_asking,
)
#: Of an offer, beside those.
OF_AN_OFFER = (r10_offers_once, r10_offers_and_asks_for_nothing_else)
