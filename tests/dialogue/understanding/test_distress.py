"""Words of danger to life (R21) and abuse: each line of the word files, what they make of a message, and what it costs."""

from __future__ import annotations

import pytest

from dialogue.understanding import distress
from dialogue.understanding.distress import LANGUAGES, Construction, lexicon, look, matches
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import Signal

LINES = lexicon().constructions


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.where)
def test_every_line_matches_its_one_sentence_and_spares_the_other(line: Construction) -> None:
    assert line.where in [held.where for held, _ in matches(line.matches)]
    spared = look(line.spares)
    assert not spared.danger
    assert line.kind == "danger" or not spared.abuse


@pytest.mark.parametrize("line", [line for line in LINES if line.kind == "danger"], ids=lambda line: line.where)
def test_nothing_but_fields_is_read_from_words_of_danger(line: Construction) -> None:
    found = understand_anew(f"{line.matches}. jane@example.com", "offer")
    assert found.signals == {Signal.IN_DANGER} and found.email == "jane@example.com"
    assert (found.reason, found.question, found.answer, found.name) == (None, None, None, None)


def test_every_language_has_both_kinds() -> None:
    for language in LANGUAGES:
        kinds = {line.kind for line in LINES if line.where.startswith(f"{language}.txt")}
        assert kinds == {"danger", "abuse"}, language


@pytest.mark.parametrize(
    "text",
    [
        "I want to KILL MYSELF!!",
        "i really really can’t go on living",
        "No. I want to die",
        "please open a ticket, and honestly I just want to die",
        "je  veux\nmourir",
        "ich mo\u0308chte sterben",
        "أُريدُ أَنْ أَمُوتَ",
        "Eu quero morrer, não aguento",
        "ya no quiero vivir más",
        "he's going to hurt me",
        "I've taken all of my pills",
    ],
)
def test_danger_in_any_spelling_and_company(text: str) -> None:
    assert Signal.IN_DANGER in understand_anew(text).signals


@pytest.mark.parametrize(
    "text",
    [
        "this checkout is killing me",
        "I'd kill for that dress",
        "my phone died",
        "the suicide squad poster is late",
        "where is the kill switch?",
        "it was dead on arrival",
        "my plants are dying",
        "I'm dying to see it",
        "my boss will kill me if this is not here by Friday",
        "I'm not suicidal, I just want my refund",
        "I would never hurt myself with it",
        "the deadline kills us, the battery is dead and the lamp is on its last legs",
        "I hurt myself on the sharp edge of the table",
        "ich sterbe vor Neugier",
        "je suis mort de rire",
        "me muero de ganas de tenerlo",
        "estou morrendo de vontade de receber",
    ],
)
def test_figures_of_speech_and_goods_are_no_danger(text: str) -> None:
    assert not look(text).danger


@pytest.mark.parametrize(
    "text",
    [
        "you are a piece of ****",
        "F**k you!",
        "du bist ein Idiot",
        "vous êtes des connards",
        "eres un imbécil",
        "أنت غبي",
    ],
)
def test_an_insult_alone_states_no_issue(text: str) -> None:
    found = understand_anew(text)
    assert Signal.ABUSES in found.signals
    assert (found.reason, found.question, found.name) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    ["you are idiots, my lamp came broken", "You idiots! My parcel never arrived.", "fuck you, I was charged twice"],
)
def test_an_issue_beside_an_insult_is_the_issue(text: str) -> None:
    """R3."""
    assert understand_anew(text).reason


def test_letters_that_are_hidden_are_no_letters_that_stand_alone() -> None:
    assert look("you are a piece of s***").abuse and look("you are a piece of s*").abuse
    assert not look("between 7 p.m. and 9 p.m., you r c or s").abuse
    assert look("you are a *moron*").abuse


def test_an_insult_is_no_name() -> None:
    assert understand_anew("you stupid cunt", ("name",)).name is None
    assert understand_anew("kill yourself", ("name",)).name is None


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("danger | a b | a b", "needs"),
        ("menace | a b | a b | c", "needs"),
        ("danger | @nobody b | a b | c", "there is no set"),
        ("danger | ...2 b | a b | c", "begins with no word"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: str, wrong: str) -> None:
    with pytest.raises(distress.WordsError, match=f"x.txt:2.*{wrong}"):
        distress.read_lines(["# a comment", line], "x.txt")


@pytest.mark.parametrize("text", ["", " ", "\ue000", "*" * 4000, "i want to " * 400, "،" * 4000, "و " * 2000, "\ud83d"])
def test_nothing_makes_it_raise(text: str) -> None:
    assert isinstance(look(text), distress.Distress)
