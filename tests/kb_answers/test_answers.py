"""The articles: valid, complete, quoted with their source; abstention where nothing rests on one (R15)."""

from __future__ import annotations

import pathlib

import pytest

from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.opinions import outside
from kb_answers.answer import Answers
from kb_answers.library import ARTICLES, ArticleError, read_library, translations

VALUES = {"support_email": "support@example.com", "hours": ""}


@pytest.fixture(scope="module", params=["words", "words and meaning"])
def answers(request: pytest.FixtureRequest) -> Answers:
    return Answers(values=VALUES, outside=outside, encode=encode if "meaning" in request.param else None)


def test_there_are_enough_articles_from_all_five_documents() -> None:
    articles = read_library(ARTICLES, VALUES | {"hours": "Mon-Fri 9-17"})
    assert len(articles) >= 50
    assert {s for a in articles for s in a.sources} == {"000", "001", "002", "003", "004"}
    assert all(a.questions for a in articles)


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("how many days do I have to return something", "return-window", "60 days"),
        ("who pays for sending it back?", "return-cost", "free"),
        ("how long does a refund take", "refund-time", "5 to 10 working days"),
        ("in which currency will I be refunded?", "refund-method", "USD"),
        ("how long does delivery take to Kenya?", "delivery-time", "6 to 12 working days"),
        ("how soon do you dispatch an order?", "dispatch-time", "1 to 3 working days"),
        ("what does shipping cost", "shipping-cost", "free"),
        ("do I have to pay customs?", "customs-duties", "no customs"),
        ("can I change my order?", "change-order", "cannot be changed"),
        ("I entered a wrong address at checkout", "wrong-details", "as soon as possible"),
        ("how quickly will support reply to my ticket?", "reply-time", "24 to 48 hours"),
        ("where can I track my order?", "track-order", "account"),
        ("what can I do if I disagree with a decision?", "dispute-decision", "independent review"),
        ("how are cases prioritised?", "case-priority", "order in which they arrive"),
        ("why do you need my email?", "why-three-fields", "create the ticket"),
        ("can I send you my card number?", "card-safety", "never send"),
        ("do you keep records of chats?", "records-and-audits", "archived"),
        ("is everybody treated the same in every country?", "same-service", "same standard"),
        ("which payment options do you have?", "payment-methods", "FAQs"),
        ("my card was declined at the checkout", "payment-problems", "troubleshooting guide"),
        ("I forgot my password and cannot log in", "account-access", "neither needs you to be signed in"),
        ("I get an error message on the website", "site-errors", "common errors"),
        ("why is my order still under review?", "order-review", "payment status"),
        ("are your support agents trained?", "trained-staff", "schooled regularly"),
        ("which pictures of the damage do you need?", "photos", "clear pictures"),
        ("how can I send sensitive details safely?", "one-time-channel", "a person of the shop"),
        ("does a suggestion change anything?", "improvements", "improved"),
        ("where do I ask about the materials of a product?", "product-details", "Contact Us"),
        ("what happens when I report a problem with my order?", "order-help", "starts a check"),
    ],
)
def test_facts_are_answered_from_the_right_article(answers: Answers, question: str, article: str, words: str) -> None:
    found = answers.ask(question)
    assert found.text is not None, found.why
    assert found.sources[0].article == article and words in found.text
    assert found.sources[0].passage == found.text


@pytest.mark.parametrize(
    "question",
    ["is the walnut desk made from solid wood or "
     "veneer?", "do you have a student discount?", "what is the capital of France?",
     "do you sell spare batteries?", "who won the match?", "can I pay with bitcoin?", "", "???", "a" * 4000],
)  # fmt: skip
def test_no_article_no_answer_and_it_says_why(answers: Answers, question: str) -> None:
    found = answers.ask(question)
    assert found.text is None and found.why and not found.sources


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("exchange an item step by step", "exchange", "order area of your account"),
        ("cancelling an order, step by step", "cancel-order", "takes you through it"),
        ("tracking an order step by step", "track-order", "sign in to your account"),
        ("from when do the days of a refund count?", "refund-time", "count from the verification"),
    ],
)
def test_who_asks_for_the_steps_gets_them(answers: Answers, question: str, article: str, words: str) -> None:
    found = answers.ask(question)
    assert found.text is not None, found.why
    assert found.sources[0].article == article and words in found.text


@pytest.mark.parametrize(
    "question",
    [
        "do you take PayPal?", "do you sell gift cards?", "how do I use two vouchers?",
        "can you wrap it as a gift?", "tell me when the blue chair is back in stock", "does the jumper run small?",
        "can I delete my account?", "is there a loyalty programme?",
    ],
)  # fmt: skip
def test_what_no_document_says_is_left_unanswered(answers: Answers, question: str) -> None:
    """The articles on payment, accounts and products say where to ask; they do not pass for an answer to what nobody
    has published (R15)."""
    found = answers.ask(question)
    assert found.text is None, found.sources


def test_no_passage_breaks_a_word_at_its_hyphen() -> None:
    assert not [a.id for a in read_library(ARTICLES, VALUES) if any("- " in p.replace(" - ", "") for p in a.passages)]


def test_hours_are_not_spoken_of_until_they_are_published(answers: Answers) -> None:
    assert answers.ask("what are your support hours?").text is None
    published = Answers(values=VALUES | {"hours": "Mon-Fri 9-17 CET"}).ask("what are your support hours?")
    assert published.text is not None and "Mon-Fri 9-17 CET" in published.text


def test_articles_never_say_what_the_rules_forbid() -> None:
    for article in read_library(ARTICLES, VALUES | {"hours": "Mon-Fri"}):
        text = " ".join(article.passages).lower()
        assert "re-open" not in text and "reopen" not in text
        assert "60 days after" not in text, "no document says when the 60 days begin"


