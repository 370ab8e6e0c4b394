"""One conversation at work: hears a message, lets the tracker decide, stores what follows, and only then shows it.

The order is the law of the house: understand outside any transaction, step (pure), render, commit once, poke. A clash
with another writer loads the conversation anew and steps again.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot import tracing
from bot.drawn import new_mark, new_stem
from bot.metrics import CLASHES, REFUSED, TURNS, UNDERSTOOD
from bot.phrases import answers, language_of, plainly, render
from bot.store.database import Conflict, Refused, Store, Unavailable
from bot.store.records import Change, Delivery, Enqueued, Turn
from bot.ticket_form import TicketForm
from dialogue import effects, events
from dialogue.states import Phase, State
from dialogue.tracker import Decision, IllegalEvent, step
from dialogue.understanding.reader import Asked
from dialogue.understanding.secrets import mask
from dialogue.vocabulary import Answer, IntentName, Signal
from kb_answers.answer import Answers
from ticket_bridge.helpdesks.contract import RequiredField

log = logging.getLogger("askonce.conversation")
_TAIL = 60
#: How often a happening is stepped again: each clash means that somebody else came through, so more in a row are no clashes.
_TRIES = 50
_REFERENCE = "outbox(reference)"


class Erased(LookupError):
    """The conversation is gone: its shopper was forgotten."""


class Understander(Protocol):
    """Text in, `Understanding` out; never raises."""

    name: str

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding: ...

    async def ready(self) -> bool: ...

    async def close(self) -> None: ...


def now_text() -> str:
    """The time as ISO 8601 UTC, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def asked(state: State) -> Asked:
    """What the bot has open with the shopper, in the form understanding takes it."""
    if state.phase is Phase.OFFERED:
        return "offer"
    if state.phase in (Phase.COLLECTING, Phase.SILENT):
        return tuple(str(f) for f in state.missing)
    return None


def _value_of(required: RequiredField, text: str) -> str | None:
    """The value of a required field in a message, the last one where there are several (R5)."""
    found = list(re.finditer(required.pattern, text))
    return found[-1].group(1 if found[-1].re.groups else 0).strip() if found else None


@dataclass(frozen=True)
class Workshop:
    """What every conversation needs to do its work; made once, in `bootstrap`."""

    store: Store
    understander: Understander
    answers: Answers
    policy: events.Policy
    support_email: str
    helpdesk: str
    poke: Callable[[str], None]
    wake_courier: Callable[[], None]
    ticket_form: TicketForm = field(default_factory=TicketForm)
    required: tuple[RequiredField, ...] = ()
    erase: Callable[[str], Awaitable[None]] | None = None
    stem: Callable[[], str] = new_stem
    mark: Callable[[], str] = new_mark


