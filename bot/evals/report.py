"""The report people look at: one HTML file with drawings, their tables, and the worst errors with their texts.

It holds people's words and is written below `var/`, never committed; of blind rows it counts the errors and shows none.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape

from bot.evals import charts
from bot.evals.goals import ASIDE, GOALS, Goal, aim, cells, heads
from bot.evals.measures import Error
from bot.evals.run import Run

_STYLE = """
:root { color-scheme: light dark; --line: #cbd5e1; --soft: #f1f5f9; }
@media (prefers-color-scheme: dark) { :root { --line: #475569; --soft: #1e293b; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
.side { display: grid; gap: 1.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); }
figure { margin: 0; background: #fff; border-radius: .5rem; padding: .5rem; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; }
details { margin: .4rem 0; } summary { cursor: pointer; } .missed { font-weight: 700; } .scroll { overflow-x: auto; }
"""
_WORST = 40


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table></div>'


def _figure(name: str, svg: str) -> str:
    return f'<figure role="img" aria-label="{escape(name)}; the table beside it has the figures">{svg}</figure>'


def _intents(run: Run) -> str:
    m = run.parts["intents"]
    f = m.figures
    labels = sorted(
        name.removesuffix("_f1") for name in f if name.endswith("_f1") and f"{name.removesuffix('_f1')}_rows" in f
    )
    scores = {label: (f[f"{label}_precision"], f[f"{label}_recall"]) for label in labels}
    rows = [
        [n, f"{f[f'{n}_precision']:.3f}", f"{f[f'{n}_recall']:.3f}", f"{f[f'{n}_f1']:.3f}", f"{f[f'{n}_rows']:.0f}"]
        for n in labels
    ]
    curve, points = charts.reliability(m.certainty)
    confused = [[f"{w} taken for {g}", str(n)] for (w, g), n in m.confusion.most_common() if w != g]
    return (
        '<div class="side">'
        + _figure("precision and recall of each intent", charts.bars(scores))
        + _table("Per intent (lenient, people's rows)", ["intent", "precision", "recall", "F1", "rows"], rows)
        + _figure("confusion matrix", charts.confusion(m.confusion))
        + _table("What is taken for what", ["", "rows"], confused[:25])
        + _figure("reliability curve", curve)
        + _table(
            "How sure, how right",
            ["how sure", "rows", "sure on average", "right"],
            [[a, str(n), f"{s:.2f}", f"{r:.2f}"] for a, n, s, r in points],
        )
        + "</div>"
    )


def _errors(run: Run) -> str:
    out = []
    for part, m in run.parts.items():
        causes: dict[str, list[Error]] = defaultdict(list)
        for error in m.errors:
            causes[error.cause].append(error)
        for cause, errors in sorted(causes.items(), key=lambda item: -len(item[1])):
            shown = [e for e in errors if e.shown]
            rows = [[e.text, e.wanted, e.got] for e in shown[:_WORST]]
            counts = f"{len(errors)}, {len(errors) - len(shown)} of them not shown"
            out.append(
                f"<details><summary>{escape(part.replace('_', ' '))}: {escape(cause)} ({counts})</summary>"
                + _table(f"{len(rows)} of {len(shown)}", ["text", "wanted", "got"], rows)
                + "</details>"
            )
    return "".join(out)


def page(runs: list[Run], *, date: str, command: str) -> str:
    """The whole report as HTML."""
    figures = {run.by: run.figures for run in runs}
    above = heads(figures)

    def row(goal: Goal, *, judge: bool) -> list[str]:
        return [c.replace("*", "") for f in figures.values() for c in cells(goal, f, judge=judge)]

    goals = [[goal.what.strip("*"), aim(goal), *row(goal, judge=True)] for goal in GOALS]
    aside = [[goal.what, *row(goal, judge=False)] for goal in ASIDE]
    took = {run.by: run.parts["intents"].milliseconds for run in runs}
    body = [
        f"<h1>How well shoppers are understood</h1><p>{escape(date)}, <code>{escape(command)}</code></p>",
        _table("Goals", ["what", "goal", *above], goals),
        _table("Beside the goals", ["what", *above], aside),
        "<h2>Time for one message</h2>",
        _figure("histogram of the time for one message", charts.latency(took)),
    ]
    for run in runs:
        body.append(f"<h2>Intents, {escape(run.by)}</h2>{_intents(run)}")
        body.append(f"<h2>Errors, {escape(run.by)}, by cause</h2>{_errors(run)}")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Askonce: understanding, measured</title><style>{_STYLE}</style><body>{''.join(body)}</body></html>"
    )
