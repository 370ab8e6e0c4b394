"""No shopper waits for ever (R13): presence is a lease, and whatever else could keep a reply back has a bound."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import delete, select

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.chat.presence import Clocks
from bot.settings import read_settings
from bot.store.records import Turn
from bot.store.tables import presence
from dialogue import events
from dialogue.states import Phase
from dialogue.understanding.reader import Asked
from tests.conftest import SUPPORT
from ticket_bridge.helpdesks.contract import RequiredField, Step

LEASE, PATIENCE = 120.0, 900.0
GRACE = LEASE / 4


class Time:
    """A clock that the test moves: `pass_by` as time does, `jump` as somebody who sets it."""

    def __init__(self) -> None:
        self.wall, self.ticking = 1_800_000_000.0, 50.0
        self.clocks = Clocks(lambda: self.wall, lambda: self.ticking)

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.ticking += seconds

    def jump(self, seconds: float) -> None:
        self.wall += seconds


@asynccontextmanager
async def bot_on(url: str, time: Time, **more: Any) -> AsyncIterator[Bot]:
    chosen = read_settings(
        database_url=url, support_email=SUPPORT, presence=LEASE, presence_patience=PATIENCE, saved_after=0.05, workers=2
    )
    async with run_bot(chosen, clocks=time.clocks, archivist=False, **more) as bot:
        yield bot


async def overdue(bot: Bot, time: Time) -> None:
    """Whoever is overdue is found so now, and once more when the grace is over."""
    await bot.presences.look()
    time.pass_by(GRACE + 1)
    await bot.presences.look()


async def words(bot: Bot, chat: Conversation, who: str) -> list[Turn]:
    return [t for t in await bot.store.turns(chat.id) if t.who == who]


async def attended(bot: Bot, *said: str) -> Conversation:
    """A chat that Maya has joined, and what the shopper wrote since."""
    chat, _ = await bot.hub.begin()
    await chat.hear("hello", "hello")
    await chat.tell(events.AgentJoined("Maya", "first"))
    for number, text in enumerate(said):
        await chat.hear(f"m{number}", text)
    return chat


async def test_who_closes_the_laptop_leaves_nobody_with_a_mute_bot(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot, "how long does delivery take?")
        time.pass_by(LEASE - 1)
        await overdue(bot, time)
        assert chat.state.phase is Phase.ATTENDED, "the lease had only just run out"
        await bot.presences.look()
        time.pass_by(GRACE + 1)
        await bot.presences.look()
        assert chat.state.phase is Phase.IDLE
        assert [t.text for t in await words(bot, chat, "system")][1:] == [
            "Maya is no longer in this chat. The assistant is here again."
        ]
        assert [t.act for t in await words(bot, chat, "bot")] == ["greet", "answer"]
        async with bot.store.read() as connection:
            assert list(await connection.execute(select(presence))) == []


async def test_a_restarted_server_acts_on_a_lease_that_an_earlier_one_kept(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        id = (await attended(bot, "my kettle leaks")).id
    time.pass_by(LEASE + 1)
    async with bot_on(database_url, time) as bot:
        await overdue(bot, time)
        chat = await bot.hub.conversation(id)
        assert chat and chat.state.phase is Phase.OFFERED
        assert [t.act for t in await words(bot, chat, "bot")] == ["greet", "give_email", "offer_ticket"]
        assert SUPPORT in (await words(bot, chat, "bot"))[1].text


async def test_an_open_page_holds_the_presence_but_not_for_ever(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot, "are you there?")
        waited = 0.0
        while chat.state.phase is Phase.ATTENDED:
            assert waited < PATIENCE + 2 * GRACE, "the shopper waits beyond the bound"
            time.pass_by(20)
            waited += 20
            assert await bot.presences.renew(chat)
            await bot.presences.look()
        assert waited >= PATIENCE, "the page was open, and the shopper had not waited for too long"
        assert not await bot.presences.renew(chat)


async def test_writing_and_typing_hold_it_for_as_long_as_they_go_on(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot, "are you there?")
        for number in range(30):
            time.pass_by(100)
            if number % 2:
                assert await bot.presences.renew(chat, active=True)
            else:
                assert await chat.agent_says(f"agent:{number}", "One moment, please.")
                await chat.hear(f"more{number}", "all right")
            await bot.presences.look()
        assert chat.state.phase is Phase.ATTENDED


async def test_a_clock_that_jumps_ends_no_presence_that_is_renewed(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot, "are you there?")
        for jump in (86_400.0, -86_400.0, -2 * 86_400.0, 10 * 86_400.0):
            time.jump(jump)
            await bot.presences.look()
            time.pass_by(20)
            assert await bot.presences.renew(chat, active=True)
            time.pass_by(GRACE)
            await bot.presences.look()
            assert chat.state.phase is Phase.ATTENDED, jump
        time.jump(-86_400.0)
        await overdue(bot, time)
        assert chat.state.phase is Phase.IDLE, "a lease from the future that nobody renews is over too"


async def test_of_two_replicas_one_ends_it_and_a_later_stay_goes_on(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time, owner="one") as one, bot_on(database_url, time, owner="two") as two:
        chat = await attended(one, "are you there?")
        time.pass_by(LEASE + 1)
        await asyncio.gather(one.presences.look(), two.presences.look())
        time.pass_by(GRACE + 1)
        await asyncio.gather(one.presences.look(), two.presences.look())
        assert [t.text.split()[1] for t in await words(one, chat, "system")] == ["from", "is"]
        await chat.tell(events.AgentJoined("Maya", "second"))
        elsewhere = await two.hub.conversation(chat.id)
        assert elsewhere
        await elsewhere.tell(events.AgentLeft(gone="first"))
        await overdue(two, time)
        assert elsewhere.state.phase is Phase.ATTENDED and elsewhere.state.presence == "second"


async def test_a_stay_without_a_row_gets_one_when_somebody_waits(database_url: str) -> None:
    """As one that was begun by an earlier version."""
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot)
        await bot.store.transact(lambda connection: connection.execute(delete(presence)) and None)
        await chat.hear("again", "hello?")
        time.pass_by(LEASE + 1)
        await overdue(bot, time)
        assert chat.state.phase is Phase.IDLE
        assert (await words(bot, chat, "bot"))[-1].act == "give_email"


async def test_an_erased_chat_leaves_no_lease(database_url: str) -> None:
    time = Time()
    async with bot_on(database_url, time) as bot:
        chat = await attended(bot, "are you there?")
        await bot.hub.erase(chat.id)
        time.pass_by(LEASE + 1)
        await overdue(bot, time)
        async with bot.store.read() as connection:
            assert list(await connection.execute(select(presence))) == []


class PresenceMachine(RuleBasedStateMachine):
    """Whatever people, pages and clocks do: nobody waits beyond the bound, and nobody who is active is thrown out."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack, self.time = asyncio.Runner(), AsyncExitStack(), Time()
        self.folder = tempfile.TemporaryDirectory(prefix="askonce-presence-")
        self.bot = self.run(self.stack.enter_async_context(bot_on(f"sqlite:///{self.folder.name}/p.db", self.time)))
        self.chat = self.run(attended(self.bot))
        self.said = 0
        self.waits_since: float | None = None
        self.active = self.time.ticking

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @property
    def there(self) -> bool:
        return self.chat.state.phase is Phase.ATTENDED

    @rule(text=st.sampled_from(["are you there?", "how long does delivery take?", "my kettle leaks", "thanks", "no"]))
    def shopper_says(self, text: str) -> None:
        self.said += 1
        self.run(self.chat.hear(f"s{self.said}", text))
        if self.there and self.waits_since is None:
            self.waits_since = self.time.ticking

    @rule()
    def person_says(self) -> None:
        self.said += 1
        if self.run(self.chat.agent_says(f"agent:{self.said}", "Let me see.")):
            self.waits_since, self.active = None, self.time.ticking

    @rule(active=st.booleans())
    def page_renews(self, active: bool) -> None:
        assert self.run(self.bot.presences.renew(self.chat, active=active)) == self.there
        if active and self.there:
            self.active = self.time.ticking
            self.waits_since = self.time.ticking if self.waits_since is not None else None

    @rule()
    def somebody_joins(self) -> None:
        self.said += 1
        joined = not self.there
        self.run(self.chat.tell(events.AgentJoined("Maya", f"stay{self.said}")))
        if joined:
            self.waits_since, self.active = None, self.time.ticking

    @rule(times=st.integers(1, 60), page=st.booleans())
    def time_passes(self, times: int, page: bool) -> None:
        for _ in range(times):
            if page:
                self.run(self.bot.presences.renew(self.chat))
            self.time.pass_by(20)
            self.run(self.bot.presences.look())

    @rule(jump=st.sampled_from([-86_400.0, -300.0, -60.0, 60.0, 86_400.0]))
    def the_clock_jumps(self, jump: float) -> None:
        self.time.jump(jump)

    @invariant()
    def nobody_waits_beyond_the_bound(self) -> None:
        if not self.there:
            self.waits_since = None
        if self.waits_since is not None:
            # A clock that is set back by less than a lease can hide so much of a wait, and no more.
            assert self.time.ticking - self.waits_since <= PATIENCE + 3 * LEASE + GRACE + 40

    @invariant()
    def who_was_active_a_moment_ago_is_there(self) -> None:
        if self.time.ticking - self.active < GRACE:
            assert self.there

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()


