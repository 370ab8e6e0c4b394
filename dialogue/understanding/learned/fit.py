"""Fits the heads to labelled lines and writes them. Runs in Rasa's environment, which has scikit-learn."""

from __future__ import annotations

import copy
import hashlib
import pathlib
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.learned.lines import fingerprint
from dialogue.understanding.learned.ngrams import features, level

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: (label, text), in a fixed order.
Lines = Sequence["tuple[str, str]"]
#: How closely the two views follow the lines: the inverse of the penalty on large weights.
DENSE_C, WORDS_C = 15.0, 20.0
#: How much of a score is the vector's; the rest is the words'.
DENSE_SHARE = 0.6
#: Features that stand in fewer lines than this are not learned from; those that weigh less than this (hundredths) are left
#: out of the file.
LEAST_LINES, LEAST_WEIGHT = 2, 12
#: Every so many lines one is held out, to see how sure the heads may be of lines that they have not seen.
HELD_OUT = 5


class _Views:
    """The two models of one head."""

    def __init__(self, lines: Lines, vectors: NDArray[np.float32]) -> None:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        labels = [label for label, _ in lines]
        self.columns = DictVectorizer()
        words = self.columns.fit_transform([features(text) for _, text in lines])
        self.columns.restrict((words > 0).sum(axis=0).A1 >= LEAST_LINES)
        words = self.columns.transform([features(text) for _, text in lines])
        self.dense = LogisticRegression(C=DENSE_C, max_iter=2000, random_state=7, warm_start=True)
        self.words = LogisticRegression(C=WORDS_C, solver="newton-cg", tol=1e-3, random_state=7, warm_start=True)
        self.dense.fit(vectors, labels)
        self.words.fit(words, labels)

    def fitted_again(self, lines: Lines, vectors: NDArray[np.float32]) -> _Views:
        """The same models fitted to these lines alone, from where they stand: each ends where it would end from nowhere,
        for it has one best end, and sooner."""
        again = copy.deepcopy(self)
        labels = [label for label, _ in lines]
        again.dense.fit(vectors, labels)
        again.words.fit(again.columns.transform([features(text) for _, text in lines]), labels)
        return again

    def scores(self, lines: Lines, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        words = self.columns.transform([features(text) for _, text in lines])
        dense: NDArray[np.float64] = self.dense.decision_function(vectors)
        said: NDArray[np.float64] = self.words.decision_function(words)
        return DENSE_SHARE * dense + (1 - DENSE_SHARE) * said


def _sharpness(all_of_them: _Views, lines: Lines, vectors: NDArray[np.float32]) -> float:
    """The factor on the scores that makes confidences honest: of the lines held out, the likeliest."""
    import numpy as np

    held = np.arange(len(lines)) % HELD_OUT == 0
    near = [line for n, line in enumerate(lines) if n % HELD_OUT]
    far = [line for n, line in enumerate(lines) if not n % HELD_OUT]
    views = all_of_them.fitted_again(near, vectors[~held])
    scores = views.scores(far, vectors[held])
    known = {label: n for n, label in enumerate(views.dense.classes_)}
    wanted = [known[label] for label, _ in far]

    def surprise(factor: float) -> float:
        s = scores * factor
        s = s - s.max(axis=1, keepdims=True)
        return float((np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(wanted)), wanted]).mean())

    return min((round(0.5 + 0.05 * n, 2) for n in range(60)), key=surprise)


def _head(name: str, lines: Lines, sharpness: float | None) -> dict[str, NDArray[np.generic]]:
    import numpy as np

    vectors = encode([level(text) for _, text in lines])
    views = _Views(lines, vectors)
    if sharpness is None:
        sharpness = _sharpness(views, lines, vectors)
    weights = np.rint(100 * (1 - DENSE_SHARE) * views.words.coef_.T).astype(np.int64)
    kept = np.flatnonzero(np.abs(weights).max(axis=1) >= LEAST_WEIGHT)
    names = views.columns.get_feature_names_out()
    bias = DENSE_SHARE * views.dense.intercept_ + (1 - DENSE_SHARE) * views.words.intercept_
    return {
        f"{name}_labels": np.array(" ".join(views.dense.classes_)),
        f"{name}_dense": (DENSE_SHARE * views.dense.coef_.T).astype(np.float32),
        f"{name}_bias": bias.astype(np.float32),
        f"{name}_words": np.array("\n".join(names[n] for n in kept)),
        f"{name}_table": weights[kept].astype(np.int16),
        f"{name}_sharpness": np.array(sharpness),
    }


def fit(lines: dict[str, Lines], target: pathlib.Path, sharpness: float | None = None) -> None:
    """Fit a head to each list of lines and write them to `target`. The same lines give the same file. `sharpness`: taken
    as it is and not sought, where confidences do not matter. Raises `ConvergenceWarning` where a fit came to no end: what
    it got to would pass for trained."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning

    arrays: dict[str, Any] = {"names": np.array(" ".join(lines))}
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        for name, labelled in lines.items():
            ordered = sorted(labelled, key=lambda pair: hashlib.sha256(pair[1].encode()).digest())
            arrays |= _head(name, ordered, sharpness)
    arrays["fitted_to"] = np.array(fingerprint(lines))
    np.savez_compressed(target, **arrays)
