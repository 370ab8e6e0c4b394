"""Articles drafted, compared, published, withdrawn and brought back in the browser: on every replica, nothing lost, and
shoppers get nothing of a draft."""

from __future__ import annotations

import pytest

from bot.clock import today
from bot.console.speech import languages
from bot.factories import make_answers
from bot.store.accounts import Role
from bot.store.edited_articles import EditedArticles, drafts_of, edited, newest_of, published_of, versions_of
from kb_answers.reviews import months_after
from tests.bot.console.conftest import Desk
from tests.lamps import TEXT

LAMPS = "/articles/lamp-repair"
QUESTION = "do you restore old lamps?"


async def test_a_draft_is_previewed_compared_published_and_undone(either: Desk) -> None:
    reviewer, admin = await either.as_role(Role.REVIEWER), await either.as_role(Role.ADMINISTRATOR)
    answers = either.bot.answers
    assert "do-you-restore-old-lamps" in await reviewer.get("/articles-new?question=do+you+restore+old+lamps")
    page = await reviewer.post(LAMPS, 200, text=TEXT, do="preview")
    assert "Old lamps are restored" in page.text and "Nothing is against publishing" in page.text
    assert await versions_of(either.bot.store, "lamp-repair") == []
    await reviewer.post(LAMPS, text=TEXT, do="save", note="asked for often")
    assert answers.ask(QUESTION).text is None and await edited(either.bot.store) == {}
    listed = await admin.get("/articles")
    assert "1 draft waits" in listed and "asked for often" in listed
    shown = await reviewer.get(LAMPS + "/draft")
    assert "+Old lamps are restored in our workshop." in shown and "An administrator publishes it" in shown
    assert "Publish: answer" not in shown and "Publish: answer" in await admin.get(LAMPS + "/draft")
    await reviewer.post(LAMPS + "/publish", 403, version="1")
    await admin.post(LAMPS + "/publish", version="1")
    await admin.post(LAMPS + "/publish", version="1")  # a second click
    assert answers.ask(QUESTION).text == "Old lamps are restored in our workshop."
    assert "draft waits" not in await admin.get("/articles")

    await reviewer.post(LAMPS, text=TEXT.replace("workshop", "studio"), do="save", base="2")
    assert "workshop" in (answers.ask(QUESTION).text or "")
    diff = await admin.get(LAMPS + "/draft")
    assert "-Old lamps are restored in our workshop." in diff and "+Old lamps are restored in our studio." in diff
    await admin.post(LAMPS + "/publish", version="3")
    assert "studio" in (answers.ask(QUESTION).text or "")
    page2 = await admin.get(LAMPS)
    assert "asked for often" in page2 and "Go back to 2" in page2 and "Go back to 1<" not in page2
    assert "+Old lamps are restored in our studio." in await admin.get(LAMPS + "/versions/4")
    await admin.post(LAMPS + "/undo", version="2", standing="4")
    assert "workshop" in (answers.ask(QUESTION).text or "")
    await admin.post(LAMPS + "/withdraw", standing="5")
    assert answers.ask(QUESTION).text is None
    assert "Withdrawn" in await admin.get("/articles") and "Shoppers get nothing of it" in await admin.get(LAMPS)
    for version in ("77", "1"):  # a draft was never what shoppers got
        await admin.post(LAMPS + "/undo", 404, version=version, standing="6")


async def test_who_did_which_step_and_when_is_on_the_page_and_in_the_log(desk: Desk) -> None:
    reviewer, admin = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.ADMINISTRATOR)
    await reviewer.post(LAMPS, text=TEXT, do="save")
    await admin.post(LAMPS + "/publish", version="1")
    await admin.post(LAMPS + "/still-true", standing="2")
    await admin.post(LAMPS + "/withdraw", standing="3")
    await reviewer.post(LAMPS, text=TEXT, do="save", base="4")
    await reviewer.post(LAMPS + "/give-up", version="5")
    noted = [(e.who, e.action, e.target) for e in reversed(await desk.accounts.log()) if "article" in e.action
             or "draft" in e.action]  # fmt: skip
    one, two = "reviewer@example.com", "administrator@example.com"
    assert noted == [
        (one, "draft article", "lamp-repair"), (two, "publish article", "lamp-repair"),
        (two, "review article", "lamp-repair"), (two, "withdraw article", "lamp-repair"),
        (one, "draft article", "lamp-repair"), (one, "give up draft", "lamp-repair"),
    ]  # fmt: skip
    page = await admin.get(LAMPS)
    assert page.count("<bdi>Reviewer</bdi>") == 3 and page.count("<bdi>Administrator</bdi>") == 4
    for version in await versions_of(desk.bot.store, "lamp-repair"):
        assert version.at in page


