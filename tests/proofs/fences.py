"""Two couriers and one outbox under Hypothesis: leases that run out or are taken over by a clock that was set,
processes that stop between any two steps and go on, reports that come late and in any order, an operator who delivers
again, couriers that die.

Real are the courier, the outbox, the reporter's fences and the database (SQLite in memory); the machine plays time, the
network and a helpdesk that has a look-up and no idempotency of its own. What it holds: no key ever has two tickets,
filed is final, nothing is lost. What it grants is what no client can do without: a call ends within its timeout by the
steady clock, and what was sent lands at the latest the helpdesk's settling time after that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.pool import StaticPool

from bot.chat.outcomes import Reporter
from bot.store.records import Delivery
from bot.store.tables import attempt, outbox
from bot.store.writing import Commit
from bot.telemetry.metrics import LATE
from dialogue import events as e
from ticket_bridge.courier import Courier
from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, Rejected, Unreachable
from ticket_bridge.outbox import Claim, deliver_again, enqueue_row, release
from ticket_bridge.retry import RetryPolicy

TIMEOUT, SETTLE = 10.0, 5.0
_PLACES = st.integers(0, 30)
_ENDS = ("fine", "lost", "late", "down", "busy", "refused", "bug")


@dataclass
class Held:
    """Something that a courier waits for until the machine lets it go on: `check` (its fence, before it creates),
    `look`, `create`, `report`. `sent`: when, on the steady clock."""

    kind: str
    owner: str
    sent: float
    key: str = ""
    go: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class World:
    """Time, the network, the helpdesk and the database."""

    name, settle, required_fields = "fenced", SETTLE, ()

    def __init__(self, fenced: bool) -> None:
        self.now, self.clocks, self.fenced = 1_000_000.0, {"one": 0.0, "two": 0.0}, fenced
        self.tickets: list[str] = []  # keys, in the order in which the helpdesk made them
        self.landings: list[tuple[float, str]] = []
        self.held: list[Held] = []
        self.accepted: Counter[str] = Counter()
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        outbox.create(self.engine)
        attempt.create(self.engine)

    def make(self, key: str) -> str:
        self.tickets.append(key)
        return f"T{len(self.tickets)}"

    async def wait(self, kind: str, owner: str, key: str = "") -> Any:
        held = Held(kind, owner, self.now, key)
        self.held.append(held)
        try:
            return await held.go
        finally:
            self.held.remove(held)

    def transact(self, job: Callable[[Any], Any]) -> Any:
        with self.engine.begin() as connection:
            return job(connection)

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(outbox).order_by(outbox.c.key)))


class Network:
    """The helpdesk as one courier reaches it."""

    name, settle, required_fields = "fenced", SETTLE, ()

    def __init__(self, world: World, owner: str) -> None:
        self._world, self._owner = world, owner

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        return str(await self._world.wait("create", self._owner, key))

    async def find(self, key: str) -> str | None:
        found: str | None = await self._world.wait("look", self._owner, key)
        return found

    async def carries(self, id: str, key: str) -> bool | None:
        return None

    async def health(self) -> None:
        """Well."""

    def steps(self) -> tuple[()]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""


class Chats:
    """What the reporter needs of the hub: conversations that store what they are told."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def conversation(self, id: str) -> Chats:
        return self

    def is_watched(self, id: str) -> bool:
        return True

    def let_go(self, id: str) -> None:
        """Nothing is in memory."""

    async def tell(self, told: e.Happening, *, delivery: Delivery) -> None:
        if self._world.fenced:
            self._world.transact(Commit("c", [], delivery))
        else:  # as before there were fences: whoever reports last is believed
            columns = {"status": delivery.status, "external_id": delivery.external_id, "ambiguous": delivery.doubt or 0}
            job = update(outbox).where(outbox.c.key == delivery.key).values(**columns, due_at=delivery.due_at or 0.0)
            self._world.transact(lambda connection: connection.execute(job))
        if isinstance(told, e.TicketAccepted):
            self._world.accepted[told.reference] += 1


class Late:
    """A reporter whose reports wait until the machine lets them through."""

    def __init__(self, world: World, owner: str) -> None:
        self._world, self._owner = world, owner
        self._inner = Reporter(Chats(world), "fenced", mails=False)  # type: ignore[arg-type]

    async def accepted(self, claim: Claim, external_id: str) -> None:
        await self._world.wait("report", self._owner)
        await self._inner.accepted(claim, external_id)

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
        await self._world.wait("report", self._owner)
        await self._inner.failed(claim, error, retry_at, doubt=doubt)

    async def seen(self, claim: Claim, said: bool) -> None:
        """Nothing is read back here."""

    async def keys_are_seen(self) -> bool:
        return True

    async def delayed(self, key: str, conversation: str, reference: str) -> None:
        """Nobody is told here."""


