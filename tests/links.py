"""What a page points at: links to files and headings, names said to be in a file, and paths in backticks."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_OUTSIDE = ("http:", "https:", "mailto:")
#: What a path of ours looks like: below a folder of the repository, or a file at its top.
_PATH = re.compile(r"[\w.*<>…-]+(?:/[\w.*<>…-]*)+|[A-Z]\w*(?:\.md|file)|[\w.-]+\.(?:toml|yaml|lock)")
_NAME = re.compile(r"`([A-Za-z_][\w.]*)`")


def anchors(page: str) -> set[str]:
    """What a link may name behind `#`: headings as GitHub turns them, and anchors set by hand."""
    found: set[str] = set(re.findall(r'<a id="([^"]+)">', page))
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", page), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number, whole = 0, slug
        while whole in found:
            number += 1
            whole = f"{slug}-{number}"
        found.add(whole)
    return found


def dead_links(page: pathlib.Path, text: str) -> list[str]:
    """Links of a page that lead to no file or to no heading. `page` says where it lies, `text` what it says."""
    wrong = []
    for _, target in _LINK.findall(_FENCE.sub("", text)):
        if target.startswith(_OUTSIDE):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path
        if path and not file.exists():
            wrong.append(target)
        elif anchor and (not path or file.suffix == ".md"):
            if anchor not in anchors(file.read_text(encoding="utf-8") if path else text):
                wrong.append(target)
    return wrong


def misplaced_names(page: pathlib.Path, text: str) -> list[str]:
    """Links whose text is a name of code, to files that do not hold it; Python's files must define it."""
    wrong = []
    for shown, target in _LINK.findall(text):
        name, file = _NAME.fullmatch(shown), page.parent / target.partition("#")[0]
        if name is None or not file.is_file() or file.name == name[1] or file.suffix == ".md":
            continue
        last = re.escape(name[1].rsplit(".", 1)[-1])  # `Conversation.hear` is the `hear` in it
        held = rf"(?<!\w){last}(?!\w)"
        if file.suffix == ".py":
            held = rf"^\s*(?:(?:async )?def |class )?{last}\b *[(:=\[]"
        if not re.search(held, file.read_text(encoding="utf-8"), re.M):
            wrong.append(f"{name[1]} in {target}")
    return wrong


def paths(text: str) -> Iterator[str]:
    """What stands in backticks and is a path of the repository: one below a folder at its top, or a file there."""
    tops = {p.name for p in ROOT.iterdir()} - {"var"}  # what running things leave behind
    for quoted in re.findall(r"`([^`\n]+)`", _FENCE.sub("", text)):
        if _PATH.fullmatch(quoted) and (quoted.split("/")[0] in tops or "/" not in quoted):
            yield quoted


def missing_paths(text: str) -> list[str]:
    """Paths in backticks that do not exist; `<language>` and `*` stand for anything, `…` for more of the same."""
    wrong = []
    for path in paths(text):
        pattern = re.sub(r"<\w+>|…", "*", path).rstrip("/")
        if not any(ROOT.glob(pattern)):
            wrong.append(path)
    return wrong
