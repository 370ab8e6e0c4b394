"""How often sameness errs, on pairs of wordings that were written before it: `tests/data/sameness_pairs.yml`.

    python -m tests.dialogue.sameness_figures [--errors]

Two errors with two prices. *Swallowed*: another issue taken for the one that is filed; the shopper is pointed at a
ticket that knows nothing of it. *Doubled*: the same issue taken for another; a ticket is offered once more. A third
of the pairs, drawn by a hash, is blind: its counts are printed and its errors never, so that nothing can be fitted
to them.
"""

from __future__ import annotations

import argparse
import hashlib
import pathlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ruamel.yaml import YAML

from dialogue.sameness import same_issue

PAIRS = pathlib.Path(__file__).resolve().parents[1] / "data" / "sameness_pairs.yml"


@dataclass(frozen=True)
class Pair:
    kind: str
    known: str
    later: str
    same: bool

    @property
    def blind(self) -> bool:
        return hashlib.sha256(f"{self.known}\n{self.later}".encode()).digest()[0] % 3 == 0


@dataclass
class Figures:
    """Counts of one part of the pairs; the shares lie in 0..1."""

    others: int = 0
    sames: int = 0
    swallowed: list[Pair] = field(default_factory=list)
    doubled: list[Pair] = field(default_factory=list)

    @property
    def swallowed_share(self) -> float:
        return len(self.swallowed) / self.others

    @property
    def doubled_share(self) -> float:
        return len(self.doubled) / self.sames


def pairs() -> list[Pair]:
    kinds = YAML(typ="safe").load(PAIRS)
    return [Pair(kind, known, later, what == "same") for kind, rows in kinds.items() for known, later, what in rows]


def figures(of: Iterable[Pair], judge: Callable[[str, str], bool] = same_issue) -> Figures:
    found = Figures()
    for pair in of:
        says_same = judge(pair.known, pair.later)
        if pair.same:
            found.sames += 1
            found.doubled += [] if says_same else [pair]
        else:
            found.others += 1
            found.swallowed += [pair] if says_same else []
    return found


def line(part: str, found: Figures) -> str:
    """One row of the table in docs/quality.md."""
    return (
        f"| {part} | {len(found.swallowed)} of {found.others} ({found.swallowed_share:.1%}) "
        f"| {len(found.doubled)} of {found.sames} ({found.doubled_share:.1%}) |"
    )


def table(judge: Callable[[str, str], bool] = same_issue) -> list[str]:
    every = pairs()
    read, blind = [p for p in every if not p.blind], [p for p in every if p.blind]
    return [line("read", figures(read, judge)), line("blind", figures(blind, judge))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="name the errors of the part that may be read")
    options = parser.parse_args()
    print("| pairs | swallowed | doubled |\n|---|---|---|", *table(), sep="\n")
    if options.errors:
        found = figures(p for p in pairs() if not p.blind)
        for what, errors in (("swallowed", found.swallowed), ("doubled", found.doubled)):
            for pair in errors:
                print(f"{what:9} {pair.kind:11} {pair.known!r} / {pair.later!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
