"""How much of each room its own tests reach, lines and branches: `make coverage`.

    python -m tests.rooms.covered [--save] [ROOM …]   # all rooms, or those named; --save renews docs/developing.md

Each room is measured alone, by the test folder that mirrors it and by nothing else: what only a test of another room
happens to run is not held by anybody. The tests are those of `make fast`, on SQLite; the bots that they start as
processes are measured too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rooms.imports import ROOT, House, read
from tests.rooms.page import PAGE

#: What is written stands between these marks of `docs/developing.md`.
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
HEAD = "| room | its tests | lines | branches | least covered |\n|---|---|---:|---:|---|"
#: Rooms whose tests stand elsewhere than in a folder or file of the same name.
_ELSEWHERE = {"bot.cli": "tests/bot/commands"}
_QUICK = "not browser and not rasa and not postgres and not helpdesks"


@dataclass(frozen=True)
class Reached:
    """What the tests of one room reach: lines and branches in percent, and the module of which they reach least."""

    room: str
    tests: str
    lines: float
    branches: float
    least: str

    def row(self) -> str:
        """The room's line of the table."""
        return f"| `{self.room}` | `{self.tests}` | {self.lines:.0f} % | {self.branches:.0f} % | {self.least} |"


def mirror_of(room: str) -> str | None:
    """The folder or file that mirrors a room, relative to the root; None where it has no tests of its own."""
    folder = _ELSEWHERE.get(room, f"tests/{room.replace('.', '/')}")
    alone = f"{folder.rpartition('/')[0]}/test_{folder.rpartition('/')[2]}.py"
    return next((place for place in (folder, alone) if (ROOT / place).exists()), None)


def measured(house: House, room: str, tests: str) -> Reached | None:
    """Run a room's tests and see what they reach of it; None, with a word on standard error, where they fail."""
    with tempfile.TemporaryDirectory(prefix="askonce-coverage-") as folder:
        environment = os.environ | {"COVERAGE_FILE": f"{folder}/data"}
        measuring = [sys.executable, "-m", "coverage", "run", "-p", *_only(house, room)]
        apart = [f"--ignore={ROOT / other}" for other in _inner(house, room, tests)]
        pytest = ["-m", "pytest", "-q", "-m", _QUICK, *apart, tests]
        done = subprocess.run([*measuring, *pytest], cwd=ROOT, env=environment, check=False, stdout=sys.stderr)
        if done.returncode != 0:
            print(f"{room}: its tests failed, so nothing is said of it", file=sys.stderr)
            return None
        for step in (["combine", "-q"], ["json", "-q", "-o", f"{folder}/found.json"]):
            subprocess.run([sys.executable, "-m", "coverage", *step], cwd=ROOT, env=environment, check=True)
        return reached(room, tests, json.loads(Path(folder, "found.json").read_text()))


def _only(house: House, room: str) -> list[str]:
    """What coverage is to look at: all files of the room, also those that no test loads, and nothing of rooms within
    it."""
    place = house.modules[room]
    if place.name != "__init__.py":
        return [f"--include={place}"]
    within = [f"{house.modules[other].parent}/*" for other in house.rooms if other.startswith(f"{room}.")]
    return [f"--source={place.parent}", f"--omit={','.join(['*/migrations/*', *sorted(within)])}"]


def _inner(house: House, room: str, tests: str) -> Iterable[str]:
    """Test folders of rooms that lie within this one."""
    others = (mirror_of(other) for other in house.rooms if other.startswith(f"{room}."))
    return sorted(place for place in others if place and place.startswith(f"{tests}/"))


def reached(room: str, tests: str, report: Mapping[str, object]) -> Reached:
    """Read coverage's JSON report."""
    totals, files = report["totals"], report["files"]
    assert isinstance(totals, dict) and isinstance(files, dict)
    least = min(files, key=lambda name: (files[name]["summary"]["percent_covered"], name))
    worst = f"`{Path(least).name}` {files[least]['summary']['percent_covered']:.0f} %"
    lines, branches = (
        _share(totals[f"covered_{what}"], totals[f"num_{of}"])
        for what, of in (("lines", "statements"), ("branches", "branches"))
    )
    return Reached(room, tests, lines, branches, worst)


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def save(found: Iterable[Reached], page: Path = PAGE) -> None:
    """Put the rows of these rooms into the page; those of other rooms stay."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    rows = {row.split("`")[1]: row for row in table.strip().splitlines()[2:]}
    rows |= {one.room: one.row() for one in found}
    page.write_text(f"{before}{BEGIN}\n{HEAD}\n" + "\n".join(rows[r] for r in sorted(rows)) + f"\n{END}{after}")


def main(arguments: list[str]) -> int:
    """Measure what is named, print the table; 1 where some room's tests failed."""
    house, named = read(), [argument for argument in arguments if argument != "--save"]
    unknown = set(named) - house.rooms
    if unknown:
        print(
            f"no such room: {', '.join(sorted(unknown))}; there are {', '.join(sorted(house.rooms))}", file=sys.stderr
        )
        return 2
    found, whole = [], True
    print(HEAD, flush=True)
    for room in named or sorted(house.rooms):
        tests = mirror_of(room)
        if tests is None:
            print(f"| `{room}` | none of its own | | | |", flush=True)
        elif one := measured(house, room, tests):
            found.append(one)
            print(one.row(), flush=True)
            if "--save" in arguments:
                save([one])
        else:
            whole = False
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
