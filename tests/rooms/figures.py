"""The figures of the house: how many rooms and floors, what breaks their order, and where the code is dense.

A figure of the code is of the four parts alone, migrations included; the tests have their own where it says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rooms.imports import PARTS, ROOT, circles, read

#: What ruff's formatter and E501 count as long.
WIDTH = 120
#: Measured on aa63826, the last commit before the rooms: `python -m tests.rooms --counts FOLDER` on that tree.
BEFORE: Mapping[str, str] = {
    "rooms": "71",
    "floors of the bot": "13",
    "most rooms on one floor": "15",
    "imports that lead upwards, or along a floor": "23",
    "circles of modules": "1 (of 11)",
    "circles of rooms": "1 (of 9)",
    "longest function": "156 lines (`bot/app.py: make_app`)",
    "longest file": "864 lines (`dialogue/transitions.py`)",
    "lines over 120 letters": "821",
    "lines over 120 letters, tests": "378",
    "`Any`": "411",
    "`fmt: skip`": "178",
    "`fmt: skip`, tests": "144",
}


@dataclass(frozen=True)
class Function:
    """One function, and how many lines it spans from its `def` to its end."""

    where: str
    lines: int


def functions(root: Path, parts: tuple[str, ...]) -> list[Function]:
    """All functions below `root`, as `file: name`; migrations are left out, they are written once and never changed."""
    found = []
    for path in sources(root, parts):
        if "migrations" not in path.parts:
            for node in ast.walk(_tree(path)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    found.append(Function(f"{path.relative_to(root)}: {node.name}", lines))
    return found


def sources(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """The Python files of some parts."""
    for part in parts:
        yield from sorted((root / part).rglob("*.py"))


def figures(root: Path = ROOT) -> dict[str, str]:
    """Every figure by its name, as the table of `docs/developing.md` shows it."""
    house = read(root)
    bot = {room: floor for room, floor in house.floors.items() if room.startswith("bot.")}
    round_about = circles(house.imports)
    longest = max(functions(root, PARTS), key=lambda f: f.lines)
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in sources(root, PARTS)}
    biggest = max(lengths, key=lambda path: lengths[path])
    return {
        "rooms": str(len(house.rooms)),
        "floors of the bot": str(max(bot.values())),
        "most rooms on one floor": str(max(list(bot.values()).count(floor) for floor in bot.values())),
        "imports that lead upwards, or along a floor": str(len(house.upwards)),
        "circles of modules": _circles(round_about),
        "circles of rooms": _circles(circles(house.arrows)),
        "longest function": f"{longest.lines} lines (`{longest.where}`)",
        "longest file": f"{lengths[biggest]} lines (`{biggest.relative_to(root)}`)",
        f"lines over {WIDTH} letters": str(long_lines(root, PARTS)),
        f"lines over {WIDTH} letters, tests": str(long_lines(root, ("tests",))),
        "`Any`": str(sum(_anys(_tree(path)) for path in sources(root, PARTS))),
        "`fmt: skip`": str(_marked(root, PARTS)),
        "`fmt: skip`, tests": str(_marked(root, ("tests",))),
    }


def long_lines(root: Path, parts: tuple[str, ...]) -> int:
    """How many lines are longer than the formatter would have them."""
    return sum(len(line) > WIDTH for path in sources(root, parts) for line in _text(path).splitlines())


def table() -> str:
    """Before and after, as Markdown."""
    rows = [f"| {name} | {BEFORE.get(name, '')} | {value} |" for name, value in figures().items()]
    return "\n".join(["| | before | after |", "|---|---|---|", *rows])


def shown(root: Path = ROOT) -> str:
    """The figures of a tree, a line each."""
    return "\n".join(f"{name}: {value}" for name, value in figures(root).items())


def _circles(found: list[frozenset[str]]) -> str:
    return f"{len(found)} (of {', '.join(str(len(c)) for c in found)})" if found else "0"


def _anys(tree: ast.AST) -> int:
    """How often `Any` stands for a type."""
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))


def _marked(root: Path, parts: tuple[str, ...]) -> int:
    mark = "# fmt: " + "skip"
    return sum(_text(path).count(mark) for path in sources(root, parts))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _tree(path: Path) -> ast.AST:
    return ast.parse(_text(path))
