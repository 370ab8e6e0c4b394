"""The house stands as `docs/developing.md` draws it: no circle, nothing upwards, every room with a word about
itself."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

import pytest

from tests.rooms.figures import figures
from tests.rooms.imports import PARTS, ROOT, House, circles, lowest_floors, read
from tests.rooms.page import diagram, drawn, said, shortened, standing

#: All of the standard library that deciding needs: words, and forms for data. Whatever else is asked for is a question.
_PURE = {"__future__", "collections", "dataclasses", "enum", "functools", "itertools", "re", "typing", "unicodedata"}


def _tree(folder: Path, **files: str) -> Path:
    """A source tree with these files: `bot__a__b` is `bot/a/b.py`; every folder is a package."""
    for name, text in files.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for above in path.relative_to(folder).parents[:-1]:
            (folder / above / "__init__.py").touch()
    return folder


@pytest.fixture(scope="module")
def house() -> House:
    """The house as it stands, read once."""
    return read()


def test_no_circle_stands(house: House) -> None:
    assert set(circles(house.imports)) == set()


@pytest.mark.parametrize(
    "back",
    [
        "import bot.upper.a",
        "from bot.upper import a",
        "from bot.upper.a import thing",
        "from ..upper import a",
        "from ..upper.a import thing",
        "def later():\n    from bot.upper.a import thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bot.upper.a",
        "try:\n    import bot.upper.a as known\nexcept ImportError:\n    pass",
    ],
)
def test_a_circle_is_found_wherever_its_import_stands(tmp_path: Path, back: str) -> None:
    also = "import bot.lower.b"
    tree = _tree(tmp_path, bot__upper__a="from bot.lower import b", bot__lower__b=back, bot__lower__c=also)
    house = read(tree, ["bot"])
    assert circles(house.imports) == [frozenset({"bot.upper.a", "bot.lower.b"})]
    assert circles(house.arrows) == [frozenset({"bot.upper", "bot.lower"})]
    assert ("bot.lower.b", "bot.upper.a") in house.upwards


def test_a_long_circle_and_two_that_touch_are_found(tmp_path: Path) -> None:
    ring = {f"bot__m{i}": f"import bot.m{(i + 1) % 5}" for i in range(5)}
    tree = _tree(tmp_path, **ring, bot__in="import bot.m0", bot__x="import bot.y, bot.m1", bot__y="import bot.x")
    assert set(circles(read(tree, ["bot"]).imports)) == {
        frozenset(f"bot.m{i}" for i in range(5)),
        frozenset({"bot.x", "bot.y"}),
    }


def test_a_tree_in_order_has_no_circle_and_nothing_upwards(tmp_path: Path) -> None:
    tree = _tree(tmp_path, bot__a__x="from bot.b import y\nimport bot.c", bot__b__y="import os, bot.c", bot__c="")
    house = read(tree, ["bot"])
    assert circles(house.imports) == [] == house.upwards
    assert house.floors == {"bot.a": 3, "bot.b": 2, "bot.c": 1}


def test_what_lies_deeper_in_a_room_belongs_to_it(tmp_path: Path) -> None:
    tree = _tree(tmp_path, bot__a__x="from bot.a.deep import y", bot__a__deep__y="from bot.a import z", bot__a__z="")
    house = read(tree, ["bot"])
    assert house.rooms == {"bot.a"} and circles(house.imports) == [] == circles(house.arrows)


def test_what_floors_say_outweighs_what_imports_would_allow(tmp_path: Path) -> None:
    tree = _tree(tmp_path, bot__a="import bot.b", bot__b="", bot__c="import bot.b")
    contract = '[[tool.importlinter.contracts]]\ntype = "layers"\ncontainers = ["bot"]\nlayers = '
    (tree / "pyproject.toml").write_text(contract + '["c", "b", "a"]')
    house = read(tree, ["bot"])
    assert house.floors == {"bot.c": 3, "bot.b": 2, "bot.a": 1}
    assert house.upwards == [("bot.a", "bot.b")]
    assert "bot_a -. upwards .-> bot_b" in diagram(house)
    (tree / "pyproject.toml").write_text(contract + '["a | c", "b | (d)"]')
    assert read(tree, ["bot"]).upwards == []
    (tree / "pyproject.toml").write_text(contract + '["a", "b"]')
    with pytest.raises(ValueError, match=r"bot\.c"):
        _ = read(tree, ["bot"]).floors


def test_rooms_of_a_circle_share_a_floor() -> None:
    none: frozenset[str] = frozenset()
    arrows = {"a": frozenset({"b"}), "b": frozenset({"a", "c"}), "c": none, "d": frozenset({"a"})}
    named = {f"bot.{k}": frozenset(f"bot.{t}" for t in v) for k, v in arrows.items()}
    assert lowest_floors(named) == {"bot.c": 1, "bot.a": 2, "bot.b": 2, "bot.d": 3}


def test_only_arrows_without_a_longer_way_are_drawn() -> None:
    arrows = {"a": frozenset({"b", "c", "d"}), "b": frozenset({"c"}), "c": frozenset({"d"}), "d": frozenset[str]()}
    assert shortened(arrows) == {k: frozenset(v) for k, v in {"a": "b", "b": "c", "c": "d", "d": ""}.items()}


def test_nothing_leads_upwards_but_what_the_contract_names(house: House) -> None:
    """import-linter passes over a line that is no longer needed; this does not."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (contract for contract in tool["contracts"] if contract["type"] == "layers")
    assert [f"{module} -> {target}" for module, target in house.upwards] == sorted(layers.get("ignore_imports", []))


