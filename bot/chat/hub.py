"""Conversations in memory, and who watches them. A poke carries no data: whoever is poked reads the turns it lacks.

Reading "everything after n" is the only way turns reach a socket, on a first connection, after a poke and after a
reconnect alike; so nothing can be dropped or doubled. Replicas poke one another through the database where it can carry
pokes (`store.pokes`); a slow round over the conversations that are watched here finds what no poke told of.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from weakref import WeakValueDictionary

from bot.chat.conversation import Conversation, Erased
from bot.chat.drawn import new_id
from bot.chat.workshop import Birth, Workshop
from bot.clock import now_text, seconds_before
from bot.store.database import Conflict, Store, Unavailable, token_hash
from bot.store.entry import Entry
from bot.store.pokes import AGENT, CHANGED, SHOPPER, Pokes
from bot.store.records import Head
from dialogue.states import State

log = logging.getLogger("askonce.hub")
_IDLE = 600.0
_TYPING = 4.0
_LATELY = 30 * 86_400
_TRIES = 5


class Hub:
    """The conversations of this process and whoever watches them. `round`: seconds, see `self.round`."""

    def __init__(self, *, round: float = 10.0) -> None:
        #: Seconds between two rounds over what is watched here, for changes that no poke told of.
        self.round = round
        self._conversations: dict[str, Conversation] = {}
        # Whatever somebody still holds: there is never a second object of one conversation in a process.
        self._alive: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        # By the hash of their token; they go with their first word, which the store then knows, or with `forget_idle`.
        self._unborn: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._opening: dict[str, asyncio.Lock] = {}
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._shop: Workshop[Store] | None = None
        self._entry: Entry | None = None
        self._typing: dict[tuple[str, str], float] = {}
        self._pokes: Pokes | None = None
        self._stale: dict[str, None] = {}
        self._stale_news = asyncio.Event()

    def equip(self, shop: Workshop[Store], pokes: Pokes | None = None, *, entry: Entry) -> None:
        """Hand over what conversations work with; `bootstrap` does this once."""
        self._shop, self._pokes, self._entry = shop, pokes, entry

    @property
    def shop(self) -> Workshop[Store]:
        """What conversations work with."""
        assert self._shop is not None, "bootstrap equips the hub first"
        return self._shop

    @property
    def entry(self) -> Entry:
        """What makes tokens, and knows its own."""
        assert self._entry is not None, "bootstrap equips the hub first"
        return self._entry

    @property
    def watched(self) -> int:
        """Conversations with somebody watching."""
        return len(self._watchers)

    async def begin(
        self, *, locale: str | None = None, channel: str = "widget", token: str | None = None
    ) -> tuple[Conversation, str]:
        """A new conversation, in the store, and its token, which opens this conversation and no other."""
        conversation, token = self.greet(locale=locale, channel=channel, token=token)
        try:
            await conversation.be_born()
        except Conflict:  # somebody else began with this token, and theirs is the one
            for known in (self._conversations, self._alive):
                known.pop(conversation.id, None)
            if self._unborn.get(token_hash(token)) is conversation:
                del self._unborn[token_hash(token)]
            raise
        return conversation, token

    def greet(
        self, *, locale: str | None = None, channel: str = "widget", token: str | None = None
    ) -> tuple[Conversation, str]:
        """A new conversation that is in the store once something is said in it: whoever says nothing leaves nothing
        behind. Until then it lives in this process alone."""
        token = token or self.entry.token(time.time())
        state = State(stem=self.shop.stem(), required=tuple(f.name for f in self.shop.required))
        # A token of our own names its conversation, wherever that begins. REST's tokens come again and again, and an id
        # does not.
        id = self.entry.conversation(token) if self.entry.is_fresh(token, time.time()) else new_id()
        birth = Birth(token=token, channel=channel, locale=locale)
        conversation = Conversation(self.shop, id, state, 0, 0, (), locale, birth)
        self._conversations[id] = self._alive[id] = self._unborn[token_hash(token)] = conversation
        return conversation, token

    async def welcome_back(self, customer: str) -> tuple[Conversation, str] | None:
        """The conversation of a customer whom the shop vouches for, with a token for this device; None where there was
        none lately."""
        id = await self.shop.store.newest_of(customer, seconds_before(now_text(), _LATELY))
        found = await self.conversation(id) if id else None
        if found is None:
            return None
        token = self.entry.token(time.time())
        await self.shop.store.add_device(found.id, token, now_text())
        return found, token

    async def resume(self, token: str, *, locale: str | None = None) -> Conversation | None:
        """The conversation that `token` opens, or None. Nothing need have been said in it yet, here or before a
        restart."""
        unborn = self._unborn.get(token_hash(token))
        if unborn is not None and unborn.unborn and not unborn.erased:
            return unborn
        id = await self.shop.store.id_of(token)
        if id is not None:
            return await self.conversation(id)
        if self.entry.is_fresh(token, time.time()) and not await self.shop.store.is_spent(token):
            return self.greet(locale=locale, token=token)[0]
        return None

    async def conversation(self, id: str) -> Conversation | None:
        """The one object in this process that works on conversation `id`, or None where there is none."""
        if id in self._conversations:
            return self._conversations[id]
        lock = self._opening.setdefault(id, asyncio.Lock())
        async with lock:
            if id not in self._conversations:
                found = self._alive.get(id) or await Conversation.open(self.shop, id)
                if found is None:
                    self._opening.pop(id, None)
                    return None
                self._conversations[id] = self._alive[id] = found
        self._opening.pop(id, None)
        return self._conversations[id]

    def watch(self, id: str) -> asyncio.Event:
        """An event that is set whenever conversation `id` has changed."""
        event = asyncio.Event()
        self._watchers.setdefault(id, set()).add(event)
        return event

    def unwatch(self, id: str, event: asyncio.Event) -> None:
        """Stop watching."""
        watchers = self._watchers.get(id, set())
        watchers.discard(event)
        if not watchers:
            self._watchers.pop(id, None)

    def poke(self, id: str) -> None:
        """Conversation `id` has changed: wake whoever watches it."""
        for event in self._watchers.get(id, ()):
            event.set()

    def changed(self, id: str) -> None:
        """Conversation `id` was changed by this process: wake whoever watches it, here and on other replicas."""
        self.poke(id)
        if self._pokes is not None:
            self._pokes.say(CHANGED, id)

    def heard(self, kind: str, id: str) -> None:
        """Another replica's poke."""
        if kind == CHANGED:
            if id in self._alive:
                self._stale[id] = None
                self._stale_news.set()
        elif kind in (SHOPPER, AGENT) and id in self._watchers:
            self._typing[(id, "agent" if kind == AGENT else "shopper")] = time.monotonic() + _TYPING
            self.poke(id)

    def deaf(self) -> None:
        """Pokes may have been missed: every conversation in memory may be stale."""
        self._stale.update(dict.fromkeys(self._alive))
        self._stale_news.set()

    def note_typing(self, id: str, who: str) -> None:
        """`who` (shopper or agent) is writing in conversation `id`."""
        fresh = not self.is_typing(id, who)
        self._typing[(id, who)] = time.monotonic() + _TYPING
        if fresh:
            self.poke(id)
            if self._pokes is not None:
                self._pokes.say(AGENT if who == "agent" else SHOPPER, id)

    def is_typing(self, id: str, who: str) -> bool:
        """True for a few seconds after `note_typing`."""
        return self._typing.get((id, who), 0.0) > time.monotonic()

    def poke_all(self) -> None:
        """Wake everybody, for a shutdown."""
        for id in list(self._watchers):
            self.poke(id)

    def is_watched(self, id: str) -> bool:
        """True while a tab of this process shows conversation `id`."""
        return id in self._watchers

    def let_go(self, id: str) -> None:
        """Drop conversation `id` where nobody watches it: whoever needs it loads it again. A backlog of outcomes would
        otherwise keep every conversation it touches in memory."""
        if id not in self._watchers:
            self._conversations.pop(id, None)

    async def erase(self, id: str) -> None:
        """Erase conversation `id` and tell whoever watches it; a ticket on its way is still filed."""
        assert self.shop.erase is not None, "bootstrap equips the hub first"
        found = self._alive.get(id)
        if found is not None and found.birth is not None:
            await self.shop.store.spend(found.birth.token)  # nothing is stored; only its token must open nothing more
        await self.shop.erase(id)
        self.forget(id)

    def forget(self, id: str) -> None:
        """Conversation `id` was erased: nobody may go on with what is in memory, and whoever watches finds it gone."""
        self._conversations.pop(id, None)
        if (found := self._alive.pop(id, None)) is not None:
            found.erased = True
        self.changed(id)

    async def forget_idle(self) -> None:
        """Drop conversations that nobody watches and nobody has used lately; they are in the store."""
        horizon = time.monotonic() - _IDLE
        for id, conversation in list(self._conversations.items()):
            if id not in self._watchers and conversation.touched < horizon:
                del self._conversations[id]
        now = time.monotonic()
        self._typing = {key: until for key, until in self._typing.items() if until > now}

    async def follow_pokes(self) -> None:
        """Read anew what other replicas changed: at once after a poke, and every few seconds whatever is watched here,
        since a poke may be lost. Needs no clock in common with the others. Until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self.round):
                    await self._stale_news.wait()
            except TimeoutError:
                self._stale.update(dict.fromkeys(self._watchers))
            self._stale_news.clear()
            while self._stale:
                ids = list(self._stale)[:500]
                try:
                    await self._look(ids)
                except Unavailable:
                    await asyncio.sleep(0.5)
                    continue
                for id in ids:
                    self._stale.pop(id, None)

    async def follow_other_replicas(self, every: float = 0.3) -> None:
        """Where several processes share a SQLite file, which carries no pokes: look what the others have stored. Until
        cancelled."""
        since, rounds = now_text(), 0
        while True:
            await asyncio.sleep(every)
            rounds += 1
            try:
                changed = await self.shop.store.changed_since(since)
                await self._catch_up(list(changed), changed, frozenset())
                if rounds * every >= self.round:  # the clock may have jumped, and what was erased changed nowhere
                    rounds, watched = 0, list(self._watchers)
                    await self._look(watched)
            except Unavailable:
                continue
            # Commits take a moment: look back generously, a re-read is harmless.
            since = seconds_before(now_text(), 5)

    async def _look(self, ids: list[str]) -> None:
        """Catch up with what the store has of these. Only what was stored *before* the look can turn out to be erased:
        a chat may get its first word while the store is asked."""
        born = frozenset(id for id in ids if (mine := self._alive.get(id)) is not None and not mine.unborn)
        await self._catch_up(ids, await self.shop.store.heads(ids), born)

    async def _catch_up(self, ids: list[str], heads: Mapping[str, Head], born: frozenset[str]) -> None:
        for id in ids:
            mine = self._alive.get(id)
            if mine is None or (id not in heads and id not in born):
                continue
            if mine.unborn:
                with contextlib.suppress(Erased):
                    await mine.adopt()
                self.poke(id)
            elif id not in heads:
                self._conversations.pop(
                    id, None
                )  # erased: a conversation in memory has been in the store from its start
                mine.erased = True
                self.poke(id)
            elif mine.number < heads[id].number:
                with contextlib.suppress(Erased):
                    await mine.refresh()
                self.poke(id)
            elif mine.catch_up_read(heads[id].read):
                self.poke(id)
