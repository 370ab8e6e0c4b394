"""The composition root: settings in, a working bot out. The one place that knows which part is which; tests pass
theirs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.chat.drawn import new_mark, new_stem
from bot.chat.herald import Herald
from bot.chat.hub import Hub
from bot.chat.loading import Loading
from bot.chat.outcomes import Reporter, watched
from bot.chat.own_words import OwnWords
from bot.chat.presence import Clocks, Presences
from bot.chat.pressure import Pressure
from bot.chat.published import Opening
from bot.chat.ticket_form import TicketForm
from bot.chat.workshop import Understander, Workshop, nowhere
from bot.clock import horizon
from bot.evidence.following import Following, follow
from bot.evidence.intake import Bounds, Intake, tidy
from bot.evidence.redrawing import Redrawing
from bot.evidence.scanner import Scanner
from bot.evidence.signing import Signing
from bot.factories import make_answers, make_helpdesk, make_home, make_published, make_smtp, make_understander
from bot.history import erasure
from bot.history.summaries import Archivist
from bot.settings import DEMO_EMAIL, Settings
from bot.store import one_time
from bot.store.database import Store, Unavailable
from bot.store.edited_articles import EditedArticles
from bot.store.entry import Entry
from bot.store.files.contents import Contents
from bot.store.lease import ARCHIVIST, Lease
from bot.store.lives import is_dead, process_name
from bot.store.news import NewsMails
from bot.store.opened import opened
from bot.store.pokes import Pokes
from bot.store.scrubbing import keep_scrubbed
from bot.store.tables import notice, outbox
from bot.telemetry.supervision import Supervisor
from dialogue.policy import Policy
from dialogue.understanding.rules import warm_up
from kb_answers.answer import Answers
from ticket_bridge.courier import Courier
from ticket_bridge.helpdesks.contract import Helpdesk, HelpdeskError, TakesNotes
from ticket_bridge.helpdesks.mailbox import Smtp
from ticket_bridge.notices import AboutTickets, Box, Notices
from ticket_bridge.retry import RetryPolicy

#: Seconds that understanding may take beyond what Rasa may, before a message is decided without it.
_BEYOND_RASA = 4.0
#: Seconds for which an answer of the helpdesk about its health holds.
_HEALTH_HOLDS = 15.0
#: Seconds that the courier's calls under way get at the end.
_SETTLING = 5.0


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
    loading: Loading
    intake: Intake
    signing: Signing
    following: Following | None = None
    pokes: Pokes | None = None

    _health: tuple[float, str | None] = (0.0, None)

    async def helpdesk_trouble(self) -> str | None:
        """What is wrong with the helpdesk, None where it is well; asked at most every 15 seconds, however often probes
        come."""
        asked_at, trouble = self._health
        if time.monotonic() - asked_at > _HEALTH_HOLDS or asked_at == 0.0:
            try:
                await self.helpdesk.health()
                trouble = None
            except (HelpdeskError, Unavailable) as error:
                trouble = str(error)
            self._health = (time.monotonic(), trouble)
        if trouble is None and self.courier.keys_seen is False:
            return "its tickets show no keys, so after a fault none can be looked for: see `askonce helpdesk check`"
        return trouble

    @property
    def support_email(self) -> str:
        """The address shoppers are given; the demo's own where none is set."""
        return self.settings.support_email or DEMO_EMAIL


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
    load: Callable[[], None] = warm_up,
    work: Supervisor | None = None,
    stem: Callable[[], str] = new_stem,
    mark: Callable[[], str] = new_mark,
) -> AsyncIterator[Bot]:
    """A bot with its workers running, and an orderly end. `understander` and `helpdesk` replace the configured ones;
    `tick`, in seconds, is how often the courier looks of itself; `owner` names its leases; `work` watches over its
    workers; `clocks` count presence; `understand_within`: seconds that any understander gets once `load`, in a thread
    beside the chats, has loaded what it needs; `stem` and `mark` draw what references and keys are made of."""
    answers = make_answers(settings)
    async with opened(settings, timeout=settings.database_timeout) as store:
        store.writing.logged = store.reading.logged = True
        hub, loading = Hub(), Loading(load, answers.prepare)
        mind, work, owner = understander or make_understander(settings), work or Supervisor(), owner or process_name()
        desk, server = helpdesk(store) if helpdesk else make_helpdesk(settings, store), make_smtp(settings)
        postman = Courier(
            store.transact, outbox, desk, Reporter(hub, desk.name, mails=server is not None), owner=owner,
            timeout=settings.helpdesk_timeout, saved_after=settings.saved_after, retry=retry, tick=tick,
            is_dead=is_dead, watched=watched, away=Unavailable, noticed=functools.partial(work.notice, "courier"),
        )  # fmt: skip
        intake, signing = make_intake(settings, store), await _signing(settings, store)
        shop = Workshop(
            store=store, understander=mind, answers=answers, policy=Policy(), home=make_home(settings, answers),
            support_email=settings.support_email or DEMO_EMAIL, helpdesk=desk.name, poke=hub.changed,
            erase=functools.partial(erasure.erase, store), stem=stem, mark=mark, loaded=loading.wait,
            understand_within=understand_within or settings.rasa_timeout + _BEYOND_RASA, presence=settings.presence,
            clock=clocks.wall, wake_courier=postman.wake, required=desk.required_fields,
            ticket_form=TicketForm(settings.ticket_subject, settings.ticket_tags, settings.ticket_language),
            own_words=OwnWords(settings.danger_reply, settings.danger_help), published=make_published(settings),
            evidence_at=_evidence_at(settings, signing, clocks), files_follow=follow(settings, desk),
        )  # fmt: skip
        pokes = None if settings.sqlite else Pokes(settings.database_url, hub.heard, hub.deaf)
        hub.equip(shop, pokes, entry=Entry(await store.own_key("entry")))
        pressure = Pressure(most=settings.limit_waiting, chats=settings.limit_chats)
        presences = Presences(hub, lease=settings.presence, patience=settings.presence_patience, clocks=clocks)
        bot = Bot(
            settings, store, hub, mind, answers, desk, postman, pressure, presences, work, loading, intake, signing,
            make_following(settings, store, desk, shop.evidence_at, retry, tick, owner, work), pokes,
        )  # fmt: skip
        lease = Lease(store, ARCHIVIST, owner)
        await _set_to_work(bot, lease if archivist else None, mails=server is not None, tick=tick)
        if courier:
            _deliver(bot, server, retry, tick)
        _listen_to_replicas(bot, tick)
        try:
            yield bot
        finally:
            await _end(bot, lease)


