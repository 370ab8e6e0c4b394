"""Reads from the code what holds each rule: rows of the table, findings of the referee, tests, files that name it."""

from __future__ import annotations

import ast
import io
import pathlib
import re
import subprocess
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from dialogue.transitions import TABLE

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFEREE = ROOT / "dialogue" / "referee"
#: Files that name rules only to see whether the reading of them works.
OWN = ("tests/test_rules.py", "tests/rules_page.py", "tests/rules_cited.py", "tests/test_habits.py")
_RULE = re.compile(r"(?<![\w./+-])R(\d{1,2})(?:\s*(?:-|–|to)\s*R(\d{1,2}))?(?![\w/])")
#: Data in which a rule's name is nobody's citation, and files that are no text.
_DEAF = (".png", ".svg", ".lock", ".json", ".woff2", ".csv", ".npz")


@dataclass(frozen=True)
class Found:
    """One place that cites rules: what it is called there, and which rules."""

    path: str
    name: str
    rules: frozenset[str]


def number(rule: str) -> int:
    return int(rule[1:])


def cited(text: str) -> frozenset[str]:
    """The rules that a text names; `R1-R6` names six."""
    found: set[str] = set()
    for match in _RULE.finditer(text):
        first, last = int(match[1]), int(match[2] or match[1])
        found |= {f"R{n}" for n in range(first, max(first, last) + 1)}
    return frozenset(found)


def tracked() -> list[str]:
    """Every file of the repository that holds text of our own."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return sorted(n for n in listed if n and (ROOT / n).is_file() and not n.endswith(_DEAF))


# ---------------------------------------------------------------- rows


def rows() -> list[Found]:
    """The rows of the table that name a rule, in the table's order."""
    return [Found("dialogue/transitions.py", row.name, found) for row in TABLE if (found := cited(row.name))]


# ---------------------------------------------------------------- the referee's checks


def checks() -> list[Found]:
    """The referee's findings: every rule's name that stands as a value in its code, with the words beside it."""
    found: list[Found] = []
    for path in sorted(REFEREE.rglob("*.py")):
        found += checks_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    return found


def checks_in(path: str, source: str) -> Iterator[Found]:
    """The findings of one file of the referee."""
    tree = ast.parse(source)
    mark = "words:" if any(_names_prefix(node) for node in tree.body) else ""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    values = [node for node in ast.walk(tree) if _is_value(node, parents)]
    places = sorted(values, key=lambda node: (node.lineno, node.col_offset))
    for node in places:
        function, words = _within(node, parents), _beside(node, parents)
        name = f"{function}: {mark}{words}" if words else function
        yield Found(path, name, cited(str(node.value).removeprefix("words:").split(":")[0]))


def _names_prefix(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "PREFIX" for t in node.targets)


