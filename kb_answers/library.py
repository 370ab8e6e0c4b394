"""Reads and checks the articles: Markdown files with a short header. Every error names file and line and says what to
do."""

from __future__ import annotations

import datetime
import functools
import pathlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

ARTICLES = pathlib.Path(__file__).parent / "articles"
_REQUIRED = ("id", "title", "sources", "revised")
_TRANSLATED = ("id", "title", "language", "renders")
_LISTS = ("sources", "questions")
#: Letters of a topic: it is a heading.
_LONGEST_TOPIC = 60
_LISTED = {"sources": ", a list of texts"}
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LANGUAGE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLOT = re.compile(r"\{(\w+)\}")


class ArticleError(Exception):
    """An article that cannot be used; the message names file and line and says what to do."""


@dataclass(frozen=True)
class Article:
    """`passages` are the paragraphs, the direct answer first; `questions` are ways shoppers ask for it, for the search
    alone; `sources` name the documents the facts come from. A translation stands in a folder named by its `language`,
    has its original's id, and `revised` is that of the original which it renders. `review` is the day on which
    somebody is to look whether it is still true, None where the header names none (`kb_answers.reviews`). `topic` says
    under which heading readers find it, empty where nobody said; a translation stands under its original's."""

    id: str
    title: str
    sources: tuple[str, ...]
    revised: datetime.date
    questions: tuple[str, ...]
    passages: tuple[str, ...]
    language: str = "en"
    review: datetime.date | None = None
    topic: str = ""


def _fail(path: pathlib.Path, line: int, what: str) -> ArticleError:
    return ArticleError(f"{path}:{line}: {what}")


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
    revised, review = _checked(header, path)
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
        id=header.texts["id"],
        title=header.texts["title"],
        sources=header.lists.get("sources", ()),
        revised=revised,
        questions=header.lists.get("questions", ()),
        passages=tuple(_SLOT.sub(lambda m: values[m[1]], p) for p in passages),
        language=header.texts.get("language", "en"),
        review=review,
        topic=" ".join(header.texts.get("topic", "").split()),
    )


@dataclass(frozen=True)
class _Header:
    """Each key's text, or its list of texts, and the line of the file that it stands in. YAML is read as texts alone,
    by the parser in C: hundreds of articles are read at each start, and a question may be "no"."""

    texts: dict[str, str]
    lists: dict[str, tuple[str, ...]]
    lines: dict[str, int]


def _header(text: str, path: pathlib.Path) -> tuple[_Header, list[str], int]:
    """The keys and values between the two lines of dashes, the lines below them, and the place of the second."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise _fail(path, 1, "must begin with a header between two lines of three dashes")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    try:
        node = yaml.compose("\n".join(lines[1:end]), Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it holds a sign that YAML has not"
        raise _fail(path, (mark.line if mark else 0) + 2, f"the header is not valid YAML: {problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise _fail(path, 2, "the header must hold `key: value` lines")
    header = _Header({}, {}, {})
    for key, value in node.value:
        line = key.start_mark.line + 2
        if not isinstance(key, yaml.ScalarNode) or key.value in header.lines:
            raise _fail(path, line, "the header must hold `key: value` lines, each key once")
        header.lines[key.value] = line
        if isinstance(value, yaml.ScalarNode):
            header.texts[key.value] = str(value.value)
        elif isinstance(value, yaml.SequenceNode) and all(isinstance(v, yaml.ScalarNode) for v in value.value):
            header.lists[key.value] = tuple(str(v.value) for v in value.value)
    return header, lines[end + 1 :], end


def _checked(header: _Header, path: pathlib.Path) -> tuple[datetime.date, datetime.date | None]:
    """When the article was revised, or what it renders was, and when somebody is to look at it again; raises
    `ArticleError` for a header that cannot be."""
    required = _TRANSLATED if "language" in header.lines else _REQUIRED
    known = {*required, "questions", *(() if "language" in header.lines else ("topic", "review"))}
    for key in required:
        if not (header.lists if key in _LISTS else header.texts).get(key):
            raise _fail(path, header.lines.get(key, 2), f"the header lacks `{key}`" + _LISTED.get(key, ""))
    for key, line in header.lines.items():
        if key not in known:
            raise _fail(path, line, f"unknown key `{key}`; known are {', '.join(sorted(known))}")
        if key in _LISTS and key not in header.lists and header.texts.get(key) != "":
            raise _fail(path, line, f"`{key}` must be a list of texts")
    texts, lines = header.texts, header.lines
    if "topic" in lines and not 0 < len(texts.get("topic", "").strip()) <= _LONGEST_TOPIC:
        raise _fail(path, lines["topic"], f"`topic` must be a text of 1 to {_LONGEST_TOPIC} letters, or not be there")
    dated = "renders" if "language" in lines else "revised"
    if "language" in texts and texts["language"] != path.parent.name:
        raise _fail(path, lines["language"], f"`language` must be the folder's name, `{path.parent.name}`")
    if not _ID.fullmatch(texts["id"]) or texts["id"] != path.stem:
        raise _fail(path, lines["id"], f"`id` must be the file's name, `{path.stem}`, in lower case with hyphens")
    return _date(header, path, dated), _date(header, path, "review") if "review" in lines else None


def _date(header: _Header, path: pathlib.Path, key: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(header.texts.get(key, ""))
    except ValueError:
        raise _fail(path, header.lines[key], f"`{key}` must be a date such as 2026-11-21") from None


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
