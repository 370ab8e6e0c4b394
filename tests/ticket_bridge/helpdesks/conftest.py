"""Helpdesks to file into: the built-in desk, vendors' fakes on real sockets, and real servers."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from bot.clock import now_text
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.migrate import migrate
from bot.store.tables import desk_ticket
from tests.conftest import free_port, missing
from tests.ticket_bridge.helpdesks.servers import DjangoServer, MailServer, RtServer, Server, django_environment
from tests.ticket_bridge.helpdesks.vendor import Vendor
from tests.ticket_bridge.helpdesks.vendors import FreshdeskFake, WebhookFake, ZammadFake, ZendeskFake
from tests.ticket_bridge.helpdesks.vendors_more import ChatwootFake, LibredeskFake
from tests.ticket_bridge.helpdesks.vendors_saas import FreeScoutFake, GorgiasFake
from ticket_bridge.helpdesks.chatwoot import Chatwoot
from ticket_bridge.helpdesks.contract import Helpdesk
from ticket_bridge.helpdesks.desk import Desk
from ticket_bridge.helpdesks.django_helpdesk import DjangoHelpdesk
from ticket_bridge.helpdesks.freescout import FreeScout
from ticket_bridge.helpdesks.freshdesk import Freshdesk
from ticket_bridge.helpdesks.gorgias import Gorgias
from ticket_bridge.helpdesks.libredesk import Libredesk
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp
from ticket_bridge.helpdesks.rt import RequestTracker
from ticket_bridge.helpdesks.webhook import Webhook
from ticket_bridge.helpdesks.wire import Patience
from ticket_bridge.helpdesks.zammad import Zammad
from ticket_bridge.helpdesks.zendesk import Zendesk

#: A vendor's fake, and the adapter for it: `secret` is what signs in.
VENDORS: dict[str, tuple[type[Vendor], Callable[[str, str, Patience], Helpdesk]]] = {
    "zendesk": (
        ZendeskFake,
        lambda url, secret, t: Zendesk(url, email="agent@shop.example", token=secret, timeout=t, settle=0.05),
    ),
    "freshdesk": (
        FreshdeskFake,
        lambda url, secret, t: Freshdesk(url, key=secret, field="cf_external_ref", timeout=t, settle=0.05),
    ),
    "zammad": (
        ZammadFake,
        lambda url, secret, t: Zammad(url, token=secret, group="Users", field="external_ref", timeout=t, settle=0.05),
    ),
    "chatwoot": (
        ChatwootFake,
        lambda url, secret, t: Chatwoot(
            url, token=secret, account=1, inbox=4, field="external_ref", timeout=t, settle=0.05
        ),
    ),
    "libredesk": (
        LibredeskFake,
        lambda url, secret, t: Libredesk(
            url, key="key", secret=secret, inbox=2, field="external_ref", timeout=t, settle=0.05
        ),
    ),
    "freescout": (
        FreeScoutFake,
        lambda url, secret, t: FreeScout(
            url, key=secret, mailbox=1, user=7, field="external_ref", timeout=t, settle=0.05
        ),
    ),
    "gorgias": (
        GorgiasFake,
        lambda url, secret, t: Gorgias(
            url, email="agent@shop.example", key=secret, address="support@shop.example", timeout=t, settle=0.05
        ),
    ),
    "webhook": (WebhookFake, lambda url, secret, t: Webhook(f"{url}/hook", secret=secret, timeout=t)),
}
SECRETS = {
    "zendesk": "secret", "freshdesk": "key", "zammad": "secret", "chatwoot": "secret", "libredesk": "secret",
    "freescout": "key", "gorgias": "key",
    "webhook": "s3cret",
}  # fmt: skip


@dataclass
class World:
    """A helpdesk, what it holds (counted by the helpdesk itself, not by our keys), and the same adapter for somewhere
    or someone else: `elsewhere` for a port where nobody listens, `stranger` with a wrong secret."""

    kind: str
    helpdesk: Helpdesk
    held: Callable[[], list[dict[str, Any]]]
    elsewhere: Callable[[], Helpdesk] | None = None
    stranger: Callable[[], Helpdesk] | None = None
    searchable: bool = True
    noted: Callable[[], list[dict[str, Any]]] | None = None


@asynccontextmanager
async def vendor_world(kind: str, *, timeout: Patience = 10) -> AsyncIterator[tuple[World, Vendor]]:
    """A fake at work and its adapter."""
    make, adapter = VENDORS[kind]
    async with make().running() as vendor:  # type: ignore[call-arg]
        yield (
            World(
                kind, adapter(vendor.url, SECRETS[kind], timeout), vendor.held,
                elsewhere=lambda: adapter(f"http://127.0.0.1:{free_port()}", "x", timeout),
                stranger=lambda: adapter(vendor.url, "wrong", timeout), searchable=kind != "webhook",
                noted=vendor.noted,
            ),
            vendor,
        )  # fmt: skip


def _server(make: type[Server], script: str, folder: pathlib.Path) -> Iterator[Any]:
    server = make(script, folder, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtServer]:
    """A Request Tracker of the tests' own."""
    if not pathlib.Path("/usr/share/request-tracker5").exists():
        missing("Request Tracker (Debian: request-tracker5 rt5-db-sqlite rt5-standalone)")
    yield from _server(RtServer, "rt5.sh", tmp_path_factory.mktemp("rt"))


