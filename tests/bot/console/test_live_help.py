"""A person of the shop in a running chat, and the desk's tickets worked by mail."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select, update

from bot.chat.conversation import Conversation
from bot.store.accounts import Role
from bot.store.records import Turn
from bot.store.tables import presence
from dialogue import events
from tests.bot.console.conftest import Desk, console
from tests.conftest import free_port

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


async def _turns(desk: Desk, id: str, after: int = 0) -> list[Turn]:
    return await desk.bot.store.turns(id, after)


async def test_the_bot_is_silent_beside_a_person_and_loses_nothing(either: Desk) -> None:
    """R2 and R8: what is told to a person is not asked for again, and a ticket that was agreed to is filed."""
    chat, _ = await either.bot.hub.begin()
    await chat.hear("m1", "open a ticket, my lamp is broken")
    maya = await either.as_role(Role.REVIEWER, "maya")
    path = f"/conversations/{chat.id}"
    await maya.post(path + "/say", 409, text="Hello")
    await maya.post(path + "/join")
    await maya.post(path + "/join")  # twice is once
    await maya.post(path + "/say", text="Hello, I am Maya. My card is 4242 4242 4242 4242.", id="a")
    await maya.post(path + "/say", text="Hello, I am Maya. My card is 4242 4242 4242 4242.", id="a")
    seq = chat.seq
    await chat.hear("m2", "how long does delivery take?")
    await chat.hear("m3", "my name is Jane Doe")
    assert [t.who for t in await _turns(either, chat.id, seq)] == ["shopper", "shopper"]
    await chat.hear("m4", "and my mail is jane@example.com")
    await either.filed()
    acts = [t.act for t in await _turns(either, chat.id, seq) if t.who == "bot"]
    assert acts == ["ticket_filed"]
    await maya.post(path + "/leave")
    await maya.post(path + "/leave", 409)
    turns = await _turns(either, chat.id)
    assert [t.text for t in turns if t.who == "system"] == [
        "Maya from our support team has joined this chat. The assistant is silent while they are here.",
        "Maya has left this chat. The assistant is here again.",
    ]
    said = [t.text for t in turns if t.who == "agent"]
    assert len(said) == 1 and "4242" not in said[0]
    await chat.hear("m5", "how long does delivery take?")
    assert (await _turns(either, chat.id))[-1].act == "answer"


async def test_what_was_open_goes_on_unless_it_is_settled(desk: Desk) -> None:
    maya = await desk.as_role(Role.REVIEWER, "maya")
    for settled, wanted in (("", "remind"), ("1", "answer")):
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("m1", "open a ticket, my lamp is broken")
        await maya.post(f"/conversations/{chat.id}/join")
        await maya.post(f"/conversations/{chat.id}/leave", settled=settled)
        await chat.hear("m2", "how long does delivery take?")
        assert (await _turns(desk, chat.id))[-1].act == wanted


async def test_the_page_of_whoever_is_here_renews_their_presence(either: Desk) -> None:
    chat, _ = await either.bot.hub.begin()
    await chat.hear("m1", "hello")
    maya, noor = await either.as_role(Role.REVIEWER, "maya"), await either.as_role(Role.REVIEWER, "noor")
    viewer = await either.as_role(Role.VIEWER)
    path = f"/conversations/{chat.id}"

    async def run_out() -> None:
        moment = update(presence).values(until=1.0)
        await either.bot.store.transact(lambda connection: connection.execute(moment) and None)

    async def until() -> float:
        async with either.bot.store.read() as connection:
            return float((await connection.execute(select(presence.c.until))).scalar_one())

    assert (await maya.post(path + "/present", 200)).json() == {"present": False}
    await maya.post(path + "/join")
    assert 'id="say"' in await maya.get(path) and "You are not in this chat any more" in await maya.get(path)
    for what, fields in (("present", {}), ("typing", {}), ("join", {}), ("say", {"text": "Hello"})):
        await run_out()
        answer = await maya.post(f"{path}/{what}", 200 if what in ("present", "typing") else 303, **fields)
        assert await until() > 1_000_000, what
        assert answer.status_code == 303 or answer.json() == {"present": True}
    await viewer.post(path + "/present", 403)
    assert (await noor.post(path + "/present", 200)).json() == {"present": False}
    await noor.post(path + "/join")
    assert (await maya.post(path + "/present", 200)).json() == {"present": False}
    await noor.post(path + "/leave")
    assert (await noor.post(path + "/present", 200)).json() == {"present": False}
    async with either.bot.store.read() as connection:
        assert list(await connection.execute(select(presence))) == []


async def test_another_person_takes_over(desk: Desk) -> None:
    chat, _ = await desk.bot.hub.begin()
    await chat.hear("m1", "hello")
    maya, noor = await desk.as_role(Role.REVIEWER, "maya"), await desk.as_role(Role.REVIEWER, "noor")
    await maya.post(f"/conversations/{chat.id}/join")
    await noor.post(f"/conversations/{chat.id}/join")
    await maya.post(f"/conversations/{chat.id}/say", 409, text="Me again")
    await noor.post(f"/conversations/{chat.id}/say", text="I am Noor")
    assert (await _turns(desk, chat.id))[-1].text == "I am Noor"


async def test_typing_is_shown_to_both(desk: Desk) -> None:
    chat, _ = await desk.bot.hub.begin()
    await chat.hear("m1", "hello")
    maya = await desk.as_role(Role.REVIEWER, "maya")
    assert '"typing":false' in await maya.get(f"/conversations/{chat.id}/turns")
    desk.bot.hub.note_typing(chat.id, "shopper")
    assert '"typing":true' in await maya.get(f"/conversations/{chat.id}/turns")
    poked = desk.bot.hub.watch(chat.id)
    await maya.post(f"/conversations/{chat.id}/typing", 200)
    assert poked.is_set() and desk.bot.hub.is_typing(chat.id, "agent")


async def test_the_running_chats_are_listed(desk: Desk) -> None:
    chat, _ = await desk.bot.hub.begin()
    maya = await desk.as_role(Role.REVIEWER, "maya")
    assert "Nobody has written" in await maya.get("/live")
    await chat.hear("m1", "open a ticket, my lamp is broken")
    page = await maya.get("/live")
    assert chat.id in page and "collecting" in page
    fresh = await maya.client.get(f"/console/conversations/{chat.id}/turns?after=1")
    assert fresh.json()["seq"] == 2 and ">open a ticket" not in fresh.json()["html"]
    await maya.get(f"/conversations/{chat.id}/turns?after=x", 400)


async def test_a_replica_that_knows_less_does_not_think_somebody_is_here_already(desk: Desk) -> None:
    """Joined through one replica and left through the other; the first has not heard of it when somebody joins
    again."""
    chat, _ = await desk.bot.hub.begin()
    await chat.hear("m1", "hello")
    elsewhere = await Conversation.open(desk.bot.hub.shop, chat.id)
    assert elsewhere
    await chat.tell(events.AgentJoined("Maya"))
    await elsewhere.tell(events.AgentLeft())
    await chat.tell(events.AgentJoined("Maya"))
    assert await elsewhere.agent_says("agent:1", "Here I am")
    words = [t.text for t in await _turns(desk, chat.id) if t.who in ("system", "agent")]
    assert [w.split(" ")[1] for w in words] == ["from", "has", "from", "I"]


# ---------------------------------------------------------------- the desk


class _Post:
    """Takes mail, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refuses = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return "451 later"
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
async def worked(tmp_path: pathlib.Path) -> AsyncIterator[tuple[Desk, _Post]]:
    """A console with the built-in desk and a real mail server."""
    post = _Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    await asyncio.to_thread(server.start)
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
        "email_from": "shop@example.com",
    }
    try:
        async with console(f"sqlite+aiosqlite:///{tmp_path}/desk.db", **settings) as desk:
            yield desk, post
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_ticket_is_answered_noted_closed_and_opened(worked: tuple[Desk, _Post]) -> None:
    desk, post = worked
    await desk.chat(TICKET)
    one = await desk.as_role(Role.REVIEWER, "noor")
    await one.post("/desk/1", 422, do="reply", text="")
    await one.post("/desk/1", 422, do="nonsense", text="x")
    await one.post("/desk/1", do="note", text="Asked the warehouse")
    await one.post("/desk/1", do="reply", text="Dear Jane,\n\na new lamp is on the table.")
    mail = post.mails[0].decode()
    assert "To: Jane Doe <jane@example.com>" in mail and "a new lamp is on the table." in mail
    assert "Subject: Re: my lamp is broken [AO-" in mail and "warehouse" not in mail
    assert "Reply-To: Support <support@example.com>" in mail
    await one.post("/desk/1", do="close", text="Solved")
    assert "AO-" not in (await one.get("/desk")).split("<main")[1].split("</main")[0]
    page = await one.get("/desk?status=closed")
    assert "my lamp is broken" in page
    await one.post("/desk/1", do="open")
    page = await one.get("/desk/1")
    for shown in ("Asked the warehouse", "a new lamp", "Closed", "Opened again", "sent", "Noor"):
        assert shown in page
    await one.get("/desk/99", 404)
    await one.get("/desk?status=odd", 422)


