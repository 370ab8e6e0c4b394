"""What each signal of the reader is worth: the intents with one or another left out.

    python -m bot.evals.ablation

measures on people's rows and two shops', read and blind: the vector's view, the words' view and both; each by itself
(the heads' first label of the whole message) and in the bot, where what words settle moves it. With Rasa's environment
(`make train`), heads fitted to the lines of one theme alone as well.
"""

from __future__ import annotations

import argparse
import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from bot.evals.fitted import PYTHON, FitError, fit_each
from bot.evals.lines import training_lines
from bot.evals.measures import Step, share
from bot.evals.rows import Data, DataError, Rows, read_data
from bot.evals.sources import EVERY, drawn, lenient, macro_f1
from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.learned.fit import DENSE_SHARE
from dialogue.understanding.learned.heads import INTENT, Head, Heads, heads
from dialogue.understanding.learned.ngrams import features
from dialogue.understanding.opinions import weigh
from dialogue.understanding.reader import draft
from dialogue.understanding.weighing import finish
from dialogue.vocabulary import IntentName

#: The theme whose lines alone are learned from, for comparison: it has nearly every label.
ALONE = "orders"
#: The score of a label that no line has.
_IMPOSSIBLE = -100.0
#: Says of a text which intent comes first.
Reads = Callable[[str], str]


def vector_alone(head: Head, usual: Sequence[str]) -> Head:
    """The head without what it knows of words: these say of every text what they say of `usual` ones on average. What
    is left weighs as much as both did."""
    said = np.mean([_by_words(head, features(text)) for text in usual], axis=0)
    return replace(head, words={}, bias=head.bias + said, sharpness=head.sharpness / DENSE_SHARE)


def words_alone(head: Head, usual: Sequence[str]) -> Head:
    """The head without what it knows of vectors, in the same way."""
    said = encode(usual).astype(np.float64).mean(axis=0) @ head.dense
    return replace(head, dense=0 * head.dense, bias=head.bias + said, sharpness=head.sharpness / (1 - DENSE_SHARE))


def _by_words(head: Head, found: Mapping[str, float]) -> NDArray[np.float64]:
    """What the words' view adds to the score of each label."""
    rows = [head.words[feature] for feature in found if feature in head.words]
    scale = next(iter(found.values()), 0.0) / 100
    added: NDArray[np.float64] = head.table[rows].sum(axis=0) * scale
    return added


def with_every_label(head: Head) -> Head:
    """The head with the labels that its lines lack, each all but impossible: the bot asks about every one."""
    lacking = [name.value for name in IntentName if name.value not in head.labels]
    wider = ((0, 0), (0, len(lacking)))
    return replace(
        head,
        labels=(*head.labels, *lacking),
        dense=np.pad(head.dense, wider),
        bias=np.append(head.bias, [_IMPOSSIBLE] * len(lacking)),
        table=np.pad(head.table, wider),
    )


def with_intents(head: Head) -> Heads:
    """The bot's heads, this one in the place of that for intents."""
    return replace(heads(), heads={**heads().heads, INTENT: head})


def in_the_bot(trained: Heads) -> Reads:
    """The bot's reader with these heads."""

    def read(text: str) -> str:
        d = draft(text, None)
        return finish(d, weigh(d, trained)).intents[0].name.value

    return read


def without_words_pull(trained: Heads) -> Reads:
    """These heads alone: nothing that words settle moves what they make of the whole message."""

    def read(text: str) -> str:
        whole = weigh(draft(text, None), trained).whole
        return max(whole, key=lambda name: whole[name]).value if whole else "other"

    return read


def figures(data: Data, reads: Reads, step: Step) -> list[float]:
    """Lenient macro-F1 on people's rows, read and blind; lenient accuracy on two shops' rows, read and blind."""

    def pairs(rows: Rows) -> list[tuple[str, str]]:
        got = []
        for row in rows:
            got.append(reads(row["text"]))
            step()
        return lenient(rows, got)

    halves = [data.half("read"), data.half("blind")]
    shops = [pairs(half["intents_two_shops"]) for half in halves]
    return [
        *(macro_f1(pairs(people(half))) for half in halves),
        *(share(sum(wanted == got for wanted, got in each), len(each)) for each in shops),
    ]


def people(data: Data) -> Rows:
    """The rows that people wrote."""
    return [r for r in data["intents"] if not r["templated"]]


def variants(alone: Mapping[str, Heads]) -> dict[str, Heads]:
    """The heads that are compared, by what they go by."""
    both = heads().heads[INTENT]
    usual = [line.text for line in drawn(training_lines(), EVERY)]
    return {
        "words' view": with_intents(words_alone(both, usual)),
        "vector's view": with_intents(vector_alone(both, usual)),
        "both": heads(),
        **{f"both, fitted to `{n}` alone": with_intents(with_every_label(h.heads[INTENT])) for n, h in alone.items()},
    }


def table(found: Mapping[str, Sequence[float]]) -> str:
    """The table of the decision record."""
    lines = ["| reader | people, read | blind | two shops, read | blind |", "|---|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(f'{100 * f:.1f}%' for f in each)} |" for name, each in found.items()]
    return "\n".join(lines)


def _measure(data: Data, progress: Progress) -> dict[str, list[float]]:
    alone: dict[str, Heads] = {}
    if PYTHON.exists():
        fitting = progress.add_task("fitting", total=1)
        lines = {ALONE: [line for line in training_lines() if line.manner == ALONE]}
        alone = fit_each(lines, lambda: progress.advance(fitting))
    compared = variants(alone)
    rows = len(people(data)) + len(data["intents_two_shops"])
    asking = progress.add_task("asking", total=2 * rows * len(compared))
    found = {}
    for name, trained in compared.items():
        ways = {"heads alone": without_words_pull(trained), "in the bot": in_the_bot(trained)}
        for way, reads in ways.items():
            found[f"{name}, {way}"] = figures(data, reads, lambda: progress.advance(asking))
    return found


def main() -> None:
    """The command in this module's head."""
    parser = argparse.ArgumentParser(description="What each signal of the reader is worth.")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("..") / "shared" / "data")
    asked = parser.parse_args()
    try:
        data = read_data(asked.data)
        with Progress(console=Console(stderr=True)) as progress:
            found = _measure(data, progress)
    except (DataError, FitError) as error:
        parser.exit(1, f"{error}\n")
    print(table(found))


if __name__ == "__main__":
    main()
