"""The shop's own documents, the seeds, sentence by sentence, and the page that says where each is carried.

The documents are no part of this repository: whoever has them finds `shared/seeds` beside the folder, or beside one
that holds it. A sentence is known by its document's number and its place in it, from 1.
"""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "seeds.md"
#: Where the documents lie; None on a machine that does not have them.
SEEDS = next((f for p in ROOT.parents if (f := p / "shared" / "seeds").is_dir()), None)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_ROW = re.compile(r"^\| (\d{3})\.(\d+) \| ([^|]+) \| ([^|]+) \|$", re.M)
_ARTICLE = re.compile(r"\[`([a-z0-9-]+)`\]\(\.\./kb_answers/articles/([a-z0-9-]+)\.md\)")
_RULE = re.compile(r"\[(R\d+)\]\(rules\.md#(r\d+)\)")
_LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Row:
    """A row of the page: what the sentence is about in a few words, and what carries it."""

    topic: str
    carried: str

    @property
    def articles(self) -> list[str]:
        """The articles named; an id that is not its link's is given as `id != link`."""
        return [a if a == b else f"{a} != {b}" for a, b in _ARTICLE.findall(self.carried)]

    @property
    def rules(self) -> list[str]:
        """The rules named; one that is not its link's is given as `rule != anchor`."""
        return [a if a.lower() == b else f"{a} != {b}" for a, b in _RULE.findall(self.carried)]

    @property
    def features(self) -> list[str]:
        """The pages of features linked to, as they are written."""
        return [link for link in _LINK.findall(self.carried) if link != "rules.md" and "/articles/" not in link]


def sentences(text: str) -> list[str]:
    """The sentences of a document, in order. A line that ends without a sign is a heading and says nothing of its own;
    a point of a list is a sentence; a question and its answer are two."""
    found: list[str] = []
    for line in text.replace("**", "").splitlines():
        line = line.strip().lstrip("-").strip()
        if line.endswith((".", "!", "?", ":")):
            found += _END.split(line)
    return found


def told(folder: pathlib.Path) -> dict[tuple[str, int], str]:
    """Every sentence of the documents in `folder`, by its document's number and its place."""
    return {
        (path.name[:3], place): sentence
        for path in sorted(folder.glob("[0-9]*.txt"))
        for place, sentence in enumerate(sentences(path.read_text(encoding="utf-8")), 1)
    }


def rows(page: str) -> list[tuple[tuple[str, int], Row]]:
    """The rows of the page, in order, a sentence's number with each."""
    return [((seed, int(place)), Row(topic.strip(), by.strip())) for seed, place, topic, by in _ROW.findall(page)]


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(text.lower())
