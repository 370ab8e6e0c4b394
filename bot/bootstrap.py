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

from bot import erasure, tracing
from bot.articles import EditedArticles
from bot.console.archive import Archivist
from bot.conversation import TicketForm, Understander, Workshop, now_text
from bot.helpdesks import make_helpdesk, make_smtp
from bot.hub import Hub
from bot.metrics import HELPDESK
from bot.pressure import Pressure
from bot.settings import DEMO_EMAIL, Settings
from bot.store.database import Store, Unavailable
from bot.store.lease import ARCHIVIST, Lease, is_dead, process_name
from bot.store.migrate import migrate
from bot.store.pokes import Pokes
from bot.store.records import Delivery
from bot.store.tables import notice, outbox
from dialogue import events
from dialogue.understanding.linear import outside
from dialogue.understanding.rasa import Rasa
from dialogue.understanding.rules import Rules, warm_up
from kb_answers.answer import Answers
from kb_answers.library import ARTICLES, read_library
from ticket_bridge.courier import Courier
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError
from ticket_bridge.helpdesks.mailbox import Smtp
from ticket_bridge.notices import Notices
from ticket_bridge.outbox import Claim
from ticket_bridge.retry import RetryPolicy

log = logging.getLogger("askonce")


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
    """Stores what the courier learns, in one transaction with the turn that it causes (R13)."""

    def __init__(self, hub: Hub, *, mails: bool) -> None:
        self._hub, self._mails = hub, mails

    async def _tell(
        self, conversation: str, told: events.Happening, delivery: Delivery, *, mail_about: str | None = None
    ) -> None:
        found = await self._hub.conversation(conversation)
        if found is None:
            raise LookupError("the conversation is gone")
        if mail_about:
            delivery = replace(delivery, notify=found.words("mail_subject", {"reference": mail_about}))
        await found.tell(told, delivery=delivery)
        self._hub.let_go(conversation)

    async def accepted(self, claim: Claim, external_id: str) -> None:
        """Filed. A shopper who was told "saved", and whose chat is shown here no more, gets the outcome by mail too."""
        gone = claim.told_saved and not self._hub.is_watched(claim.conversation)
        delivery = Delivery(
            claim.key, status="filed", external_id=external_id, attempted=(now_text(), "filed", external_id),
        )  # fmt: skip
        about = claim.reference if self._mails and gone else None
        await self._tell(claim.conversation, events.TicketAccepted(claim.reference), delivery, mail_about=about)

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
        delivery = Delivery(
            claim.key,
            status="queued" if retry_at is not None else "refused",
            due_at=retry_at,
            doubt=doubt,
            attempted=(now_text(), type(error).__name__.lower(), str(error)),
            told_saved=True,
        )
        await self._tell(claim.conversation, events.TicketDelayed(claim.reference), delivery)

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
) -> AsyncIterator[Bot]:
    """A bot with its workers running, and an orderly end. `understander` and `helpdesk` replace the configured ones;
    `tick`, in seconds, is how often the courier looks of itself; `owner` names its leases, where one process runs two."""
    answers = make_answers(settings)
    warm_up()
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url, timeout=settings.database_timeout)
    hub = Hub()
    mind = understander or make_understander(settings)
    server = make_smtp(settings)
    desk = helpdesk(store) if helpdesk else make_helpdesk(settings, store)
    postman = Courier(
        store.transact, outbox, desk, Reporter(hub, mails=server is not None), owner=owner or process_name(), is_dead=is_dead,
        timeout=settings.helpdesk_timeout, saved_after=settings.saved_after, retry=retry, tick=tick, watched=_watched,
    )  # fmt: skip
    pokes = None if settings.sqlite else Pokes(settings.database_url, hub.heard, hub.deaf)
    hub.equip(
        Workshop(
            store=store, understander=mind, answers=answers, policy=events.Policy(),
            support_email=settings.support_email or DEMO_EMAIL, helpdesk=desk.name, poke=hub.changed,
            erase=functools.partial(erasure.erase, store),
            wake_courier=postman.wake, required=desk.required_fields, ticket_form=TicketForm(
                settings.ticket_subject, settings.ticket_tags, settings.ticket_language
            ),
        ),
        pokes,
    )  # fmt: skip
    articles = EditedArticles(store, answers)
    await articles.look()
    pressure = Pressure(most=settings.limit_waiting, chats=settings.limit_chats)
    tasks = [
        asyncio.create_task(pressure.watch()),
        asyncio.create_task(_forever(hub.forget_idle, 60.0)),
        asyncio.create_task(articles.run()),
        asyncio.create_task(_forever(lambda: _forget(store, hub, settings.retention_days), 60.0)),
    ]
    lease = Lease(store, ARCHIVIST, owner or process_name())
    if archivist:
        archive = Archivist(
            store, support_email=settings.support_email or DEMO_EMAIL, pressed=lambda: pressure.busy, lease=lease
        )
        tasks.append(asyncio.create_task(archive.run()))
    if courier:
        tasks.append(asyncio.create_task(postman.run()))
        if server is not None:
            tasks.append(asyncio.create_task(_notices(settings, store, server, retry, tick).run()))
    if pokes is not None:
        tasks += [asyncio.create_task(pokes.run()), asyncio.create_task(hub.follow_pokes())]
    elif settings.workers > 1:
        tasks.append(asyncio.create_task(hub.follow_other_replicas(min(0.3, tick))))
    try:
        yield Bot(settings, store, hub, mind, answers, desk, postman, pressure, pokes)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
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
        store.transact, notice, outbox, server, sender=settings.email_from, reply_to=support, retry=retry, tick=tick
    )


async def _forget(store: Store, hub: Hub, days: int) -> None:
    """What is due to be forgotten: remains of erased conversations, and with `days` set whatever is older."""
    with contextlib.suppress(Unavailable):
        await store.transact(erasure.sweep)
        while days and (ids := await erasure.erase_older(store, erasure.horizon(days))):
            for id in ids:
                hub.forget(id)


async def _forever(work: Callable[[], object], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        result = work()
        if asyncio.iscoroutine(result):
            await result
