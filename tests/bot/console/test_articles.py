"""Articles edited in the browser: checked, previewed, answering at once, every version kept, on every replica."""

from __future__ import annotations

import pytest

from bot.factories import make_answers
from bot.store.accounts import Role
from bot.store.edited_articles import EditedArticles
from tests.bot.console.conftest import Desk

TEXT = """---
id: lamp-repair
title: Repairing old lamps
sources:
  - "000"
revised: 2026-11-21
questions:
  - do you restore old lamps
---
Old lamps are restored in our workshop.
"""
QUESTION = "do you restore old lamps?"


async def test_an_article_answers_at_once_and_can_be_undone(either: Desk) -> None:
    admin = await either.as_role(Role.ADMINISTRATOR)
    assert either.bot.answers.ask(QUESTION).text is None
    draft = await admin.get("/articles-new?question=do+you+restore+old+lamps")
    assert "do-you-restore-old-lamps" in draft
    page = await admin.post("/articles/lamp-repair", 200, text=TEXT, do="preview")
    assert "Old lamps are restored" in page.text and either.bot.answers.ask(QUESTION).text is None
    await admin.post("/articles/lamp-repair", text=TEXT, do="save", note="asked for often")
    assert either.bot.answers.ask(QUESTION).text == "Old lamps are restored in our workshop."
    await admin.post("/articles/lamp-repair", text=TEXT.replace("workshop", "studio"), do="save")
    assert "studio" in (either.bot.answers.ask(QUESTION).text or "")
    page2 = await admin.get("/articles/lamp-repair")
    assert "asked for often" in page2 and "Go back to 1" in page2
    diff = await admin.get("/articles/lamp-repair/versions/2")
    assert "-Old lamps are restored in our workshop." in diff and "+Old lamps are restored in our studio." in diff
    await admin.post("/articles/lamp-repair/undo", version="1")
    assert "workshop" in (either.bot.answers.ask(QUESTION).text or "")
    await admin.post("/articles/lamp-repair/withdraw")
    assert either.bot.answers.ask(QUESTION).text is None
    assert "Withdrawn" in await admin.get("/articles")
    await admin.post("/articles/lamp-repair/undo", 404, version="77")


async def test_another_replica_follows(either: Desk) -> None:
    admin = await either.as_role(Role.ADMINISTRATOR)
    elsewhere = make_answers(either.bot.settings)
    follower = EditedArticles(either.bot.store, elsewhere)
    assert not await follower.look()
    await admin.post("/articles/lamp-repair", text=TEXT, do="save")
    assert await follower.look() and elsewhere.ask(QUESTION).text
    assert not await follower.look()


async def test_a_file_can_be_edited_and_come_back(desk: Desk) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    text = (desk.bot.answers.folder / "reply-time.md").read_text(encoding="utf-8")
    before = desk.bot.answers.ask("how long until I get a reply to my ticket?").text
    assert before and before in " ".join(text.split())
    header = text.split("---")[1]
    await admin.post("/articles/reply-time", text=f"---{header}---\nA reply comes within 24 to 48 hours.", do="save")
    assert (
        desk.bot.answers.ask("how long until I get a reply to my ticket?").text
        == "A reply comes within 24 to 48 hours."
    )
    await admin.post("/articles/reply-time/undo", version="0")
    assert desk.bot.answers.ask("how long until I get a reply to my ticket?").text == before


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no header", "must begin with a header"),
        (TEXT.replace("title: Repairing old lamps\n", ""), "lacks `title`"),
        (TEXT.replace("id: lamp-repair", "id: other"), "must be the file"),
        (TEXT.replace("revised: 2026-11-21", "revised: soon"), "must be a date"),
        (TEXT.replace("Old lamps", "{unknown} lamps"), "unknown value"),
        (TEXT.replace("in our workshop.", "if you open a new ticket."), "against the strict rules"),
    ],
)  # fmt: skip
async def test_what_cannot_be_used_is_not_saved_and_not_lost(desk: Desk, text: str, complaint: str) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    page = await admin.post("/articles/lamp-repair", 422, text=text, do="save")
    shown = page.text.replace("&#39;", "'").replace("&lt;", "<")
    assert complaint in shown and "Not saved" in shown
    assert text.strip().splitlines()[-1] in shown.replace("&#34;", '"')
    assert desk.bot.answers.ask(QUESTION).text is None


async def test_trying_a_question_shows_how_near_each_article_came(desk: Desk) -> None:
    viewer = await desk.as_role(Role.VIEWER)
    page = await viewer.get("/articles-try?q=how+long+does+delivery+take")
    assert "The bot answers" in page and "working days" in page and "Confidence" in page
    page = await viewer.get("/articles-try?q=purple+elephants")
    assert "does not answer" in page
