"""Which sentence of a message was taken for what, and why, in words: for the console and `askonce explain` alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.history.masking import masked
from dialogue.events import Reading, Understanding
from dialogue.vocabulary import IntentName

#: What a clause can be taken for.
KINDS = {
    "issue": "an issue",
    "question": "a question",
    "order_status": "a question about an order",
    "update": "about a ticket",
    "contact": "how to reach the shop",
    "wish": "a wish for a ticket or a person",
    "no_wish": "a wish for no ticket",
    "chat": "chit-chat, or not the shop's matter",
    "courtesy": "a courtesy, or a plain yes or no",
    "statement": "a remark",
    "follow_up": "a follow-up that says nothing new",
    "dispute": "disagreement with a decision",
    "contact_data": "contact data",
    "insult": "an insult",
    "danger": "words of danger",
    "rating": "a number, which rates where a rating was just invited",
}
_COURTESIES = frozenset((IntentName.GREET, IntentName.THANKS, IntentName.GOODBYE, IntentName.AFFIRM, IntentName.DENY))
#: The intents that are enough of a reason for each kind.
_FITTING = {
    "issue": {IntentName.REPORT_ISSUE},
    "question": {IntentName.QUESTION},
    "order_status": {IntentName.ORDER_STATUS},
    "update": {IntentName.TICKET_UPDATE},
    "contact": {IntentName.CONTACT},
    "wish": {IntentName.REQUEST_TICKET},
    "chat": {IntentName.OTHER},
    "courtesy": _COURTESIES,
}
#: Stands for words that a viewer may not see.
HIDDEN = "…"
_LONGEST = 160
BY_WORDS = ", by its words"
BESIDE = ", for what stands beside it"
BESIDE_WEIGHED = ", for what stands beside it (alone: %(weighed)s)"
WEIGHED = " (%(weighed)s)"
IN_THEIR_LIGHT = ", in the light of its words and of what was open (by itself: %(weighed)s)"
#: Every reason there is.
REASONS = (BY_WORDS, BESIDE, BESIDE_WEIGHED, WEIGHED, IN_THEIR_LIGHT)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as it is shown: its words, what it was taken for, and why: one of `REASONS`, in which `%(weighed)s`
    stands for the likeliest intent and how sure the heads were of it."""

    said: str
    taken_for: str
    reason: str
    intent: str = ""
    confidence: float | None = None

    @property
    def why(self) -> str:
        """The reason in English; goes on right after what it was taken for."""
        if not self.intent:
            return self.reason
        weighed = f"{self.intent.replace('_', ' ')} {self.confidence or 0.0:.0%}".replace("%", " %")
        return self.reason % {"weighed": weighed}

    def line(self) -> str:
        """The three in one line."""
        return f"“{self.said}”: {self.taken_for}{self.why}"


def told(understood: Understanding) -> list[Told]:
    """The sentences of a message, in order; none where nothing is known of them."""
    return [_told(one, understood.kept[one.start : one.end]) for one in understood.read]


def told_to_viewer(understood: Understanding, names: Collection[str]) -> list[Told]:
    """The same for whoever may not see personal data. A sentence is shown where it stands, masked, in the masked
    message: a number or an address that is cut in two is known for one in the whole alone."""
    whole = masked(understood.kept, names)
    pieces = ((one, masked(understood.kept[one.start : one.end], names)) for one in understood.read)
    return [_told(one, piece if piece in whole else HIDDEN) for one, piece in pieces]


def _told(one: Reading, said: str) -> Told:
    said = " ".join(said.split())
    short = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
    taken_for, reason = KINDS.get(one.kind, one.kind.replace("_", " ")), _why(one)
    if "%" not in reason or one.intent is None:
        return Told(short, taken_for, reason)
    return Told(short, taken_for, reason, one.intent.value, one.confidence)


def _why(one: Reading) -> str:
    weighed = one.intent is not None and one.confidence is not None
    if one.by == "words" or (not weighed and one.by == "heads"):
        return BY_WORDS
    if one.by == "beside":
        return BESIDE_WEIGHED if weighed else BESIDE
    if one.intent in _FITTING.get(one.kind, ()):
        return WEIGHED
    return IN_THEIR_LIGHT
