"""Editing articles: validated, previewed, indexed at once, every version kept; and trying a question."""

from __future__ import annotations

import difflib
import itertools
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response

from bot.clock import today
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.console.wording import note_of
from bot.store.edited_articles import edited, keep_version, version_of, versions_of
from dialogue.referee.words import faults
from kb_answers.library import Article, ArticleError, parse_article

_NEW = """---
id: {id}
title: {title}
sources:
  - "000"
revised: {today}
questions:
  - {question}
---
{answer}
"""
#: Articles that are shown by how near they came to a question.
_SHOWN = 8
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_markdown = MarkdownIt("commonmark", {"html": False})


async def _texts(ask: Ask) -> dict[str, str]:
    """Every article's text as it stands."""
    files = {p.stem: p.read_text(encoding="utf-8") for p in ask.bot.answers.folder.glob("*.md")}
    return {id: text for id, text in (files | await edited(ask.bot.store)).items() if text}


async def articles(ask: Ask) -> Response:
    """The articles that shoppers get answers from, and those that were withdrawn."""
    changed = await edited(ask.bot.store)
    listed = [
        {"id": a.id, "title": a.title, "revised": a.revised, "edited": a.id in changed, "questions": len(a.questions)}
        for a in ask.bot.answers.index.articles
    ]
    withdrawn = sorted(id for id, text in changed.items() if not text)
    return ask.page("articles.html", articles=listed, withdrawn=withdrawn)


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:6]) or "new-article"


async def new_article(ask: Ask) -> Response:
    """A draft, for a question that no article answers."""
    question = " ".join(ask.request.query_params.get("question", "").split())[:200] or gettext(
        "how shoppers ask for it"
    )
    question = re.sub(r"[:#\[\]{}\"'&*!|>%@`]", " ", question)
    id = _slug(question)
    title = question[:1].upper() + question[1:80]
    answer = gettext("Write the answer here, the direct answer first. Facts only, with their source named above.")
    text = _NEW.format(id=id, title=title, question=question, today=today(), answer=answer)
    return ask.page(
        "article.html", id=id, text=text, new=True, versions=[], error="", preview=None, problems=[], note=""
    )


async def article(ask: Ask) -> Response:
    """One article as it stands, to be edited, with its versions."""
    id = ask.part("id")
    versions = await versions_of(ask.bot.store, id)
    called = await ask.called()
    texts = await _texts(ask)
    if id not in texts and not versions:
        raise Refused(404, gettext("There is no such article."))
    return ask.page(
        "article.html",
        id=id,
        text=texts.get(id, ""),
        new=False,
        versions=versions,
        error="",
        preview=None,
        problems=[],
        note="",
        called=called,
    )


def check(text: str, id: str, values: Mapping[str, str]) -> tuple[Article | None, list[str]]:
    """The article in `text` and what the strict rules have against its words. Raises `ArticleError`."""
    found = parse_article(text, pathlib.Path(f"{id}.md"), values)
    spoken = found.passages if found else ()
    problems = sorted({f"{rule}: {reason}" for passage in spoken for rule, reason in faults("answer", passage, "")})
    return found, problems


async def save_article(ask: Ask) -> Response:
    """Preview, or store a new version: it answers shoppers at once, on every replica within seconds."""
    id, text = ask.part("id"), ask.given("text", 60_000) + "\n"
    if not ID.fullmatch(id):
        raise Refused(422, gettext("An article's id is in lower case, with hyphens between words."))
    values: dict[str, Any] = {
        "id": id,
        "text": text,
        "new": ask.given("new") == "1",
        "versions": [],
        "note": ask.given("note", 200),
    }
    try:
        found, problems = check(text, id, ask.bot.answers.values)
    except ArticleError as error:
        return ask.page("article.html", 422, **values, error=str(error), preview=None, problems=[])
    passages = found.passages if found else ()
    preview = [Markup(_markdown.render(p)) for p in passages]  # noqa: S704 - markdown-it escapes HTML in it
    if ask.given("do") == "preview" or problems:
        return ask.page(
            "article.html", 422 if problems else 200, **values, error="", preview=preview, problems=problems
        )
    await _store(ask, id, text, ask.given("note", 200) or "edited")
    return ask.to(f"/console/articles/{id}", gettext("Saved. Shoppers get answers from it now."))


async def _store(ask: Ask, id: str, text: str, note: str) -> None:
    after = await edited(ask.bot.store) | {id: text}
    try:
        ask.bot.answers.reload(after)
    except ArticleError as error:
        raise Refused(422, gettext("The articles could not be indexed with this: %(why)s", why=error)) from error
    me = ask.me.account
    await keep_version(ask.bot.store, id, text, note=note, who=me.email, account=me.id)
    await ask.note("edit article", id, note)


async def undo_article(ask: Ask) -> Response:
    """Make an earlier version the newest again; 0 is the file, or nothing where there is none."""
    id, version = ask.part("id"), ask.given("version")
    if version == "0":
        path = ask.bot.answers.folder / f"{id}.md"
        text = path.read_text(encoding="utf-8") if ID.fullmatch(id) and path.exists() else ""
        note = "back to the file" if text else "withdrawn"
    else:
        row = await version_of(ask.bot.store, id, ask.number("version"))
        if row is None:
            raise Refused(404, gettext("There is no such version."))
        text, note = row.text, f"back to version {row.id}"
    await _store(ask, id, text, note)
    return ask.to(f"/console/articles/{id}", gettext("Done: %(note)s.", note=note_of(note)))


async def withdraw_article(ask: Ask) -> Response:
    """Answer from this article no longer; its versions are kept."""
    id = ask.part("id")
    if id not in await _texts(ask):
        raise Refused(404, gettext("There is no such article."))
    await _store(ask, id, "", "withdrawn")
    return ask.to("/console/articles", gettext("“%(id)s” is withdrawn; its versions are kept.", id=id))


async def compare_versions(ask: Ask) -> Response:
    """What one version changed against the one before it, line by line."""
    id, number = ask.part("id"), ask.place("version")
    rows = await versions_of(ask.bot.store, id, up_to=number, limit=2)
    if not rows or rows[0].id != number:
        raise Refused(404, gettext("There is no such version."))
    path = ask.bot.answers.folder / f"{id}.md"
    before = rows[1].text if len(rows) > 1 else path.read_text(encoding="utf-8") if path.exists() else ""
    lines = list(difflib.unified_diff(before.splitlines(), rows[0].text.splitlines(), lineterm="", n=3))[2:]
    return ask.page("article_diff.html", id=id, version=rows[0], lines=lines, called=await ask.called())


async def try_question(ask: Ask) -> Response:
    """What shoppers would be told to a question, and how near each article came."""
    question = " ".join(ask.request.query_params.get("q", "").split())[:500]
    answer, needed = None, 0.0
    hits: list[dict[str, Any]] = []
    if question:
        answers = ask.bot.answers
        answer, needed = answers.ask(question), answers.needed(question)
        articles = {article.id: article for article in answers.index.articles}
        for id, confidence in itertools.islice(answers.confidence(question).items(), _SHOWN):
            article = articles[id]
            hits.append({"id": id, "title": article.title, "confidence": confidence, "passage": article.passages[0]})
    return ask.page("try.html", question=question, answer=answer, hits=hits, needed=needed)
