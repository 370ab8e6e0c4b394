"""The heads: linear models over a sentence's vector and over its words and letters, two views whose scores are added.

One file, `heads.npz`, written by training (`fit`) and read here. A head gives each of its labels a probability. The
words' weights are whole numbers (hundredths), so their sum is exact; the vector's part is a product of 512 numbers.
"""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.learned.ngrams import features, level

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = pathlib.Path(__file__).parent / "heads.npz"
#: What a sentence is after; what it answers to an offer; whether a few words are somebody's name; whether what is told
#: beside a yes tells that the matter is settled.
INTENT, ANSWER, NAME, SETTLED = "intent", "answer", "name", "settled"


@dataclass(frozen=True)
class Head:
    """One linear model. `dense`: (DIMENSIONS, labels); `words`: a row of `table` for each feature; `table`:
    (features, labels) in hundredths; `sharpness`: what the scores are multiplied by, so that confidences are honest."""

    labels: tuple[str, ...]
    dense: NDArray[np.float64]
    bias: NDArray[np.float64]
    words: dict[str, int]
    table: NDArray[np.int32]
    sharpness: float

    def weigh(self, vector: NDArray[np.float32], found: dict[str, float]) -> dict[str, float]:
        """The probability of each label for a text of this vector and these features."""
        import numpy as np

        scores = vector.astype(np.float64) @ self.dense + self.bias
        rows = [row for feature in found if (row := self.words.get(feature)) is not None]
        if rows:
            scale = next(iter(found.values()))  # one scale for all, see `features`
            scores = scores + self.table[rows].sum(axis=0) * (scale / 100)
        scores = scores * self.sharpness
        grown = np.exp(scores - scores.max())
        return dict(zip(self.labels, (grown / grown.sum()).tolist(), strict=True))


@dataclass(frozen=True)
class Heads:
    """All heads, by name, and the fingerprint of the lines they were fitted to."""

    fitted_to: str
    heads: dict[str, Head]

    def weigh(self, texts: Sequence[str], names: Iterable[str] = (INTENT,)) -> list[dict[str, dict[str, float]]]:
        """For each text and each head, the probability of each label. Texts are encoded together: once for all heads."""
        if not texts:
            return []
        vectors = encode([level(text) for text in texts])
        wanted = [(name, self.heads[name]) for name in names]
        found = [features(text) for text in texts]
        return [{name: head.weigh(vectors[n], found[n]) for name, head in wanted} for n in range(len(texts))]


def read(path: pathlib.Path) -> Heads:
    """The heads of a file. Raises `OSError` or `ValueError` where it is not one."""
    import numpy as np

    with np.load(path, allow_pickle=False) as stored:
        heads = {}
        for name in str(stored["names"]).split():
            words = str(stored[f"{name}_words"]).split("\n")
            heads[name] = Head(
                tuple(str(stored[f"{name}_labels"]).split()),
                stored[f"{name}_dense"].astype(np.float64),
                stored[f"{name}_bias"].astype(np.float64),
                {word: row for row, word in enumerate(words)},
                stored[f"{name}_table"].astype(np.int32),
                float(stored[f"{name}_sharpness"]),
            )
        return Heads(str(stored["fitted_to"]), heads)


@functools.cache
def heads() -> Heads:
    """The heads that the bot runs."""
    return read(FILE)
