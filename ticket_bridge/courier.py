"""The courier: claims by lease, sends with the key, hands the outcome back to be stored with the turn it causes.

Every failing path leaves the ticket in the outbox: refused ones wait for an operator, all others for their next
attempt. After a create the key is read back: a look that cannot see keys finds nothing, and makes two tickets of one.
The courier never decides what a shopper is told; it reports `accepted` or `delayed` and the tracker decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Table

from ticket_bridge.faults import outline
from ticket_bridge.helpdesks.contract import Busy, Helpdesk, HelpdeskError, NotSignedIn, Rejected, Unreachable
from ticket_bridge.outbox import Claim, claim, holds, overdue, release
from ticket_bridge.retry import Circuit, GiveUp, RetryPolicy, next_step

log = logging.getLogger("askonce.courier")
LEASE_MARGIN = 20.0
AT_ONCE = 40
_CLAIM = 20
#: First looks that a courier remembers; forgetting one costs another look.
_LOOKS = 10_000


#: Runs a function of a connection in one transaction and gives its result.
Transact = Callable[[Callable[[Any], Any]], Awaitable[Any]]


#: Surrounds one delivery: whoever measures and traces sees how it ended by the exception that passes.
Watched = Callable[[Claim], AbstractContextManager[object]]


class Unsettled(HelpdeskError):
    """A first look found nothing; the ticket may still be on its way, so a second look comes, `wait` seconds later,
    before it is created again."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"not there yet; looked for once more in {wait:.3g} s")
        self.wait = wait


class Overtaken(HelpdeskError):
    """The ticket is another attempt's by now: nothing was sent, and there is nothing to report."""


class KeysUnseen(Rejected):
    """Nothing was found, and that proves nothing: the helpdesk shows us no keys. Whether it has the ticket only a
    person can see."""

    mend = (
        "look in the helpdesk whether it has the ticket (its reference is in the subject), and mend what `askonce "
        "helpdesk check` says. Once a later ticket shows its key, `askonce tickets deliver` finds it, or files it"
    )


class Gone(Exception):
    """The conversation was erased: what came of its ticket has nowhere to go."""


class Report(Protocol):
    """How outcomes are stored, each in one transaction with the turn it causes, and fenced by the claim's owner and
    attempt: what a late report says changes nothing, save that the helpdesk has the ticket."""

    async def accepted(self, claim: Claim, external_id: str) -> None:
        """The helpdesk has the ticket, under its own id `external_id`."""
        ...

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
        """An attempt failed. It is tried again at `retry_at` (seconds since the epoch); None: the helpdesk refused it
        for good. `doubt`: see `ticket_bridge.outbox.Claim`."""
        ...

    async def seen(self, claim: Claim, said: bool) -> None:
        """Whether the key of a ticket just created could be read back; only a change of that need be kept."""
        ...

    async def keys_are_seen(self) -> bool:
        """Whether the last key that any replica read back was there; True where none was read yet."""
        ...

    async def delayed(self, key: str, conversation: str, reference: str) -> None:
        """The ticket has waited so long that the shopper is told it is saved (R13)."""
        ...


