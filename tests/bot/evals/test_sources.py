"""Left out is what was written on a theme, and nothing else."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Mapping, Sequence

import pytest

from bot.evals import sources
from bot.evals.fitted import PYTHON, FitError, fit_each
from bot.evals.lines import Line
from bot.evals.sources import NOTHING, Reads, drawn, leave_one_out, lenient, macro_f1
from dialogue.understanding.learned.heads import INTENT


def line(label: str, text: str, manner: str) -> Line:
    return Line(label, text, pathlib.Path(f"{manner}.yml"))


SAILORS = [*(line("greet", f"ahoy {n}", "sailors") for n in range(60)), *(
    line("thanks", f"ta {n}", "sailors") for n in range(60)
)]  # fmt: skip
PLAIN = [*(line("greet", f"hello {n}", "plain") for n in range(100)), line("thanks", "ta 1", "plain")]
FEW = [line("goodbye", f"bye {n}", "few") for n in range(sources.FEWEST - 1)]


def by_rote(wanted: Mapping[str, Sequence[Line]]) -> dict[str, Reads]:
    """Toys that know the lines they were given by heart, and take all else for `other`."""

    def reads(lines: Sequence[Line]) -> Reads:
        known = {each.text: each.label for each in lines}
        return lambda texts: [known.get(text, "other") for text in texts]

    return {name: reads(lines) for name, lines in wanted.items()}


def test_each_theme_is_read_by_what_learned_from_the_others() -> None:
    given: dict[str, list[Line]] = {}

    def fit(wanted: Mapping[str, Sequence[Line]]) -> dict[str, Reads]:
        given.update({name: list(lines) for name, lines in wanted.items()})
        return by_rote(wanted)

    steps: list[None] = []
    m, readers = leave_one_out([*SAILORS, *PLAIN, *FEW], fit, lambda: steps.append(None), every=1)
    assert given == {NOTHING: [*SAILORS, *PLAIN, *FEW], "plain": [*SAILORS, *FEW], "sailors": [*PLAIN, *FEW]}
    assert m.figures["plain_macro_f1"] == 0.5  # its one "ta" is known of the sailors, its hellos of nobody
    # Of sixty, one "ta" is known of the others: recall 1/60 at full precision. None of the greetings.
    assert m.figures["sailors_macro_f1"] == pytest.approx((2 / 61 + 0) / 2)
    assert (m.figures["plain_rows"], m.figures["sailors_rows"]) == (101, 120)
    assert m.figures["mean_macro_f1"] == pytest.approx((0.5 + 1 / 61) / 2)
    assert set(readers) == {NOTHING, "plain", "sailors"} and len(steps) == 2


def test_no_more_lines_are_asked_about_than_is_said() -> None:
    many = [line("greet", f"hello {n}", "many") for n in range(sources.MOST + 1)]
    m, _ = leave_one_out(many, by_rote, list[None]().clear, every=1)
    assert m.figures["many_rows"] == sources.MOST


def test_lines_are_drawn_by_their_words() -> None:
    some = drawn(PLAIN, 4)
    assert 10 < len(some) < 50
    assert drawn(list(reversed(PLAIN)), 4) == list(reversed(some))
    assert drawn(PLAIN, 1) == PLAIN


def test_a_label_that_a_judge_accepts_counts() -> None:
    rows = [{"label": "question", "alt": ["contact"]}, {"label": "question", "alt": []}, {"label": "other", "alt": []}]
    pairs = lenient(rows, ["contact", "contact", "other"])
    assert pairs == [("question", "question"), ("question", "contact"), ("other", "other")]
    assert macro_f1(pairs) == pytest.approx((2 / 3 + 1) / 2)


def test_without_rasas_environment_it_is_said_what_to_do(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FitError, match="make train"):
        fit_each({"few": FEW}, list[None]().clear, python=tmp_path / "python")


def test_a_fitting_that_fails_says_why(tmp_path: pathlib.Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -c \"raise SystemExit('no such luck')\"\n", encoding="utf-8")
    python.chmod(0o755)
    with pytest.raises(FitError, match="no such luck"):
        fit_each({"few": FEW * 1000}, list[None]().clear, python=python)


@pytest.mark.rasa
@pytest.mark.skipif(not PYTHON.exists(), reason="`make train` makes Rasa's environment")
def test_heads_are_fitted_to_the_lines_that_are_given() -> None:
    steps: list[None] = []
    fitted = fit_each({"both": [*SAILORS, *FEW]}, lambda: steps.append(None), sharpness=1.0)
    found = [weighed[INTENT] for weighed in fitted["both"].weigh(["ahoy 61", "bye 100"])]
    assert [max(weight, key=lambda label: weight[label]) for weight in found] == ["greet", "goodbye"]
    assert set(found[0]) == {"greet", "thanks", "goodbye"} and len(steps) == 1
