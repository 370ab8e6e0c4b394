"""What a change of the articles does to questions: the fast way says what asking each question twice says."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.understanding.learned.encoder import encode, encode_many
from dialogue.understanding.opinions import outside, read_asked
from dialogue.understanding.topics import topic_of
from kb_answers.answer import Answers
from kb_answers.asked import Asked
from kb_answers.impact import Effect, Impact, Kind, Question, impact, plainly
from kb_answers.library import ARTICLES

VALUES = {"support_email": "support@example.com", "hours": ""}
WRAP = """---
id: gift-wrapping
title: Gift wrapping
sources:
  - "000"
revised: 2026-11-21
questions:
{questions}
---
{passages}
"""


@functools.cache
def shop() -> Answers:
    return Answers(values=VALUES, outside=outside, topic_of=topic_of, encode=encode, encode_many=encode_many)


@functools.cache
def phrases() -> tuple[tuple[str, str], ...]:
    """Every way in which an article is asked for, with its language."""
    own = [("en", article) for article in shop().index.articles]
    translated = [(language, a) for language, articles in shop().translations.items() for a in articles]
    return tuple((question, language) for language, a in (*own, *translated) for question in a.questions)


def draft(questions: Sequence[str], passages: Sequence[str]) -> str:
    listed = "\n".join(f"  - {question!r}" for question in questions)
    return WRAP.format(questions=listed, passages="\n\n".join(passages))


def know(called: str, texts: tuple[str, ...]) -> Asked:
    return Asked.of(texts, read_asked)


def fast(questions: Sequence[Question], before: Answers, after: Answers) -> Impact:
    return impact(questions, before, after, know, at_once=9)


THINGS = ("gift wrapping", "a lamp", "my kettel", "the sofa", "delivry", "velvet", "a present", "12 chairs")
FRAMES = (
    "{q}", "{q}?", "{q} for {thing}", "hi. {q}. thanks", "I bought {thing}. {q}", "{q}, and do you have {thing}?",
    "do you sell {thing}", "{thing}", "", "???", "{thing} came broken! {q}; {q}\n{q}. what of {thing}. and now.",
)  # fmt: skip
known = st.builds(lambda n: phrases()[n % len(phrases())], st.integers(0, 10_000))
english = known.filter(lambda pair: pair[1] == "en").map(lambda pair: pair[0])
sentence = st.builds(
    lambda frame, q, thing: frame.format(q=q.rstrip("?"), thing=thing),
    st.sampled_from(FRAMES),
    english,
    st.sampled_from(THINGS),
)
asked = st.one_of(
    st.builds(Question, sentence, st.just("en"), st.booleans(), st.integers(1, 5)),
    known.map(lambda pair: Question(*pair)),
    st.builds(Question, st.text(max_size=40), st.sampled_from(("en", "de", "it"))),
    # two questions in one message, and what no search decides
    st.builds(lambda a, b, issue: Question(f"{a.rstrip('?')}? {b}", "en", issue), english, english, st.booleans()),
    st.builds(lambda a, b: Question(f"{a[0].rstrip('?')}? {b[0]}", a[1]), known, known),
    st.sampled_from(
        (("refunds", "en"), ("delivery!", "en"), ("Versand", "de"), ("How long does delivery take?", "en"))
    ).map(lambda pair: Question(*pair)),
)
passages = st.lists(
    st.sampled_from(("We wrap gifts for free.", "Delivery of gifts takes 6 days.", "Ask for velvet.")), min_size=1
)
asked_for = st.lists(sentence.filter(str.strip), min_size=1, max_size=4)
change = st.one_of(
    st.builds(lambda q, p: {"gift-wrapping": draft(q, p)}, asked_for, passages),
    st.sampled_from(("refund-time", "delivery-time", "reply-time")).map(lambda id: {id: ""}),
    st.sampled_from(("delivery-time", "return-window")).map(
        lambda id: {id: (ARTICLES / f"{id}.md").read_text(encoding="utf-8") + "\nAnd gifts go first.\n"}
    ),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions=st.lists(asked, min_size=1, max_size=25), edited=change)
def test_the_fast_way_is_the_slow_way(questions: list[Question], edited: dict[str, str]) -> None:
    before = shop()
    after = before.with_edited(edited)
    found, held_to = fast(questions, before, after), plainly(questions, before, after)
    assert found.effects == held_to.effects
    assert (found.questions, found.different, found.same) == (held_to.questions, held_to.different, held_to.same)


def test_a_draft_closes_gaps_and_equal_questions_are_one() -> None:
    before = shop()
    after = before.with_edited(
        {"gift-wrapping": draft(["do you wrap gifts", "is there gift wrapping"], ["We wrap gifts."])}
    )
    wraps, delivery = Question("do you wrap gifts?"), Question("how long does delivery take?")
    found = fast([wraps, delivery, wraps, Question("do you wrap gifts?", count=3)], before, after)
    (effect,) = found.effects
    assert effect.kind is Kind.GAINS and effect.question.count == 5 and effect.before.text is None
    assert effect.after.text == "We wrap gifts." and effect.after.sources[0].article == "gift-wrapping"
    assert (found.questions, found.different, found.same) == (6, 2, 1) and found.count(Kind.GAINS) == 5


def test_what_is_withdrawn_is_lost_and_what_is_put_otherwise_is_told() -> None:
    before, question = shop(), Question("how long does a refund take")
    (lost,) = fast([question], before, before.with_edited({"refund-time": ""})).effects
    assert lost.kind in (Kind.LOSES, Kind.MOVES) and lost.before.sources[0].article == "refund-time"
    text = (ARTICLES / "refund-time.md").read_text(encoding="utf-8")
    assert "5 to 10 working days" in text
    (told,) = fast([question], before, before.with_edited({"refund-time": text.replace("5 to 10", "4 to 9")})).effects
    assert told.kind is Kind.REWORDED and "4 to 9" in (told.after.text or "") and "5 to 10" in (told.before.text or "")


def test_the_most_frequent_comes_first_and_progress_is_told() -> None:
    before = shop()
    after = before.with_edited(
        {"gift-wrapping": draft(["do you wrap gifts", "can I have it wrapped as a gift"], ["Yes."])}
    )
    heard: list[tuple[int, int]] = []
    asked = [Question("do you wrap gifts", count=2), Question("can I have it wrapped as a gift", count=9)]
    found = impact(asked, before, after, know, lambda done, all: heard.append((done, all)))
    assert [effect.question.count for effect in found.effects] == [9, 2]
    assert heard[-1] == (2, 2) and heard == sorted(heard)


def test_nearly_nothing_has_to_be_asked() -> None:
    questions = [Question(text, language) for text, language in phrases()]
    before = shop()
    found = fast(questions, before, before.with_edited({"gift-wrapping": draft(["do you wrap gifts"], ["Yes."])}))
    assert found.asked < len(questions) / 10


def test_without_an_encoder_each_is_asked(tmp_path: pathlib.Path) -> None:
    before = Answers(values=VALUES)
    after = before.with_edited({"refund-time": ""})
    questions = [Question("how long does a refund take"), Question("do you ship to Norway")]
    found = fast(questions, before, after)
    assert found.effects == plainly(questions, before, after).effects and found.asked == 2


@pytest.mark.parametrize("questions", [[], [Question("")], [Question("how are you", "it")]])
def test_nothing_asked_is_no_error(questions: list[Question]) -> None:
    found = fast(questions, shop(), shop().with_edited({"refund-time": ""}))
    assert found.effects == () and isinstance(found, Impact) and not any(isinstance(e, Effect) for e in found.effects)
