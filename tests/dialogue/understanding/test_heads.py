"""The heads that the bot runs: fitted to the lines that stand in the tree, honest about them, the same every time."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.learned import own_words
from dialogue.understanding.learned.encoder import DIMENSIONS, LONGEST, encode
from dialogue.understanding.learned.heads import ANSWER, INTENT, NAME, SETTLED, heads
from dialogue.understanding.learned.lines import answer_lines, fingerprint, intent_lines, settled_lines
from dialogue.understanding.learned.name_lines import name_lines
from dialogue.understanding.opinions import outside
from dialogue.vocabulary import IntentName
from tests.conftest import ROOT

TEXTS = ("where is my parcel", "الطرد وصل مكسور", "", "…", "ok", "wo bleibt mein Paket? " * 40)


def test_the_heads_were_fitted_to_the_present_lines() -> None:
    lines = {INTENT: intent_lines(), ANSWER: answer_lines(), NAME: name_lines(), SETTLED: settled_lines()}
    assert heads().fitted_to == fingerprint(lines), "train anew: make train"


def test_the_words_that_tell_a_language_are_those_of_the_present_lines() -> None:
    assert own_words.FILE.read_text(encoding="utf-8") == own_words.made(), (
        "renew them: python -m dialogue.understanding.learned.own_words"
    )


def test_every_label_is_one_of_ours() -> None:
    assert {label for label, _ in intent_lines()} == {str(name) for name in IntentName}
    assert set(heads().heads[INTENT].labels) == {str(name) for name in IntentName}
    assert set(heads().heads[ANSWER].labels) == {"affirm", "deny", "neither"}
    assert set(heads().heads[SETTLED].labels) == {"settled", "open", "asks"}


def test_no_line_stands_twice_and_none_has_two_labels() -> None:
    seen: dict[str, str] = {}
    for label, text in intent_lines():
        assert text == " ".join(text.split())
        assert seen.setdefault(text.lower(), label) is label and len(text) > 0
    assert len(seen) == len(intent_lines())


def test_probabilities_add_up_whatever_the_text() -> None:
    for found in heads().weigh(TEXTS, (INTENT, ANSWER)):
        for head in (INTENT, ANSWER):
            assert abs(sum(found[head].values()) - 1) < 1e-9
    assert 0 <= outside("what is the capital of Peru") <= 1 and outside("…") == 0


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert (encode(["a" * LONGEST]) == encode(["a" * LONGEST + " and much more" * 500])).all()
    assert encode(["x"]).shape == (1, DIMENSIONS)


def test_the_same_bits_in_another_process() -> None:
    """R16: the same words are understood alike by every replica."""
    ask = (
        "from dialogue.understanding.learned.heads import heads\n"
        f"print([sorted(d['intent'].items()) for d in heads().weigh({TEXTS!r})])"
    )
    told = {subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stdout
            for _ in range(2)}  # fmt: skip
    assert told == {f"{[sorted(d[INTENT].items()) for d in heads().weigh(TEXTS)]}\n"}


@pytest.mark.parametrize(("head", "share"), [(INTENT, 0.9), (ANSWER, 0.85)])
def test_the_heads_know_the_lines_they_were_fitted_to(head: str, share: float) -> None:
    lines = (intent_lines() if head == INTENT else answer_lines())[::25]
    right = sum(max(w[head], key=lambda k: w[head][k]) == label
                for (label, _), w in zip(lines, heads().weigh([t for _, t in lines], (head,)), strict=True))  # fmt: skip
    assert right / len(lines) >= share


@given(st.sampled_from([text for _, text in intent_lines() if any(c.isdigit() for c in text)]), st.integers(1, 9))
def test_which_number_it_is_makes_no_difference(text: str, turn: int) -> None:
    """ "my suitcase number 1119 is broken" was taken for one thing, and 1109 for another."""
    another = re.sub(r"\d", lambda digit: str((int(digit.group()) + turn) % 10), text)
    (one,), (other,) = (heads().weigh([each]) for each in (text, another))
    assert one == other
