"""Shoppers who go on whatever happens, replicas that are started again, and the count at the end: nothing lost, doubled
or reordered, one consent one ticket, every conversation lawful by the referee."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException

from tests.conftest import BotProcess, Client, audited, client_of
from tests.patience import patient
from tests.proofs.faults.machines import TicketReceiver

SCRIPT = ("hi there", "how long does delivery take?", "my {thing} number {number} arrived broken", "yes please",
          "{name}", "shopper{number}@example.com")  # fmt: skip
THINGS = ("lamp", "kettle", "tent", "mirror", "rug", "drill")
NAMES = ("Jane Doe", "Omar Haddad", "Anna Petrova", "Luis Ortega", "Grace Kim", "Tom Baker")
AT_ONCE = 16
LIMITS = {"ASKONCE_LIMIT_BURST": "100000", "ASKONCE_LIMIT_RATE": "100000", "ASKONCE_LIMIT_ADDRESS_CHATS": "100000",
          "ASKONCE_LIMIT_ADDRESS_BEGINNINGS": "1000000",
          "ASKONCE_LIMIT_ADDRESS_RATE": "1000000", "ASKONCE_LIMIT_SILENCE": "3", "ASKONCE_SAVED_AFTER": "1",
          "ASKONCE_HELPDESK_TIMEOUT": "2", "ASKONCE_DATABASE_TIMEOUT": "2"}  # fmt: skip


@dataclass
class Told:
    """What happened to the shoppers, in all."""

    chats: int = 0
    messages: int = 0
    turns: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    reconnects: int = 0
    saved_first: int = 0
    seconds: float = 0.0

    def line(self, name: str) -> str:
        refusals = ", ".join(f"{count} {code}" for code, count in sorted(self.refused.items())) or "none"
        return (
            f"{name}: {self.chats} chats, {self.messages} messages, {self.turns} turns, {self.chats} tickets in "
            f"{self.seconds:.0f} s; "
            f"{self.reconnects} reconnects, refusals: {refusals}; {self.saved_first} heard first that their request is "
            f"saved. "
            f"Lost 0, doubled 0, reordered 0, unlawful 0."
        )


@dataclass
class Room:
    """Replicas and shoppers around one fault. `urls`: where shoppers connect, which may be wires."""

    bots: list[BotProcess]
    urls: list[str]
    database: str
    receiver: TicketReceiver
    told: Told = field(default_factory=Told)
    #: Seconds that a shopper thinks before each message.
    thought: float = 0.2
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: int = 0

    async def play(self, chats: int, fault: Callable[[], Awaitable[None]]) -> Told:
        """At least `chats` conversations, and as many more as the fault takes; then the count."""
        began = time.monotonic()
        numbers = iter(range(1_000_000))
        finished: list[tuple[str, list[dict[str, Any]], int]] = []

        async def shopper() -> None:
            while not self._over.is_set() or len(finished) < chats:
                number = next(numbers)
                finished.append((*await self._converse(number), number))

        shoppers = [asyncio.create_task(shopper()) for _ in range(AT_ONCE)]
        try:
            await fault()
            self._over.set()
            async with patient(lambda: self._moved):
                await asyncio.gather(*shoppers)
        finally:
            for task in shoppers:
                task.cancel()
            await asyncio.gather(*shoppers, return_exceptions=True)
        self.told.seconds = time.monotonic() - began
        await self._count(finished)
        return self.told

    async def _converse(self, number: int) -> tuple[str, list[dict[str, Any]]]:
        """One conversation to its filed ticket, with as many connections as that takes."""
        turns: list[dict[str, Any]] = []
        token, conversation, tries = None, "", 0
        while True:
            tries += 1
            url = self.urls[(number + tries) % len(self.urls)]
            with contextlib.suppress(WebSocketException, OSError, TimeoutError):
                async with client_of(url, open_timeout=3, close_timeout=0.2) as client:
                    client.turns = turns
                    frame = await client.hello(token, after=turns[-1]["seq"] if turns else 0, insist=False)
                    if frame["type"] == "error":
                        self.told.refused[frame["code"]] += 1
                        await asyncio.sleep(0.2)
                        continue
                    token, conversation = client.welcome["token"], client.welcome["conversation"]
                    await self._tell(client, number)
                    async with patient():
                        while not any(t.get("act") == "ticket_filed" for t in turns):
                            await client.receive(6)
                    self.told.reconnects += tries - 1
                    return conversation, turns
            await asyncio.sleep(0.1)

    async def _tell(self, client: Client, number: int) -> None:
        for place, text in enumerate(words(number)):
            id = f"{number}-{place}"
            await asyncio.sleep(self.thought)
            while not any(t.get("id") == id for t in client.turns):
                before = len(client.errors)
                await client.say(text, id)
                self._moved += 1
                for error in client.errors[before:]:
                    self.told.refused[error["code"]] += 1
                    await asyncio.sleep(0.2)

    async def _count(self, finished: list[tuple[str, list[dict[str, Any]], int]]) -> None:
        bot = next(b for b in self.bots if b.process and b.process.poll() is None)
        assert len({conversation for conversation, _, _ in finished}) == len(finished)
        for conversation, turns, number in finished:
            assert [t["seq"] for t in turns] == list(range(1, len(turns) + 1)), f"{conversation}: a gap"
            said = [t["text"] for t in turns if t["who"] == "shopper"]
            assert said == words(number), f"{conversation}: lost, doubled or out of order: {said}"
            assert sum(t.get("act") == "ticket_filed" for t in turns) == 1
            self.told.chats += 1
            self.told.messages += len(said)
            self.told.turns += len(turns)
            self.told.saved_first += any(t.get("act") == "ticket_saved" for t in turns)
        filed = Counter(ticket["email"] for ticket in self.receiver.tickets.values())
        assert filed == Counter(f"shopper{number}@example.com" for _, _, number in finished), (
            "a ticket is lost or doubled"
        )
        for conversation, turns, _ in finished[:: max(1, len(finished) // 20)]:
            stored = await asyncio.to_thread(bot.get, f"/api/conversations/{conversation}")
            assert [t["text"] for t in stored["turns"]] == [t["text"] for t in turns], (
                "the store knows another conversation"
            )
        found = await asyncio.to_thread(audited, self.database)
        assert not found.found, f"unlawful: {found.found}"
        assert found.conversations >= len(finished)


def words(number: int) -> list[str]:
    """What shopper `number` says."""
    given = {"thing": THINGS[number % len(THINGS)], "name": NAMES[number % len(NAMES)], "number": number}
    return [line.format(**given) for line in SCRIPT]


def folder_of(root: pathlib.Path, name: str) -> pathlib.Path:
    found = root / name
    found.mkdir(parents=True, exist_ok=True)
    return found
