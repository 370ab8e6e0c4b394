"""Files, folders and the exports of helpdesks: what is read of them, and what is left and why."""

from __future__ import annotations

import pathlib

import orjson
import pytest

from bot.operations.importing.fetching import Fetcher
from bot.operations.importing.gather import Wanted, gathered
from bot.operations.importing.pieces import ImportFault, Left, Piece
from bot.operations.importing.readable import readable
from tests.bot.operations.importing.conftest import Website

LONG = "This is said in some more words than a stub would have. "


def read(*sources: object, forced: str | None = None, most: int = 500) -> list[Piece | Left]:
    with Fetcher(allow_private=True, pause=0) as fetcher:
        return list(gathered(Wanted([str(s) for s in sources], forced, most), fetcher, lambda: None))


def pieces(found: list[Piece | Left]) -> list[Piece]:
    return [one for one in found if isinstance(one, Piece)]


def left(found: list[Piece | Left]) -> list[tuple[str, str]]:
    return [(one.source.rpartition("/")[2], one.cause) for one in found if isinstance(one, Left)]


def _file(path: pathlib.Path, text: str | bytes) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_headers_of_markdown_files_are_read_and_drafts_are_left(tmp_path: pathlib.Path) -> None:
    _file(tmp_path / "a.md", f"---\ntitle: 'Returns: how'\nlast_updated: 2026-02-03T10:00:00Z\n---\n\n{LONG}\n")
    _file(tmp_path / "b.md", f"---\ndraft: true\n---\n{LONG}")
    _file(tmp_path / "c.md", f"---\npublished: false\n---\n{LONG}")
    _file(tmp_path / "d.md", f"---\nhidden: true\n---\n{LONG}")
    _file(tmp_path / "e.md", f"---\n: [broken\n---\n{LONG}")
    _file(tmp_path / "f.md", f"---\n{'[' * 5000}\n---\n{LONG}")
    _file(tmp_path / ".hidden" / "g.md", LONG)
    found = read(tmp_path)
    first, *rest = pieces(found)
    assert (first.title, str(first.revised), first.first) == ("Returns: how", "2026-02-03", 5)
    assert first.cited == f"{tmp_path.name}/a.md" and [p.cited[-4:] for p in rest] == ["e.md", "f.md"]
    assert left(found) == [("b.md", "draft"), ("c.md", "draft"), ("d.md", "not public")]


def test_a_folder_or_an_ending_tells_the_language(tmp_path: pathlib.Path) -> None:
    for name in ("x.md", "de/x.md", "docs/y.md", "docs/fr/y.md", "z.md", "z.es.md", "js/q.md", "pt-BR/x.md"):
        _file(tmp_path / name, LONG)
    found = {p.source.removeprefix(f"{tmp_path}/"): (p.key, p.language) for p in pieces(read(tmp_path))}
    assert found == {
        "x.md": ("x", ""), "de/x.md": ("x", "de"), "docs/y.md": ("docs/y", ""), "docs/fr/y.md": ("docs/y", "fr"),
        "z.md": ("z", ""), "z.es.md": ("z", "es"), "js/q.md": ("js/q", ""), "pt-BR/x.md": ("x", "pt"),
    }  # fmt: skip


def test_what_leads_out_of_the_folder_is_not_followed(tmp_path: pathlib.Path) -> None:
    _file(tmp_path / "secret.md", LONG)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    assert left(read(tmp_path / "in")) == [("link.md", "outside the folder")]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# Größe\n\nx".encode(), "Größe"),
        ("# Größe\n\nx".encode("utf-8-sig"), "Größe"),
        ("# Größe\n\nx".encode("utf-16"), "Größe"),
        (("# Größe\n\n" + "Die Größe steht überall dort, wo Müller wäscht. " * 5).encode("cp1252"), "Größe"),
        ("# مقاس\r\n\r\nx".encode(), "مقاس"),
    ],
)
def test_encodings(tmp_path: pathlib.Path, body: bytes, title: str) -> None:
    (piece,) = pieces(read(_file(tmp_path / "x.md", body)))
    assert readable(piece.markdown, html=str).title == title


def test_files_that_are_no_text_or_too_large_are_left(tmp_path: pathlib.Path) -> None:
    _file(tmp_path / "a.md", b"\x7fELF\0\0\0")
    _file(tmp_path / "b.html", b"x" * 10_000_000)
    found = read(tmp_path)
    assert left(found) == [("a.md", "cannot be read"), ("b.html", "cannot be read")]
    assert "larger than 5 MB" in found[1].detail  # type: ignore[union-attr]


