"""A conversation without a server, a database or a helpdesk: the very engine (`bot.chat.conversation`), which stores
nothing and whose tickets are filed at once. For replays, `askonce chat` and whatever asks "what would the bot do?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.conversation import Conversation
from bot.chat.own_words import OwnWords
from bot.chat.ticket_form import TicketForm
from bot.chat.workshop import Answering, Understander, Workshop
from bot.factories import make_answers
from bot.history.transcripts import make_transcript
from bot.history.views import fields_of, passed_as
from bot.settings import DEMO_EMAIL, Settings
from bot.store.records import Change, File, Loaded, Turn
from dialogue import events
from dialogue.policy import Policy
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Transcript, Violation
from dialogue.states import State
from dialogue.understanding.reader import Asked
from dialogue.understanding.rules import Rules

STEM = "REPLAY"
_ID = "rehearsal"


class Remembering:
    """An understander that knows what was understood of a message, where that was recorded, and asks another where it
    was not."""

    name = "recorded"

    def __init__(self, other: Understander) -> None:
        self._other = other
        self.recorded: events.Understanding | None = None

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding:
        found, self.recorded = self.recorded, None
        return found if found is not None else await self._other.understand(text, asked)

    async def ready(self) -> bool:
        return await self._other.ready()

    async def close(self) -> None:
        await self._other.close()


@dataclass
class InMemory:
    """Where a rehearsal is kept until it is let go: one conversation, and nobody else who writes to it."""

    first: State
    changes: list[Change] = field(default_factory=list)
    customer: str | None = None

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
        self.first, self.customer = state, customer

    async def commit(self, change: Change) -> None:
        self.changes.append(change)

    async def load(self, id: str) -> Loaded | None:
        if not self.changes:
            return Loaded(id, self.first, 0, 0)
        last = self.changes[-1]
        ids = tuple(t.id for t in self.said if t.id)
        return Loaded(id, last.state, last.seq, last.number, ids)

    async def turn_with(self, id: str, client_id: str) -> Turn | None:
        return next((t for t in self.said if t.id == client_id), None)

    async def files_to_send(self, id: str, files_of_it: Sequence[str]) -> tuple[File, ...]:
        return tuple(File(name, f"{name}.jpg", "image/jpeg", 1) for name in files_of_it)

    async def turns(self, id: str, after: int = 0, limit: int = 500) -> list[Turn]:
        return [t for t in self.said if t.seq > after][:limit]

    async def note_read(self, id: str, seq: int) -> None:
        """Nobody reads a rehearsal."""

    async def claim(self, id: str, customer: str) -> None:
        self.customer = self.customer or customer

    async def customer_of(self, id: str) -> str | None:
        return self.customer

    @property
    def said(self) -> list[Turn]:
        """Every turn."""
        return [t for c in self.changes for t in c.turns]


class Stagehand:
    """Makes rehearsals that share one set of articles and one understander."""

    def __init__(
        self, settings: Settings, *, understander: Understander | None = None, answers: Answering | None = None
    ) -> None:
        self.settings = settings
        self.understander = understander or Rules(settings.support_email or DEMO_EMAIL)
        self.answers = answers or make_answers(settings)
        self.policy = Policy()

    def begin(self, *, locale: str | None = None, required: tuple[str, ...] = (), stem: str = STEM) -> Rehearsal:
        """A new rehearsal."""
        return Rehearsal(self, State(stem=stem, required=required), locale)


class Rehearsal:
    """One conversation. `turns` is everything said; `changes` everything that would have been stored."""

    def __init__(self, hand: Stagehand, state: State, locale: str | None) -> None:
        self._kept = InMemory(state)
        self._hand = hand
        self.mind = Remembering(hand.understander)
        settings = hand.settings
        shop = Workshop(
            store=self._kept, understander=self.mind, answers=hand.answers, policy=hand.policy,
            support_email=settings.support_email or DEMO_EMAIL, helpdesk="rehearsal", poke=lambda id: None,
            wake_courier=lambda: None,
            ticket_form=TicketForm(settings.ticket_subject, settings.ticket_tags, settings.ticket_language),
            own_words=OwnWords(settings.danger_reply, settings.danger_help),
        )  # fmt: skip
        self.support_email = shop.support_email
        self._conversation = Conversation(shop, _ID, state, 0, 0, (), locale)
        self._said = 0
        self.slow = False  # the helpdesk: each ticket is saved first
        self.files = True  # tickets are filed at once; False where somebody else tells what the helpdesk said

    @property
    def state(self) -> State:
        return self._conversation.state

    @property
    def changes(self) -> Sequence[Change]:
        return self._kept.changes

    @property
    def turns(self) -> list[Turn]:
        return self._kept.said

    async def say(self, text: str, understood: events.Understanding | None = None) -> list[Turn]:
        """A shopper's message; the turns that follow it, those of a filed ticket included. `understood` stands for what
        the understander would say."""
        before = len(self._kept.changes)
        self.mind.recorded = understood
        self._said += 1
        await self._conversation.hear(f"m{self._said}", text)
        await self._file(before)
        return [t for c in self._kept.changes[before:] for t in c.turns if t.who != "shopper"]

    async def tell(self, told: events.Happening) -> list[Turn]:
        """Something other than a message; the turns it brings."""
        before = len(self._kept.changes)
        await self._conversation.tell(told)
        await self._file(before)
        return [t for c in self._kept.changes[before:] for t in c.turns]

    async def agent(self, text: str) -> None:
        """The words of a person of the shop, who must have joined."""
        self._said += 1
        await self._conversation.agent_says(f"a{self._said}", text)

    async def send_files(self, count: int) -> list[Turn]:
        """So many files of the shopper's, without any content; the turns that follow them."""
        before = len(self._kept.changes)
        self._said += 1
        await self._conversation.show(f"f{self._said}", [f"file-{self._said}-{n + 1}" for n in range(count)])
        return [t for c in self._kept.changes[before:] for t in c.turns if t.who != "shopper"]

    async def _file(self, since: int) -> None:
        if not self.files:
            return
        for change in list(self._kept.changes[since:]):
            for ticket in change.enqueued:
                if self.slow:
                    await self._conversation.tell(events.TicketDelayed(ticket.reference))
                await self._conversation.tell(events.TicketAccepted(ticket.reference))

    def ticket(self, reference: str) -> dict[str, Any] | None:
        """What a ticket was filed with."""
        for change in self._kept.changes:
            for ticket in change.enqueued:
                if ticket.reference == reference:
                    fields = fields_of(ticket.payload)
                    return {"reference": reference, "fields": fields, "passed": ticket.payload}
        return None

    def transcript(self) -> Transcript:
        """The conversation as the referee takes it."""
        first, told = 1, []
        for change in self.changes:
            told += [(first, happening) for happening in change.happenings]
            first = change.seq + 1
        made = [ticket for change in self.changes for ticket in change.enqueued]
        return make_transcript(
            self.turns,
            told,
            [passed_as(ticket.reference, ticket.key, _ID, ticket.payload) for ticket in made],
            required=self.state.required,
            support_email=self.support_email,
            settled=True,
            in_danger=self.state.danger,
        )

    def violations(self) -> list[Violation]:
        """What the referee says of it."""
        return judge(self.transcript())
