"""One conversation at work: hears a message, lets the tracker decide, stores what follows, and only then shows it.

The order is the law of the house: understand outside any transaction (`bot.chat.listening`), step and render
(`bot.chat.change`), commit once, poke. A clash with another writer loads the conversation anew and steps again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence

from bot.chat.change import ChangeMaker
from bot.chat.listening import Heard, understand
from bot.chat.news import News, silent_because
from bot.chat.phrases import base_language
from bot.chat.words import ClientId
from bot.chat.workshop import Birth, ConversationStore, Workshop, asked
from bot.clock import now_text
from bot.store.database import KNOWN_IDS, Conflict, Refused, Unavailable
from bot.store.news import HEARD, TOLD, VOID, Pending
from bot.store.records import Delivery, Turn
from bot.telemetry import tracing
from bot.telemetry.metrics import CLASHES, DANGER, REFUSED, TURNS
from dialogue import events
from dialogue.states import State
from dialogue.tracker import IllegalEvent
from dialogue.understanding.secrets import mask
from dialogue.vocabulary import Signal
from ticket_bridge.courier import Gone

log = logging.getLogger("askonce.conversation")
_TAIL = 60
_HELD = 8  # how often a page may name its customer before the first word; the rest is forgotten
#: How often a happening is stepped again: each clash means that somebody else came through, so more in a row are no
#: clashes.
_TRIES = 50
_REFERENCE = "outbox(reference)"


class Erased(Gone):
    """The conversation is gone: its shopper was forgotten."""


class UnknownFile(Exception):
    """A file that was not uploaded to this conversation, or is in a turn of it already."""


class Conversation:
    """A conversation in memory. Its messages are taken one at a time, in the order in which they came."""

    def __init__(
        self,
        shop: Workshop[ConversationStore],
        id: str,
        state: State,
        seq: int,
        number: int,
        client_ids: Iterable[str],
        locale: str | None = None,
        birth: Birth | None = None,
        all_ids: bool = True,
        read: int = 0,
    ) -> None:
        self._shop, self.id, self._birth = shop, id, birth
        self._changes = ChangeMaker(shop, id, locale)
        self.state, self.seq, self.number = state, seq, number
        self._ids, self._all_ids = dict.fromkeys(client_ids), all_ids
        self.read = read  # the last turn that its shopper has seen, in whichever tab
        self.tail: list[Turn] = []
        self._another: events.ReferenceTaken | None = None  # to be told first, where a reference turned out to be taken
        self._lock = asyncio.Lock()
        self.touched, self.erased = time.monotonic(), False

    @classmethod
    async def open(cls, shop: Workshop[ConversationStore], id: str) -> Conversation | None:
        """The conversation as it stands in the store, or None."""
        found = await shop.store.load(id)
        if found is None:
            return None
        return cls(
            shop,
            id,
            found.state,
            found.seq,
            found.number,
            found.client_ids,
            found.locale,
            all_ids=found.all_ids,
            read=found.read,
        )

    @property
    def birth(self) -> Birth | None:
        """What it begins with, where nothing was said in it yet."""
        return self._birth

    @property
    def unborn(self) -> bool:
        """Nothing was said in it yet, and nothing of it is stored."""
        return self._birth is not None

    @property
    def language(self) -> str | None:
        """The language that it is in: that of the shopper's words, until they told that of the page on which it began.
        None where neither is known yet, or nothing was said."""
        return None if self.unborn else self.state.language or base_language(self._changes.locale)

    @property
    def locale(self) -> str | None:
        """The page's."""
        return self._changes.locale

    async def be_born(self) -> None:
        """From now on it is stored. Raises `Conflict` where its token is taken, `Unavailable`."""
        async with self._lock:
            await self._begin()

    async def claim(self, customer: str) -> bool:
        """This conversation is this customer's, unless it is somebody's already; whether it is theirs now."""
        if (birth := self._birth) is not None:
            birth.customer = birth.customer or customer
            return birth.customer == customer
        await self._shop.store.claim(self.id, customer)
        return await self._shop.store.customer_of(self.id) == customer

    async def note_read(self, seq: int) -> None:
        """Its shopper has seen every turn up to `seq`, as far as there are such turns. Written once a turn at most, and
        no less once seen. Raises `Unavailable`."""
        seq = min(seq, self.seq)
        if self.unborn or self.erased or seq <= self.read:
            return
        await self._shop.store.note_read(self.id, seq)
        self.catch_up_read(seq)
        self._shop.poke(self.id)

    def catch_up_read(self, seq: int) -> bool:
        """`seq` was seen, as somebody else has stored; whether that is news here."""
        news = seq > self.read
        self.read = max(seq, self.read)
        return news

    async def _begin(self) -> None:
        birth = self._birth
        if birth is None:
            return
        try:
            await self._shop.store.create(
                id=self.id, token=birth.token, state=self.state, at=now_text(), locale=birth.locale,
                channel=birth.channel, customer=birth.customer,
            )  # fmt: skip
        except (Conflict, Refused):
            if await self._shop.store.load(self.id) is None:
                raise
            await self._adopt(birth)  # another tab's first word was faster, on another replica
        else:
            await self._tell_what_was_told(birth)

    async def adopt(self) -> None:
        """Another replica has stored the first word of this conversation: it is the same one."""
        async with self._lock:
            if self._birth is not None:
                await self._adopt(self._birth)

    async def _adopt(self, birth: Birth) -> None:
        self._birth = None
        await self._reload()
        await self._tell_what_was_told(birth)

    async def _tell_what_was_told(self, birth: Birth) -> None:
        """The page's customer, named before the first word, who is then not asked for what it knows (R2)."""
        self._birth = None
        for told in birth.told:
            while not await self._decide(told, started=time.perf_counter()):
                continue

    async def agent_says(self, id: str, text: str) -> bool:
        """The words of a person of the shop who has joined, secrets masked (R17). False where `id` was heard before, or
        nobody has joined."""
        started, id = time.perf_counter(), ClientId.of(id)
        async with self._lock:
            self.touched = time.monotonic()
            if self.state.agent is None:
                await self._reload()  # they may have joined through another replica
            for _ in range(_TRIES):
                if self.state.agent is None or await self._heard(id):
                    return False
                spoken = Turn(self.seq + 1, "agent", mask(text), now_text(), id=id)
                if await self._decide(events.AgentSaid(), spoken=spoken, started=started):
                    return True
            raise self._worn_out()

    async def hear(self, client_id: str, text: str) -> bool:
        """A shopper's message. False where `client_id` was heard before: it is acknowledged already, and not processed
        twice. Raises `bot.store.database.Unavailable` where nothing could be stored."""
        started, client_id = time.perf_counter(), ClientId.of(client_id)
        async with self._lock:
            self.touched = time.monotonic()
            await self._begin()
            if await self._heard(client_id):
                return False
            light, heard = asked(self.state), await self._understand(text)
            for _ in range(_TRIES):
                if asked(self.state) != light:  # after a clash: the words answer another question now
                    light, heard = asked(self.state), await self._understand(text)
                words, language = heard.understood.kept, heard.language
                spoken = Turn(self.seq + 1, "shopper", words, now_text(), id=client_id, language=language)
                told = events.ShopperSaid(heard.understood)
                if await self._decide(told, spoken=spoken, started=started):
                    return True
                if await self._heard(client_id):
                    return False
            raise self._worn_out()

    async def show(self, client_id: str, files: Sequence[str]) -> bool:
        """Files that the shopper has uploaded, sent in a turn. False where `client_id` was heard before. Raises
        `UnknownFile`, and `Unavailable` where nothing could be stored."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            await self._begin()
            for _ in range(_TRIES):
                if await self._heard(client_id):
                    return False
                found = await self._shop.store.files_to_send(self.id, files)
                if not found or len(found) != len(set(files)):
                    raise UnknownFile
                names = "\n".join(file.name for file in found)  # for whoever shows text alone
                spoken = Turn(self.seq + 1, "shopper", names, now_text(), id=client_id, files=found)
                if await self._decide(events.FilesSent(len(found)), spoken=spoken, started=started):
                    return True
            raise self._worn_out()

    async def _heard(self, client_id: str) -> bool:
        """Whether a message with this id was heard before, at whatever age. The latest are known here; the store, which
        would refuse a second one too, knows all."""
        if client_id in self._ids:
            return True
        return not self._all_ids and await self._shop.store.turn_with(self.id, client_id) is not None

    def _remember(self, client_id: str) -> None:
        self._ids[client_id] = None
        if len(self._ids) > KNOWN_IDS:
            del self._ids[next(iter(self._ids))]
            self._all_ids = False

    async def tell(self, told: events.Happening, *, delivery: Delivery | None = None) -> None:
        """Something other than a message happened: the helpdesk answered, the page named its customer, a rating
        came."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if self._birth is not None and isinstance(told, events.CustomerIdentified):
                self._birth.told = [*self._birth.told, told][-_HELD:]
                return
            await self._begin()
            if isinstance(told, events.AgentJoined | events.AgentLeft):
                # What changes nothing is not stored, so a clash would not show that another replica knows better.
                await self._reload()
            for _ in range(_TRIES):
                if await self._decide(told, delivery=delivery, started=started):
                    return
            raise self._worn_out()

    def published(self, one: Pending) -> News | None:
        """What is to be told of an article that answers what was asked here; None where it answers it no more."""
        return self._changes.published(one.gap, one.question, one.language, one.article, self.state)

    async def tell_published(self, one: Pending) -> tuple[str, News | None]:
        """Tell it, where the table does; what became of it, as `bot.store.news` has it, and what is told. Raises
        `Erased`, `Unavailable`."""
        started = time.perf_counter()
        async with self._lock:
            await self._reload()  # what changes nothing is not stored, so a clash would not show who knows better
            for _ in range(_TRIES):
                news, before = self.published(one), self.seq
                if news is None:
                    return VOID, None
                if await self._decide(news.told, news=news, started=started):
                    told = self.seq > before
                    return TOLD if told else silent_because(self.state, one.question) or HEARD, news
            raise self._worn_out()

    async def turns_after(self, after: int) -> list[Turn]:
        """The turns after `after`: from memory where it reaches back far enough, else from the store."""
        if self.tail and self.tail[0].seq <= after + 1 and self.tail[-1].seq == self.seq:
            return [t for t in self.tail if t.seq > after]
        if after >= self.seq:
            return []
        return await self._shop.store.turns(self.id, after)

    async def refresh(self) -> None:
        """Load what another replica has stored meanwhile."""
        async with self._lock:
            await self._reload()

    async def _decide(
        self,
        told: events.Happening,
        *,
        started: float,
        spoken: Turn | None = None,
        delivery: Delivery | None = None,
        news: News | None = None,
    ) -> bool:
        """One attempt; `spoken` is the turn of whoever wrote. False after a clash: the conversation has been loaded
        anew and the caller steps again. Raises `Erased`, `Stale`, and `Refused` where stepping again would not help."""
        if self.erased:
            raise Erased(self.id)
        try:
            change = self._changes.make(
                told,
                state=self.state,
                seq=self.seq,
                number=self.number,
                another=self._another,
                heard=spoken,
                delivery=delivery,
                news=news,
                started=started,
            )
        except IllegalEvent as error:
            log.warning("refused: %s", error, extra={"conversation": self.id})
            return True
        if change is None:
            return True
        try:
            with tracing.span("store", turns=len(change.turns), rows=" ".join(change.rows)):
                await self._shop.store.commit(change)
        except Conflict:
            CLASHES.inc()
            await self._reload()
            return False
        except Refused as error:
            REFUSED.labels(error.constraint).inc()
            log.error("the store refused what breaks %s", error.constraint, extra={"conversation": self.id})
            await self._reload()  # what is gone meanwhile was erased
            if error.constraint != _REFERENCE:
                raise
            self._another = events.ReferenceTaken(self._shop.stem())
            return False
        self._another = None
        self.state, self.seq, self.number = change.state, change.seq, change.number
        if spoken and spoken.id:
            self._remember(spoken.id)
        self.tail = [*self.tail, *change.turns][-_TAIL:]
        for turn in change.turns:
            TURNS.labels(turn.who, turn.act or "").inc()
        if isinstance(told, events.ShopperSaid) and Signal.IN_DANGER in told.understood.signals:
            DANGER.inc()
            log.warning("a shopper may be in danger: look at this chat at once", extra={"conversation": self.id})
        self._shop.poke(self.id)
        if change.enqueued:
            self._shop.wake_courier()
        return True

    async def _understand(self, text: str) -> Heard:
        locale = self._changes.locale
        return await understand(text, self.state, shop=self._shop, locale=locale, conversation=self.id)

    async def _reload(self) -> None:
        if self.unborn:
            return
        found = await self._shop.store.load(self.id)
        if found is None:
            self.erased = True
            raise Erased(self.id)
        self.state, self.seq, self.number = found.state, found.seq, found.number
        self._ids, self._all_ids = dict.fromkeys(found.client_ids), found.all_ids
        self.catch_up_read(found.read)
        self.tail.clear()

    def _worn_out(self) -> Unavailable:
        """What no number of steps would store: told to whoever waits, and the conversation is free for the next."""
        REFUSED.labels("clashes without end").inc()
        log.error("stepped %d times and never stored", _TRIES, extra={"conversation": self.id})
        return Unavailable("clashes without end")
