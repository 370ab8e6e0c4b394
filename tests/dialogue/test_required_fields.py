"""R1: a helpdesk may require a field beside the three; it is asked for under their rules, and reused where it was
said before."""

from __future__ import annotations

import asyncio
import pathlib

import orjson
from sqlalchemy import select

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.clock import now_text
from bot.history.transcripts import verdict
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.tables import desk_ticket
from tests.patience import patient
from ticket_bridge.helpdesks.contract import RequiredField
from ticket_bridge.helpdesks.desk import Desk

ORDER = RequiredField("order_number", "your order number", r"\b([A-Z]{2}\d{6})\b")


class OrderDesk(Desk):
    """A helpdesk that cannot do without the order number."""

    required_fields = (ORDER,)

    def __init__(self, store: Store) -> None:
        super().__init__(store.transact, desk_ticket, clock=now_text)


async def said(bot: Bot, *messages: str) -> tuple[Conversation, list[tuple[str, tuple[str, ...], str]]]:
    """A conversation of `messages`: what the bot's turns did, asked for and said; the referee has nothing to say of
    it."""
    conversation, _ = await bot.hub.begin()
    for number, text in enumerate(messages):
        await conversation.hear(str(number), text)
    async with patient():
        while any(t.status != "filed" for t in conversation.state.tickets):
            await asyncio.sleep(0.02)
    assert await verdict(bot.store, conversation.id, support_email="support@example.com", settled=True) == []
    return conversation, [(t.act or "", t.asks, t.text) for t in await conversation.turns_after(0) if t.who == "bot"]


def settings_in(folder: pathlib.Path) -> object:
    return read_settings(database_url=f"sqlite:///{folder}/required.db", support_email="support@example.com")


async def test_it_is_asked_for_with_the_rest_and_passed(tmp_path: pathlib.Path) -> None:
    async with run_bot(settings_in(tmp_path), helpdesk=OrderDesk) as bot:  # type: ignore[arg-type]
        _, turns = await said(
            bot, "open a ticket please, my lamp is broken", "Jane Doe, jane@example.com", "it is AB123456"
        )
        assert [(act, asks) for act, asks, _ in turns] == [
            ("ask", ("name", "email", "order_number")),
            ("ask", ("order_number",)),
            ("ticket_filed", ()),
        ]
        assert turns[1][2] == "To open the ticket I need your order number."
        async with bot.store.read() as connection:
            (payload,) = [orjson.loads(p) for p in await connection.scalars(select(desk_ticket.c.payload))]
        assert {k: payload[k] for k in payload if k not in ("subject", "envelope")} == {
            "name": "Jane Doe",
            "email": "jane@example.com",
            "reason": "my lamp is broken",
            "order_number": "AB123456",
        }


async def test_what_was_said_before_is_not_asked_again(tmp_path: pathlib.Path) -> None:
    async with run_bot(settings_in(tmp_path), helpdesk=OrderDesk) as bot:  # type: ignore[arg-type]
        _, turns = await said(
            bot, "hello, order AB123456", "the lamp in it is broken, open a ticket", "Jane Doe, jane@example.com"
        )
        assert all("order_number" not in asks for _, asks, _ in turns) and turns[-1][0] == "ticket_filed"


async def test_a_correction_wins_and_another_issue_asks_anew(tmp_path: pathlib.Path) -> None:
    async with run_bot(settings_in(tmp_path), helpdesk=OrderDesk) as bot:  # type: ignore[arg-type]
        conversation, turns = await said(
            bot,
            "open a ticket, my lamp is broken, order AB123456",
            "sorry, order CD123456",
            "Jane Doe, jane@example.com",
            "open another ticket, I was also charged twice for the mugs",
            "EF123456",
        )
        said_so = [(act, asks) for act, asks, _ in turns if act != "ticket_filed"]  # these come when they come
        assert said_so == [("ask", ("name", "email")), ("remind", ("name", "email")), ("ask", ("order_number",))]
        async with bot.store.read() as connection:
            rows = await connection.scalars(select(desk_ticket.c.payload).order_by(desk_ticket.c.id))
            assert [orjson.loads(p)["order_number"] for p in rows] == ["CD123456", "EF123456"]
        assert len(conversation.state.tickets) == 2


async def test_without_one_an_order_number_is_nothing_but_words(tmp_path: pathlib.Path) -> None:
    async with run_bot(settings_in(tmp_path)) as bot:  # type: ignore[arg-type]
        conversation, turns = await said(bot, "open a ticket, order AB123456 came broken, Jane Doe, jane@example.com")
        assert [act for act, _, _ in turns] == ["ticket_filed"] and conversation.state.extra == ()
