"""What shows that an article is not finished: a place that was left to be filled in, a question nobody asks, a fact
without a source. Pure; the forms of both languages of the console are known, whichever the article was begun in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kb_answers.library import Article
from kb_answers.search import terms


@dataclass(frozen=True)
class Problem:
    """Why a text is not published: `words`, with `%(names)s` for the `values`, and the line they are about, 0 for the
    whole text. `english`: the words are an error's and in no catalogue."""

    words: str
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)
    english: bool = False

    @property
    def told(self) -> str:
        """The words in English, without the line."""
        return self.words % self.values if self.values else self.words

    def __str__(self) -> str:
        return f"line {self.line}: {self.told}" if self.line else self.told


_LEFT_OPEN = re.compile(
    r"\b(?:write|put|insert|add|type) (?:the |your |an )?(?:answer|text|source) here\b|\banswer goes here\b|"
    r"\bschreib(?:en Sie|e|t)? hier (?:die|Ihre|deine|eure) (?:Antwort|Text)|"
    r"\bAntwort (?:bitte )?hier (?:schreiben|einf(?:ü|ue)gen|eintragen)|\bhier (?:steht|kommt|folgt) die Antwort|"
    r"\bhow shoppers ask for it\b|\bwie (?:Kunden|Kundinnen und Kunden) danach fragen\b|"
    r"\bname the document where this stands\b|\bnennen Sie das Dokument, in dem das steht\b|"
    r"\blorem ipsum\b|\[(?:…|\.{2,}|insert|einfügen|einsetzen)[^\]\n]*\](?!\()|<(?:…|\.{2,}|insert|einfügen)[^>\n]*>",
    re.IGNORECASE,
)
#: These in capitals alone: "todo" is a word of Spanish and Portuguese.
_MARKED = re.compile(r"\b(?:TODO|TBD|FIXME|XXX+)\b")
_NOTHING_SAID = re.compile(
    r"(?:[a-z]+:)?[\s\"'*_>-]*(?:…|\.{2,}|\?{2,}|_{3,}|x{3,}|lorem|tbd|todo)[\s\"'*_.:!?…]*", re.IGNORECASE
)
_NO_SOURCE = re.compile(
    r"\W*(?:n/?a|none|no|nothing|unknown|source|sources|tba|test|keine?r?|nichts|unbekannt|quellen?|0+|\?+)?\W*",
    re.IGNORECASE,
)
#: Longer lines say something, and are not looked through by patterns that turn back.
_SHORT = 60


def unfinished(text: str, article: Article | None, *, known: tuple[str, ...]) -> Iterator[Problem]:
    """Why the article that was read from `text` is not finished, in the order of its lines. `article` is None where it
    needs a value that is not set; `known` are the sources that it named when it was published before."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if found := _LEFT_OPEN.search(line) or _MARKED.search(line):
            yield Problem(
                "“%(what)s” was left to be filled in: write what is to stand there", number, {"what": found[0]}
            )
        elif line.strip() != "---" and len(line) <= _SHORT and _NOTHING_SAID.fullmatch(line.strip()):
            yield Problem("“%(what)s” says nothing: write what is to stand there, or take the line out", number,
                          {"what": line.strip()})  # fmt: skip
    if article is None:
        return
    place = next((n for n, line in enumerate(lines, 1) if re.match(r"[\"']?sources[\"']?\s*:", line)), 0)
    for source in article.sources:
        if len(source) <= _SHORT and _NO_SOURCE.fullmatch(source) and source not in known:
            yield Problem("“%(what)s” names no source: name the document or the page where the facts stand", place,
                          {"what": source})  # fmt: skip
    if not terms(" ".join((article.title, *article.questions, *article.passages))):
        yield Problem("no word of it can be searched for: give it a title and questions in shoppers' words", 1)
