"""A person of the shop in a running chat: joining, being there, writing, leaving. The tracker falls silent meanwhile;
nothing is decided here. Their presence is a lease (`bot.chat.presence`), which everything they do renews."""

from __future__ import annotations

import uuid

from starlette.responses import JSONResponse, Response

from bot.chat.conversation import Conversation
from bot.chat.frames import MAX_TEXT
from bot.chat.words import ClientId
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.store.accounts import Account
from dialogue import events
from dialogue.states import State


async def _conversation(ask: Ask) -> Conversation:
    found = await ask.bot.hub.conversation(ask.part("id"))
    if found is None:
        raise Refused(404, gettext("There is no such conversation (any more)."))
    await found.refresh()  # the person may have joined through another replica
    return found


def is_here(person: Account, state: State) -> bool:
    """True where `person` is the one of the shop who is in the chat; by name where a chat begun earlier holds no
    account."""
    if state.agent is None or state.agent_account is None:
        return state.agent == person.name
    return state.agent_account == person.id


def _back(ask: Ask, said: str = "") -> Response:
    if ask.request.headers.get("x-requested-with"):
        return JSONResponse({"said": said})
    return ask.to(f"/console/conversations/{ask.part('id')}#reply", said)


async def join(ask: Ask) -> Response:
    """Take part in a chat, or take it over from another who is there."""
    chat = await _conversation(ask)
    await chat.tell(events.AgentJoined(ask.me.account.name, uuid.uuid4().hex, ask.me.account.id))
    await ask.bot.presences.renew(chat, active=True)  # where they were here already
    await ask.note("join chat", chat.id)
    return _back(ask, gettext("You are in the chat; the bot is silent until you leave."))


async def say(ask: Ask) -> Response:
    """A line to the shopper, under the name of whoever wrote it."""
    chat, text = await _conversation(ask), ask.given("text", MAX_TEXT)
    if not text:
        raise Refused(422, gettext("Write something first."))
    if not is_here(ask.me.account, chat.state):
        raise Refused(409, gettext("You are not in this chat (any more); join it first."))
    await chat.agent_says(f"agent:{ClientId.of(ask.credential('id', 100)) or uuid.uuid4().hex}", text)
    return _back(ask)


async def typing(ask: Ask) -> Response:
    """The one who has joined is writing; the shopper sees that."""
    ask.bot.hub.note_typing(ask.part("id"), "agent")
    return await _renewed(ask, active=True)


async def present(ask: Ask) -> Response:
    """The page of somebody who has joined is open: their presence holds on. Says whether they are in the chat at
    all."""
    return await _renewed(ask, active=False)


async def _renewed(ask: Ask, *, active: bool) -> Response:
    chat = await _conversation(ask)
    mine = chat.state.agent == ask.me.account.name
    return JSONResponse({"present": mine and await ask.bot.presences.renew(chat, active=active)})


async def leave(ask: Ask) -> Response:
    """Go out of the chat again; `settled` where the matter is."""
    chat = await _conversation(ask)
    if chat.state.agent is None:
        raise Refused(409, gettext("Nobody of the shop is in this chat."))
    if not is_here(ask.me.account, chat.state):
        raise Refused(409, gettext("Somebody else is in this chat; take it over first."))
    await chat.tell(events.AgentLeft(settled=ask.given("settled") == "1"))
    await ask.note("leave chat", chat.id, "settled" if ask.given("settled") == "1" else "")
    return _back(ask, gettext("You have left; the bot answers again."))
