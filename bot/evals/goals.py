"""The goals, the page `docs/quality.md` that says where we stand, and the check that nothing falls behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: How far a fresh run may fall below the committed one: by rules the figures repeat exactly (R16); Rasa is trained anew
#: and gets an allowance of a point.
NOISE = {"rules": 0.0005, "rasa": 0.01}
#: Further apart than this (of 1), the read rows and the blind ones show that something was fitted to the read ones.
APART = 0.02
#: A run's figures, by half (`bot.evals.rows.HALVES`) and name.
Figures = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Goal:
    """A figure and what it should reach; `least` is False where less is better. `unit` is `%`, `ms`, or what is
    counted."""

    what: str
    figure: str
    goal: float
    least: bool = True
    unit: str = "%"


GOALS = (
    Goal("**intents, lenient accuracy on rows unlike every training line**", "overlap.unlike_accuracy_lenient", 0.90),
    Goal("chats up to the matter: it got only clarify, small talk or a greeting", "chats_stated.useless", 0.04, False),
    Goal("… the reason asked for although it was stated", "chats_stated.reason_asked", 0.05, False),
    Goal("… no ticket although asked for in plain words", "chats_stated.no_ticket", 0.0, False),
    Goal("… name or address asked for again after it was given", "chats_stated.asked_again", 0.0, False),
    Goal("… consent read from a plain refusal", "chats_stated.consent_from_refusal", 0.0, False),
    Goal("… two tickets for one matter", "chats_stated.doubled", 0.0, False),
    Goal("… a rating invited too early", "chats_stated.rated_too_early", 0.0, False),
    Goal(
        "whole chats: the filed reason lacks most of the words that stated it", "chats_whole.poor_reason", 0.05, False
    ),
    Goal("… the matter got only clarify, small talk or a greeting", "chats_whole.useless", 0.04, False),
    Goal("… the reason asked for although it was stated", "chats_whole.reason_asked", 0.05, False),
    Goal("… no ticket although asked for in plain words", "chats_whole.no_ticket", 0.0, False),
    Goal("… name or address asked for again after it was given", "chats_whole.asked_again", 0.0, False),
    Goal("… consent read from a plain refusal", "chats_whole.consent_from_refusal", 0.0, False),
    Goal("… two tickets for one matter", "chats_whole.doubled", 0.0, False),
    Goal("… a rating invited too early", "chats_whole.rated_too_early", 0.0, False),
    Goal("no and neither, read as a yes to an offer", "consent.read_as_yes", 0.0, False),
    Goal("no and neither in many languages, our own list, taken as consent", "consent.own_taken", 0.0, False),
    Goal(
        "a yes that tells of a settled matter, our own list, taken as consent",
        "beside_yes.settled_taken",
        0.0,
        False,
    ),
    Goal("… a yes with more of the matter beside it, not taken as consent", "beside_yes.agrees_missed", 0.10, False),
    Goal("two real shops: questions on products, prices and stock brushed off", "two_shops.brushed_off", 0.05, False),
    Goal("two real shops: intents, lenient accuracy", "two_shops.accuracy_lenient", 0.75),
    Goal("intents, lenient macro-F1 on people's rows", "intents.human_macro_f1_lenient", 0.92),
    Goal("`report_issue`, lenient F1 on every row", "intents.every_report_issue_f1", 0.90),
    Goal("`question`, lenient F1 on every row", "intents.every_question_f1", 0.90),
    Goal("`ticket_update` against orders and issues, F1", "intents.slice_ticket_update_f1", 0.95),
    Goal("`order_status` in that slice, F1", "intents.slice_order_status_f1", 0.95),
    Goal("`report_issue` in that slice, F1", "intents.slice_report_issue_f1", 0.95),
    Goal("out-of-scope recall at 90% in-scope accuracy", "intents.oos_recall", 0.90),
    Goal("yes, no or neither where something was offered", "yes_no.accuracy", 0.96),
    Goal("addresses found exactly in people's messages", "contact.emails_found", 0.995),
    Goal("addresses invented, of all messages", "contact.emails_invented", 0.005, least=False),
    Goal("full names found exactly, of messages that hold one", "contact.full_names_found", 0.95),
    Goal("false names, of messages that hold none", "contact.false_names", 0.01, least=False),
    Goal("name, address and most of the reason read from whole chats", "fields.all_three", 0.95),
    Goal("an article of the right family first, of questions that have one", "faq.family_first", 0.92),
    Goal("silent where no article answers", "faq.silent_without_article", 0.90),
    Goal("rows of five words or more that are a training line", "overlap.word_for_word_rows", 0, False, "rows"),
    Goal("one message understood, p50", "latency.p50_ms", 3.0, least=False, unit="ms"),
    Goal("… p99", "latency.p99_ms", 15.0, least=False, unit="ms"),
)
#: Beside the goals: what else a reader should know.
ASIDE = (
    Goal("people's rows that are near a training line", "overlap.near", 0.0, least=False),
    Goal("… of those of three words or more", "overlap.near_told", 0.0, least=False),
    Goal("chats up to the matter: three useless replies in a row, or more", "chats_stated.three_useless", 0.0, False),
    Goal("… most useless replies in a row", "chats_stated.most_useless", 0, False, "replies"),
    Goal("whole chats: three useless replies in a row, or more", "chats_whole.three_useless", 0.0, False),
    Goal("… most useless replies in a row", "chats_whole.most_useless", 0, False, "replies"),
    Goal("no and neither, after which consent stands (a name, a wish)", "consent.taken", 0.0, least=False),
    Goal("two real shops: intents, lenient macro-F1", "two_shops.macro_f1_lenient", 0.0),
    Goal("an article of another family, of questions that have one", "faq.another_family", 0.0, least=False),
    Goal("an article of the right family, of the questions that were answered", "faq.family_of_answered", 0.0),
    Goal("silent on what is no shop's business", "faq.silent_out_of_scope", 0.0),
    Goal(
        "in-scope accuracy at that out-of-scope recall (the best there is, where 90% is not)",
        "intents.oos_in_scope_accuracy",
        0.0,
    ),
    Goal("intents, lenient accuracy on people's rows", "intents.human_accuracy_lenient", 0.0),
    Goal("intents, strict macro-F1 on people's rows", "intents.human_macro_f1_strict", 0.0),
    Goal("intents, lenient accuracy on machine-varied rows", "intents.templated_accuracy_lenient", 0.0),
    Goal("names of 75 countries, as an answer", "names.answered", 0.0),
    Goal("names of 75 countries, in passing", "names.in_passing", 0.0),
    Goal("valid addresses taken, of a validator's own odd cases", "emails.valid_taken", 0.0),
    Goal("invalid addresses refused, of the same", "emails.invalid_refused", 0.0),
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_NAMES = {"rules": "by rules", "rasa": "with Rasa"}


def show(goal: Goal, value: float | None) -> str:
    """A figure as people read it; a dash where it was not measured."""
    if value is None:
        return "–"
    if goal.unit == "%":
        return f"{100 * value:.1f}%"
    return f"{value:.1f} ms" if goal.unit == "ms" else f"{value:.0f}"


def aim(goal: Goal) -> str:
    """What is to be reached, as people read it."""
    return f"{'≥' if goal.least else '≤'} {show(goal, goal.goal)}"


def met(goal: Goal, value: float) -> bool:
    """True where the value reaches the goal."""
    return value >= goal.goal if goal.least else value <= goal.goal


def judged(goal: Goal, value: float | None) -> str:
    """A figure with what is to be said of it."""
    return show(goal, value) + ("" if value is None or met(goal, value) else " (missed)")


def apart(goal: Goal, figures: Figures) -> str:
    """How far the blind rows lie above (+) or below (-) the read ones, in points; too far is marked as a defect."""
    read, blind = (figures.get(half, {}).get(goal.figure) for half in ("read", "blind"))
    if read is None or blind is None or goal.unit != "%":
        return "–"
    return f"{100 * (blind - read):+.1f}" + (" **defect**" if abs(blind - read) > APART + 1e-9 else "")


def cells(goal: Goal, figures: Figures, *, judge: bool) -> list[str]:
    """A goal's line of a table: all rows, the read ones, the blind ones, and how far these are apart."""
    values = [figures.get(half, {}).get(goal.figure) for half in ("all", "read", "blind")]
    return [*(judged(goal, v) if judge else show(goal, v) for v in values), apart(goal, figures)]


