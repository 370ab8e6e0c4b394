"""Refused tickets go out again through one function, whoever asks for it; read from the source."""

from __future__ import annotations

import ast

from tests.conftest import ROOT


def test_one_place_puts_refused_tickets_back_into_the_queue() -> None:
    asking, queueing = set(), set()
    for path in (ROOT / "bot").rglob("*.py"):
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and any(a.name == "deliver_again" for a in node.names):
                (asking if node.module == "bot.operations.delivery" else queueing).add(name)
            elif isinstance(node, ast.Attribute) and node.attr == "deliver_again":
                queueing.add(name)
    assert queueing == {"bot/operations/delivery.py"}
    assert {"bot/console/tickets.py", "bot/commands/helpdesk.py"} <= asking and len(asking) == 3
