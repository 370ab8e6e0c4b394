"""What was passed on by the one-time channel in a conversation, as its page shows it; nothing of what it was."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from bot.clock import as_text, now
from bot.console.site import Ask
from bot.store.one_time import asked_in


@dataclass(frozen=True)
class PassedOn:
    """One page of the channel. `state`: `open`, `sealed`, `read` or `over`; `at`: since or until when; `mine`: the one
    who looks is the one who may read it."""

    id: str
    key: str
    what: str
    state: str
    at: str
    mine: bool


async def passed_on_in(ask: Ask, conversation: str) -> list[PassedOn]:
    """Every one of a conversation, the latest first. Who may not see personal data sees none."""
    if ask.hidden:
        return []
    found = []
    for row in await asked_in(ask.bot.store, conversation):
        over = row.read_at is None and row.until <= now().timestamp()
        state = "over" if over else "read" if row.read_at else "sealed" if row.sealed_at else "open"
        until = as_text(datetime.datetime.fromtimestamp(row.until, datetime.UTC))
        mine = row.account == ask.me.account.id
        found.append(PassedOn(row.id if mine else "", row.key, row.what, state, row.read_at or until, mine))
    return found