def test_a_source_that_is_not_there_says_what_one_is(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ImportFault, match=r"no such file or folder; an address begins with https://"):
        read(tmp_path / "nowhere")
    with pytest.raises(ImportFault, match="only http:// and https://"):
        read("file:///etc/passwd")


def test_a_file_of_addresses(tmp_path: pathlib.Path, website: Website) -> None:
    page = f"<html><body><main><h1>A</h1><p>{LONG}</p></main></body></html>"
    urls = [website.page("/a", page), website.url + "/gone"]
    found = read(_file(tmp_path / "list.txt", "# ours\n" + "\n".join(urls) + "\n"))
    assert [p.title for p in pieces(found)] == ["A"] and left(found) == [("gone", "missing")]


# ------------------------------------------------------------ helpdesks

ZENDESK = {
    "count": 6, "next_page": None, "page": 1,
    "articles": [
        {"id": 1, "title": "Returns", "body": f"<p>{LONG}</p>", "draft": False, "locale": "en-us", "section_id": 7,
         "source_locale": "en-us", "html_url": "https://s.example/hc/en-us/articles/1", "user_segment_id": None,
         "edited_at": "2026-02-03T00:00:00Z", "updated_at": "2026-05-05T00:00:00Z", "vote_sum": 3},
        {"id": 1, "title": "Rückgabe", "body": "<p>Anders gesagt</p>", "locale": "de", "source_locale": "en-us"},
        {"id": 2, "title": "Secret", "body": "<p>x</p>", "draft": True, "locale": "en-us"},
        {"id": 3, "title": "Staff", "body": "<p>x</p>", "user_segment_id": 99, "locale": "en-us"},
        {"id": 4, "title": "None", "body": None, "locale": "en-us"},
        {"id": 5, "title": ["wrong"], "body": "<p>x</p>"},
    ],
    "sections": [{"id": 7, "name": "Orders", "category_id": 8}],
    "categories": [{"id": 8, "name": "Shop"}],
}  # fmt: skip


def test_zendesk(tmp_path: pathlib.Path) -> None:
    found = read(_file(tmp_path / "z.json", orjson.dumps(ZENDESK)))
    first, german, empty = pieces(found)
    assert (first.title, first.language, str(first.revised)) == ("Returns", "en", "2026-02-03")
    assert first.cited == "https://s.example/hc/en-us/articles/1" and first.under == "Shop > Orders"
    assert (german.key, german.language, german.cited) == (first.key, "de", "z.json#1") and empty.markdown == ""
    assert left(found) == [("z.json#2", "draft"), ("z.json#3", "not public"), ("z.json#5", "not an article")]


def test_zendesk_translations_beside_their_articles(tmp_path: pathlib.Path) -> None:
    value = {
        "articles": [{"id": 1, "title": "Returns", "body": "<p>x</p>", "locale": "en-us", "source_locale": "en-us"}],
        "translations": [{"id": 9, "source_id": 1, "locale": "fr", "title": "Retours", "body": "<p>y</p>"}],
    }
    english, french = pieces(read(_file(tmp_path / "z.json", orjson.dumps(value))))
    assert (french.key, french.language, french.title) == (english.key, "fr", "Retours")


def test_a_helpdesk_is_asked_for_its_further_pages(website: Website) -> None:
    def one(id: int, next_page: str | None) -> bytes:
        return orjson.dumps({"articles": [{"id": id, "title": f"T{id}", "body": "<p>x</p>"}], "next_page": next_page})

    website.page("/2.json", one(2, "http://elsewhere.example/3.json"), "application/json")
    url = website.page("/1.json", one(1, website.url + "/2.json"), "application/json")
    assert [p.title for p in pieces(read(url))] == ["T1", "T2"]


FRESHDESK = [
    {"id": 1, "title": "Returns", "description": f"<p>{LONG}</p>", "description_text": LONG, "status": 2,
     "folder_id": 4, "updated_at": "2026-02-03T06:07:26Z",
     "hierarchy": [{"level": 0, "type": "category", "data": {"id": 3, "name": "Shop", "language": "en"}},
                   {"level": 1, "type": "folder", "data": {"id": 4, "name": "Orders", "language": "en"}}]},
    {"id": 2, "title": "Not yet", "description": "<p>x</p>", "status": 1, "folder_id": 4},
    {"id": 3, "title": "Agents", "description": "<p>x</p>", "status": 2, "folder_id": 4, "folder_visibility": 3},
]  # fmt: skip


