"""Draws the house for `docs/developing.md`: rooms on their floors, the arrows between them, what lives where, and the
figures."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tests.rooms.figures import table
from tests.rooms.imports import PARTS, ROOT, House, read

PAGE = ROOT / "docs" / "developing.md"
#: What is generated stands between these marks, by the name of its section.
MARKS = {name: (f"<!-- {name}: begin -->", f"<!-- {name}: end -->") for name in ("rooms", "figures")}


def shortened(arrows: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The arrows without those for which a longer way leads to the same room; `arrows` has no circle."""
    reach: dict[str, frozenset[str]] = {}

    def reached(room: str) -> frozenset[str]:
        if room not in reach:
            reach[room] = arrows[room].union(*(reached(target) for target in arrows[room]))
        return reach[room]

    return {
        room: frozenset(t for t in targets if not any(t in reached(other) for other in targets))
        for room, targets in arrows.items()
    }


def diagram(house: House) -> str:
    """The Mermaid drawing: each part a box, a dotted arrow where one leads upwards."""
    up = {(house.room(module), house.room(target)) for module, target in house.upwards}
    down = {r: frozenset(t for t in targets if (r, t) not in up) for r, targets in house.arrows.items()}
    lines = ["```mermaid", "flowchart TD"]
    for part in PARTS:
        lines.append(f"    subgraph {part}_part[{part}]")
        inside = [room for room in house.rooms if room.split(".")[0] == part]
        for room in sorted(inside, key=lambda r: (-house.floors[r], r)):
            lines.append(f'        {_node(room)}["{room.removeprefix("bot.")}"]')
        lines.append("    end")
    for room, targets in sorted(shortened(down).items(), key=lambda i: (-house.floors[i[0]], i[0])):
        lines += [f"    {_node(room)} --> {_node(target)}" for target in sorted(targets)]
    lines += [f"    {_node(a)} -. upwards .-> {_node(b)}" for a, b in sorted(up)]
    return "\n".join([*lines, "```"])


def rooms(house: House) -> str:
    """Floor by floor: what lives in each room, in the words of its own docstring, and all rooms that it imports."""
    lines = ["| floor | room | what lives here | imports |", "|---|---|---|---|"]
    for part in PARTS:
        inside = [room for room in house.rooms if room.split(".")[0] == part]
        for room in sorted(inside, key=lambda r: (-house.floors[r], r)):
            imported = ", ".join(t.removeprefix("bot.") for t in sorted(house.arrows[room]))
            lines.append(f"| {house.floors[room]} | `{room}` | {said(house, room)} | {imported or 'nothing'} |")
    return "\n".join(lines)


def said(house: House, room: str) -> str:
    """The first paragraph of a room's docstring, as one line; empty where there is none."""
    docstring = ast.get_docstring(ast.parse(house.modules[room].read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split()).replace("|", "\\|")


def drawn(section: str) -> str:
    """What a section shows of the code as it is."""
    if section == "figures":
        return table()
    house = read()
    return f"{diagram(house)}\n\n{rooms(house)}"


def standing(section: str) -> str:
    """What the page shows of a section now."""
    begin, end = MARKS[section]
    return PAGE.read_text(encoding="utf-8").split(begin)[1].split(end)[0].strip()


def renew() -> None:
    """Write every section into the page anew."""
    for section, (begin, end) in MARKS.items():
        before, rest = PAGE.read_text(encoding="utf-8").split(begin)
        after = rest.split(end)[1]
        PAGE.write_text(f"{before}{begin}\n{drawn(section)}\n{end}{after}", encoding="utf-8")


def _node(room: str) -> str:
    return room.replace(".", "_")
