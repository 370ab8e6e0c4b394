"""What the fixtures exercise: rows of the table, acts, intents and articles; and what to write next."""

from __future__ import annotations

import pathlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from rich.console import Console
from rich.table import Table

from bot.replay.play import Outcome
from bot.replay.printable import words
from dialogue import events
from dialogue.transitions import TABLE
from dialogue.vocabulary import Act, IntentName
from kb_answers.library import ARTICLES

#: Rows that no fixture can reach: what cannot come from outside, a helpdesk that says the same twice, fields that only
#: a helpdesk of its own requires (`tests/dialogue/test_required_fields.py` has those), a reference drawn twice
#: (`tests/bot/chat/test_clashes.py`), and what changes nothing and so is not stored.
_BARRED = (
    "order",
    "R12 said already",
    "R13 said already",
    "R1 ",
    "R5 another value of a required",
    "R7 a missing required",
    "R21 a required",
    "R15 not the shop's matter",
    "R19 rated already",
    "help: here already",
    "help: nobody is here",
    "R13 an earlier stay",
    "R12 a reference is one",
    "help: a person's words",
    "R15 an answer that nobody here waits",
    "help: an answer is published",
    "R21 after words of danger no published",
    "R15 the chat has come to an end",
)


@dataclass
class Coverage:
    """How often each thing occurred over all cases."""

    rows: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Coverage:
        found = cls()
        for outcome in outcomes:
            for change in outcome.changes:
                found.rows.update(change.rows)
                found.acts.update(t.act for t in change.turns if t.act)
                found.articles.update(s.article for t in change.turns for s in t.sources)
                for told in change.happenings:
                    if isinstance(told, events.ShopperSaid) and told.understood.intents:
                        found.intents[told.understood.intents[0].name.value] += 1
        return found

    def parts(self) -> dict[str, tuple[list[str], Mapping[str, int]]]:
        """Kind -> (everything there is, how often each occurred)."""
        rows = [row.name for row in TABLE if not row.name.startswith(_BARRED)]
        return {
            "rows": (rows, self.rows), "acts": ([a.value for a in Act], self.acts),
            "intents": ([i.value for i in IntentName], self.intents),
            "articles": (sorted(p.stem for p in ARTICLES.glob("*.md")), self.articles),
        }  # fmt: skip

    def missing(self) -> dict[str, list[str]]:
        """What no case exercises, by kind: what to write next."""
        return {kind: [name for name in all if not seen.get(name)] for kind, (all, seen) in self.parts().items()}


def show_coverage(found: Coverage, console: Console, page: pathlib.Path) -> None:
    """A table for the terminal, and every count in an HTML page at `page`."""
    table = Table("", "exercised", "of", "not yet")
    missing = found.missing()
    for kind, (all, _) in found.parts().items():
        table.add_row(
            kind,
            str(len(all) - len(missing[kind])),
            str(len(all)),
            "; ".join(missing[kind][:4]) + (" …" if len(missing[kind]) > 4 else ""),
        )
    console.print(table)
    page.write_text(as_html(found), encoding="utf-8")
    console.print(words(f"Every count is in {page}"))


def as_html(found: Coverage) -> str:
    """The counts as one page, those at zero first: what to write next."""
    parts = []
    for kind, (all, seen) in found.parts().items():
        most = max(seen.values(), default=1)
        lines = "".join(
            f'<tr class="{"none" if not seen.get(name) else ""}"><td>{escape(name)}</td><td>{seen.get(name, 0)}</td>'
            f'<td><meter max="{most}" value="{seen.get(name, 0)}"></meter></td></tr>'
            for name in sorted(all, key=lambda n: (seen.get(n, 0), n))
        )
        met = sum(1 for name in all if seen.get(name))
        parts.append(
            f"<h2>{kind}: {met} of {len(all)}</h2><table><tr><th>{kind}</th><th>times</th><th></th></tr>{lines}</table>"
        )
    style = (
        "body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;color-scheme:light dark}"
        "td,th{text-align:start;padding:2px 12px 2px 0}.none{color:#b3261e;font-weight:600}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Coverage</title><style>{style}</style>'
        f"<h1>What the fixtures exercise</h1>{''.join(parts)}</html>"
    )
