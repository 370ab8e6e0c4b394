"""The referee on what is told when an article is published (R15): lawful with a question and an article behind it, and
every way in which it would not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialogue.referee.transcript import Passed, Seen
from tests.dialogue.referee.test_judge import SOURCE, Talk

ASKED = "is it oak?"
TOLD = f"You asked: {ASKED}\n\n60 days."
FIELDS = ("name", "email")


def offered() -> Talk:
    """A question that no article answered, and the offer."""
    return Talk().shopper(ASKED, question=ASKED).bot("no_answer").bot("offer_ticket", "A ticket?")


def collecting() -> Talk:
    return offered().shopper("yes", answer="affirm").bot("ask", "I need your name and email.", *FIELDS)


def published(talk: Talk, question: str = ASKED, articles: tuple[str, ...] = ("returns",)) -> Talk:
    """An article came out."""
    said = sum(turn.who in ("shopper", "bot") for turn in talk.turns)
    talk.turns.append(Seen(said, "published", understood={"question": question, "articles": articles}))
    return talk


def bot(talk: Talk, act: str, text: str, *asks: str, **more: object) -> Talk:
    """As `Talk.bot`, where something stands among the turns that is none."""
    seq = sum(turn.who in ("shopper", "bot") for turn in talk.turns) + 1
    talk.turns.append(Seen(seq, "bot", text, act, asks, **more))  # type: ignore[arg-type]
    return talk


def told(talk: Talk, question: str = ASKED) -> Talk:
    return bot(published(talk, question), "answer", TOLD, sources=SOURCE)


def declined() -> Talk:
    return offered().shopper("no", answer="deny").bot("declined")


def endangered() -> Talk:
    talk = declined().shopper("I want to die", signals=["in_danger"])
    return talk.bot("smalltalk", "I'm so sorry. Please call 112.").flagged()


def ended() -> Talk:
    return declined().shopper("bye", signals=["goodbye"]).bot("goodbye").bot("invite_rating")


def filing() -> Talk:
    talk = declined()
    whole = {"name": "Ines Duarte", "email": "ines@duarte.example", "reason": ASKED}
    told(talk).tickets.append(Passed("AO-1", whole, whole, at=6))
    return talk


LAWFUL: dict[str, Callable[[], Talk]] = {
    "nothing open": lambda: told(declined()),
    "the offer stands": lambda: bot(told(offered()), "clarify", "The offer stands: just say yes or no."),
    "asked once more": lambda: bot(told(collecting()), "remind", "I still need your name and email.", *FIELDS),
    "a rating comes behind it": lambda: bot(told(declined()), "thanks", "Thanks!"),
    "nothing said": lambda: published(ended()),
}
BROKEN: dict[str, tuple[str, Callable[[], Talk]]] = {
    "nothing published": ("R15", lambda: bot(page(declined()), "answer", TOLD, sources=SOURCE)),
    "not asked": ("R15", lambda: told(declined(), "is it beech?")),
    "told twice": ("R15", lambda: told(told(declined()))),
    "another article": (
        "R15",
        lambda: bot(published(declined(), articles=("delivery",)), "answer", TOLD, sources=SOURCE),
    ),
    "without its source": ("R15", lambda: bot(published(declined()), "answer", TOLD)),
    "answered meanwhile": (
        "R15",
        lambda: told(declined().shopper(ASKED, question=ASKED).bot("answer", "60 days.", sources=SOURCE)),
    ),
    "an offer beside it": ("R10", lambda: bot(told(declined()), "offer_ticket", "A ticket?")),
    "the offer is lost": ("R10", lambda: told(offered())),
    "the question is lost": ("R9", lambda: told(collecting())),
    "half of it is lost": ("R9", lambda: bot(told(collecting()), "remind", "I still need your name.", "name")),
    "asked though nobody agreed": ("R7", lambda: bot(told(offered()), "remind", "I need your name.", "name")),
    "a ticket is filed": ("R7", filing),
    "after the end": ("R19", lambda: told(ended())),
    "after words of danger": ("R21", lambda: told(endangered())),
}


def page(talk: Talk) -> Talk:
    """The page names nobody."""
    talk.turns.append(Seen(len(talk.turns), "page", understood={}))
    return talk


@pytest.mark.parametrize("what", LAWFUL)
def test_r15_what_was_asked_and_is_published_may_be_told(what: str) -> None:
    talk = LAWFUL[what]()
    talk.turns = [turn for turn in talk.turns if turn.who != "page"]
    assert talk.rules(settled=False) == set()


@pytest.mark.parametrize("what", BROKEN)
def test_r15_what_else_is_told_is_named_by_its_rule(what: str) -> None:
    rule, talk = BROKEN[what]
    assert rule in talk().rules(settled=False)


@pytest.mark.parametrize(("named", "rules"), [(True, set()), (False, {"R7"})])
def test_r7_what_the_page_completes_behind_the_news_is_the_pages_ticket(named: bool, rules: set[str]) -> None:
    """The page names its customer right behind a published answer, and that was all that was missing (R2, R3)."""
    talk = bot(told(collecting()), "remind", "I still need your name and email.", *FIELDS)
    at = sum(turn.who in ("shopper", "bot") for turn in talk.turns)
    whole = {"name": "Ines Duarte", "email": "ines@duarte.example", "reason": ASKED}
    if named:
        talk.turns.append(Seen(at, "page", understood={"name": whole["name"], "email": whole["email"]}))
    talk.tickets.append(Passed("AO-1", whole, whole, at=at))
    if named:
        filed = "Your support ticket is filed: AO-1. A first acknowledgement comes within 24-48 hours."
        bot(talk, "ticket_filed", filed, ticket={"reference": "AO-1", "status": "filed"})
    assert talk.rules(settled=False) & {"R7"} == rules & {"R7"}
    if named:
        assert talk.rules(settled=False) == set()