TestPresence = PresenceMachine.TestCase
TestPresence.settings = settings(
    max_examples=8, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


# ---------------------------------------------------------------- other things that could keep a reply back


class Hanging:
    """An understander that never comes back."""

    name = "hanging"

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding:
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open."""


class Deaf:
    """A helpdesk that never answers."""

    name = "deaf"
    required_fields: tuple[RequiredField, ...] = ()

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def find(self, key: str) -> str | None:
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        return None

    async def withdraw(self, id: str) -> str:
        raise NotImplementedError

    async def health(self) -> None:
        """It is there, and says nothing."""

    def steps(self) -> Sequence[Step]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""


class Broken:
    """A library in which every search fails."""

    def ask(self, question: str) -> Any:
        raise RuntimeError("the index is damaged")


@pytest.fixture
def url(tmp_path: pathlib.Path) -> str:
    return f"sqlite:///{tmp_path}/wait.db"


async def test_understanding_that_hangs_is_not_waited_for(url: str) -> None:
    async with bot_on(url, Time(), understander=Hanging(), understand_within=0.02) as bot:
        chat, _ = await bot.hub.begin()
        for number in range(3):
            await chat.hear(f"m{number}", "how long does delivery take?")
        acts = [t.act for t in await words(bot, chat, "bot")]
        assert acts == ["clarify", "clarify", "give_email", "offer_ticket"], (
            "each is answered, and the third names the way out"
        )


async def test_a_search_that_fails_is_answered(url: str) -> None:
    async with bot_on(url, Time()) as bot:
        bot.hub.equip(replace(bot.hub.shop, answers=Broken()), entry=bot.hub.entry)
        chat, _ = await bot.hub.begin()
        await chat.hear("m", "how long does delivery take?")
        assert [t.act for t in await words(bot, chat, "bot")] == ["no_answer", "offer_ticket"]
        assert chat.state.phase is Phase.OFFERED


async def test_a_helpdesk_that_hangs_is_not_waited_for(url: str) -> None:
    async with bot_on(url, Time(), helpdesk=lambda store: Deaf(), tick=0.02) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("m", "open a ticket, my kettle leaks, Jane Doe, jane@example.com")
        poked = bot.hub.watch(chat.id)
        while not (said := await words(bot, chat, "bot")):
            await poked.wait()
            poked.clear()
        assert [t.act for t in said] == ["ticket_saved"]


@pytest.mark.parametrize(
    "said",
    [
        ["you are useless", "what a joke", "are you kidding me?!", "unbelievable", "useless bot"],
        ["hei, en ymmärrä miten tämä toimii", "voitko auttaa minua", "ei se toimi", "mitä nyt", "hei"],
        ["hm", "what is this", "i don't know", "eh", "so"],
    ],
    ids=["angry", "foreign", "confused"],
)
async def test_an_angry_a_foreign_and_a_confused_shopper_hear_the_way_out(url: str, said: list[str]) -> None:
    """However each line is read: within three replies a ticket is offered or the email named, and within all of them
    the email."""
    async with bot_on(url, Time()) as bot:
        chat, _ = await bot.hub.begin()
        for number, text in enumerate(said):
            await chat.hear(f"m{number}", text)
        replies = await words(bot, chat, "bot")
        early = [
            t.act
            for t in replies
            if t.seq <= next(x.seq for x in await words(bot, chat, "shopper") if x.text == said[3])
        ]
        assert {"offer_ticket", "give_email", "contact"} & set(early), early
        assert any(SUPPORT in t.text for t in replies), [t.act for t in replies]
