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
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot import tracing
from bot.metrics import CLASHES, TURNS, UNDERSTOOD
from bot.phrases import answers, language_of, plainly, render
from bot.store.database import Conflict, Store
from bot.store.records import Change, Delivery, Enqueued, Turn
from dialogue import effects, events
from dialogue.states import Phase, State
from dialogue.tracker import Decision, IllegalEvent, step
from dialogue.understanding.reader import Asked
from dialogue.understanding.secrets import Masked, mask
from dialogue.vocabulary import Answer, IntentName, Signal
from kb_answers.answer import Answers
from ticket_bridge.helpdesks.contract import RequiredField

log = logging.getLogger("askonce.conversation")
_TAIL = 60
_SUBJECT = 80
#: How often a page may name its customer before the first word; the rest is forgotten.
_HELD = 8


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


@dataclass(frozen=True)
class TicketForm:
    """How a shop wants its tickets: `subject` may hold `{reason}`, cut at a word, and `{reference}`; tags and language ride in
    the technical envelope (R1)."""

    subject: str = "{reason}"
    tags: tuple[str, ...] = ()
    language: str = ""

    def payload(self, file: effects.FileTicket) -> dict[str, Any]:
        """Exactly what the helpdesk gets: the three fields, a subject made of them, the envelope."""
        envelope: dict[str, Any] = {"reference": file.reference}
        if file.earlier_reference:
            envelope["disputes"] = file.earlier_reference
        if self.tags:
            envelope["tags"] = list(self.tags)
        if self.language:
            envelope["language"] = self.language
        subject = self.subject.format(reason=_short(file.reason), reference=file.reference)
        return {
            "name": file.name, "email": file.email, "reason": file.reason, **dict(file.extra), "subject": subject,
            "envelope": envelope,
        }  # fmt: skip


def _value_of(required: RequiredField, text: str) -> str | None:
    """The value of a required field in a message, the last one where there are several (R5)."""
    found = list(re.finditer(required.pattern, text))
    return found[-1].group(1 if found[-1].re.groups else 0).strip() if found else None


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rsplit(" ", 1)[0] + "…"


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
    ticket_form: TicketForm = TicketForm()
    required: tuple[RequiredField, ...] = ()
    erase: Callable[[str], Awaitable[None]] | None = None


@dataclass
class Birth:
    """What a conversation in which nothing was said yet begins with, once something is. Until then the store knows nothing of it."""

    token: str
    channel: str
    locale: str | None = None
    customer: str | None = None
    told: list[events.Happening] = field(default_factory=list)


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
        birth: Birth | None = None,
    ) -> None:
        self._shop, self.id, self._birth = shop, id, birth
        self._language = language_of(locale)
        self.state, self.seq, self.number, self.client_ids = state, seq, number, client_ids
        self.tail: list[Turn] = []
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

    @property
    def birth(self) -> Birth | None:
        """What it begins with, where nothing was said in it yet."""
        return self._birth

    @property
    def unborn(self) -> bool:
        """Nothing was said in it yet, and nothing of it is stored."""
        return self._birth is not None

    async def be_born(self) -> None:
        """From now on it is in the store. Raises `Conflict` where its token is taken, `Unavailable`."""
        async with self._lock:
            await self._begin()

    async def claim(self, customer: str) -> bool:
        """This conversation is this customer's, unless it is somebody's already; whether it is theirs now."""
        if self._birth is not None:
            self._birth.customer = self._birth.customer or customer
            return self._birth.customer == customer
        await self._shop.store.claim(self.id, customer)
        return await self._shop.store.customer_of(self.id) == customer

    async def _begin(self) -> None:
        birth = self._birth
        if birth is None:
            return
        try:
            await self._shop.store.create(
                id=self.id, token=birth.token, state=self.state, at=now_text(), locale=birth.locale,
                channel=birth.channel, customer=birth.customer,
            )  # fmt: skip
        except Conflict:
            if await self._shop.store.load(self.id) is None:
                raise
            self._birth = None  # another tab's first word was faster, on another replica
            await self._reload()
        self._birth = None
        for told in birth.told:  # the page's customer, who is then not asked for what it knows (R2)
            while not await self._decide(told, started=time.perf_counter()):
                continue

    async def agent_says(self, id: str, text: str) -> bool:
        """The words of a person of the shop who has joined, secrets masked (R17). False where `id` was heard before, or
        nobody has joined."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if self.state.agent is None:
                await self._reload()  # they may have joined through another replica
            while id not in self.client_ids and self.state.agent is not None:
                spoken = Turn(self.seq + 1, "agent", mask(text), now_text(), id=id)
                if await self._decide(events.AgentSaid(), spoken=spoken, started=started):
                    return True
            return False

    async def hear(self, client_id: str, text: str) -> bool:
        """A shopper's message. False where `client_id` was heard before: it is acknowledged already, and not processed
        twice. Raises `bot.store.database.Unavailable` where nothing could be stored."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            await self._begin()
            if client_id in self.client_ids:
                return False
            understood = await self._understand(text)
            UNDERSTOOD.labels(understood.by).inc()
            while True:
                spoken = Turn(self.seq + 1, "shopper", understood.kept, now_text(), id=client_id)
                told = events.ShopperSaid(understood)
                if await self._decide(told, spoken=spoken, started=started):
                    return True
                if client_id in self.client_ids:
                    return False

    async def tell(self, told: events.Happening, *, delivery: Delivery | None = None) -> None:
        """Something other than a message happened: the helpdesk answered, the page named its customer, a rating came."""
        started = time.perf_counter()
        async with self._lock:
            self.touched = time.monotonic()
            if self._birth is not None and isinstance(told, events.CustomerIdentified):
                self._birth.told = [*self._birth.told, told][-_HELD:]
                return
            await self._begin()
            if isinstance(told, events.AgentJoined | events.AgentLeft):
                # What changes nothing is not stored, so a clash would not show that another replica knows better.
                await self._reload()
            while not await self._decide(told, delivery=delivery, started=started):
                continue

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
        told = Masked.of(text)
        masked = str(told)
        if (answer := self._plain_answer(masked)) is not None:
            intent = events.Intent(IntentName(answer.value), 1.0)
            return events.Understanding(masked, intents=(intent,), answer=answer, by="catalogue")
        try:
            with tracing.span("understand") as span:
                understood = await self._shop.understander.understand(masked, asked(self.state))
                if span is not None:
                    span.set_attribute("askonce.by", understood.by)
        except Exception as error:
            log.error("understanding failed: %s", type(error).__name__, extra={"conversation": self.id})
            understood = events.Understanding(masked, by="nobody")
        secret = {Signal.SECRET} if told.held else set()
        extra = tuple((f.name, value) for f in self._shop.required if (value := _value_of(f, masked)))
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
        the caller steps again. Raises `Erased`."""
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
        return Enqueued(f"{self.id}:{seq}:{index}", file.reference, self._shop.ticket_form.payload(file))

    async def _reload(self) -> None:
        if self.unborn:
            return
        found = await self._shop.store.load(self.id)
        if found is None:
            self.erased = True
            raise Erased(self.id)
        self.state, self.seq, self.number, self.client_ids = found.state, found.seq, found.number, found.client_ids
        self.tail.clear()


def new_id() -> str:
    """A conversation's id: 128 random bits."""
    return uuid.uuid4().hex
