"""The measures: each takes rows and an understander and gives figures, and the errors behind them with their texts.

Figures are shares (0..1) or counts. "Lenient" takes any label a fair judge accepts, as the data's own
README defines it. A share of no rows is 0.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import InitVar, dataclass, field

from bot.chat.workshop import Understander
from bot.evals.lines import bare
from bot.evals.rows import Row, Rows, is_blind
from dialogue.events import Understanding
from dialogue.understanding.emails import read_emails
from dialogue.understanding.reader import Asked
from dialogue.validity import could_be_email
from dialogue.vocabulary import Answer, IntentName, Signal

Step = Callable[[], None]


@dataclass(frozen=True)
class Error:
    """One wrong answer, for people: `cause` groups it and names nothing of the row, `text` is the shopper's.

    There is none without the row it comes of: an error of a blind row keeps its cause alone, so whatever shows errors
    can show no blind words. None for the row: nothing may be shown (`bot.evals.rows.Veil`)."""

    row: InitVar[Row | None]
    cause: str
    text: str
    wanted: str
    got: str

    def __post_init__(self, row: Row | None) -> None:
        if row is None or is_blind(row):
            for words in ("text", "wanted", "got"):
                object.__setattr__(self, words, "")

    @property
    def shown(self) -> bool:
        """False for an error that keeps its cause alone."""
        return bool(self.text)


@dataclass
class Measured:
    """Figures by name, the errors behind them, and material for drawings."""

    figures: dict[str, float] = field(default_factory=dict)
    errors: list[Error] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    certainty: list[tuple[float, bool]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def f1_scores(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[float, float, float, int]]:
    """Precision, recall, F1 and support for each wanted label, of (wanted, got) pairs."""
    hit: Counter[str] = Counter()
    wanted_n: Counter[str] = Counter()
    got_n: Counter[str] = Counter()
    for wanted, got in pairs:
        wanted_n[wanted] += 1
        got_n[got] += 1
        hit[wanted] += wanted == got
    scores = {}
    for label, n in sorted(wanted_n.items()):
        precision = hit[label] / got_n[label] if got_n[label] else 0.0
        recall = hit[label] / n
        both = precision + recall
        scores[label] = (precision, recall, 2 * precision * recall / both if both else 0.0, n)
    return scores


def share(part: float, of: float) -> float:
    """`part` of `of`, 0 where there is nothing to share."""
    return part / of if of else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return share(sum(found), len(found))


def _certainty(u: Understanding, name: IntentName) -> float:
    return next((i.confidence for i in u.intents if i.name is name), 0.0)


# ---------------------------------------------------------------- intents


async def intents(rows: Rows, mind: Understander, step: Step) -> Measured:
    """What a message is after: `human_*` on people's rows, `templated_*` on machine-varied ones, `every_*` on both;
    `slice_*` on the border between tickets and orders; `oos_*` on what is no shop's business."""
    m = Measured()
    people: list[tuple[str, str]] = []
    strict: list[tuple[str, str]] = []
    machine: list[tuple[str, str]] = []
    outside: list[tuple[bool, float, bool]] = []
    for row in rows:
        started = time.perf_counter()
        u = await mind.understand(row["text"], None)
        m.milliseconds.append(1000 * (time.perf_counter() - started))
        first = u.intents[0]
        got, label = first.name.value, row["label"]
        fair = {label, *row["alt"]}
        lenient = (label, label if got in fair else got)
        if row["templated"]:
            machine.append(lenient)
        else:
            people.append(lenient)
            strict.append((label, got))
            m.confusion[lenient] += 1
            m.certainty.append((first.confidence, got in fair))
            if got not in fair:
                m.errors.append(Error(row, f"{label} taken for {got}", row["text"], label, got))
            if "other" not in row["alt"]:
                clear = label == "other" and not row["alt"]
                if clear or label != "other":
                    outside.append((clear, _certainty(u, IntentName.OTHER), got in fair))
        step()
    scores = f1_scores(people)
    m.figures["human_macro_f1_lenient"] = _mean(s[2] for s in scores.values())
    m.figures["human_macro_f1_strict"] = _mean(s[2] for s in f1_scores(strict).values())
    m.figures["human_accuracy_lenient"] = _mean(float(a == b) for a, b in people)
    m.figures["human_rows"] = len(people)
    m.figures["templated_accuracy_lenient"] = _mean(float(a == b) for a, b in machine)
    for label, (precision, recall, f1, n) in scores.items():
        m.figures |= {f"{label}_precision": precision, f"{label}_recall": recall, f"{label}_f1": f1, f"{label}_rows": n}
    for label, (_, _, f1, n) in f1_scores([*people, *machine]).items():
        m.figures |= {f"every_{label}_f1": f1, f"every_{label}_n": n}
    border = {"ticket_update", "order_status", "report_issue"}
    edge = f1_scores(pair for pair in people if pair[0] in border)
    for label in sorted(border):
        m.figures[f"slice_{label}_f1"] = edge[label][2] if label in edge else 0.0
    m.figures |= _out_of_scope(outside)
    return m


