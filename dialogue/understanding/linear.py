"""A small linear intent model that needs nothing: a table of weights and a sum. The second opinion of `rules`.

Fitted to the project's own training lines by `fit_linear.py`; about a tenth of a millisecond a message.
"""

from __future__ import annotations

import functools
import json
import math
import pathlib
from array import array
from typing import Any

from dialogue.events import Intent
from dialogue.understanding.ngrams import features
from dialogue.vocabulary import IntentName

_FILE = pathlib.Path(__file__).parent / "lexicons" / "linear.json"


@functools.cache
def _model() -> tuple[list[IntentName], list[float], dict[str, int], array[int]]:
    """Intents, biases, and for each feature where its row of weights begins in one flat array (a tenth of the memory that
    sixteen thousand rows of Python numbers would take)."""
    raw: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    names = [IntentName(name) for name in raw["intents"]]
    rows: dict[str, int] = {}
    weights = array("h")
    for feature, row in raw["weights"].items():
        rows[feature] = len(weights)
        weights.extend(row)
    return names, [b / 100 for b in raw["bias"]], rows, weights


def classify(text: str) -> tuple[Intent, ...]:
    """Ranked intents with confidences that add up to 1; empty for a text without words."""
    names, bias, rows, weights = _model()
    found = features(text)
    if not found:
        return ()
    scores = list(bias)
    for feature, scale in sorted(found.items()):  # in one order, so that the sums are the same in every process (R16)
        begin = rows.get(feature)
        if begin is not None:
            for place in range(len(names)):
                weight = weights[begin + place]
                if weight:
                    scores[place] += scale * weight / 100
    top = max(scores)
    grown = [math.exp(s - top) for s in scores]
    total = sum(grown)
    return tuple(sorted((Intent(n, g / total) for n, g in zip(names, grown, strict=True)), key=lambda i: -i.confidence))


def outside(text: str) -> float:
    """How probable it is (0..1) that a text is no shop's business."""
    return next((i.confidence for i in classify(text) if i.name is IntentName.OTHER), 0.0)
