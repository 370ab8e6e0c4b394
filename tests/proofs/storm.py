"""A whole engine in bad weather: two replicas on one database, an understander that says anything at all, a helpdesk
that fails in every way, messages twice, at once from two tabs, out of order. `make prove` and the engine's state
machine both drive it.
"""

from __future__ import annotations

import asyncio
import itertools
import pathlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history.transcripts import transcript
from bot.history.views import outbox_counts
from bot.settings import read_settings
from bot.store.records import Turn
from bot.store.tables import outbox
from dialogue import events as e
from dialogue.policy import Policy
from dialogue.referee.judge import judge
from dialogue.states import State, TicketStatus
from dialogue.tracker import replay
from dialogue.understanding.reader import Asked
from dialogue.understanding.secrets import mask
from tests.dialogue.referee.recording import spoken
from tests.dialogue.referee.said_in import LANGUAGES
from tests.patience import Looks
from ticket_bridge.helpdesks.contract import Busy, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.outbox import deliver_again
from ticket_bridge.retry import RetryPolicy

SUPPORT = "support@example.com"
MOODS = ("fine", "down", "lost", "late", "slow", "busy", "gateway", "refused", "bug")
_QUICK = RetryPolicy(first=0.01, ceiling=0.05, probe_ceiling=0.02)


