"""Rasa's REST channel, so that clients and test tools written for Rasa work: a message in, the bot's texts out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence

from bot.chat.conversation import Conversation
from bot.chat.hub import Hub
from bot.store.database import Conflict, Unavailable
from bot.store.records import Turn
from dialogue.states import TicketStatus

#: How often the conversation of a sender is looked for anew.
_TRIES = 5


async def answer_rest(hub: Hub, sender: str, message: str, *, wait: float) -> list[dict[str, str]]:
    """Hear `message` in the conversation that belongs to `sender`; wait for a ticket's outcome as a socket would."""
    token = hub.entry.token_of_sender(sender)
    own = uuid.uuid4().hex
    for _ in range(_TRIES):
        found = await hub.resume(token) or await _begun(hub, token)
        before, poked = found.seq, hub.watch(found.id)
        try:
            await found.hear(own, message)
            await _outcome(found, poked, wait)
            break
        except Conflict:  # it was just begun by another message of the same sender: go on with that one
            continue
        finally:
            hub.unwatch(found.id, poked)
    else:
        raise Unavailable("the same sender began again and again")
    return [{"recipient_id": sender, "text": text} for text in _replies(await found.turns_after(before), own)]


def _replies(turns: Sequence[Turn], own: str) -> Iterator[str]:
    """What was said after the message `own`, up to the next one: that one's replies are for whoever sent it."""
    mine = False
    for turn in turns:
        if turn.who == "shopper":
            mine = turn.id == own
        elif mine and turn.who in ("bot", "agent"):
            yield turn.text


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
