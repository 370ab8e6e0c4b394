"""What imports what, read from the files themselves: also imports inside functions and those only for type checkers.

import-linter holds the contracts of `pyproject.toml`; this is the second look, which also sees circles within a room,
and the source of the drawing and of the figures. A *room* is a part's own folder or a package in it, with all that lies
within, or a single module in the bot's own folder (`bot.settings`). Its floor stands in `pyproject.toml`; where none is
written, it is one above the highest room that it imports.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("bot", "dialogue", "ticket_bridge", "kb_answers")


@dataclass(frozen=True)
class House:
    """The modules of a source tree by dotted name, the arrows between them, and the rooms they lie in."""

    root: Path
    modules: Mapping[str, Path]
    imports: Mapping[str, frozenset[str]]

    @cached_property
    def rooms(self) -> frozenset[str]:
        """Every room by its dotted name; the folder `bot` itself is none."""
        return frozenset(room for module in self.modules if (room := self.room(module)) != "bot")

    def room(self, module: str) -> str:
        """The room that a module lies in: the nearest package around it, or itself where that would be `bot`. Rooms lie
        side by side in a part; a package within a room belongs to it."""
        parts = module.split(".")
        for length in range(min(len(parts), 2), 0, -1):
            if (self.root.joinpath(*parts[:length]) / "__init__.py").exists():
                package = ".".join(parts[:length])
                return module if package == "bot" else package
        return parts[0]

    @cached_property
    def arrows(self) -> Mapping[str, frozenset[str]]:
        """Room to rooms: the imports without what stays in a room."""
        found: dict[str, set[str]] = {room: set() for room in self.rooms}
        for module, targets in self.imports.items():
            for target in targets:
                a, b = self.room(module), self.room(target)
                if a != b and {a, b} <= self.rooms:
                    found[a].add(b)
        return {room: frozenset(targets) for room, targets in sorted(found.items())}

    @cached_property
    def floors(self) -> Mapping[str, int]:
        """The floor of every room, the lowest being 1; each of the parts counts its own."""
        found = lowest_floors(self.arrows)
        declared = declared_floors(self.root)
        strangers = declared and {r for r in self.rooms if r.startswith("bot.")} - set(declared)
        if strangers:
            raise ValueError(f"on no floor in pyproject.toml: {sorted(strangers)}")
        return {room: declared.get(room, floor) for room, floor in found.items()}

    @cached_property
    def upwards(self) -> list[tuple[str, str]]:
        """Imports, module by module, that do not lead to a lower floor of their own part."""
        return sorted(
            (module, target)
            for module, targets in self.imports.items()
            for target in targets
            if {a := self.room(module), b := self.room(target)} <= self.rooms
            and a != b
            and a.split(".")[0] == b.split(".")[0]
            and self.floors[b] >= self.floors[a]
        )


def read(root: Path = ROOT, parts: Iterable[str] = PARTS) -> House:
    """The house below `root`; only imports of its own modules count."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for part in parts
        for path in sorted((root / part).rglob("*.py"))
    }
    return House(root, files, {name: frozenset(_imported(name, path, files)) for name, path in files.items()})


def _imported(name: str, path: Path, modules: Mapping[str, Path]) -> set[str]:
    """The modules of the house that one file names in an import, wherever the import stands."""
    found: set[str] = set()
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inside = f"{base}.{alias.name}"
                found.add(inside if inside in modules else base)
    return (found & set(modules)) - {name}


def circles(arrows: Mapping[str, frozenset[str]]) -> list[frozenset[str]]:
    """Every set of names that reach one another (Tarjan, 1972), where it holds more than one."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for target in sorted(arrows.get(name, frozenset())):
            if target not in number:
                visit(target)
            if target in stack:
                low[name] = min(low[name], low[target])
        if low[name] == number[name]:
            start = stack.index(name)
            if len(stack) - start > 1:
                found.append(frozenset(stack[start:]))
            del stack[start:]

    for name in sorted(arrows):
        if name not in number:
            visit(name)
    return found


def lowest_floors(arrows: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """The lowest floor that each room could have within its own part, 1 for one that imports no other; the rooms of a
    circle share one, as no order of floors would do for them."""
    together = {room: circle for circle in circles(arrows) for room in circle}
    floors: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in floors:
            circle = together.get(room, frozenset({room}))
            below = {t for r in circle for t in arrows[r] if t not in circle and t.split(".")[0] == room.split(".")[0]}
            height = 1 + max((floor(t) for t in below), default=0)
            floors.update(dict.fromkeys(circle, height))
        return floors[room]

    return {room: floor(room) for room in arrows}


def declared_floors(root: Path) -> dict[str, int]:
    """The floors that import-linter's contract of layers in `pyproject.toml` names, the lowest being 1; a layer
    in parentheses need not be there."""
    settings = root / "pyproject.toml"
    tool = tomllib.loads(settings.read_text(encoding="utf-8"))["tool"] if settings.exists() else {}
    floors: dict[str, int] = {}
    for contract in tool.get("importlinter", {}).get("contracts", []):
        if contract["type"] == "layers":
            (container,) = contract["containers"]
            for height, layer in enumerate(reversed(contract["layers"]), start=1):
                floors |= {f"{container}.{name.strip(' ()')}": height for name in layer.split("|")}
    return floors
