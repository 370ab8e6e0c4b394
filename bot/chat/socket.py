"""One WebSocket: a reader that hears frames, a writer that sends every turn after the last one sent. Nothing is
decided."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from typing import Any
from urllib.parse import urlsplit

from aiolimiter import AsyncLimiter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.chat.conversation import Conversation, Erased, UnknownFile
from bot.chat.frames import Erase, Frame, FrameError, Hello, Rate, Read, Say, SendFile, Typing, dump, parse
from bot.chat.hub import Hub
from bot.chat.identity import customer_key
from bot.chat.limits import Address, Limits, count_one, real_address
from bot.chat.linked import linked
from bot.chat.phrases import base_language, languages
from bot.chat.pressure import Pressure
from bot.settings import Settings
from bot.store.database import Unavailable
from bot.store.records import Turn
from bot.telemetry import tracing
from bot.telemetry.logs import CONVERSATION
from bot.telemetry.metrics import ERRORS, FAULTS, HEARD, OPEN_CHATS
from dialogue import events
from ticket_bridge.faults import outline

log = logging.getLogger("askonce.socket")
_HELLO_WITHIN = 10.0
_TYPING_AFTER = 0.3
_BUSY = "More is asked of this chat than it can take right now; please try again in a moment."
_TOO_MANY = "Many chats have begun from your address lately; please try again in a moment."
_BEGIN_AGAIN = 10
#: What was added to the protocol's frames; a client that knows none of it works on. `languages`: a welcome tells the
#: chat's language, a turn the one it was said in, its sources theirs, and `parts` where it holds more than one.
#: `hours`: a frame that comes when somebody is there, or is not any more. `home`: a welcome tells
#: topics and the search. `read`: how far the shopper has read, for all their tabs and devices. `files`, where the shop
#: takes them: pictures and documents may be sent.
FEATURES = ("languages", "hours", "home", "read")
#: Origins that were refused and told of in the log; a stranger who invents them fills no disk.
_TOLD_ORIGINS: set[str] = set()
_MOST_ORIGINS = 100
_UNKNOWN = "This chat is not known here (any more); say hello without a token to begin anew."


def allowed_origin(origin: str | None, host: str | None, allowed: tuple[str, ...]) -> bool:
    """A client without `Origin` is no browser and is admitted; a page must be the bot's own or one the shop named."""
    if origin is None:
        return True
    if origin.rstrip("/") in allowed or "*" in allowed:
        return True
    return bool(host) and urlsplit(origin).netloc == host


