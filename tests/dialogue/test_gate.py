"""One place sets a reason: read from the source, so that no other line can (R4, R12)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import ROOT

_MAKERS = {"changed", "replace", "State"}


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _settings_of_reason(tree: ast.AST) -> Iterator[int]:
    """Lines that make a state with a reason, or could: by name, by place, or by names that are not written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _MAKERS:
            named = any(k.arg == "reason" for k in node.keywords)
            by_place = _called(node) == "State" and bool(node.args)
            if named or by_place:
                yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr == "reason" and isinstance(node.ctx, ast.Store):
            yield node.lineno


def test_only_the_gate_sets_a_reason() -> None:
    found: dict[str, list[int]] = {}
    others = {
        "dialogue/referee/beliefs.py": "what the referee believes, and no state",
        "bot/console/conversations.py": "why a rule is broken, masked for a viewer",
        "bot/replay/new_fixture.py": "of an understanding",
        "dialogue/understanding/unspoken.py": "of an understanding",
    }
    for path in [*(ROOT / "dialogue").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        if str(path.relative_to(ROOT)) not in others:
            lines = list(_settings_of_reason(ast.parse(path.read_text(encoding="utf-8"))))
            found |= {str(path.relative_to(ROOT)): lines} if lines else {}
    assert set(found) == {"dialogue/reasons.py"}
    gate = ast.parse((ROOT / "dialogue" / "reasons.py").read_text(encoding="utf-8"))
    functions = {f.name for f in gate.body if isinstance(f, ast.FunctionDef) and any(_settings_of_reason(f))}
    assert functions == {"take", "done"}


def test_names_that_are_not_written_out_set_only_notes() -> None:
    """`changed(x, **names)` could set anything; it stands where a turn's notes are changed, and nowhere else."""
    for path in (ROOT / "dialogue").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in _MAKERS and any(k.arg is None for k in node.keywords):
                assert path.name == "outcomes.py" and ast.unparse(node.args[0]) == "state.turn", ast.unparse(node)
