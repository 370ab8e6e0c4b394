"""What a page of the console says by itself: its visible words and the words read out in their place, without what
people wrote, what articles say and what stands in another language on purpose."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: Words of people and of articles, names, addresses and commands.
_QUOTED = frozenset("pre textarea code kbd q bdi blockquote script style svg".split())
_SAID = frozenset(("words", "wide", "mono", "open", "diff", "me", "view"))
_SPOKEN = ("title", "aria-label", "alt", "placeholder")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        beside = bool(self.open and self.open[-1][1])
        quoted = beside or tag in _QUOTED or bool(_SAID & set(given.get("class", "").split()))
        quoted = quoted or (tag != "html" and given.get("lang", "de") != "de") or given.get("dir") == "auto"
        quoted = quoted or given.get("href", "").startswith("/console/articles/") or given.get("name") == "article"
        if not beside:
            self.texts += [given[name] for name in _SPOKEN if name in given]
        if tag not in _VOID:
            self.open.append((tag, quoted))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.texts.append(data)


def said_by(html: str) -> list[str]:
    """Every text of the page's own, in order."""
    reader = _Reader()
    reader.feed(html)
    return [" ".join(text.split()) for text in reader.texts if text.strip()]


def words_of(text: str) -> set[str]:
    """Its words, in lower case, but for names of settings, codes, and what stands for a value."""
    bare = re.sub(r"\bwords:R\d+|%\(\w+\)s|<[^>]*>|\S*[@_/.]\w\S*|\b[A-Z]{2,}\b|“[^”]*”", " ", text)
    return {word.lower() for word in re.findall(r"[^\W\d_]+", bare) if len(word) > 1}