def make_intake(settings: Settings, store: Store) -> Intake:
    """The door for files, as the settings have it."""
    assert store.folder is not None  # whoever opened the database named it
    bounds = Bounds(settings.limit_file, settings.limit_chat_files, settings.limit_shop_files)
    scanner = Scanner(settings.clamd) if settings.clamd else None
    return Intake(store, store.folder, Redrawing(megapixels=settings.limit_file_pixels), bounds, scanner)


async def _signing(settings: Settings, store: Store) -> Signing:
    return Signing(await store.own_key("evidence"), settings.public_url, settings.evidence_days)


def _evidence_at(settings: Settings, signing: Signing, clocks: Clocks) -> Callable[[str], str | None]:
    if settings.evidence != "link" or not settings.files:
        return nowhere
    return lambda reference: signing.address(reference, clocks.wall())


def make_following(
    settings: Settings, store: Store, desk: Helpdesk, at: Callable[[str], str | None], retry: RetryPolicy, tick: float,
    owner: str, work: Supervisor,
) -> Following | None:  # fmt: skip
    """What brings files to the helpdesk, None where nothing is to; `at` as `Workshop.evidence_at`."""
    if store.folder is None or not settings.files_follow or not isinstance(desk, TakesNotes):
        return None
    return Following(
        store, store.folder, desk, address=at if settings.evidence == "link" else None, owner=owner,
        timeout=settings.helpdesk_timeout, retry=retry, tick=4 * tick, is_dead=is_dead,
        noticed=functools.partial(work.notice, "files for the helpdesk"),
    )  # fmt: skip


