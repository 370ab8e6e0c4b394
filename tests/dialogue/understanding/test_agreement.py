"""A yes and what is told beside it (R7): it agrees where the trouble goes on, and takes nothing where it is settled."""

from __future__ import annotations

import pytest

from bot.chat.phrases import languages
from dialogue.understanding.agreement import FOLDER, SECTIONS, Beside, beside
from dialogue.understanding.rules import understand_anew
from dialogue.understanding.word_files import sections
from dialogue.vocabulary import Answer


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("yes", Beside("", True)),
        ("yes please", Beside("", True)),
        ("yes, it still leaks", Beside("it still leaks", True)),
        ("ok, it still leaks", Beside("it still leaks", False)),
        ("yes it still leaks", Beside("it still leaks", False)),
        ("ja mach das, es tropft noch", Beside("es tropft noch", True)),
        ("si no llega", Beside("no llega", False)),
        ("yesterday it came", None),
        ("no, thank you", None),
    ],
)
def test_what_stands_beside_a_yes(said: str, found: Beside | None) -> None:
    assert beside(said) == found


@pytest.mark.parametrize(
    ("settled", "goes_on"),
    [
        ("yes, the lamp lights up now", "yes, the lamp still doesn't light up"),
        ("ja, die Lampe geht jetzt wieder", "ja, die Lampe geht immer noch nicht"),
        ("oui, la lampe s'allume maintenant", "oui, la lampe ne s'allume toujours pas"),
        ("sí, la lámpara ya prende", "sí, la lámpara sigue sin prender"),
        ("sim, a lâmpada já acende", "sim, a lâmpada continua sem acender"),
        ("نعم المصباح اشتغل الآن", "نعم، المصباح ما زال لا يعمل"),
    ],
)
def test_r7_a_settled_matter_takes_no_offer_and_one_that_goes_on_does(settled: str, goes_on: str) -> None:
    assert understand_anew(settled, "offer").answer is not Answer.AFFIRM
    assert understand_anew(goes_on, "offer").answer is Answer.AFFIRM


@pytest.mark.parametrize("said", ["oui, c'est réglé", "oui c'est résolu", "sí, ya está resuelto"])
def test_r7_what_is_settled_is_neither_a_name_nor_a_yes_of_another_language(said: str) -> None:
    found = understand_anew(said, "offer")
    assert found.answer is not Answer.AFFIRM and found.greeting_name is None


@pytest.mark.parametrize(
    "said", ["yes, but not now", "yes, no thanks", "ja, aber nicht jetzt", "oui, mais pas maintenant"]
)
def test_r7_a_yes_that_is_taken_back_is_none(said: str) -> None:
    assert understand_anew(said, "offer").answer is not Answer.AFFIRM


def test_a_number_is_no_refusal() -> None:
    for said in ("my order is no 2563", "no. 4411", "no 4411"):
        assert understand_anew(said, "offer").answer is None
    assert understand_anew("no, 2 of them are fine", "offer").answer is Answer.DENY


@pytest.mark.parametrize("language", ["en", *sorted(languages())])
def test_every_language_has_words_for_it(language: str) -> None:
    assert set(sections(FOLDER / f"{language}.txt", SECTIONS)) == set(SECTIONS)
