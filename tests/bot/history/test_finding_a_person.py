"""Where one person is: every spelling of an address, replaced ones, what a reviewer put right, a vouched-for customer,
mentions."""

from __future__ import annotations

import pathlib

import pytest
from sqlalchemy import select

from bot.chat.identity import key_of
from bot.history import erasure
from bot.store.accounts import Role
from bot.store.console_tables import article_version
from bot.store.edited_articles import EditedArticles
from dialogue import events
from tests.bot.console.conftest import Desk as Console
from tests.bot.console.conftest import console

SPELLINGS = [
    ("jane@example.com", "JANE@Example.COM"),
    ("jane@example.com", "ｊａｎｅ＠ｅｘａｍｐｌｅ.ｃｏｍ"),
    ("josé@example.com", "jose\u0301@example.com"),
    ("jane@bücher.example", "jane@xn--bcher-kva.example"),
    ("jane@xn--bcher-kva.example", "jane@BÜCHER.example"),
    ("ja\u200bne@example.com", "jane@example.com"),
]


@pytest.mark.parametrize(("kept", "asked"), SPELLINGS)
async def test_every_spelling_of_an_address_is_one(either: Console, kept: str, asked: str) -> None:
    chat, _ = await either.bot.hub.begin()
    await chat.tell(events.CustomerIdentified("Jane Doe", kept))
    await chat.hear("1", "hello")
    assert await erasure.conversations_of(either.bot.store, asked) == [chat.id], "before it is summarised"
    await either.archive()
    assert await erasure.conversations_of(either.bot.store, asked) == [chat.id]
    assert await erasure.conversations_of(either.bot.store, "x" + asked) == []


async def test_an_address_that_was_put_right_finds_the_conversation_too(either: Console) -> None:
    id = await either.chat("hi, I'm Jane Doe, jane@old.example", "sorry, it's jane@new.example")
    missed = await either.chat("my lamp is broken")
    admin = await either.as_role(Role.ADMINISTRATOR)
    await admin.post(f"/conversations/{missed}/correct", seq="1", email="jane@old.example")
    assert set(await erasure.conversations_of(either.bot.store, "jane@old.example")) == {id, missed}
    assert await erasure.conversations_of(either.bot.store, "jane@new.example") == [id]


async def test_what_the_shop_vouched_for_is_the_customers_whole(tmp_path: pathlib.Path) -> None:
    secret = "a secret of the shop's own server"
    async with console(f"sqlite+aiosqlite:///{tmp_path}/c.db", identity_secret=secret) as desk:
        key = key_of(secret, "jane@example.com")
        silent, _ = await desk.bot.hub.begin()  # the customer's, and the address was never told
        await desk.bot.store.claim(silent.id, key)
        await silent.hear("1", "hello")
        other, _ = await desk.bot.hub.begin()
        await other.hear("1", "hello")
        assert await erasure.conversations_of(desk.bot.store, "Jane@Example.com", secret=secret) == [silent.id]
        admin = await desk.as_role(Role.ADMINISTRATOR)
        await admin.post("/privacy/erase", 200, email="jane@example.com", sure="yes")
        assert await desk.bot.store.load(silent.id) is None and await desk.bot.store.load(other.id)


async def test_others_who_name_the_address_stay_and_are_told_of(either: Console) -> None:
    """Whose a conversation is in which an address only stands, a person decides."""
    own = await either.chat("hello, I'm Jane Doe, jane@example.com")
    other = await either.chat("do you send gifts? mail for sam@others.example, thanks, I'm Sam Roe")
    chat = await either.bot.hub.conversation(other)
    assert chat
    await chat.tell(events.AgentJoined("Ada"))
    await chat.agent_says("a1", "it was sent to Jane@example.com.")
    await either.archive()
    admin = await either.as_role(Role.ADMINISTRATOR)
    page = (await admin.post("/privacy", 200, email="jane@example.com")).text
    assert "1 conversation of others" in page and other in page
    told = (await admin.post("/privacy/erase", 200, email="jane@example.com", sure="yes")).text
    assert "still stands in what others said" in told and other in told
    assert await either.bot.store.load(own) is None and await either.bot.store.load(other)
    await admin.post("/privacy/erase", 200, email="jane@example.com", sure="yes", also=other)
    assert await either.bot.store.load(other) is None


async def test_an_article_that_named_them_is_answered_from_without_the_name(desk: Console) -> None:
    await desk.chat("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    admin = await desk.as_role(Role.ADMINISTRATOR)
    article = """---
id: moon-trips
title: Trips to the moon
sources:
  - "Catalogue, page 4"
revised: 2026-11-21
questions:
  - do you sell trips to the moon for Jane Doe
---
We sell trips to the moon. Jane Doe (JANE@example.com) asked for it first."""
    await desk.publish(admin, "moon-trips", article, note="asked by jane@example.com")
    articles = EditedArticles(desk.bot.store, desk.bot.answers)
    await articles.look()
    assert "Jane Doe" in (desk.bot.answers.ask("do you sell trips to the moon?").text or "")
    await erasure.erase_person(desk.bot.store, "jane@example.com")
    assert await articles.look(), "every replica sees that there is something new"
    answer = desk.bot.answers.ask("do you sell trips to the moon?").text or ""
    assert "We sell trips to the moon" in answer and "jane" not in answer.casefold()
    async with desk.bot.store.read() as connection:
        versions = list(await connection.execute(select(article_version)))
    assert len(versions) == 3 and "jane" not in str(versions).casefold()
