"""Files and folders as pieces: Markdown with or without a header, HTML, articles of our own, exports in JSON. Only what
lies in the folder is read; a link that leads out of it is not followed."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Callable, Iterator, Mapping

import yaml

from bot.operations.importing.from_html import page_of
from bot.operations.importing.helpdesk_exports import KINDS, kind_of, read_export, read_json
from bot.operations.importing.pieces import LARGEST, ImportFault, Left, Piece, date_of, language_of
from dialogue.understanding.tongues import TOLD_APART

#: Endings of files that hold pages; others in a folder are passed over.
_PAGES = (".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml", ".json")
_OWN = {"id", "title", "sources", "revised"}
_OWN_TRANSLATION = {"id", "title", "language", "renders"}
_REVISED = ("revised", "updated", "last_updated", "lastUpdated", "lastmod", "last_modified_at", "modified", "date")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,40})", re.I)
_LONGEST_HEADER = 20_000
_ADDRESS = re.compile(r"https?://\S+$")


def decoded(body: bytes, charset: str = "") -> str:
    """The text in `body`: as its first signs, `charset` or its own `meta` say, else UTF-8, else what it most looks
    like. Raises `ImportFault` for what is no text."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    if b"\0" in body[:4096]:
        raise ImportFault("is no text")
    declared = charset or (m[1].decode() if (m := _META_CHARSET.search(body[:4096])) else "")
    for name in filter(None, (declared, "utf-8")):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(body[:100_000]).best()
    try:
        return body.decode(best.encoding if best else "cp1252")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def read_text(path: pathlib.Path, told: str) -> str:
    """A file's text. Raises `ImportFault` where it is too large, no text or cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise ImportFault(f"is larger than {LARGEST // 1_000_000} MB")
        return decoded(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ImportFault(f"{told} cannot be read: {error.strerror}") from error


def kind_of_text(text: str, name: str) -> str:
    """What a file is, by its content: `json`, `sitemap`, `html`, `addresses` or `markdown`; `name` settles what content
    leaves open."""
    start = text[:2000].lstrip("\ufeff \t\n")
    if start[:1] in "{[" and start and not name.endswith((".md", ".markdown", ".mdx")):
        return "json"
    if re.match(r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:urlset|sitemapindex)\b", start, re.S):
        return "sitemap"
    if name.endswith((".html", ".htm", ".xhtml")) or re.match(r"<(?:!doctype html|html|\?xml)\b", start, re.I):
        return "html"
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if lines and not name.endswith((".md", ".markdown", ".mdx")) and all(_ADDRESS.match(line) for line in lines):
        return "addresses"
    return "markdown"


def read_folder(folder: pathlib.Path, forced: str | None, step: Callable[[], None]) -> Iterator[Piece | Left]:
    """Every page below `folder`, in the order of their names. `forced` is a kind that all are taken for."""
    inside = folder.resolve()
    exports: list[tuple[str, object]] = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PAGES and p.is_file()):
        rel = path.relative_to(folder)
        if any(part.startswith(".") for part in rel.parts):
            continue
        step()
        if not path.resolve().is_relative_to(inside):
            yield Left(str(path), "outside the folder", "a link leads out of it")
            continue
        try:
            text = read_text(path, str(path))
            kind = forced or kind_of_text(text, path.name.lower())
            if kind == "json" or kind in KINDS:
                exports.append((str(path), read_json(text, str(path))))
            else:
                made = piece_of(text, str(path), rel, html=kind == "html")
                named = f"{inside.name}/{rel.as_posix()}"
                yield dataclasses.replace(made, named=named) if isinstance(made, Piece) else made
        except ImportFault as error:
            yield Left(str(path), "cannot be read", str(error).removeprefix(f"{path}"))
    yield from exported(exports, forced)


def exported(parts: list[tuple[str, object]], forced: str | None) -> Iterator[Piece | Left]:
    """The articles in values of JSON, of whichever helpdesk they are."""
    kinds = {source: forced if forced in KINDS else kind_of(value) for source, value in parts}
    for source, _ in parts:
        if kinds[source] is None:
            told = "is no export of " + ", ".join(k.capitalize() for k in KINDS) + "; --as says which it is"
            yield Left(source, "not an export", told)
    for kind in KINDS:
        if kind in kinds.values():
            mine = [part for part in parts if kinds[part[0]] in (kind, "structure")]
            yield from read_export(mine, kind)


def piece_of(text: str, source: str, rel: pathlib.PurePath, *, html: bool) -> Piece | Left:
    """The page in a file. `rel` is its place in the folder: a folder or an ending that is a language's code says the
    language. Raises `ImportFault`."""
    key, language = _place(rel)
    if html:
        page = page_of(text)
        return Piece(
            source, key, page.title or _named(rel), page.markdown, page.language or language, page.revised, raw=text
        )
    header, below, first = _header(text)
    if header.keys() >= _OWN or header.keys() >= _OWN_TRANSLATION:
        return Piece(source, header["id"], header["title"], "", header.get("language", ""), own=text, raw=text, first=1)
    if header.get("draft", "").lower() in ("true", "yes") or header.get("published", "").lower() in ("false", "no"):
        return Left(source, "draft")
    if header.get("hidden", "").lower() in ("true", "yes") or header.get("unlisted", "").lower() in ("true", "yes"):
        return Left(source, "not public", "its header hides it")
    revised = next((day for name in _REVISED if (day := date_of(header.get(name)))), None)
    said = language_of(header.get("lang") or header.get("locale") or header.get("language"))
    return Piece(source, key, header.get("title", ""), below, said or language, revised, first=first, raw=text)


def _named(rel: pathlib.PurePath) -> str:
    """What a page is called by its file's name, where nothing else calls it."""
    name = rel.parent.name if rel.stem.lower() in ("index", "readme") and rel.parent.name else rel.stem
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _place(rel: pathlib.PurePath) -> tuple[str, str]:
    """A page's key, which its translations share, and the language that its place says."""
    parts, stem = list(rel.parts[:-1]), rel.stem
    for n, part in enumerate(parts):
        if (code := language_of(part)) in TOLD_APART and re.fullmatch(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?", part):
            return "/".join([*parts[:n], *parts[n + 1 :], stem]), code
    bare, dot, ending = stem.rpartition(".")
    if dot and language_of(ending) in TOLD_APART:
        return "/".join([*parts, bare]), language_of(ending)
    return "/".join([*parts, stem]), ""


def _header(text: str) -> tuple[Mapping[str, str], str, int]:
    """The texts in the header of a Markdown file, what stands below it, and the line that it begins on; no header where
    it is none that can be read."""
    text = text.removeprefix("\ufeff")
    if not text.startswith("---\n"):
        return {}, text, 1
    end = text.find("\n---", 3, _LONGEST_HEADER)
    if end < 0:
        return {}, text, 1
    stop = text.find("\n", end + 4)
    below = text[stop + 1 :] if stop >= 0 else ""
    first = text[: stop + 1].count("\n") + 1 if stop >= 0 else text.count("\n") + 1
    try:
        found = yaml.load(text[4:end], Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and maps alone
    except (yaml.YAMLError, RecursionError):
        return {}, below, first
    if not isinstance(found, dict):
        return {}, text, 1
    return {str(k): v if isinstance(v, str) else "" for k, v in found.items()}, below, first


def title_of(piece: Piece, heading: str) -> str:
    """What a piece is called: as its source says, without the shop's name around it, else by its first heading, else by
    its file's name."""
    if heading and heading in piece.title:
        return heading
    return piece.title or heading or _named(pathlib.PurePath(piece.source.rstrip("/").rpartition("/")[2] or "article"))
