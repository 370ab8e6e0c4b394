"""Words of the console's pages: what outcomes, flags and numbers mean, in one place for pages, tooltips and docs; and
what templates make of values. Nothing here is said before a page asks: words are marked with `later`, and `gettext`
says them in the page's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.clock import iso_of
from bot.console import speech
from bot.console.speech import gettext, later, pgettext, whole_percent
from bot.history.readings import Told
from bot.store.worded import Worded
from kb_answers.unfinished import Problem

OUTCOMES = {
    "filed": later("A ticket of this conversation is in the helpdesk."),
    "saved": later("A ticket is stored and on its way to the helpdesk."),
    "refused": later("The helpdesk refused the ticket; it waits under Tickets until somebody mends the cause."),
    "declined": later("A ticket was offered or begun, the shopper said no or stopped it, and no ticket came later."),
    "left": later("There is no ticket so far, and an offer or a request for details is open."),
    "abandoned": later(
        "There is no ticket, an offer or a request for details is open, and the shopper has written nothing "
        "for half an hour."
    ),
    "answered": later(
        "At least one answer from the articles or the contact answer was given, and nothing is open. "
        "Whether it solved the matter is not assumed."
    ),
    "redirected": later("Only questions about an existing ticket came, and the support email was given."),
    "unanswered": later("A question had no article, and no ticket followed."),
    "chat": later("Greetings and small talk only."),
}
FLAGS = {
    "danger": later("The shopper wrote words of self-harm or danger to life, and got the fixed reply. Look at once."),
    "violation": later("The referee found a strict rule broken."),
    "bad_rating": later("Rated 1 or 2."),
    "fallback": later("The shopper was told at least twice that the bot is not sure what they mean."),
    "loop": later("The bot did the same three times in a row, answers and small talk not counted."),
    "give_up": later("The bot stopped asking and gave the support email."),
    "refused_ticket": later("The helpdesk refused a ticket, and it was not sent again since."),
}
REASONS = {
    "misunderstood": later("Misunderstood the shopper"),
    "wrong_answer": later("Wrong or unfitting answer"),
    "no_article": later("An article is missing"),
    "missed_field": later("Missed a name, address or reason"),
    "needless_question": later("Asked needlessly"),
    "tone": later("Wording or tone"),
    "should_offer": later("Should have offered a ticket"),
    "should_not_offer": later("Should not have offered a ticket"),
    "other": later("Something else"),
}
VERDICTS = {"right": later("Right"), "wrong": later("Wrong"), "unsure": later("Not sure")}

#: How somebody heard that what they asked is answered, as `bot.history.gaps.how_told` says it.
HEARD = {
    "both": later("in the chat and by mail"),
    "chat": later("in the chat"),
    "mail": later("by mail"),
    "waiting": later("not yet, it is on its way"),
    "person": later("by nobody: a colleague is in the chat and sees it here"),
    "beside": later("with another question of the same chat"),
    "heard": later("by the answer itself, when they asked again"),
    "not": later("could not be reached"),
}


#: Fields that were read where there was none.
NO_FIELD = {"name": later("no name"), "email": later("no email"), "reason": later("no reason")}
_BACK_TO = re.compile("back to version ([0-9]+)")


def plain(name: object) -> str:
    """A stored key in words: `no_answer` as "no answer"."""
    return gettext(str(name).replace("_", " "))


def did(action: str) -> str:
    """What somebody did, as the log of access says it."""
    return pgettext("log", action)


def note_of(note: str) -> str:
    """A note on a version: the bot's own in the reader's words, a person's as they wrote it."""
    if back := _BACK_TO.fullmatch(note):
        return gettext("back to version %(version)s", version=back[1])
    return gettext(note)


def told(problem: Problem) -> str:
    """What is against publishing an article, without its line."""
    return problem.words if problem.english else gettext(problem.words, **problem.values)


def because(one: Told) -> str:
    """Why a sentence was taken for what it was; goes on right after that."""
    weighed = f"{plain(one.intent)} {whole_percent(one.confidence or 0.0)}" if one.intent else ""
    return gettext(one.reason, weighed=weighed)


def apology(error: Worded) -> str:
    """What an error of elsewhere says, as a sentence."""
    words = str(error) if speech.speech().language == speech.ORIGINAL else gettext(error.words, **error.values)
    return words[0].upper() + words[1:] + "."


FILTERS: dict[str, Callable[..., str]] = {
    "moment": speech.moment,
    "seconds": speech.seconds,
    "day": speech.day,
    "number": speech.number,
    "two_places": speech.two_places,
    "tongue": speech.tongue,
    "percent": speech.percent,
    "whole_percent": whole_percent,
    "iso_of": iso_of,
    "word": gettext,
    "plain": plain,
    "did": did,
    "note_of": note_of,
    "because": because,
    "told": told,
    "no_field": lambda field: gettext(NO_FIELD[field]),
}
