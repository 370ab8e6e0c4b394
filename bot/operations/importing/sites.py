"""Pages of the web as pieces: one address, a list of them, a sitemap, or a helpdesk's own JSON with its further
pages."""

from __future__ import annotations

import datetime
import pathlib
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.operations.importing.fetching import Fetched, Fetcher, FetchError
from bot.operations.importing.files import decoded, exported, kind_of_text, piece_of
from bot.operations.importing.from_html import page_of
from bot.operations.importing.helpdesk_exports import KINDS, next_page, read_json
from bot.operations.importing.pieces import LARGEST, ImportFault, Left, Piece, date_of

#: Sitemaps within a sitemap go no deeper.
_DEEPEST = 3


@dataclass(frozen=True)
class Listed:
    """An address of a sitemap or a list, and the day of its last change where the sitemap says it."""

    url: str
    changed: datetime.date | None = None


class Site:
    """Fetches at most `most` pages; `step` is called before each. `forced` is a kind that all are taken for."""

    def __init__(self, fetcher: Fetcher, *, most: int, step: Callable[[], None], forced: str | None = None) -> None:
        self._fetcher, self._most, self._step, self._forced = fetcher, most, step, forced
        self._seen: set[str] = set()

    def read(self, url: str) -> Iterator[Piece | Left]:
        """What stands at an address: a page, all pages of a sitemap, or an export with its further pages."""
        yield from self._at(Listed(url), depth=0)

    def read_listed(self, listed: list[Listed]) -> Iterator[Piece | Left]:
        """The pages of a list, each once."""
        for one in listed:
            yield from self._at(one, depth=1)

    def read_sitemap(self, body: bytes, source: str, depth: int = 0) -> Iterator[Piece | Left]:
        """The pages that a sitemap names, and those of the sitemaps within it."""
        try:
            pages, within = _sitemap(body, source)
        except ImportFault as error:
            yield Left(source, "cannot be read", str(error))
            return
        for one in pages:
            yield from self._at(one, depth=_DEEPEST + 1)
        for one in within:
            if depth < _DEEPEST:
                yield from self._at(one, depth=depth + 1)

    def _at(self, listed: Listed, depth: int) -> Iterator[Piece | Left]:
        url = urllib.parse.urldefrag(listed.url).url
        if url in self._seen:
            return
        self._seen.add(url)
        if len(self._seen) > self._most:
            yield Left(url, "too many", f"more than {self._most} pages; --most allows more")
            return
        self._step()
        try:
            found = self._fetcher.get(url)
            yield from self._made_of(found, listed, depth)
        except FetchError as error:
            yield Left(url, error.cause, str(error))
        except ImportFault as error:
            yield Left(url, "cannot be read", str(error))

    def _made_of(self, found: Fetched, listed: Listed, depth: int) -> Iterator[Piece | Left]:
        body = _unpacked(found.body)
        text = decoded(body, found.charset)
        name = pathlib.PurePosixPath(urllib.parse.urlsplit(found.url).path)
        kind = self._forced or kind_of_text(text, name.name.lower() if name.suffix in (".md", ".html") else "")
        if kind == "json" or kind in KINDS:
            yield from self._export(text, found.url)
        elif kind == "sitemap":
            if depth <= _DEEPEST:
                yield from self.read_sitemap(body, found.url, depth)
        elif kind == "markdown" and ("markdown" in found.kind or name.suffix == ".md" or self._forced):
            piece = piece_of(text, found.url, pathlib.PurePosixPath(name.name or "page"), html=False)
            yield piece
        elif kind != "html" and "html" not in found.kind:
            yield Left(found.url, "not a page", f"it is {found.kind or 'of no kind that it says'}")
        else:
            page = page_of(text, found.url)
            revised = listed.changed or page.revised
            yield Piece(found.url, found.url, page.title, page.markdown, page.language, revised)

    def _export(self, text: str, url: str) -> Iterator[Piece | Left]:
        """An export, and the pages after it that lie on the same host."""
        host = urllib.parse.urlsplit(url).netloc
        parts = [(url, read_json(text, url))]
        while (further := next_page(parts[-1][1])) and urllib.parse.urlsplit(further).netloc == host:
            if further in self._seen or len(self._seen) >= self._most:
                yield Left(further, "too many", f"more than {self._most} pages; --most allows more")
                break
            self._seen.add(further)
            self._step()
            found = self._fetcher.get(further)
            parts.append((further, read_json(decoded(found.body, found.charset), further)))
        yield from exported(parts, self._forced)


def listed_in(text: str) -> list[Listed]:
    """The addresses in a file, one a line; lines that begin with # are passed over."""
    lines = (line.strip() for line in text.splitlines())
    return [Listed(line) for line in lines if line and not line.startswith("#")]


def _unpacked(body: bytes) -> bytes:
    """What was packed with gzip, as sitemaps often are. Raises `ImportFault`."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        out = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise ImportFault(f"is packed, and broken: {error}") from error
    if len(out) > LARGEST:
        raise ImportFault(f"is larger than {LARGEST // 1_000_000} MB when unpacked")
    return out


def _sitemap(body: bytes, source: str) -> tuple[list[Listed], list[Listed]]:
    """The pages of a sitemap and the sitemaps within it. Raises `ImportFault` where it is no XML."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        raise ImportFault(f"line {line}: is not valid XML ({error.msg})") from error
    pages: list[Listed] = []
    within: list[Listed] = []
    for entry in root:
        if not isinstance(entry.tag, str):
            continue
        texts = {etree.QName(c).localname: (c.text or "").strip() for c in entry if isinstance(c.tag, str)}
        if not texts.get("loc"):
            continue
        listed = Listed(urllib.parse.urljoin(source, texts["loc"]), date_of(texts.get("lastmod")))
        (within if etree.QName(entry).localname == "sitemap" else pages).append(listed)
    return pages, within
