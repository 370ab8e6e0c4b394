"""What the settings configure, made: understander, articles, helpdesk, mail server. The one place that knows them
all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import click

from bot.chat.closed_days import ClosedDays
from bot.chat.home import Home
from bot.chat.phrases import languages
from bot.chat.published import Published
from bot.chat.workshop import Understander
from bot.clock import now_text
from bot.settings import DEMO_EMAIL, Settings, SettingsError
from bot.settings.helpdesk import OWN
from bot.settings.installed import GROUP, installed, set_for
from bot.store.database import Store
from bot.store.opened import opened
from bot.store.records import Loaded
from bot.store.tables import desk_ticket
from dialogue.understanding.learned.encoder import encode, encode_many
from dialogue.understanding.opinions import outside
from dialogue.understanding.rasa import Rasa
from dialogue.understanding.rules import Rules
from dialogue.understanding.topics import topic_of
from kb_answers.answer import Answers
from kb_answers.library import ARTICLES, read_library, translations
from ticket_bridge.helpdesks.chatwoot import Chatwoot
from ticket_bridge.helpdesks.contract import Helpdesk, lacking
from ticket_bridge.helpdesks.desk import Desk
from ticket_bridge.helpdesks.django_helpdesk import DjangoHelpdesk
from ticket_bridge.helpdesks.freescout import FreeScout
from ticket_bridge.helpdesks.freshdesk import Freshdesk
from ticket_bridge.helpdesks.gorgias import Gorgias
from ticket_bridge.helpdesks.libredesk import Libredesk
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp
from ticket_bridge.helpdesks.rt import RequestTracker
from ticket_bridge.helpdesks.webhook import Webhook
from ticket_bridge.helpdesks.zammad import Zammad
from ticket_bridge.helpdesks.zendesk import Zendesk


def make_understander(settings: Settings) -> Understander:
    """Rasa with the rules beside it where `ASKONCE_RASA_URL` names one, else the rules."""
    shop = settings.support_email or DEMO_EMAIL
    if settings.rasa_url:
        return Rasa(settings.rasa_url, timeout=settings.rasa_timeout, when=settings.rasa_when, support_email=shop)
    return Rules(shop)


def make_published(settings: Settings) -> Published:
    """The published hours, with the days on which they do not hold."""
    return Published(settings.hours, ClosedDays(settings.country, settings.closed))


def make_home(settings: Settings, answers: Answers) -> Home:
    """What a chat begins with on the screen."""
    return Home(answers, settings.topics, settings.help_url if settings.help else "")


def article_values(settings: Settings) -> dict[str, str]:
    """What stands for `{support_email}` and `{hours}` in the shop's articles."""
    return {"support_email": settings.support_email or DEMO_EMAIL, "hours": settings.hours}


def _translated_values(settings: Settings) -> dict[str, dict[str, str]]:
    """What articles in other languages say otherwise: the hours, as each writes them."""
    published = make_published(settings)
    return {language: {"hours": published.written(language)} for language in languages()}


def check_articles(settings: Settings) -> None:
    """Raises `ArticleError` with file and line where an article cannot be used."""
    read_library(settings.articles or ARTICLES, article_values(settings))
    translations(settings.articles or ARTICLES, article_values(settings), _translated_values(settings))


def make_answers(settings: Settings) -> Answers:
    """The shop's articles, with the shop's own values. Raises `ArticleError` with file and line."""
    return Answers(
        settings.articles or ARTICLES,
        values=article_values(settings),
        translated_values=_translated_values(settings),
        outside=outside,
        topic_of=topic_of,
        encode=encode,
        encode_many=encode_many,
    )


@asynccontextmanager
async def stored(settings: Settings, id: str) -> AsyncIterator[tuple[Store, Loaded]]:
    """The database, brought up to date, and conversation `id` in it, for a command that looks at one. Raises
    `click.ClickException` where there is none."""
    async with opened(settings) as store:
        found = await store.load(id)
        if found is None:
            raise click.ClickException(
                f"there is no conversation {id!r}; the console and GET /api/conversations list them"
            )
        yield store, found


def make_smtp(settings: Settings) -> Smtp | None:
    """The shop's mail server, or None where none is configured."""
    if not settings.smtp_host:
        return None
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
        settings.smtp_security,
        settings.helpdesk_timeout,
    )