def _is_value(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> TypeGuard[ast.Constant]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    begins = isinstance(parents[node], ast.JoinedStr) and parents[node].values[0] is node  # type: ignore[attr-defined]
    return bool(re.fullmatch(r"(?:words:)?R\d+", node.value) or (begins and re.match(r"R\d+: ", node.value)))


def _beside(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> str:
    """The finding's words: the last text of the call, or of the pair, in which the rule's name stands."""
    around = parents[node]
    while not isinstance(around, ast.Call | ast.Tuple | ast.stmt):
        around = parents[around]
    parts = around.args if isinstance(around, ast.Call) else around.elts if isinstance(around, ast.Tuple) else []
    texts = [t for part in parts if (t := _text(part)) and not re.fullmatch(r"(?:words:)?R\d+", t)]
    return texts[-1] if texts else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        told = (v.value if isinstance(v, ast.Constant) else "…" for v in node.values)
        return "".join(str(t) for t in told)
    return ""


def _within(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> str:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node.name
    return "module"


# ---------------------------------------------------------------- tests


def tests() -> list[Found]:
    """Tests, and cases of tables that tests go through, that name a rule; a file whose head names one, as a whole."""
    found: list[Found] = []
    for name in tracked():
        if not name.startswith("tests/") or name in OWN:
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        if name.endswith(".py"):
            found += tests_in(name, text)
        elif name.endswith(".yml"):
            found += cases_in(name, text)
    return found


def tests_in(path: str, source: str) -> Iterator[Found]:
    """Places of one Python file that name rules, in order: by docstring, name, comment or value; helpers too."""
    tree = ast.parse(source)
    if rules := cited(ast.get_docstring(tree) or ""):
        yield Found(path, "", rules)
    spoken = [
        (t.start[0], t.string)
        for t in tokenize.generate_tokens(io.StringIO(source).readline)
        if t.type == tokenize.COMMENT
    ]
    for node in tree.body:
        first, last = node.lineno, node.end_lineno or node.lineno
        comments = [text for line, text in spoken if first <= line <= last]
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_definition(path, node, comments, spoken)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _of_table(path, node, comments)


def _of_table(path: str, node: ast.Assign | ast.AnnAssign, comments: list[str]) -> Iterator[Found]:
    """A table of cases: those whose own values name a rule, by their names; else the table as a whole."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    name = target.id if isinstance(target, ast.Name) else ""
    if isinstance(node.value, ast.Dict):
        for key, value in zip(node.value.keys, node.value.values, strict=True):
            if isinstance(key, ast.Constant) and (rules := _values(value)):
                yield Found(path, f"{name}: {key.value!s}", rules)
    if rules := cited(" ".join(comments)):
        yield Found(path, name, rules)


def _of_definition(
    path: str,
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    comments: list[str],
    spoken: list[tuple[int, str]],
) -> Iterator[Found]:
    if not isinstance(node, ast.ClassDef):
        rules = _named(node.name) | cited(" ".join([ast.get_docstring(node) or "", *comments])) | _values(node)
        if rules:
            yield Found(path, node.name, rules)
        return
    if rules := cited(ast.get_docstring(node) or ""):
        yield Found(path, node.name, rules)
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            last = part.end_lineno or part.lineno
            own = [text for line, text in spoken if part.lineno <= line <= last]
            yield from _of_definition(path, part, own, spoken)


def _named(name: str) -> frozenset[str]:
    return frozenset(f"R{n}" for n in re.findall(r"(?<![a-z0-9])r(\d{1,2})(?![a-z0-9])", name))


def _values(node: ast.AST) -> frozenset[str]:
    """Rules in the strings of a statement: a bare name (`"R7"`), a finding, a row's name; not what is taken away."""
    found: set[str] = set()
    left_out = {
        leaf
        for part in ast.walk(node)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub)
        for leaf in ast.walk(part.right)
    }
    for part in ast.walk(node):
        if part not in left_out and isinstance(part, ast.Constant) and isinstance(part.value, str):
            if re.match(r"(?:words:|rule )?R\d+\b", part.value) or "R16" in part.value:
                found |= cited(part.value.removeprefix("words:"))
    return frozenset(found)


def cases_in(path: str, text: str) -> Iterator[Found]:
    """Fixtures: a file that names rules in its first line, and cases whose own name does."""
    lines = text.splitlines()
    if lines and lines[0].startswith("#") and (rules := cited(lines[0])):
        yield Found(path, "", rules)
    for line in lines:
        case = re.match(r"- test_case: (.+)", line)
        if case and (rules := cited(case[1])):
            yield Found(path, case[1].strip(), rules)


# ---------------------------------------------------------------- the code beside the table and the referee


def code() -> list[Found]:
    """Files of the four parts that name rules, the table and the referee aside."""
    found = []
    for name in tracked():
        own = name.startswith(("bot/", "dialogue/", "kb_answers/", "ticket_bridge/")) and name.endswith((".py", ".js"))
        if own and name != "dialogue/transitions.py" and not name.startswith("dialogue/referee/"):
            if rules := cited((ROOT / name).read_text(encoding="utf-8")):
                found.append(Found(name, "", rules))
    return found


# ---------------------------------------------------------------- all of it


@dataclass(frozen=True)
class Evidence:
    """All that holds the rules, found in the code."""

    rows: tuple[Found, ...]
    checks: tuple[Found, ...]
    tests: tuple[Found, ...]
    code: tuple[Found, ...]

    def of(self, part: str, rule: str) -> list[Found]:
        found: tuple[Found, ...] = getattr(self, part)
        return [f for f in found if rule in f.rules]


def evidence() -> Evidence:
    return Evidence(tuple(rows()), tuple(checks()), tuple(tests()), tuple(code()))