class Courier:
    """One worker. Any number may run on any number of machines; leases keep them apart."""

    def __init__(
        self,
        transact: Transact,
        outbox: Table,
        helpdesk: Helpdesk,
        report: Report,
        *,
        owner: str,
        timeout: float,
        saved_after: float | None,
        retry: RetryPolicy = RetryPolicy(),
        tick: float = 0.5,
        clock: Callable[[], float] = time.time,
        is_dead: Callable[[str], bool] = lambda owner: False,
        steady: Callable[[], float] | None = None,
        at_once: int = AT_ONCE,
        watched: Watched = lambda claim: contextlib.nullcontext(),
        away: type[Exception] = OSError,
        noticed: Callable[[BaseException], None] = lambda error: None,
    ) -> None:
        """`saved_after`: seconds until a shopper is told that their ticket is saved, None where nobody is. `at_once`:
        how many deliveries may be under way beside each other. `away`: what `transact` raises where the database cannot
        be reached; it is waited out, and any other error ends `run`, for whoever watches over it. `noticed` hears of
        what went wrong unexpectedly beside that."""
        self._transact, self._outbox, self._helpdesk, self._report = transact, outbox, helpdesk, report
        self._owner, self._lease, self._saved_after = owner, timeout + LEASE_MARGIN, saved_after
        self._timeout, self._tick, self._clock, self._is_dead = timeout, tick, clock, is_dead
        # The circuit lives in this process only, so it needs no date and a clock that is set back must not hold it
        # open.
        self._steady = steady or (time.monotonic if clock is time.time else clock)
        self._retry, self.circuit, self._at_once = retry, Circuit(retry), at_once
        self._watched, self._away, self._noticed = watched, away, noticed
        #: Whether the last key that was read back here was to be seen; None before the first.
        self.keys_seen: bool | None = None
        # Of each ticket looked for in vain: which look that was (`Claim.doubt`), and when, by the steady clock, the
        # next one counts.
        self._looks: dict[str, tuple[int, float]] = {}
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._overdue: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """A ticket was stored: do not wait for the next tick."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited out; nothing is lost, for nothing leaves the outbox
        unfiled."""
        released = False
        while True:
            try:
                if not released:
                    await self._transact(lambda connection: release(connection, self._outbox, is_dead=self._is_dead))
                    released = True
                while await self.cycle() == _CLAIM:
                    pass  # there may be more; what is over when all hands are full wakes the courier as they come free
                if self._overdue is None and self._saved_after is not None:
                    self._overdue = asyncio.create_task(self._tell_overdue(self._clock() - self._saved_after))
                    self._overdue.add_done_callback(self._told_overdue)
            except self._away as error:
                log.warning("courier cycle failed: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                # Not wait_for, which can lose a cancellation that comes together with the wake-up (Python 3.11).
                async with asyncio.timeout(self._tick):
                    await self._woken.wait()
            self._woken.clear()

    async def cycle(self, limit: int = _CLAIM) -> int:
        """Claim what is due and start sending it; returns how many were claimed. Slow sends do not hold up the rest."""
        now = self._clock()
        room = min(limit, self.circuit.room(now=self._steady(), under_way=len(self._sending), most=self._at_once))
        if room <= 0:
            return 0
        claims: list[Claim] = await self._transact(
            lambda connection: claim(
                connection,
                self._outbox,
                owner=self._owner,
                now=now,
                lease=self._lease,
                limit=room,
                courtesy=self._timeout,
            )
        )
        for item in claims:
            task = asyncio.create_task(self._deliver(item))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        return len(claims)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._look_at(task)
        if len(self._sending) <= self._at_once // 2:
            self._woken.set()  # there is room, and a conversation's next ticket may be free now

    def _told_overdue(self, task: asyncio.Task[None]) -> None:
        self._overdue = None
        self._look_at(task)

    def _look_at(self, task: asyncio.Task[None]) -> None:
        """No task of ours ends unseen."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a courier's task failed: %s", outline(error))
            self._noticed(error)

    async def settle(self) -> None:
        """Wait for what is under way: before a shutdown, and in tests."""
        while self._sending or self._overdue:
            await asyncio.gather(*self._sending, *([self._overdue] if self._overdue else []), return_exceptions=True)

    async def _deliver(self, item: Claim) -> None:
        try:
            async with asyncio.timeout(self._timeout + LEASE_MARGIN / 2):
                with self._watched(item):
                    external_id, created = await self._send(item)
        except TimeoutError:
            await self._note_failure(item, Unreachable("no reply in time", maybe_created=True))
        except Overtaken as error:
            log.warning("%s: %s", item.reference, error, extra={"conversation": item.conversation})
        except HelpdeskError as error:
            await self._note_failure(item, error)
        except Exception as error:
            log.error("delivery failed unexpectedly: %s", outline(error), extra={"conversation": item.conversation})
            self._noticed(error)
            await self._note_failure(item, Unreachable(type(error).__name__, maybe_created=True))
        else:
            self.circuit = self.circuit.succeeded()
            self._looks.pop(item.key, None)
            await self._store(functools.partial(self._report.accepted, item, external_id))
            if created:
                await self._read_back(item, external_id)

    async def _read_back(self, item: Claim, external_id: str) -> None:
        """Whether the ticket just created shows its key: the shopper has been told already, so this hinders nobody. A
        reading that fails tells nothing."""
        try:
            async with asyncio.timeout(self._timeout + sum(self._retry.read_again)):
                seen = await self._helpdesk.carries(external_id, item.key)
                for wait in self._retry.read_again:
                    if seen is not False:
                        break
                    await asyncio.sleep(wait)
                    seen = await self._helpdesk.carries(external_id, item.key)
        except (HelpdeskError, TimeoutError) as error:
            log.info("the key of %s was not read back: %s", item.reference, error or "too slow")
            return
        if seen is None:
            return
        if not seen:
            log.error(
                "helpdesk %s has %s as %s and shows no key of it: after a fault, tickets could not be looked for. What "
                "to do: `askonce helpdesk check`",
                self._helpdesk.name, item.reference, external_id, extra={"conversation": item.conversation},
            )  # fmt: skip
        await self._store(functools.partial(self._report.seen, item, seen))
        self.keys_seen = seen

    async def _send(self, item: Claim) -> tuple[str, bool]:
        """The helpdesk's id, and whether the ticket was created just now. Look before creating wherever an earlier
        attempt may have created it. Nothing found means nothing yet: a server that was stopped and goes on still works
        off what it was sent. So a second look follows the first that was answered, and only then is the ticket created
        again, if it is still ours then."""
        if item.doubt:
            found = await self._helpdesk.find(item.key)
            if found is not None:
                return found, False
            if (wait := self._unsettled(item)) > 0:
                raise Unsettled(wait)
            if self._helpdesk.settle > 0 and not await self._report.keys_are_seen():
                raise KeysUnseen("it may be there already, and cannot be looked for: its key cannot be read back")
        try:
            mine = await self._transact(lambda connection: holds(connection, self._outbox, item))
        except Exception as error:
            raise Unreachable(f"nothing was sent ({type(error).__name__})", maybe_created=False) from error
        if not mine:
            raise Overtaken("taken over by another attempt; nothing was sent")
        self._looks.pop(item.key, None)
        return await self._helpdesk.create(item.payload, key=item.key, earlier=item.earlier), True

    def _unsettled(self, item: Claim) -> float:
        """Seconds until a look that finds nothing counts, 0 where this one does. Measured by this process's steady
        clock, from its own first look on: a date in the row may come early, by a clock that was set or is ahead. An
        attempt that was taken over may still be at its call for as long as a call may take; what it sent needs the
        helpdesk's own time on top."""
        if self._helpdesk.settle <= 0:
            return 0.0
        now = self._steady()
        look, until = self._looks.get(item.key, (0, 0.0))
        if item.doubt == 1 or look != item.doubt:
            until = now + self._helpdesk.settle + self._timeout
            if len(self._looks) >= _LOOKS:
                self._looks.clear()
            self._looks[item.key] = (_look(item), until)
        return max(0.0, until - now)

    async def _note_failure(self, item: Claim, error: HelpdeskError) -> None:
        now = self._clock()
        if isinstance(error, Unsettled):
            self.circuit = self.circuit.succeeded()
            await self._store(functools.partial(self._report.failed, item, error, now + error.wait, doubt=_look(item)))
            return
        self.circuit = self.circuit.failed(error, now=self._steady())
        maybe_created = isinstance(error, Unreachable | Busy) and error.maybe_created
        step = next_step(self._retry, error, attempts=item.attempts, now=now, key=item.key)
        level = logging.ERROR if isinstance(error, Rejected | NotSignedIn) else logging.WARNING
        about, mend = {"conversation": item.conversation}, f". What to do: {error.mend}" if error.mend else ""
        log.log(
            level, "helpdesk %s did not take %s: %s%s", self._helpdesk.name, item.reference, error, mend, extra=about
        )
        retry_at = None if isinstance(step, GiveUp) else step.when
        doubt = 1 if item.doubt or maybe_created else 0
        await self._store(functools.partial(self._report.failed, item, error, retry_at, doubt=doubt))

    async def _store(self, storing: Callable[[], Awaitable[None]]) -> None:
        """An outcome that cannot be stored is not lost: the lease ends, and the next courier looks before it creates.
        But a database that is away for seconds is waited for, so that the shopper need not wait for the lease."""
        until = time.monotonic() + LEASE_MARGIN / 2
        for wait in (0.2, 0.5, 1.0, 2.0, 3.0, 3.0):
            try:
                await storing()
                return
            except Gone as error:  # waiting changes nothing
                log.warning("an outcome has nowhere to go: %s", error)
                return
            except Exception as error:
                if time.monotonic() + wait > until:
                    log.warning("an outcome could not be stored: %s", outline(error))
                    if not isinstance(error, self._away):
                        self._noticed(error)
                    return
            await asyncio.sleep(wait)
        log.warning("an outcome could not be stored in time")

    async def _tell_overdue(self, horizon: float) -> None:
        try:
            late = await self._transact(lambda connection: overdue(connection, self._outbox, older_than=horizon))
        except self._away as error:
            log.warning("overdue tickets could not be read: %s", type(error).__name__)
            return
        # Together, so that they share commits; beside the sending, so that a backlog is not held up by being spoken of.
        await asyncio.gather(*(self._store(functools.partial(self._report.delayed, *ticket)) for ticket in late))


def _look(item: Claim) -> int:
    """The doubt of a ticket that this attempt looked for in vain: a number that no other first look at it has."""
    return item.doubt if item.doubt > 1 else item.attempts + 1