def heads(runs: Iterable[str]) -> list[str]:
    """What stands above `cells`, for each reader."""
    return [head for by in runs for head in (_NAMES.get(by, by), "read", "blind", "apart")]


def table(saved: dict[str, Any]) -> str:
    """The figures of `docs/quality.json` as the Markdown between the page's two marks."""
    runs = {by: saved["runs"][by] for by in _NAMES if by in saved["runs"]}
    above = heads(runs)
    lines = [f"Measured on {saved['date']} with `{saved['command']}`.", ""]
    lines += ["| what | goal | " + " | ".join(above) + " |", "|---|---|" + "---|" * len(above)]
    for goal in GOALS:
        row = [c for figures in runs.values() for c in cells(goal, figures, judge=True)]
        lines.append(f"| {goal.what} | {aim(goal)} | " + " | ".join(row) + " |")
    lines += ["", "| beside the goals | " + " | ".join(above) + " |", "|---|" + "---|" * len(above)]
    for goal in ASIDE:
        row = [c for figures in runs.values() for c in cells(goal, figures, judge=False)]
        lines.append(f"| {goal.what} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def fallen(saved: dict[str, Any], fresh: Mapping[str, Figures]) -> list[str]:
    """What fell below the committed figures on all rows by more than the noise, a line each. Times are not compared
    (they are the machine's), nor what was not measured then."""
    problems = []
    for by, figures in fresh.items():
        before = saved["runs"].get(by, {}).get("all", {})
        for goal in (*GOALS, *ASIDE):
            if goal.unit == "ms" or goal.figure not in before:
                continue
            was, now = before[goal.figure], figures["all"][goal.figure]
            worse = was - now if goal.least else now - was
            if worse > NOISE[by]:
                problems.append(f"{by}: {goal.what} was {show(goal, was)}, is {show(goal, now)}")
    return problems
