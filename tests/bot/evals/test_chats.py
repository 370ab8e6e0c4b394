"""Chats are played as a person and then a patient shopper would write them, and each fault is what its words say."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.phrases import ENGLISH
from bot.evals.chats import (
    FAULTS,
    WAYS,
    Exchange,
    Played,
    Player,
    chats,
    poor_reason,
    stating,
    useless_in_a_row,
)
from bot.evals.shops import two_shops
from bot.replay.rehearsal import Stagehand
from bot.store.records import Turn
from dialogue.events import Intent, Understanding
from dialogue.states import Phase
from dialogue.understanding.rules import Rules
from dialogue.vocabulary import Answer, IntentName
from tests.bot.evals.test_evals import ROWS, SETTINGS, Parrot

ROW: dict[str, Any] = {
    "id": "v2",
    "turns": [
        {"role": "customer", "text": "Hello"},
        {"role": "customer", "text": "the vase came in pieces"},
        {"role": "agent", "text": "may I have your name?"},
        {"role": "customer", "text": "My name is Ines Duarte"},
    ],
    "name": "Ines Duarte",
    "name_variants": ["ines duarte"],
    "email": None,
    "reason_text": "The vase came in pieces!",
}
SILENT = Understanding(kept="", intents=(Intent(IntentName.OTHER, 1.0),))


def bot(*acts: str, asks: tuple[str, ...] = (), text: str = "words") -> tuple[Turn, ...]:
    return tuple(Turn(n, "bot", text, "", act=act, asks=asks) for n, act in enumerate(acts, 1))


def said(
    text: str, *replies: Turn, own: bool = True, states: bool = False, before: Phase = Phase.IDLE, agreed: bool = False
) -> Exchange:
    return Exchange(text, replies, own, states, before, agreed)


def chat(*exchanges: Exchange, reasons: tuple[str, ...] = ()) -> Played:
    tickets = tuple({"name": "n", "email": "e", "reason": r} for r in reasons)
    return Played(ROW, "Ines Duarte", "ines@duarte.example", exchanges, tickets)


VASE = "the vase came in pieces"


# ---------------------------------------------------------------- the player


def test_a_turn_states_the_matter_where_its_words_stand_in_the_reason() -> None:
    assert stating(ROW) == [("Hello", False), (VASE, True), ("My name is Ines Duarte", False)]
    assert stating({"customer": ["the", VASE], "reason_text": VASE}) == [("the", False), (VASE, True)]


async def test_a_chat_is_played_up_to_the_matter_or_whole_and_ends_with_a_ticket() -> None:
    player = Player(Stagehand(SETTINGS, understander=Rules()))
    stated, whole = [await player.play(ROW, way) for way in WAYS]
    assert [e.said for e in stated.own] == ["Hello", VASE]
    assert [e.said for e in whole.own] == ["Hello", VASE, "My name is Ines Duarte"]
    assert [e.states for e in whole.own] == [False, True, False]
    for played in (stated, whole):
        assert [(t["name"], t["reason"]) for t in played.tickets] == [("Ines Duarte", VASE)]
        assert "yes please" in [e.said for e in played.exchanges if not e.own] or played is whole
    assert await player.play(ROW, WAYS[0]) is stated


async def test_a_reader_that_understands_nothing_brings_nothing() -> None:
    player = Player(Stagehand(SETTINGS, understander=Parrot(SILENT)))
    found = await chats([ROW], player, "stated", list[None]().clear)
    assert found.figures["no_ticket"] == 1.0
    assert found.figures["rows"] == 1
    assert found.figures["filed_rows"] == 0
    played = await player.play(ROW, "stated")
    assert sum(not e.own for e in played.exchanges) == 6
    assert await chats([ROW | {"reason_text": None}], player, "stated", list[None]().clear)


async def test_a_good_reader_makes_no_fault() -> None:
    player = Player(Stagehand(SETTINGS, understander=Rules()))
    for way in WAYS:
        found = (await chats(ROWS["conversations"], player, way, list[None]().clear)).figures
        assert {name: found[name] for name in (*FAULTS, "poor_reason")} == dict.fromkeys((*FAULTS, "poor_reason"), 0.0)


# ---------------------------------------------------------------- what came of it: each fault, and its near miss

HELPED = bot("offer_ticket")
CASES: list[tuple[str, Played, bool]] = [
    ("useless", chat(said(VASE, *bot("clarify", "smalltalk", "greet", "no_answer"), states=True)), True),
    ("useless", chat(said(VASE, *bot("clarify"), states=True), said("x", *HELPED, own=False)), True),
    ("useless", chat(said(VASE, *bot("clarify"), states=True), said("and?", *bot("answer"))), False),
    ("reason_asked", chat(said(VASE, states=True), said("a ticket", *bot("ask", asks=("reason",)), own=False)), True),
    ("reason_asked", chat(said("a ticket", *bot("ask", asks=("reason",))), said(VASE, states=True)), False),
    ("no_ticket", chat(said(VASE)), True),
    ("no_ticket", chat(said(VASE), reasons=(VASE,)), False),
    ("asked_again", chat(said("I am INES DUARTE"), said("yes", *bot("ask", asks=("name", "email")))), True),
    ("asked_again", chat(said("ines@Duarte.example", *bot("ask", asks=("email",)))), True),
    ("asked_again", chat(said("Ines here", *bot("ask", asks=("name", "email"))), said("Ines Duarte")), False),
    ("doubled", chat(reasons=(VASE, "vase in pieces")), True),
    ("doubled", chat(reasons=(VASE, "my refund is late")), False),
    ("consent_from_refusal", chat(said("No thanks", before=Phase.OFFERED, agreed=True)), True),
    ("consent_from_refusal", chat(said("No thanks", before=Phase.OFFERED)), False),
    ("consent_from_refusal", chat(said("no, a person please", before=Phase.OFFERED, agreed=True)), False),
    ("consent_from_refusal", chat(said("no thanks", before=Phase.COLLECTING, agreed=True)), False),
    ("rated_too_early", chat(said("thanks", *bot("thanks", "invite_rating")), said(VASE, states=True)), True),
    ("rated_too_early", chat(said("it is a lamp", *bot("invite_rating"))), True),
    ("rated_too_early", chat(said("thank you", *bot("ticket_filed", "invite_rating"))), True),
    ("rated_too_early", chat(said(VASE, states=True), said("thank you", *bot("invite_rating")), said("hm")), False),
]


@pytest.mark.parametrize(("fault", "played", "wrong"), CASES)
def test_a_fault_is_what_its_words_say(fault: str, played: Played, wrong: bool) -> None:
    assert bool(FAULTS[fault](played)) is wrong


def test_a_reason_is_poor_that_lacks_more_than_half_of_the_stated_words() -> None:
    assert poor_reason(chat(reasons=("the vase",)))
    assert not poor_reason(chat(reasons=("the vase: pieces!",)))
    assert not poor_reason(chat())


def test_useless_replies_are_counted_in_a_row() -> None:
    lost = bot("clarify", text=ENGLISH["clarify"])
    noted = bot("clarify", text=ENGLISH["noted"])
    assert useless_in_a_row(chat(*[said("x", *lost)] * 2, said("x", *noted), *[said("x", *lost)] * 3)) == 3
    assert useless_in_a_row(chat(said("x"), said("x", *bot("no_answer")), said("x", *HELPED))) == 2
    assert useless_in_a_row(chat(said("x", *lost), said("x", *lost, own=False))) == 1


# ---------------------------------------------------------------- two shops


async def test_a_question_on_a_product_that_gets_neither_answer_nor_offer_is_brushed_off() -> None:
    asks = Understanding(kept="", intents=(Intent(IntentName.QUESTION, 1.0),), question="do you have this lamp in blue")
    greets = Understanding(kept="", intents=(Intent(IntentName.GREET, 1.0),), answer=Answer.AFFIRM)
    for says, dropped in ((asks, 0.0), (greets, 1.0)):
        mind = Parrot(says)
        hand = Stagehand(SETTINGS, understander=mind)
        found = (await two_shops(ROWS["intents_two_shops"], mind, hand, list[None]().clear)).figures
        assert found["brushed_off"] == dropped
        assert found["accuracy_lenient"] == 1.0 - dropped
