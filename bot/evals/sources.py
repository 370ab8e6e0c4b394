"""Leave one out: how well words are understood on a theme that no training line was written for.

    python -m bot.evals.sources

leaves each theme's lines out (a file of `rasa_project/data`), fits the heads to a part of the other themes' lines and
asks them what the lines left out are after; and what people's rows are after, so that one sees what a theme is worth.
The heads alone are asked, without what words settle. Fitting wants Rasa's environment (`make train` makes it).
"""

from __future__ import annotations

import argparse
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.console import Console
from rich.progress import Progress

from bot.evals.fitted import FitError, fit_each
from bot.evals.lines import Line, training_lines
from bot.evals.measures import Measured, Step, f1_scores, share
from bot.evals.rows import DataError, Rows, read_data
from dialogue.understanding.learned.heads import INTENT, Heads

#: Says of each text which label it gives it.
Reads = Callable[[Sequence[str]], list[str]]
#: Learns from each of the lists of lines, by name, and gives a reader that knows these alone.
Fit = Callable[[Mapping[str, Sequence[Line]]], Mapping[str, Reads]]
#: The name of what knows every theme.
NOTHING = "nothing"
#: One in so many lines is learned from; so many of a theme are asked about; a theme of fewer lines is never left out.
EVERY, MOST, FEWEST = 10, 300, 100


def drawn(lines: Iterable[Line], every: int) -> list[Line]:
    """One in `every` lines, by a hash of their words."""
    return [line for line in lines if int(hashlib.sha256(line.text.encode()).hexdigest(), 16) % every == 0]


def leave_one_out(lines: Sequence[Line], fit: Fit, step: Step, every: int = EVERY) -> tuple[Measured, dict[str, Reads]]:
    """For each theme of `FEWEST` lines or more (`Line.manner`), `{theme}_macro_f1` over the labels its lines have, as
    read by what learned from one in `every` lines of the other themes alone; `mean_macro_f1` of all themes, each
    weighing the same. Besides, the readers by what they were not told, `NOTHING` among them."""
    themes = {name: [line for line in lines if line.manner == name] for name in sorted({i.manner for i in lines})}
    told = drawn(lines, every)
    without = {name: [line for line in told if line.manner != name] for name in themes if len(themes[name]) >= FEWEST}
    readers = fit({NOTHING: told} | without)
    m = Measured()
    for name in without:
        asked = sorted(themes[name], key=lambda line: hashlib.sha256(line.text.encode()).digest())[:MOST]
        got = readers[name]([line.text for line in asked])
        m.figures[f"{name}_macro_f1"] = macro_f1((line.label, g) for line, g in zip(asked, got, strict=True))
        m.figures[f"{name}_rows"] = len(asked)
        step()
    m.figures["mean_macro_f1"] = share(sum(m.figures[f"{name}_macro_f1"] for name in without), len(without))
    return m, dict(readers)


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """The mean F1 of the wanted labels, of (wanted, got) pairs."""
    scores = f1_scores(pairs)
    return share(sum(s[2] for s in scores.values()), len(scores))


def lenient(rows: Rows, got: Iterable[str]) -> list[tuple[str, str]]:
    """(wanted, got) of each row, where any label that a fair judge accepts counts as the wanted one."""
    return [(r["label"], r["label"] if g in {r["label"], *r["alt"]} else g) for r, g in zip(rows, got, strict=True)]


def _reads(trained: Heads) -> Reads:
    def read(texts: Sequence[str]) -> list[str]:
        found = (weighed[INTENT] for weighed in trained.weigh(texts))
        return [max(weight, key=lambda label: weight[label]) for weight in found]

    return read


def _table(m: Measured, readers: Mapping[str, Reads], halves: Sequence[Rows], step: Step) -> Iterable[str]:
    """The table of the page, a line each; the last columns are people's rows, by half."""
    yield "| theme left out | its lines asked about | macro-F1 on these | people's rows, read | blind |"
    yield "|---|---|---|---|---|"
    for name, reads in readers.items():
        people = [macro_f1(lenient(rows, reads([r["text"] for r in rows]))) for rows in halves]
        own = ["–", "–"]
        if name != NOTHING:
            own = [f"{m.figures[f'{name}_rows']:.0f}", f"{100 * m.figures[f'{name}_macro_f1']:.1f}%"]
        yield f"| {' | '.join([name, *own, *(f'{100 * p:.1f}%' for p in people)])} |"
        step()
    yield f"| mean | | {100 * m.figures['mean_macro_f1']:.1f}% | | |"


def main() -> None:
    """The command in this module's head."""
    parser = argparse.ArgumentParser(description="Leave one theme's lines out, and ask about them.")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("..") / "shared" / "data")
    parser.add_argument("--every", type=int, default=EVERY, help="Learn from one in so many lines; 1 takes long.")
    asked = parser.parse_args()
    try:
        data = read_data(asked.data)
        halves = [[r for r in data.half(h)["intents"] if not r["templated"]] for h in ("read", "blind")]
        with Progress(console=Console(stderr=True)) as progress:
            fitting, asking = progress.add_task("fitting", total=None), progress.add_task("asking", total=None)

            def fit(wanted: Mapping[str, Sequence[Line]]) -> dict[str, Reads]:
                progress.update(fitting, total=len(wanted))
                progress.update(asking, total=2 * len(wanted) - 1)
                fitted = fit_each(wanted, lambda: progress.advance(fitting), sharpness=1.0)
                return {name: _reads(trained) for name, trained in fitted.items()}

            m, readers = leave_one_out(training_lines(), fit, lambda: progress.advance(asking), asked.every)
            lines = list(_table(m, readers, halves, lambda: progress.advance(asking)))
    except (DataError, FitError) as error:
        parser.exit(1, f"{error}\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
