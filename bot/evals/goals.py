"""The goals, the page `docs/quality.md` that says where we stand, and the check that nothing falls behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: How far a fresh run may fall below the committed one: by rules the figures repeat exactly (R16); Rasa is trained anew
#: and gets an allowance of a point.
NOISE = {"rules": 0.0005, "rasa": 0.01}


@dataclass(frozen=True)
class Goal:
    """A figure and what it should reach; `least` is False where less is better."""

    what: str
    figure: str
    goal: float
    least: bool = True
    unit: str = "%"


GOALS = (
    Goal("addresses found exactly in people's messages", "contact.emails_found", 0.995),
    Goal("addresses invented, of all messages", "contact.emails_invented", 0.005, least=False),
    Goal("full names found exactly, of messages that hold one", "contact.full_names_found", 0.95),
    Goal("false names, of messages that hold none", "contact.false_names", 0.01, least=False),
    Goal("yes, no or neither where something was offered", "yes_no.accuracy", 0.97),
    Goal("intents, lenient macro-F1 on people's rows", "intents.human_macro_f1_lenient", 0.90),
    Goal("`ticket_update` against orders and issues, F1", "intents.slice_ticket_update_f1", 0.95),
    Goal("`order_status` in that slice, F1", "intents.slice_order_status_f1", 0.95),
    Goal("`report_issue` in that slice, F1", "intents.slice_report_issue_f1", 0.95),
    Goal("out-of-scope recall at 90% in-scope accuracy", "intents.oos_recall", 0.85),
    Goal("right article first, of questions that have one", "faq.right_first", 0.92),
    Goal("silent where no article answers", "faq.silent_without_article", 0.90),
    Goal("whole chats understood without asking again", "conversations.complete", 0.95),
    Goal("one message understood, p50", "latency.p50_ms", 8.0, least=False, unit="ms"),
)
#: Beside the goals: what else a reader should know.
ASIDE = (
    Goal("wrong article, of questions that have one", "faq.wrong", 0.0, least=False),
    Goal("right, of the questions that were answered", "faq.right_of_answered", 0.0),
    Goal("silent on what is no shop's business", "faq.silent_out_of_scope", 0.0),
    Goal("intents, lenient accuracy on people's rows", "intents.human_accuracy_lenient", 0.0),
    Goal("the same on rows unlike every training line", "overlap.unlike_accuracy_lenient", 0.0),
    Goal("intents, strict macro-F1 on people's rows", "intents.human_macro_f1_strict", 0.0),
    Goal("intents, lenient accuracy on machine-varied rows", "intents.templated_accuracy_lenient", 0.0),
    Goal("names of 75 countries, as an answer", "names.answered", 0.0),
    Goal("names of 75 countries, in passing", "names.in_passing", 0.0),
    Goal("valid addresses taken, of a validator's own odd cases", "emails.valid_taken", 0.0),
    Goal("invalid addresses refused, of the same", "emails.invalid_refused", 0.0),
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def show(goal: Goal, value: float) -> str:
    """A figure as people read it."""
    return f"{value:.1f} ms" if goal.unit == "ms" else f"{100 * value:.1f}%"


def met(goal: Goal, value: float) -> bool:
    """True where the value reaches the goal."""
    return value >= goal.goal if goal.least else value <= goal.goal


def table(saved: dict[str, Any]) -> str:
    """The figures of `docs/quality.json` as the Markdown between the page's two marks."""
    runs = saved["runs"]
    names = {"rules": "by rules", "rasa": "with Rasa"}
    runs = {by: runs[by] for by in names if by in runs}
    heads = [names[by] for by in runs]
    lines = [f"Measured on {saved['date']} with `{saved['command']}`.", ""]
    lines += ["| what | goal | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(heads)]
    for goal in GOALS:
        sign = "≥" if goal.least else "≤"
        cells = [
            f"{show(goal, runs[by][goal.figure])}{'' if met(goal, runs[by][goal.figure]) else ' (missed)'}"
            for by in runs
        ]
        lines.append(f"| {goal.what} | {sign} {show(goal, goal.goal)} | " + " | ".join(cells) + " |")
    lines += ["", "| beside the goals | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for goal in ASIDE:
        lines.append(f"| {goal.what} | " + " | ".join(show(goal, runs[by][goal.figure]) for by in runs) + " |")
    return "\n".join(lines)


def fallen(saved: dict[str, Any], fresh: dict[str, dict[str, float]]) -> list[str]:
    """What fell below the committed figures by more than the noise, a line each. Times are not compared (they are the
    machine's)."""
    problems = []
    for by, figures in fresh.items():
        before = saved["runs"].get(by)
        if before is None:
            continue
        for goal in (*GOALS, *ASIDE):
            if goal.unit == "ms":
                continue
            worse = before[goal.figure] - figures[goal.figure]
            if (worse if goal.least else -worse) > NOISE[by]:
                problems.append(
                    f"{by}: {goal.what} was {show(goal, before[goal.figure])}, is {show(goal, figures[goal.figure])}"
                )
    return problems
