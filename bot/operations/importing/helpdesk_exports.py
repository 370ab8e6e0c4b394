"""Articles in the JSON that the helpdesks' own interfaces give: Zendesk Guide, Freshdesk Solutions, Intercom Articles;
one answer, several pages of it, or a list of them. Which it is, the content says. What is a draft, or not for
everybody, is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.operations.importing.from_html import markdown_of
from bot.operations.importing.pieces import ImportFault, Left, Piece, date_of, language_of

KINDS = ("zendesk", "freshdesk", "intercom")
_SHOWN = 3  # wrong places that are named of one article


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Zendesk(_Wire):
    id: str
    title: str = ""
    name: str = ""
    body: str | None = None
    draft: bool = False
    locale: str = ""
    source_locale: str = ""
    source_id: str = ""
    html_url: str = ""
    edited_at: str | None = None
    updated_at: str | None = None
    section_id: str | None = None
    user_segment_id: str | None = None
    user_segment_ids: list[str] | None = None
    translations: list[_Zendesk] = []


class _Data(_Wire):
    name: str = ""
    language: str = ""


class _Level(_Wire):
    data: _Data = _Data()


class _Freshdesk(_Wire):
    id: str
    title: str = ""
    description: str | None = None
    status: int = 2
    updated_at: str | None = None
    folder_visibility: int = 1
    visibility: int = 1
    language: str = ""
    url: str = ""
    hierarchy: list[_Level] = []


class _Content(_Wire):
    title: str | None = ""
    body: str | None = None
    state: str = "published"
    updated_at: float | str | None = None
    url: str | None = None


class _Intercom(_Content):
    id: str
    default_locale: str = "en"
    translated_content: dict[str, object] | None = Field(default=None)


@dataclass
class _Named:
    """Names of sections and categories, by id, gathered from everything that was given."""

    sections: dict[str, tuple[str, str]] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)

    def under(self, section: str | None) -> str:
        name, category = self.sections.get(section or "", ("", ""))
        return " > ".join(part for part in (self.categories.get(category, ""), name) if part)


def read_json(body: bytes | str, source: str) -> object:
    """What JSON holds. Raises `ImportFault` with the line where it is broken."""
    try:
        found: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ImportFault(
            f"{source}:{error.lineno}: is not valid JSON ({error.msg}, column {error.colno}); export it anew"
        ) from error
    return found


def kind_of(value: object) -> str | None:
    """`zendesk`, `freshdesk`, `intercom`, or `structure` where it holds sections and the like but no article; None
    where it is none of these."""
    if isinstance(value, Mapping):
        if value.get("type") == "article" or (value.get("type") == "list" and isinstance(value.get("data"), list)):
            return "intercom"
        if isinstance(value.get("articles"), list) or isinstance(value.get("article"), Mapping):
            return "zendesk"
        if {"sections", "categories", "translations"} & value.keys():
            return "zendesk" if "translations" in value else "structure"
        if "title" in value and "folder_id" in value and "description" in value:
            return "freshdesk"
        return "zendesk" if "title" in value and "body" in value and "section_id" in value else None
    if isinstance(value, Sequence) and not isinstance(value, str):
        kinds = [kind for item in value if (kind := kind_of(item))]
        named = value and all(isinstance(i, Mapping) and "name" in i and "title" not in i for i in value)
        return next((k for k in kinds if k != "structure"), kinds[0] if kinds else "structure" if named else None)
    return None


def next_page(value: object) -> str:
    """The address of the page after this one, empty where it is the last or no page."""
    if not isinstance(value, Mapping):
        return ""
    links, pages = value.get("links"), value.get("pages")
    for found in (
        value.get("next_page"),
        links.get("next") if isinstance(links, Mapping) else None,
        pages.get("next") if isinstance(pages, Mapping) else None,
    ):
        if isinstance(found, str) and found.startswith(("http://", "https://")):
            return found
    return ""


def read_export(parts: Sequence[tuple[str, object]], kind: str) -> Iterator[Piece | Left]:
    """The articles in the JSON values of `parts`, each with the name of its file or address, read as `kind`."""
    if kind == "zendesk":
        named = _Named()
        for _, value in parts:
            _name(value, named)
        for source, value in parts:
            for record in _records(value, ("articles", "article", "translations")):
                yield from _zendesk(record, source, named)
    else:
        read, keys = (_freshdesk, ("articles",)) if kind == "freshdesk" else (_intercom, ("data", "articles"))
        for source, value in parts:
            for record in _records(value, keys):
                yield from read(record, source)


def _records(value: object, keys: Sequence[str]) -> Iterator[object]:
    """The articles in an answer, in a list of answers, or in a list of articles."""
    if isinstance(value, list):
        for item in value:
            yield from _records(item, keys)
    elif isinstance(value, Mapping):
        held = [value[key] for key in keys if isinstance(value.get(key), list | Mapping)]
        if not held or "title" in value:
            if "title" in value or not {"sections", "categories"} & value.keys():
                yield value
        else:
            for item in held:
                yield from item if isinstance(item, list) else [item]


def _name(value: object, named: _Named) -> None:
    if isinstance(value, list):
        for item in value:
            _name(item, named)
    if isinstance(value, Mapping):
        for section in _maps(value.get("sections")):
            named.sections[str(section.get("id"))] = (str(section.get("name", "")), str(section.get("category_id")))
        for category in _maps(value.get("categories")):
            named.categories[str(category.get("id"))] = str(category.get("name", ""))


def _maps(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _bad(record: object, source: str, error: ValidationError) -> Left:
    told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:_SHOWN])
    id = record.get("id") if isinstance(record, Mapping) else None
    return Left(f"{source}#{id}" if id is not None else source, "not an article", told)


def _piece(
    *, source: str, key: str, title: str | None, body: str | None, language: str, revised: object, under: str = ""
) -> Piece | Left:  # fmt: skip
    base = source if source.startswith("http") else ""
    try:
        markdown = markdown_of(body or "", base)
    except ImportFault as error:
        return Left(source, "nested too deeply", str(error))
    return Piece(source, key, (title or "").strip(), markdown, language_of(language), date_of(revised), under=under)


def _zendesk(record: object, source: str, named: _Named) -> Iterator[Piece | Left]:
    try:
        article = _Zendesk.model_validate(record)
    except ValidationError as error:
        yield _bad(record, source, error)
        return
    id = article.source_id or article.id
    where = article.html_url or f"{source}#{article.id}"
    if article.draft:
        yield Left(where, "draft")
    elif article.user_segment_id or article.user_segment_ids:
        yield Left(where, "not public", "only some readers may see it")
    else:
        yield _piece(
            source=where, key=f"zendesk {id}", title=article.title or article.name, body=article.body,
            language=article.locale, revised=article.edited_at or article.updated_at,
            under=named.under(article.section_id),
        )  # fmt: skip
        for translated in article.translations:
            if language_of(translated.locale) != language_of(article.locale):
                filled = translated.model_copy(update={"source_id": id, "translations": []})
                yield from _zendesk(filled.model_dump(), source, named)


def _freshdesk(record: object, source: str) -> Iterator[Piece | Left]:
    try:
        article = _Freshdesk.model_validate(record)
    except ValidationError as error:
        yield _bad(record, source, error)
        return
    where = article.url or f"{source}#{article.id}"
    levels = [level.data for level in article.hierarchy]
    if article.status != 2:
        yield Left(where, "draft")
    elif article.folder_visibility != 1 or article.visibility != 1:
        yield Left(where, "not public", "its folder is not for everybody")
    else:
        yield _piece(
            source=where, key=f"freshdesk {article.id}", title=article.title, body=article.description,
            language=article.language or next((d.language for d in levels if d.language), ""),
            revised=article.updated_at, under=" > ".join(d.name for d in levels if d.name),
        )  # fmt: skip


def _intercom(record: object, source: str) -> Iterator[Piece | Left]:
    try:
        article = _Intercom.model_validate(record)
        others = {
            tag: _Content.model_validate(value)
            for tag, value in (article.translated_content or {}).items()
            if isinstance(value, Mapping) and language_of(tag) != language_of(article.default_locale)
        }
    except ValidationError as error:
        yield _bad(record, source, error)
        return
    for tag, content in [(article.default_locale, article), *others.items()]:
        where = content.url or f"{source}#{article.id}" + ("" if content is article else f"/{tag}")
        if content.state != "published":
            yield Left(where, "draft")
        else:
            yield _piece(
                source=where, key=f"intercom {article.id}", title=content.title, body=content.body, language=tag,
                revised=content.updated_at,
            )  # fmt: skip
