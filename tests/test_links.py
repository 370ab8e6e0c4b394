"""The pages lead somewhere: every link and anchor, every name said to be in a file, every path in backticks."""

from __future__ import annotations

import pathlib

import pytest

from tests.links import ROOT, anchors, dead_links, misplaced_names, missing_paths, paths

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
#: What stood in a file when it was written stays in the history, whatever became of the file.
LIVING = [page for page in PAGES if page.name != "CHANGELOG.md"]
_HERE = ROOT / "docs" / "a-page.md"


def named(page: pathlib.Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_and_anchor_leads_somewhere(page: pathlib.Path) -> None:
    assert dead_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", LIVING, ids=named)
def test_what_is_said_to_be_in_a_file_is_in_it(page: pathlib.Path) -> None:
    assert misplaced_names(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", LIVING, ids=named)
def test_every_path_exists(page: pathlib.Path) -> None:
    assert missing_paths(page.read_text(encoding="utf-8")) == []


def test_there_is_something_to_look_at() -> None:
    found = [path for page in LIVING for path in paths(page.read_text(encoding="utf-8"))]
    assert len(LIVING) > 15 and len(found) > 100


# ---------------------------------------------------------------- each of these can fail


@pytest.mark.parametrize(
    "link", ["gone.md", "../bot/gone.py", "rules.md#r22", "#no-such-heading", "../README.md#nothing"]
)
def test_a_link_that_leads_nowhere_is_noticed(link: str) -> None:
    assert dead_links(_HERE, f"# A page\n\nSee [this]({link}) and [that](rules.md#r7).") == [link]


def test_links_to_other_places_in_fences_and_to_own_headings_are_left_alone() -> None:
    page = "# A page\n\n[a](#a-page) [b](https://example.com/x) [c](mailto:a@b.example)\n\n```\n[d](gone.md)\n```\n"
    assert dead_links(_HERE, page) == []


def test_anchors_are_those_of_the_headings_and_those_set_by_hand() -> None:
    page = '# One, and `two`!\n\n## [A link](x.md) to\n\n## Twice\n\n## Twice\n\n<a id="r7"></a>\n\n'
    page += "```\n# no heading\n```\n"
    assert anchors(page) == {"one-and-two", "a-link-to", "twice", "twice-1", "r7"}


def test_a_name_that_is_not_in_its_file_is_noticed() -> None:
    tracker = "(../dialogue/tracker.py)"
    page = f"[`step`]{tracker}, [`steps_back`]{tracker}, [`tracker.py`]{tracker}"
    assert misplaced_names(_HERE, page) == ["steps_back in ../dialogue/tracker.py"]
    imported = "[`State`](../dialogue/tracker.py) and [`State`](../dialogue/states.py), its `[`Phase`](../Makefile)"
    assert misplaced_names(_HERE, imported) == ["State in ../dialogue/tracker.py", "Phase in ../Makefile"]


def test_a_path_that_does_not_exist_is_noticed() -> None:
    page = "`dialogue/gone.py`, `dialogue/tracker.py`, `bot/chat/locales/<language>.json`, `docs/`, `Gone.md`, `GET /x`"
    assert missing_paths(page) == ["dialogue/gone.py", "Gone.md"]
    assert missing_paths("`bot/chat/locales/<language>.yml` and `tests/**/nobody.py`") == [
        "bot/chat/locales/<language>.yml",
        "tests/**/nobody.py",
    ]
