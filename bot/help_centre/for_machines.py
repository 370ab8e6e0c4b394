"""What machines read: files of the pages, the map for search engines, the feed of changes, and what a search found."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from typing import TypedDict

from starlette.responses import JSONResponse, Response

from bot.help_centre.shelf import Leaf
from bot.help_centre.site import NOT_KEPT, Ask, Refused

_NEWEST = 50
#: Letters of what is searched for that are looked at, and articles that a search answers with.
_QUERY, _FOUND = 200, 5
_FOR_EVER = "public, max-age=31536000, immutable"


async def static(ask: Ask) -> Response:
    """A file that pages load: kept for ever under the address that names its version, else as pages are."""
    file = ask.site.statics[ask.request.url.path.rpartition("/")[2]]
    asked = ask.request.query_params.get("v", "")
    how = _FOR_EVER if asked == file.version else "public, max-age=120"
    return ask.kept(file.body.decode(), file.kind, how)


async def sitemap(ask: Ask) -> Response:
    """Every page that holds something of its own, with its other languages. Search engines want whole addresses, so it
    serves them where `ASKONCE_PUBLIC_URL` is set."""
    pages = [(f"/{language}/", None, ask.shelf.languages, "/") for language in ask.shelf.languages]
    articles = [
        (f"/{language}/{leaf.id}", leaf.revised, ask.shelf.written_in(leaf.id), f"/{leaf.id}")
        for language in ask.shelf.languages
        for leaf in ask.shelf.own(language)
    ]
    xml = ask.site.templates.get_template("sitemap.xml").render(site=ask.site, pages=[*pages, *articles])
    return ask.kept(xml, "application/xml")


async def feed(ask: Ask) -> Response:
    """The articles in the order in which they were revised, as Atom."""
    if ask.part("language") and ask.part("language") not in ask.shelf.languages:
        raise Refused(404, "missing", "missing_why")
    leaves = sorted(ask.shelf.own(ask.language), key=lambda leaf: (leaf.revised, leaf.id), reverse=True)[:_NEWEST]
    entries = [(leaf, _name(f"{ask.language}/{leaf.id}"), _moment(leaf)) for leaf in leaves]
    xml = ask.site.templates.get_template("feed.xml").render(
        site=ask.site,
        language=ask.language,
        say=ask.say,
        entries=entries,
        name=_name(ask.language),
        updated=entries[0][2] if entries else "1970-01-01T00:00:00Z",
    )
    return ask.kept(xml, "application/atom+xml")


class Found(TypedDict):
    """A place that a search found; `answers`: it answers what was searched for."""

    title: str
    passage: str
    language: str
    url: str
    answers: bool


class SearchAnswer(TypedDict):
    """What a search answers with."""

    items: list[Found]


async def search(ask: Ask) -> Response:
    """What a search found, for the widget on any page: the same for everybody, and nothing of it is kept or logged. A
    language in which nothing is written finds the originals; an address that asks too fast gets nothing (429)."""
    headers = {"Cache-Control": NOT_KEPT, "Access-Control-Allow-Origin": "*"}
    query = " ".join(ask.request.query_params.get("q", "")[:_QUERY].split())
    if not await ask.site.searches.admits(ask.request):
        return JSONResponse({"items": []}, 429, headers | {"Retry-After": "60"})
    await ask.site.bot.loading.wait()
    hits = await asyncio.to_thread(ask.site.bot.answers.search, query, ask.language, _FOUND) if query else []
    items: list[Found] = [
        {
            "title": hit.article.title,
            "passage": hit.passage,
            "language": hit.article.language,
            "url": f"{ask.site.url}/{ask.language}/{hit.article.id}",
            "answers": hit.answers,
        }
        for hit in hits
    ]
    return JSONResponse(SearchAnswer(items=items), headers=headers)


def _name(of: str) -> str:
    """What a feed's reader knows an entry by, whatever its address becomes."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"askonce:help:{of}").urn


def _moment(leaf: Leaf) -> str:
    return datetime.datetime.combine(leaf.revised, datetime.time()).isoformat() + "Z"


async def robots(ask: Ask) -> Response:
    """What search engines may read of this host, and where its map is."""
    lines = ["User-agent: *", "Disallow: /api/", "Disallow: /console/", "Disallow: /webhooks/", "Allow: /"]
    if ask.site.settings.public_url:
        lines.append(f"Sitemap: {ask.site.url}/sitemap.xml")
    return ask.kept("\n".join(lines) + "\n", "text/plain; charset=utf-8")
