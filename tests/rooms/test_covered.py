"""What `make coverage` takes for a room's own tests, and how it reads what was measured."""

from __future__ import annotations

from pathlib import Path

from tests.rooms import covered
from tests.rooms.covered import BEGIN, END, HEAD, Reached, mirror_of, reached, save
from tests.rooms.imports import ROOT, read


def test_every_room_has_tests_of_its_own_or_is_known_to_have_none() -> None:
    without = {room for room in read().rooms if mirror_of(room) is None}
    assert without <= {"bot.bootstrap", "bot.clock", "bot.factories", "bot.settings"}


def test_a_room_within_a_room_is_not_counted_twice() -> None:
    house = read()
    (source, omitted) = covered._only(house, "dialogue")
    assert source == f"--source={ROOT / 'dialogue'}"
    assert f"{ROOT / 'dialogue' / 'referee'}/*" in omitted and f"{ROOT / 'dialogue' / 'understanding'}/*" in omitted
    assert next(iter(covered._inner(house, "dialogue", "tests/dialogue"))) == "tests/dialogue/referee"
    assert covered._only(house, "bot.cli") == [f"--include={ROOT / 'bot' / 'cli.py'}"]


def test_a_report_is_read() -> None:
    report = {
        "totals": {"covered_lines": 30, "num_statements": 40, "covered_branches": 1, "num_branches": 4},
        "files": {
            "bot/x/a.py": {"summary": {"percent_covered": 90.2}},
            "bot/x/b.py": {"summary": {"percent_covered": 12.4}},
        },
    }
    found = reached("bot.x", "tests/bot/x", report)
    assert found == Reached("bot.x", "tests/bot/x", 75.0, 25.0, "`b.py` 12 %")
    assert found.row() == "| `bot.x` | `tests/bot/x` | 75 % | 25 % | `b.py` 12 % |"


def test_a_measured_room_takes_the_place_of_its_row_and_no_other(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    rows = [Reached(room, "t", 1, 2, "`m.py` 3 %").row() for room in ("a", "c")]
    page.write_text("\n".join(["before", BEGIN, HEAD, *rows, END, "after"]))
    save([Reached("b", "t", 50, 50, "`n.py` 4 %"), Reached("c", "t", 99, 98, "`o.py` 97 %")], page)
    lines = page.read_text().splitlines()
    assert [line.split("`")[1] for line in lines if line.startswith("| `")] == ["a", "b", "c"]
    assert rows[0] in lines and rows[1] not in lines and lines[0] == "before" and lines[-1] == "after"


def test_the_table_on_the_page_is_of_rooms_that_stand() -> None:
    table = covered.PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip().splitlines()
    assert table[:2] == HEAD.splitlines()
    named = [row.split("`")[1] for row in table[2:]]
    assert set(named) <= read().rooms and named == sorted(named)
