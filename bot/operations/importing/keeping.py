"""Where articles come from and go to: the library as it stands, drafts in the database, files in a folder. Nothing is
published here."""

from __future__ import annotations

import asyncio
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.operations.importing.drafting import ORIGINALS, Draft
from bot.operations.importing.pieces import ImportFault, Left
from bot.store.accounts import Accounts, Role, read_email
from bot.store.database import Store
from bot.store.edited_articles import Clash, drafts_of, edited, keep_draft, newest_of

_LANGUAGES = "[a-z][a-z]"
Texts = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Importer:
    """Who imports: the colleague whose account was named, else nobody but the command itself."""

    who: str = "import"
    account: int | None = None


def folder_texts(folder: pathlib.Path) -> Texts:
    """The texts of a folder of articles, by language and id; nothing where there is no such folder. Raises
    `ImportFault` for a file that is no UTF-8."""
    found: Texts = {}
    for pattern in ("*.md", f"{_LANGUAGES}/*.md"):
        for path in sorted(folder.glob(pattern)):
            language = ORIGINALS if path.parent == folder else path.parent.name
            try:
                found[language, path.stem] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise ImportFault(f"{path}: cannot be read as UTF-8 text: {error}") from error
    return found


def published_texts(files: Texts, changed: Mapping[str, str]) -> Texts:
    """What shoppers get: the files, edits in the place of theirs, and nothing of an article that was withdrawn."""
    originals = {id: text for (language, id), text in files.items() if language == ORIGINALS} | dict(changed)
    found = {(ORIGINALS, id): text for id, text in originals.items() if text}
    return found | {k: text for k, text in files.items() if k[0] != ORIGINALS and (ORIGINALS, k[1]) in found}


async def standing(store: Store, folder: pathlib.Path) -> Texts:
    """Every article with its newest text: the open draft before what is published."""
    files = await asyncio.to_thread(folder_texts, folder)
    drafted: Texts = {(ORIGINALS, v.article): v.text for v in await drafts_of(store)}
    return published_texts(files, await edited(store)) | drafted


async def importer_of(store: Store, email: str) -> Importer:
    """The colleague with this address. Raises `ImportFault` where it is no administrator's."""
    wanted = read_email(email)
    found = next((a for a in await Accounts(store).all() if a.email == wanted and not a.disabled), None)
    if found is None or found.role < Role.ADMINISTRATOR:
        raise ImportFault(f"{email} is no administrator's account; drafts are kept in the name of one")
    return Importer(found.email, found.id)


async def keep_drafts(
    store: Store, drafts: Sequence[Draft], importer: Importer, step: Callable[[], None]
) -> tuple[list[Draft], list[Left]]:
    """Store each as a draft upon whatever stands; translations, which are files, are left. What was stored, and what
    was not."""
    kept: list[Draft] = []
    left: list[Left] = []
    for draft in drafts:
        step()
        if draft.language != ORIGINALS:
            told = f"translations are files; --to FOLDER writes {draft.language}/{draft.id}.md"
            left.append(Left(draft.source, "translation", told))
            continue
        try:
            await keep_draft(
                store, draft.id, draft.text, note="imported", who=importer.who, account=importer.account,
                source=draft.source[:500], base=await newest_of(store, draft.id),
            )  # fmt: skip
            kept.append(draft)
        except Clash as error:
            left.append(Left(draft.source, "clash", str(error)))
    if kept:
        told = f"{len(kept)} drafts"
        await Accounts(store).note("command line", "import articles", importer.who, told)
    return kept, left


def write_files(folder: pathlib.Path, drafts: Sequence[Draft], step: Callable[[], None]) -> None:
    """Write each article into its file, whole or not at all. Raises `ImportFault`."""
    for draft in drafts:
        step()
        write_text(folder, draft.language, draft.id, draft.text)


def write_text(folder: pathlib.Path, language: str, id: str, text: str) -> None:
    """One article's file. Raises `ImportFault`."""
    path = (folder if language == ORIGINALS else folder / language) / f"{id}.md"
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as error:
        raise ImportFault(f"{path}: cannot be written: {error.strerror}") from error
