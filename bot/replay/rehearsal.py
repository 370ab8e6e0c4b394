"""A conversation without a server, a database or a helpdesk: the very engine (`bot.chat.conversation`), which stores nothing and whose
tickets are filed at once. For replays, `askonce chat` and whatever asks "what would the bot do?"."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from bot.chat.conversation import Conversation
from bot.chat.ticket_form import TicketForm
from bot.chat.workshop import Understander, Workshop
from bot.factories import make_answers
from bot.settings import DEMO_EMAIL, Settings
from bot.store.database import Store
from bot.store.records import Change, Loaded, Turn, to_json
from dialogue import events
from dialogue.policy import Policy
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Passed, Seen, Transcript, Violation
from dialogue.states import State
from dialogue.understanding.reader import Asked
from dialogue.understanding.rules import Rules
from kb_answers.answer import Answers

STEM = "REPLAY"


class Remembering:
    """An understander that knows what was understood of a message, where that was recorded, and asks another where it was not."""

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
class _Nowhere:
    """Where a rehearsal is kept: in memory, until it is let go."""

    first: State
    changes: list[Change] = field(default_factory=list)

    async def commit(self, change: Change) -> None:
        self.changes.append(change)

    async def load(self, id: str) -> Loaded | None:
        if not self.changes:
            return Loaded(id, self.first, 0, 0)
        last = self.changes[-1]
        ids = tuple(t.id for c in self.changes for t in c.turns if t.id)
        return Loaded(id, last.state, last.seq, last.number, ids)

    async def turn_with(self, id: str, client_id: str) -> Turn | None:
        return next((t for c in self.changes for t in c.turns if t.id == client_id), None)

    async def turns(self, id: str, after: int = 0, limit: int = 500) -> list[Turn]:
        return [t for c in self.changes for t in c.turns if t.seq > after][:limit]


class Stagehand:
    """Makes rehearsals that share one set of articles and one understander."""

    def __init__(
        self, settings: Settings, *, understander: Understander | None = None, answers: Answers | None = None
    ) -> None:
        self.settings = settings
        self.understander = understander or Rules(settings.support_email or DEMO_EMAIL)
        self.answers = _Cached(answers or make_answers(settings))
        self.policy = Policy()

    def begin(self, *, locale: str | None = None, required: tuple[str, ...] = (), stem: str = STEM) -> Rehearsal:
        """A new rehearsal."""
        return Rehearsal(self, State(stem=stem, required=required), locale)


class _Cached(Answers):
    """The same question gets the same answer (R16), so it need not be looked up twice."""

    def __init__(self, real: Answers) -> None:
        self.__dict__.update(real.__dict__)  # as they are now: what is edited afterwards is not seen
        self._known: dict[str, Any] = {}

    def ask(self, question: str) -> Any:
        if question not in self._known:
            self._known[question] = super().ask(question)
        return self._known[question]


class Rehearsal:
    """One conversation. `turns` is everything said; `changes` everything that would have been stored."""

    def __init__(self, hand: Stagehand, state: State, locale: str | None) -> None:
        self._kept = _Nowhere(state)
        self._hand = hand
        self.mind = Remembering(hand.understander)
        settings = hand.settings
        shop = Workshop(
            store=cast(Store, self._kept), understander=self.mind, answers=hand.answers, policy=hand.policy,
            support_email=settings.support_email or DEMO_EMAIL, helpdesk="rehearsal", poke=lambda id: None,
            wake_courier=lambda: None,
            ticket_form=TicketForm(settings.ticket_subject, settings.ticket_tags, settings.ticket_language),
        )  # fmt: skip
        self.support_email = shop.support_email
        self._conversation = Conversation(shop, "rehearsal", state, 0, 0, (), locale)
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
        return [t for c in self._kept.changes for t in c.turns]

    async def say(self, text: str, understood: events.Understanding | None = None) -> list[Turn]:
        """A shopper's message; the turns that follow it, those of a filed ticket included. `understood` stands for what the
        understander would say."""
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
                    fields = {k: v for k, v in ticket.payload.items() if k not in ("subject", "envelope")}
                    return {"reference": reference, "fields": fields, "passed": ticket.payload}
        return None

    def transcript(self) -> Transcript:
        """The conversation as the referee takes it."""
        seen: list[Seen] = []
        for change in self._kept.changes:
            understood = None
            for told in change.happenings:
                if isinstance(told, events.ShopperSaid):
                    understood = orjson.loads(to_json(told.understood))
                elif isinstance(told, events.CustomerIdentified):
                    last = seen[-1].seq if seen else 0
                    seen.append(Seen(last, "page", understood={"name": told.name, "email": told.email}))
            seen += [
                Seen(t.seq, t.who, t.text, t.act, t.asks, t.ticket, [dataclasses.asdict(s) for s in t.sources],
                     understood if t.who == "shopper" else None)
                for t in change.turns
            ]  # fmt: skip
        tickets = []
        for change in self._kept.changes:
            for made in change.enqueued:
                fields = {k: v for k, v in made.payload.items() if k not in ("subject", "envelope")}
                place = made.key.split(":")[1]  # conversation:seq:index
                tickets.append(Passed(made.reference, fields, made.payload, int(place)))
        return Transcript(tuple(seen), self.support_email, tuple(tickets), self.state.required, settled=True)

    def violations(self) -> list[Violation]:
        """What the referee says of it."""
        return judge(self.transcript())
