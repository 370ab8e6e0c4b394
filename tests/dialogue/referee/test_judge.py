"""The referee sees every kind of violation, and none where there is none."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest

from dialogue.referee.equal_treatment import unequal
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Passed, Seen, Transcript
from dialogue.referee.words import holds_card
from tests.test_docs import ROOT

SUPPORT = "help@shop.example"
SOURCE = [{"article": "returns", "title": "Returns", "passage": "60 days."}]
FIRST = "A first acknowledgement comes within 24-48 hours."


class Talk:
    """A transcript in the making: `shopper(text, what was understood)`, `bot(act, text)`."""

    def __init__(self) -> None:
        self.turns: list[Seen] = []
        self.tickets: list[Passed] = []
        self.in_danger: bool | None = None

    def flagged(self, in_danger: bool = True) -> Talk:
        self.in_danger = in_danger
        return self

    def shopper(self, text: str, **understood: Any) -> Talk:
        self.turns.append(Seen(len(self.turns) + 1, "shopper", text, understood=understood))
        return self

    def bot(self, act: str, text: str = "All right.", *asks: str, **more: Any) -> Talk:
        self.turns.append(Seen(len(self.turns) + 1, "bot", text, act, asks, **more))
        return self

    def filed(self, reference: str = "AO-1", text: str = "", act: str = "ticket_filed") -> Talk:
        words = text or f"Filed under {reference}. {FIRST}"
        return self.bot(act, words, ticket={"reference": reference, "status": "filed"})

    def ticket(self, reference: str = "AO-1", **fields: str) -> Talk:
        whole = {"name": "Ines Duarte", "email": "ines@duarte.example", "reason": "the vase came in pieces"} | fields
        self.tickets.append(Passed(reference, whole, whole))
        return self

    def rules(self, *, settled: bool = True) -> set[str]:
        transcript = Transcript(
            tuple(self.turns), SUPPORT, tuple(self.tickets), settled=settled, in_danger=self.in_danger
        )
        return {v.rule for v in judge(transcript)}


HELP = "I'm so sorry. Please call 112."


def endangered() -> Talk:
    """Words of danger, not answered yet."""
    return Talk().shopper("I want to die", signals=["in_danger"])


def lawful() -> Talk:
    """An issue, an offer, a yes, two fields, a ticket."""
    talk = Talk().shopper("the vase came in pieces", reason="the vase came in pieces")
    talk.bot("offer_ticket", "Would you like a ticket?")
    talk.shopper("yes", answer="affirm").bot("ask", "I need your full name and your email address.", "name", "email")
    talk.shopper("Ines Duarte, ines@duarte.example", name="Ines Duarte", email="ines@duarte.example")
    return talk.filed().ticket()


def test_a_dispute_declined_in_the_breath_that_asks_something_else_is_no_dispute_any_more() -> None:
    talk = Talk().shopper("charged twice, I disagree", reason="charged twice", signals=["disputes"])
    talk.bot("offer_ticket", "Would you like a ticket?")
    talk.shopper(
        "no, charged twice, I disagree, how long?",
        reason="charged twice",
        answer="deny",
        signals=["disputes"],
        question="how long?",
    )
    talk.bot("declined").bot("no_answer").bot("offer_ticket", "Would you like a ticket?")
    talk.shopper(
        "yes, Ines Duarte, ines@duarte.example", answer="affirm", name="Ines Duarte", email="ines@duarte.example"
    )
    assert talk.filed().ticket(reason="how long?").rules() == set()


def test_a_refused_question_beside_one_about_a_ticket_is_the_reason_of_whoever_wants_a_ticket() -> None:
    talk = Talk().shopper("is it oak?", question="is it oak?").bot("no_answer").bot("offer_ticket", "A ticket?")
    talk.shopper("no", answer="deny").bot("declined")
    issue = {"reason": "the vase came in pieces", "name": "Ines Duarte", "email": "ines@duarte.example"}
    talk.shopper(
        "a ticket: the vase came in pieces. Ines Duarte, ines@duarte.example", signals=["wants_ticket"], **issue
    )
    talk.filed().ticket()
    talk.shopper("is it oak? what about my ticket?", question="is it oak?", signals=["asks_update"])
    talk.bot("update_redirect", f"Write to {SUPPORT}.").bot("no_answer")
    talk.shopper("open a ticket", signals=["wants_ticket"]).filed("AO-2").ticket("AO-2", reason="is it oak?")
    assert talk.rules() == set()


def _filed_in_between() -> Talk:
    """Two replies that brought nothing, and between them a message that filed a ticket: its outcome came later."""
    return (
        Talk().shopper("the vase came in pieces").bot("offer_ticket")
        .shopper("I am Ines Duarte, ines@duarte.example", name="Ines Duarte", email="ines@duarte.example",
                 reason="the vase came in pieces")
        .shopper("how long may I keep it?").bot("answer", "60 days", sources=SOURCE)
        .shopper("never mind, that did not help", signals=["cancels", "secret", "unhelped"])
        .bot("privacy").bot("offer_ticket")
        .shopper("and the lid is missing", reason="and the lid is missing")
        .shopper("hm").bot("clarify", "Just say yes or no.")
    )  # fmt: skip


def test_a_message_that_filed_a_ticket_brought_something_though_its_outcome_comes_later() -> None:
    """R13: found at random; silence where nothing can have been filed is found all the same."""
    talk = _filed_in_between().shopper("yes").shopper("no").bot("clarify").shopper("hi").bot("greet", "Hello!")
    assert talk.rules(settled=False) == set()
    talk = Talk().shopper("hm").bot("clarify").shopper("hm").shopper("hm").bot("clarify").shopper("hm").bot("clarify")
    assert "R13" in talk.rules()


def test_a_lawful_conversation_is_lawful() -> None:
    assert lawful().rules() == set()


def _collecting() -> Talk:
    return (
        Talk()
        .shopper("a ticket please", signals=["wants_ticket"])
        .bot("ask", "Please tell me.", "name", "email", "reason")
    )


def _offered() -> Talk:
    return Talk().shopper("the lid broke", reason="the lid broke").bot("offer_ticket", "Would you like a ticket?")


def _fruitless() -> Talk:
    talk = _collecting()
    for _ in range(3):
        talk.shopper("hm").bot("remind", "I still need them.", "name", "email", "reason")
    return talk


def replace_ticket(talk: Talk, **fields: str) -> Talk:
    first = talk.tickets[0]
    talk.tickets[0] = Passed(first.reference, {**first.fields, **fields}, {**first.fields, **fields})
    return talk


def lawful_until_filed(text: str) -> Talk:
    talk = lawful()
    talk.turns[-1] = replace(talk.turns[-1], text=text)
    return talk


BROKEN: dict[str, tuple[str, Talk]] = {
    "a fourth field is asked for": ("R1", _collecting().shopper("hm").bot("remind", "I need it.", "name", "phone")),
    "a fourth field in words": ("R1", _offered().shopper("hm").bot("clarify", "Which order number is it?")),
    "a fourth field is passed": ("R1", lawful().ticket("AO-1b", phone="123")),
    "a field is asked for again": (
        "R2", _collecting().shopper("Ines Duarte", name="Ines Duarte")
        .bot("ask", "I need:", "name", "email", "reason")),
    "a confirmation is asked for": ("R2", _offered().shopper("hm").bot("clarify", "Your name is Ines, is that right?")),
    "a reason in other words": ("R3", replace_ticket(lawful(), reason="customer reports breakage")),
    "an older value is filed": ("R5", replace_ticket(lawful(), email="old@duarte.example")),
    "an impossible value is filed": ("R6", replace_ticket(lawful(), email="no-at-sign")),
    "more than the one impossible field": (
        "R6", _collecting().shopper("x@y", rejected=[{"field": "email"}]).bot("invalid", "No.", "name", "email")),
    "an offer after consent": (
        "R7", _collecting().shopper("the lid broke", reason="the lid broke").bot("offer_ticket", "A ticket?")),
    "fields without consent": ("R7", Talk().shopper("the lid broke", reason="the lid broke")
        .bot("ask", "I need:", "name")),
    "a ticket nobody agreed to": ("R7", _offered().shopper("no", answer="deny").bot("declined").filed()),
    "complete and asked again": (
        "R8", _collecting().shopper("all", name="Ines Duarte", email="i@d.example", reason="the lid broke")
        .bot("remind", "?")),
    "complete and nothing filed": (
        "R8", _collecting().shopper("all", name="Ines Duarte", email="i@d.example", reason="the lid broke")),
    "shall I go ahead": ("R8", _collecting().shopper("hm")
        .bot("remind", "Shall I file it?", "name", "email", "reason")),
    "not all that is missing": ("R9", _collecting().shopper("hm").bot("remind", "I need your name.", "name")),
    "asks on and on": ("R9", _fruitless()),
    "a second offer": ("R10", _offered().shopper("hm").bot("offer_ticket", "Would you like a ticket?")),
    "an offer that asks": ("R10", Talk().shopper("the lid broke", reason="the lid broke")
        .bot("offer_ticket", "?", "name")),
    "re-open": ("R11", Talk().shopper("my ticket?", signals=["asks_update"])
        .bot("update_redirect", f"Re-open it at {SUPPORT}.")),
    "an update without the email": ("R11", Talk().shopper("my ticket?", signals=["asks_update"]).bot("smalltalk")),
    "an update that gets an offer": (
        "R11", Talk().shopper("my ticket?", signals=["asks_update"]).bot("update_redirect", SUPPORT)
        .bot("offer_ticket", "A ticket?")),
    "announced twice": ("R12", lawful().filed()),
    "passed twice": ("R12", lawful().ticket()),
    "no reply": ("R13", _offered().shopper("hello?")),
    "no reference": ("R13", Talk().shopper("x", signals=["wants_ticket"], name="I D", email="i@d.example", reason="x y")
                     .bot("ticket_filed", f"Done. {FIRST}", ticket={"status": "filed"})),
    "no word of the first answer": ("R13", lawful_until_filed("Filed under AO-1.")),
    "other contact words": ("R14", Talk().shopper("how to reach you", signals=["asks_contact"])
        .bot("contact", "Call us.")),
    "no contact answer": ("R14", Talk().shopper("how to reach you", signals=["asks_contact"]).bot("smalltalk")),
    "an answer without a source": ("R15", Talk().shopper("how long?", question="how long?").bot("answer", "60 days.")),
    "an answer of its own": (
        "R15", Talk().shopper("how long?", question="how long?").bot("answer", "Ninety days, surely.", sources=SOURCE)),
    "an answer that leaves out one of its two sources": (
        "R15", Talk().shopper("how long, and who pays?", question="how long, and who pays?").bot(
            "answer", "60 days.", sources=[*SOURCE, {"article": "cost", "title": "Cost", "passage": "We pay."}])),
    "a promise": ("R15", Talk().shopper("hm").bot("clarify", "I promise that it comes tomorrow.")),
    "an invented status": ("R15", Talk().shopper("hm").bot("clarify", "Your order has been shipped.")),
    "chit-chat gets an offer": ("R15", Talk().shopper("nice day", signals=["chats"]).bot("smalltalk")
        .bot("offer_ticket", "A ticket?")),
    "a card number is stored": ("R17", Talk().shopper("it is 4111 1111 1111 1111").bot("clarify")),
    "a secret and no word of it": ("R17", Talk().shopper("it is [card]", signals=["secret"]).bot("clarify")),
    "a review gets an offer": (
        "R18", Talk().shopper("unfair, review it", reason="unfair", signals=["disputes", "wants_review"])
        .bot("offer_ticket", "A ticket?")),
    "a dispute without its thread": (
        "R18", Talk().shopper("unfair, review it", reason="unfair", name="Ines Duarte", email="i@d.example",
                              signals=["disputes", "wants_review"]).filed()),
    "a rating twice": (
        "R19", Talk().shopper("bye", signals=["goodbye"]).bot("goodbye").bot("invite_rating")
        .shopper("thanks", signals=["thanks"])
        .bot("thanks").bot("invite_rating")),
    "a rating too soon": ("R19", Talk().shopper("hello", signals=["greeting"]).bot("greet").bot("invite_rating")),
    "danger gets an offer": ("R21", endangered().bot("smalltalk", HELP).bot("offer_ticket", "A ticket?")),
    "danger is brushed off": ("R21", endangered().bot("clarify")),
    "danger gets two replies": ("R21", endangered().bot("smalltalk", HELP).bot("smalltalk", "Anything else?")),
    "danger gets a question": (
        "R21", Talk().shopper("a ticket", signals=["wants_ticket"]).bot("ask", "I need", "name", "email", "reason")
        .shopper("I want to die", signals=["in_danger"]).bot("remind", "I still need", "name", "email", "reason")),
    "danger gets silence": ("R21", endangered()),
    "danger without a flag": ("R21", endangered().bot("smalltalk", HELP).flagged(False)),
}  # fmt: skip


def test_r21_words_of_danger_set_the_other_rules_aside() -> None:
    """What is asked or wished beside them is not answered, fields beside them are known, and three replies are no
    fruitless ones."""
    signals = ["in_danger", "asks_update", "asks_contact", "wants_ticket"]
    talk = Talk().shopper("the vase came in pieces", reason="the vase came in pieces")
    talk.bot("offer_ticket", "Would you like a ticket?")
    for _ in range(3):
        talk.shopper(
            "I want to die, ines@duarte.example", signals=signals, email="ines@duarte.example", answer="affirm"
        )
        talk.bot("smalltalk", HELP)
    talk.shopper("yes", answer="affirm").bot("ask", "I need your full name.", "name").flagged()
    assert talk.rules(settled=False) == set()
    assert "R21" in talk.flagged(False).rules(settled=False)


def test_r21_a_ticket_filed_in_answer_to_words_of_danger_is_seen() -> None:
    talk = endangered().bot("smalltalk", HELP).flagged()
    talk.tickets.append(Passed("AO-1", {}, {}, at=2))
    assert "R21" in talk.rules()


def test_r21_beside_a_person_the_flag_alone_is_due() -> None:
    talk = endangered().flagged()
    talk.turns.append(Seen(2, "agent", "I am calling you."))
    assert talk.rules() == set()
    assert talk.flagged(False).rules() == {"R21"}


@pytest.mark.parametrize("what", BROKEN)
def test_a_violation_is_named_by_its_rule(what: str) -> None:
    rule, talk = BROKEN[what]
    assert rule in talk.rules(), what


def test_every_rule_that_can_be_seen_from_outside_has_a_broken_example() -> None:
    assert {rule for rule, _ in BROKEN.values()} == {f"R{n}" for n in (*range(1, 20), 21)} - {"R4", "R16"}


def test_a_missing_turn_is_seen() -> None:
    talk = lawful()
    del talk.turns[1]
    assert "protocol" in talk.rules()


def test_the_same_words_get_the_same_answer() -> None:
    one = Transcript(tuple(lawful().turns))
    assert unequal([one, one]) == []
    other = lawful()
    other.turns[1] = replace(other.turns[1], text="Fancy a ticket?")
    assert len(unequal([one, Transcript(tuple(other.turns))])) >= 1


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "5500-0000-0000-0004", "3400.000000.00009", "6011000000000004"]
)
def test_card_numbers_are_seen_however_spaced(number: str) -> None:
    assert holds_card(f"here: {number}, thanks")


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "1234567890123", "order 20261121", "9999999999999995"])
def test_other_numbers_are_no_cards(number: str) -> None:
    assert not holds_card(number)


def test_the_referee_shares_nothing_with_what_it_judges() -> None:
    """Neither the table, nor the phrases, nor the readers, nor sameness: an import would let a fault hide in both."""
    room = ROOT / "dialogue" / "referee"
    own = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in room.rglob("*.py")}
    allowed = own | {"dialogue.referee", "dialogue.referee.rules"}
    assert len(own) >= 12
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                ours = module.split(".")[0] in ("dialogue", "bot", "kb_answers", "ticket_bridge")
                assert not ours or module in allowed, f"{path.name} imports {module}"
