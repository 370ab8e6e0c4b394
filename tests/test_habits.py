"""What whoever comes next relies on: hooks of this machine alone, typed packages, one form of files, true walks."""

from __future__ import annotations

import configparser
import re
import tomllib

import pytest
from ruamel.yaml import YAML

from dialogue import events as e
from dialogue.effects import FileTicket
from dialogue.states import State
from dialogue.tracker import step
from dialogue.transitions import TABLE
from dialogue.understanding.rules import understand
from tests.links import ROOT
from tests.proofs.prove import POLICY

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PARTS = PROJECT["tool"]["mypy"]["packages"]
WAY = (ROOT / "docs" / "finding-your-way.md").read_text(encoding="utf-8")


def unknown_rows(page: str) -> list[str]:
    """Rows that a page quotes, such as "R8 complete means file", and that the table has not."""
    names = {row.name for row in TABLE}
    return [name for name in re.findall(r'"(R\d+ [^"]+)"', re.sub(r"\s+", " ", page)) if name not in names]


def test_hooks_run_what_is_installed_here_and_fetch_nothing() -> None:
    hooks = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "://" not in text and [repo["repo"] for repo in hooks["repos"]] == ["local"]
    wanted = " ".join(PROJECT["dependency-groups"]["dev"])
    for hook in hooks["repos"][0]["hooks"]:
        tool = hook["entry"].split()[0].removeprefix(".venv/bin/")
        assert hook["language"] == "system" and hook["entry"].startswith(".venv/bin/"), hook["id"]
        assert tool == "python" or {"lint-imports": "import-linter"}.get(tool, tool) in wanted, tool
        for path in re.findall(r"tests/\S+", hook["entry"]):
            assert (ROOT / path).is_file(), path


@pytest.mark.parametrize("part", PARTS)
def test_each_part_says_that_it_is_typed_and_takes_that_along(part: str) -> None:
    assert (ROOT / part / "py.typed").is_file()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["*"]


def test_editors_and_the_formatter_agree() -> None:
    config = configparser.ConfigParser()
    config.read_string("[top]\n" + (ROOT / ".editorconfig").read_text(encoding="utf-8"))
    assert config["top"]["root"] == "true" and config["*"]["end_of_line"] == "lf"
    assert int(config["*.py"]["max_line_length"]) == PROJECT["tool"]["ruff"]["line-length"]


@pytest.mark.parametrize("page", ["docs/finding-your-way.md", "CONTRIBUTING.md", "docs/README.md", "docs/rules.md"])
def test_rows_that_a_page_quotes_are_rows(page: str) -> None:
    assert unknown_rows((ROOT / page).read_text(encoding="utf-8")) == []


def test_a_row_that_is_none_is_noticed() -> None:
    assert unknown_rows('as in "R8 complete means file" and "R8 complete\n  means wait"') == ["R8 complete means wait"]


def test_the_walk_from_a_word_to_a_ticket_is_what_happens() -> None:
    """The message that the page follows is decided by the rows that it names, in their order, and files."""
    (message,) = re.findall(r'The shopper writes: \*"(.+)"\*', WAY)
    decision = step(POLICY, State(), e.ShopperSaid(understand(message)))
    (walk,) = re.findall(r"The rows here: (.+?)Out come", re.sub(r"\s+", " ", WAY))
    assert re.findall(r'"(R\d+ [^"]+)"', walk) == [row for row in decision.rows if row.startswith("R")]
    assert [type(effect) for effect in decision.effects] == [FileTicket]
    told = step(POLICY, decision.state, e.TicketAccepted(decision.state.tickets[0].reference))
    assert told.rows == ("R8 the helpdesk has it",)


def test_there_are_ten_questions_each_with_a_link() -> None:
    questions = re.findall(r"^\*\*(\d+)\. .+?\?\*\* (.+?)(?=^\*\*|^## )", WAY, re.M | re.S)
    assert [number for number, _ in questions] == [str(n) for n in range(1, 11)]
    assert all("](" in answer for _, answer in questions)


def unlisted(index: str) -> list[str]:
    """Pages of `docs/` that its index does not lead to."""
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    return sorted(pages - set(re.findall(r"\]\(([\w-]+\.md)[)#]", index)))


def words_without_code(glossary: str) -> list[str]:
    """Words of the glossary that name no place in the code."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]*) \|$", glossary, re.M)
    return [word for word, places in rows if word not in ("word", "rule") and "](../" not in places]


def test_the_index_leads_to_every_page_and_every_word_to_the_code() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert unlisted(index) == [] and words_without_code(index) == []
    assert unlisted(index.replace("(rules.md)", "()")) == ["rules.md"]
    assert words_without_code(index + "\n| echo | what comes back | nowhere |\n") == ["echo"]
    assert len(re.findall(r"^\| ", index, re.M)) > 40


def test_the_last_section_of_the_changelog_is_for_changes() -> None:
    """Lines that branches append land there."""
    headings = re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert headings[-1] == "Changed"
