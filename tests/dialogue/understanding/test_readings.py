"""Which sentence was taken for what, and why: told truly, for any text, and in few words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogue.events import Understanding
from dialogue.understanding.drafts import Asked
from dialogue.understanding.readings import MOST
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import IntentName

PIECES = [
    "hi there", "please open a ticket", "don't open a ticket yet", "my boots came in the wrong size", "thanks a lot",
    "do you ship to Iceland", "any news on my ticket", "I'm Ines Duarte", "ines@duarte.example", "you idiot", "never mind",
    "I want to kill myself", "5", "4111 1111 1111 1111", "reason: the zip is stuck", "hvor er pakken min", "😡", "¿y mi pedido?",
]  # fmt: skip
SIGNS = [". ", ", ", "! ", "? ", "\n", " " * 70, " - ", " and ", "; ", "", " ("]
MESSAGES = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SIGNS)), max_size=9).map(
    lambda pairs: "".join(piece + sign for piece, sign in pairs)
)
ASKED = st.sampled_from([None, "offer", ("name",), ("email", "reason")])


def sentences(understood: Understanding) -> list[tuple[str, str, str]]:
    return [(understood.kept[one.start : one.end], one.kind, one.by) for one in understood.read]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | MESSAGES, ASKED)
@example("a.\n" * 200, None)
@example("x" + " " * 90 + "my lamp came broken" + " " * 90 + "ok?", "offer")
@example("İİİ my lamp came broken, İ thanks", None)
def test_places_lie_in_the_message_in_order_and_apart(text: str, asked: Asked) -> None:
    understood = understand_anew(text, asked)
    assert len(understood.read) <= MOST
    for one in understood.read:
        assert 0 <= one.start < one.end <= len(understood.kept)
        said = understood.kept[one.start : one.end]
        assert said == said.strip() and any(c.isalnum() for c in said)
        assert (one.intent is None) == (one.confidence is None)
        assert one.by != "heads" or one.intent is not None
        assert one.confidence is None or 0 <= one.confidence <= 1
    for before, after in itertools.pairwise(understood.read):
        assert before.end <= after.start


def test_a_message_of_many_sentences_is_told_of_up_to_a_limit() -> None:
    text = " ".join(f"The drawer number {n} is stuck." for n in range(MOST + 5))
    read = understand_anew(text).read
    assert len(read) == MOST and read[0].start == 0 and read[-1].end < len(text)


def test_each_part_of_a_message_is_told_with_what_settled_it() -> None:
    text = "Hello, please open a ticket, my boots came in the wrong size. Thanks! I'm Ines Duarte, ines@duarte.example"
    assert sentences(understand_anew(text)) == [
        ("Hello", "courtesy", "words"),
        ("please open a ticket", "wish", "words"),
        ("my boots came in the wrong size.", "issue", "heads"),
        ("Thanks", "courtesy", "words"),
        ("I'm Ines Duarte", "contact_data", "words"),
        ("ines@duarte.example", "contact_data", "words"),
    ]


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("any news on my ticket?", None, ("any news on my ticket?", "update", "words")),
        ("don't open a ticket yet", None, ("don't open a ticket yet", "no_wish", "words")),
        ("yes please", "offer", ("yes please", "courtesy", "words")),
        ("5", None, ("5", "rating", "words")),
        ("I want to kill myself", None, ("kill myself", "danger", "words")),
        ("you idiot", None, ("you idiot", "insult", "words")),
    ],
)
def test_what_words_settle_is_said_so(text: str, asked: Asked, told: tuple[str, str, str]) -> None:
    assert sentences(understand_anew(text, asked)) == [told]


def test_what_was_weighed_says_how_sure() -> None:
    (one,) = understand_anew("do you ship to Iceland?").read
    assert one.intent is IntentName.QUESTION and one.confidence is not None and one.confidence > 0.5


def test_a_clause_that_its_neighbour_changed_is_told_so_with_what_it_was_alone() -> None:
    first, second = understand_anew("my boots came in the wrong size, what should I do?").read
    assert (first.kind, first.by) == ("issue", "heads")
    assert (second.kind, second.by) == ("statement", "beside") and second.intent is not None


def test_long_white_space_moves_no_place() -> None:
    understood = understand_anew("hello" + " " * 90 + "do you ship" + " " * 80 + "to Iceland?")
    assert [said for said, _, _ in sentences(understood)] == ["hello", "do you ship" + " " * 80 + "to Iceland?"]
