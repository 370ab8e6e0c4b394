"""How much of a good figure is the training lines resembling the rows: accuracy on rows that are unlike every line."""

from __future__ import annotations

import pathlib
import re

from rapidfuzz import fuzz, process

from bot.chat.workshop import Understander
from bot.evals.measures import Error, Measured, Rows, Step

_LINES = pathlib.Path(__file__).resolve().parents[2] / "dialogue/understanding/rasa_project/data/nlu.yml"
#: A row this like a training line (0..100, rapidfuzz's ratio of the letters) does not count as unlike.
_LIKE = 88
#: Shorter rows ("ok thanks", "hello there") coincide by themselves.
_TELLING = 5


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def training_lines() -> list[str]:
    """The project's own training sentences, entity marks removed."""
    lines = _LINES.read_text(encoding="utf-8").splitlines()
    return [_bare(re.sub(r"\[([^\]]+)\]\(\w+\)", r"\1", line[6:])) for line in lines if line.startswith("    - ")]


async def overlap(rows: Rows, mind: Understander, step: Step) -> Measured:
    """Accuracy of the intents on people's rows that are unlike every training line, and how many rows of five words or
    more are a training line word for word."""
    m = Measured()
    lines = training_lines()
    known = set(lines)
    unlike = right = same = 0
    for row in rows:
        step()
        if row["templated"]:
            continue
        bare = _bare(row["text"])
        if bare in known:
            if len(bare.split()) >= _TELLING:
                same += 1
                m.errors.append(Error("a training line word for word", row["text"], "", ""))
            continue
        if process.extractOne(bare, lines, scorer=fuzz.ratio, score_cutoff=_LIKE):
            continue
        unlike += 1
        u = await mind.understand(row["text"], None)
        right += u.intents[0].name.value in {row["label"], *row["alt"]}
    m.figures = {"unlike_accuracy_lenient": right / unlike, "unlike_rows": unlike, "word_for_word_rows": same}
    return m
