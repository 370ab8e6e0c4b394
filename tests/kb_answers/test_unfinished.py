"""What shows that an article is not finished, by line, in both languages of the console; and when it is looked at
again."""

from __future__ import annotations

import datetime
import pathlib

import pytest

from kb_answers.library import ARTICLES, ArticleError, parse_article, read_library
from kb_answers.reviews import due, looked_at, months_after
from kb_answers.unfinished import unfinished

VALUES = {"support_email": "support@example.com", "hours": "Mon-Fri 9-17"}
TEXT = """---
id: lamps
title: Old lamps
sources:
  - Handbook
revised: 2026-11-21
questions:
  - do you restore lamps
---
Lamps are restored.
"""


def _found(text: str, known: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    article = parse_article(text, pathlib.Path("lamps.md"), VALUES)
    return [(p.line, p.told) for p in unfinished(text, article, known=known)]


@pytest.mark.parametrize(
    "left",
    [
        "Write the answer here, the direct answer first.", "Schreiben Sie hier die Antwort, das Wichtigste zuerst.",
        "TODO: ask Ada", "Lamps cost TBD.", "Lorem ipsum dolor sit amet.", "…", "...", "We take [insert price].",
        "We take <insert price>.", "xxx", "- ...", "Die Antwort hier einfügen.", "???",
    ],
)  # fmt: skip
def test_a_place_left_open_is_found_with_its_line(left: str) -> None:
    assert [line for line, _ in _found(TEXT + "\n" + left + "\n")] == [12]


@pytest.mark.parametrize("question", ["how shoppers ask for it", "wie Kunden danach fragen", "…"])
def test_so_is_a_question_that_nobody_asks(question: str) -> None:
    assert [line for line, _ in _found(TEXT.replace("do you restore lamps", question))] == [8]


@pytest.mark.parametrize("source", ["000", '""', "n/a", "unknown", '"?"', "keine", "source", "TODO", '"-"'])
def test_so_is_a_fact_without_a_source(source: str) -> None:
    assert _found(TEXT.replace("Handbook", source))
    assert source == "TODO" or not _found(TEXT.replace("Handbook", source), (source.strip('"'),))


@pytest.mark.parametrize(
    "fine",
    [
        "Click “More…” to see all.", "Todo el mundo puede pedir.", "See [our page](https://shop.example) for it.",
        "Write to us.", "The answer is here.", "Prices are below 10...20 euros.", "Siehe [hier](https://shop.example).",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_no_problem(fine: str) -> None:
    assert _found(TEXT + "\n" + fine + "\n") == []


def test_an_article_of_empty_words_cannot_be_searched_for() -> None:
    text = TEXT.replace("Old lamps", "the").replace("do you restore lamps", "is it").replace("Lamps are restored", "so")
    assert [line for line, _ in _found(text)] == [1]


def test_long_lines_take_no_time() -> None:
    """Patterns that turn back would take minutes."""
    for line in ("_" * 50_000 + "a", "- " * 25_000 + "a", "x" * 50_000 + "!a"):
        assert _found(TEXT + "\n" + line + "\n") == []


def test_the_articles_that_come_with_the_bot_are_finished() -> None:
    for article in read_library(ARTICLES, VALUES):
        text = (ARTICLES / f"{article.id}.md").read_text(encoding="utf-8")
        assert list(unfinished(text, article, known=article.sources)) == [], article.id


def test_an_article_is_due_on_its_day_or_so_many_months_after_it_was_revised() -> None:
    path = pathlib.Path("lamps.md")
    plain = parse_article(TEXT, path, VALUES)
    own = parse_article(TEXT.replace("questions:", "review: 2027-02-03\nquestions:"), path, VALUES)
    assert plain and own
    assert due(plain, 12) == datetime.date(2027, 11, 21) and due(plain, 0) is None
    assert due(own, 12) == due(own, 0) == datetime.date(2027, 2, 3)
    assert months_after(datetime.date(2027, 1, 31), 1) == datetime.date(2027, 2, 28)
    assert months_after(datetime.date(2026, 12, 1), 12) == datetime.date(2027, 12, 1)
    for wrong in ("soon", "", "2027-02-30", "[a, b]"):
        with pytest.raises(ArticleError, match=r"lamps\.md:7: `review` must be a date"):
            parse_article(TEXT.replace("questions:", f"review: {wrong}\nquestions:"), path, VALUES)


def test_looking_at_an_article_changes_its_day_and_nothing_else() -> None:
    until = datetime.date(2027, 12, 1)
    once = looked_at(TEXT, until)
    assert once == TEXT.replace("  - do you restore lamps\n", "  - do you restore lamps\nreview: 2027-12-01\n")
    again = looked_at(once, datetime.date(2028, 12, 1))
    assert again == once.replace("2027-12-01", "2028-12-01")
    found = parse_article(again, pathlib.Path("lamps.md"), VALUES)
    assert found and found.review == datetime.date(2028, 12, 1)
