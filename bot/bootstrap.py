"""The composition root: settings in, a working bot out. The one place that knows which part is which; tests pass theirs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.chat.drawn import new_mark, new_stem
from bot.chat.hub import Hub
from bot.chat.presence import Clocks, Presences
from bot.chat.pressure import Pressure
from bot.chat.ticket_form import TicketForm
from bot.chat.workshop import Understander, Workshop
from bot.clock import now_text
from bot.factories import make_helpdesk, make_smtp
from bot.history import erasure
from bot.history.summaries import Archivist
from bot.settings import DEMO_EMAIL, Settings
from bot.store.database import Store, Unavailable
from bot.store.edited_articles import EditedArticles
from bot.store.entry import Entry
from bot.store.lease import ARCHIVIST, Lease
from bot.store.lives import is_dead, process_name
from bot.store.migrate import migrate
from bot.store.pokes import Pokes
from bot.store.records import Delivery
from bot.store.scrubbing import keep_scrubbed
from bot.store.tables import notice, outbox
from bot.store.writing import Stale, record
from bot.telemetry import tracing
from bot.telemetry.metrics import HELPDESK, LATE
from bot.telemetry.supervision import Supervisor
from dialogue import events
from dialogue.policy import Policy
from dialogue.understanding.linear import outside
from dialogue.understanding.rasa import Rasa
from dialogue.understanding.rules import Rules, warm_up
from kb_answers.answer import Answers
from kb_answers.library import ARTICLES, read_library
from ticket_bridge.courier import Courier, Gone
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError
from ticket_bridge.helpdesks.mailbox import Smtp
from ticket_bridge.notices import Notices
from ticket_bridge.outbox import Claim, file_late
from ticket_bridge.retry import RetryPolicy

log = logging.getLogger("askonce")
#: Seconds that understanding may take beyond what Rasa may, before a message is decided without it.
_BEYOND_RASA = 4.0


@dataclass
class Bot:
    """A bot at work."""

    settings: Settings
    store: Store
    hub: Hub
    understander: Understander
    answers: Answers
    helpdesk: Helpdesk
    courier: Courier
    pressure: Pressure
    presences: Presences
    work: Supervisor
    pokes: Pokes | None = None

    _health: tuple[float, str | None] = (0.0, None)

    async def helpdesk_trouble(self) -> str | None:
        """What is wrong with the helpdesk, None where it is well; asked at most every 15 seconds, however often probes come."""
        asked_at, trouble = self._health
        if time.monotonic() - asked_at > 15 or asked_at == 0.0:
            try:
                await self.helpdesk.health()
                trouble = None
            except (HelpdeskError, Unavailable) as error:
                trouble = str(error)
            self._health = (time.monotonic(), trouble)
        return trouble

    @property
    def support_email(self) -> str:
        """The address shoppers are given; the demo's own where none is set."""
        return self.settings.support_email or DEMO_EMAIL


def _article_values(settings: Settings) -> dict[str, str]:
    return {"support_email": settings.support_email or DEMO_EMAIL, "hours": settings.hours}


def check_articles(settings: Settings) -> None:
    """Raises `ArticleError` with file and line where an article cannot be used."""
    read_library(settings.articles or ARTICLES, _article_values(settings))


def make_answers(settings: Settings) -> Answers:
    """The shop's articles, with the shop's own values. Raises `ArticleError` with file and line."""
    return Answers(settings.articles or ARTICLES, values=_article_values(settings), outside=outside)


def make_understander(settings: Settings) -> Understander:
    shop = settings.support_email or DEMO_EMAIL
    if settings.rasa_url:
        return Rasa(settings.rasa_url, timeout=settings.rasa_timeout, when=settings.rasa_when, support_email=shop)
    return Rules(shop)


class Reporter:
    """Stores what the courier learns, in one transaction with the turn that it causes (R13), fenced by the attempt that learned it."""

    def __init__(self, hub: Hub, *, mails: bool) -> None:
        self._hub, self._mails = hub, mails

    async def _tell(
        self, conversation: str, told: events.Happening, delivery: Delivery, *, mail_about: str | None = None
    ) -> None:
        found = await self._hub.conversation(conversation)
        if found is None:
            raise Gone("the conversation is gone")
        if mail_about:
            delivery = replace(delivery, notify=found.words("mail_subject", {"reference": mail_about}))
        try:
            await found.tell(told, delivery=delivery)
        finally:
            self._hub.let_go(conversation)

    async def accepted(self, claim: Claim, external_id: str) -> None:
        """Filed. A shopper who was told "saved", and whose chat is shown here no more, gets the outcome by mail too. That the helpdesk
        has the ticket is kept also where another attempt has taken it over, or the conversation was erased meanwhile: nobody
        may create it again."""
        gone = claim.told_saved and not self._hub.is_watched(claim.conversation)
        delivery = Delivery(
            claim.key, status="filed", held=(claim.owner, claim.attempts), external_id=external_id,
            attempted=(now_text(), "filed", external_id),
        )  # fmt: skip
        about = claim.reference if self._mails and gone else None
        told = events.TicketAccepted(claim.reference)
        try:
            await self._tell(claim.conversation, told, delivery, mail_about=about)
        except Stale:
            self._late(claim, "filed")
            await self._tell(claim.conversation, told, replace(delivery, held=None), mail_about=about)
        except Gone:
            job = functools.partial(file_late, outbox=outbox, key=claim.key, external_id=external_id)
            await self._hub.shop.store.transact(job)
            raise

    def _late(self, claim: Claim, said: str) -> None:
        LATE.labels(said).inc()
        about = {"conversation": claim.conversation}
        log.warning("attempt %d at %s says late: %s", claim.attempts, claim.reference, said, extra=about)

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
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

    async def delayed(self, key: str, conversation: str, reference: str) -> None:
        await self._tell(conversation, events.TicketDelayed(reference), Delivery(key, told_saved=True))


