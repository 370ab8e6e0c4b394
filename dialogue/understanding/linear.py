"""A small linear intent model that needs nothing: a table of weights and a sum. The second opinion of `rules`.

Fitted to the project's own training lines by `fit_linear.py`; about a tenth of a millisecond a message.
"""

from __future__ import annotations

import functools
import json
import math
import pathlib
from typing import Any

from dialogue.events import Intent
from dialogue.understanding.ngrams import features
from dialogue.vocabulary import IntentName

_FILE = pathlib.Path(__file__).parent / "lexicons" / "linear.json"


@functools.cache
def _model() -> tuple[list[IntentName], list[float], dict[str, tuple[int, ...]]]:
    raw: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return (
        [IntentName(name) for name in raw["intents"]],
        [b / 100 for b in raw["bias"]],
        {name: tuple(row) for name, row in raw["weights"].items()},
    )


def classify(text: str) -> tuple[Intent, ...]:
    """Ranked intents with confidences that add up to 1; empty for a text without words."""
    names, bias, weights = _model()
    found = features(text)
    if not found:
        return ()
    scores = list(bias)
    for feature, scale in found.items():
        row = weights.get(feature)
        if row is not None:
            for place, weight in enumerate(row):
                if weight:
                    scores[place] += scale * weight / 100
    top = max(scores)
    grown = [math.exp(s - top) for s in scores]
    total = sum(grown)
    return tuple(sorted((Intent(n, g / total) for n, g in zip(names, grown, strict=True)), key=lambda i: -i.confidence))