GOOD = "---\nid: x\ntitle: X\nsources: ['000']\nrevised: 2026-11-21\n---\nA text.\n"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("no header", "x.md:1", "must begin with a header"),
        (GOOD.replace("title: X\n", ""), "x.md:2", "lacks `title`"),
        (GOOD.replace("title: X", "title: X\ncolour: red"), "x.md:4", "unknown key `colour`"),
        (GOOD.replace("2026-11-21", "soon"), "x.md:5", "`revised` must be a date"),
        (GOOD.replace("id: x", "id: y"), "x.md:2", "must be the file's name"),
        (GOOD.replace("A text.", ""), "x.md:7", "no text"),
        (GOOD.replace("A text.", "Write to {mail}."), "x.md:7", "unknown value {mail}"),
        (GOOD.replace("title: X", "title: [X"), "x.md:", "not valid YAML"),
        (GOOD.replace("title: X", "title: X\x01"), "x.md:", "not valid YAML"),
        (GOOD.replace("title: X", "title: X\ntitle: Y"), "x.md:4", "each key once"),
        (GOOD.replace("title: X", "title: [X]"), "x.md:3", "lacks `title`"),
        (GOOD.replace("['000']", "'000'"), "x.md:4", "lacks `sources`, a list of texts"),
        (GOOD.replace("title: X", "title: X\nquestions: [a, {b: c}]"), "x.md:4", "`questions` must be a list of texts"),
        (GOOD.replace("title: X", "title: X\nquestions: a"), "x.md:4", "`questions` must be a list of texts"),
        ("---\n- a\n---\nA text.\n", "x.md:2", "`key: value` lines"),
        (GOOD.replace("title: X", "title: X\ntopic: [a]"), "x.md:4", "`topic` must be a text of 1 to 60 letters"),
        (GOOD.replace("title: X", "title: X\ntopic:"), "x.md:4", "`topic` must be a text of 1 to 60 letters"),
        (
            GOOD.replace("title: X", f"title: X\ntopic: {'a' * 61}"),
            "x.md:4",
            "`topic` must be a text of 1 to 60 letters",
        ),
    ],
)
def test_errors_name_file_and_line(tmp_path: pathlib.Path, text: str, place: str, what: str) -> None:
    (tmp_path / "x.md").write_text(text)
    with pytest.raises(ArticleError) as error:
        read_library(tmp_path, VALUES)
    assert place in str(error.value) and what in str(error.value)


def test_editing_an_article_needs_no_retraining(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x.md").write_text(
        GOOD.replace("title: X", "title: Gift wrapping").replace("A text.", "We wrap gifts for free.")
    )
    assert Answers(tmp_path, values=VALUES).ask("do you offer gift wrapping?").text == "We wrap gifts for free."


def test_a_topic_is_the_originals_alone(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x.md").write_text(GOOD.replace("title: X", "title: X\ntopic:  Gifts  and more"))
    (article,) = read_library(tmp_path, VALUES)
    assert article.topic == "Gifts and more"
    (tmp_path / "de").mkdir()
    german = "---\nid: x\ntitle: X\nlanguage: de\ntopic: Gifts\nrenders: 2026-11-21\n---\nEin Text.\n"
    (tmp_path / "de" / "x.md").write_text(german)
    with pytest.raises(ArticleError, match="unknown key `topic`"):
        translations(tmp_path, VALUES)


@pytest.mark.parametrize("question", ["how long does delivery take", "can I return shoes", "is this a phishing mail"])
def test_a_search_puts_first_what_is_answered_with_and_marks_nothing_else(answers: Answers, question: str) -> None:
    hits, answer = answers.search(question), answers.ask(question)
    assert [hit.article.id for hit in hits if hit.answers] == [source.article for source in answer.sources]
    assert not answer.sources or (hits[0].answers and hits[0].passage == answer.text)
    assert len({hit.article.id for hit in hits}) == len(hits) <= 8
    assert all(hit.passage in hit.article.passages for hit in hits)


def test_a_search_for_nothing_finds_nothing_and_a_withdrawn_article_is_not_found(tmp_path: pathlib.Path) -> None:
    for id, title in (("x", "Gift wrapping"), ("y", "Lamp repairs")):
        (tmp_path / f"{id}.md").write_text(GOOD.replace("id: x", f"id: {id}").replace("title: X", f"title: {title}"))
    answers = Answers(tmp_path, values=VALUES)
    assert answers.search("  ") == [] and answers.search("???") == [] and answers.withdrawn == frozenset()
    assert [hit.article.id for hit in answers.search("gift wrapping")] == ["x"]
    answers.reload({"x": ""})
    assert answers.search("gift wrapping") == [] and answers.withdrawn == {"x"}
    answers.reload({})
    assert answers.search("gift wrapping") and answers.withdrawn == frozenset()


@pytest.mark.parametrize(
    ("issue", "article"),
    [
        ("my lamp is broken", "defective-item"),
        ("it broke after a week", "defective-item"),
        ("the screen is cracked", "defective-item"),
        ("my order is late", "late-order"),
        ("a part is missing from my shelf", "missing-parts"),
        ("wrong colour sent", "wrong-item"),
        ("I was charged twice", "payment-problems"),
    ],
)
def test_an_issue_in_few_words_keeps_its_article_however_many_others_there_are(issue: str, article: str) -> None:
    """Each article that names a word makes it weigh less: a new one can take an answer from a bare statement."""
    found = Answers(values=VALUES, outside=outside, encode=encode).ask_of_issue(issue)
    assert [source.article for source in found.sources] == [article]
