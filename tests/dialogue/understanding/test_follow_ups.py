"""A question that goes on from the last one is asked with it; one that asks something new is not (R15)."""

from __future__ import annotations

import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replay.rehearsal import Rehearsal, Stagehand
from bot.settings import read_settings
from bot.store.records import Turn
from dialogue.understanding.follow_ups import FOLDER, SECTIONS, FollowUp, follow_up
from dialogue.understanding.word_files import sections

#: What was asked first, what goes on from it, and the article that answers it.
GOES_ON = (
    ("en", "How long does delivery to Germany take?", "what about France?", "delivery-time"),
    ("en", "Do you charge customs?", "what about the UK?", "customs-duties"),
    ("en", "Can I change my delivery address?", "and after it has shipped?", "wrong-details"),
    ("en", "How long do I have to return something?", "and during Christmas?", "return-window"),
    ("en", "How can I pay?", "and with PayPal?", "payment-methods"),
    ("en", "How long does a refund take?", "and for an exchange?", "exchange"),
    ("de", "Was kostet der Versand?", "und nach Japan?", "shipping-cost"),
    ("de", "Kann ich meine Bestellung stornieren?", "und wenn sie schon verschickt ist?", "cancel-order"),
    ("fr", "Combien coûte la livraison ?", "et au Japon ?", "shipping-cost"),
    ("fr", "Combien de temps prend la livraison ?", "le Brésil aussi ?", "delivery-time"),
    ("es", "¿Cuánto tarda el envío?", "¿y a México?", "delivery-time"),
    ("pt", "Quanto tempo demora a entrega?", "e para Angola?", "delivery-time"),
    ("ar", "كم يستغرق التوصيل؟", "وماذا عن فرنسا؟", "delivery-time"),
    ("ar", "كم لدي من الوقت لإرجاع منتج؟", "وفي التخفيضات؟", "return-window"),
)  # fmt: skip
#: What begins as such a question does, and asks something that no article answers.
ASKS_ANEW = (
    ("en", "Do you ship to Canada?", "and do you sell gift cards?"),
    ("en", "How can I pay?", "and gift wrapping?"),
    ("en", "How long does delivery take?", "and a discount code?"),
    ("de", "Was kostet der Versand?", "und ein Rabattcode?"),
    ("fr", "Comment puis-je payer ?", "et la météo ?"),
    ("ar", "كم تكلفة الشحن؟", "وكود خصم؟"),
)
NONE = (
    "and you?", "et toi ?", "¿y tú?", "und jetzt?", "والله؟", "and my order?", "et mon colis ?", "what about my refund?",
    "and when I opened it it was broken", "et au final je n'ai rien reçu", "and it never arrived?", "and to Norway", "",
    "how about no", "and " * 30 + "?",
)  # fmt: skip


@pytest.fixture(scope="module")
def hand() -> Stagehand:
    return Stagehand(read_settings(support_email="support@example.com"))


async def _said(rehearsal: Rehearsal, text: str) -> list[Turn]:
    return [turn for turn in await rehearsal.say(text) if turn.who == "bot"]


@pytest.mark.parametrize(("language", "first", "then", "article"), GOES_ON)
async def test_it_is_answered_with_the_one_before_it(
    hand: Stagehand, language: str, first: str, then: str, article: str
) -> None:
    rehearsal = hand.begin(locale=language)
    assert [t.act for t in await _said(rehearsal, first)] == ["answer"]
    said = await _said(rehearsal, then)
    assert [s.article for s in said[0].sources] == [article]
    assert [t.act for t in said] == ["answer"] and not rehearsal.violations()


@pytest.mark.parametrize(("language", "first", "then"), ASKS_ANEW)
async def test_what_asks_anew_gets_no_answer_to_the_one_before_it(
    hand: Stagehand, language: str, first: str, then: str
) -> None:
    rehearsal = hand.begin(locale=language)
    assert [t.act for t in await _said(rehearsal, first)] == ["answer"]
    assert [t.act for t in await _said(rehearsal, then)] == ["no_answer", "offer_ticket"]


async def test_nothing_was_asked_before(hand: Stagehand) -> None:
    assert [t.act for t in await _said(hand.begin(locale="en"), "and to Norway, with a parrot?")] == [
        "no_answer", "offer_ticket",
    ]  # fmt: skip


async def test_both_are_the_reason_where_the_answer_did_not_help(hand: Stagehand) -> None:
    rehearsal = hand.begin(locale="en")
    for text in ("How long does delivery to Germany take?", "what about France?", "that didn't help"):
        await rehearsal.say(text)
    assert rehearsal.state.reason == "How long does delivery to Germany take?\nwhat about France?"
    assert not rehearsal.violations()


async def test_a_third_goes_on_from_both(hand: Stagehand) -> None:
    rehearsal = hand.begin(locale="en")
    for text in ("How long does delivery to Germany take?", "what about France?"):
        await rehearsal.say(text)
    assert [s.article for s in (await _said(rehearsal, "and Spain?"))[0].sources] == ["delivery-time"]


@pytest.mark.parametrize("text", NONE)
def test_what_goes_on_from_nothing(text: str) -> None:
    assert follow_up(text) is None


def test_what_surely_leans_and_what_may_ask_anew() -> None:
    assert follow_up("and to Norway?") == FollowUp("to norway", leans=True, likens=False)
    assert follow_up("et la Suisse ?") == FollowUp("la suisse", leans=True, likens=False)
    assert follow_up("what about shoes") == FollowUp("shoes", leans=False, likens=True)
    assert follow_up("and gift cards?") == FollowUp("gift cards", leans=False, likens=False)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_no_section_of_a_language_is_empty(path: pathlib.Path) -> None:
    assert all(sections(path, SECTIONS)[section] for section in SECTIONS)


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    found = follow_up(text)
    assert found is None or found.about
