"""`askonce articles export` and `list`: the folder that comes out gives the same library."""

from __future__ import annotations

import asyncio
import pathlib
import shutil
import tempfile

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.operations.importing.article_text import written
from bot.operations.importing.drafting import Drafting
from bot.operations.importing.exporting import export
from bot.operations.importing.fetching import Fetcher
from bot.operations.importing.gather import Wanted, gathered
from bot.operations.importing.keeping import folder_texts, published_texts
from bot.settings import read_settings
from bot.store.edited_articles import keep_draft, keep_version
from bot.store.opened import opened
from kb_answers.library import ARTICLES, Article, parse_article, read_library, translations
from tests.bot.operations.importing.conftest import GIFTS, Askonce

VALUES = {"support_email": "support@example.com", "hours": "Mon-Fri 9-17"}
#: What can stand in a title, a source or a question: any text on one line that a page could hold.
LINES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"], exclude_characters="\ufeff"), min_size=1
).filter(lambda s: s.strip() == s and " ".join(s.split()) == s)
PASSAGES = LINES.filter(lambda s: "{" not in s and s != "---")


@given(
    st.builds(
        Article,
        id=st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True),
        title=LINES,
        sources=st.lists(LINES, min_size=1, max_size=3).map(tuple),
        revised=st.dates(),
        questions=st.lists(LINES, max_size=4).map(tuple),
        passages=st.lists(PASSAGES, min_size=1, max_size=4).map(tuple),
        language=st.just("en"),
        review=st.none() | st.dates(),
    )
)
def test_what_is_written_is_what_is_read(article: Article) -> None:
    assert parse_article(written(article), pathlib.Path(f"{article.id}.md"), VALUES) == article


IDS = st.sampled_from(["a", "b", "c", "d"])


@settings(max_examples=40)
@given(files=st.sets(IDS, min_size=1), edits=st.dictionaries(IDS, st.booleans()), translated=st.sets(IDS))
def test_an_export_gives_the_same_library_and_its_import_changes_nothing(
    files: set[str], edits: dict[str, bool], translated: set[str]
) -> None:
    """`edits` changes an article, or withdraws it."""
    changed = {id: _text(id, "edited") if kept else "" for id, kept in edits.items()}
    with tempfile.TemporaryDirectory() as name:
        folder, out = pathlib.Path(name, "library"), pathlib.Path(name, "out")
        (folder / "de").mkdir(parents=True)
        for id in files:
            (folder / f"{id}.md").write_text(_text(id, "file"))
        for id in translated & files:
            (folder / "de" / f"{id}.md").write_text(
                f"---\nid: {id}\ntitle: T\nlanguage: de\nrenders: 2026-01-01\n---\nGesagt {id}.\n"
            )
        texts = published_texts(folder_texts(folder), changed)
        export(texts, out, replace=False, step=lambda: None)
        if not texts:
            assert not list(out.rglob("*.md"))
            return
        assert read_library(out, VALUES) == read_library(folder, VALUES, changed)
        kept = {id for _, id in texts}
        before = translations(folder, VALUES).get("de", ())
        assert translations(out, VALUES).get("de", ()) == tuple(a for a in before if a.id in kept)
        with Fetcher() as fetcher:
            drafting = Drafting(texts, values=VALUES, today=read_library(out, VALUES)[0].revised)
            outcome = drafting.make(gathered(Wanted([str(out)]), fetcher, lambda: None))
        assert outcome.drafts == [] and {one.cause for one in outcome.left} == {"unchanged"}
        assert outcome.read == len(texts)


def _text(id: str, said: str) -> str:
    return (
        f"---\nid: {id}\ntitle: {id}\nsources: [x]\nrevised: 2026-01-01\n---\nIt is {said}, write {{support_email}}.\n"
    )


def test_the_articles_that_come_with_the_bot_survive_export_and_import(
    askonce: Askonce, tmp_path: pathlib.Path
) -> None:
    out, ours = tmp_path / "out", {"ASKONCE_ARTICLES": str(ARTICLES)}
    assert askonce("export", out, **ours).exit_code == 0
    assert folder_texts(out) == folder_texts(ARTICLES) and len(folder_texts(out)) > 200
    done = askonce("import", out, **ours)
    assert done.exit_code == 0 and "0 drafted" in done.stdout and "unchanged)" in done.stdout
    fresh = tmp_path / "fresh"
    assert askonce("import", out, "--to", fresh, **ours).exit_code == 0
    assert folder_texts(fresh) == folder_texts(ARTICLES)


async def _edit(url: str) -> None:
    async with opened(read_settings(database_url=url, support_email="a@example.com")) as store:
        await keep_version(
            store, "gift-wrapping", GIFTS.replace("for free", "in paper"), note="", who="x", account=1, base=0
        )
        await keep_version(store, "hours", "", note="", who="x", account=1, base=0)
        await keep_draft(store, "new", _text("new", "a draft"), note="", who="x", account=1)


@pytest.fixture
def lived_in(askonce: Askonce, database_url: str) -> dict[str, str]:
    """A database in which one article was edited, one withdrawn and one drafted."""
    asyncio.run(_edit(database_url))
    return {"ASKONCE_DATABASE_URL": database_url}


def test_an_export_holds_what_shoppers_get(askonce: Askonce, lived_in: dict[str, str], tmp_path: pathlib.Path) -> None:
    done = askonce("export", tmp_path / "out", **lived_in)
    assert done.exit_code == 0 and "holds 2 articles and translations" in done.stdout
    found = folder_texts(tmp_path / "out")
    assert set(found) == {("en", "gift-wrapping"), ("de", "gift-wrapping")}
    assert "in paper" in found["en", "gift-wrapping"] and "{support_email}" in found["en", "gift-wrapping"]


def test_an_export_overwrites_nothing_unasked(
    askonce: Askonce, lived_in: dict[str, str], tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(tmp_path / "library", out)
    (out / "old.md").write_text(_text("old", "old"))
    refused = askonce("export", out, **lived_in)
    assert refused.exit_code == 1 and "--replace" in refused.stderr and (out / "old.md").exists()
    assert askonce("export", out, "--replace", **lived_in).exit_code == 0
    assert set(folder_texts(out)) == {("en", "gift-wrapping"), ("de", "gift-wrapping")}


def test_the_list_says_id_language_state_day_and_title(askonce: Askonce, lived_in: dict[str, str]) -> None:
    found = orjson.loads(askonce("list", "--json", **lived_in).stdout)
    assert [(e["id"], e["language"], e["state"], e["revised"], e["title"]) for e in found] == [
        ("gift-wrapping", "en", "edited", "2026-03-01", "Gift wrapping"),
        ("gift-wrapping", "de", "file", "2026-03-01", "Geschenke"),
        ("hours", "en", "withdrawn", "", ""),
        ("new", "en", "draft", "2026-01-01", "new"),
    ]
    lines = askonce("list", **lived_in).stdout.splitlines()
    assert lines[0].split() == ["gift-wrapping", "en", "edited", "2026-03-01", "Gift", "wrapping"] and len(lines) == 4


def test_an_export_that_cannot_be_written_says_so(askonce: Askonce, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    done = askonce("export", tmp_path / "file" / "below")
    assert done.exit_code == 1 and "cannot be written" in done.stderr