def _mailbox(s: Settings) -> Helpdesk:
    server = make_smtp(s)
    assert server is not None  # the settings were checked
    return Mailbox(server, to=s.email_to, sender=s.email_from)


_MAKERS: dict[str, Callable[[Settings], Helpdesk]] = {
    "webhook": lambda s: Webhook(
        s.webhook_url, secret=s.webhook_secret.get_secret_value(), timeout=s.helpdesk_timeout
    ),
    "rt": lambda s: RequestTracker(
        s.rt_url, token=s.rt_token.get_secret_value(), queue=s.rt_queue, field=s.rt_field, timeout=s.helpdesk_timeout
    ),
    "django_helpdesk": lambda s: DjangoHelpdesk(
        s.django_helpdesk_url, token=s.django_helpdesk_token.get_secret_value(), queue=s.django_helpdesk_queue,
        field=s.django_helpdesk_field, name_field=s.django_helpdesk_name_field, timeout=s.helpdesk_timeout,
    ),
    "zammad": lambda s: Zammad(
        s.zammad_url, token=s.zammad_token.get_secret_value(), group=s.zammad_group, field=s.zammad_field,
        timeout=s.helpdesk_timeout,
    ),
    "zendesk": lambda s: Zendesk(
        s.zendesk_url, email=s.zendesk_email, token=s.zendesk_token.get_secret_value(), timeout=s.helpdesk_timeout
    ),
    "freshdesk": lambda s: Freshdesk(
        s.freshdesk_url, key=s.freshdesk_key.get_secret_value(), field=s.freshdesk_field, timeout=s.helpdesk_timeout
    ),
    "chatwoot": lambda s: Chatwoot(
        s.chatwoot_url, token=s.chatwoot_token.get_secret_value(), account=s.chatwoot_account, inbox=s.chatwoot_inbox,
        field=s.chatwoot_field, timeout=s.helpdesk_timeout,
    ),
    "libredesk": lambda s: Libredesk(
        s.libredesk_url, key=s.libredesk_key.get_secret_value(), secret=s.libredesk_secret.get_secret_value(),
        inbox=s.libredesk_inbox, field=s.libredesk_field, timeout=s.helpdesk_timeout,
    ),
    "freescout": lambda s: FreeScout(
        s.freescout_url, key=s.freescout_key.get_secret_value(), mailbox=s.freescout_mailbox, user=s.freescout_user,
        field=s.freescout_field, timeout=s.helpdesk_timeout,
    ),
    "gorgias": lambda s: Gorgias(
        s.gorgias_url, email=s.gorgias_email, key=s.gorgias_key.get_secret_value(), address=s.gorgias_address,
        timeout=s.helpdesk_timeout,
    ),
    "email": _mailbox,
}  # fmt: skip


def make_helpdesk(settings: Settings, store: Store) -> Helpdesk:
    """The helpdesk that `ASKONCE_HELPDESK` names. Raises `SettingsError` where an installed one cannot be made."""
    if settings.helpdesk == "desk":
        return Desk(store.transact, desk_ticket, clock=now_text)
    if (maker := _MAKERS.get(settings.helpdesk)) is not None:
        return maker(settings)
    return _installed(settings.helpdesk, settings.helpdesk_timeout)


async def check_helpdesk_of_others(settings: Settings) -> None:
    """Raises `SettingsError` where the helpdesk is a package's and cannot be made: asked before anything starts."""
    if settings.helpdesk not in OWN:
        await _installed(settings.helpdesk, settings.helpdesk_timeout).close()


def _installed(name: str, timeout: float) -> Helpdesk:
    """One that a package brings along: whatever is wrong with it is told in a line."""
    point = installed(name)
    assert point is not None  # the settings were checked
    try:
        made = point.load()(set_for(name), timeout)
    except Exception as error:
        raise SettingsError(
            f"ASKONCE_HELPDESK={name}: the package's {point.value} ({GROUP}) made no helpdesk: "
            f"{type(error).__name__}: {error}"
        ) from error
    if lacks := lacking(made, name):
        raise SettingsError(
            f"ASKONCE_HELPDESK={name}: what {point.value} made is no helpdesk, it lacks {', '.join(lacks)}: "
            "see docs/helpdesks.md, “A helpdesk of your own”"
        )
    found: Helpdesk = made
    return found
