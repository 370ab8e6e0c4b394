"""Markdown as passages that can be quoted: a paragraph each, on one line, in plain words. Lists, steps and tables
become sentences, images their alternative text, links keep their address, a heading leads what stands under it. Nothing
of HTML or Markdown is left that a page could run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from dialogue.understanding.secrets import mask
from dialogue.understanding.text import without_directions

#: A paragraph of more letters is taken to the letter: nobody writes such a one, and reading its marks could take long.
_LONGEST_READ = 10_000
#: Points of a list up to so many letters are parted by semicolons.
_SHORT = 80
_ENDS = (".", "!", "?", ":", ";", "…", "。", "！", "？", "؟", "؛")
_SLOT = re.compile(r"\{(\w+)\}")
#: Names and classes that some dialects of Markdown put behind a heading or a link: `{#returns}`, `{.button}`.
_ATTRIBUTES = re.compile(r"\s*\{:?\s*[#.][\w-]+(?:\s+[#.][\w-]+)*\s*\}")
#: What marks a paragraph as a note in some dialects: `[!NOTE]`, `:::tip`.
_NOTE = re.compile(r"^(?:\[!\w+\]|:::+ ?\w*(?:\[[^\]\n]*\])?)\s*|\s*\n:::+$")
_IMAGE = re.compile(r"<img\b", re.I)
_UNSEEN = re.compile(r"<(/?)(?:script|style)\b", re.I)
_TEXTS = ("text", "text_special", "code_inline")
_LINKED = ("http://", "https://", "mailto:", "tel:")
_blocks = MarkdownIt("commonmark").enable("table")
_blocks.core.ruler.disable("inline")


@dataclass(frozen=True)
class Passage:
    """One paragraph and the line of the Markdown, counted from 0, on which it begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Readable:
    """`title` is the heading of the first level that the page begins with, empty where it does not; `headings` are all
    others. `images` counts those that were left out: without an alternative text, or alone in a paragraph."""

    title: str
    headings: tuple[str, ...]
    passages: tuple[Passage, ...]
    images: int = 0


def plain(text: str) -> str:
    """`text` on one line, without signs that nobody sees or that turn its direction, and with no braces that would be
    taken for one of the shop's values."""
    shown = "".join(c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in without_directions(text))
    return _SLOT.sub(r"{ \1 }", " ".join(shown.replace("\ufeff", "").split()))


def readable(markdown: str, *, html: Callable[[str], str]) -> Readable:
    """What a page says. `html` makes Markdown of a piece of HTML that stands within. Costs grow with the length of the
    page; never raises for what a page holds."""
    reader = _Reader(html)
    found = list(reader.blocks(SyntaxTreeNode(_blocks.parse(markdown)), 0))
    passages: list[Passage] = []
    title, headings = "", []
    leads: list[_Block] = []  # headings under which nothing stands yet, each within the one before
    for block in found:
        if block.heading:
            if block.heading == 1 and not title and not passages:
                title = block.text
                continue
            headings.append(block.text)
            leads = [*(lead for lead in leads if lead.heading < block.heading), block]
            continue
        text = " ".join([*(_led(lead.text) for lead in leads), block.text])
        leads = []
        if block.follows and passages and passages[-1].text.endswith(":"):
            passages[-1] = Passage(f"{passages[-1].text} {text}", passages[-1].line)
        else:
            passages.append(Passage(text, block.line))
    return Readable(title, tuple(headings), tuple(passages), reader.images)


def _led(heading: str) -> str:
    return heading if heading.endswith(_ENDS) else f"{heading}:"


@dataclass(frozen=True)
class _Block:
    """`heading` is a heading's level, 0 for anything else; `follows`: it belongs to a paragraph that announces it."""

    text: str
    line: int
    heading: int = 0
    follows: bool = False