async def test_another_replica_follows_what_is_published(either: Desk) -> None:
    admin = await either.as_role(Role.ADMINISTRATOR)
    elsewhere = make_answers(either.bot.settings)
    follower = EditedArticles(either.bot.store, elsewhere)
    assert not await follower.look()
    await admin.post(LAMPS, text=TEXT, do="save")
    assert not await follower.look() and elsewhere.ask(QUESTION).text is None
    await admin.post(LAMPS + "/publish", version="1")
    assert await follower.look() and elsewhere.ask(QUESTION).text
    assert not await follower.look()


async def test_a_file_can_be_edited_and_come_back(desk: Desk) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    text = (desk.bot.answers.folder / "reply-time.md").read_text(encoding="utf-8")
    question = "how long until I get a reply to my ticket?"
    before = desk.bot.answers.ask(question).text
    assert before and before in " ".join(text.split())
    header = text.split("---")[1]
    shorter = f"---{header}---\nA reply comes within 24 to 48 hours."
    await desk.publish(admin, "reply-time", shorter)
    assert desk.bot.answers.ask(question).text == "A reply comes within 24 to 48 hours."
    await admin.post("/articles/reply-time/undo", version="0", standing="2")
    assert desk.bot.answers.ask(question).text == before
    answer = await admin.post("/articles/reply-time", text=text, do="save", base="3")
    assert (
        answer.headers["location"].endswith("/articles/reply-time")
        and await newest_of(desk.bot.store, "reply-time") == 3
    ), "what is to the letter the same is no draft"


async def test_two_editors_see_both_texts_and_one_goes_on_upon_the_newer(either: Desk) -> None:
    one, two = await either.as_role(Role.REVIEWER, "ada"), await either.as_role(Role.REVIEWER, "bea")
    admin = await either.as_role(Role.ADMINISTRATOR)
    await one.post(LAMPS, text=TEXT.replace("workshop", "cellar"), do="save", base="0")
    page = (await two.post(LAMPS, 409, text=TEXT.replace("workshop", "attic"), do="save", base="0", note="<b>")).text
    assert "-Old lamps are restored in our cellar." in page and "+Old lamps are restored in our attic." in page
    assert 'name="base" value="1"' in page and "&lt;b&gt;" in page and "<bdi>Ada</bdi>" in page
    assert [v.id for v in await versions_of(either.bot.store, "lamp-repair")] == [1]
    await two.post(LAMPS, text=TEXT.replace("workshop", "attic"), do="save", base="1")
    page = (await admin.post(LAMPS + "/publish", 409, version="1")).text
    assert "+Old lamps are restored in our cellar." in page and "<bdi>Bea</bdi>" in page
    assert await edited(either.bot.store) == {}
    await admin.post(LAMPS + "/publish", version="2")
    for path, form in (("undo", {"version": "3"}), ("withdraw", {}), ("still-true", {})):
        await admin.post(f"{LAMPS}/{path}", 409, standing="0", **form)
    assert "attic" in (await edited(either.bot.store))["lamp-repair"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no header", "Line 1: must begin with a header"),
        (TEXT.replace("title: Repairing old lamps\n", ""), "Line 2: the header lacks `title`"),
        (TEXT.replace("id: lamp-repair", "id: other"), "Line 2: `id` must be the file"),
        (TEXT.replace("revised: 2026-11-21", "revised: soon"), "Line 6: `revised` must be a date"),
        (TEXT.replace("questions:", "review: soon\nquestions:"), "Line 7: `review` must be a date"),
        (TEXT.replace("Old lamps are", "{unknown} lamps are"), "Line 10: unknown value"),
        (TEXT.replace("in our workshop.", "if you open a new ticket."), "Line 10: against rule R11"),
        (TEXT.replace("in our workshop.", "in our workshop.\n\nWe promise it\nwithin two days."),
         "Line 12: “promise” promises something (R15)"),
        (TEXT.replace("Workshop handbook, page 4", "000"), "Line 4: “000” names no source"),
        (TEXT.replace("in our workshop.", "TODO"), "Line 10: “TODO” was left to be filled in"),
    ],
)  # fmt: skip
async def test_what_is_not_fit_waits_as_a_draft_and_is_not_published(desk: Desk, text: str, complaint: str) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post(LAMPS, text=text, do="save")
    draft = (await drafts_of(desk.bot.store))[0]
    assert draft.text == text.strip() + "\n"
    for page in (
        await admin.get(LAMPS + "/draft"),
        (await admin.post(LAMPS + "/publish", 422, version=str(draft.id))).text,
        (await admin.post(LAMPS, 200, text=text, do="preview")).text,
    ):
        shown = page.replace("&#39;", "'").replace('<span lang="en">', "").replace("<span >", "")
        assert complaint in shown
    assert desk.bot.answers.ask(QUESTION).text is None and await edited(desk.bot.store) == {}
    assert "disabled" in await admin.get(LAMPS + "/draft")


