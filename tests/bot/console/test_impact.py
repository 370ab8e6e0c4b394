"""Before an article is published: what would change for the questions that were really asked."""

from __future__ import annotations

import re

import pytest

from bot.clock import today
from bot.history.asked import looked_up
from bot.history.figures import Days
from bot.store.accounts import Role
from tests.bot.console.conftest import Desk
from tests.bot.console.test_articles import TEXT


def counts(page: str) -> dict[str, int]:
    """The numbers of the page's key, by kind."""
    found = re.findall(r'swatch (\w+)" aria-hidden="true"></span> <b>(\d+)</b>', page)
    return {kind: int(number) for kind, number in found}


async def test_a_draft_closes_gaps_and_nothing_is_saved(either: Desk) -> None:
    for words in ("do you restore old lamps?", "do you restore old lamps?", "can you restore an old lamp?"):
        await either.chat(words)
    await either.chat("how long does delivery take?")
    admin = await either.as_role(Role.ADMINISTRATOR)
    page = (await admin.post("/articles/lamp-repair/impact", 200, text=TEXT)).text
    assert counts(page) == {"gains": 3, "moves": 0, "loses": 0, "reworded": 0}
    assert page.index("do you restore old lamps?") < page.index("can you restore an old lamp?")
    assert "Old lamps are restored in our workshop." in page and "no answer" in page
    assert page.count("<h1>") == 1 and page.rstrip().endswith("</html>")
    assert either.bot.answers.ask("do you restore old lamps?").text is None
    assert "impact of article" in await admin.get("/log")
    kept = re.search(r'name="text" value="([^"]*)"', page)
    assert kept and "Old lamps are restored" in kept[1], "the way back keeps the text"


async def test_withdrawing_takes_answers_away(desk: Desk) -> None:
    await desk.chat("how long does a refund take?")
    admin = await desk.as_role(Role.ADMINISTRATOR)
    page = (await admin.post("/articles/refund-time/impact", 200)).text
    assert "What would change without this article?" in page and sum(counts(page).values()) == 1
    assert "5 to 10 working days" in page and "how long does a refund take?" in page
    assert desk.bot.answers.ask("how long does a refund take?").text


async def test_nothing_asked_and_nothing_changed_are_said(desk: Desk) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    assert "Nobody asked anything" in (await admin.post("/articles/lamp-repair/impact", 200, text=TEXT)).text
    await desk.chat("how long does delivery take?")
    assert "No question would be" in (await admin.post("/articles/lamp-repair/impact", 200, text=TEXT)).text


@pytest.mark.parametrize(
    ("id", "text", "said"), [("lamp-repair", "no header", "header"), ("Lamp!", TEXT, "lower case")]
)
async def test_a_text_that_cannot_be_used_is_refused_with_the_reason(desk: Desk, id: str, text: str, said: str) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    assert said in (await admin.post(f"/articles/{id}/impact", 422, text=text)).text


async def test_the_page_speaks_as_its_reader(desk: Desk) -> None:
    await desk.chat("do you restore old lamps?")
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post("/own/language", language="de")
    page = (await admin.post("/articles/lamp-repair/impact", 200, text=TEXT)).text
    assert 'lang="de"' in page and "Lücken, die sich schließen" in page and "What would" not in page


async def test_what_was_looked_up_is_read_from_what_happened(either: Desk) -> None:
    await either.chat("hello", "how long does delivery take?", "my lamp came broken", "no thanks")
    await either.chat("wie lange dauert die lieferung?")
    async with either.bot.store.read() as connection:
        found = [one.question for one in await looked_up(connection, Days(today(), today()))]
    assert ("how long does delivery take?", "en", False) in {(q.text, q.language, q.issue) for q in found}
    assert ("wie lange dauert die lieferung?", "de", False) in {(q.text, q.language, q.issue) for q in found}
    assert [q.issue for q in found if "lamp" in q.text] == [True] and len(found) == 3