class AnyMind:
    """Understands what the test has prepared for a text, right or wrong; fails where nothing was prepared."""

    name = "any"

    def __init__(self) -> None:
        self.meant: dict[str, e.Understanding] = {}

    async def understand(self, text: str, asked: Asked = None) -> e.Understanding:
        await asyncio.sleep(0)
        return self.meant[text]

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open."""


class Fickle:
    """A helpdesk without idempotency of its own, whose `mood` is asked at each call."""

    name = "fickle"
    settle = 0.04
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, mood: Callable[[], str]) -> None:
        self.mood = mood
        self.tickets: list[tuple[str, dict[str, Any]]] = []
        self.met: Counter[str] = Counter()

    def _file(self, key: str, payload: Mapping[str, Any]) -> str:
        self.tickets.append((key, dict(payload)))
        return f"F{len(self.tickets)}"

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        mood = self.mood()
        self.met[mood] += 1
        if mood == "down":
            raise Unreachable("no connection", maybe_created=False)
        if mood == "busy":
            raise Busy("status 429", retry_after=0.01)
        if mood == "gateway":
            self._file(key, payload)
            raise Busy("status 503", retry_after=None, maybe_created=True)
        if mood == "refused":
            raise Rejected("status 422")
        if mood == "bug":
            raise ValueError("what the adapter's author did not think of")
        if mood == "lost":
            self._file(key, payload)
            raise Unreachable("no reply", maybe_created=True)
        if mood == "late":
            asyncio.get_running_loop().call_later(self.settle / 2, self._file, key, payload)
            raise Unreachable("no reply", maybe_created=True)
        if mood == "slow":
            await asyncio.sleep(0.02)
        return self._file(key, payload)

    async def find(self, key: str) -> str | None:
        if self.mood() in ("down", "lost"):
            raise Unreachable("no connection", maybe_created=False)
        return next((f"F{place}" for place, (k, _) in enumerate(self.tickets, 1) if k == key), None)

    async def carries(self, id: str, key: str) -> bool | None:
        return await self.find(key) is not None

    async def withdraw(self, id: str) -> str:
        raise NotImplementedError

    async def health(self) -> None:
        """Moody, but there."""

    def steps(self) -> Sequence[Step]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Chat:
    """One conversation, open in a tab on each replica."""

    id: str
    tabs: list[Conversation]
    language: str = "en"
    sent: dict[str, str] = field(default_factory=dict)  # client id to text


@dataclass
class Storm:
    """Two replicas, their mind and their helpdesk."""

    bots: list[Bot]
    mind: AnyMind
    helpdesk: Fickle
    chats: dict[str, Chat] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def open(self, replica: int = 0) -> Chat:
        """A new conversation, begun on one replica and resumed on the other, in one of the six languages: every other
        on a page in it."""
        number = next(self.numbers)
        language = LANGUAGES[number % len(LANGUAGES)]
        locale = language if number % (2 * len(LANGUAGES)) < len(LANGUAGES) else None
        began, token = await self.bots[replica].hub.begin(channel="storm", locale=locale)
        resumed = await self.bots[1 - replica].hub.resume(token)
        assert resumed is not None and resumed.id == began.id
        chat = self.chats[began.id] = Chat(began.id, [began, resumed], language)
        return chat

    def prepare(self, chat: Chat, meant: e.Understanding) -> tuple[str, str]:
        """A message that will be understood as `meant`: its client id and text. What is understood is in the shopper's
        words."""
        id = f"m{len(chat.sent) + 1}"
        text = f"{spoken(meant, chat.language)}\n[{id} {chat.id[:6]}]"
        chat.sent[id] = text
        self.mind.meant[mask(text)] = meant
        return id, text

    async def say(self, chat: Chat, meant: e.Understanding, tab: int) -> None:
        """A new message, typed into one tab."""
        id, text = self.prepare(chat, meant)
        assert await chat.tabs[tab].hear(id, text)

    async def say_at_once(self, chat: Chat, first: e.Understanding, second: e.Understanding) -> None:
        """Two messages at the same moment, one from each tab."""
        prepared = [self.prepare(chat, meant) for meant in (first, second)]
        await asyncio.gather(*(tab.hear(*p) for tab, p in zip(chat.tabs, prepared, strict=True)))

    async def help(self, chat: Chat, rng: random.Random, tab: int) -> None:
        """A person of the shop joins through one replica, writes through the other, and leaves, is gone without a word
        (which both replicas see at once), or stays."""
        stay = f"stay{rng.getrandbits(64)}"
        await chat.tabs[tab].tell(e.AgentJoined("Maya", stay))
        assert await chat.tabs[1 - tab].agent_says(f"agent:{rng.getrandbits(64)}", "Let me see what I can do.")
        roll = rng.random()
        if roll < 0.4:
            await chat.tabs[tab].tell(e.AgentLeft(settled=rng.random() < 0.5))
        elif roll < 0.8:
            stay = chat.tabs[1 - tab].state.presence or stay  # another may have been here already
            await self.say(chat, e.Understanding("", question="how long?"), tab)
            await asyncio.gather(*(one.tell(e.AgentLeft(gone=stay)) for one in chat.tabs))

    async def say_twice_at_once(self, chat: Chat, meant: e.Understanding) -> None:
        """A message that both tabs send, as after a reconnect in the wrong moment: taken once."""
        prepared = self.prepare(chat, meant)
        assert sorted(await asyncio.gather(*(tab.hear(*prepared) for tab in chat.tabs))) == [False, True]

    async def repeat(self, chat: Chat, id: str, tab: int) -> None:
        """A message sent again, long after its time: acknowledged, never processed twice."""
        assert not await chat.tabs[tab].hear(id, chat.sent[id])

    async def calm(self) -> None:
        """The helpdesk mends, an operator has the refused tickets delivered: until every ticket is filed."""
        self.helpdesk.mood = lambda: "fine"
        store = self.bots[0].store
        counts: dict[str, int] = {}
        look = Looks(lambda: sorted(counts.items()))
        while True:
            await store.transact(lambda connection: deliver_again(connection, outbox, now=time.time()))
            counts = await outbox_counts(store)
            if not set(counts) - {"filed"}:
                return
            look()
            await asyncio.sleep(0.05)

    async def problems(self, chat: Chat) -> list[str]:
        """What is wrong with a conversation after the storm; nothing may be."""
        found: list[str] = []
        store = self.bots[0].store
        turns: list[Turn] = await store.turns(chat.id, limit=100_000)
        if [t.seq for t in turns] != list(range(1, len(turns) + 1)):
            found.append("turns are not 1, 2, 3 …")
        if any(t.who == "system" and before.text == t.text for before, t in itertools.pairwise(turns)):
            found.append("a person came or went twice")
        heard = Counter(t.id for t in turns if t.who == "shopper")
        if heard != Counter(chat.sent.keys()):
            found.append(f"messages lost or doubled: {heard} of {list(chat.sent)}")
        for tab in chat.tabs:
            await tab.refresh()
            if [t.frame() for t in await tab.turns_after(0)] != [t.frame() for t in turns]:
                found.append("a tab shows something else")
        state = chat.tabs[0].state
        if replay(Policy(), state.beginning, await store.told(chat.id)) != state:
            found.append("the state is not the fold of what happened")
        told = await transcript(store, chat.id, support_email=SUPPORT, settled=True)
        found += [f"{v.rule} at turn {v.seq}: {v.reason}" for v in judge(told)]
        return [f"{problem} (conversation {chat.id})" for problem in found + await self._tickets(chat, state)]

    async def shown(self, chat: Chat) -> list[str]:
        """The conversation, a line a turn, for whoever looks into a problem."""
        told = await transcript(self.bots[0].store, chat.id, support_email=SUPPORT, settled=True)
        lines = []
        for t in told.turns:
            understood = {k: v for k, v in (t.understood or {}).items() if v and k not in ("kept", "by")}
            lines.append(
                f"    {t.seq} {t.who} {t.act or ''} {list(t.asks) or ''} {understood or t.text} {t.ticket or ''}"
            )
        return lines

    async def _tickets(self, chat: Chat, state: State) -> list[str]:
        async with self.bots[0].store.read() as connection:
            rows = list(await connection.execute(outbox.select().where(outbox.c.conversation == chat.id)))
        due = {row.key: orjson.loads(row.payload) for row in rows}
        passed = [(key, payload) for key, payload in self.helpdesk.tickets if key in due]
        found = []
        if len(state.tickets) != len(rows) or any(t.status is not TicketStatus.FILED for t in state.tickets):
            found.append(f"the conversation knows of {state.tickets}, the outbox of {len(rows)}")
        if sorted(key for key, _ in passed) != sorted(due):
            found.append(f"{len(passed)} tickets in the helpdesk for {len(due)} consents")
        if any(payload != due[key] for key, payload in passed):
            found.append("a ticket carries something else than was consented to")
        numbers = [int(p["envelope"]["reference"].rpartition("-")[2]) for _, p in passed]
        if numbers != sorted(numbers) and not self.helpdesk.met["refused"]:
            found.append(f"tickets out of order: {numbers}")
        return found

    async def forget(self, chat: Chat) -> None:
        """Let a checked conversation go, so that a long run stays small."""
        del self.chats[chat.id]
        for text in chat.sent.values():
            self.mind.meant.pop(mask(text), None)


@asynccontextmanager
async def storm(folder: pathlib.Path, mood: Callable[[], str]) -> AsyncIterator[Storm]:
    """Two replicas at work on a SQLite database in `folder`."""
    settings = read_settings(
        database_url=f"sqlite:///{folder}/storm.db",
        support_email=SUPPORT,
        workers=2,
        saved_after=0.05,
        helpdesk_timeout=0.2,
    )
    mind, helpdesk = AnyMind(), Fickle(mood)

    def replica(name: str) -> Any:
        return run_bot(settings, understander=mind, helpdesk=lambda _: helpdesk, retry=_QUICK, tick=0.05, owner=name)

    async with replica("one") as first, replica("two") as second:
        yield Storm([first, second], mind, helpdesk)


async def converse(weather: Storm, rng: random.Random, hostile: Callable[[random.Random], e.ShopperSaid]) -> int:
    """One random conversation; returns how many messages it had."""
    chat = await weather.open(rng.randrange(2))
    for _ in range(rng.randint(3, 10)):
        roll, tab = rng.random(), rng.randrange(2)
        if roll < 0.62 or not chat.sent:
            await weather.say(chat, hostile(rng).understood, tab)
        elif roll < 0.72:
            await weather.say_at_once(chat, hostile(rng).understood, hostile(rng).understood)
        elif roll < 0.79:
            await weather.say_twice_at_once(chat, hostile(rng).understood)
        elif roll < 0.87:
            await weather.repeat(chat, rng.choice(list(chat.sent)), tab)
        elif roll < 0.93:
            who = e.CustomerIdentified(
                rng.choice(["Olu Adebayo", "@", None]), rng.choice(["olu@example.ng", "x", None])
            )
            await chat.tabs[tab].tell(who)
        elif roll < 0.95:
            await chat.tabs[tab].tell(e.ShopperRated(rng.randint(-1, 7)))
        elif roll < 0.965:
            await weather.help(chat, rng, tab)
        else:
            await asyncio.sleep(0.02)
    return len(chat.sent)
