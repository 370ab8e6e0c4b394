"""What it takes to say what a draft would change for 100,000 different questions: `python -m tests.bench.impact`, a
part of `make bench`; `--save` writes the figures into docs/performance.md.

*cold*: nothing was read of any question. *kept*: vectors are on the disk, the process is new. *warm*: the questions are
in memory, and it is another draft's turn. *one by one*: each question asked of both libraries, measured on the first
few of the same questions in the same run, and told for as many.
"""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.factories import make_answers  # noqa: E402
from bot.operations.progress import tell  # noqa: E402
from bot.settings import Settings  # noqa: E402
from dialogue.understanding.learned.lines import PROJECT, lines_of  # noqa: E402
from dialogue.understanding.opinions import read_asked  # noqa: E402
from kb_answers.answer import Answers  # noqa: E402
from kb_answers.asked import Asked  # noqa: E402
from kb_answers.impact import Impact, Question, impact, plainly  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- impact: begin -->", "<!-- impact: end -->"
GOAL = 10.0
#: Questions that are asked one by one.
FEW = 200
THINGS = (
    "kettle lamp desk tent mirror watch rug drill camera pillow suitcase toaster chair table sofa bike helmet".split()
)
DRAFT = """---
id: {id}
title: {title}
sources:
  - "000"
revised: 2026-11-21
questions:
  - {title}
  - can you deliver my order as {thing}
---
We do {thing} for free, and deliver in 6 to 12 working days.
"""


def made(many: int, seed: int = 7) -> list[Question]:
    """So many different questions of the project's own English lines, some with a thing, some with a slip, some two at
    once."""
    rng, found = random.Random(seed), dict[str, None]()
    english = [p for p in sorted((PROJECT / "data").glob("*.yml")) if p.stem not in ("ar", "de", "es", "fr", "pt")]
    lines = [text for path in english for _, text in lines_of(path)]
    while len(found) < many:
        text = rng.choice(lines)
        kind = rng.randrange(10)
        if kind < 4:
            text = f"{text} for my {rng.choice(THINGS)}"
        elif kind < 8:
            text = f"{text}. it is about the {rng.choice(THINGS)} from {rng.choice('Monday Tuesday May June'.split())}"
        elif kind == 8:
            at = rng.randrange(len(text))
            text = text[:at] + text[at + 1 :]
        found[text] = None
    return [Question(text) for text in found]


def _timed(work: Callable[[], Impact]) -> tuple[Impact, float, float]:
    """What came of it, and the seconds on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - clock, time.process_time() - processor


def _drafts(answers: Answers) -> tuple[Answers, Answers]:
    first = DRAFT.format(id="gift-wrapping", title="do you wrap gifts", thing="gift wrapping")
    second = DRAFT.format(id="lamp-repair", title="do you repair lamps", thing="repairs")
    return answers.with_edited({"gift-wrapping": first}), answers.with_edited({"lamp-repair": second})


def rows(many: int) -> tuple[list[str], float]:
    """The lines of the table, and the seconds that the warm way took."""
    answers = make_answers(Settings(support_email="support@example.com"))
    answers.prepare()
    after, other = _drafts(answers)
    questions = made(many)
    tell(f"{many:,} questions, cold (minutes) …")
    held: dict[str, Asked] = {}

    def know(called: str, texts: tuple[str, ...]) -> Asked:
        held[called] = Asked.of(texts, lambda parts, whole: read_asked(parts, whole, called=called))
        return held[called]

    def passing(called: str, texts: tuple[str, ...]) -> Asked:
        return Asked.of(texts, lambda parts, whole: read_asked(parts, whole, called=called))

    def remembered(called: str, texts: tuple[str, ...]) -> Asked:
        return held[called]

    cold = _timed(lambda: impact(questions, answers, after, passing))
    kept = _timed(lambda: impact(questions, answers.with_edited({}), after.with_edited({}), passing))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    impact(questions, answers, after, know)
    warm = _timed(lambda: impact(questions, answers, other, remembered))
    few, seconds, processor = _timed(lambda: plainly(questions[:FEW], answers, after))
    told = {e.question.text for e in cold[0].effects}
    assert {e.question.text for e in few.effects} == told & {q.text for q in questions[:FEW]}
    lines = [
        f"| {many:,} different questions | seconds | of the processor | of one by one | asked one by one |",
        "|---|---:|---:|---:|---:|",
    ]
    slow = seconds / FEW * many
    for name, (found, clock, own) in (("cold", cold), ("kept on the disk", kept), ("warm, another draft", warm)):
        lines.append(f"| {name} | {clock:.1f} | {own:.1f} | 1/{slow / clock:.0f} | {found.asked:,} |")
    lines.append(f"| one by one ({FEW} measured) | {slow:.0f} | {processor / FEW * many:.0f} | 1 | {many:,} |")
    met = "met" if warm[1] < GOAL else "**missed**"
    lines += ["", f"Goal: warm under {GOAL:.0f} s: {met}. Most memory in use, cold and kept: {memory:,.0f} MB."]
    return lines, warm[1]


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--questions", type=int, default=100_000)
    options.add_argument("--save", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        lines, seconds = rows(given.questions)
    print("\n".join(lines))
    if given.save:
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        made_on = f"Made by `python -m tests.bench.impact --save` on {datetime.date.today()}, two shared cores."
        PAGE.write_text(f"{before}{BEGIN}\n{made_on}\n\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}", "utf-8")
    return 0 if seconds < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