def test_freshdesk(tmp_path: pathlib.Path) -> None:
    found = read(_file(tmp_path / "f.json", orjson.dumps(FRESHDESK)))
    (piece,) = pieces(found)
    assert (piece.title, piece.language, str(piece.revised)) == ("Returns", "en", "2026-02-03")
    assert (piece.under, piece.cited) == ("Shop > Orders", "f.json#1")
    assert left(found) == [("f.json#2", "draft"), ("f.json#3", "not public")]


INTERCOM = {
    "type": "list", "total_count": 2, "pages": {"type": "pages", "page": 1, "next": None},
    "data": [
        {"type": "article", "id": "6", "title": "Returns", "description": "", "body": f"<p>{LONG}</p>",
         "state": "published", "updated_at": 1770076800, "url": "https://h.example/en/articles/6",
         "default_locale": "en",
         "translated_content": {"type": "article_translated_content",
                                "de": {"type": "article_content", "title": "Rückgabe", "body": "<p>x</p>",
                                       "state": "published", "updated_at": 1770076800},
                                "fr": {"type": "article_content", "title": "R", "body": "<p>x</p>", "state": "draft"},
                                "es": None}},
        {"type": "article", "id": "7", "title": "Not yet", "body": "<p>x</p>", "state": "draft"},
    ],
}  # fmt: skip


def test_intercom(tmp_path: pathlib.Path) -> None:
    found = read(_file(tmp_path / "i.json", orjson.dumps(INTERCOM)))
    english, german = pieces(found)
    assert (english.cited, str(english.revised)) == ("https://h.example/en/articles/6", "2026-02-03")
    assert (german.key, german.language, german.title) == (english.key, "de", "Rückgabe")
    assert left(found) == [("fr", "draft"), ("i.json#7", "draft")]


def test_several_exports_in_a_folder_and_pages_in_a_list(tmp_path: pathlib.Path) -> None:
    _file(tmp_path / "sections.json", orjson.dumps({"sections": ZENDESK["sections"]}))
    _file(tmp_path / "categories.json", orjson.dumps({"categories": ZENDESK["categories"]}))
    bare = {key: value for key, value in ZENDESK.items() if key not in ("sections", "categories")}
    _file(tmp_path / "pages.json", orjson.dumps([bare, {"articles": [{"id": 9, "title": "Nine", "body": "<p>x</p>"}]}]))
    _file(tmp_path / "fresh.json", orjson.dumps(FRESHDESK))
    _file(tmp_path / "other.json", b'{"name": "package"}')
    found = read(tmp_path)
    assert {p.title for p in pieces(found)} == {"Returns", "Rückgabe", "None", "Nine"}
    assert {p.under for p in pieces(found)} == {"Shop > Orders", ""}
    assert ("other.json", "not an export") in left(found)


def test_broken_json_is_named_with_its_line(tmp_path: pathlib.Path) -> None:
    (one,) = read(_file(tmp_path / "x.json", '{"articles": [\n  {"id": 1,\n]}'))
    assert isinstance(one, Left) and one.cause == "cannot be read" and one.detail.startswith("3: is not valid JSON")
    (deep,) = read(_file(tmp_path / "deep.json", "[" * 500_000))
    assert isinstance(deep, Left) and "not valid JSON" in deep.detail


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk", "intercom"])
def test_a_kind_that_was_named_goes_before_the_content(tmp_path: pathlib.Path, kind: str) -> None:
    value = [{"id": 1, "title": "Bare", "body": f"<p>{LONG}</p>", "description": f"<p>{LONG}</p>"}]
    path = _file(tmp_path / "x.json", orjson.dumps(value))
    assert left(read(path)) == [("x.json", "not an export")]
    (piece,) = pieces(read(path, forced=kind))
    assert piece.title == "Bare" and LONG.strip() in piece.markdown


def test_no_more_pages_than_are_allowed(tmp_path: pathlib.Path) -> None:
    for n in range(4):
        _file(tmp_path / f"{n}.md", LONG)
    found = read(tmp_path, most=2)
    assert len(pieces(found)) == 2 and left(found) == [("2.md", "too many"), ("3.md", "too many")]