@contextlib.contextmanager
def _watched(claim: Claim) -> Iterator[None]:
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


@asynccontextmanager
async def run_bot(
    settings: Settings,
    *,
    understander: Understander | None = None,
    helpdesk: Callable[[Store], Helpdesk] | None = None,
    courier: bool = True,
    archivist: bool = True,
    retry: RetryPolicy = RetryPolicy(),
    tick: float = 0.5,
    owner: str | None = None,
    clocks: Clocks = Clocks(),
    understand_within: float | None = None,
    work: Supervisor | None = None,
    stem: Callable[[], str] = new_stem,
    mark: Callable[[], str] = new_mark,
) -> AsyncIterator[Bot]:
    """A bot with its workers running, and an orderly end. `understander` and `helpdesk` replace the configured ones;
    `tick`, in seconds, is how often the courier looks of itself; `owner` names its leases; `work` watches over its workers; by
    `clocks` the presence of people of the shop is counted; `understand_within`: seconds that any understander gets; `stem` and
    `mark` draw what references and keys are made of."""
    answers = make_answers(settings)
    warm_up()
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url, timeout=settings.database_timeout)
    hub = Hub()
    mind, work, owner = understander or make_understander(settings), work or Supervisor(), owner or process_name()
    server = make_smtp(settings)
    desk = helpdesk(store) if helpdesk else make_helpdesk(settings, store)
    postman = Courier(
        store.transact, outbox, desk, Reporter(hub, mails=server is not None), owner=owner, is_dead=is_dead,
        timeout=settings.helpdesk_timeout, saved_after=settings.saved_after, retry=retry, tick=tick, watched=_watched,
        away=Unavailable, noticed=functools.partial(work.notice, "courier"),
    )  # fmt: skip
    pokes = None if settings.sqlite else Pokes(settings.database_url, hub.heard, hub.deaf)
    hub.equip(
        Workshop(
            store=store, understander=mind, answers=answers, policy=Policy(),
            support_email=settings.support_email or DEMO_EMAIL, helpdesk=desk.name, poke=hub.changed,
            erase=functools.partial(erasure.erase, store), stem=stem, mark=mark,
            understand_within=understand_within or settings.rasa_timeout + _BEYOND_RASA, presence=settings.presence,
            clock=clocks.wall, wake_courier=postman.wake, required=desk.required_fields, ticket_form=TicketForm(
                settings.ticket_subject, settings.ticket_tags, settings.ticket_language
            ),
        ),
        pokes,
        entry=Entry(await store.own_key("entry")),
    )  # fmt: skip
    articles = EditedArticles(store, answers)
    await articles.look()
    pressure = Pressure(most=settings.limit_waiting, chats=settings.limit_chats)
    presences = Presences(hub, lease=settings.presence, patience=settings.presence_patience, clocks=clocks)
    lease = Lease(store, ARCHIVIST, owner)
    archive = Archivist(
        store, support_email=settings.support_email or DEMO_EMAIL, pressed=lambda: pressure.busy, lease=lease
    )
    work.start("pressure", pressure.watch)
    work.start("idle chats", lambda: _forever(hub.forget_idle, 60.0))
    work.start("articles", articles.run)
    work.start("presences", presences.run)
    work.start("scrubbing", lambda: keep_scrubbed(store))
    work.start("forgetting", lambda: _forever(lambda: _forget(store, hub, settings), 60.0))
    if archivist:
        work.start("archivist", archive.run)
    if courier:
        work.start("courier", postman.run)
        if server is not None:
            work.start("notices", _notices(settings, store, server, retry, tick).run)
    if pokes is not None:
        work.start("pokes", pokes.run)
        work.start("replicas", hub.follow_pokes)
    elif settings.workers > 1:
        work.start("replicas", lambda: hub.follow_other_replicas(min(0.3, tick)))
    try:
        yield Bot(settings, store, hub, mind, answers, desk, postman, pressure, presences, work, pokes)
    finally:
        await work.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await postman.settle()
        with contextlib.suppress(Unavailable):
            await lease.release()
        await mind.close()
        await desk.close()
        await store.close()


def _notices(settings: Settings, store: Store, server: Smtp, retry: RetryPolicy, tick: float) -> Notices:
    support = settings.support_email or DEMO_EMAIL
    return Notices(
        store.transact, notice, outbox, server, sender=settings.email_from, reply_to=support, retry=retry, tick=tick,
        away=Unavailable,
    )  # fmt: skip


async def _forget(store: Store, hub: Hub, settings: Settings) -> None:
    """What is due to be forgotten: remains of erased conversations, and whatever is older than the settings allow."""
    days = settings.retention_days
    with contextlib.suppress(Unavailable):
        await erasure.sweep(store)
        await erasure.erase_aged(store, settings.retention)
        while days and (ids := await erasure.erase_older(store, erasure.horizon(days))):
            for id in ids:
                hub.forget(id)


async def _forever(work: Callable[[], object], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        result = work()
        if asyncio.iscoroutine(result):
            await result
