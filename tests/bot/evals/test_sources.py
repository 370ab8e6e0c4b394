"""Left out is what was written in a source's own manner, and nothing else."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import pytest

from bot.chat.workshop import Understander
from bot.evals.lines import Line
from bot.evals.sources import leave_one_out
from dialogue.events import Intent, Understanding
from dialogue.vocabulary import IntentName


class Rote:
    """A toy that knows the lines it was trained on by heart, and takes all else for `other`."""

    name = "rote"

    def __init__(self, lines: Sequence[Line]) -> None:
        self._known = {line.bare: IntentName(line.label) for line in lines}

    async def understand(self, text: str, asked: object = None) -> Understanding:
        return Understanding(kept=text, intents=(Intent(self._known.get(text, IntentName.OTHER), 1.0),))

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""


def line(label: str, text: str, manner: str) -> Line:
    return Line(label, text, pathlib.Path(f"{manner}.txt"), 1)


LINES = [line("greet", "ahoy", "sailors"), line("thanks", "ta", "sailors"), line("greet", "hello", "plain")]


def row(text: str, label: str, source: str, *, templated: bool = False) -> dict[str, object]:
    return {"text": text, "label": label, "alt": [], "source": source, "templated": templated}


ROWS = [
    row("ahoy", "greet", "harbour"),
    row("hello", "greet", "harbour"),
    row("ta", "thanks", "harbour", templated=True),
    row("ahoy", "greet", "office"),
    row("hello", "greet", "office"),
    row("hello", "greet", "elsewhere"),
]


async def test_each_source_is_read_by_what_was_trained_without_its_manner() -> None:
    trainings: list[list[str]] = []

    def train(lines: Sequence[Line]) -> Understander:
        trainings.append([each.bare for each in lines])
        return Rote(lines)

    left_out = {"harbour": ["sailors"], "office": ["plain"], "again": ["sailors"]}
    found = (await leave_one_out(ROWS, LINES, left_out, train, list[None]().clear)).figures
    assert trainings == [["hello"], ["ahoy", "ta"]]  # one for each manner
    assert found["harbour_accuracy_lenient"] == found["office_accuracy_lenient"] == 0.5
    assert (found["harbour_rows"], found["office_rows"], found["again_rows"]) == (2, 2, 0)
    assert found["mean_accuracy_lenient"] == pytest.approx(1 / 3)
