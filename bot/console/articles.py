"""Articles as they stand: the list with what waits, one with its versions and its draft, what changed; and trying a
question. What changes them is in `bot.console.drafting`."""

from __future__ import annotations

import difflib
import itertools
import re
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response

from bot.clock import today
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.operations.article_checks import read
from bot.operations.editing import Editing, NoSuchArticle, Standing, Version
from bot.store.edited_articles import DRAFT, drafts_of, edited, version_of, versions_of
from kb_answers.library import ArticleError

_NEW = """---
id: {id}
title: {title}
sources:
  - "{source}"
revised: {today}
questions:
  - {question}
---
{answer}
"""
#: Articles that are shown by how near they came to a question.
_SHOWN = 8
_markdown = MarkdownIt("commonmark", {"html": False})


def editing(ask: Ask) -> Editing:
    """What changes the articles of this bot."""
    settings = ask.bot.settings
    mails = bool(settings.smtp_host)
    return Editing(ask.bot.store, ask.bot.answers, months=settings.review_months, mails=mails)


async def standing(ask: Ask, id: str) -> Standing:
    """How the article stands. Raises `Refused` where there is none."""
    try:
        return await editing(ask).standing(id)
    except NoSuchArticle as error:
        raise Refused(404, gettext("There is no such article.")) from error


def passages(ask: Ask, id: str, text: str) -> list[Markup] | None:
    """What shoppers could be told of the article in `text`; None where it cannot be read."""
    try:
        found = read(text, id, ask.bot.answers)
    except ArticleError:
        return None
    return [Markup(_markdown.render(p)) for p in found.passages] if found else []  # noqa: S704 - it escapes HTML


def changes(before: str, after: str) -> list[str]:
    """What changed, line by line, as `diff -u` writes it."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]


async def articles(ask: Ask) -> Response:
    """The articles that shoppers get answers from, the drafts that wait, what is to be looked at, and what was
    withdrawn."""
    changed, edits = await edited(ask.bot.store), editing(ask)
    drafts, overdue = await drafts_of(ask.bot.store), edits.overdue()
    listed = [
        {"id": a.id, "title": a.title, "revised": a.revised, "edited": a.id in changed, "questions": len(a.questions),
         "due": edits.due(a.id), "overdue": a.id in overdue}
        for a in ask.bot.answers.index.articles
    ]  # fmt: skip
    withdrawn = sorted(id for id, text in changed.items() if not text)
    titles = {a.id: a.title for a in ask.bot.answers.index.articles}
    return ask.page(
        "articles.html", articles=listed, withdrawn=withdrawn, drafts=drafts, titles=titles,
        drafted={draft.article for draft in drafts}, overdue=overdue, called=await ask.called(),
    )  # fmt: skip


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:6]) or "new-article"


async def new_article(ask: Ask) -> Response:
    """The beginning of an article, for a question that none answers."""
    question = " ".join(ask.request.query_params.get("question", "").split())[:200] or gettext(
        "how shoppers ask for it"
    )
    question = re.sub(r"[:#\[\]{}\"'&*!|>%@`]", " ", question)
    id = _slug(question)
    title = question[:1].upper() + question[1:80]
    answer = gettext("Write the answer here, the direct answer first. Facts only, with their source named above.")
    source = gettext("name the document where this stands")
    text = _NEW.format(id=id, title=title, question=question, today=today(), answer=answer, source=source)
    return ask.page("article.html", **form_of(id, text, new=True), stands=None)


def form_of(id: str, text: str, *, new: bool = False, base: int = 0, note: str = "") -> dict[str, Any]:
    """What the page of an article shows beside how it stands: the form, without a word on it."""
    return {
        "id": id, "text": text, "new": new, "base": base, "note": note, "preview": None, "problems": [], "due": None,
        "overdue": False, "called": {},
    }  # fmt: skip


async def article(ask: Ask) -> Response:
    """One article as it stands, to be edited, with its draft and its versions."""
    id = ask.part("id")
    stands, edits = await standing(ask, id), editing(ask)
    form = form_of(id, stands.draft.text if stands.draft else stands.text, base=stands.newest)
    due = edits.due(id)
    form |= {"due": due, "overdue": due is not None and due <= today(), "called": await ask.called()}
    return ask.page("article.html", **form, stands=stands)


async def compare_versions(ask: Ask) -> Response:
    """What one version or draft changed against what shoppers got before it, line by line."""
    id = ask.part("id")
    version = await version_of(ask.bot.store, id, ask.place("version"))
    if version is None:
        raise Refused(404, gettext("There is no such version."))
    before = await _before(ask, version)
    return ask.page(
        "article_diff.html", id=id, version=version, lines=changes(before, version.text), called=await ask.called()
    )


async def _before(ask: Ask, version: Version) -> str:
    earlier = await versions_of(ask.bot.store, version.article, up_to=version.id - 1)
    published = next((v.text for v in earlier if v.state != DRAFT), None)
    return editing(ask).file(version.article) if published is None else published


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
