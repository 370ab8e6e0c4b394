"""Real servers made to fail for real: stopped and continued, killed, throttled, "500 although created", and mail
through RT's own gateway."""

from __future__ import annotations

import asyncio
import pathlib
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history.views import outbox_counts
from bot.settings import read_settings
from tests.conftest import free_port
from tests.patience import patient, until
from tests.ticket_bridge.helpdesks.conftest import django_adapter, rt_adapter
from tests.ticket_bridge.helpdesks.servers import HERE, DjangoServer, RtServer, django_environment
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from ticket_bridge.helpdesks.contract import Busy, Helpdesk, Unreachable
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp
from ticket_bridge.helpdesks.postal import message_id
from ticket_bridge.retry import RetryPolicy

pytestmark = pytest.mark.helpdesks
QUICK = RetryPolicy(first=0.2, ceiling=1.0, probe_ceiling=0.5)


@asynccontextmanager
async def bot_with(helpdesk: Helpdesk, folder: pathlib.Path) -> AsyncIterator[Bot]:
    settings = read_settings(
        database_url=f"sqlite:///{folder}/bot.db",
        support_email="support@example.com",
        saved_after=0.5,
        helpdesk_timeout=1,
    )
    async with run_bot(settings, helpdesk=lambda _: helpdesk, retry=QUICK, tick=0.1) as bot:
        yield bot


async def consent(bot: Bot, number: int) -> Conversation:
    conversation, _ = await bot.hub.begin()
    text = f"open a ticket, my lamp number {number} is broken, Jane Doe, jane{number}@example.com"
    await conversation.hear("1", text)
    return conversation


async def all_filed(bot: Bot, many: int) -> None:
    async with patient():
        while await outbox_counts(bot.store) != {"filed": many}:
            await asyncio.sleep(0.1)


async def acts(conversation: Conversation) -> list[str]:
    return [t.act for t in await conversation.turns_after(0) if t.act and t.ticket]


@pytest.mark.parametrize("kind", ["rt", "django_helpdesk"])
async def test_stopped_in_the_middle_and_continued(
    kind: str, request: pytest.FixtureRequest, tmp_path: pathlib.Path
) -> None:
    """The server sleeps, the courier gives up, the server goes on and works off what it was sent: one ticket each."""
    server: Any = request.getfixturevalue(kind)
    before = len(server.held())
    adapter = rt_adapter(server, timeout=1) if kind == "rt" else django_adapter(server, timeout=1)
    async with bot_with(adapter, tmp_path) as bot:
        server.pause()
        try:
            chats = [await consent(bot, n) for n in range(4)]
            async with patient():
                while not all([await acts(c) for c in chats]):
                    await asyncio.sleep(0.1)
        finally:
            server.go_on()
        await all_filed(bot, 4)
        assert [await acts(c) for c in chats] == [["ticket_saved", "ticket_filed"]] * 4
    held = server.held()[before:]
    assert sorted(t["email"] for t in held) == [f"jane{n}@example.com" for n in range(4)]


async def test_request_tracker_killed_and_started_again(rt: RtServer, tmp_path: pathlib.Path) -> None:
    before = len(rt.held())
    async with bot_with(rt_adapter(rt, timeout=2), tmp_path) as bot:
        chats = [await consent(bot, n) for n in range(6)]
        await asyncio.sleep(0.4)
        rt.kill()
        chats += [await consent(bot, n) for n in range(6, 9)]
        await asyncio.sleep(1)
        await asyncio.to_thread(rt.start)
        await all_filed(bot, 9)
        assert all([(await acts(c))[-1] == "ticket_filed" for c in chats])
    assert sorted(t["email"] for t in rt.held()[before:]) == [f"jane{n}@example.com" for n in range(9)]


@pytest.fixture
def second_django(tmp_path: pathlib.Path) -> Iterator[Callable[..., DjangoServer]]:
    """A django-helpdesk of one test, with faults of its own."""
    started: list[DjangoServer] = []

    def start(**env: str) -> DjangoServer:
        folder = tmp_path / "django"
        folder.mkdir()
        (folder / "venv").symlink_to(django_environment())
        server = DjangoServer("django_helpdesk.sh", folder, free_port(), env)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


async def test_500_although_the_ticket_was_created(
    second_django: Callable[..., DjangoServer], tmp_path: pathlib.Path
) -> None:
    """Its own mail is refused, so it answers 500 after the ticket was made: the look finds it."""
    server = second_django(HD_EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend")
    adapter = django_adapter(server, settle=0.5)
    with pytest.raises(Unreachable) as caught:
        await adapter.create(payload(*SHOPPERS[0]), key=fresh_key())
    assert caught.value.maybe_created is True
    assert len(server.held()) == 1
    async with bot_with(adapter, tmp_path) as bot:
        chat = await consent(bot, 1)
        await all_filed(bot, 1)
        assert await acts(chat) == ["ticket_saved", "ticket_filed"]
    assert [t["email"] for t in server.held()] == ["jane@example.com", "jane1@example.com"]


async def test_throttled_by_the_server_itself(second_django: Callable[..., DjangoServer]) -> None:
    server = second_django(HD_THROTTLE="5/min", HD_WORKERS="1")
    adapter = django_adapter(server)
    waits = []
    for _ in range(8):
        try:
            await adapter.create(payload(*SHOPPERS[0]), key=fresh_key())
        except Busy as error:
            waits.append(error.retry_after)
    await adapter.close()
    assert waits and all(w and 0 < w <= 60 for w in waits)


async def test_mail_reaches_request_tracker_through_its_own_gateway(rt: RtServer, tmp_path: pathlib.Path) -> None:
    """A real MTA hands the mail to RT; a name in another script and the reason arrive, and the shopper is the
    requestor."""
    before = len(rt.held())
    port = free_port()
    folder = tmp_path / "exim"
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)  # exim gives up root for a user of its own
    script = str(HERE / "exim_to_rt.sh")
    subprocess.run(["bash", script, "start", str(folder), str(port), rt.settings["RT_URL"]], check=True, cwd="/")
    try:
        box = Mailbox(Smtp("127.0.0.1", port, security="none"), to="support@helpdesk.test", sender="chat@helpdesk.test")
        for step in box.steps():
            await step.run()
        key = fresh_key()
        made = await box.create(payload("李伟", "li.wei@example.cn", "包裹是空的, the box was empty"), key=key)
        assert made == message_id(key, "helpdesk.test")
        await until(lambda: len(rt.held()) > before, rest=0.3)
    finally:
        subprocess.run(["bash", script, "stop", str(folder)], check=True)
    (held,) = rt.held()[before:]
    assert (held["email"], held["name"]) == ("li.wei@example.cn", "李伟")
    assert held["reason"].strip() == "包裹是空的, the box was empty"