class Socket:
    """The life of one connection."""

    def __init__(self, ws: WebSocket, hub: Hub, limits: Limits, pressure: Pressure, settings: Settings) -> None:
        self._ws, self._hub, self._limits, self._pressure, self._settings = ws, hub, limits, pressure, settings
        self._sending = asyncio.Lock()
        self._conversation: Conversation | None = None
        self._sent = 0
        self._told_rated = False
        self._told_read = 0
        self._locale: str | None = None  # the page's
        self._told_hours: dict[str, str | bool | None] | None = None
        #: What this client knows its messages by, where they are stored under another id (R17).
        self._ids: dict[str, str] = {}

    async def run(self) -> None:
        """Until either side closes."""
        peer = self._ws.client.host if self._ws.client else ""
        address = real_address(peer, self._ws.headers, self._settings.trusted_proxies)
        await self._ws.accept()
        if not allowed_origin(
            self._ws.headers.get("origin"), self._ws.headers.get("host"), self._settings.allowed_origins
        ):
            self._strange_page()
            await self._refuse(
                FrameError("bad_origin", "This page may not use this chat; the shop must allow its origin.")
            )
            return
        entered = self._limits.enter(address)
        if entered is None:
            await self._refuse(
                FrameError("too_fast", "Too many chats are open from your address; close one and try again.")
            )
            return
        OPEN_CHATS.inc()
        self._pressure.open += 1
        try:
            await self._talk(entered)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._limits.leave(address)
            OPEN_CHATS.dec()
            self._pressure.open -= 1
            if self._is_open():
                with contextlib.suppress(RuntimeError):
                    await self._ws.close()

    async def _talk(self, address: Address) -> None:
        try:
            async with asyncio.timeout(_HELLO_WITHIN):
                while self._conversation is None:
                    await self._hello(await self._receive(), address)
        except TimeoutError:
            await self._refuse(FrameError("bad_frame", "The first frame must be a hello, within 10 seconds."))
            return
        conversation = self._conversation
        assert conversation is not None  # the loop above ends with one
        CONVERSATION.set(conversation.id)
        poked = self._hub.watch(conversation.id)
        writer = asyncio.create_task(self._writing(conversation, poked))
        pace = self._limits.conversation()
        try:
            while True:
                text = await self._receive()
                try:
                    await self._handle(conversation, parse(text), pace, address)
                except FrameError as error:
                    await self._error(error)
                except Erased:
                    await self._gone()
                    return
                except Unavailable:
                    await self._error(
                        FrameError("unavailable", self._or_write("The chat can't store messages right now"))
                    )
        finally:
            self._hub.unwatch(conversation.id, poked)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await writer

    async def _hello(self, text: str | bytes, address: Address) -> None:
        try:
            frame = parse(text)
            if not isinstance(frame, Hello):
                raise FrameError("bad_frame", "The first frame must be a hello.")
            self._conversation, token = await self._open(frame, address)
        except FrameError as error:
            if error.retry_after is not None:  # a newcomer in a rush: not kept waiting on an open connection
                await self._refuse(error, code=1013)
                raise WebSocketDisconnect(1013) from error
            await self._error(error)
            return
        except Unavailable:
            await self._error(FrameError("unavailable", self._or_write("The chat is not available right now")))
            return
        self._sent = min(frame.after, self._conversation.seq)
        await self._identify(self._conversation, frame)
        welcome = {
            "type": "welcome",
            "conversation": self._conversation.id,
            "token": token,
            "seq": self._conversation.seq,
            "rated": self._conversation.state.rated,
            "language": self._conversation.language,
            "features": [*FEATURES, *(("files",) if self._settings.files else ())],
            "read": self._conversation.read,
            "home": await self._hub.shop.home.told(self._conversation.state.language or frame.locale),
        }
        self._locale, self._told_read = frame.locale, self._conversation.read
        self._told_hours = self._hours(self._conversation)
        await self._send(welcome | ({"hours": self._told_hours} if self._told_hours else {}))

    async def _open(self, frame: Hello, address: Address) -> tuple[Conversation, str]:
        """The conversation that the token opens; else the one of a customer the shop vouches for; else a new one."""
        customer = self._customer(frame)
        if frame.token is not None:
            found = await self._hub.resume(frame.token, locale=frame.locale)
            if found is None:
                raise FrameError("bad_token", _UNKNOWN)
            token = frame.token
        elif customer and (earlier := await self._hub.welcome_back(customer)):
            return earlier
        elif not self._pressure.has_room_for_newcomers:
            raise FrameError("unavailable", _BUSY, retry_after=self._pressure.retry_after)
        else:
            if not await count_one(address.beginnings):
                raise FrameError("too_fast", _TOO_MANY, retry_after=_BEGIN_AGAIN)
            found, token = self._hub.greet(locale=frame.locale)
        if customer:
            await self._claim(found, customer)
        return found, token

    async def _claim(self, conversation: Conversation, customer: str) -> None:
        """This chat is this customer's from now on. Raises `FrameError` where it is another's: two people share a
        browser."""
        if not await conversation.claim(customer):
            raise FrameError("bad_token", _UNKNOWN)

    def _customer(self, frame: Hello) -> str | None:
        """The key of the customer whom the shop's server vouches for in this frame."""
        secret = self._settings.identity_secret.get_secret_value()
        who = frame.customer
        return customer_key(secret, who.email, who.signature) if who else None

    async def _identify(self, conversation: Conversation, frame: Hello) -> None:
        if frame.customer and (frame.customer.name or frame.customer.email):
            with contextlib.suppress(Unavailable):
                await conversation.tell(events.CustomerIdentified(frame.customer.name, frame.customer.email))

    async def _handle(self, conversation: Conversation, frame: Frame, pace: AsyncLimiter, address: Address) -> None:
        if isinstance(frame, Say):
            if frame.id != frame.id.sent:
                self._ids[frame.id] = frame.id.sent
            if not await address.count_message(len(frame.text), pace):
                raise FrameError(
                    "too_fast", "That was faster than this chat can follow; please send it again in a moment.", frame.id
                )
            if not self._pressure.has_room_for_messages:
                raise FrameError("unavailable", _BUSY, frame.id, retry_after=self._pressure.retry_after)
            timer = asyncio.get_running_loop().call_later(_TYPING_AFTER, self._show_typing)
            try:
                with HEARD.time(), self._pressure.message(), tracing.span("say", conversation=conversation.id):
                    new = await conversation.hear(frame.id, frame.text.masked())
            except Unavailable:
                raise FrameError("unavailable", self._or_write("Your message could not be stored"), frame.id) from None
            finally:
                timer.cancel()
            if not new:
                await self._acknowledge(conversation, frame.id)
        elif isinstance(frame, Rate):
            comment = frame.comment.masked() if frame.comment and not conversation.state.rated else None
            await conversation.tell(events.ShopperRated(frame.score, comment))
        elif isinstance(frame, SendFile):
            await self._show(conversation, frame, pace, address)
        elif isinstance(frame, Erase):
            await self._hub.erase(conversation.id)
            await self._send({"type": "erased"})
        elif isinstance(frame, Read):
            self._told_read = max(self._told_read, min(frame.seq, conversation.seq))
            with contextlib.suppress(Unavailable):  # what nobody can keep now is told again with the next turn
                await conversation.note_read(frame.seq)
        elif isinstance(frame, Typing):
            self._hub.note_typing(conversation.id, "shopper")
        elif isinstance(frame, Hello):
            if customer := self._customer(frame):
                try:
                    await self._claim(conversation, customer)
                except FrameError as error:  # another customer's chat: not one turn more of it
                    await self._refuse(error)
                    raise WebSocketDisconnect(1008) from error
            await self._identify(conversation, frame)

    async def _show(self, conversation: Conversation, frame: SendFile, pace: AsyncLimiter, address: Address) -> None:
        if frame.id != frame.id.sent:
            self._ids[frame.id] = frame.id.sent
        if not await address.count_message(0, pace):
            raise FrameError(
                "too_fast", "That was faster than this chat can follow; please send it again in a moment.", frame.id
            )
        try:
            if not await conversation.show(frame.id, frame.files):
                await self._acknowledge(conversation, frame.id)
        except UnknownFile:
            raise FrameError("bad_frame", "A file of this turn is not here; please send it again.", frame.id) from None
        except Unavailable:
            raise FrameError("unavailable", self._or_write("The chat can't store files right now"), frame.id) from None

    async def _acknowledge(self, conversation: Conversation, id: str) -> None:
        """A message that was heard before: its own turn once more is the acknowledgement, however old it is."""
        try:
            turn = await self._hub.shop.store.turn_with(conversation.id, id)
        except Unavailable:
            raise FrameError(
                "unavailable", "The chat is not available right now; please try again shortly.", id
            ) from None
        if turn is not None:
            await self._send(linked(turn.frame(), self._settings, self._hub.shop.home.revised))

    def _or_write(self, what: str) -> str:
        """What is wrong, and the way out where it stays so (R13)."""
        return f"{what}; please try again shortly, or write to {self._hub.shop.support_email}."

    async def _writing(self, conversation: Conversation, poked: asyncio.Event) -> None:
        """The writer for as long as the chat is open. Where it dies the connection ends too: the client comes back and
        reads on from the turn it saw last, instead of waiting for turns that nobody sends."""
        try:
            await self._write(conversation, poked)
        except Exception as error:
            if isinstance(error, WebSocketDisconnect) or not self._is_open():
                return  # the other end is gone
            log.error("a chat's writer died: %s", outline(error), extra={"conversation": conversation.id})
            FAULTS.labels("writer").inc()
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._ws.close(1011)

    def _strange_page(self) -> None:
        """The likeliest mistake of a shop that begins: said once an origin, with what to do."""
        origin = (self._ws.headers.get("origin") or "")[:200]
        if origin in _TOLD_ORIGINS or len(_TOLD_ORIGINS) >= _MOST_ORIGINS:
            return
        _TOLD_ORIGINS.add(origin)
        log.warning(
            "a page of %r may not use the chat; if it is the shop's, name it in ASKONCE_ALLOWED_ORIGINS", origin
        )

    def _is_open(self) -> bool:
        return self._ws.client_state is self._ws.application_state is WebSocketState.CONNECTED

    async def _write(self, conversation: Conversation, poked: asyncio.Event) -> None:
        while True:
            poked.clear()
            if conversation.erased:
                await self._gone()
                return
            if conversation.state.rated and not self._told_rated:
                self._told_rated = True
                await self._send({"type": "rated"})
            if conversation.read > self._told_read:
                self._told_read = conversation.read
                await self._send({"type": "read", "seq": self._told_read})
            if (hours := self._hours(conversation)) and hours != self._told_hours:
                self._told_hours = hours
                await self._send({"type": "hours", "hours": hours})
            if self._hub.is_typing(conversation.id, "agent"):
                await self._send({"type": "typing", "who": "agent"})
            for turn in await self._turns(conversation):
                if turn.seq > self._sent:
                    await self._send(linked(turn.frame(), self._settings, self._hub.shop.home.revised))
                    self._sent = turn.seq
            if conversation.seq <= self._sent:
                await poked.wait()

    def _hours(self, conversation: Conversation) -> dict[str, str | bool | None] | None:
        """What is to be told of the hours now, in the chat's language: as the page writes it where it is the page's."""
        shop, page, said = self._hub.shop, self._locale, conversation.state.language
        moment = datetime.datetime.fromtimestamp(shop.clock(), datetime.UTC)
        other = said is not None and said in languages() | {"en"} and said != base_language(page)
        return shop.published.told(moment, said if other else page)

    async def _turns(self, conversation: Conversation) -> list[Turn]:
        while True:
            try:
                return await conversation.turns_after(self._sent)
            except Unavailable:
                await asyncio.sleep(0.5)

    async def _gone(self) -> None:
        """The conversation was erased: the client begins anew."""
        await self._refuse(FrameError("bad_token", "This chat was erased; say hello without a token to begin anew."))

    def _show_typing(self) -> None:
        task = asyncio.ensure_future(self._send({"type": "typing", "who": "bot"}))
        task.add_done_callback(lambda t: t.cancelled() or t.exception())

    async def _receive(self) -> str | bytes:
        message = await self._ws.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        found: str | bytes = message.get("text") or message.get("bytes") or ""
        return found

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._ids and frame.get("id") in self._ids:
            frame = frame | {"id": self._ids[frame["id"]]}
        async with self._sending:
            await self._ws.send_text(dump(frame))

    async def _error(self, error: FrameError) -> None:
        ERRORS.labels(error.code).inc()
        await self._send(error.frame())

    async def _refuse(self, error: FrameError, *, code: int = 1008) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._error(error)
            await self._ws.close(code)
