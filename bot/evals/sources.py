"""Leave one out: how well words are understood when no training line was written in the manner of whoever said them.

Every source of the files has a manner of its own (typed to a telephone company, spoken to an assistant, told in a
shop's chat), and lines were written with a manner in mind. Trained on the lines of all other manners and measured on
that source, a reader shows what it would do with the next shop's people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.chat.workshop import Understander
from bot.evals.lines import Line
from bot.evals.measures import Measured, Step, share
from bot.evals.rows import Rows

#: Learns from lines and gives a reader that knows these alone.
Train = Callable[[Sequence[Line]], Understander]


async def leave_one_out(
    rows: Rows, lines: Sequence[Line], left_out: Mapping[str, Collection[str]], train: Train, step: Step
) -> Measured:
    """Lenient accuracy of the intents on people's `rows` of each source that `left_out` names, read by what was trained
    without the manners it gives for that source (`Line.manner`); `mean` over these sources, each weighing the same.
    One training for each set of manners that is left out."""
    m = Measured()
    trained: dict[frozenset[str], Understander] = {}
    for source, manners in left_out.items():
        without = frozenset(manners)
        if without not in trained:
            trained[without] = train([line for line in lines if line.manner not in without])
        heard = [r for r in rows if r["source"] == source and not r["templated"]]
        right = 0
        for row in heard:
            u = await trained[without].understand(row["text"], None)
            right += u.intents[0].name.value in {row["label"], *row["alt"]}
            step()
        m.figures |= {f"{source}_accuracy_lenient": share(right, len(heard)), f"{source}_rows": len(heard)}
    reached = [m.figures[f"{source}_accuracy_lenient"] for source in left_out]
    m.figures["mean_accuracy_lenient"] = share(sum(reached), len(reached))
    return m
