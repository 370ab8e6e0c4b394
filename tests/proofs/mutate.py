"""`make mutate`: breaks every row of the table on purpose and sees whether anybody notices.

    python -m tests.proofs.mutate [--steps 12000] [--only TEXT]

Three ways to break a row: its action does nothing; its guard always holds; its guard never holds. Each broken table
is walked at random and by short exhaustion; a break is caught where the referee names a violation, the bot falls
over, a check of single rows (`tests/dialogue/test_rows.py`) fails, or one of the project's dialogue cases does.
Survivors are printed by name.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.replay.fixtures import Case, read_fixtures
from bot.replay.play import play_rehearsed
from bot.replay.rehearsal import Stagehand
from bot.settings import read_settings
from dialogue import transitions
from dialogue.transitions import TABLE, Row
from tests.dialogue import test_rows
from tests.proofs.prove import exhaust, wander

CASES = pathlib.Path(__file__).resolve().parents[1] / "dialogues"


def mutants(row: Row) -> Iterator[tuple[str, Row]]:
    """What is broken, and the broken row."""
    if row.do not in (transitions._keep, transitions._refuse):
        yield "does nothing", replace(row, do=transitions._keep)
    if row.when is not None:
        yield "guard always holds", replace(row, when=lambda state, fact: True)
        yield "guard never holds", replace(row, when=lambda state, fact: False)


@contextmanager
def table_with(broken: Row) -> Iterator[None]:
    """The tracker with one row in another's place; the whole table again afterwards."""
    kept = transitions._INDEX
    changed = {key: [broken if row.name == broken.name else row for row in rows] for key, rows in kept.items()}
    transitions._INDEX = changed
    try:
        yield
    finally:
        transitions._INDEX = kept


def caught_by(steps: int, cases: list[Case]) -> str | None:
    """Who notices the table as it stands: `rows`, `referee`, `fall`, `cases`; None where nobody does."""
    for check in (getattr(test_rows, name) for name in dir(test_rows) if name.startswith("test_")):
        try:
            check()
        except Exception:
            return "rows"
    try:
        if exhaust(1.0, list[str]().append, Counter())[1] or wander(steps, 5, list[str]().append, Counter())[1]:
            return "referee"
    except Exception:  # whatever falls over has been noticed
        return "fall"
    return "cases" if asyncio.run(_replayed(cases)) else None


async def _replayed(cases: list[Case]) -> bool:
    settings = read_settings(support_email="support@example.com")
    hand = Stagehand(settings)
    for case in cases:
        try:
            if (await asyncio.wait_for(play_rehearsed(hand, case), 8)).problems:
                return True
        except Exception:
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    options = parser.parse_args()
    cases = read_fixtures([CASES])
    found: Counter[str] = Counter()
    survivors: list[str] = []
    started = time.monotonic()
    for row in TABLE:
        if options.only not in row.name or row.name.startswith("order"):
            continue
        for what, broken in mutants(row):
            with table_with(broken):
                by = caught_by(options.steps, cases)
            found[by or "nobody"] += 1
            if by is None:
                survivors.append(f"{row.name}: {what}")
            print(f"{time.monotonic() - started:5.0f} s  {by or 'NOBODY':8} {row.name}: {what}", flush=True)
    total = sum(found.values())
    print(f"{total} breaks: {', '.join(f'{n} by {who}' for who, n in found.most_common())}")
    for name in survivors:
        print(f"  survived: {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
