"""Keeps `docs/rules.md` true: which rows, referee checks, tests and files hold each rule, read from the code.

    python -m tests.rules_page          # renews the lists; `tests/test_rules.py` holds the page to the code

The prose of the page is written by hand; what stands between a rule's marks is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tests.rules_cited import ROOT, Evidence, Found, cited, evidence, number

PAGE = ROOT / "docs" / "rules.md"
_HEADING = re.compile(r"^## (R\d+)\. (.+)$", re.M)
_BLOCK = re.compile(r"<!-- (R\d+): begin -->\n(.*?)<!-- \1: end -->", re.S)
#: How a section says that its rule is not held yet.
_NOT_YET = ("**Not in force.**", "**Not built yet.**")
#: What each rule in force has, unless the page's table says where it is held instead.
PARTS = ("rows", "checks", "tests")


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
    return [
        f"{name} cites {rule}, which docs/rules.md lacks"
        for name, text in files.items()
        for rule in sorted(cited(text) - known, key=number)
    ]


def unheld(page: str, held: Evidence) -> list[str]:
    """Rules in force without a row, a check of the referee or a test, and no word of where they are held instead."""
    excused = {(rule, part) for rule, part, places in held_elsewhere(page) if places}
    return [
        f"{rule} is in force and has no {part}"
        for rule in in_force(page)
        for part in PARTS
        if not held.of(part, rule) and (rule, part) not in excused
    ]


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
