"""Reads and checks the articles: Markdown files with a short header. Every error names file and line and says what to
do."""

from __future__ import annotations

import datetime
import functools
import pathlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

ARTICLES = pathlib.Path(__file__).parent / "articles"
_REQUIRED = ("id", "title", "sources", "revised")
_TRANSLATED = ("id", "title", "language", "renders")
_LANGUAGE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLOT = re.compile(r"\{(\w+)\}")


class ArticleError(Exception):
    """An article that cannot be used; the message names file and line and says what to do."""


@dataclass(frozen=True)
class Article:
    """`passages` are the paragraphs, the direct answer first; `questions` are ways shoppers ask for it, for the search
    alone; `sources` name the documents the facts come from. A translation stands in a folder named by its `language`,
    has its original's id, and `revised` is that of the original which it renders."""

    id: str
    title: str
    sources: tuple[str, ...]
    revised: datetime.date
    questions: tuple[str, ...]
    passages: tuple[str, ...]
    language: str = "en"


def _fail(path: pathlib.Path, line: int, what: str) -> ArticleError:
    return ArticleError(f"{path}:{line}: {what}")


def _line(header: Any, key: str) -> int:
    try:
        return int(header.lc.key(key)[0]) + 2
    except (AttributeError, KeyError):
        return 1


def read_article(path: pathlib.Path, values: Mapping[str, str]) -> Article | None:
    """One article, `{support_email}` and the like filled in; None where it needs a value the shop has not set (such as
    `{hours}`, which are then not published). Raises `ArticleError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _fail(path, 1, f"cannot be read as UTF-8 text: {error}") from error
    return parse_article(text, path, values)


def parse_article(text: str, path: pathlib.Path, values: Mapping[str, str]) -> Article | None:
    """The article in `text`, which stands or would stand at `path`; as `read_article`. What was read once is
    remembered: the whole library is read again after each change of one article."""
    return _parse(text, path, tuple(sorted(values.items())))


@functools.lru_cache(maxsize=2000)
def _parse(text: str, path: pathlib.Path, pairs: tuple[tuple[str, str], ...]) -> Article | None:
    values = dict(pairs)
    header, below, end = _header(text, path)
    _check_header(header, path)
    passages = [" ".join(p.split()) for p in re.split(r"\n\s*\n", "\n".join(below)) if p.strip()]
    if not passages:
        raise _fail(path, end + 2, "has no text below its header")
    for number, line in enumerate(below, end + 2):
        for slot in _SLOT.findall(line):
            if slot not in values:
                raise _fail(path, number, f"unknown value {{{slot}}}; known are {', '.join(sorted(values))}")
    if any(not values[slot] for p in passages for slot in _SLOT.findall(p)):
        return None
    return Article(
        id=str(header["id"]),
        title=str(header["title"]),
        sources=tuple(header.get("sources", ())),
        revised=header["renders" if "language" in header else "revised"],
        questions=tuple(header.get("questions", ())),
        passages=tuple(_SLOT.sub(lambda m: values[m[1]], p) for p in passages),
        language=str(header.get("language", "en")),
    )


def _header(text: str, path: pathlib.Path) -> tuple[dict[str, Any], list[str], int]:
    """The keys and values between the two lines of dashes, the lines below them, and the place of the second."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise _fail(path, 1, "must begin with a header between two lines of three dashes")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    try:
        header = YAML(typ="rt").load("\n".join(lines[1:end]))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fail(path, (mark.line if mark else 0) + 2, f"the header is not valid YAML: {error.problem}") from error
    if not isinstance(header, dict):
        raise _fail(path, 2, "the header must hold `key: value` lines")
    return header, lines[end + 1 :], end


def _check_header(header: dict[str, Any], path: pathlib.Path) -> None:
    required = _TRANSLATED if "language" in header else _REQUIRED
    known = {*required, "questions"}
    for key in required:
        if not header.get(key):
            raise _fail(path, 2, f"the header lacks `{key}`")
    for key in header:
        if key not in known:
            raise _fail(path, _line(header, key), f"unknown key `{key}`; known are {', '.join(sorted(known))}")
    dated = "renders" if "language" in header else "revised"
    if "language" in header and header["language"] != path.parent.name:
        raise _fail(path, _line(header, "language"), f"`language` must be the folder's name, `{path.parent.name}`")
    if not _ID.fullmatch(str(header["id"])) or header["id"] != path.stem:
        raise _fail(
            path, _line(header, "id"), f"`id` must be the file's name, `{path.stem}`, in lower case with hyphens"
        )
    if not isinstance(header[dated], datetime.date):
        raise _fail(path, _line(header, dated), f"`{dated}` must be a date such as 2026-11-21")
    for key in ("sources", "questions"):
        if not isinstance(header.get(key, []), list) or not all(isinstance(x, str) for x in header.get(key, [])):
            raise _fail(path, _line(header, key), f"`{key}` must be a list of texts")


def read_library(
    folder: pathlib.Path, values: Mapping[str, str], edited: Mapping[str, str] = {}
) -> tuple[Article, ...]:
    """Every article of a folder, by id; `edited` holds texts that stand in the place of files, empty where an article
    is withdrawn. Raises `ArticleError` for the first that cannot be used, or where there is none."""
    paths = {path.stem: path for path in folder.glob("*.md")}
    if not paths and not any(edited.values()):
        raise ArticleError(f"{folder}: holds no articles (*.md)")
    found = (
        read_article(paths[id], values) if id not in edited else parse_article(edited[id], folder / f"{id}.md", values)
        for id in sorted({*paths, *edited})
        if edited.get(id, "stands")
    )
    return tuple(article for article in found if article is not None)


def translations(
    folder: pathlib.Path, values: Mapping[str, str], own: Mapping[str, Mapping[str, str]] = {}
) -> dict[str, tuple[Article, ...]]:
    """The translated articles of a folder by language, each by id; `own`, by language, are values that are written
    otherwise in it. Raises `ArticleError` for the first that cannot be used, and where there is no original of its
    name."""
    found: dict[str, tuple[Article, ...]] = {}
    for below in sorted(p for p in folder.iterdir() if p.is_dir() and _LANGUAGE.fullmatch(p.name)):
        articles = []
        for path in sorted(below.glob("*.md")):
            if not (folder / path.name).exists():
                raise _fail(path, 1, f"translates no article: there is no {path.name} in {folder}")
            if (article := read_article(path, {**values, **own.get(below.name, {})})) is not None:
                articles.append(article)
        found[below.name] = tuple(articles)
    return found


def outdated(originals: Iterable[Article], translated: Iterable[Article]) -> list[Article]:
    """The translations that render an older text than the original has now."""
    revised = {article.id: article.revised for article in originals}
    return [t for t in translated if t.revised < revised.get(t.id, t.revised)]
