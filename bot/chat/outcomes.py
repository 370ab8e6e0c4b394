"""What becomes of a conversation's tickets: the courier's outcomes as happenings, and how long a delivery took."""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Iterator
from dataclasses import replace

from bot.chat.hub import Hub
from bot.clock import now_text
from bot.store.records import Delivery
from bot.store.seen_keys import keys_are_seen, note_key
from bot.store.tables import outbox
from bot.store.writing import Stale, record
from bot.telemetry import tracing
from bot.telemetry.metrics import HELPDESK, KEYS, LATE
from dialogue import events
from ticket_bridge.courier import Gone
from ticket_bridge.helpdesks.contract import HelpdeskError
from ticket_bridge.outbox import Claim, file_late

log = logging.getLogger("askonce")


class Reporter:
    """Stores what the courier learns, in one transaction with the turn that it causes (R13), fenced by the attempt that
    learned it."""

    def __init__(self, hub: Hub, helpdesk: str, *, mails: bool) -> None:
        """`helpdesk`: where this process files; `mails`: whether shoppers who are gone can be written to."""
        self._hub, self._helpdesk, self._mails = hub, helpdesk, mails

    async def _tell(self, conversation: str, told: events.Happening, delivery: Delivery) -> None:
        found = await self._hub.conversation(conversation)
        if found is None:
            raise Gone("the conversation is gone")
        try:
            await found.tell(told, delivery=delivery)
        finally:
            self._hub.let_go(conversation)

    async def accepted(self, claim: Claim, external_id: str) -> None:
        """Filed. A shopper who was told "saved", and whose chat is shown here no more, gets the outcome by mail too.
        That the helpdesk has the ticket is kept also where another attempt has taken it over, or the conversation was
        erased meanwhile: nobody may create it again."""
        gone = claim.told_saved and not self._hub.is_watched(claim.conversation)
        delivery = Delivery(
            claim.key,
            status="filed",
            held=(claim.owner, claim.attempts),
            external_id=external_id,
            helpdesk=self._helpdesk,
            attempted=(now_text(), "filed", external_id),
            notify=self._mails and gone,
        )
        told = events.TicketAccepted(claim.reference)
        try:
            await self._tell(claim.conversation, told, delivery)
        except Stale:
            self._late(claim, "filed")
            await self._tell(claim.conversation, told, replace(delivery, held=None))
        except Gone:
            job = functools.partial(
                file_late, outbox=outbox, key=claim.key, external_id=external_id, helpdesk=self._helpdesk
            )
            await self._hub.shop.store.transact(job)
            raise

    def _late(self, claim: Claim, said: str) -> None:
        LATE.labels(said).inc()
        about = {"conversation": claim.conversation}
        log.warning("attempt %d at %s says late: %s", claim.attempts, claim.reference, said, extra=about)

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
        """Not filed: tried again at `retry_at` (seconds since 1970), or refused where that is None. `doubt`: how often
        the helpdesk must be looked into before the ticket may be created (R8)."""
        delivery = Delivery(
            claim.key,
            status="queued" if retry_at is not None else "refused",
            held=(claim.owner, claim.attempts),
            due_at=retry_at,
            doubt=doubt,
            attempted=(now_text(), type(error).__name__.lower(), str(error)),
            told_saved=True,
        )
        try:
            try:
                await self._tell(claim.conversation, events.TicketDelayed(claim.reference), delivery)
            except Gone:  # erased meanwhile: nobody is told, and the ticket need not wait for the lease
                await self._hub.shop.store.transact(lambda connection: record(connection, delivery))
        except Stale:
            self._late(claim, type(error).__name__.lower())

    async def seen(self, claim: Claim, said: bool) -> None:
        """Counts it, and keeps it where it is news: the alarm is one for all replicas, and outlives them."""
        KEYS.labels("seen" if said else "unseen").inc()
        job = functools.partial(note_key, key=claim.key, seen=said, at=now_text())
        await self._hub.shop.store.transact(job)

    async def keys_are_seen(self) -> bool:
        """By the last word that any replica stored."""
        return bool(await self._hub.shop.store.transact(keys_are_seen))

    async def delayed(self, key: str, conversation: str, reference: str) -> None:
        """Not filed for so long that the shopper is told it is saved (R13)."""
        await self._tell(conversation, events.TicketDelayed(reference), Delivery(key, told_saved=True))


@contextlib.contextmanager
def watched(claim: Claim) -> Iterator[None]:
    """Measures one delivery and continues the trace of the message that made the ticket."""
    began, outcome = time.perf_counter(), "filed"
    try:
        with tracing.span("deliver", parent=claim.trace, reference=claim.reference, attempt=claim.attempts):
            yield
    except HelpdeskError as error:
        outcome = type(error).__name__.lower()
        raise
    except BaseException:
        outcome = "broken off"
        raise
    finally:
        HELPDESK.labels(outcome).observe(time.perf_counter() - began)