async def test_what_a_new_article_begins_with_is_never_published_in_any_language(desk: Desk) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    for language in languages():
        admin.client.headers["Accept-Language"] = language
        page = await admin.get("/articles-new")
        text = page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].replace("&#34;", '"')
        id = text.split("id: ")[1].split("\n")[0]
        await admin.post(f"/articles/{id}", text=text, do="save")
        draft = next(d for d in await drafts_of(desk.bot.store) if d.article == id)
        refused = (await admin.post(f"/articles/{id}/publish", 422, version=str(draft.id))).text
        assert refused.count("<li>") >= 4, f"{language}: title, source, question and answer are untouched: {refused}"
    assert await edited(desk.bot.store) == {}


async def test_what_is_due_is_listed_and_looked_at_with_one_click(desk: Desk) -> None:
    admin, reviewer = await desk.as_role(Role.ADMINISTRATOR), await desk.as_role(Role.REVIEWER)
    assert "to be looked at again" not in await admin.get("/articles")
    await desk.publish(admin, "lamp-repair", TEXT.replace("questions:", "review: 2026-01-05\nquestions:"))
    listed = await admin.get("/articles")
    assert "1 article is to be looked at again" in listed and "since Jan 5, 2026" in listed
    assert "To be looked at again on Jan 5, 2026" in await admin.get(LAMPS)
    await reviewer.post(LAMPS + "/still-true", 403, standing="2")
    await admin.post(LAMPS + "/still-true", standing="2")
    found = await published_of(desk.bot.store, "lamp-repair")
    until = months_after(today(), 12)
    assert found and found.text == TEXT.replace("questions:", f"review: {until}\nquestions:")
    assert found.note == "looked at, still true"
    assert "It is to be looked at again on" in await admin.get("/articles")  # what was done, once
    assert "to be looked at again" not in await admin.get("/articles")


async def test_a_draft_that_is_given_up_waits_no_longer(desk: Desk) -> None:
    reviewer = await desk.as_role(Role.REVIEWER)
    await reviewer.post(LAMPS, text=TEXT, do="save")
    await reviewer.post(LAMPS + "/give-up", version="1")
    assert "draft waits" not in await reviewer.get("/articles")
    await reviewer.get(LAMPS + "/draft", 404)
    assert "Old lamps are restored" in await reviewer.get(LAMPS + "/versions/1")
    await reviewer.post(LAMPS + "/give-up", 404, version="2")


async def test_trying_a_question_shows_how_near_each_article_came(desk: Desk) -> None:
    viewer = await desk.as_role(Role.VIEWER)
    page = await viewer.get("/articles-try?q=how+long+does+delivery+take")
    assert "The bot answers" in page and "working days" in page and "Confidence" in page
    page = await viewer.get("/articles-try?q=purple+elephants")
    assert "does not answer" in page
