"""Words of the console's pages: what outcomes, flags and numbers mean, in one place for pages, tooltips and docs."""

from __future__ import annotations

import datetime

from bot.clock import iso_of

OUTCOMES = {
    "filed": "A ticket of this conversation is in the helpdesk.",
    "saved": "A ticket is stored and on its way to the helpdesk.",
    "refused": "The helpdesk refused the ticket; it waits under Tickets until somebody mends the cause.",
    "declined": "A ticket was offered or begun, the shopper said no or stopped it, and no ticket came later.",
    "left": "There is no ticket so far, and an offer or a request for details is open.",
    "abandoned": "There is no ticket, an offer or a request for details is open, and the shopper has written nothing "
    "for half an hour.",
    "answered": "At least one answer from the articles or the contact answer was given, and nothing is open. "
    "Whether it solved the matter is not assumed.",
    "redirected": "Only questions about an existing ticket came, and the support email was given.",
    "unanswered": "A question had no article, and no ticket followed.",
    "chat": "Greetings and small talk only.",
}
FLAGS = {
    "danger": "The shopper wrote words of self-harm or danger to life, and got the fixed reply. Look at once.",
    "violation": "The referee found a strict rule broken.",
    "bad_rating": "Rated 1 or 2.",
    "fallback": "The shopper was told at least twice that the bot is not sure what they mean.",
    "loop": "The bot did the same three times in a row, answers and small talk not counted.",
    "give_up": "The bot stopped asking and gave the support email.",
    "refused_ticket": "The helpdesk refused a ticket, and it was not sent again since.",
}
REASONS = {
    "misunderstood": "Misunderstood the shopper",
    "wrong_answer": "Wrong or unfitting answer",
    "no_article": "An article is missing",
    "missed_field": "Missed a name, address or reason",
    "needless_question": "Asked needlessly",
    "tone": "Wording or tone",
    "should_offer": "Should have offered a ticket",
    "should_not_offer": "Should not have offered a ticket",
    "other": "Something else",
}
VERDICTS = {"right": "Right", "wrong": "Wrong", "unsure": "Not sure"}


def moment(iso: str | None) -> str:
    """A time for people, in UTC; the page's script shows it in the reader's own zone."""
    if not iso:
        return ""
    return datetime.datetime.fromisoformat(iso.replace("Z", "+00:00")).strftime("%Y-%m-%d %H:%M")


def seconds(at: float | None) -> str:
    """A time given in seconds since the epoch, in UTC."""
    if not at:
        return ""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M")


def plain(name: object) -> str:
    """`no_answer` as "no answer"."""
    return str(name).replace("_", " ")


def percent(share: float | None) -> str:
    """A share as "12.5 %"; a dash where there is none."""
    return "–" if share is None else f"{share * 100:.1f} %"


FILTERS = {"moment": moment, "seconds": seconds, "iso_of": iso_of, "plain": plain, "percent": percent}
