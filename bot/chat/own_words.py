"""What a shop says in its own words to a shopper in danger (R21): the whole reply, or whom to call in the reply of the
catalogue; for everybody, or by the language tag of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The key of words that are for every page without words of its own.
ANY = "*"


@dataclass(frozen=True)
class OwnWords:
    """`reply` and `help` hold texts by language tag in lower case (`de`, `de-at`, or `*` for every other)."""

    reply: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)

    def reply_to_danger(self, locale: str | None) -> str:
        """The shop's own reply on a page of this locale; empty where it has none, and the catalogue's is said."""
        return _of(self.reply, locale)

    def help_in_danger(self, locale: str | None) -> str:
        """Whom to call, by the shop's own word; empty where it has none."""
        return _of(self.help, locale)


def _of(words: Mapping[str, str], locale: str | None) -> str:
    """Those of the whole tag, of its language, or of everybody."""
    tag = (locale or "").replace("_", "-").lower()
    return words.get(tag) or words.get(tag.split("-")[0]) or words.get(ANY, "")
