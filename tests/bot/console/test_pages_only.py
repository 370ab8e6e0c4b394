"""The console is pages: what is stored, and how it is asked for, is elsewhere; read from the source."""

from __future__ import annotations

import ast
import pathlib

import pytest

from bot.console.routes import ROUTES
from tests.conftest import ROOT

CONSOLE = sorted((ROOT / "bot" / "console").glob("*.py"))
#: What knows rows and statements.
_STORED = ("sqlalchemy", "bot.store.tables", "bot.store.console_tables")


def _imported(path: pathlib.Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


@pytest.mark.parametrize("path", CONSOLE, ids=lambda path: path.name)
def test_no_page_knows_a_table(path: pathlib.Path) -> None:
    known = {name for name in _imported(path) if name in _STORED or name.startswith(tuple(f"{s}." for s in _STORED))}
    assert not known, f"{path.name} imports {sorted(known)}; what it asks for belongs into bot/history or bot/store"


def test_imports_are_seen_wherever_they_stand(tmp_path: pathlib.Path) -> None:
    page = tmp_path / "page.py"
    page.write_text("def f():\n    from bot.store import tables\n    import sqlalchemy.exc\n", encoding="utf-8")
    assert _imported(page) >= {"bot.store.tables", "sqlalchemy.exc"}


def test_only_the_routes_know_every_page() -> None:
    """The site knows no page, so that no circle runs through it; each page is one that a route leads to."""
    site = ROOT / "bot" / "console" / "site.py"
    pages = {route.handler.__module__ for route in ROUTES}
    assert pages and not pages & _imported(site) and "bot.console.routes" not in _imported(site)
