"""Fits the linear model that `rules` uses, from the same lines as Rasa, and writes `lexicons/linear.json`.

    .venv-rasa/bin/python dialogue/understanding/fit_linear.py

Runs in Rasa's environment, which has scikit-learn; the bot only reads the file. Weights are whole numbers (hundredths);
features that hardly weigh are left out. A test holds the file to the fingerprint of the lines it was fitted to.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from ngrams import features  # noqa: E402


def training_lines(path: pathlib.Path) -> list[tuple[str, str]]:
    """(intent, sentence) pairs of a Rasa NLU file; entity marks removed."""
    import re

    pairs, intent = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("- intent: "):
            intent = line[len("- intent: ") :]
        elif line.startswith("    - "):
            pairs.append((intent, re.sub(r"\[([^\]]+)\]\(\w+\)", r"\1", line[6:])))
    return pairs


def main() -> None:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    source = HERE / "rasa_project" / "data" / "nlu.yml"
    pairs = training_lines(source)
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([features(text) for _, text in pairs])
    model = LogisticRegression(C=20.0, max_iter=400, tol=1e-3, multi_class="multinomial", random_state=7)
    model.fit(x, [intent for intent, _ in pairs])
    weights = {}
    counts = (x > 0).sum(axis=0).A1
    for column, name in enumerate(vectorizer.get_feature_names_out()):
        row = [round(100 * float(w)) for w in model.coef_[:, column]]
        if counts[column] >= 2 and max(map(abs, row)) >= 12:
            weights[name] = row
    out = {
        "fitted_to": hashlib.sha256(source.read_bytes()).hexdigest(),
        "intents": list(model.classes_),
        "bias": [round(100 * float(b)) for b in model.intercept_],
        "weights": weights,
    }
    target = HERE / "lexicons" / "linear.json"
    target.write_text(
        json.dumps(out, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n") + "\n", encoding="utf-8"
    )
    print(f"{len(weights)} features of {x.shape[1]}, {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
