"""A small linear intent model that needs nothing: a table of weights and a sum. The second opinion of `rules`.

Fitted to the project's own training lines by `fit_linear.py`. A feature's weights for all intents lie side by side in one
Python integer, a lane of 32 bits for each, so that one addition adds them all: a few hundredths of a millisecond a message.
The sums are whole numbers, so they are the same in every process and in every order (R16).
"""

from __future__ import annotations

import functools
import math
import pathlib
from typing import Any

import orjson

from dialogue.events import Intent
from dialogue.understanding.ngrams import features
from dialogue.vocabulary import IntentName

_FILE = pathlib.Path(__file__).parent / "lexicons" / "linear.json"
_LANE = 32
_MASK = (1 << _LANE) - 1
#: Added to every weight, so that none is below zero: a lane must not borrow from its neighbour. Weights fit into 15 bits,
#: and a message has fewer than 2**16 features (`ngrams`: 60 words), so that no lane runs over either.
_LIFT = 1 << 15


@functools.cache
def _model() -> tuple[list[IntentName], list[float], dict[str, int]]:
    """Intents, biases, and each feature's weights as lanes."""
    raw: dict[str, Any] = orjson.loads(_FILE.read_bytes())
    rows = {
        feature: sum((weight + _LIFT) << (_LANE * place) for place, weight in enumerate(row))
        for feature, row in raw["weights"].items()
    }
    return [IntentName(name) for name in raw["intents"]], [b / 100 for b in raw["bias"]], rows


@functools.lru_cache(maxsize=256)
def classify(text: str) -> tuple[Intent, ...]:
    """Ranked intents with confidences that add up to 1; empty for a text without words. One message asks several times, so
    the last few texts are remembered."""
    names, bias, rows = _model()
    found = features(text)
    if not found:
        return ()
    known = [row for feature in found if (row := rows.get(feature)) is not None]
    lanes, lift, scale = sum(known), _LIFT * len(known), next(iter(found.values()))  # one scale for all, see `features`
    scores = [b + scale * (((lanes >> (_LANE * place)) & _MASK) - lift) / 100 for place, b in enumerate(bias)]
    top = max(scores)
    grown = [math.exp(s - top) for s in scores]
    total = sum(grown)
    return tuple(sorted((Intent(n, g / total) for n, g in zip(names, grown, strict=True)), key=lambda i: -i.confidence))


def outside(text: str) -> float:
    """How probable it is (0..1) that a text is no shop's business."""
    return next((i.confidence for i in classify(text) if i.name is IntentName.OTHER), 0.0)