def _out_of_scope(found: list[tuple[bool, float, bool]]) -> dict[str, float]:
    """The best recall of what is out of scope at an in-scope accuracy of 0.90 or more (else at the best accuracy), over
    every threshold on the certainty of `other`."""
    outside = [f for f in found if f[0]]
    inside = [f for f in found if not f[0]]
    best = (0.0, 0.0, 1.01)
    for threshold in sorted({f[1] for f in found} | {1.01}):
        recall = _mean(float(f[1] >= threshold) for f in outside)
        accuracy = _mean(float(f[2] and f[1] < threshold) for f in inside)
        if (min(accuracy, 0.90), recall) > (min(best[1], 0.90), best[0]):
            best = (recall, accuracy, threshold)
    return {"oos_recall": best[0], "oos_in_scope_accuracy": best[1], "oos_rows": len(outside)}


# ---------------------------------------------------------------- names and addresses


def asked_by(agent: str | None) -> Asked:
    """What an agent's line asked for, as our bot would have asked it; None where it asked for neither name nor
    address."""
    line = (agent or "").lower()
    wants = []
    if re.search(r"\bnames?\b", re.sub(r"user ?names?|account names?", "", line)):
        wants.append("name")
    if re.search(r"e-?mail", line):
        wants.append("email")
    return tuple(wants) or None


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", text.lower()) is not None


async def contact(rows: Rows, mind: Understander, step: Step) -> Measured:
    """Full names and addresses, message by message, on messages that hold one and on messages that hold none."""
    m = Measured()
    found: list[bool] = []  # of each full name, whether it was found whole
    named: list[bool] = []  # of each message without any part of the name, whether one was found in it all the same
    read: list[bool] = []  # of each address, whether it was read
    invented: list[bool] = []  # of each message, whether an address was found in it and there is none
    for row in rows:
        for message in row["messages"]:
            u = await mind.understand(message["text"], asked_by(message["prev_agent"]))
            m.errors += _name_errors(row, message, u.name or "", found, named)
            m.errors += _email_errors(row, message["text"], u.email or "", read, invented)
        step()
    m.figures = {
        "full_names_found": _mean(found),
        "full_names_rows": len(found),
        "false_names": _mean(named),
        "false_names_rows": len(named),
        "emails_found": _mean(read),
        "emails_rows": len(read),
        "emails_invented": _mean(invented),
    }
    return m


def _name_errors(row: Row, message: Row, got: str, found: list[bool], named: list[bool]) -> Iterable[Error]:
    """What is wrong with the name read from a message; `found` or `named` gets what came of it."""
    full = [v for v in {row["name"] or "", *(row.get("name_variants") or [])} if len(v.split()) > 1]
    parts = {p.lower() for v in [row["name"] or "", *full] for p in v.split() if len(p) > 1}
    shown = f"{message['prev_agent'] or '—'} ⟶ {message['text']}"
    if held := [v for v in full if _holds(message["text"], v)]:
        found.append(got.lower() in {v.lower() for v in held})
        if not found[-1]:
            yield Error(
                row, "a full name cut wrong" if got else "a full name not found", shown, held[0], got or "nothing"
            )
    elif not any(_holds(message["text"], p) for p in parts):
        named.append(bool(got))
        if got:
            yield Error(row, "a name invented", shown, "none", got)


def _email_errors(row: Row, text: str, got: str, read: list[bool], invented: list[bool]) -> Iterable[Error]:
    """What is wrong with the address read from a message; `read` and `invented` get what came of it."""
    wanted = row["email"]
    there = bool(wanted) and str(wanted).lower() in text.lower()
    invented.append(not there and "@" not in text and bool(got))
    if invented[-1]:
        yield Error(row, "an address invented", text, "none", got)
    if there and wanted:
        read.append(got.lower() == wanted.lower())
        if not read[-1]:
            yield Error(row, "an address not found", text, wanted, got or "nothing")


async def names(rows: Rows, mind: Understander, step: Step) -> Measured:
    """Names of many countries: as the answer to the question for it, in lower case, and given in passing."""
    m = Measured()
    ways: dict[str, tuple[Callable[[str], str], Asked]] = {
        "answered": (lambda n: n, ("name",)),
        "answered_lower_case": (str.lower, ("name",)),
        "in_passing": (lambda n: f"Hi, I'm {n} and my order is late", None),
        "my_name_is_lower_case": (lambda n: f"my name is {n.lower()} and my order is late", None),
    }
    for way, (form, asked) in ways.items():
        right = 0
        for row in rows:
            name = row["name"]
            wanted = name.lower() if "lower" in way else name
            u = await mind.understand(form(name), asked)
            right += u.name == wanted
            if u.name != wanted:
                m.errors.append(Error(row, f"a name {way.replace('_', ' ')}", form(name), wanted, u.name or "nothing"))
            step()
        m.figures[way] = share(right, len(rows))
    m.figures["rows"] = len(rows)
    return m


