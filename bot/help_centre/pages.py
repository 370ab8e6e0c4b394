"""The pages that people read: topics, what a search found, an article, and the thanks for a word on it."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from bot.chat.words import masked_form
from bot.help_centre.shelf import Leaf
from bot.help_centre.site import KEPT, Ask, Refused
from bot.store.opinions import keep_opinion

#: Letters of what is searched for that are looked at, and of a word on an article.
_QUERY, LONGEST_WORD = 200, 1000
_DESCRIPTION = 155
_LARGEST_FORM = 20_000
#: What an article may hold: no HTML, no pictures from elsewhere, no headings beside the page's own.
_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"])


async def front(ask: Ask) -> Response:
    """On to the start page in the reader's language."""
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-cache"}
    return RedirectResponse(f"{ask.site.path}/{ask.language}/", 302, headers)


async def tidy(ask: Ask) -> Response:
    """A slash too much or too little at the end: on to the page that is meant."""
    id = ask.part("id")
    return RedirectResponse(f"{ask.site.path}/{ask.language}/{id}", 308, {"Cache-Control": KEPT})


async def start(ask: Ask) -> Response:
    """The topics with their articles, or what a search found."""
    query = " ".join(ask.request.query_params.get("q", "")[:_QUERY].split())
    if query:
        return await _found(ask, query)
    return ask.page(
        "start.html",
        query="",
        topics=ask.shelf.by_topic(ask.language),
        alternates={language: f"/{language}/" for language in ask.shelf.languages},
    )


async def _found(ask: Ask, query: str) -> Response:
    """What the chat would answer with, and what else is near. Nothing of it is kept or logged."""
    if not await ask.site.searches.admits(ask.request):
        raise Refused(429, why="fast")
    await ask.site.bot.loading.wait()
    hits = await asyncio.to_thread(ask.site.bot.answers.search, query, ask.language)
    return ask.page("found.html", kept=False, query=query, hits=hits, alternates={})


async def article(ask: Ask) -> Response:
    """One article."""
    return _article(ask, _leaf(ask))


def _leaf(ask: Ask) -> Leaf:
    """The article that the path names. Raises `Refused`: 410 where it was withdrawn, 404 where there never was one."""
    id = ask.part("id")
    if (leaf := ask.shelf.get(ask.language, id)) is not None:
        return leaf
    if id in ask.shelf.withdrawn:
        raise Refused(410, "gone", "gone_why")
    raise Refused(404, "missing", "missing_why")


def _article(ask: Ask, leaf: Leaf, *, fault: str = "", word: str = "") -> Response:
    written = ask.shelf.written_in(leaf.id)
    first = leaf.article.passages[0]
    return ask.page(
        "article.html",
        422 if fault else 200,
        kept=not fault,
        leaf=leaf,
        passages=[rendered(passage) for passage in leaf.article.passages],
        description=first if len(first) <= _DESCRIPTION else first[: _DESCRIPTION - 1].rsplit(" ", 1)[0] + "…",
        related=ask.shelf.related(ask.language, leaf.id),
        alternates={language: f"/{language}/{leaf.id}" for language in written},
        canonical=f"/{leaf.article.language}/{leaf.id}",
        facts=_facts(leaf),
        chat=chat_link(ask.site.settings.help_chat, leaf.article.title),
        query="",
        fault=fault,
        word=word,
        longest=LONGEST_WORD,
    )


def rendered(passage: str) -> Markup:
    """A passage as HTML; whatever HTML stands in it is shown as text."""
    return Markup(_markdown.render(passage))  # noqa: S704 - markdown-it escapes HTML in it


def _facts(leaf: Leaf) -> dict[str, object]:
    """The article for search engines, by schema.org."""
    text = "\n\n".join(leaf.article.passages)
    question = {
        "@type": "Question",
        "name": leaf.article.title,
        "acceptedAnswer": {"@type": "Answer", "text": text},
    }
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": leaf.article.language,
        "dateModified": leaf.revised.isoformat(),
        "mainEntity": [question],
    }


def chat_link(where: str, about: str) -> str:
    """Where the chat opens with `about` in its box: on this page, on the page of the shop's that `where` names, or
    nowhere: empty."""
    if not where:
        return ""
    wish = urlencode({"askonce": "open", "askonce_about": about}, quote_via=quote)
    if where == "widget":
        return f"?{wish}"
    scheme, host, path, query, part = urlsplit(where)
    return urlunsplit((scheme, host, path, f"{query}&{wish}" if query else wish, part))


async def opinion(ask: Ask) -> Response:
    """A reader says whether an article helped."""
    leaf, request = _leaf(ask), ask.request
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, why="foreign")
    if not await ask.site.opinions.admits(request):
        raise Refused(429, why="fast")
    form = await request.form(max_files=0, max_fields=10, max_part_size=_LARGEST_FORM)
    raw = str(form.get("word", ""))
    given = masked_form(form)
    word = str(given.get("word", "")).replace("\r\n", "\n").replace("\x00", "\ufffd").strip()
    if len(raw.replace("\r\n", "\n").strip()) > LONGEST_WORD:
        return _article(ask, leaf, fault=ask.say("long", most=LONGEST_WORD), word=word)
    if given.get("helpful") not in ("yes", "no"):
        return _article(ask, leaf, fault=ask.say("choose"), word=word)
    helpful = given.get("helpful") == "yes"
    await keep_opinion(ask.site.bot.store, leaf.id, language=ask.language, helpful=helpful, words=word)
    return RedirectResponse(f"{ask.site.path}/{ask.language}/{leaf.id}/thanks", 303, {"Cache-Control": "no-store"})


async def thanks(ask: Ask) -> Response:
    """After that."""
    leaf = _leaf(ask)
    related = ask.shelf.related(ask.language, leaf.id)
    return ask.page("thanks.html", leaf=leaf, related=related, query="", alternates={})
