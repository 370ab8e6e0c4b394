"""What may not be published, by line: words that the strict rules forbid, and what cannot be indexed. Articles speak of
every order, so what the bot may not say of one order an article may."""

from __future__ import annotations

import pytest

from bot.factories import make_answers
from bot.operations.article_checks import check
from bot.settings import read_settings
from kb_answers.answer import Answers

TEXT = """---
id: lamps
title: Old lamps
sources:
  - Handbook
revised: 2026-11-21
questions:
  - do you promise a day, and can I re-open my ticket
---
Lamps are restored.
"""


@pytest.fixture(scope="module")
def answers() -> Answers:
    return make_answers(read_settings())


def _lines(answers: Answers, text: str) -> list[int]:
    return [p.line for p in check(text, "lamps", answers, others={}, before=[])]


@pytest.mark.parametrize(
    "words",
    [
        "We promise within two days.", "You may re-open it.", "We guarantee delivery.", "It will be refunded at once.",
        "Wir versprechen es in zwei Tagen.", "Sie können ein neues Ticket öffnen.", "Nous promettons deux jours.",
        "Prometemos dos días.", "Puede reabrir el caso.", "Prometemos em dois dias.", "نعدك بذلك خلال يومين.",
    ],
)  # fmt: skip
def test_a_forbidden_promise_is_found_in_six_languages_with_its_line(answers: Answers, words: str) -> None:
    assert _lines(answers, TEXT + "Soon.\n\nWhat follows is\n" + words + "\n") == [14]
    assert _lines(answers, TEXT.replace("Old lamps", f'"{words}"')) == [3]


def test_words_parted_by_the_end_of_a_line_are_one(answers: Answers) -> None:
    assert _lines(answers, TEXT + "\nYou can open a\nnew ticket.\n") == [12]


@pytest.mark.parametrize(
    "words",
    [
        "After payment your order is processed at once.", "A certain day cannot be promised.",
        "We do not promise a day.", "The two-year guarantee stays as it is.", "Die Garantie gilt zwei Jahre.",
        "Wir können keinen Tag versprechen, auch nicht den Monat.", "Ein Tag wird nicht garantiert.",
    ],
)  # fmt: skip
def test_what_promises_nothing_may_be_said(answers: Answers, words: str) -> None:
    assert _lines(answers, TEXT + "\n" + words + "\n") == []


def test_a_promise_after_a_denial_in_another_sentence_is_one(answers: Answers) -> None:
    assert _lines(answers, TEXT + "\nThis is not so. We promise it.\n") == [12]


def test_every_article_that_comes_with_the_bot_may_be_published_again(answers: Answers) -> None:
    for path in answers.folder.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert check(text, path.stem, answers, others={}, before=[text]) == [], path.name


def test_a_source_that_was_published_before_may_stay(answers: Answers) -> None:
    text = TEXT.replace("Handbook", '"000"')
    assert _lines(answers, text) == [4]
    assert check(text.replace("restored", "mended"), "lamps", answers, others={}, before=["broken", text]) == []


def test_what_cannot_be_indexed_is_told_with_its_line(answers: Answers) -> None:
    assert _lines(answers, TEXT.replace("Lamps", "{nothing}")) == [10]
    (found,) = check(TEXT, "lamps", answers, others={"other": "broken"}, before=[])
    assert "other.md:1" in found.told