class _Reader:
    def __init__(self, html: Callable[[str], str], depth: int = 0) -> None:
        self._html, self._depth = html, depth
        self.images = 0

    def blocks(self, node: SyntaxTreeNode, above: int) -> Iterator[_Block]:
        """The paragraphs of a tree in their order; `above` is the line of those that have none."""
        for child in node.children:
            line = child.map[0] if child.map else above
            if child.type == "html_block":
                yield from self._within(child.content, line)
            elif child.type in ("blockquote", "list_item"):
                yield from self.blocks(child, line)
            elif text := self._text(child, line):
                level = int(child.tag[1:]) if child.type == "heading" else 0
                yield _Block(text, line, level, child.type not in ("heading", "paragraph"))

    def _text(self, node: SyntaxTreeNode, line: int) -> str:
        if node.type in ("paragraph", "heading"):
            return self._words(node.children[0].content if node.children else "")
        if node.type in ("bullet_list", "ordered_list"):
            return self._list(node, line)
        if node.type == "table":
            return self._table(node)
        return plain(node.content) if node.type in ("fence", "code_block") else ""

    def _within(self, html: str, line: int) -> Iterator[_Block]:
        """A block of HTML in a page of Markdown; what it makes of itself may hold no further one."""
        if self._depth:
            return
        reader = _Reader(self._html, 1)
        tree = SyntaxTreeNode(_blocks.parse(self._html(html)))
        yield from (_Block(b.text, line, b.heading, b.follows) for b in reader.blocks(tree, line))
        self.images += reader.images

    def _list(self, node: SyntaxTreeNode, line: int) -> str:
        items = [self._item(child, line) for child in node.children]
        items = [item for item in items if item]
        if node.type == "ordered_list":
            first = int(node.attrs.get("start", 1))
            return " ".join(f"{n}. {_ended(item)}" for n, item in enumerate(items, first))
        if all(len(item) <= _SHORT and not item.endswith(_ENDS) for item in items):
            return _ended("; ".join(items)) if items else ""
        return " ".join(f"• {_ended(item)}" for item in items)

    def _item(self, node: SyntaxTreeNode, line: int) -> str:
        parts = [block.text for block in self.blocks(node, line)]
        if len(parts) > 1:
            parts[:-1] = [part if part.endswith(_ENDS) else f"{part}:" for part in parts[:-1]]
        return " ".join(parts)

    def _table(self, node: SyntaxTreeNode) -> str:
        rows = [[self._cell(cell) for cell in row.children] for part in node.children for row in part.children]
        if not rows:
            return ""
        head, below = rows[0], rows[1:]
        told = [_row(head, row) for row in below] if below else [_row([], head)]
        return _ended("; ".join(row for row in told if row)) if any(told) else ""

    def _cell(self, node: SyntaxTreeNode) -> str:
        return self._words(node.children[0].content if node.children else "")

    def _words(self, content: str) -> str:
        if len(content) > _LONGEST_READ:
            return plain(content)
        content = _ATTRIBUTES.sub("", _NOTE.sub("", content))
        tokens: list[Token] = []
        _blocks.inline.parse(content, _blocks, {}, tokens)
        if any(t.type == "image" for t in tokens) and not any(t.type in _TEXTS and t.content.strip() for t in tokens):
            self.images += sum(t.type == "image" for t in tokens)
            return ""
        return plain("".join(self._said(tokens)))

    def _said(self, tokens: Sequence[Token]) -> Iterator[str]:
        open_links: list[tuple[str, list[str]]] = []
        unseen = False
        for token in tokens:
            if token.type == "html_inline" and (tag := _UNSEEN.match(token.content)):
                unseen = not tag[1]
            if unseen:
                continue
            if token.type == "link_open":
                open_links.append((str(token.attrs.get("href", "")), []))
                continue
            said = _link(*open_links.pop()) if token.type == "link_close" else self._of(token)
            if open_links:
                open_links[-1][1].append(said)
            else:
                yield said

    def _of(self, token: Token) -> str:
        if token.type in ("softbreak", "hardbreak"):
            return " "
        if token.type == "image":
            self.images += not token.content.strip()
            return token.content
        if token.type == "html_inline":
            self.images += len(_IMAGE.findall(token.content))
            return " " if token.content.lower().startswith("<br") else ""
        return token.content if token.type in _TEXTS else ""


def _link(address: str, words: list[str]) -> str:
    label = "".join(words).strip()
    if not address.startswith(_LINKED):
        return label
    shown = address.removeprefix("mailto:").removeprefix("tel:")
    if mask(shown) != shown:
        return label  # its number would be taken for a card's, and half an address leads nowhere
    same = label.rstrip("/").lower() in (shown.rstrip("/").lower(), address.rstrip("/").lower())
    return shown if same or not label else f"{label} ({shown})"


def _row(head: Sequence[str], row: Sequence[str]) -> str:
    names = [*head, *[""] * (len(row) - len(head))]
    return ", ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)


def _ended(text: str) -> str:
    return text if text.endswith(_ENDS) else f"{text}."
