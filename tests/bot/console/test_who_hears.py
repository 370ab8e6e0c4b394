"""R15: the lead sees who would hear before publishing, may say no, and sees afterwards who heard and how; and nobody
hears twice, after an erasure, beside a person or against what they agreed to."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import orjson
import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.chat.conversation import Conversation
from bot.history.transcripts import verdict
from bot.store.accounts import Role
from bot.store.edited_articles import newest_of
from bot.store.tables import conversation, news, news_mail
from dialogue import events
from tests.bot.console.conftest import Desk, Visitor, console
from tests.bot.console.test_articles import LAMPS, QUESTION
from tests.conftest import SUPPORT, free_port
from tests.lamps import TEXT
from tests.patience import patient
from tests.ticket_bridge.helpdesks.servers import MailServer

JANE = "Jane Doe, jane@example.com"


@pytest.fixture
async def post(tmp_path: pathlib.Path) -> AsyncIterator[tuple[Desk, MailServer]]:
    """A console with a real mail server."""
    port = free_port()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "email_from": "chat@shop.example"}
    with MailServer().running(port) as server:
        async with console(f"sqlite+aiosqlite:///{tmp_path}/post.db", **mail) as desk:
            yield desk, server


async def _chat(desk: Desk, *words: str, locale: str | None = None, channel: str = "widget") -> Conversation:
    chat, _ = await desk.bot.hub.begin(locale=locale, channel=channel)
    for number, text in enumerate(words):
        await chat.hear(f"m{number}", text)
    return chat


async def _drafted(admin: Visitor, desk: Desk, text: str = TEXT) -> int:
    base = await newest_of(desk.bot.store, "lamp-repair")
    await admin.post(LAMPS, text=text, do="save", base=str(base))
    return await newest_of(desk.bot.store, "lamp-repair")


async def _published(desk: Desk, text: str = TEXT, **form: str) -> Visitor:
    """An administrator who has published an article about lamps."""
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post(LAMPS + "/publish", version=str(await _drafted(admin, desk, text)), **form)
    return admin


async def _rows(desk: Desk) -> list[tuple[str, str]]:
    async with desk.bot.store.read() as connection:
        return [(row.chat, row.mail) for row in await connection.execute(select(news).order_by(news.c.gap))]


async def _settled(desk: Desk, how_many: int) -> list[tuple[str, str]]:
    """What became of so many rows, once that is known of each."""
    async with patient():
        while len(rows := await _rows(desk)) < how_many or any("waiting" in row or row[1] == "" for row in rows):
            await asyncio.sleep(0.05)
    return rows


async def _mails(desk: Desk) -> list[tuple[str, ...]]:
    m = news_mail.c
    async with desk.bot.store.read() as connection:
        rows = await connection.execute(select(m.key, m.status, m.name, m.email, m.subject, m.text))
        return [tuple(row) for row in rows]


async def _acts(desk: Desk, chat: Conversation) -> list[str]:
    return [turn.act or turn.who for turn in await desk.bot.store.turns(chat.id)]


async def test_the_lead_sees_who_would_hear_and_afterwards_who_heard(either: Desk) -> None:
    chats = [await _chat(either, QUESTION), await _chat(either, "hi", QUESTION, "no thanks")]
    other = await _chat(either, "do you sell purple elephants?")
    admin = await either.as_role(Role.ADMINISTRATOR)
    version = await _drafted(admin, either)
    page = await admin.get(LAMPS + "/draft")
    assert "2 chats asked what this answers" in page and "told in the chat 2, by mail 0, out of reach 0" in page
    assert 'name="tell" value="1" checked' in page and "Tell the shoppers who asked this (2 chats)" in page
    await admin.post(LAMPS + "/publish", version=str(version), asked="1", tell="1")
    assert await _settled(either, 2) == [("told", "none")] * 2
    assert (await _acts(either, chats[0]))[-2:] == ["answer", "clarify"]
    assert (await _acts(either, chats[1]))[-1] == "answer" and "answer" not in await _acts(either, other)
    for chat in chats:
        assert await verdict(either.bot.store, chat.id, support_email=SUPPORT) == []
    assert "in the chat 2" in await admin.get("/gaps")
    shown = await admin.get(f"/conversations/{chats[0].id}")
    assert "Answered since" in shown and "Told: in the chat." in shown
    log = await admin.get("/log")
    assert "version 2, chats: 2" in log and "lamp-repair: in the chat told, no mail" in log
    # published anew: nobody is left who waits
    await _drafted(admin, either, TEXT.replace("workshop", "studio"))
    assert "asked what this answers" not in await admin.get(LAMPS + "/draft")


async def test_the_lead_says_no_and_may_tell_them_later(desk: Desk) -> None:
    chat = await _chat(desk, QUESTION)
    admin = await _published(desk, asked="1")
    assert await _rows(desk) == [] and "version 2, chats" not in await admin.get("/log")
    version = await _drafted(admin, desk, TEXT.replace("workshop", "studio"))
    assert "1 chat asked what this answers" in await admin.get(LAMPS + "/draft")
    await admin.post(LAMPS + "/publish", version=str(version), asked="1", tell="1")
    assert await _settled(desk, 1) == [("told", "none")]
    assert "studio" in (await desk.bot.store.turns(chat.id))[-2].text


async def test_a_chat_hears_of_an_article_once_however_it_asked(desk: Desk) -> None:
    chat = await _chat(desk, QUESTION, "no", "do you restore old lamps please?", "no", QUESTION, "no")
    await _published(desk)
    rows = await _settled(desk, 2)
    assert sorted(rows) == [("beside", "none"), ("told", "none")]
    assert (await _acts(desk, chat)).count("answer") == 1


async def _attended(desk: Desk, chat: Conversation) -> None:
    await chat.tell(events.AgentJoined("Maya", "stay", 1))


async def _over(desk: Desk, chat: Conversation) -> None:
    await chat.hear("bye", "thanks, bye")


async def _old(desk: Desk, chat: Conversation) -> None:
    await desk.bot.store.transact(
        lambda c: c.execute(update(conversation).values(updated_at="2026-01-01T00:00:00.000Z")) and None
    )


async def _danger(desk: Desk, chat: Conversation) -> None:
    await chat.hear("danger", "I want to kill myself")


@pytest.mark.parametrize(
    ("what", "how", "mailed"),
    [(_attended, "person", "none"), (_danger, "danger", "none"), (_over, "ended", "made"), (_old, "gone", "made")],
)
async def test_where_nothing_is_said_in_the_chat(
    post: tuple[Desk, MailServer], what: Callable[[Desk, Conversation], Awaitable[None]], how: str, mailed: str
) -> None:
    desk, server = post
    chat = await _chat(desk, "hi, jane@example.com", QUESTION)
    await what(desk, chat)
    before = await _acts(desk, chat)
    admin = await desk.as_role(Role.ADMINISTRATOR)
    version = await _drafted(admin, desk)
    page = await admin.get(LAMPS + "/draft")
    assert f"told in the chat 0, by mail {int(mailed == 'made')}" in page
    await admin.post(LAMPS + "/publish", version=str(version))
    assert await _settled(desk, 1) == [(how, mailed)]
    assert await _acts(desk, chat) == before
    if how == "person":
        assert "a colleague is in the chat and sees it here" in await admin.get(f"/conversations/{chat.id}")
    wanted = [("sent", "", "", "", "")] if mailed == "made" else []  # nothing of it is kept once it is sent
    async with patient():
        while [row[1:] for row in await _mails(desk)] != wanted:
            await asyncio.sleep(0.05)
    assert len(server.mails) == len(wanted)


@pytest.mark.parametrize(
    ("words", "customer"),
    [((QUESTION,), "jane@example.com"), (("jane@example.com", QUESTION, "no thanks"), None), ((QUESTION,), None)],
)
async def test_no_mail_to_whom_only_the_page_knows_or_who_refused(
    post: tuple[Desk, MailServer], words: tuple[str, ...], customer: str | None
) -> None:
    desk, server = post
    chat, _ = await desk.bot.hub.begin()
    if customer:
        await chat.tell(events.CustomerIdentified(None, customer))
    for number, text in enumerate(words):
        await chat.hear(f"m{number}", text)
    await _published(desk)
    assert await _settled(desk, 1) == [("told", "none")] and server.mails == []


async def test_a_client_of_rasas_channel_is_told_nothing_unasked(desk: Desk) -> None:
    chat = await _chat(desk, QUESTION, channel="rest")
    await _published(desk)
    assert await _settled(desk, 1) == [("gone", "none")] and "answer" not in await _acts(desk, chat)


async def test_in_the_language_of_the_chat(post: tuple[Desk, MailServer]) -> None:
    desk, server = post
    asked = "Repariert ihr alte Lampen?"
    chat = await _chat(desk, "Hallo, ich bin Jana Roth, jana@example.com", asked, locale="de")
    text = TEXT.replace("  - do you restore old lamps\n", f"  - do you restore old lamps\n  - {asked}\n")
    await _published(desk, text)
    assert await _settled(desk, 1) == [("told", "made")]
    told = next(turn for turn in await desk.bot.store.turns(chat.id) if turn.act == "answer")
    assert told.text.startswith(f"Sie haben gefragt: „{asked}“") and told.parts == ("de", "de", "en")
    parts = told.frame()["parts"]
    assert [part["language"] for part in parts] == ["de", "de", "en"] and "workshop" in parts[2]["text"]
    async with patient():
        while not server.mails:
            await asyncio.sleep(0.05)
    (mail,) = server.mails
    assert mail["Subject"] == "Die Antwort auf Ihre Frage" and mail["Content-Language"] == "de"


async def test_an_erasure_takes_what_waits_with_it(post: tuple[Desk, MailServer]) -> None:
    desk, server = post
    server.moods = ["later"] * 100
    chat = await _chat(desk, "hi, jane@example.com", QUESTION)
    await _published(desk)
    assert await _settled(desk, 1) == [("told", "made")]
    await desk.bot.hub.erase(chat.id)
    assert await _rows(desk) == []
    assert await _mails(desk) == []
    server.moods = []
    await asyncio.sleep(2)
    assert server.mails == []


async def test_who_asked_before_an_update_hears_too(desk: Desk) -> None:
    """A state that was stored by a version which did not remember what waits for an article."""
    chat = await _chat(desk, QUESTION, "no thanks")

    def as_it_was(connection: Connection) -> None:
        stored = orjson.loads(connection.scalar(select(conversation.c.state)) or "")
        del stored["unanswered"]
        connection.execute(update(conversation).values(state=orjson.dumps(stored).decode()))

    await desk.bot.store.transact(as_it_was)
    await _published(desk)
    assert await _settled(desk, 1) == [("told", "none")] and (await _acts(desk, chat))[-1] == "answer"


async def test_whoever_runs_it_is_told_once(database_url: str) -> None:
    """Three replicas on one database, each with a herald of its own."""
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(console(database_url)) for _ in range(3)]
        chats = [await _chat(desks[n % 3], QUESTION) for n in range(9)]
        await _published(desks[0])
        assert await _settled(desks[1], 9) == [("told", "none")] * 9
        await asyncio.sleep(1)
        for chat in chats:
            assert (await _acts(desks[2], chat)).count("answer") == 1
            assert await verdict(desks[2].bot.store, chat.id, support_email=SUPPORT) == []
