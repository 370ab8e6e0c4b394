"""Asking a shopper for something secret by the one-time channel (`bot.one_time`), in a running chat or by mail, and
reading it once. The key to it stays in the browser of whoever asks: no server can read it, and no colleague."""

from __future__ import annotations

import re
import uuid

import orjson
from starlette.responses import JSONResponse, Response

from bot.chat.phrases import language_of
from bot.console.desk import reply_by_mail, ticket_asked_for
from bot.console.live_help import is_here
from bot.console.site import Ask, Refused, secure
from bot.console.speech import gettext
from bot.factories import make_smtp
from bot.history import desk
from bot.one_time.words import asking
from bot.store.one_time import LETTERS, ask_for, take

#: A public key: 64 bytes, two letters each.
_KEY = re.compile(f"[{LETTERS}]{{128}}")
_LONGEST_WHAT = 120


async def ask_in_chat(ask: Ask) -> Response:
    """Say the link in the chat, under the name of whoever has joined it."""
    chat = await ask.bot.hub.conversation(ask.part("id"))
    if chat is None:
        raise Refused(404, gettext("There is no such conversation (any more)."))
    await chat.refresh()
    if not is_here(ask.me.account, chat.state):
        raise Refused(409, gettext("You are not in this chat (any more); join it first."))
    text = await _link(ask, chat.id, language_of(chat.language))
    await chat.agent_says(f"agent:{uuid.uuid4().hex}", text)
    await ask.note("one-time: asked", chat.id)
    back = f"/console/conversations/{chat.id}#passed-on"
    return ask.to(back, gettext("The shopper has the link. What they pass on, only this browser can read."))


async def ask_by_mail(ask: Ask) -> Response:
    """Send the link as a reply to a ticket of the built-in desk."""
    row = await ticket_asked_for(ask)
    chat = await desk.chat_of(ask.bot.store, row.key)
    if chat is None or make_smtp(ask.bot.settings) is None:
        raise Refused(409, gettext("This ticket's chat is not there any more, or no mail can be sent from here."))
    passed = orjson.loads(row.payload)
    text = await _link(ask, chat, language_of(passed["envelope"].get("language")))
    await ask.note("one-time: asked", row.reference)
    return await reply_by_mail(ask, row, text)


async def _link(ask: Ask, conversation: str, language: str) -> str:
    """What is told to the shopper, with the link to a new page. Raises `Refused`."""
    what, key = ask.given("what", _LONGEST_WHAT), ask.credential("key", 200)
    if not _KEY.fullmatch(key):
        raise Refused(
            422,
            gettext(
                "Your browser made no key: it needs https (or localhost) and JavaScript. "
                "Nothing was sent to the shopper."
            ),
        )
    settings = ask.bot.settings
    seconds = settings.one_time_hours * 3600
    id = await ask_for(
        ask.bot.store, conversation, account=ask.me.account.id, what=what, key=key, language=language, seconds=seconds
    )
    scheme = "https" if secure(ask) else "http"
    root = settings.public_url or f"{scheme}://{ask.request.headers.get('host', '')}"
    return asking(language, what, f"{root}/once/{id}#{key}")


async def read(ask: Ask) -> Response:
    """What was sealed for whoever asks, and it is gone with that."""
    id = ask.part("id")
    sealed = await take(ask.bot.store, id, ask.me.account.id)
    if sealed is None:
        return JSONResponse({"said": gettext("There is nothing to read (any more).")}, 410)
    await ask.note("one-time: read", id[:8])
    return Response(sealed, media_type="application/octet-stream")
