"""Who asked what no article answered hears once one does (R15): in the chat, and by mail.

What is to be told waits in `news` since the article was published (`bot.store.news`); any process that answers from the
article already may tell it, by a lease. Whether it may be said in the chat is the table's to decide, and the turn is
stored together with the word that it was told. The mail is for whoever agreed to it (`bot.chat.news`); it is stored
once the chat's part is known, and sent by `ticket_bridge.notices`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable

from bot.chat.conversation import Conversation, Erased
from bot.chat.hub import Hub
from bot.chat.mails import letter_of_news
from bot.chat.news import News, Recipient, is_open, recipient, said_addresses
from bot.chat.phrases import language_of
from bot.settings import Settings
from bot.store.access_log import AccessLog
from bot.store.database import Unavailable
from bot.store.news import VOID, WAITING, Mail, Pending, claim, settle

log = logging.getLogger("askonce.news")
_AT_ONCE, _LEASE = 10, 60.0
#: What the log of access names instead of a colleague.
WHO = "assistant"
#: What became of it in the chat, where a mail is no better.
_NO_MAIL = frozenset(("person", "danger", "heard", "void"))


class Herald:
    """Tells what waits, until cancelled. Any number may run. `mails`: whether there is a mail server; `version`: the
    newest published version that this process answers from; `every`: seconds between two looks."""

    def __init__(
        self, hub: Hub, settings: Settings, *, support_email: str, mails: bool, version: Callable[[], int], every: float
    ) -> None:
        self._hub, self._settings, self._support_email = hub, settings, support_email
        self._mails, self._version, self._every = mails, version, every
        self._log = AccessLog(hub.shop.store)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            with contextlib.suppress(Unavailable):
                while await self.look() == _AT_ONCE:
                    continue
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """Tell what waits now; how many that were. Raises `Unavailable`."""
        taking = functools.partial(claim, version=self._version(), now=time.time(), lease=_LEASE, limit=_AT_ONCE)
        due: list[Pending] = await self._hub.shop.store.transact(taking)
        for one in due:
            with contextlib.suppress(Erased):
                await self._tell(one)
        return len(due)

    async def _tell(self, one: Pending) -> None:
        chat = await self._hub.conversation(one.conversation)
        if chat is None:
            return
        try:
            how, news = await self._in_chat(chat, one)
            mail = await self._mail(chat, one, news) if news and self._mails and how not in _NO_MAIL else None
            settling = functools.partial(settle, gap=one.gap, chat=how, mail=mail, now=time.time())
            if await self._hub.shop.store.transact(settling):
                detail = f"{one.article}: in the chat {how}, {'by mail' if mail else 'no mail'}"
                await self._log.note(WHO, "tell who asked", one.conversation, detail)
        finally:
            self._hub.let_go(one.conversation)

    async def _in_chat(self, chat: Conversation, one: Pending) -> tuple[str, News | None]:
        """What became of it in the chat; and what was told, or would have been."""
        if one.chat != WAITING:  # whoever told it was gone before the mail was thought of
            return one.chat, chat.published(one)
        if is_open(one.channel, one.updated_at):
            return await chat.tell_published(one)
        news = chat.published(one)
        return "gone" if news else VOID, news

    async def _mail(self, chat: Conversation, one: Pending, news: News) -> Mail | None:
        said = said_addresses(await self._hub.shop.store.told(chat.id))
        to: Recipient | None = recipient(chat.state, one.question, said)
        if to is None:
            return None
        settings = self._settings
        has_page = settings.help and settings.public_url  # without it there is no address that a mail could name
        letter = letter_of_news(
            news.told,
            name=to.name,
            link=f"{settings.help_url}/{news.language}/{one.article}" if has_page else "",
            language=language_of(chat.language),
            support_email=self._support_email,
        )
        key = f"{chat.id}:news:{one.gap}"
        return Mail(key, to.name, to.email, letter.subject, letter.text, letter.language)
