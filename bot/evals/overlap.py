"""How much of a good figure is the training lines resembling the rows: counts of rows that are lines or are near a
line, and the accuracy on rows that are unlike every line.

    python -m bot.evals.overlap --list-lines

prints the training lines that are a row word for word, so that they can be taken out; it never prints a row.
"""

from __future__ import annotations

import argparse
import pathlib
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from bot.chat.workshop import Understander
from bot.evals.lines import Line, answers, bare, training_lines
from bot.evals.measures import Measured, Step, share
from bot.evals.rows import DataError, Rows, read_data

#: A row this like a training line (0..100, rapidfuzz's ratio of the letters) does not count as unlike.
LIKE = 88
#: Shorter rows ("ok thanks", "hello there") coincide by themselves.
TELLING = 5
#: Fewer words ("ok thanks") are near some line by themselves.
TOLD = 3


class Likeness:
    """What rows have in common with the training lines."""

    def __init__(self, lines: Callable[[], Sequence[Line]] = training_lines) -> None:
        self._lines = sorted({line.bare for line in lines()})
        self._known = frozenset(self._lines)

    def is_line(self, text: str) -> bool:
        """Whether `text` is a training line word for word."""
        return bare(text) in self._known

    def is_near(self, text: str) -> bool:
        """Whether `text` resembles a line by `LIKE` or more, or is one."""
        found = process.extractOne(bare(text), self._lines, scorer=fuzz.ratio, score_cutoff=LIKE)
        return found is not None


async def overlap(rows: Rows, others: Rows, mind: Understander, like: Likeness, step: Step) -> Measured:
    """On people's `rows`: `unlike_accuracy_lenient`, the accuracy of the intents on those unlike every training line,
    and `near`, the share of the rest (`near_told`: the same share, of those of `TOLD` words or more). Of all `rows` and
    `others` of `TELLING` words or more (`telling_rows`), how many are a line word for word (`word_for_word_rows`)."""
    m = Measured()
    unlike = right = near = told = near_told = 0
    for row in rows:
        step()
        if row["templated"]:
            continue
        long = words(row["text"]) >= TOLD
        told += long
        if like.is_near(row["text"]):
            near += 1
            near_told += long
            continue
        unlike += 1
        u = await mind.understand(row["text"], None)
        right += u.intents[0].name.value in {row["label"], *row["alt"]}
    telling = [r["text"] for r in (*rows, *others) if words(r["text"]) >= TELLING]
    m.figures = {
        "unlike_accuracy_lenient": share(right, unlike),
        "unlike_rows": unlike,
        "near": share(near, near + unlike),
        "near_told": share(near_told, told),
        "telling_rows": len(telling),
        "word_for_word_rows": sum(map(like.is_line, telling)),
    }
    return m


def words(text: str) -> int:
    """How many words a text has."""
    return len(bare(text).split())


def lines_to_take_out(rows: Rows, lines: Sequence[Line], least: int = TELLING) -> list[Line]:
    """The lines that are a row of `least` words or more."""
    wanted = {bare(r["text"]) for r in rows if words(r["text"]) >= least}
    return [line for line in lines if line.bare in wanted]


def main() -> None:
    """The command in this module's head."""
    parser = argparse.ArgumentParser(description="Training lines that are a row word for word.")
    parser.add_argument("--list-lines", action="store_true", required=True, help="Print them; no row is printed.")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("..") / "shared" / "data")
    parser.add_argument("--words", type=int, default=TELLING, help="Rows of fewer words coincide by themselves.")
    asked = parser.parse_args()
    try:
        data = read_data(asked.data)
    except DataError as error:
        parser.exit(1, f"{error}\n")
    for line in lines_to_take_out(data.told(), [*training_lines(), *answers()], asked.words):
        print(f"{line.file.name}: [{line.label}] {line.text}")


if __name__ == "__main__":
    main()
