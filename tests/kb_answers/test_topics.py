"""A topic named alone gets its article and questions to tap; two questions in one message get both their answers."""

from __future__ import annotations

import pathlib

import pytest

from bot.factories import make_answers
from bot.settings import read_settings
from dialogue.understanding.learned.lines import intent_lines
from dialogue.understanding.rules import understand
from dialogue.understanding.text import plain
from dialogue.understanding.topics import FOLDER, SECTIONS, topic_of
from dialogue.understanding.word_files import sections
from kb_answers.answer import Answers
from kb_answers.apart import apart
from kb_answers.library import ARTICLES, ArticleError
from kb_answers.topics import read_topics

ANSWERS = make_answers(read_settings(hours="Mon-Fri 09:00-17:00 UTC", support_email="help@shop.example"))
TOPICS = read_topics(ARTICLES)
NAMES = {path.stem: sections(path, SECTIONS) for path in sorted(FOLDER.glob("*.txt"))}
TAPPED = [(lang, asked, id) for lang, of in TOPICS.items() for t in of.values() for asked, id in t.ask.items()]


def test_every_language_has_words_and_questions_for_every_topic() -> None:
    assert NAMES.keys() == TOPICS.keys() == {"en", "de", "fr", "es", "pt", "ar"}
    assert all(tuple(names) == SECTIONS and all(names.values()) for names in NAMES.values())
    assert all(tuple(topics) == SECTIONS for topics in TOPICS.values())
    assert all(2 <= len(topic.ask) <= 3 for topics in TOPICS.values() for topic in topics.values())


def test_no_words_name_two_topics() -> None:
    told: dict[str, str] = {}
    for names in NAMES.values():
        for topic, phrases in names.items():
            for phrase in phrases:
                assert told.setdefault(plain(phrase), topic) == topic, phrase


@pytest.mark.parametrize(("language", "asked", "id"), TAPPED)
def test_a_question_to_tap_is_understood_as_one_and_gets_its_article(language: str, asked: str, id: str) -> None:
    assert understand(asked).question == asked
    found = ANSWERS.ask(asked, language)
    assert [s.article for s in found.sources] == [id] and found.language == language and not found.choices


@pytest.mark.parametrize("language", NAMES)
def test_a_topic_alone_is_asked_about_and_answered_with_questions_to_tap(language: str) -> None:
    for topic, phrases in NAMES[language].items():
        for said in (phrases[0], f" {phrases[0].upper()}? ", f"{phrases[-1]}..."):
            assert understand(said).question == said.strip(), said
            found = ANSWERS.ask(understand(said).question or "", language)
            assert [s.article for s in found.sources] == [TOPICS[language][topic].article]
            assert found.choices == tuple(TOPICS[language][topic].ask)


def test_beside_an_offer_or_a_collection_a_topic_is_no_question() -> None:
    assert understand("returns", "offer").question is None and understand("returns", ("reason",)).question is None


def test_more_than_a_topic_is_no_topic() -> None:
    assert topic_of("returns please help me with the lamp that I bought") is None
    assert topic_of("my lamp") is None and topic_of("") is None and topic_of("…") is None
    trouble = [text for label, text in intent_lines() if label == "report_issue" and topic_of(text)]
    assert not trouble


def test_a_withdrawn_article_is_no_question_to_tap_and_answers_no_topic() -> None:
    answers = make_answers(read_settings())
    answers.reload({"return-cost": ""})
    assert "Who pays for the return?" not in answers.ask("returns").choices and answers.ask("returns").choices
    answers.reload({"start-a-return": ""})
    assert not answers.ask("returns").choices


@pytest.mark.parametrize(
    ("text", "language", "articles"),
    [
        ("How long does delivery take? And can I return it if it doesn't fit?", "en",
         ["delivery-time", "start-a-return"]),
        ("what does shipping cost?\ndo you ship to Norway", "en", ["shipping-cost", "ship-worldwide"]),
        ("Wie lange dauert der Versand? Und kann ich es zurückgeben?", "de", ["delivery-time", "start-a-return"]),
        ("Qui paie le retour ? Et les droits de douane, qui les paie ?", "fr", ["return-cost", "customs-duties"]),
    ],
)  # fmt: skip
def test_two_questions_in_one_message_are_both_answered(text: str, language: str, articles: list[str]) -> None:
    found = ANSWERS.ask(text, language)
    assert [s.article for s in found.sources] == articles
    assert found.text == "\n\n".join(s.passage for s in found.sources)


@pytest.mark.parametrize(
    ("language", "text", "articles"),
    [
        ("en", "Do you ship to Iceland and how long does it take?", ["ship-worldwide", "delivery-time"]),
        ("en", "How do I return something, and when do I get my money back?", ["start-a-return", "refund-time"]),
        ("de", "Wie kann ich bezahlen und was kostet der Versand?", ["payment-methods", "shipping-cost"]),
        ("es", "¿Hacen envíos a Islandia y cuánto tardan?", ["ship-worldwide", "delivery-time"]),
        ("pt", "Entregam na Islândia e quanto tempo demora?", ["ship-worldwide", "delivery-time"]),
        ("ar", "هل تشحنون إلى آيسلندا وكم يستغرق ذلك؟", ["ship-worldwide", "delivery-time"]),
        ("en", "my order is late and what can I do", ["late-order"]),
        ("en", "How do I sign in and out?", ["account-access"]),
    ],
)
def test_two_questions_in_one_sentence_are_both_answered(language: str, text: str, articles: list[str]) -> None:
    assert [s.article for s in ANSWERS.ask(text, language).sources] == articles


def test_what_joins_two_questions_stands_for_every_language() -> None:
    for language, text in (("en", "a b and how c"), ("de", "a b und wie c"), ("fr", "a b et comment c"),
                           ("es", "a b y cómo c"), ("pt", "a b e como c"), ("ar", "a b وكيف c")):  # fmt: skip
        assert len(apart(text)) == 2, language
        assert language in NAMES


def test_one_question_in_two_sentences_has_one_answer() -> None:
    assert apart("I bought it in May") == [] and apart("?") == []
    found = ANSWERS.ask("I returned it on Monday and still wait. How long does a refund take?")
    assert [s.article for s in found.sources] == ["refund-time"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- returns", "must hold topics"),
        ("returns: start-a-return", "`returns` must have an `article`"),
        ("returns: {article: a, asks: {}}", "`returns` must have an `article`"),
        ("returns: {article: a, ask: [b]}", "`returns` must have an `article`"),
        ("returns: {article: [a]}", "`returns` must have an `article`"),
        ("returns: [", "cannot be read as YAML"),
    ],
)
def test_a_file_of_topics_that_cannot_be_used_says_what_to_do(text: str, said: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "en.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ArticleError, match=said):
        read_topics(tmp_path)


def test_a_folder_without_topics_has_none(tmp_path: pathlib.Path) -> None:
    assert read_topics(tmp_path) == {}
    (tmp_path / "a.md").write_text("---\nid: a\ntitle: A\nsources: ['x']\nrevised: 2026-11-27\n---\nWords.\n")
    assert Answers(tmp_path, values={}, topic_of=topic_of).ask("returns").choices == ()
