"""Pages fetched from a real server: politely, within limits, and never from within the shop's own network."""

from __future__ import annotations

import gzip
import time

import pytest

from bot.operations.importing.fetching import Fetcher, FetchError
from bot.operations.importing.pieces import LARGEST, Left, Piece
from bot.operations.importing.sites import Site
from tests.bot.operations.importing.conftest import Website

TEXT = "<html><body><main><h1>{0}</h1><p>Of {0} there is this to say, and it is said in some more words.</p></main>"


def read(website: Website, url: str, most: int = 500) -> list[Piece | Left]:
    with Fetcher(allow_private=True, pause=0) as fetcher:
        return list(Site(fetcher, most=most, step=lambda: None).read(url))


def _left(website: Website, url: str) -> Left:
    (one,) = read(website, url)
    assert isinstance(one, Left)
    return one


def test_a_page_is_read_under_the_name_of_the_importer(website: Website) -> None:
    (page,) = read(website, website.page("/returns", TEXT.format("Returns")))
    assert isinstance(page, Piece) and page.title == "Returns" and page.source == f"{website.url}/returns"
    assert website.asked == ["/robots.txt", "/returns"] and website.agents == {"AskonceImport/1.0"}


def test_a_sitemap_leads_to_its_pages_once_each_with_their_days(website: Website) -> None:
    for name in ("one", "two"):
        website.page(f"/{name}", TEXT.format(name))
    entries = "".join(f"<url><loc>{website.url}/{n}</loc><lastmod>2026-02-03</lastmod></url>" for n in ("one", "two"))
    inner = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}<url><loc>/one</loc></url></urlset>"
    website.page("/inner.xml.gz", gzip.compress(inner.encode()), "application/gzip")
    index = (
        f"<?xml version='1.0'?><sitemapindex><sitemap><loc>{website.url}/inner.xml.gz</loc></sitemap></sitemapindex>"
    )
    found = read(website, website.page("/sitemap.xml", index, "application/xml"))
    assert [(p.title, str(p.revised)) for p in found if isinstance(p, Piece)] == [
        ("one", "2026-02-03"),
        ("two", "2026-02-03"),
    ]
    assert len(found) == 2 and website.at_once == 1


def test_a_sitemap_that_names_itself_or_would_grow_without_end_ends(website: Website) -> None:
    loop = f"<sitemapindex><sitemap><loc>{website.url}/s.xml</loc></sitemap></sitemapindex>"
    assert read(website, website.page("/s.xml", loop, "application/xml")) == []
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(8)
    )
    left = _left(website, website.page("/b.xml", f"<urlset>{bomb}", "application/xml"))
    assert left.cause == "cannot be read" and "not valid XML" in left.detail


def test_robots_are_respected(website: Website) -> None:
    website.page("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    url = website.page("/private/x", TEXT.format("x"))
    assert _left(website, url).cause == "robots" and "/private/x" not in website.asked
    website.page("/robots.txt", "out of order", status=503)
    assert _left(website, website.page("/open", TEXT.format("x"))).cause == "robots"


def test_there_is_a_pause_between_two_pages(website: Website) -> None:
    urls = [website.page(f"/{n}", TEXT.format(n)) for n in range(3)]
    with Fetcher(allow_private=True, pause=0.15) as fetcher:
        began = time.monotonic()
        for url in urls:
            fetcher.get(url)
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [(404, "missing", "answered 404"), (500, "failed", "try later"), (403, "missing", "403")],
)
def test_what_the_server_does_not_give_is_named(website: Website, status: int, cause: str, told: str) -> None:
    left = _left(website, website.page("/x", "no", status=status))
    assert left.cause == cause and told in left.detail


def test_what_is_too_large_is_not_read_to_its_end(website: Website) -> None:
    left = _left(website, website.page("/big", b"x" * (2 * LARGEST)))
    assert (left.cause, left.detail) == ("too large", "is larger than 5 MB")
    packed = gzip.compress(b"x" * (2 * LARGEST))
    assert "when unpacked" in _left(website, website.page("/big.gz", packed, "application/gzip")).detail


