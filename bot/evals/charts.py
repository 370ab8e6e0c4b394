"""The drawings of the report, as SVG text; every one has its table beside it in the page.

Drawn by matplotlib, which is installed for development and not with the bot: a server measures nothing.
`bot.evals.command` says so in one line where it is missing. (The console's drawings, which every server has, are
pygal's.)
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.figure import Figure

matplotlib.use("svg")
_BLUE, _GREY, _RED = "#2563eb", "#94a3b8", "#b91c1c"


def _svg(figure: Figure) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", bbox_inches="tight", metadata={"Date": None})
    text = target.getvalue()
    return text[text.index("<svg") :]


def confusion(pairs: Counter[tuple[str, str]]) -> str:
    """Wanted against got, shaded by the share of the row."""
    labels = sorted({w for w, _ in pairs} | {g for _, g in pairs})
    counts = [[pairs[(w, g)] for g in labels] for w in labels]
    shares = [[n / (sum(row) or 1) for n in row] for row in counts]
    figure = Figure(figsize=(7.5, 6.5))
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_xlabel("got")
    axes.set_ylabel("wanted")
    for y, row in enumerate(counts):
        for x, n in enumerate(row):
            if n:
                axes.text(
                    x, y, str(n), ha="center", va="center", fontsize=7, color="white" if shares[y][x] > 0.5 else "black"
                )
    return _svg(figure)


def bars(scores: dict[str, tuple[float, float]]) -> str:
    """Precision and recall of each intent."""
    labels = list(scores)
    figure = Figure(figsize=(7.5, 4))
    axes = figure.add_subplot()
    places = range(len(labels))
    axes.barh([p + 0.2 for p in places], [scores[n][0] for n in labels], height=0.38, color=_BLUE, label="precision")
    axes.barh([p - 0.2 for p in places], [scores[n][1] for n in labels], height=0.38, color=_GREY, label="recall")
    axes.set_yticks(list(places), labels, fontsize=8)
    axes.set_xlim(0, 1)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=2, fontsize=8)
    return _svg(figure)


def reliability(points: Sequence[tuple[float, bool]]) -> tuple[str, list[tuple[str, int, float, float]]]:
    """How often the first intent is right, by how sure it was; with the rows of its table."""
    rows = []
    for low in range(0, 100, 10):
        inside = [p for p in points if low / 100 <= p[0] < (low + 10) / 100 or (low == 90 and p[0] >= 1)]
        if inside:
            sure = sum(p[0] for p in inside) / len(inside)
            right = sum(p[1] for p in inside) / len(inside)
            rows.append((f"{low}-{low + 10}%", len(inside), sure, right))
    figure = Figure(figsize=(5, 4))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1)
    axes.plot([r[2] for r in rows], [r[3] for r in rows], color=_BLUE, marker="o")
    axes.set_xlabel("how sure it was")
    axes.set_ylabel("how often it was right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    return _svg(figure), rows


def latency(runs: Mapping[str, Sequence[float]]) -> str:
    """How long one message took, in milliseconds, on a logarithmic axis."""
    figure = Figure(figsize=(7.5, 3.2))
    axes = figure.add_subplot()
    edges = [0.05 * 1.25**n for n in range(32)]
    for (name, took), colour in zip(runs.items(), (_BLUE, _RED), strict=False):
        axes.hist(list(took), bins=edges, alpha=0.6, color=colour, label=name)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("messages")
    axes.legend(fontsize=8)
    return _svg(figure)