class Conversation:
    """A conversation in memory. Its messages are taken one at a time, in the order in which they came."""

    def __init__(
        self,
        shop: Workshop,
        id: str,
        state: State,
        seq: int,
        number: int,
        client_ids: set[str],
        locale: str | None = None,
    ) -> None:
        self._shop, self.id = shop, id
        self._language = language_of(locale)
        self.state, self.seq, self.number, self.client_ids = state, seq, number, client_ids
        self.tail: list[Turn] = []
        self._another: events.ReferenceTaken | None = None  # to be told first, where a reference turned out to be taken
        self._lock = asyncio.Lock()
        self.touched = time.monotonic()
        self.erased = False

    @classmethod
    async def open(cls, shop: Workshop, id: str) -> Conversation | None:
        """The conversation as it stands in the store, or None."""
        found = await shop.store.load(id)
        if found is None:
            return None
        return cls(shop, id, found.state, found.seq, found.number, found.client_ids, found.locale)

    async def agent_says(self, id: str, text: str) -> bool:
        """The words of a person of the shop who has joined, secrets masked (R17). False where `id` was heard before, or
        nobody has joined."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if self.state.agent is None:
                await self._reload()  # they may have joined through another replica
            for _ in range(_TRIES):
                if id in self.client_ids or self.state.agent is None:
                    return False
                spoken = Turn(self.seq + 1, "agent", mask(text), now_text(), id=id)
                if await self._decide(events.AgentSaid(), spoken=spoken, started=started):
                    return True
            raise self._worn_out()

    async def hear(self, client_id: str, text: str) -> bool:
        """A shopper's message. False where `client_id` was heard before: it is acknowledged already, and not processed
        twice. Raises `bot.store.database.Unavailable` where nothing could be stored."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if client_id in self.client_ids:
                return False
            light, understood = asked(self.state), await self._understand(text)
            for _ in range(_TRIES):
                if asked(self.state) != light:  # after a clash: the words answer another question now
                    light, understood = asked(self.state), await self._understand(text)
                spoken = Turn(self.seq + 1, "shopper", understood.kept, now_text(), id=client_id)
                told = events.ShopperSaid(understood)
                if await self._decide(told, spoken=spoken, started=started):
                    return True
                if client_id in self.client_ids:
                    return False
            raise self._worn_out()

    async def tell(self, told: events.Happening, *, delivery: Delivery | None = None) -> None:
        """Something other than a message happened: the helpdesk answered, the page named its customer, a rating came."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if isinstance(told, events.AgentJoined | events.AgentLeft):
                # What changes nothing is not stored, so a clash would not show that another replica knows better.
                await self._reload()
            for _ in range(_TRIES):
                if await self._decide(told, delivery=delivery, started=started):
                    return
            raise self._worn_out()

    async def turns_after(self, after: int) -> list[Turn]:
        """The turns after `after`: from memory where it reaches back far enough, else from the store."""
        if self.tail and self.tail[0].seq <= after + 1 and self.tail[-1].seq == self.seq:
            return [t for t in self.tail if t.seq > after]
        if after >= self.seq:
            return []
        return await self._shop.store.turns(self.id, after)

    async def refresh(self) -> None:
        """Load what another replica has stored meanwhile."""
        async with self._lock:
            await self._reload()

    async def _understand(self, text: str) -> events.Understanding:
        """R17 first: nothing but this line sees a secret. A fault in understanding costs this message its meaning and
        nothing else; the rules hold under any understanding."""
        masked = mask(text)
        if (answer := self._plain_answer(masked)) is not None:
            intent = events.Intent(IntentName(answer.value), 1.0)
            UNDERSTOOD.labels("catalogue").inc()
            return events.Understanding(masked, intents=(intent,), answer=answer, by="catalogue")
        try:
            with tracing.span("understand") as span:
                understood = await self._shop.understander.understand(masked, asked(self.state))
                if span is not None:
                    span.set_attribute("askonce.by", understood.by)
        except Exception as error:
            log.error("understanding failed: %s", type(error).__name__, extra={"conversation": self.id})
            understood = events.Understanding(masked, by="nobody")
        secret = {Signal.SECRET} if masked != text else set()
        extra = tuple((f.name, value) for f in self._shop.required if (value := _value_of(f, masked)))
        UNDERSTOOD.labels(understood.by).inc()
        return replace(understood, kept=masked, signals=understood.signals | secret, extra=extra or understood.extra)

    def _plain_answer(self, text: str) -> Answer | None:
        """A tapped choice, or a plain yes or no in a language that understanding does not speak, to the open offer."""
        if self.state.phase is not Phase.OFFERED or len(text) > 60:
            return None
        yes, no = answers(self._language)
        said = plainly(text)
        return Answer.AFFIRM if said in yes else Answer.DENY if said in no else None

    # ------------------------------------------------------------ deciding and storing

    async def _decide(
        self,
        told: events.Happening,
        *,
        started: float,
        spoken: Turn | None = None,
        delivery: Delivery | None = None,
    ) -> bool:
        """One attempt; `spoken` is the turn of whoever wrote. False after a clash: the conversation has been loaded anew and
        the caller steps again. Raises `Erased`, `Stale`, and `Refused` where stepping again would not help."""
        if self.erased:
            raise Erased(self.id)
        try:
            change = self._change(told, spoken=spoken, delivery=delivery, started=started)
        except IllegalEvent as error:
            log.warning("refused: %s", error, extra={"conversation": self.id})
            return True
        if change is None:
            return True
        try:
            with tracing.span("store", turns=len(change.turns), rows=" ".join(change.rows)):
                await self._shop.store.commit(change)
        except Conflict:
            CLASHES.inc()
            await self._reload()
            return False
        except Refused as error:
            REFUSED.labels(error.constraint).inc()
            log.error("the store refused what breaks %s", error.constraint, extra={"conversation": self.id})
            await self._reload()  # what is gone meanwhile was erased
            if error.constraint != _REFERENCE:
                raise
            self._another = events.ReferenceTaken(self._shop.stem())
            return False
        self._another = None
        self.state, self.seq, self.number = change.state, change.seq, change.number
        if spoken and spoken.id:
            self.client_ids.add(spoken.id)
        self.tail = [*self.tail, *change.turns][-_TAIL:]
        for turn in change.turns:
            TURNS.labels(turn.who, turn.act or "").inc()
        self._shop.poke(self.id)
        if change.enqueued:
            self._shop.wake_courier()
        return True

    def _change(
        self, told: events.Happening, *, spoken: Turn | None, delivery: Delivery | None, started: float
    ) -> Change | None:
        decisions: list[tuple[events.Happening, Decision]] = []
        state, happening = self.state, told
        if self._another is not None:
            decisions.append((self._another, step(self._shop.policy, state, self._another)))
            state = decisions[0][1].state
        while True:
            decision = step(self._shop.policy, state, happening)
            decisions.append((happening, decision))
            state = decision.state
            search = next((e for e in decision.effects if isinstance(e, effects.Search)), None)
            if search is None:
                break
            happening = self._look_up(search.text)
        wanted = [pair for _, d in decisions for pair in zip(d.effects, d.causes, strict=True)]
        if not wanted and spoken is None and delivery is None and state == self.state:
            return None
        at = now_text()
        turns = [spoken] if spoken else []
        enqueued: list[Enqueued] = []
        gaps: list[tuple[int, str]] = []
        rated: tuple[int, str | None] | None = None
        for effect, cause in wanted:
            seq = self.seq + len(turns)
            if isinstance(effect, effects.Say):
                turns.append(self._turn(effect, seq + 1, at, cause))
            elif isinstance(effect, effects.Announce):
                words = self.words(effect.phrase, effect.values)
                turns.append(Turn(seq + 1, "system", words, at, rule=cause))
            elif isinstance(effect, effects.FileTicket):
                enqueued.append(self._enqueued(effect, seq, len(enqueued)))
            elif isinstance(effect, effects.RecordGap):
                gaps.append((seq, effect.question))
            elif isinstance(effect, effects.RecordRating):
                rated = (effect.score, mask(effect.comment) if effect.comment else None)
        return Change(
            conversation=self.id,
            number=self.number + 1,
            at=at,
            state=state,
            happenings=tuple(h for h, _ in decisions),
            rows=tuple(row for _, d in decisions for row in d.rows),
            turns=tuple(turns),
            seq=self.seq + len(turns),
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
            enqueued=tuple(enqueued),
            gaps=tuple(gaps),
            rated=rated,
            delivery=delivery,
            helpdesk=self._shop.helpdesk,
            now=time.time(),
            trace=tracing.traceparent() if enqueued else None,
        )

    def _look_up(self, text: str) -> events.ArticleFound | events.NothingFound:
        answer = self._shop.answers.ask(text)
        if answer.text is None:
            return events.NothingFound()
        return events.ArticleFound(
            answer.text, tuple(events.Passage(s.article, s.title, s.passage) for s in answer.sources)
        )

    def _turn(self, say: effects.Say, seq: int, at: str, cause: str) -> Turn:
        def words(phrase: str) -> str:
            return self.words(phrase, say.values)

        ticket = None
        if say.reference and say.ticket_status:
            ticket = {"reference": say.reference, "status": say.ticket_status}
        return Turn(
            seq=seq, who="bot", text=words(say.phrase), at=at, act=say.act.value, asks=tuple(str(f) for f in say.asks),
            sources=say.sources, ticket=ticket, choices=tuple(words(c) for c in say.choices), rule=cause,
        )  # fmt: skip

    def words(self, phrase: str, values: Mapping[str, Any]) -> str:
        """A phrase of the catalogue in this conversation's language."""
        labels = {f.name: f.label for f in self._shop.required}
        return render(phrase, values, support_email=self._shop.support_email, labels=labels, language=self._language)

    def _enqueued(self, file: effects.FileTicket, seq: int, index: int) -> Enqueued:
        return Enqueued(
            f"{self.id}:{seq}:{index}:{self._shop.mark()}", file.reference, self._shop.ticket_form.payload(file)
        )

    async def _reload(self) -> None:
        found = await self._shop.store.load(self.id)
        if found is None:
            self.erased = True
            raise Erased(self.id)
        self.state, self.seq, self.number, self.client_ids = found.state, found.seq, found.number, found.client_ids
        self.tail.clear()

    def _worn_out(self) -> Unavailable:
        """What no number of steps would store: told to whoever waits, and the conversation is free for the next."""
        REFUSED.labels("clashes without end").inc()
        log.error("stepped %d times and never stored", _TRIES, extra={"conversation": self.id})
        return Unavailable("clashes without end")
