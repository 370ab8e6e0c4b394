"""Rasa's REST channel, so that clients and test tools written for Rasa work: a message in, the bot's texts out."""

from __future__ import annotations

import asyncio
import hashlib
import uuid

from bot.chat.conversation import Conversation
from bot.chat.hub import Hub
from bot.store.database import Conflict, Unavailable
from dialogue.states import TicketStatus


async def answer_rest(hub: Hub, sender: str, message: str, *, wait: float) -> list[dict[str, str]]:
    """Hear `message` in the conversation that belongs to `sender`; wait for a ticket's outcome as a socket would."""
    token = "rest-" + hashlib.sha256(sender.encode()).hexdigest()
    found = await hub.resume(token) or await _begun(hub, token)
    before = found.seq
    poked = hub.watch(found.id)
    try:
        await found.hear(uuid.uuid4().hex, message)
        await _outcome(found, poked, wait)
    finally:
        hub.unwatch(found.id, poked)
    turns = await found.turns_after(before)
    return [{"recipient_id": sender, "text": t.text} for t in turns if t.who in ("bot", "agent")]


async def _begun(hub: Hub, token: str) -> Conversation:
    try:
        return (await hub.begin(channel="rest", token=token))[0]
    except Conflict:  # the same sender, at the same moment
        found = await hub.resume(token)
        if found is None:
            raise Unavailable("the conversation came and went") from None
        return found


async def _outcome(conversation: Conversation, poked: asyncio.Event, wait: float) -> None:
    """Until no ticket is without word, at most `wait` seconds."""
    try:
        async with asyncio.timeout(wait):
            while any(t.status is TicketStatus.SENT for t in conversation.state.tickets):
                poked.clear()
                if any(t.status is TicketStatus.SENT for t in conversation.state.tickets):
                    await poked.wait()
    except TimeoutError:
        return
