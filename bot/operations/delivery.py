"""Refused tickets sent out again, after somebody mended what was wrong: from the console, the command line and the API
alike."""

from __future__ import annotations

import functools
import time

from bot.history.summaries import renew
from bot.store.database import Store
from bot.store.tables import addition, outbox
from ticket_bridge import outbox as queue


async def deliver_again(store: Store, *, support_email: str, reference: str | None = None) -> list[str]:
    """Put refused tickets back into the queue, all of them or the one named, and summarise their conversations anew;
    returns their references, and those of tickets whose files were refused, which go out again too. Whoever has the
    courier at hand wakes it."""
    refused = functools.partial(queue.deliver_again, now=time.time(), reference=reference)
    tickets = await store.transact(functools.partial(refused, outbox=outbox))
    files = await store.transact(functools.partial(refused, outbox=addition))
    await renew(store, tickets, support_email=support_email)
    return list(dict.fromkeys(tickets + files))
