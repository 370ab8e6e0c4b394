"""HTML as Markdown: of a page its main content (`trafilatura`), cleaned to what text needs (`nh3`), written as Markdown
(`markdownify`). Nothing is run, and nothing that a page names is fetched."""

from __future__ import annotations

import datetime
import re
import urllib.parse
from dataclasses import dataclass

from bot.operations.importing.pieces import ImportFault, date_of, language_of

#: Elements open at once, beyond which no page goes that people wrote; cleaning would take the square of it.
_DEEPEST = 200
_TAGS = frozenset(
    "p br ul ol li table thead tbody tr td th a img h1 h2 h3 h4 h5 h6 pre code blockquote strong em hr dt dd".split()
)
_NEVER_SHOWN = frozenset("script style noscript template iframe object svg math head title form button".split())
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?![\w-])([^<>]*)>")
#: What closes itself, or is closed by what comes next, does not nest by itself.
_FLAT = frozenset(
    "p br hr img input meta link area base col embed source track wbr li dt dd tr td th thead tbody tfoot option"
    " optgroup colgroup a b i u em strong font small big tt code html body head".split()
)
_SUMMARY = re.compile(r"<(/?)summary\b[^<>]*>", re.I)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.I)
_LANG = re.compile(r"<html\b[^<>]*?\blang\s*=\s*[\"']?([A-Za-z-]+)", re.I)
#: What `trafilatura` calls the elements of its tree, in HTML.
_NAMES = {"head": "h2", "list": "ul", "item": "li", "cell": "td", "row": "tr", "graphic": "img", "quote": "blockquote"}
_RENDS = {"#b": "strong", "#i": "em", "#t": "code"}


@dataclass(frozen=True)
class Page:
    """A page's own words, as Markdown; `title`, `language` and `revised` as it says them, else empty."""

    title: str
    markdown: str
    language: str
    revised: datetime.date | None


def too_deep(html: str) -> bool:
    """True where more elements stand within one another than in any page that people wrote. One look over the text."""
    depth = 0
    for closing, name, rest in _TAG.findall(html):
        if rest.endswith("/") or name.lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def markdown_of(html: str, base: str = "") -> str:
    """A piece of HTML as Markdown, links made whole by the address `base`. Raises `ImportFault` where it is nested too
    deeply."""
    import nh3
    from markdownify import markdownify

    if too_deep(html):
        raise ImportFault(f"elements stand more than {_DEEPEST} deep within one another")
    html = _SUMMARY.sub(r"<\1h4>", html)
    clean = nh3.clean(
        html, tags=set(_TAGS), clean_content_tags=set(_NEVER_SHOWN), link_rel=None, strip_comments=True,
        attributes={"a": {"href"}, "img": {"alt", "src"}, "ol": {"start"}},
        attribute_filter=lambda tag, name, value: _whole(tag, name, value, base),
    )  # fmt: skip
    clean = clean.replace("<dt>", "<h4>").replace("</dt>", "</h4>").replace("<dd>", "<p>").replace("</dd>", "</p>")
    try:
        return str(markdownify(clean, heading_style="ATX", bullets="-", escape_misc=True))
    except RecursionError as error:
        raise ImportFault("lists or tables stand too deep within one another") from error


def _whole(tag: str, name: str, value: str, base: str) -> str | None:
    if name != "href" or not base:
        return value
    if value.startswith("#"):
        return None
    try:
        return urllib.parse.urljoin(base, value)
    except ValueError:
        return None


def is_page(html: str) -> bool:
    """True for a whole page, which has more on it than its text; False for a piece of HTML."""
    return bool(re.search(r"<(?:html|body|main|article)\b", html[:20_000], re.I))


def page_of(html: str, address: str = "") -> Page:
    """What a page is about, without what stands around it on every page. Where nothing of it looks like an article,
    what its `main`, `article` or `body` holds. Raises `ImportFault` where it is nested too deeply."""
    if too_deep(html):
        raise ImportFault(f"elements stand more than {_DEEPEST} deep within one another")
    title = _plain_title(html)
    language = language_of(m[1]) if (m := _LANG.search(html[:20_000])) else ""
    if not is_page(html):
        return Page(title, markdown_of(html, address), language, None)
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(
        html, url=address or None, favor_recall=True, include_links=True, include_images=True, include_tables=True,
        include_formatting=True, include_comments=False, with_metadata=True,
    )  # fmt: skip
    if not isinstance(found, Document) or not (found.text or "").strip():
        return Page(title, markdown_of(_main(html), address), language, None)
    if found.title and (found.title in title or not title):
        title = found.title  # without the shop's name behind it; a heading of something else on the page is none
    return Page(title, markdown_of(_as_html(found.body), address), language, date_of(found.date))


def _main(html: str) -> str:
    """What stands in the page's `main`, `article` or `body`, the first of them that there is."""
    folded = html.lower()
    for name in ("main", "article", "body"):
        begin, end = folded.find(f"<{name}"), folded.rfind(f"</{name}")
        if 0 <= begin < end:
            return html[begin:end]
    return html


def _plain_title(html: str) -> str:
    import html as entities

    found = _TITLE.search(html[:50_000])
    return " ".join(entities.unescape(found[1]).split()) if found else ""


def _as_html(body: object) -> str:
    """The tree that `trafilatura` found, in HTML: the library's own HTML makes every list one of points."""
    from lxml import etree, html

    assert isinstance(body, etree._Element)
    for element in body.iter("*"):
        rend = str(element.get("rend") or "")
        if element.tag == "list":
            element.tag = "ol" if rend == "ol" else "ul"
        elif element.tag == "head":
            element.tag = rend if re.fullmatch(r"h[1-6]", rend) else "h2"
        elif element.tag == "hi":
            element.tag = _RENDS.get(rend, "em")
        elif element.tag == "cell":
            element.tag = "th" if element.get("role") == "head" else "td"
        elif element.tag == "ref":
            element.tag = "a"
            element.set("href", str(element.get("target") or ""))
        elif element.tag == "lb":
            element.tag = "br"
        else:
            element.tag = _NAMES.get(str(element.tag), element.tag)
    return str(html.tostring(body, encoding="unicode"))