async def test_a_reply_that_cannot_be_sent_is_kept_and_sent_later(worked: tuple[Desk, _Post]) -> None:
    desk, post = worked
    await desk.chat(TICKET)
    one = await desk.as_role(Role.REVIEWER, "noor")
    post.refuses = True
    await one.post("/desk/1", do="reply", text="First words")
    page = await one.get("/desk/1")
    assert "First words" in page and "failed" in page and "Send this reply again" in page
    post.refuses = False
    await one.post("/desk/1/notes/1")
    assert len(post.mails) == 1 and "Send this reply again" not in await one.get("/desk/1")
    await one.post("/desk/1/notes/1", 409)


async def test_without_a_mail_server_the_reply_is_kept_and_the_page_says_what_to_set(desk: Desk) -> None:
    await desk.chat(TICKET)
    one = await desk.as_role(Role.REVIEWER)
    assert "ASKONCE_SMTP_HOST" in await one.get("/desk/1")
    answer = await one.post("/desk/1", 409, do="reply", text="Words")
    assert "the reply is kept" in answer.text and "Words" in await one.get("/desk/1")


async def test_refused_tickets_are_sent_again_only_when_refused(desk: Desk) -> None:
    await desk.chat(TICKET)
    one = await desk.as_role(Role.REVIEWER)
    page = await one.get("/tickets")
    assert "filed as 1" in page and "Deliver again" not in page
    await one.post("/tickets/AO-NONE-1/deliver", 409)
    await one.get("/tickets?delivery=odd", 422)
    await one.get("/tickets?after=odd", 422)
