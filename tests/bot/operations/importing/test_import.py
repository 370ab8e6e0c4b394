"""`askonce articles import`: what becomes a draft or a file, what is told, and that shoppers get nothing unseen."""

from __future__ import annotations

import asyncio
import pathlib

import orjson
import pytest

from bot.factories import make_answers
from bot.settings import Settings, read_settings
from bot.store.accounts import Accounts, Role
from bot.store.edited_articles import Version, drafts_of, edited, versions_of
from bot.store.opened import opened
from kb_answers.library import read_article
from tests.bot.operations.importing.conftest import Askonce, Website, report_of

VALUES = {"support_email": "support@example.com", "hours": ""}
RETURNS = """---
title: Returning an item
updated: 2026-02-03
---
You may return any item within 60 days of its delivery, and it costs you nothing at all.

## How do I send it back?

1. Print the label.
2. Bring the box to any post office.
"""


def _page(folder: pathlib.Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def pages(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "pages"
    _page(folder, "returns.md", RETURNS)
    return folder


def drafts(url: str) -> list[Version]:
    async def look() -> list[Version]:
        async with opened(_settings(url)) as store:
            return await drafts_of(store)

    return asyncio.run(look())


def _settings(url: str) -> Settings:
    return read_settings(database_url=url, support_email="support@example.com")


def test_a_page_becomes_a_draft_that_answers_nobody(
    askonce: Askonce, pages: pathlib.Path, database_url: str, tmp_path: pathlib.Path
) -> None:
    there = {"ASKONCE_DATABASE_URL": database_url}
    report = report_of(askonce("import", pages, "--json", **there))
    assert report["read"] == 1 and report["done"] == "drafted" and report["causes"] == {}
    (draft,) = drafts(database_url)
    assert (draft.article, draft.source, draft.who, draft.base) == (
        "returning-an-item",
        f"{pages}/returns.md",
        "import",
        0,
    )
    path = tmp_path / f"{draft.article}.md"
    path.write_text(draft.text)
    article = read_article(path, VALUES)
    assert article is not None and str(article.revised) == "2026-02-03" and article.sources == ("pages/returns.md",)
    assert article.questions == ("Returning an item", "How do I send it back?")
    assert article.passages == (
        "You may return any item within 60 days of its delivery, and it costs you nothing at all.",
        "How do I send it back? 1. Print the label. 2. Bring the box to any post office.",
    )

    async def published() -> dict[str, str]:
        async with opened(_settings(database_url)) as store:
            return await edited(store)

    assert asyncio.run(published()) == {}
    answers = make_answers(_settings(database_url).model_copy(update={"articles": tmp_path / "library"}))
    assert answers.ask("can I bring the box to a post office?").text is None


def test_the_same_again_changes_nothing_and_a_change_wants_to_be_asked_for(
    askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    url = f"sqlite:///{tmp_path}/askonce.db"
    _page(pages, "undated.md", "# Undated\n\nThis page does not say when it was written, as so many pages do not.\n")
    assert askonce("import", pages).exit_code == 0
    again = askonce("import", pages)
    assert again.exit_code == 0 and "2 read, 0 drafted, 2 left (2 unchanged)" in again.stdout
    _page(pages, "returns.md", RETURNS.replace("Returning an item", "Sending it back").replace("60", "90"))
    clash = report_of(askonce("import", pages, "--json"))
    assert clash["causes"] == {"unchanged": 1, "clash": 1} and len(drafts(url)) == 2
    report = report_of(askonce("import", pages, "--replace", "--json"))
    (article,) = report["articles"]
    assert article["replaces"] and article["id"] == "returning-an-item", (
        "known by its source, whatever it is called now"
    )
    (newest,) = (d for d in drafts(url) if d.article == "returning-an-item")
    assert "90 days" in newest.text and newest.base > 0


def test_a_clash_with_an_article_that_is_there_is_told_and_its_questions_stay(
    askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    _page(pages, "returns.md", "# Gift wrapping\n\nWe wrap every gift, whatever it is and whatever you paid for it.\n")
    (left,) = report_of(askonce("import", pages, "--json"))["left"]
    assert left["cause"] == "clash" and "--replace" in str(left["detail"])
    assert drafts(f"sqlite:///{tmp_path}/askonce.db") == []
    assert askonce("import", pages, "--replace").exit_code == 0
    (draft,) = drafts(f"sqlite:///{tmp_path}/askonce.db")
    assert draft.article == "gift-wrapping" and "do you offer gift wrapping" in draft.text


def test_what_is_empty_a_stub_or_the_same_is_left_with_its_cause(askonce: Askonce, pages: pathlib.Path) -> None:
    _page(pages, "same.md", RETURNS.replace("Returning an item", "Again").replace("You may", "You  may"))
    _page(pages, "empty.md", "# Nothing\n\n![](x.png)\n")
    _page(pages, "stub.md", "# Soon\n\nComing soon.\n")
    _page(
        pages,
        "deutsch.md",
        "# Rückgabe\n\n" + "Sie können jeden Artikel kostenlos zurücksenden und bekommen Ihr Geld. " * 5,
    )
    report = report_of(askonce("import", pages, "--dry-run", "--json"))
    assert report["causes"] == {"empty": 1, "duplicate": 1, "stub": 1, "no English original": 1}
    assert report["done"] == "would be drafted" and len(report["articles"]) == 1
    told = {str(one["source"]).rpartition("/")[2]: str(one["detail"]) for one in report["left"]}
    assert told["same.md"].endswith("pages/returns.md") and "Coming soon." in told["stub.md"]


def test_pages_of_one_title_and_titles_of_any_script_get_ids_of_their_own(
    askonce: Askonce, pages: pathlib.Path
) -> None:
    titles = ("Shipping", "Shipping", "الشحن", "送料", "../../etc/passwd", "💡", "x" * 300, "Token 11-19-1")
    for n, title in enumerate(titles):
        _page(
            pages, f"{n}.md", f"# {title}\n\nPage number {n} says something that no other page of this folder says.\n"
        )
    report = report_of(askonce("import", pages, "--dry-run", "--language", "en", "--json"))
    ids = [str(a["id"]) for a in report["articles"]]
    assert ids[:4] == ["shipping", "shipping-2", "lshhn", "song-liao"] and ids[4] == "etc-passwd"
    assert len(set(ids)) == 9 and all(len(id) <= 80 and "/" not in id for id in ids)


def test_translations_become_files_and_no_drafts(askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    _page(
        pages,
        "de/returns.md",
        "# Rückgabe\n\nSie können jeden Artikel innerhalb von 60 Tagen kostenlos zurücksenden.\n",
    )
    report = report_of(askonce("import", pages, "--json"))
    assert report["causes"] == {"translation": 1} and "--to FOLDER" in str(report["left"][0]["detail"])
    report = report_of(askonce("import", pages, "--to", tmp_path / "out", "--json"))
    assert [(a["id"], a["language"]) for a in report["articles"]] == [
        ("returning-an-item", lang) for lang in ("en", "de")
    ]
    german = read_article(tmp_path / "out" / "de" / "returning-an-item.md", VALUES)
    assert german is not None and (german.title, str(german.revised)) == ("Rückgabe", "2026-02-03")


def test_files_are_not_overwritten_unasked(askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    assert "1 written into" in askonce("import", pages, "--to", out).stdout
    written = out / "returning-an-item.md"
    before = written.read_text()
    _page(pages, "returns.md", RETURNS.replace("60", "90"))
    done = askonce("import", pages, "--to", out)
    assert done.exit_code == 1 and "clash" in done.stdout and written.read_text() == before
    assert askonce("import", pages, "--to", out, "--replace").exit_code == 0 and "90 days" in written.read_text()
    assert [p.name for p in out.iterdir()] == ["returning-an-item.md"]
    assert not (tmp_path / "askonce.db").exists(), "files want no database"


def test_what_must_be_looked_at_is_named_with_its_line(
    askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    _page(
        pages, "bad.md",
        "# Bad\n\nWhere you are not content, please open a new ticket about the same issue.\n\n"
        "Pay with 4111 1111 1111 1111 as everybody does.\n\n"
        "Or write to jane@elsewhere.example, or support@example.com.\n\n"
        "Or write to support@example.com alone.\n\nOr call +49 30 123456 at night.\n",
    )  # fmt: skip
    done = askonce("import", pages)
    assert done.exit_code == 0 and "4111" not in done.stdout
    report = report_of(askonce("import", pages, "--dry-run", "--to", tmp_path / "x", "--json"))
    found = [(p["line"], p["kind"]) for p in report["problems"]]
    assert found == [(3, "R11"), (5, "R17"), (7, "personal"), (11, "personal")]
    assert f"{pages}/bad.md:3: R11" in done.stdout
    (draft,) = (d for d in drafts(f"sqlite:///{tmp_path}/askonce.db") if d.article == "bad")
    assert "4111" not in draft.text and "[card number removed]" in draft.text


def test_drafts_are_in_the_name_of_an_administrator(
    askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    url = f"sqlite:///{tmp_path}/askonce.db"

    async def people() -> int:
        async with opened(_settings(url)) as store:
            accounts = Accounts(store)
            await accounts.add(
                email="ray@example.com", name="Ray", role=Role.REVIEWER, password="correct horse battery"
            )
            ada = await accounts.add(
                email="ada@example.com", name="Ada", role=Role.ADMINISTRATOR, password="correct horse battery"
            )
            return ada.id

    ada = asyncio.run(people())
    refused = askonce("import", pages, "--as-account", "ray@example.com")
    assert refused.exit_code == 1 and "no administrator's account" in refused.stderr and drafts(url) == []
    assert askonce("import", pages, "--as-account", "ada@example.com").exit_code == 0
    (draft,) = drafts(url)
    assert (draft.who, draft.account) == ("ada@example.com", ada)


def test_a_dry_run_keeps_nothing(askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert "1 would be drafted" in askonce("import", pages, "--dry-run").stdout
    assert "1 would be written" in askonce("import", pages, "--dry-run", "--to", tmp_path / "out").stdout
    assert drafts(f"sqlite:///{tmp_path}/askonce.db") == [] and not (tmp_path / "out").exists()


def test_an_article_of_ours_that_cannot_be_used_is_named_with_its_line(askonce: Askonce, pages: pathlib.Path) -> None:
    header = "---\nid: {id}\ntitle: A\nsources: [x]\nrevised: {day}\n---\n{text}\n"
    _page(pages, "a.md", header.format(id="../a", day="2026-01-01", text="Text."))
    _page(pages, "b.md", header.format(id="b", day="soon", text="Text."))
    _page(pages, "c.md", header.format(id="c", day="2026-01-01", text="Text {phone}."))
    report = report_of(askonce("import", pages, "--dry-run", "--json"))
    told = [str(one["detail"]) for one in report["left"]]
    assert report["causes"] == {"not an article": 3}
    for name, words in (("a.md:2:", "`id`"), ("b.md:5:", "`revised`"), ("c.md:7:", "{phone}")):
        assert any(name in detail and words in detail for detail in told), (name, told)


def test_pages_of_a_real_server_are_drafted_from_their_sitemap(
    askonce: Askonce, website: Website, tmp_path: pathlib.Path
) -> None:
    page = (
        "<html lang='en'><title>{0} - Help</title><main><h1>{0}</h1>"
        "<p>All about {0}: more than a stub would say of it, in any case.</p></main>"
    )
    names = [website.page(f"/{n}", page.format(n)) for n in ("returns", "shipping")]
    entries = "".join(f"<url><loc>{url}</loc><lastmod>2026-02-03</lastmod></url>" for url in names)
    website.page("/sitemap.xml", f"<urlset>{entries}</urlset>", "application/xml")
    refused = report_of(askonce("import", website.url + "/sitemap.xml", "--json"))
    assert refused["causes"] == {"private address": 1} and website.asked == []
    report = report_of(askonce("import", website.url + "/sitemap.xml", "--allow-private", "--pause", "0", "--json"))
    assert [(a["id"], a["source"], a["revised"]) for a in report["articles"]] == [
        (name, f"{website.url}/{name}", "2026-02-03") for name in ("returns", "shipping")
    ]
    assert len(drafts(f"sqlite:///{tmp_path}/askonce.db")) == 2


def test_an_import_that_takes_nothing_says_so_by_its_status(askonce: Askonce, tmp_path: pathlib.Path) -> None:
    missing = askonce("import", tmp_path / "nowhere")
    assert missing.exit_code == 1 and missing.stderr.strip().startswith("Error: ") and "no such file" in missing.stderr
    _page(tmp_path / "p", "x.json", '{"articles": [')
    broken = askonce("import", tmp_path / "p")
    assert broken.exit_code == 1 and "not valid JSON" in broken.stdout


def test_each_further_draft_is_made_upon_the_one_before(
    askonce: Askonce, pages: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    url = f"sqlite:///{tmp_path}/askonce.db"
    for days in ("60", "90", "60"):
        _page(pages, "returns.md", RETURNS.replace("60", days))
        assert askonce("import", pages, "--replace").exit_code == 0

    async def all() -> list[Version]:
        async with opened(_settings(url)) as store:
            return await versions_of(store, "returning-an-item")

    versions = asyncio.run(all())
    assert [("90" in v.text, v.base) for v in versions] == [(False, versions[1].id), (True, versions[2].id), (False, 0)]


def test_a_language_is_named_by_its_code(askonce: Askonce, pages: pathlib.Path) -> None:
    done = askonce("import", pages, "--language", "English")
    assert done.exit_code == 2 and "two letters, such as en" in done.stderr


def test_a_text_too_long_for_the_console_is_named(askonce: Askonce, pages: pathlib.Path) -> None:
    _page(pages, "long.md", "# Long\n\n" + "\n\n".join(f"Paragraph {n} of a long page of words." for n in range(2000)))
    report = report_of(askonce("import", pages, "--dry-run", "--json"))
    assert [(p["kind"], str(p["source"])[-8:]) for p in report["problems"]] == [("long", "/long.md")]
    assert {a["id"]: a["passages"] for a in report["articles"]}["long"] == 2000


def test_json_on_standard_output_is_json_alone(askonce: Askonce, pages: pathlib.Path) -> None:
    done = askonce("import", pages, "--json")
    assert set(orjson.loads(done.stdout)) == {"read", "done", "articles", "left", "causes", "problems"}
