"""Requests, names and answers in other languages than English, where English readers or a guess once had their way."""

from __future__ import annotations

import pytest

from dialogue.understanding import whole_answers
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import Answer, Field, Signal

FIELDS = (Field.NAME, Field.EMAIL)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bitte machen sie dafür ein ticket auf, der wasserkocher tropft", "der wasserkocher tropft"),
        ("ouvrez un ticket svp, la bouilloire fuit", "la bouilloire fuit"),
        ("levanta un ticket porfa, la tetera gotea", "la tetera gotea"),
        ("abre um chamado por favor, a chaleira vaza", "a chaleira vaza"),
        ("لو سمحت افتح لي تذكرة، الغلاية تسرب الماء", "الغلاية تسرب الماء"),
    ],
)
def test_a_ticket_asked_for_is_told_by_words_and_the_rest_is_its_reason(text: str, reason: str) -> None:
    found = understand_anew(text)
    assert Signal.WANTS_TICKET in found.signals and found.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "lassen wir's, ach egal",
        "laissez tomber, annulez",
        "mejor olvídalo, cancélalo",
        "deixa pra lá, esquece",
        "خلاص مش مهم، الغيها",
    ],
)
def test_what_was_begun_is_taken_back(text: str) -> None:
    assert Signal.CANCELS in understand_anew(text, FIELDS).signals
    assert Signal.CANCELS not in understand_anew(text).signals, "nothing was begun"


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin mit der Entscheidung nicht einverstanden und möchte, dass sie noch einmal geprüft wird",
        "No estoy de acuerdo con su decisión de rechazar el cambio y quiero que la revisen",
    ],
)
def test_a_dispute_keeps_its_no_and_is_one(text: str) -> None:
    found = understand_anew(text)
    assert {Signal.DISPUTES, Signal.WANTS_REVIEW} <= found.signals and found.reason == text


def test_what_is_asked_beside_a_word_about_a_ticket_is_about_it() -> None:
    found = understand_anew(
        "ich hab letzte woche ein ticket aufgemacht und keiner hat geantwortet, wie ist da der stand?"
    )
    assert Signal.ASKS_UPDATE in found.signals and found.question is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("im karton fehlt eins von den vier stuhlbeinen", None),
        ("also bei mir sinds jetzt 25 tage und es ist nichts gekommen", None),
        ("ايميلي old@mail.example وشحنتي ضايعة من اسبوع", None),
        ("منى عبد السلام، mona@mail.example", "منى عبد السلام"),
        ("Dana Field，dana@mail.example", "Dana Field"),
    ],
)
def test_words_of_another_language_are_no_name_and_its_signs_part_one(text: str, name: str | None) -> None:
    found = understand_anew(text)
    assert found.name == name and (found.email is not None) == ("@" in text)


@pytest.mark.parametrize("text", ["mmm", "hm hm", "امم", "euh bon", "pues bueno", "حسنا"])
def test_whoever_stalls_gives_neither_name_nor_reason_nor_answer(text: str) -> None:
    found = understand_anew(text, (*FIELDS, Field.REASON))
    assert found.name is None and found.reason is None
    assert understand_anew(text, "offer").name is None


@pytest.mark.parametrize("text", ["mmm", "ya me las arreglo solo", "no me llegó nada todavía"])
def test_english_yes_and_no_by_chance_answer_nothing(text: str) -> None:
    assert understand_anew(text, "offer").answer is not Answer.AFFIRM


def test_whoever_gives_an_address_refuses_nothing() -> None:
    found = understand_anew("sorry, meine mailadresse ist neu@mail.example", "offer")
    assert found.email == "neu@mail.example" and found.answer is None


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("efrain arroba example punto com", "efrain@example.com"),
        ("karim arobase example point com", "karim@example.com"),
        ("jonas ät example punkt com", "jonas@example.com"),
    ],
)
def test_an_address_may_be_spelled_in_any_language(text: str, email: str) -> None:
    assert understand_anew(text, (Field.EMAIL,)).email == email


def test_answers_that_are_known_stay_so_one_after_another_but_not_across_languages() -> None:
    told = whole_answers.told_by_whole_answers
    assert told("ja bitte, mach das") is Answer.AFFIRM and told("nein danke, lass mal") is Answer.DENY
    assert told("ja bitte, lass mal") is None and told("ja bitte, mach das?") is None and told("") is None
    assert told("ja bitte, sí claro") is None


@pytest.mark.parametrize(
    "text",
    ["Wie kann ich eine Entscheidung anfechten?", "Comment contester une décision ?", "¿Cómo puedo impugnar una decisión?",
     "Como contesto uma decisão?", "كيف أعترض على قرار؟", "Was kann ich tun, wenn ich mit der Entscheidung nicht einverstanden bin?"],
)  # fmt: skip
def test_what_one_can_do_about_a_decision_is_a_question_and_no_dispute(text: str) -> None:
    found = understand_anew(text)
    assert found.question == text and found.reason is None and Signal.DISPUTES not in found.signals


@pytest.mark.parametrize(
    "text",
    ["Wie können Sie meine Erstattung ablehnen, das akzeptiere ich nicht", "Je conteste votre décision", "No acepto su decisión",
     "Não concordo com a decisão", "أنا لا أوافق على القرار"],
)  # fmt: skip
def test_who_disagrees_disputes(text: str) -> None:
    assert Signal.DISPUTES in understand_anew(text).signals