class FenceMachine(RuleBasedStateMachine):
    fenced = True

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World(self.fenced)
        self.lives = 0
        self.couriers: dict[str, tuple[str, Courier]] = {}
        self.final: dict[str, str] = {}

    @initialize(tickets=st.integers(1, 2))
    def begin(self, tickets: int) -> None:
        for name in self.world.clocks:
            self._start(name)
        for number in range(tickets):
            self._consent(number)

    def _consent(self, number: int) -> None:
        row = enqueue_row(key=f"k{number}", conversation=f"c{number}", reference=f"AO-{number}-1", helpdesk="fenced",
                          payload={"envelope": {}}, now=self.world.now)  # fmt: skip
        self.world.transact(lambda connection: connection.execute(insert(outbox), row))

    def _start(self, name: str) -> None:
        self.lives += 1
        owner, world = f"{name}:{self.lives}", self.world

        async def transact(job: Callable[[Any], Any]) -> Any:
            if asyncio.current_task() is not claiming[0]:
                await world.wait("check", owner)
            return world.transact(job)

        claiming: list[asyncio.Task[Any] | None] = [None]

        async def make() -> Courier:
            return Courier(
                transact, outbox, Network(world, owner), Late(world, owner), owner=owner, timeout=TIMEOUT,
                saved_after=1e9, retry=RetryPolicy(threshold=1000), clock=lambda: world.now + world.clocks[name],
                steady=lambda: world.now,
            )  # fmt: skip

        self.couriers[name] = owner, self.runner.run(make())
        self.claiming = claiming

        async def cycle() -> None:
            claiming[0] = asyncio.current_task()
            await self.couriers[name][1].cycle()

        self.cycles = getattr(self, "cycles", {}) | {name: cycle}

    def _go_on(self) -> None:
        async def turn() -> None:
            for _ in range(8):
                await asyncio.sleep(0)

        self.runner.run(turn())

    # ------------------------------------------------------------ what happens

    @rule(name=st.sampled_from(("one", "two")))
    def looks_for_work(self, name: str) -> None:
        self.runner.run(self.cycles[name]())
        self._go_on()

    @precondition(lambda self: self.world.held)
    @rule(which=_PLACES, end=st.sampled_from(_ENDS), share=st.floats(0, 0.9))
    def goes_on(self, which: int, end: str, share: float) -> None:
        self._end(self.world.held[which % len(self.world.held)], end, share)
        self._go_on()

    @precondition(lambda self: self.world.held)
    @rule(which=_PLACES, many=st.integers(1, 4))
    def go_on_well(self, which: int, many: int) -> None:
        for step in range(many):
            if self.world.held:
                self.goes_on((which + step) % len(self.world.held), "fine", 0.0)

    @rule(name=st.sampled_from(("one", "two")), steps=st.lists(st.sampled_from(_ENDS), max_size=3))
    def works(self, name: str, steps: list[str]) -> None:
        """A claim and a few steps of that courier's, one after the other."""
        self.looks_for_work(name)
        for end in steps:
            mine = [n for n, held in enumerate(self.world.held) if held.owner == self.couriers[name][0]]
            if mine:
                self.goes_on(mine[-1], end, 0.5)

    def _end(self, held: Held, end: str, share: float) -> None:
        if held.go.done():
            return
        if held.kind in ("check", "report"):
            held.go.set_result(None)
        elif held.kind == "look":
            places = [f"T{n}" for n, key in enumerate(self.world.tickets, 1) if key == held.key]
            if end in ("down", "late", "bug"):
                held.go.set_exception(Unreachable("down", maybe_created=False))
            else:
                held.go.set_result(places[0] if places else None)
        elif end in ("fine", "lost"):
            made = self.world.make(held.key)
            if end == "fine":
                held.go.set_result(made)
            else:
                held.go.set_exception(Unreachable("lost", maybe_created=True))
        else:
            if end == "late":
                self.world.landings.append((self.world.now + share * SETTLE, held.key))
            errors: dict[str, Exception] = {
                "late": Unreachable("late", maybe_created=True), "down": Unreachable("down", maybe_created=False),
                "busy": Busy("busy", retry_after=1.0), "refused": Rejected("no"), "bug": ValueError("unforeseen"),
            }  # fmt: skip
            held.go.set_exception(errors[end])

    @rule(seconds=st.sampled_from((1.0, SETTLE, SETTLE + TIMEOUT, 31.0, 31.0, 400.0)), lands=st.booleans())
    def time_passes(self, seconds: float, lands: bool) -> None:
        until = self.world.now + seconds
        while True:
            calls = [h for h in self.world.held if h.kind in ("create", "look") and not h.go.done()]
            ends = [h.sent + TIMEOUT for h in calls]
            following = min([until, *ends, *(at for at, _ in self.world.landings)])
            self.world.now = max(self.world.now, following)
            for landing in [x for x in self.world.landings if x[0] <= self.world.now]:
                self.world.landings.remove(landing)
                self.world.make(landing[1])
            for held in [h for h in calls if h.sent + TIMEOUT <= self.world.now]:
                self._end(held, "late" if lands else "down", 0.9)
            self._go_on()
            if following >= until:
                return

    @rule(name=st.sampled_from(("one", "two")), to=st.sampled_from((-90_000.0, -35.0, 0.0, 16.0, 35.0, 90_000.0)))
    def clock_is_set(self, name: str, to: float) -> None:
        self.world.clocks[name] = to

    @rule()
    def operator_delivers_again(self) -> None:
        self.world.transact(lambda connection: deliver_again(connection, outbox, now=self.world.now))

    @rule(name=st.sampled_from(("one", "two")), lands=st.booleans(), seen=st.booleans())
    def courier_dies(self, name: str, lands: bool, seen: bool) -> None:
        owner = self.couriers[name][0]
        mine = [h for h in self.world.held if h.owner == owner]
        self.world.landings += [(self.world.now + 0.9 * SETTLE, h.key) for h in mine if h.kind == "create" and lands]
        for held in mine:
            held.go.cancel()
        self._go_on()
        self._start(name)
        if seen:
            self.world.transact(lambda connection: release(connection, outbox, is_dead=lambda o: o == owner))

    # ------------------------------------------------------------ what holds

    @invariant()
    def no_key_has_two_tickets(self) -> None:
        assert not (twice := {k: n for k, n in Counter(self.world.tickets).items() if n > 1}), twice

    @invariant()
    def filed_is_final_and_true(self) -> None:
        for row in self.world.rows():
            if row.key in self.final:
                assert (row.status, row.external_id) == ("filed", self.final[row.key]), row
            if row.status == "filed":
                assert self.world.tickets[int(row.external_id[1:]) - 1] == row.key
                self.final[row.key] = row.external_id

    def teardown(self) -> None:
        try:
            if self.couriers:
                self._calm()
                assert all(n == 1 for n in Counter(self.world.tickets).values()), self.world.tickets
        finally:
            self.runner.close()
            self.world.engine.dispose()

    def _calm(self) -> None:
        """The helpdesk mends, the clocks are right, everything goes on: every ticket is filed, once."""
        self.world.clocks = {"one": 0.0, "two": 0.0}
        for _ in range(200):
            self.operator_delivers_again()
            for name in self.couriers:
                self.looks_for_work(name)
            while self.world.held:
                self._end(self.world.held[0], "fine", 0.0)
                self._go_on()
            self.no_key_has_two_tickets()
            self.filed_is_final_and_true()
            if {row.status for row in self.world.rows()} == {"filed"}:
                assert set(self.world.tickets) == set(self.final)
                return
            self.time_passes(31.0, lands=False)
        raise AssertionError(f"never filed: {self.world.rows()}")


class Unfenced(FenceMachine):
    """As it was: whoever reports last is believed."""

    fenced = False


def late_reports() -> float:
    """How many reports have come too late in this process."""
    return sum(s.value for family in LATE.collect() for s in family.samples if s.name.endswith("_total"))


def try_fences(
    examples: int,
    *,
    steps: int = 40,
    number: int | None = None,
    kind: type[FenceMachine] = FenceMachine,
    shorten: bool = True,
) -> None:
    """So many lives of an outbox, the same ones each time without a `number` to begin from. Raises where something does
    not hold, with the steps that led there."""
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        derandomize=number is None, database=None, report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if shorten else (Phase.generate,),
    )  # fmt: skip
    logging.disable(logging.CRITICAL)  # the couriers' complaints are the weather here
    try:
        made = kind if number is None else seed(number)(type(kind.__name__, (kind,), {}))
        run_state_machine_as_test(made, settings=chosen)
    finally:
        logging.disable(logging.NOTSET)