def test_no_more_pages_than_are_allowed(website: Website) -> None:
    entries = "".join(f"<url><loc>{website.page(f'/{n}', TEXT.format(n))}</loc></url>" for n in range(5))
    found = read(website, website.page("/s.xml", f"<urlset>{entries}</urlset>", "application/xml"), most=3)
    assert [type(one).__name__ for one in found] == ["Piece", "Piece", "Left", "Left", "Left"]
    assert {one.cause for one in found if isinstance(one, Left)} == {"too many"} and "/4" not in website.asked


def test_redirects_stay_with_http_and_end(website: Website) -> None:
    website.page("/new", TEXT.format("New"))
    (page,) = read(website, website.lead("/old", "/new"))
    assert isinstance(page, Piece) and page.source == f"{website.url}/new"
    assert "only http:// and https://" in _left(website, website.lead("/file", "file:///etc/passwd")).detail
    assert "redirects" in _left(website, website.lead("/round", "/round")).detail


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]"]
    + ["0.0.0.0", "100.64.0.1", "[64:ff9b::a00:1]", "2130706433", "224.0.0.1"],
)
def test_nothing_is_fetched_from_a_private_network(host: str) -> None:
    with Fetcher(pause=0) as fetcher, pytest.raises(FetchError) as told:
        fetcher.get(f"http://{host}/")
    assert told.value.cause == "private address" and "--allow-private" in str(told.value)


def test_a_redirect_leads_into_no_private_network(website: Website) -> None:
    """The first host counts as public by the resolver's word; the second is what it is."""
    port = website.url.rpartition(":")[2]
    website.lead("/x", "http://inside.example/secret")
    names = {"inside.example": ["10.1.2.3"]}
    with Fetcher(pause=0, resolve=lambda host, p: names.get(host, ["127.0.0.1"])) as fetcher:
        with pytest.raises(FetchError, match=r"127\.0\.0\.1"):
            fetcher.get(f"http://outside.example:{port}/x")
    names = {"inside.example": ["93.184.216.34", "10.1.2.3"]}
    with Fetcher(pause=0, resolve=lambda host, p: names[host]) as fetcher:
        with pytest.raises(FetchError, match=r"10\.1\.2\.3"):
            fetcher.get("http://inside.example/secret")


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(website: Website) -> None:
    """A name is resolved once a request, and its host is told to the server all the same."""
    calls: list[str] = []

    def once(host: str, port: int) -> list[str]:
        calls.append(host)
        return ["127.0.0.1"]

    port = website.url.rpartition(":")[2]
    website.page("/x", TEXT.format("x"))
    with Fetcher(allow_private=True, pause=0, resolve=once) as fetcher:
        assert fetcher.get(f"http://shop.example:{port}/x").url == f"http://shop.example:{port}/x"
    assert calls == ["shop.example", "shop.example"] and website.asked == ["/robots.txt", "/x"]


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://", "http://u:p@a.example/", "http://a.example:x/"])
def test_other_addresses_are_refused_in_words(url: str) -> None:
    with Fetcher(pause=0) as fetcher, pytest.raises(FetchError, match="address"):
        fetcher.get(url)


def test_encodings_of_pages(website: Website) -> None:
    text = TEXT.format("Größe")
    by_header = website.page("/h", text.encode("latin-1"), "text/html; charset=iso-8859-1")
    by_meta = website.page("/m", ("<meta charset='windows-1252'>" + text).encode("cp1252"), "text/html")
    for url in (by_header, by_meta):
        (page,) = read(website, url)
        assert isinstance(page, Piece) and page.title == "Größe"


def test_what_is_no_page_is_left(website: Website) -> None:
    assert _left(website, website.page("/a.pdf", b"%PDF-1.4 \xff\xfe nothing", "application/pdf")).cause == "not a page"