def _deliver(bot: Bot, server: Smtp | None, retry: RetryPolicy, tick: float) -> None:
    """Start what brings tickets to the helpdesk, and mails to shoppers where there is a `server` for them."""
    bot.work.start("courier", bot.courier.run)
    if bot.following is not None:
        bot.work.start("files for the helpdesk", bot.following.run)
    if server is not None:
        bot.work.start("notices", _notices(bot, AboutTickets(notice, outbox), server, retry, tick).run)
        bot.work.start("mails of news", _notices(bot, NewsMails(), server, retry, tick).run)


async def _set_to_work(bot: Bot, lease: Lease | None, *, mails: bool, tick: float) -> None:
    """Start what works beside the chats; who holds `lease` keeps the archive (None: not this process). `mails`: whether
    there is a mail server; `tick` in seconds, see `run_bot`."""
    articles = EditedArticles(bot.store, bot.answers)
    await articles.look()
    herald = Herald(
        bot.hub, bot.settings, support_email=bot.support_email, mails=mails, version=lambda: articles.seen, every=tick
    )
    bot.work.start("understanding", bot.loading.run)
    bot.work.start("pressure", bot.pressure.watch)
    bot.work.start("idle chats", lambda: _forever(bot.hub.forget_idle, 60.0))
    bot.work.start("articles", articles.run)
    bot.work.start("news", herald.run)
    bot.work.start("presences", bot.presences.run)
    bot.work.start("hours", Opening(bot.hub, bot.hub.shop.published, bot.hub.shop.clock).run)
    bot.work.start("scrubbing", lambda: keep_scrubbed(bot.store))
    bot.work.start("forgetting", lambda: _forever(lambda: _forget(bot), 60.0))
    if bot.store.folder is not None:
        folder = bot.store.folder
        bot.work.start("files", lambda: _forever(lambda: _tidy(bot, folder), 600.0))
    if lease is not None:
        archive = Archivist(bot.store, support_email=bot.support_email, pressed=lambda: bot.pressure.busy, lease=lease)
        bot.work.start("archivist", archive.run)


def _listen_to_replicas(bot: Bot, tick: float) -> None:
    """Hear what other processes of this database store: told of it by PostgreSQL, or by looking."""
    if bot.pokes is not None:
        bot.work.start("pokes", bot.pokes.run)
        bot.work.start("replicas", bot.hub.follow_pokes)
    elif bot.settings.workers > 1:
        bot.work.start("replicas", lambda: bot.hub.follow_other_replicas(min(0.3, tick)))


def _notices(bot: Bot, box: Box, server: Smtp, retry: RetryPolicy, tick: float) -> Notices:
    return Notices(
        bot.store.transact, box, server, sender=bot.settings.email_from, reply_to=bot.support_email,
        retry=retry, tick=tick, away=Unavailable,
    )  # fmt: skip


async def _end(bot: Bot, lease: Lease) -> None:
    await bot.work.stop()
    await bot.intake.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLING):
            await bot.courier.settle()
            if bot.following is not None:
                await bot.following.courier.settle()
    with contextlib.suppress(Unavailable):
        await lease.release()
    await bot.understander.close()
    await bot.helpdesk.close()


async def _forget(bot: Bot) -> None:
    """What is due to be forgotten: remains of erased conversations, and whatever is older than the settings allow."""
    days = bot.settings.retention_days
    with contextlib.suppress(Unavailable):
        await erasure.sweep(bot.store)
        await one_time.forget_over(bot.store)
        await erasure.erase_aged(bot.store, bot.settings.retention)
        while days and (ids := await erasure.erase_older(bot.store, horizon(days))):
            for id in ids:
                bot.hub.forget(id)


async def _tidy(bot: Bot, folder: Contents) -> None:
    with contextlib.suppress(Unavailable):
        await tidy(bot.store, folder)


async def _forever(work: Callable[[], object], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        result = work()
        if asyncio.iscoroutine(result):
            await result