def emails(rows: Rows) -> Measured:
    """Addresses by their syntax: valid ones read whole out of a sentence, invalid ones refused."""
    m = Measured()
    good = [r for r in rows if r["valid"] is True]
    bad = [r for r in rows if r["valid"] is False]
    taken = refused = 0
    for row in good:
        email = row["email"]
        found = [
            r.value for r in read_emails(f"my email is {email}", asked=True) if r.value and could_be_email(r.value)
        ]
        fine = [f.lower() for f in found] == [email.lower()]
        taken += fine
        if not fine:
            m.errors.append(Error(row, "a valid address refused", email, email, ", ".join(found) or "nothing"))
    for row in bad:
        email = row["email"]
        found = [r.value for r in read_emails(email, asked=True) if r.value and could_be_email(r.value)]
        fine = email not in found
        refused += fine
        if not fine:
            m.errors.append(Error(row, "an invalid address taken", email, "nothing", email))
    m.figures = {
        "valid_taken": share(taken, len(good)),
        "valid_rows": len(good),
        "invalid_refused": share(refused, len(bad)),
        "invalid_rows": len(bad),
    }
    return m


# ---------------------------------------------------------------- yes and no


async def yes_no(rows: Rows, mind: Understander, step: Step) -> Measured:
    """Yes, no or neither, where something was just offered; leaving ("never mind") counts as no."""
    m = Measured()
    right = 0
    for row in rows:
        u = await mind.understand(row["text"], "offer")
        got = u.answer.value if u.answer else "other"
        if got == "other" and Signal.CANCELS in u.signals:
            got = Answer.DENY.value
        fair = {row["label"], *row["alt"]}
        right += got in fair
        m.confusion[(row["label"], row["label"] if got in fair else got)] += 1
        if got not in fair:
            text = f"{row['prev_agent']} ⟶ {row['text']}"
            m.errors.append(Error(row, f"{row['label']} taken for {got}", text, row["label"], got))
        step()
    m.figures = {"accuracy": share(right, len(rows)), "rows": len(rows)}
    return m


# ---------------------------------------------------------------- whole conversations


def held(text: str, stated: str) -> float:
    """The share of the words of `stated` that `text` holds (0..1), letters alone compared."""
    words = bare(stated).split()
    has = set(bare(text).split())
    return share(sum(w in has for w in words), len(words))


async def fields_of_chats(rows: Rows, mind: Understander, step: Step) -> Measured:
    """Chats that give a full name, an address and a reason: is every one read rightly, message by message? `all_three`
    is the share of chats whose name (or a variant of it) and address were read exactly, and whose stretches read as a
    reason hold half or more of the words that state it. A field counts as asked for where the agent's line before
    asked. What the bot would *do* is measured by playing (`bot.evals.chats`)."""
    m = Measured()
    whole = complete = 0
    for row in rows:
        step()
        if not (row["name"] and len(row["name"].split()) > 1 and row["email"] and row["reason_text"]):
            continue
        whole += 1
        got: dict[str, str] = {}
        reasons: list[str] = []
        agent: str | None = None
        for turn in row["turns"]:
            if turn["role"] == "agent":
                agent = turn["text"]
                continue
            u = await mind.understand(turn["text"], asked_by(agent))
            got |= {f: v for f, v in (("name", u.name), ("email", u.email)) if v}
            reasons += [u.reason] if u.reason else []
        missing = _not_understood(row, got, " ".join(reasons))
        complete += not missing
        if missing:
            said = " / ".join(t["text"] for t in row["turns"] if t["role"] == "customer")
            cause = "a whole chat: " + missing[0].split(" ")[0]
            m.errors.append(Error(row, cause, said, "all three", "; ".join(missing)))
    m.figures = {"all_three": share(complete, whole), "rows": whole}
    return m


def _not_understood(row: Row, got: dict[str, str], reason: str) -> list[str]:
    """The fields of a chat that were not understood, with what was taken for them."""
    missing = []
    if got.get("name", "").lower() not in {v.lower() for v in [row["name"], *(row.get("name_variants") or [])]}:
        missing.append(f"name ({got.get('name', 'nothing')} for {row['name']})")
    if got.get("email", "").lower() != row["email"].lower():
        missing.append(f"email ({got.get('email', 'nothing')})")
    if held(reason, row["reason_text"]) < 0.5:
        missing.append(f"reason ({reason or 'nothing'})")
    return missing
