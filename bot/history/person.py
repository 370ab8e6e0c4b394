"""One person as their marks stand in texts: an address in any spelling, and full names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.store.addresses import addresses, canonical, replaced

#: Plain in a sentence, in an article's header and in an address bar alike.
GONE = "(erased)"


@dataclass(frozen=True)
class Person:
    """`address` in its canonical form; `names` as they were given."""

    address: str
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, email: str, names: Iterable[str] = ()) -> Person:
        return cls(canonical(email), frozenset(names))

    @property
    def full_names(self) -> list[str]:
        """Names of two words or more: a single one is too many people's to be taken out of texts that are not
        theirs."""
        return sorted(name for name in self.names if len(name.split()) > 1)

    def is_address(self, text: str | None) -> bool:
        return bool(text) and canonical(text or "") == self.address

    def is_named_in(self, text: str | None) -> bool:
        """Whether their address stands in `text`."""
        return bool(text) and self.address in addresses(text or "")

    def taken_out(self, text: str) -> str:
        """`text` with `GONE` in the place of their address, however it is spelt, and of their full names."""
        text = replaced(text, lambda address: GONE if address == self.address else None)
        for name in self.full_names:
            gap = r"(?:\s|\+|%20)+"
            pattern = rf"(?<!\w){gap.join(re.escape(part) for part in name.split())}(?!\w)"
            text = re.sub(pattern, GONE, text, flags=re.IGNORECASE)
        return text
