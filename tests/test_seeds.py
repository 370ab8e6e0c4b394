"""`docs/seeds.md`: every sentence of the shop's documents has its place, and the page names nothing that is not
there."""

from __future__ import annotations

import pathlib

import pytest

from kb_answers.library import ARTICLES, Article, read_library
from tests.links import dead_links
from tests.rules_page import PAGE as RULES
from tests.rules_page import rules_on
from tests.seeds import PAGE, SEEDS, Row, rows, sentences, told, words

TEXT = PAGE.read_text(encoding="utf-8")
ROWS = rows(TEXT)
KNOWN = {a.id: a for a in read_library(ARTICLES, {"support_email": "support@example.com", "hours": "Mon-Fri 9-17"})}
#: A topic is a few words, and a run of so many words of a sentence would be the sentence.
_FEW, _QUOTED = 12, 6
needs_the_documents = pytest.mark.skipif(SEEDS is None, reason="the shop's documents are not on this machine")


@pytest.fixture(scope="module")
def documents() -> dict[tuple[str, int], str]:
    assert SEEDS is not None
    return told(SEEDS)


@needs_the_documents
def test_every_sentence_has_a_row_and_every_row_its_sentence(documents: dict[tuple[str, int], str]) -> None:
    assert [number for number, _ in ROWS] == list(documents) and len(documents) > 100


@needs_the_documents
def test_a_topic_speaks_of_its_sentence_and_does_not_quote_it(documents: dict[tuple[str, int], str]) -> None:
    assert strangers(ROWS, documents) == [] and quoted(TEXT, documents) == []


def test_every_row_says_what_carries_it_or_why_nothing_does() -> None:
    for number, row in ROWS:
        why = row.carried.removeprefix("none: ")
        carried = row.articles or row.rules or row.features
        assert bool(carried) is (why == row.carried) and why, number


def test_every_article_rule_and_page_named_is_there() -> None:
    assert unknown(ROWS, KNOWN) == []
    assert dead_links(PAGE, TEXT) == []


def test_every_article_is_named_for_each_document_that_it_names() -> None:
    named = {(id, seed) for (seed, _), row in ROWS for id in row.articles}
    assert {(a.id, seed) for a in KNOWN.values() for seed in a.sources} - named == set()


def unknown(found: list[tuple[tuple[str, int], Row]], articles: dict[str, Article]) -> list[str]:
    """What rows name that is not there, or does not name the row's document in its turn."""
    rules = rules_on(RULES.read_text(encoding="utf-8"))
    lost = [f"{n}: no rule {rule}" for n, row in found for rule in row.rules if rule not in rules]
    for (seed, place), row in found:
        for id in row.articles:
            if id not in articles:
                lost.append(f"{seed}.{place}: no article {id}")
            elif seed not in articles[id].sources:
                lost.append(f"{seed}.{place}: {id} does not name {seed}")
    return lost


def strangers(found: list[tuple[tuple[str, int], Row]], documents: dict[tuple[str, int], str]) -> list[str]:
    """Rows whose topic is too long, or has no word of their sentence; a word's first four letters count."""
    return [
        f"{number}: {row.topic}"
        for number, row in found
        if len(words(row.topic)) > _FEW
        or not {w[:4] for w in words(row.topic) if len(w) > 2} & {w[:4] for w in words(documents[number])}
    ]


def quoted(page: str, documents: dict[tuple[str, int], str]) -> list[str]:
    """The runs of words that the page has from a sentence."""
    said = f" {' '.join(words(page))} "
    split = [words(sentence) for sentence in documents.values()]
    runs = {" ".join(each[n : n + _QUOTED]) for each in split for n in range(len(each) - _QUOTED + 1)}
    return [run for run in sorted(runs) if f" {run} " in said]


# ---------------------------------------------------------------- each of these can fail


def test_sentences_are_split_the_same_way_everywhere(tmp_path: pathlib.Path) -> None:
    text = "A Heading\n\n1. Another One\nNo sign at its end. So no sentence\n- A point.\nWe list:\n"
    text += "Q: Is it? A: It is, in 1.5 days.\n"
    assert sentences(text) == [
        "A point.", "We list:", "Q: Is it?", "A: It is, in 1.5 days."
    ]  # fmt: skip
    assert sentences("It is so. **Bold rule:** do this! Wait... it ends.") == [
        "It is so.", "Bold rule: do this!", "Wait... it ends."
    ]  # fmt: skip
    (tmp_path / "007_a.txt").write_text("One. Two.", encoding="utf-8")
    assert told(tmp_path) == {("007", 1): "One.", ("007", 2): "Two."}


def test_what_is_wrong_with_a_row_is_noticed() -> None:
    no = 99  # or tests/test_rules.py takes it for a rule that is cited
    page = (
        "| 000.1 | tickets | [`gone`](../kb_answers/articles/gone.md) |\n"
        f"| 000.2 | tickets | [`wrong-item`](../kb_answers/articles/wrong-item.md); [R{no}](rules.md#r{no}) |\n"
        "| 000.3 | tickets | [`exchange`](../kb_answers/articles/photos.md) |\n"
    )
    assert unknown(rows(page), KNOWN) == [
        f"('000', 2): no rule R{no}",
        "000.1: no article gone",
        "000.2: wrong-item does not name 000",
        "000.3: no article exchange != photos",
    ]
    documents = {("000", n): "We ship every ticket to the moon by train." for n in (1, 2, 3)}
    assert strangers(rows(page.replace("tickets", "parcels")), documents)[0] == "('000', 1): parcels"
    assert quoted("they ship every ticket to the moon at last", documents) == ["ship every ticket to the moon"]
