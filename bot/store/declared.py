"""What every column of every table is: whose, personal or not, what takes it away, what a viewer sees of it.

`bot.store.declarations` says it of each; erasure, a person's export, retention, masking for viewers, the backup and the
table in `docs/security.md` are made from it. A column that is not declared fails
`tests/bot/store/test_declarations.py`, also one that only a migration knows of. No table is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Whom a column speaks of."""

    SHOPPER = "the shopper"
    COLLEAGUE = "a colleague"
    SHOP = "the shop"


class Kind(StrEnum):
    """How much a column tells of somebody."""

    FACT = "fact"  # names nobody: a number, a time, a state, a key of our own
    PERSONAL = "personal"  # somebody's data, or words in which it may stand
    SECRET = "secret"  # opens something, or is the hash of what does: shown to nobody and in no export


class Viewer(StrEnum):
    """What somebody sees who may not see personal data."""

    SHOWN = "shown"
    MASKED = "masked"
    HIDDEN = "hidden"


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What a column is. `json`: JSON text; `plain`: its keys whose values are facts, which masking leaves alone.
    `words`: words of people, or of the shop, may stand in it, so that secrets are masked on their way in (R17,
    `bot.store.words`); to mask a hash or a key would break it. `typed`: a colleague wrote it, so that any shopper may
    be named in it; an erasure takes the erased one's marks out of it wherever it stands."""

    whose: Whose
    kind: Kind
    viewer: Viewer
    json: bool = False
    words: bool = False
    plain: frozenset[str] = frozenset()
    typed: bool = False

    @property
    def exported(self) -> bool:
        """Whether a person who asks for their data gets it."""
        return self.whose is Whose.SHOPPER and self.kind is not Kind.SECRET


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A table: `what` its rows are, and what takes them away. `by` and `to`: the column that leads to the row they go
    with, and that row's table and column; empty for a table of its own. `ends`: in words, where that is not it, or not
    alone. `setting`: the setting whose days end them, counted from the time in the column `at`. `cache`: made from
    other tables, and made again. `backup`: whether a backup holds the rows."""

    what: str
    columns: Mapping[str, Holds]
    by: str = ""
    to: tuple[str, str] = ("", "")
    ends: str = ""
    setting: str = ""
    at: str = ""
    cache: bool = False
    backup: bool = True


class Undeclared(LookupError):
    """A table or a column of which nobody has said what it is."""


@dataclass(frozen=True)
class Register:
    """Every declaration."""

    tables: Mapping[str, Kept]

    def table(self, name: str) -> Kept:
        """Raises `Undeclared`."""
        if name not in self.tables:
            raise Undeclared(f"table {name}: say in bot/store/declarations.py what it holds and what takes it away")
        return self.tables[name]

    def column(self, table: str, name: str) -> Holds:
        """Raises `Undeclared`."""
        columns = self.table(table).columns
        if name not in columns:
            raise Undeclared(f"column {table}.{name}: say in bot/store/declarations.py whose it is and what it holds")
        return columns[name]

    def children(self, table: str) -> list[str]:
        """The tables whose rows go with a row of `table`."""
        return [name for name, kept in self.tables.items() if kept.to[0] == table]

    def line(self, table: str) -> list[str]:
        """`table`, what its rows go with, what those go with, up to a table of its own."""
        found = [table]
        while above := self.table(found[-1]).to[0]:
            found.append(above)
        return found

    def with_root(self, root: str) -> list[str]:
        """`root` and every table whose rows go with one of its rows, however far below."""
        return [name for name in self.tables if self.line(name)[-1] == root]

    def typed(self) -> dict[str, list[str]]:
        """The columns that colleagues type into, by table."""
        return {
            t: found for t, kept in self.tables.items() if (found := [n for n, h in kept.columns.items() if h.typed])
        }

    def left_out_of_backups(self) -> list[str]:
        """The tables whose rows are of the moment."""
        return [name for name, kept in self.tables.items() if not kept.backup]

    def aged(self) -> list[str]:
        """The tables of their own whose rows a setting ends."""
        return [name for name, kept in self.tables.items() if kept.setting]

    def plain_keys(self, tables: Iterable[str]) -> frozenset[str]:
        """The names under which what these tables hold is shown to everybody, in rows and in JSON."""
        found: set[str] = set()
        for table in tables:
            for name, holds in self.table(table).columns.items():
                found |= holds.plain
                if holds.viewer is Viewer.SHOWN and not holds.json:
                    found.add(name)
        return frozenset(found)

    def as_markdown(self) -> str:
        """The table of `docs/security.md`: what is kept, whose, until when."""
        lines = ["| kept | personal | whose | until | a viewer sees |", "|---|---|---|---|---|"]
        for name, kept in self.tables.items():
            personal = [n for n, h in kept.columns.items() if h.kind is Kind.PERSONAL]
            secret = [n for n, h in kept.columns.items() if h.kind is Kind.SECRET]
            whose = sorted({str(h.whose) for h in kept.columns.values() if h.kind is Kind.PERSONAL})
            told = [f"`{n}`" for n in personal] + [f"`{n}` (secret)" for n in secret]
            seen = sorted({str(kept.columns[n].viewer) for n in (*personal, *secret)})
            cells = (f"`{name}`: {kept.what}", ", ".join(told) or "no", ", ".join(whose) or "–", self._until(name),
                     ", ".join(seen) or "all")  # fmt: skip
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def _until(self, name: str) -> str:
        kept = self.table(name)
        parts = [kept.ends] if kept.ends else []
        if kept.to[0]:
            parts.append(f"with its `{kept.to[0]}`")
        if kept.setting:
            parts.append(f"after `ASKONCE_{kept.setting.upper()}`")
        return "; ".join(parts)
