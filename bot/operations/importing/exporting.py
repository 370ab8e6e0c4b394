"""The library as files: every article as shoppers get it, with its translations, so that the folder used in the place
of the old one gives the same library."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.operations.importing.drafting import ORIGINALS
from bot.operations.importing.keeping import Texts, folder_texts, write_text
from bot.operations.importing.pieces import ImportFault
from kb_answers.library import ArticleError, parse_article


@dataclass(frozen=True)
class Entry:
    """One row of the list: `state` is `file`, `edited`, `withdrawn` or `draft`; `revised` of a translation is that of
    the text that it renders. `title` says why where a text cannot be used."""

    id: str
    language: str
    state: str
    title: str
    revised: str


def export(texts: Texts, folder: pathlib.Path, *, replace: bool, step: Callable[[], None]) -> int:
    """Write every text into `folder`; how many. Raises `ImportFault` where it holds articles already and `replace` is
    not set, and where it cannot be written. With `replace`, articles that the library has not are taken away."""
    there = folder_texts(folder) if folder.is_dir() else {}
    if there and not replace:
        raise ImportFault(f"{folder} holds {len(there)} articles already; choose an empty folder, or add --replace")
    for (language, id), text in sorted(texts.items()):
        step()
        write_text(folder, language, id, text)
    for language, id in there.keys() - texts.keys():
        path = (folder if language == ORIGINALS else folder / language) / f"{id}.md"
        path.unlink(missing_ok=True)
    return len(texts)


def listed(
    texts: Texts, changed: Mapping[str, str], drafts: Mapping[str, str], values: Mapping[str, str]
) -> list[Entry]:
    """Every article with its state, by id and language; open drafts are entries of their own. `texts` are published,
    `changed` those that the console changed, empty where withdrawn."""
    found = [
        _entry(id, language, "edited" if language == ORIGINALS and id in changed else "file", text, values)
        for (language, id), text in texts.items()
    ]
    found += [Entry(id, ORIGINALS, "withdrawn", "", "") for id, text in changed.items() if not text]
    found += [_entry(id, ORIGINALS, "draft", text, values) for id, text in drafts.items()]
    return sorted(found, key=lambda e: (e.id, e.language != ORIGINALS, e.language, e.state))


def _entry(id: str, language: str, state: str, text: str, values: Mapping[str, str]) -> Entry:
    filled = {name: value or "-" for name, value in values.items()}
    try:
        article = parse_article(text, pathlib.Path(language, f"{id}.md"), filled)
    except ArticleError as error:
        return Entry(id, language, state, f"cannot be used: {error}", "")
    assert article is not None  # every value is filled
    return Entry(id, language, state, article.title, article.revised.isoformat())
