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


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as it is shown: its words, what it was taken for, and why, which goes on right after that."""

    said: str
    taken_for: str
    why: str

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
    return Told(short, KINDS.get(one.kind, one.kind.replace("_", " ")), _why(one))


def _why(one: Reading) -> str:
    weighed = ""
    if one.intent is not None and one.confidence is not None:
        weighed = f"{one.intent.value.replace('_', ' ')} {one.confidence:.0%}".replace("%", " %")
    if one.by == "words" or (not weighed and one.by == "heads"):
        return ", by its words"
    if one.by == "beside":
        return ", for what stands beside it" + (f" (alone: {weighed})" if weighed else "")
    if one.intent in _FITTING.get(one.kind, ()):
        return f" ({weighed})"
    return f", in the light of its words and of what was open (by itself: {weighed})"