@pytest.fixture(scope="session")
def django_helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DjangoServer]:
    """A django-helpdesk of the tests' own."""
    folder = tmp_path_factory.mktemp("django")
    (folder / "venv").symlink_to(django_environment())
    yield from _server(DjangoServer, "django_helpdesk.sh", folder)


def rt_adapter(server: RtServer, *, url: str = "", token: str = "", timeout: float = 20, settle: float = 2) -> Helpdesk:
    s = server.settings
    return RequestTracker(
        url or s["RT_URL"], token=token or s["RT_TOKEN"], queue="Escalations", field="ExternalRef", timeout=timeout,
        settle=settle,
    )  # fmt: skip


def django_adapter(
    server: DjangoServer, *, url: str = "", token: str = "", timeout: float = 20, settle: float = 2
) -> Helpdesk:
    s = server.settings
    return DjangoHelpdesk(
        url or s["HD_URL"], token=token or s["HD_TOKEN"], queue=int(s["HD_QUEUE"]), field="external_ref",
        name_field="requester_name", timeout=timeout, settle=settle,
    )  # fmt: skip


@asynccontextmanager
async def desk_world(folder: pathlib.Path) -> AsyncIterator[World]:
    url = read_settings(database_url=f"sqlite:///{folder}/desk.db").database_url
    migrate(url)
    store = Store(url)
    rows: list[Any] = []

    def held() -> list[dict[str, Any]]:
        return [
            {
                "key": r.key,
                **{n: p[n] for n in ("name", "email", "reason", "subject")},
                "tags": p["envelope"].get("tags", []),
                "earlier": p["envelope"].get("disputes"),
            }
            for r in rows
            for p in [orjson.loads(r.payload)]
        ]

    class Seen(Desk):
        """The desk, with its rows read after each call."""

        async def create(self, *given: Any, **named: Any) -> str:
            made = await super().create(*given, **named)
            async with store.read() as connection:
                rows[:] = list(await connection.execute(select(desk_ticket).order_by(desk_ticket.c.id)))
            return made

    try:
        yield World("desk", Seen(store.transact, desk_ticket, clock=now_text), held)
    finally:
        await store.close()


_REAL = ("rt", "django_helpdesk")


#: Every helpdesk that is somewhere else; the built-in desk has neither an address nor a sign-in of its own.
OUTSIDE = [*VENDORS, "email", *(pytest.param(kind, marks=pytest.mark.helpdesks) for kind in _REAL)]


@pytest.fixture(params=["desk", *OUTSIDE])
async def world(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> AsyncIterator[World]:
    """Every helpdesk in turn."""
    kind = str(request.param)
    if kind == "desk":
        async with desk_world(tmp_path) as found:
            yield found
    elif kind == "email":
        port = free_port()

        def box(port: int, secret: str) -> Helpdesk:
            server = Smtp("127.0.0.1", port, "bot", secret, "none", 2.0)
            return Mailbox(server, to="support@shop.example", sender="chat@shop.example")

        with MailServer().running(port) as mail:
            nowhere, stranger = (lambda: box(free_port(), "secret")), (lambda: box(port, "no"))
            yield World("email", box(port, "secret"), mail.held, nowhere, stranger, False, mail.noted)
    elif kind in VENDORS:
        async with vendor_world(kind) as (found, _):
            yield found
    else:
        server = request.getfixturevalue(kind)
        adapter: Callable[..., Helpdesk] = rt_adapter if kind == "rt" else django_adapter
        before, earlier = len(server.held()), len(server.noted())
        nowhere = f"http://127.0.0.1:{free_port()}"
        yield World(
            kind, adapter(server), lambda: server.held()[before:], lambda: adapter(server, url=nowhere),
            lambda: adapter(server, token="1-1-wrong"), noted=lambda: server.noted()[earlier:],
        )  # fmt: skip
