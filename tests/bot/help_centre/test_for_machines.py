"""What machines read: the map for search engines, the feeds, the rules for robots."""

from __future__ import annotations

import pathlib
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx

from tests.bot.help_centre.conftest import Centre, centre_of, written

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
ATOM = "{http://www.w3.org/2005/Atom}"
HERE = "https://chat.shop.example/help"


def _tree(answer: httpx.Response) -> Element:
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own


async def test_the_map_names_every_page_that_has_words_of_its_own(centre: Centre) -> None:
    answer = await centre.get("/help/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    found = {url.findtext(f"{MAP}loc"): url for url in _tree(answer)}
    assert set(found) == {
        f"{HERE}/{path}"
        for path in (
            "en/",
            "de/",
            "en/gift-wrapping",
            "de/gift-wrapping",
            "en/delivery-time",
            "de/delivery-time",
            "en/repairs",
        )
    }
    late = found[f"{HERE}/de/delivery-time"]
    assert late.findtext(f"{MAP}lastmod") == "2026-01-31"
    assert {(a.get("hreflang"), a.get("href")) for a in late.iter(LINK)} == {
        ("en", f"{HERE}/en/delivery-time"),
        ("de", f"{HERE}/de/delivery-time"),
    }
    assert [a.get("hreflang") for a in found[f"{HERE}/en/repairs"].iter(LINK)] == ["en"]


async def test_the_feed_tells_the_newest_first_in_its_language(centre: Centre) -> None:
    odd = written("odd", "A & B <c>", "One &amp; two \x0b three.", revised="2026-06-01")
    await centre.edit("odd", odd)
    answer = await centre.get("/help/feed.xml")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = _tree(answer)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["A & B <c>", "How long delivery takes", "Repairs of old lamps", "Gift wrapping"]
    assert feed.findtext(f"{ATOM}updated") == "2026-06-01T00:00:00Z"
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 4 and all(id.startswith("urn:uuid:") for id in ids)
    german = _tree(await centre.get("/help/de/feed.xml"))
    assert [e.findtext(f"{ATOM}title") for e in german.iter(f"{ATOM}entry")] == [
        "Geschenkverpackung",
        "Wie lange die Lieferung dauert",
    ]
    link = next(german.iter(f"{ATOM}entry")).find(f"{ATOM}link")
    assert link is not None and link.get("href") == f"{HERE}/de/gift-wrapping"


async def test_robots_may_read_the_help_and_nothing_of_the_console(
    centre: Centre, tmp_path: pathlib.Path, articles: pathlib.Path
) -> None:
    text = (await centre.get("/robots.txt")).text
    assert (
        "Disallow: /console/\n" in text and f"Sitemap: {HERE}/sitemap.xml\n" in text and "Disallow: /help" not in text
    )
    async with centre_of(f"sqlite:///{tmp_path}/other.db", articles=articles) as private:
        assert "Sitemap" not in (await private.get("/robots.txt")).text
        assert "<loc>/help/en/repairs</loc>" in (await private.get("/help/sitemap.xml")).text
