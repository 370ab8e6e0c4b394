"""Rules about what is told when an article is published that answers what was asked before (R15).

Each rule is a function that yields what is wrong, with the rule in its docstring, and changes nothing. Whether a person
of the shop was in the chat cannot be told from outside, so that they were not spoken over is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialogue.referee.beliefs import Belief
from dialogue.referee.exchange import ASKING, TICKET
from dialogue.referee.transcript import Seen, Transcript, Violation

#: What may stand behind the answer: the question, or the offer, that stood before it.
_STANDING = frozenset({*ASKING, "clarify"} - {"ask"})

#: What comes in its own time: the helpdesk's word, and what is said to a rating that is given by its form (R19).
_LATER = frozenset({*TICKET, "thanks"})


@dataclass(frozen=True)
class News:
    """What was published, what was `said` of it at once, and what came `later` of its own."""

    question: object
    articles: tuple[object, ...]
    seq: int
    said: tuple[Seen, ...]
    later: tuple[Seen, ...]

    @classmethod
    def of(cls, head: Seen, replies: Sequence[Seen]) -> News:
        """The news of `head`, with the turns up to the next message."""
        known = head.understood or {}
        place = next((n for n, r in enumerate(replies) if r.who != "bot" or r.act in _LATER), len(replies))
        articles = tuple(known.get("articles") or ())
        return cls(known.get("question"), articles, head.seq + 1, tuple(replies[:place]), tuple(replies[place:]))


def r15_an_answer_has_a_question(replies: Sequence[Seen], belief: Belief) -> Iterator[Violation]:
    """R15: an answer is to a message, or to what was asked before and is published now; not of itself."""
    for reply in replies:
        if belief.helped or reply.who in ("agent", "system"):
            return  # what was asked of a person is looked up when they are gone
        if reply.act == "answer":
            yield Violation("R15", reply.seq, "an answer, and nothing was asked or published")


def r15_tells_what_was_asked(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R15: whoever asked hears; nobody hears what they did not ask, or were answered, or told already."""
    if not news.said:
        return
    if news.question in belief.told:
        yield Violation("R15", news.seq, "a published answer is told a second time")
    elif news.question not in belief.unanswered:
        yield Violation("R15", news.seq, "a published answer is told to somebody who did not wait for it")


def r15_tells_what_was_published(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R15: an answer, from the article that was published, and from nothing else."""
    if not news.said:
        return
    first = news.said[0]
    named = tuple(source.get("article") for source in first.sources)
    if first.act != "answer" or not named or named != news.articles:
        yield Violation("R15", first.seq, "what is told is not what was published")


def r10_agrees_to_nothing(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R7, R10: news is no reply: nothing is offered, refused, filed or said beside it but what stood before it."""
    acts = [reply.act for reply in news.said[1:]]
    if len(acts) > 1 or set(acts) - _STANDING:
        yield Violation("R10", news.seq, f"beside a published answer is said: {acts}")
    last = news.seq - 1 + len(news.said)
    # Named by the page right behind it, the customer may have been all that was missing: then it is the page's ticket.
    named = any(turn.who == "page" and turn.seq == last for turn in transcript.turns)
    here = range(news.seq, last if named else last + 1)
    if any(ticket.at in here for ticket in transcript.tickets):
        yield Violation("R7", news.seq, "a ticket is filed where a published answer is told")


def r9_asks_once_more(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R9, R10: the question that stood open is not lost: it is said once more behind the answer."""
    if not news.said or belief.helped or belief.unsure:
        return
    last = news.said[-1]
    if belief.consent is True and not belief.gave_up and not last.asks:
        yield Violation("R9", last.seq, "what is missing was asked for, and a published answer took its place")
    if belief.consent is False and belief.offer and last.act != "clarify":
        yield Violation("R10", last.seq, "an offer stood, and a published answer took its place")


def r19_disturbs_no_end(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R19: a conversation that has come to an end stays so."""
    if news.said and belief.ended:
        yield Violation("R19", news.seq, "a published answer is told after the conversation has come to an end")


def r21_disturbs_nobody_in_danger(news: News, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R21: after words of danger a person is called, and the bot does not begin of anything else."""
    if news.said and belief.endangered_ever:
        yield Violation("R21", news.seq, "a published answer is told after words of danger")


#: Of an article that is published and answers what was asked before.
OF_NEWS = (
    r15_tells_what_was_asked,
    r15_tells_what_was_published,
    r10_agrees_to_nothing,
    r9_asks_once_more,
    r19_disturbs_no_end,
    r21_disturbs_nobody_in_danger,
)
