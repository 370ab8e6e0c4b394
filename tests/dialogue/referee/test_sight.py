"""The referee's second pair of eyes: of each kind a broken conversation that is seen, and near misses that are not.

What was understood is missing everywhere, or says the contrary: these eyes must not need it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dialogue.referee.judge import judge
from dialogue.referee.sight import RULES, look
from dialogue.referee.transcript import Passed, Seen, Transcript
from dialogue.referee.words import holds_card, holds_secret
from tests.dialogue.referee.sight_rating import lawful, rate

SHOP = "help@shop.example"
FIELDS = {"name": "Ines Duarte", "email": "ines@duarte.example", "reason": "the vase came in pieces"}


class Talk:
    """A transcript in the making, without a word of what was understood."""

    def __init__(self) -> None:
        self.turns: list[Seen] = []
        self.tickets: list[Passed] = []

    def _seen(self, who: str, text: str, **more: Any) -> Talk:
        self.turns.append(Seen(len([t for t in self.turns if t.who != "page"]) + 1, who, text, **more))
        return self

    def says(self, text: str) -> Talk:
        return self._seen("shopper", text)

    def bot(self, act: str, *asks: str, text: str = "All right.") -> Talk:
        return self._seen("bot", text, act=act, asks=asks)

    def agent(self, text: str) -> Talk:
        return self._seen("agent", text)

    def page(self, **known: str) -> Talk:
        self.turns.append(Seen(len(self.turns), "page", understood=known))
        return self

    def files(self, passed: dict[str, Any] | None = None, **fields: str) -> Talk:
        reference = f"AO-{len(self.tickets) + 1}"
        whole = FIELDS | fields
        self.tickets.append(Passed(reference, whole, whole | (passed or {}), len(self.turns)))
        return self._seen("bot", reference, act="ticket_filed", ticket={"reference": reference})

    def seen(self) -> set[str]:
        return {v.rule for v in look(Transcript(tuple(self.turns), SHOP, tuple(self.tickets), settled=True))}


def whole(text: str = "the vase came in pieces", **fields: str) -> Talk:
    """An issue, an offer, a yes, two fields, a ticket."""
    talk = Talk().says(text).bot("offer_ticket").says("yes").bot("ask", "name", "email")
    return talk.says("Ines Duarte, ines@duarte.example").files(**{"reason": text} | fields)


def offered(text: str = "the vase came in pieces") -> Talk:
    return Talk().says(text).bot("offer_ticket")


def given(text: str, **fields: str) -> Talk:
    """Everything in one message, filed."""
    return Talk().says(text).files(**fields)


LINK = "it hangs since Monday: https://parcels.example.org/t?to=max@example.org&id=77"
HUSH = "I'm not sure what you mean."
OTHER = {"reason": "the lamp is cracked"}

BROKEN: dict[str, tuple[str, Talk]] = {
    # a name
    "a link for a name": ("R6", whole(name="https://parcels.example.org/t")),
    "an address for a name": ("R6", whole(name="ines@duarte.example")),
    "a number for a name": ("R6", whole(name="12345")),
    "a name nobody said": ("R6", whole(name="Olga Petrova")),
    "a name out of an address": ("R6", given("the vase came in pieces, open a ticket, jane.doe@x.example",
        name="Jane Doe",
                                             email="jane.doe@x.example")),
    "a refusal for a name": ("R6", Talk().says("the vase came in pieces").bot("offer_ticket").says("auf keinen Fall")
                             .bot("clarify").says("ines@duarte.example, open a ticket").files(name="auf keinen Fall")),
    # an address
    "an address nobody said": ("R6", whole(email="other@elsewhere.example")),
    "an address out of a link": ("R6", given(f"{LINK}. A ticket please, Ines Duarte", email="max@example.org",
                                             reason=LINK)),
    "the shop's own address": ("R6", given(f"I wrote to {SHOP}, the vase came in pieces, a ticket, Ines Duarte",
        email=SHOP)),
    # a reason
    "words the shopper never said": ("R3", whole(reason="customer reports breakage")),
    "words said only afterwards": ("R3", given("the vase came in pieces. Ines Duarte, ines@duarte.example. ticket",
                                               reason="the vase came in pieces and the box was wet")
                                                   .says("and the box was wet")),
    "an address taken out, half a sentence left": ("R3", given(
        "I sent a gift to bob@friend.example. it never arrived. Ines Duarte, ines@duarte.example",
        reason="I sent a gift to. it never arrived")),
    "an address taken out of the middle": ("R3", given(
        "the vase I had sent to bob@friend.example came broken. a ticket, Ines Duarte, ines@duarte.example",
        reason="the vase I had sent to came broken")),
    "an I left over": ("R3", given("my lamp broke. I'm Ines Duarte, ines@duarte.example", reason="my lamp broke. I")),
    "cut in the middle": ("R3", whole("the kettle you sent us leaks badly from its handle",
                                      reason="the kettle you sent us")),
    "begun in the middle": ("R3", whole("the blue kettle leaks", reason="blue kettle leaks")),
    "German, cut": ("R3", whole("der Karton kam mit einem Riss an der Seite", reason="der Karton kam mit einem")),
    "overwritten by a poorer one": ("R3", Talk().says("I dispute the refund for the lamp that arrived cracked")
        .bot("offer_ticket")
                                    .says("I disagree. Ines Duarte, ines@duarte.example").files(reason="I disagree")),
    "most of it gone": ("R3", whole("the tent leaks, one pole snapped, its zip jammed and the groundsheet tore",
                                    reason="the tent leaks")),
    # consent
    "no thanks, and fields asked for": ("R7", offered().says("No, thanks!").bot("ask", "name", "email")),
    "no thanks, and filed": ("R7", Talk().says("Ines Duarte, ines@duarte.example, the vase came in pieces")
        .bot("offer_ticket")
                             .says("no thanks").files()),
    "no thanks, filed with the address": ("R7", offered("the vase came in pieces. Ines Duarte").says("nope")
        .bot("clarify")
                                          .says("ines@duarte.example").files()),
    "German no": ("R7", offered().says("Nein, danke.").bot("ask", "name", "email")),
    "French no": ("R7", offered().says("non merci").bot("ask", "name", "email")),
    "Spanish no": ("R7", offered().says("No, gracias").bot("ask", "name", "email")),
    "Portuguese no": ("R7", offered().says("Não, obrigada").bot("ask", "name", "email")),
    "Arabic no": ("R7", offered().says("لا، شكرًا").bot("ask", "name", "email")),
    # once
    "offered again": ("R10", offered("is it dishwasher safe?").says("no").bot("declined").says("Is it dishwasher safe")
        .bot("offer_ticket")),
    "the same words, two tickets": ("R12", whole().says("the vase came in pieces").files()),
    "a part of the words, another ticket": ("R12", whole("the big vase came in pieces").says("vase came in pieces")
                                            .files(reason="vase came in pieces")),
    "offered again after another issue": ("R10", offered("the lamp is cracked").says("no").bot("declined")
        .says("my desk wobbles").bot("offer_ticket").says("the lamp is cracked").bot("offer_ticket")),
    # nothing useful
    "nothing three times": ("R13", Talk().says("hm").bot("clarify", text=HUSH).says("well").bot("clarify", text=HUSH)
        .says("so")
                            .bot("clarify", text=HUSH)),
    "small talk between": ("R13", Talk().says("hm").bot("clarify", text=HUSH).says("well").bot("smalltalk").says("so")
                           .bot("clarify", text=HUSH)),
    "nothing three times beside an offer": ("R13", offered().says("that thing").bot("clarify", text=HUSH)
        .says("you know").bot("clarify", text=HUSH).says("thing again").bot("clarify", text=HUSH)),
    "small talk for the same words, beside an offer": ("R13", offered().says("torn box").bot("smalltalk")
        .says("torn box").bot("smalltalk").says("torn box!").bot("smalltalk").says("box torn").bot("smalltalk")),
    "nothing three times after the asking": ("R13", Talk().says("a ticket").bot("ask", "name").says("hm").bot("clarify")
        .says("you know").bot("clarify").says("again").bot("clarify")),
    # asked for again
    "an address alone, asked for": ("R2", Talk().says("a ticket").bot("ask", "name", "email", "reason")
        .says("ines@duarte.example")
                                    .bot("remind", "name", "email", "reason")),
    "an address with its label, asked for": ("R2", Talk().says("Email: ines@duarte.example").bot("greet")
        .says("a ticket")
                                             .bot("ask", "name", "email", "reason")),
    "a name with its label, asked for": ("R2", Talk().says("my name is Ines Duarte").bot("greet").says("a ticket")
                                         .bot("ask", "name", "email", "reason")),
    "a French label": ("R2", Talk().says("Je m'appelle Inès Duarte").bot("greet").says("a ticket")
        .bot("ask", "name", "email")),
    # secrets
    "a card in keycaps": ("R17", Talk().says("4\ufe0f\u20e31\ufe0f\u20e311 (1111) 1111+1111").bot("clarify")),
    "a card said by a person of the shop": ("R17", Talk().says("hi").agent("is it 4111 1111 1111 1111?")),
    "a password": ("R17", Talk().says("mein Passwort ist hunter2 und es geht nicht").bot("clarify")),
    "a code": ("R17", Talk().says("cvv: 123").bot("clarify")),
    "a password in a ticket": ("R17", given(
        "the vase came in pieces. Ines Duarte ines@duarte.example. password: hunter22",
        reason="the vase came in pieces. password: hunter22")),
    # the end
    "a rating in the reply that files": ("R19", Talk()
        .says("the vase came in pieces, a ticket, Ines Duarte, ines@duarte.example, bye")
                                         .files().bot("invite_rating")),
}  # fmt: skip

LAWFUL: dict[str, Talk] = {
    "an issue, an offer, a ticket": whole(),
    "the page's customer": Talk().page(name="Ines Duarte", email="ines@duarte.example")
        .says("the vase came in pieces, a ticket").files(),
    "a name in another case": whole(name="INES DUARTE"),
    "a name without its accents": given("the vase came in pieces. Inés Duarte, ines@duarte.example. ticket",
        name="Ines Duarte"),
    "one name": given("the vase came in pieces. Sukarno, ines@duarte.example. ticket", name="Sukarno"),
    "an address spelled out": given("the vase came in pieces. Ines Duarte, ines at duarte dot example. ticket"),
    "an address in capitals": given("the vase came in pieces. Ines Duarte, INES@DUARTE.EXAMPLE. ticket"),
    "an address beside a link": given(f"{LINK}. ticket, Ines Duarte, ines@duarte.example",
                                      reason=LINK),
    "the shop's address as the page's customer": Talk().page(email=SHOP)
        .says("the vase came in pieces, ticket, Ines Duarte").files(email=SHOP),
    "a wish left aside": given("my parcel never arrived and I want a human. Ines Duarte, ines@duarte.example",
                               reason="my parcel never arrived"),
    "a wish before": given("I want a ticket for my broken lamp. Ines Duarte, ines@duarte.example",
        reason="my broken lamp"),
    "a question left aside": given(
        "How long do returns take? mine is three weeks late. ticket. Ines Duarte, ines@duarte.example",
        reason="mine is three weeks late"),
    "no punctuation": given("my lamp is broken my name is Ines Duarte ines@duarte.example open a ticket",
        reason="my lamp is broken"),
    "a greeting and chit-chat": whole("Hello dear people! What a lovely sunny day by the sea. My lamp is broken",
                                      reason="My lamp is broken"),
    "two messages joined": Talk().says("my lamp is broken").bot("offer_ticket").says("and its shade is torn")
        .bot("clarify")
    .says("yes, Ines Duarte, ines@duarte.example").files(reason="my lamp is broken; and its shade is torn"),
    "another issue after a refusal": offered().says("no").bot("declined").says("the lamp is cracked")
        .bot("offer_ticket")
    .says("yes, Ines Duarte, ines@duarte.example").files(**OTHER),
    "the question that was answered": Talk().says("how are gift cards refunded?").bot("answer")
        .says("that didn't help me at all sadly")
    .bot("offer_ticket").says("yes, Ines Duarte, ines@duarte.example").files(reason="how are gift cards refunded?"),
    "lost beside a person of the shop": Talk().says("the tent leaks, a pole snapped, its zip jammed")
        .agent("Let me see.")
    .says("Ines Duarte, ines@duarte.example, a ticket").files(reason="the tent leaks"),
    "an end with a preposition": given("this is not what I paid for. Ines Duarte, ines@duarte.example. ticket",
                                       reason="this is not what I paid for"),
    "Arabic": given("وصل المصباح مكسورا. أريد تذكرة. ليلى حسن laila@hasan.example", name="ليلى حسن",
        email="laila@hasan.example",
                    reason="وصل المصباح مكسورا"),
    "no, but": offered().says("no, wait, yes please").bot("ask", "name", "email"),
    "no, and declined": offered().says("no").bot("declined"),
    "a wish after a no": offered().says("no").bot("declined").says("open one after all").bot("ask", "name", "email"),
    "a no to something else": Talk().says("hello").bot("greet").says("no").bot("clarify").says("a ticket")
        .bot("ask", "name", "email"),
    "no, to a person of the shop": offered().agent("Shall I?").says("no").bot("ask", "name"),
    "offered for another thing": offered("the lamp is cracked").says("no").bot("declined").says("the desk is cracked")
        .bot("offer_ticket"),
    "offered with more to it": offered("the lamp is cracked").says("no").bot("declined")
        .says("the lamp is cracked and it burns").bot("offer_ticket"),
    "refused beside an answer, which it was for is not told": Talk().says("the lamp is cracked. is it oak?")
        .bot("answer").bot("offer_ticket")
    .says("no").bot("declined").says("the lamp is cracked. is it oak?").bot("no_answer").bot("offer_ticket"),
    "refused, and raised again by disagreement": offered("how long?").says("no").bot("declined").says("unfair!")
        .bot("offer_ticket").says("how long?").bot("no_answer").bot("offer_ticket"),
    "refused, and raised again by a pronoun": offered("the lamp is cracked").says("no").bot("declined")
        .says("but it never stopped flickering").bot("answer").bot("offer_ticket").says("the lamp is cracked")
        .bot("no_answer").bot("offer_ticket"),
    "the page names its customer between": Talk().says("hm").bot("clarify", text=HUSH).page(name="Ines Duarte")
    .says("well").bot("clarify", text=HUSH).says("so").bot("clarify", text=HUSH),
    "another lamp": whole().says("another ticket: the vase came in pieces").files(),
    "the second ticket says more": whole().says("the vase came in pieces and the bowl is chipped").files(
        reason="the vase came in pieces and the bowl is chipped"),
    "a dispute of the same": whole().says("I disagree with the decision, the vase came in pieces").files(
        {"envelope": {"disputes": "AO-1"}}),
    "twice only": Talk().says("hm").bot("clarify", text=HUSH).says("well").bot("clarify", text=HUSH),
    "the way out named": Talk().says("hm").bot("clarify", text=HUSH).says("well").bot("clarify", text=HUSH).says("so")
    .bot("clarify", text=f"Write to {SHOP}."),
    "a detail in two words": offered().says("torn box").bot("clarify", text="Added.").says("how long?")
        .bot("smalltalk").says("how long?").bot("smalltalk"),
    "details in few words": offered().says("torn box").bot("clarify", text="Added.").says("缺少零件")
        .bot("clarify", text="Added.").says("scratched!").bot("clarify", text="Added."),
    "a detail beside small talk": offered().says("torn box, lol").bot("smalltalk").says("well").bot("smalltalk")
        .says("so").bot("smalltalk"),
    "a detail while fields are missing": Talk().says("the vase came in pieces, a ticket").bot("ask", "name")
        .says("its box is torn as well").bot("smalltalk").says("well").bot("smalltalk").says("so").bot("smalltalk"),
    "an answer between": Talk().says("hm").bot("clarify", text=HUSH).says("returns?").bot("answer").says("so")
        .bot("clarify", text=HUSH)
    .says("hm").bot("clarify", text=HUSH),
    "fields noted": Talk().says("Ines Duarte").bot("clarify", text="Noted.").says("ines@duarte.example")
        .bot("clarify", text="Noted.")
    .says("hm").bot("clarify", text=HUSH),
    "a doubtful address": Talk().says("ines@gmial.com").bot("invalid", "email").says("hm").bot("remind", "email"),
    "an address in passing": Talk().says("my sister's is eva@duarte.example").bot("clarify").says("a ticket")
        .bot("ask", "email"),
    "the shop's address named": Talk().says(SHOP).bot("clarify").says("a ticket").bot("ask", "email"),
    "one name in passing": Talk().says("my name is Ines").bot("greet").says("a ticket").bot("ask", "name"),
    "about a password": Talk().says("my password is not working, password: forgotten").bot("clarify"),
    "a masked password": Talk().says("my password is [password removed] and [card number removed]").bot("privacy"),
    "an order number": Talk().says("order 20261121-4711-998877, tracking 1234567890123").bot("clarify"),
    "a rating afterwards": whole().says("thanks, bye").bot("goodbye").bot("invite_rating"),
    "nothing said": Talk(),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_words_alone_tell_is_seen(what: str) -> None:
    rule, talk = BROKEN[what]
    assert f"words:{rule}" in talk.seen()


@pytest.mark.parametrize("what", LAWFUL)
def test_what_is_not_certain_is_passed_over(what: str) -> None:
    assert LAWFUL[what].seen() == set()


def test_every_kind_has_a_broken_example_and_is_said_by_the_judge() -> None:
    assert {f"words:{rule}" for rule, _ in BROKEN.values()} == set(RULES)
    turns = tuple(BROKEN["no thanks, and fields asked for"][1].turns)
    assert "words:R7" in {v.rule for v in judge(Transcript(turns, SHOP))}


def test_what_was_understood_is_not_looked_at() -> None:
    """The same findings, whatever stands in `understood`: a wish, a yes, the very name that was filed."""
    for _, talk in BROKEN.values():
        told = Transcript(tuple(talk.turns), SHOP, tuple(talk.tickets), settled=True)
        lies = {
            "name": "Olga Petrova",
            "email": "other@elsewhere.example",
            "answer": "affirm",
            "signals": ["wants_ticket"],
        }
        lying = tuple(
            Seen(t.seq, t.who, t.text, t.act, t.asks, t.ticket, t.sources, lies) if t.who == "shopper" else t
            for t in talk.turns
        )
        assert look(Transcript(lying, SHOP, tuple(talk.tickets), settled=True)) == look(told)


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1111 12/27", "4111\u200b1111\u00ad1111\u20601111", "4111    1111 1111 1111", "٤١١١ ١١١١ ١١١١ ١١١١",
     "(4111)(1111)(1111)(1111)", "4111~1111~1111~1111", "3782-822463-10005"],
)  # fmt: skip
def test_cards_are_seen_in_every_dress(text: str) -> None:
    assert holds_card(text) and holds_secret(text) == "a payment card number"


def test_how_good_the_eyes_are() -> None:
    """Lawful conversations broken at random: the shares that `docs/developing.md` names, and not one false alarm."""
    rated, alarms = rate(asyncio.run(lawful()), 2, 7)
    assert alarms == []
    shares = {name: found / tried for name, (found, tried) in rated.items()}
    whole = (
        "another address",
        "the shops address",
        "another name",
        "a link for a name",
        "asked again",
        "nothing useful",
    )
    assert all(shares[name] == 1.0 for name in whole), shares
    assert shares["other words"] > 0.9 and shares["doubled"] > 0.8 and shares["filed after no"] > 0.6, shares
    assert shares["half a reason"] > 0.5, shares
