"""The whole engine under Hypothesis: real storage, two replicas, an understander that may say anything, a helpdesk in
any mood."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from dialogue import events as e
from tests.dialogue.understandings import EMAILS, NAMES, understandings
from tests.proofs.storm import MOODS, storm

TABS = st.integers(0, 1)


class EngineMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="askonce-storm-")
        self.mood = "fine"
        self.weather = self.run(
            self.stack.enter_async_context(storm(pathlib.Path(self.folder.name), lambda: self.mood))
        )
        self.chat = self.run(self.weather.open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @rule(meant=understandings, tab=TABS)
    def says(self, meant: e.Understanding, tab: int) -> None:
        self.run(self.weather.say(self.chat, meant, tab))

    @rule(first=understandings, second=understandings)
    def says_two_things_at_once(self, first: e.Understanding, second: e.Understanding) -> None:
        self.run(self.weather.say_at_once(self.chat, first, second))

    @rule(meant=understandings)
    def both_tabs_send_it(self, meant: e.Understanding) -> None:
        self.run(self.weather.say_twice_at_once(self.chat, meant))

    @precondition(lambda self: self.chat.sent)
    @rule(which=st.integers(0, 100), tab=TABS)
    def an_old_message_comes_again(self, which: int, tab: int) -> None:
        ids = list(self.chat.sent)
        self.run(self.weather.repeat(self.chat, ids[which % len(ids)], tab))

    @rule(name=st.none() | NAMES, email=st.none() | EMAILS, tab=TABS)
    def the_page_names_its_customer(self, name: str | None, email: str | None, tab: int) -> None:
        self.run(self.chat.tabs[tab].tell(e.CustomerIdentified(name, email)))

    @rule(score=st.integers(-1, 7), tab=TABS)
    def rates(self, score: int, tab: int) -> None:
        self.run(self.chat.tabs[tab].tell(e.ShopperRated(score)))

    @rule(mood=st.sampled_from(MOODS))
    def the_helpdesk_changes_its_mood(self, mood: str) -> None:
        self.mood = mood

    @rule()
    def time_passes(self) -> None:
        self.run(asyncio.sleep(0.02))

    @rule()
    def another_conversation(self) -> None:
        self.chat = self.run(self.weather.open(1))

    def teardown(self) -> None:
        async def finish() -> list[str]:
            await self.weather.calm()
            return [problem for chat in self.weather.chats.values() for problem in await self.weather.problems(chat)]

        try:
            assert self.run(finish()) == []
        finally:
            self.run(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()


TestEngine = EngineMachine.TestCase
TestEngine.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