def test_the_tracker_and_the_referee_are_pure() -> None:
    """import-linter forbids what it knows of; here nothing passes that is not named, in new modules too."""
    asked: set[str] = set()
    for path in (ROOT / "dialogue").rglob("*.py"):
        if "understanding" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    asked |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    asked.add(node.module or "")
    ours = {name for name in asked if name.split(".")[0] == "dialogue"}
    assert {name.split(".")[0] for name in asked - ours} <= _PURE <= sys.stdlib_module_names
    assert not [name for name in ours if name.startswith("dialogue.understanding")]


def test_the_referee_shares_no_code_with_what_it_judges(house: House) -> None:
    judges = {room for room in house.rooms if room.startswith("dialogue.referee")}
    assert judges and set[str]().union(*(house.arrows[room] for room in judges)) <= judges


def test_every_room_says_what_lives_in_it(house: House) -> None:
    assert [room for room in house.rooms if not said(house, room).endswith(".")] == []
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name != "__init__.py"]
    for folder in {path.parent for path in tests}:
        about = folder / "__init__.py"
        assert about.exists() and ast.get_docstring(ast.parse(about.read_text())), f"{folder}: what lives here?"


def test_the_rooms_are_drawn_as_they_are() -> None:
    assert standing("rooms") == drawn("rooms"), "renew it: python -m tests.rooms"


def test_the_figures_are_those_of_the_code() -> None:
    shown = {name: after for name, _, after in (_cells(row) for row in standing("figures").splitlines()[2:])}
    counted = figures()
    assert int(counted.pop("`Any`")) <= int(shown.pop("`Any`")), "`Any` may only fall; give the new ones a type"
    assert shown == counted, "renew them: python -m tests.rooms"


def test_the_figures_count_what_they_say(tmp_path: Path) -> None:
    long = "x = '" + "a" * 115 + "'"
    tree = _tree(
        tmp_path,
        bot__a=f"from typing import Any\n{long}\ny: Any = 1\n\ndef f(z: Any) -> None:\n    pass\n",
        bot__b=f"{long[:-2]}'\nimport bot.c\nx = [1,\n  2]  # fmt: " + "skip\n",
        bot__c="import bot.b\n",
    )
    counted = figures(tree)
    assert counted["rooms"] == "3"
    assert counted["`Any`"] == "2" and counted["`fmt: skip`"] == "1"
    assert counted["lines over 120 letters"] == "1"
    assert counted["longest function"] == "2 lines (`bot/a.py: f`)"
    assert counted["longest file"] == "6 lines (`bot/a.py`)"
    assert counted["circles of modules"] == "1 (of 2)" and counted["imports that lead upwards, or along a floor"] == "2"


def test_the_house_has_all_its_parts(house: House) -> None:
    assert {room.split(".")[0] for room in house.rooms} == set(PARTS)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split(" | ")]
