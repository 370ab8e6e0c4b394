"""Keeps `docs/rules.md` true: which rows, referee checks, tests and files hold each rule, read from the code.

    python -m tests.rules_page          # renews the lists; `tests/test_rules.py` holds the page to the code

The prose of the page is written by hand; what stands between a rule's marks is not.
"""

from __future__ import annotations

import ast
import io
import pathlib
import re
import subprocess
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from dialogue.transitions import TABLE

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
REFEREE = ROOT / "dialogue" / "referee"
#: Names that tests and pages may give to rules that do not exist, to see that it is noticed.
OWN = ("tests/test_rules.py", "tests/rules_page.py", "tests/test_habits.py")
_RULE = re.compile(r"(?<![\w./+-])R(\d{1,2})(?:\s*(?:-|–|to)\s*R(\d{1,2}))?(?![\w/])")
_HEADING = re.compile(r"^## (R\d+)\. (.+)$", re.M)
_BLOCK = re.compile(r"<!-- (R\d+): begin -->\n(.*?)<!-- \1: end -->", re.S)
#: How a section says that its rule is not held yet.
_NOT_YET = ("**Not in force.**", "**Not built yet.**")
#: What each rule in force has, unless the page's table says where it is held instead.
PARTS = ("rows", "checks", "tests")
#: Data in which a rule's name is nobody's citation, and files that are no text.
_DEAF = (".png", ".svg", ".lock", ".json", ".woff2", ".csv")


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
    spoken = [(t.start[0], t.string) for t in tokenize.generate_tokens(io.StringIO(source).readline)
              if t.type == tokenize.COMMENT]  # fmt: skip
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
    path: str, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, comments: list[str],
    spoken: list[tuple[int, str]],
) -> Iterator[Found]:  # fmt: skip
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
    left_out = {leaf for part in ast.walk(node) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub)
                for leaf in ast.walk(part.right)}  # fmt: skip
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


# ---------------------------------------------------------------- the page


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


def listed(rule: str, held: Evidence) -> str:
    """What stands between a rule's marks."""
    told = [
        _part("Rows", [f"  - {f.name}" for f in held.of("rows", rule)], "dialogue/transitions.py"),
        _part("Referee", _grouped(held.of("checks", rule))),
        _part("Tests", _grouped(held.of("tests", rule))),
        _part("Also in the code", _grouped(held.of("code", rule))),
    ]
    return "\n".join(told) + "\n"


def _link(path: str) -> str:
    return f"[`{path}`](../{path})"


def _part(title: str, lines: list[str], path: str = "") -> str:
    if not lines:
        return f"- **{title}**: none"
    return "\n".join([f"- **{title}**" + (f" of {_link(path)}" if path else ""), *lines])


def _grouped(found: Iterable[Found]) -> list[str]:
    """A line for each file; the cases of one table, or the findings of one function, stand together behind its name."""
    by_path: dict[str, dict[str, list[str]]] = {}
    for place in found:
        whole, _, part = place.name.partition(": ")
        named, told = (whole, part) if whole.isidentifier() else ("", place.name)
        parts = by_path.setdefault(place.path, {}).setdefault(named, [])
        if told and told not in parts:
            parts.append(told)
    return [f"  - {_link(path)}{_told(names)}" for path, names in by_path.items()]


def _told(names: Mapping[str, list[str]]) -> str:
    lists = []
    for name, parts in names.items():
        if name:
            lists.append(f"`{name}`" + (f" ({'; '.join(parts)})" if parts else ""))
        elif parts:
            lists.append("; ".join(parts))
    return f": {'; '.join(lists)}" if lists else ""


def rules_on(page: str) -> dict[str, str]:
    """The rules that a page has a section for, each with the section's text."""
    heads = list(_HEADING.finditer(page))
    ends = [*(head.start() for head in heads[1:]), len(page)]
    return {head[1]: page[head.start() : end] for head, end in zip(heads, ends, strict=True)}


def in_force(page: str) -> list[str]:
    """The rules that the page does not call to come."""
    return [rule for rule, section in rules_on(page).items() if not _to_come(section)]


def _to_come(section: str) -> bool:
    return any(word in section for word in _NOT_YET)


def held_elsewhere(page: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The page's table of what is held elsewhere: the rule, what it lacks, and the places as (name, path)."""
    table = page.split("<!-- elsewhere -->", 1)[-1].split("\n## ", 1)[0] if "<!-- elsewhere -->" in page else ""
    found = []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"\[?(R\d+)\]?(?:\(#r\d+\))?", cells[0]):
            rule = re.findall(r"R\d+", cells[0])[0]
            found.append((rule, cells[1], re.findall(r"\[`([^`]+)`\]\(\.\./([^)#]+)\)", cells[2])))
    return found


def renewed(page: str, held: Evidence) -> str:
    """The page with its lists as the code has them now."""

    def block(match: re.Match[str]) -> str:
        return f"<!-- {match[1]}: begin -->\n{listed(match[1], held)}<!-- {match[1]}: end -->"

    return _BLOCK.sub(block, page)


# ---------------------------------------------------------------- what may be wrong with it


def unknown(page: str, files: Mapping[str, str]) -> list[str]:
    """Rules that a file cites and the page lacks."""
    known = set(rules_on(page))
    return [f"{name} cites {rule}, which docs/rules.md lacks" for name, text in files.items()
            for rule in sorted(cited(text) - known, key=number)]  # fmt: skip


def unheld(page: str, held: Evidence) -> list[str]:
    """Rules in force without a row, a check of the referee or a test, and no word of where they are held instead."""
    excused = {(rule, part) for rule, part, places in held_elsewhere(page) if places}
    return [f"{rule} is in force and has no {part}" for rule in in_force(page) for part in PARTS
            if not held.of(part, rule) and (rule, part) not in excused]  # fmt: skip


def badly_excused(page: str, held: Evidence) -> list[str]:
    """Excuses for what is there after all, and places of them that do not exist."""
    wrong = []
    for rule, part, places in held_elsewhere(page):
        if part not in PARTS or rule not in in_force(page):
            wrong.append(f"{rule}, {part}: nothing that needs an excuse")
        elif held.of(part, rule):
            wrong.append(f"{rule} is said to have no {part}, and has some")
        if not places:
            wrong.append(f"{rule}, {part}: no place is named")
        for name, path in places:
            if not (ROOT / path).is_file():
                wrong.append(f"{rule}, {part}: {path} does not exist")
            elif not re.search(rf"\b{re.escape(name)}\b", (ROOT / path).read_text(encoding="utf-8")):
                wrong.append(f"{rule}, {part}: {path} holds no {name}")
    return wrong


def unmarked(page: str) -> list[str]:
    """Sections that lack what each must have: its anchor before it, a reason, marks for its lists."""
    wrong = []
    for rule, section in rules_on(page).items():
        if f'<a id="{rule.lower()}"></a>\n\n## {rule}. ' not in page:
            wrong.append(f"{rule} has no anchor")
        if not _to_come(section) and "**Why.**" not in section:
            wrong.append(f"{rule} has no reason")
        if rule not in {match[1] for match in _BLOCK.finditer(section)}:
            wrong.append(f"{rule} has no place for its lists")
    return wrong


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), evidence()), encoding="utf-8")
