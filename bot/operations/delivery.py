"""Refused tickets sent out again, after somebody mended what was wrong: from the console, the command line and the API
alike."""

from __future__ import annotations

import time

from bot.history.summaries import renew
from bot.store.database import Store
from bot.store.tables import outbox
from ticket_bridge import outbox as queue


async def deliver_again(store: Store, *, support_email: str, reference: str | None = None) -> list[str]:
    """Put refused tickets back into the queue, all of them or the one named, and summarise their conversations anew;
    returns their references. Whoever has the courier at hand wakes it."""
    references = await store.transact(
        lambda connection: queue.deliver_again(connection, outbox, now=time.time(), reference=reference)
    )
    await renew(store, references, support_email=support_email)
    return references
