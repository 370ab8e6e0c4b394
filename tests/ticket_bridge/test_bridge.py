"""The bridge against a real HTTP receiver that misbehaves: one consent, one ticket (R12); saved, then filed (R13)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import pathlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.bootstrap import run_bot
from bot.chat.conversation import Conversation
from bot.cli import main
from bot.history.views import outbox_counts
from bot.settings import Settings, read_settings
from bot.store.records import Turn
from bot.store.tables import outbox
from bot.web.app import make_app
from tests.conftest import free_port
from tests.patience import patient, until
from ticket_bridge.helpdesks.contract import Busy, Rejected, Unreachable
from ticket_bridge.helpdesks.webhook import signature
from ticket_bridge.helpdesks.wire import retry_after
from ticket_bridge.outbox import claim
from ticket_bridge.retry import Circuit, GiveUp, RetryAt, RetryPolicy, next_step

CONSENT = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


@dataclass
class Receiver:
    """A webhook receiver on a real socket that keeps the contract: one ticket a key. `moods` are used up, one a
    call."""

    port: int = field(default_factory=free_port)
    moods: list[str] = field(default_factory=list)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.calls.append((headers, body))
        mood = self.moods.pop(0) if self.moods else "fine"
        status, extra = 201, []
        if mood == "page":
            page = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 200, "headers": page})
            await send({"type": "http.response.body", "body": b"<html>Please sign in</html>"})
            return
        if mood in ("fine", "lost", "slow", "silent"):
            self.tickets.setdefault(headers["idempotency-key"], orjson.loads(body))
        if mood == "slow":
            await asyncio.sleep(1.5)
        if mood in ("500", "422", "429"):
            status = int(mood)
            extra = [(b"retry-after", b"0")] if mood == "429" else []
        if mood == "lost":
            status = 502
        number = (
            list(self.tickets).index(headers["idempotency-key"]) + 1
            if headers["idempotency-key"] in self.tickets
            else 0
        )
        await send({"type": "http.response.start", "status": status, "headers": extra})
        said = b"" if mood == "silent" else orjson.dumps({"id": f"T{number}"})
        await send({"type": "http.response.body", "body": said})

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Receiver]:
        server = uvicorn.Server(
            uvicorn.Config(self, host="127.0.0.1", port=self.port, log_level="error", lifespan="off", ws="none")
        )
        with contextlib.suppress(AttributeError):
            server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield self
        server.should_exit = True
        await task


def webhook_settings(tmp_path: pathlib.Path, receiver: Receiver, **more: Any) -> Settings:
    return read_settings(
        database_url=f"sqlite:///{tmp_path}/bridge.db", support_email="support@example.com", helpdesk="webhook",
        webhook_url=receiver.url, webhook_secret="s3cret", **({"saved_after": 0.4} | more),
    )  # fmt: skip


async def acts_until(conversation: Conversation, act: str) -> list[str]:
    async with patient():
        while True:
            turns: list[Turn] = await conversation.turns_after(0)
            acts = [t.act for t in turns if t.act]
            if act in acts:
                return acts
            await asyncio.sleep(0.02)


async def test_filed_signed_and_keyed(tmp_path: pathlib.Path) -> None:
    async with (
        Receiver().running() as receiver,
        run_bot(webhook_settings(tmp_path, receiver, saved_after=30), mark=lambda: "mark") as bot,
    ):
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        assert await acts_until(conversation, "ticket_filed") == ["ticket_filed"]
        ((headers, body),) = receiver.calls
        at, given_signature = headers["x-askonce-signature"].split(",v1=")
        expected = hmac.new(b"s3cret", f"{at[2:]}.".encode() + body, hashlib.sha256).hexdigest()
        assert given_signature == expected and headers["idempotency-key"] == f"{conversation.id}:1:0:mark"
        sent = orjson.loads(body)
        assert {k: sent[k] for k in ("name", "email", "reason")} == {
            "name": "Jane Doe",
            "email": "jane@example.com",
            "reason": "my lamp is broken",
        }
        assert set(sent) == {"type", "key", "name", "email", "reason", "subject", "envelope"}


@pytest.mark.parametrize("moods", [["500"], ["lost"], ["429", "429"], ["lost", "500", "429"]])
async def test_trouble_is_told_as_saved_and_ends_filed_once(tmp_path: pathlib.Path, moods: list[str]) -> None:
    async with Receiver(moods=list(moods)).running() as receiver, run_bot(webhook_settings(tmp_path, receiver)) as bot:
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        acts = await acts_until(conversation, "ticket_filed")
        assert acts == ["ticket_saved", "ticket_filed"]
        assert len(receiver.tickets) == 1
        turns = [t for t in await conversation.turns_after(0) if t.ticket]
        assert {t.ticket["reference"] for t in turns if t.ticket} == {conversation.state.tickets[0].reference}
        assert all(t.ticket and t.ticket["reference"] in t.text and "24-48" in t.text for t in turns)


async def test_a_slow_helpdesk_is_saved_first(tmp_path: pathlib.Path) -> None:
    async with Receiver(moods=["slow"]).running() as receiver, run_bot(webhook_settings(tmp_path, receiver)) as bot:
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        assert await acts_until(conversation, "ticket_filed") == ["ticket_saved", "ticket_filed"]


async def test_down_saved_restarted_filed(tmp_path: pathlib.Path) -> None:
    receiver = Receiver()
    async with run_bot(webhook_settings(tmp_path, receiver)) as bot:
        conversation, token = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        assert await acts_until(conversation, "ticket_saved") == ["ticket_saved"]
    async with receiver.running(), run_bot(webhook_settings(tmp_path, receiver)) as bot:
        again = await bot.hub.resume(token)
        assert again is not None
        assert await acts_until(again, "ticket_filed") == ["ticket_saved", "ticket_filed"]
        assert len(receiver.tickets) == 1


async def test_a_refusal_stays_saved_and_is_not_tried_again(tmp_path: pathlib.Path) -> None:
    async with Receiver(moods=["422"]).running() as receiver, run_bot(webhook_settings(tmp_path, receiver)) as bot:
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        assert await acts_until(conversation, "ticket_saved") == ["ticket_saved"]
        await asyncio.sleep(1.2)
        assert len(receiver.calls) == 1
        async with bot.store.read() as connection:
            (row,) = list(await connection.execute(outbox.select()))
        assert row.status == "refused"


async def test_two_couriers_share_the_work_and_a_dead_ones_lease_ends(tmp_path: pathlib.Path) -> None:
    receiver = Receiver()
    async with run_bot(webhook_settings(tmp_path, receiver), courier=False) as bot:
        for number in range(6):
            conversation, _ = await bot.hub.begin()
            await conversation.hear(str(number), CONSENT)

        async def take(owner: str, now: float, limit: int = 3) -> list[str]:
            claims = await bot.store.transact(
                lambda connection: claim(connection, outbox, owner=owner, now=now, lease=30, limit=limit)
            )
            return [c.key for c in claims]

        now = 4e9
        one, two = await take("one", now), await take("two", now)
        assert len(one) == len(two) == 3 and not set(one) & set(two)
        assert await take("three", now) == []
        again = await bot.store.transact(
            lambda connection: claim(connection, outbox, owner="three", now=now + 31, lease=30, limit=10)
        )
        assert {c.key for c in again} == {*one, *two}
        assert all(c.doubt == 1 and c.attempts == 2 for c in again), "a dead courier's ticket must be looked up first"


async def test_a_dead_process_of_this_machine_is_not_waited_for(tmp_path: pathlib.Path) -> None:
    receiver = Receiver()
    names = [sys.executable, "-c", "from bot.store.lives import process_name; print(process_name())"]
    owner = subprocess.run(names, capture_output=True, text=True, check=True).stdout.strip()
    async with run_bot(webhook_settings(tmp_path, receiver), courier=False) as bot:
        conversation, token = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        claims = await bot.store.transact(
            lambda connection: claim(connection, outbox, owner=owner, now=time.time(), lease=3600, limit=5)
        )
        assert len(claims) == 1
    async with receiver.running(), run_bot(webhook_settings(tmp_path, receiver)) as bot:
        again = await bot.hub.resume(token)
        assert again is not None
        assert "ticket_filed" in await acts_until(again, "ticket_filed")
        assert len(receiver.tickets) == 1


@given(st.integers(1, 60), st.floats(0, 2e9), st.text(max_size=5))
def test_waits_grow_to_a_ceiling_and_a_refusal_ends_them(attempts: int, now: float, key: str) -> None:
    policy = RetryPolicy()
    later = next_step(policy, Unreachable("x", maybe_created=True), attempts=attempts, now=now, key=key)
    assert isinstance(later, RetryAt) and 0 < later.when - now <= policy.ceiling * 1.26
    asked = next_step(policy, Busy("x", retry_after=7.0), attempts=attempts, now=now, key=key)
    assert asked == RetryAt(now + 7.0)
    assert next_step(policy, Rejected("x"), attempts=attempts, now=now, key=key) == GiveUp()


@given(st.lists(st.sampled_from(["down", "busy", "refused", "fine"]), max_size=30))
def test_a_dead_helpdesk_is_probed_by_one_at_a_time(outcomes: list[str]) -> None:
    circuit, now, in_a_row = Circuit(), 1000.0, 0
    for outcome in outcomes:
        now = max(now, circuit.until)
        opened = in_a_row >= circuit.policy.threshold
        assert circuit.is_open == opened
        assert circuit.room(now=now, under_way=0, most=40) == (1 if opened else 40)
        assert circuit.room(now=now, under_way=1, most=40) == (0 if opened else 39)
        if outcome in ("down", "busy"):
            in_a_row += 1
            error = Unreachable("x", maybe_created=False) if outcome == "down" else Busy("x", retry_after=9.0)
            circuit = circuit.failed(error, now=now)
            if outcome == "busy" or circuit.is_open:
                assert circuit.room(now=now, under_way=0, most=40) == 0, "it must be left alone for a while"
            assert circuit.until - now <= circuit.policy.probe_ceiling
        else:
            in_a_row = 0
            circuit = circuit.succeeded() if outcome == "fine" else circuit.failed(Rejected("x"), now=now)
            assert circuit.room(now=now, under_way=0, most=40) == 40


def test_retry_after_is_read_as_seconds_or_date() -> None:
    assert retry_after("12", now=0) == 12
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now=1445412470) == 10
    assert retry_after("soon", now=0) is None and retry_after(None, now=0) is None


def test_the_signature_covers_time_and_body() -> None:
    assert signature(b"a", secret="s", at=1) != signature(b"a", secret="s", at=2) != signature(b"b", secret="s", at=2)


async def test_a_bot_that_stops_right_after_a_consent_stops(tmp_path: pathlib.Path) -> None:
    """The courier is woken and cancelled in the same moment; neither the stop nor the ticket is lost."""
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"

    async def one_consent(round: int) -> None:
        async with run_bot(read_settings(support_email="support@example.com", database_url=url)) as running:
            conversation, _ = await running.hub.begin(channel="test")
            await conversation.hear(f"h{round}", "hello")
            await asyncio.sleep(0.1)  # until the courier waits to be woken
            await conversation.hear(f"r{round}", CONSENT)

    for round in range(3):
        task = asyncio.create_task(one_consent(round))
        await until(task.done)  # the bot stops, though it was woken in the same moment
        task.result()
    async with run_bot(read_settings(support_email="support@example.com", database_url=url)) as running:
        async with patient():
            while (await outbox_counts(running.store)) != {"filed": 3}:
                await asyncio.sleep(0.05)


async def test_a_mended_refusal_is_delivered_by_one_command_or_click(tmp_path: pathlib.Path) -> None:
    settings = webhook_settings(tmp_path, Receiver())
    environment = {"ASKONCE_DATABASE_URL": settings.database_url, "ASKONCE_SUPPORT_EMAIL": "support@example.com"}

    async def command(*words: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, main, ["tickets", *words], env=environment)

    async with Receiver(moods=["422", "422"]).running() as receiver:
        app = make_app(webhook_settings(tmp_path, receiver, admin_token="t" * 20))
        async with app.router.lifespan_context(app):
            bot = app.state.bot
            one, two = (await bot.hub.begin())[0], (await bot.hub.begin())[0]
            for conversation in (one, two):
                await conversation.hear("1", CONSENT)
                await acts_until(conversation, "ticket_saved")
            first, second = (c.state.tickets[0].reference for c in (one, two))
            waiting = await command("waiting")
            assert first in waiting.output and "refused" in waiting.output and "422" in waiting.output
            assert (await command("deliver", first)).output == f"{first} goes out again\n"
            assert (await acts_until(one, "ticket_filed"))[-1] == "ticket_filed"
            assert (await command("deliver", first)).exit_code == 1, "it is filed: nothing to deliver"
            http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")
            async with http:
                assert (await http.post(f"/api/tickets/{second}/deliver")).status_code == 401
                signed_in = {"Authorization": "Bearer " + "t" * 20}
                assert (await http.post(f"/api/tickets/{second}/deliver", headers=signed_in)).status_code == 200
                assert (await acts_until(two, "ticket_filed"))[-1] == "ticket_filed"
                assert (await http.post(f"/api/tickets/{second}/deliver", headers=signed_in)).status_code == 409
            assert len(receiver.tickets) == 2
            assert "Every ticket is filed" in (await command("waiting")).output
            assert (await command("deliver", "--all")).exit_code == 1
            assert (await command("deliver")).exit_code == 2


async def test_tickets_of_one_conversation_keep_their_order(tmp_path: pathlib.Path) -> None:
    async with (
        Receiver(moods=["500", "500"]).running() as receiver,
        run_bot(webhook_settings(tmp_path, receiver)) as bot,
    ):
        conversation, _ = await bot.hub.begin()
        await conversation.hear("1", CONSENT)
        await conversation.hear("2", "open another ticket, I was also charged twice for the mugs")
        assert len(conversation.state.tickets) == 2
        async with patient():
            while await outbox_counts(bot.store) != {"filed": 2}:
                await asyncio.sleep(0.05)
        order = [orjson.loads(body)["envelope"]["reference"] for _, body in receiver.calls]
        assert order == [
            t.reference for t in conversation.state.tickets for _ in range(3 if t.reference.endswith("-1") else 1)
        ]


async def test_a_dead_helpdesk_is_probed_and_a_backlog_goes_out_when_it_is_back(tmp_path: pathlib.Path) -> None:
    receiver = Receiver()
    async with run_bot(webhook_settings(tmp_path, receiver), retry=RetryPolicy(first=0.3, ceiling=0.3)) as bot:
        for number in range(60):
            conversation, _ = await bot.hub.begin()
            await conversation.hear(str(number), CONSENT)
        async with patient():
            while not bot.courier.circuit.is_open:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        async with bot.store.read() as connection:
            tried = [row.attempts for row in await connection.execute(outbox.select())]
        assert sum(tried) < 60 + 20, f"the dead helpdesk was hammered: {sum(tried)} calls"
        async with receiver.running():
            async with patient():
                while await outbox_counts(bot.store) != {"filed": 60}:
                    await asyncio.sleep(0.05)
        assert len(receiver.tickets) == 60


def _check(environment: dict[str, str]) -> Any:
    return CliRunner().invoke(main, ["helpdesk", "check"], env=environment)


def test_the_helpdesk_check_speaks_plainly(tmp_path: pathlib.Path) -> None:
    environment = {"ASKONCE_DATABASE_URL": f"sqlite:///{tmp_path}/check.db"}
    fine = _check(environment)
    assert fine.exit_code == 0 and "yes  the database answers" in fine.output and "Tickets can be filed." in fine.output
    lost = {
        "ASKONCE_HELPDESK": "rt",
        "ASKONCE_RT_URL": f"http://127.0.0.1:{free_port()}",
        "ASKONCE_RT_TOKEN": "1-2-secret",
    }
    found = _check(environment | lost)
    assert found.exit_code == 1 and "What to do: " in found.output and "ASKONCE_RT_URL" in found.output
    assert "1-2-secret" not in found.output
    unfinished = _check(environment | {"ASKONCE_HELPDESK": "zendesk", "ASKONCE_ZENDESK_URL": "https://x.zendesk.com"})
    assert unfinished.exit_code == 1 and "needs ASKONCE_ZENDESK_EMAIL" in unfinished.output
    assert "Traceback" not in found.output + unfinished.output
