"""What a conversation works with, and what it begins with. Made in `bootstrap` and `bot.chat.hub`; nothing here
decides.

The protocols say what a conversation asks of its store, its understander and its articles. Whoever gives that much can
hold one: the database (`bot.store.database.Store`), or a rehearsal's memory (`bot.replay.rehearsal`).
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bot.chat.drawn import new_mark, new_stem
from bot.chat.home import Home
from bot.chat.own_words import OwnWords
from bot.chat.published import Published
from bot.chat.ticket_form import TicketForm
from bot.store.records import Change, File, Loaded, Turn
from dialogue import events
from dialogue.policy import Policy
from dialogue.states import Phase, State
from dialogue.understanding.reader import Asked
from kb_answers.answer import Answer
from ticket_bridge.helpdesks.contract import RequiredField


class Understander(Protocol):
    """Text in, `Understanding` out; never raises."""

    name: str

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding:
        """What `text` says; `asked` is what the bot has open with the shopper (`asked`)."""
        ...

    async def ready(self) -> bool:
        """Whether it can be asked now."""
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


class Answering(Protocol):
    """The shop's articles, ready to be asked."""

    def ask(self, question: str, language: str = "en") -> Answer:
        """The same question gets the same answer (R16); one without a text where no article carries it (R15)."""
        ...

    def ask_on(self, before: str, question: str, language: str = "en", *, about: str = "") -> tuple[Answer, bool]:
        """The same for a question that goes on from one before it, and whether both are answered together; `about`:
        what it asks of, where that must be of the kind of something asked before."""
        ...

    def ask_of_issue(self, issue: str) -> Answer:
        """The same for an English issue, behind whose answer an offer comes."""
        ...


class ConversationStore(Protocol):
    """What a conversation needs of the place that keeps it. Every method raises `bot.store.database.Unavailable` where
    that place cannot be reached."""

    async def create(
        self,
        *,
        id: str,
        token: str,
        state: State,
        at: str,
        locale: str | None,
        channel: str,
        customer: str | None = None,
    ) -> None:
        """A new conversation. Raises `Conflict` where its token exists, `Refused` where its id does."""
        ...

    async def load(self, id: str) -> Loaded | None:
        """A conversation as it stands, with the client ids it has seen last; None where there is none."""
        ...

    async def commit(self, change: Change) -> None:
        """Keep a change whole or not at all. Raises, where nothing was kept: `Conflict` where somebody decided first,
        `Stale` where a courier's report comes too late, `Refused` where another constraint is broken."""
        ...

    async def turns(self, id: str, after: int = 0, limit: int = 500) -> list[Turn]:
        """The turns after `after`, in order."""
        ...

    async def turn_with(self, id: str, client_id: str) -> Turn | None:
        """The turn that was said under `client_id`, however long ago; None where there is none."""
        ...

    async def files_to_send(self, id: str, files_of_it: Sequence[str]) -> tuple[File, ...]:
        """Those of these files that were uploaded to the conversation and not sent yet, in their order."""
        ...

    async def note_read(self, id: str, seq: int) -> None:
        """The shopper has seen every turn up to `seq`; where they have seen more, that stays."""
        ...

    async def claim(self, id: str, customer: str) -> None:
        """This conversation is this customer's, unless it is somebody's already."""
        ...

    async def customer_of(self, id: str) -> str | None:
        """The key of the customer a conversation belongs to, None where nobody vouched for one."""
        ...


#: The kind of store that a workshop has: a conversation needs no more than `ConversationStore`, the hub needs the
#: database.
StoreT = TypeVar("StoreT", bound=ConversationStore, covariant=True)


def nowhere(reference: str) -> str | None:
    """Where no address of files is given away."""
    return None


async def nothing_to_load() -> None:
    """Where understanding loads what it needs when it is first asked."""


def asked(state: State) -> Asked:
    """What the bot has open with the shopper, in the form understanding takes it."""
    if state.phase is Phase.OFFERED:
        return "offer"
    if state.phase in (Phase.COLLECTING, Phase.SILENT):
        return tuple(str(f) for f in state.missing)
    return None


@dataclass(frozen=True)
class Workshop(Generic[StoreT]):
    """What every conversation needs to do its work; made once, in `bootstrap`."""

    store: StoreT
    understander: Understander
    answers: Answering
    policy: Policy
    support_email: str
    helpdesk: str
    poke: Callable[[str], None]
    wake_courier: Callable[[], None]
    ticket_form: TicketForm = field(default_factory=TicketForm)
    own_words: OwnWords = field(default_factory=OwnWords)
    published: Published = field(default_factory=Published)  # hours of people of the shop
    home: Home = field(default_factory=Home)  # what a chat begins with on the screen
    required: tuple[RequiredField, ...] = ()
    erase: Callable[[str], Awaitable[None]] | None = None
    loaded: Callable[[], Awaitable[None]] = nothing_to_load  # until then a message waits, and its time does not run
    understand_within: float = 5.0  # seconds; what is later is not waited for (R13)
    presence: float = 120.0  # seconds that a person of the shop is here without a sign of it
    clock: Callable[[], float] = time.time  # by which the leases of presences are counted
    stem: Callable[[], str] = new_stem
    mark: Callable[[], str] = new_mark
    evidence_at: Callable[[str], str | None] = nowhere  # where the helpdesk finds the files of a ticket
    files_follow: bool = False  # whether the helpdesk is to hear of files


@dataclass
class Birth:
    """What a conversation in which nothing was said yet begins with, once something is. Until then the store knows
    nothing of it."""

    token: str
    channel: str
    locale: str | None = None
    customer: str | None = None
    told: list[events.Happening] = field(default_factory=list)
