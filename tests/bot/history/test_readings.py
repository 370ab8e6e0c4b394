"""What each sentence was taken for, in words; and what a viewer gets to see of it."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from bot.history.masking import masked
from bot.history.readings import HIDDEN, KINDS, told, told_to_viewer
from dialogue.events import Reading, Understanding
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import IntentName

KEPT = "my boots leak. what now?"


def _line(kind: str, by: str, intent: IntentName | None = None, confidence: float | None = None) -> str:
    (one,) = told(Understanding(KEPT, read=(Reading(0, 14, kind, by, intent, confidence),)))
    return one.line()


def test_the_words_say_what_settled_a_sentence() -> None:
    said = "“my boots leak.”: "
    assert _line("issue", "heads", IntentName.REPORT_ISSUE, 0.874) == f"{said}an issue (report issue 87 %)"
    assert _line("update", "words") == f"{said}about a ticket, by its words"
    weak = _line("issue", "heads", IntentName.OTHER, 0.6)
    assert weak == f"{said}an issue, in the light of its words and of what was open (by itself: other 60 %)"
    beside = _line("statement", "beside", IntentName.QUESTION, 0.62)
    assert beside == f"{said}a remark, for what stands beside it (alone: question 62 %)"
    assert _line("statement", "beside") == f"{said}a remark, for what stands beside it"


def test_a_kind_of_tomorrow_is_shown_by_its_name() -> None:
    assert _line("price_match", "words") == "“my boots leak.”: price match, by its words"


def test_every_kind_that_is_read_has_words() -> None:
    """Kinds are plain texts where they are made; whoever adds one says here what it is called."""
    texts = [
        "hi, my boots leak, ines@duarte.example", "do you ship to Iceland?", "where is my parcel?", "you idiot", "5",
        "how do I reach you?", "please open a ticket", "don't open a ticket", "what a nice day it is",
        "just following up", "I disagree with your decision", "I want to kill myself", "any news on my ticket?",
    ]  # fmt: skip
    kinds = {one.kind for text in texts for one in understand_anew(text).read}
    assert len(kinds) >= 12 and kinds <= set(KINDS)


def test_a_long_sentence_is_cut_and_stays_in_one_line() -> None:
    kept = "my boots\nleak " + "badly " * 60
    (one,) = told(Understanding(kept, read=(Reading(0, len(kept), "issue", "words"),)))
    assert one.said.startswith("my boots leak badly") and one.said.endswith("…") and len(one.said) <= 160


def test_a_viewer_sees_no_half_of_a_number_or_a_name() -> None:
    kept = "call +47 911 22 334 or Zorvald"
    halves = (Reading(0, 12, "issue", "words"), Reading(12, 19, "statement", "words"), Reading(19, 30, "chat", "words"))
    shown = [one.said for one in told_to_viewer(Understanding(kept, read=halves), ["Zorvald"])]
    assert shown == [HIDDEN, HIDDEN, "or [name]"]


@given(st.text(st.sampled_from("ab1 2@.,é\n"), max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_a_viewer_sees_of_a_message_what_is_in_the_masked_message(kept: str, places: list[int]) -> None:
    cuts = sorted(p for p in places if p <= len(kept))
    read = tuple(Reading(a, b, "issue", "words") for a, b in itertools.pairwise(cuts) if a < b)
    whole = re.sub(r"\s+", " ", masked(kept, ["ab"]))
    for one in told_to_viewer(Understanding(kept, read=read), ["ab"]):
        assert one.said == HIDDEN or one.said in whole
