"""What a conversation works with, and what it begins with. Made in `bootstrap` and `bot.chat.hub`; nothing here decides."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.chat.drawn import new_mark, new_stem
from bot.chat.ticket_form import TicketForm
from bot.store.database import Store
from dialogue import events
from dialogue.policy import Policy
from dialogue.states import Phase, State
from dialogue.understanding.reader import Asked
from kb_answers.answer import Answers
from ticket_bridge.helpdesks.contract import RequiredField


class Understander(Protocol):
    """Text in, `Understanding` out; never raises."""

    name: str

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding: ...

    async def ready(self) -> bool: ...

    async def close(self) -> None: ...


def asked(state: State) -> Asked:
    """What the bot has open with the shopper, in the form understanding takes it."""
    if state.phase is Phase.OFFERED:
        return "offer"
    if state.phase in (Phase.COLLECTING, Phase.SILENT):
        return tuple(str(f) for f in state.missing)
    return None


@dataclass(frozen=True)
class Workshop:
    """What every conversation needs to do its work; made once, in `bootstrap`."""

    store: Store
    understander: Understander
    answers: Answers
    policy: Policy
    support_email: str
    helpdesk: str
    poke: Callable[[str], None]
    wake_courier: Callable[[], None]
    ticket_form: TicketForm = field(default_factory=TicketForm)
    required: tuple[RequiredField, ...] = ()
    erase: Callable[[str], Awaitable[None]] | None = None
    understand_within: float = 5.0  # seconds; what is later is not waited for (R13)
    presence: float = 120.0  # seconds that a person of the shop is here without a sign of it
    clock: Callable[[], float] = time.time  # by which the leases of presences are counted
    stem: Callable[[], str] = new_stem
    mark: Callable[[], str] = new_mark


@dataclass
class Birth:
    """What a conversation in which nothing was said yet begins with, once something is. Until then the store knows nothing of it."""

    token: str
    channel: str
    locale: str | None = None
    customer: str | None = None
    told: list[events.Happening] = field(default_factory=list)
