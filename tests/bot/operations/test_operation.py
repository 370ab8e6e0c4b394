"""What an operator has: logs, metrics, traces, a doctor, backups."""

from __future__ import annotations

import asyncio
import json
import pathlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from sqlalchemy import update

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history.views import outbox_counts
from bot.operations.backup import BackupError, backup, restore
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.edited_articles import keep_draft, keep_version
from bot.store.lease import ARCHIVIST, Lease
from bot.store.tables import outbox
from bot.telemetry.metrics import REGISTRY
from dialogue.states import TicketStatus
from tests.conftest import ROOT, SUPPORT, BotProcess, client_of, indiscreet
from tests.patience import patient
from tests.proofs.storm import Fickle
from ticket_bridge.outbox import deliver_again
from ticket_bridge.retry import RetryPolicy

WHO = "Jane Doe, jane@example.com"
SCRIPT = ("open a ticket please", "Jane Doe", "jane@example.com", "my lamp is broken, order 12345678")


async def _file_a_ticket(bot: BotProcess) -> str:
    async with client_of(bot.url) as client:
        await client.hello()
        for words in SCRIPT:
            await client.say(words)
        await client.until("ticket_filed")
        return str(client.welcome["conversation"])


def _askonce(folder: pathlib.Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = BotProcess(folder, **settings).environment
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


# ---------------------------------------------------------------- logs


async def test_json_logs_name_the_conversation_and_nothing_of_the_shopper(make_bot: Callable[..., BotProcess]) -> None:
    """A helpdesk that refuses is logged by the courier, with the conversation that the ticket came from."""
    bot = make_bot(
        ASKONCE_LOG_FORMAT="json", ASKONCE_HELPDESK="webhook", ASKONCE_WEBHOOK_URL="http://127.0.0.1:9/",
        ASKONCE_SAVED_AFTER="0.1",
    )  # fmt: skip
    async with client_of(bot.url) as client:
        await client.hello()
        for words in SCRIPT:
            await client.say(words)
        await client.until("ticket_saved")
    bot.stop()
    lines = [json.loads(line) for line in (bot.folder / "bot.log").read_text().splitlines() if line.startswith("{")]
    told = [line for line in lines if line["logger"] == "askonce.courier"]
    assert told and {line["conversation"] for line in told} == {client.welcome["conversation"]}
    assert {"at", "level", "logger", "message", "conversation"} <= told[0].keys()
    written = (bot.folder / "bot.log").read_text()
    for secret in ("Jane", "jane@example.com", "lamp", "12345678", client.welcome["token"]):
        assert secret not in written


# ---------------------------------------------------------------- traces


class _Collector(BaseHTTPRequestHandler):
    spans: list[tuple[str, str, str, str]] = []
    written: list[str] = []

    def do_POST(self) -> None:
        import gzip

        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        sent = ExportTraceServiceRequest.FromString(body)
        for resource in sent.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append((span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.name))
        self.written.append(str(sent))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Collector.spans.clear()
    _Collector.written.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_one_trace_from_the_frame_to_the_helpdesk(make_bot: Callable[..., BotProcess], collector: str) -> None:
    bot = make_bot(ASKONCE_TRACES_URL=collector)
    await _file_a_ticket(bot)
    bot.stop()  # sends what is left
    spans = _Collector.spans
    deliveries = [s for s in spans if s[3] == "deliver"]
    assert len(deliveries) == 1
    trace, _, parent, _ = deliveries[0]
    own = {span: (name, above) for t, span, above, name in spans if t == trace}
    assert {name for name, _ in own.values()} == {"say", "understand", "store", "deliver"}
    assert own[parent][0] == "say"
    assert sum(name == "say" for _, _, _, name in spans) == len(SCRIPT)
    told = "".join(_Collector.written)
    assert "askonce.conversation" in told
    assert not any(words in told for words in ("Jane", "jane@example.com", "lamp", "12345678"))


# ---------------------------------------------------------------- metrics


async def test_metrics_count_what_happened(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    await _file_a_ticket(bot)
    shown = httpx.get(bot.url + "/metrics").text
    numbers = dict(line.rsplit(" ", 1) for line in shown.splitlines() if not line.startswith("#"))
    assert float(numbers['askonce_turns_total{act="ticket_filed",who="bot"}']) == 1
    assert float(numbers["askonce_message_seconds_count"]) == len(SCRIPT)
    assert float(numbers['askonce_helpdesk_seconds_count{outcome="filed"}']) == 1
    assert float(numbers['askonce_outbox{status="filed"}']) == 1
    assert float(numbers["askonce_outbox_oldest_seconds"]) == 0


def test_dashboard_and_alerts_ask_for_metrics_that_exist() -> None:
    known = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    known |= {
        f"{family.name}{end}" for family in REGISTRY.collect() for end in ("_bucket", "_count", "_sum", "_total", "")
    }
    for path in (ROOT / "deploy" / "grafana" / "askonce.json", ROOT / "deploy" / "prometheus" / "alerts.yml"):
        asked = set(re.findall(r"askonce_\w+", path.read_text()))
        assert asked and asked <= known, f"{path.name}: {asked - known}"


# ---------------------------------------------------------------- backup and restore


async def test_a_backup_made_at_work_brings_everything_back(database_url: str, tmp_path: pathlib.Path) -> None:
    plain = database_url.replace("+aiosqlite", "").replace("+asyncpg", "")
    settings = read_settings(database_url=database_url, support_email=SUPPORT, helpdesk_timeout=0.5)
    saved = tmp_path / "saved.backup"
    desk = Fickle(lambda: "lost")  # takes the ticket, and its answer is lost
    async with run_bot(settings, helpdesk=lambda store: desk) as bot:
        chat, token = await bot.hub.begin()
        for number, words in enumerate(SCRIPT):
            await chat.hear(str(number), words)
        before = await bot.store.turns(chat.id)
        made = await asyncio.to_thread(_askonce, tmp_path, "backup", str(saved), ASKONCE_DATABASE_URL=plain)
        assert made.returncode == 0, made.stderr
        assert saved.stat().st_mode & 0o077 == 0, "a backup holds what shoppers said"
        await chat.hear("later", "thanks")
    refused = await asyncio.to_thread(_askonce, tmp_path, "restore", str(saved), ASKONCE_DATABASE_URL=plain)
    assert refused.returncode == 1 and "--replace" in refused.stderr
    done = await asyncio.to_thread(_askonce, tmp_path, "restore", str(saved), "--replace", ASKONCE_DATABASE_URL=plain)
    assert done.returncode == 0, done.stderr
    assert "1 conversations" in done.stdout and "look for each in the helpdesk first" in done.stdout
    desk.mood = lambda: "fine"
    async with run_bot(settings, helpdesk=lambda store: desk) as bot:
        again = await bot.hub.resume(token)
        assert again is not None
        async with patient():
            while not any(t.act == "ticket_filed" for t in await bot.store.turns(again.id)):
                await asyncio.sleep(0.05)
        after = await bot.store.turns(again.id)
        assert after[: len(before)] == before
        assert len({key for key, _ in desk.tickets}) == len(desk.tickets) == 1, "looked for, and not filed twice"


async def test_after_an_older_backup_no_ticket_is_taken_for_another_and_none_is_filed_twice(
    database_url: str, tmp_path: pathlib.Path
) -> None:
    settings = read_settings(database_url=database_url, support_email=SUPPORT, helpdesk_timeout=0.2)
    saved, desk = tmp_path / "saved.backup", Fickle(lambda: "fine")

    async def filed(bot: Bot, chat: Conversation, many: int) -> None:
        while [t.status for t in chat.state.tickets].count(TicketStatus.FILED) != many:
            await asyncio.sleep(0.02)

    async with run_bot(settings, helpdesk=lambda store: desk, retry=RetryPolicy(first=0.05)) as bot:
        (chat, token), (waiting, other), (barred, third) = [await bot.hub.begin() for _ in range(3)]
        await chat.hear("1", f"open a ticket please, my lamp is broken. {WHO}")
        await filed(bot, chat, 1)
        desk.mood = lambda: "refused"
        await barred.hear("1", f"open a ticket please, my rug is torn. {WHO}")
        while (await outbox_counts(bot.store)).get("refused") != 1:
            await asyncio.sleep(0.02)
        desk.mood = lambda: "down"
        await waiting.hear("1", f"open a ticket please, my kettle leaks. {WHO}")
        await asyncio.to_thread(backup, settings, saved)
        desk.mood = lambda: "fine"
        await bot.store.transact(lambda c: deliver_again(c, outbox, now=time.time()) and None)
        await chat.hear("2", "open another ticket, I was charged twice for the mugs")
        await filed(bot, chat, 2)
        await filed(bot, waiting, 1)
        await filed(bot, barred, 1)
    before = list(desk.tickets)
    assert len(before) == 4
    await restore(settings, saved, replace=True)
    async with run_bot(settings, helpdesk=lambda store: desk, retry=RetryPolicy(first=0.05)) as bot:
        await bot.store.transact(lambda c: deliver_again(c, outbox, now=time.time()) and None)
        again, same, lone = [await bot.hub.resume(t) for t in (token, other, third)]
        assert again is not None and same is not None and lone is not None
        await again.hear("3", "open another ticket, the wrong mirror arrived")
        for found, many in ((again, 2), (same, 1), (lone, 1)):
            await filed(bot, found, many)
    assert desk.tickets[:4] == before and len(desk.tickets) == 5, "one was taken for another, or filed twice"
    assert len({key for key, _ in desk.tickets}) == 5
    assert "mirror" in desk.tickets[4][1]["reason"]


async def test_a_damaged_backup_is_refused_and_nothing_is_lost(tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/askonce.db", support_email=SUPPORT)
    async with run_bot(settings) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("1", "hello")
    saved = tmp_path / "saved"
    assert _askonce(tmp_path, "backup", str(saved)).returncode == 0
    saved.write_bytes(saved.read_bytes()[: 20 * 4096])
    found = _askonce(tmp_path, "restore", str(saved), "--replace")
    assert found.returncode == 1 and "Traceback" not in found.stderr and "saved" in found.stderr
    store = Store(settings.database_url)
    assert len(await store.turns(chat.id)) >= 2
    await store.close()


async def test_a_backup_takes_the_place_of_a_damaged_database(tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/askonce.db", support_email=SUPPORT)
    async with run_bot(settings) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("1", "hello")
    saved, database = tmp_path / "saved", tmp_path / "askonce.db"
    backup(settings, saved)
    database.write_bytes(b"SQLite format 3\0" + b"not any more" * 5000)
    refused = _askonce(tmp_path, "restore", str(saved))
    assert refused.returncode == 1 and "--replace" in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert _askonce(tmp_path, "restore", str(saved), "--replace").returncode == 0
    store = Store(settings.database_url)
    assert (await store.turns(chat.id))[0].text == "hello"
    await store.close()


def test_nothing_is_restored_under_a_bot_at_work(make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path) -> None:
    bot = make_bot()
    url, saved = {"ASKONCE_DATABASE_URL": bot.environment["ASKONCE_DATABASE_URL"]}, str(tmp_path / "saved")
    assert _askonce(tmp_path, "backup", saved, **url).returncode == 0
    refused = _askonce(tmp_path, "restore", saved, "--replace", **url)
    assert refused.returncode == 1 and "stop every bot" in refused.stderr and len(refused.stderr.splitlines()) == 1
    bot.kill()  # it could not let go of its lease, and is known to be dead
    assert _askonce(tmp_path, "restore", saved, "--replace", **url).returncode == 0
    bot.start()
    bot.stop()  # let go
    assert _askonce(tmp_path, "restore", saved, "--replace", **url).returncode == 0


async def test_a_bot_of_another_machine_is_seen_by_its_renewals(tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/askonce.db", support_email=SUPPORT)
    saved = tmp_path / "saved"
    async with run_bot(settings):
        await asyncio.to_thread(backup, settings, saved)
    store = Store(settings.database_url)
    there = Lease(store, ARCHIVIST, "elsewhere:17", seconds=3)
    assert await there.held()
    await store.close()
    await restore(settings, saved, replace=True)  # nothing renewed it: that bot is gone
    store = Store(settings.database_url)

    async def at_work() -> None:
        while True:
            await there.held()
            await asyncio.sleep(0.1)

    there = Lease(store, ARCHIVIST, "elsewhere:17", seconds=3)
    assert await there.held()
    renewing = asyncio.create_task(at_work())
    with pytest.raises(BackupError, match="elsewhere:17"):
        await restore(settings, saved, replace=True)
    renewing.cancel()
    await store.close()


# ---------------------------------------------------------------- the doctor


async def test_the_doctor_finds_what_is_wrong(make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path) -> None:
    bot = make_bot(ASKONCE_ALLOWED_ORIGINS="https://shop.example")
    port = str(bot.port)
    bot.ready()
    fine = _askonce(tmp_path, "doctor", ASKONCE_PORT=port, ASKONCE_ALLOWED_ORIGINS="https://shop.example")
    assert fine.returncode == 0, fine.stdout
    for words in (
        f"a bot is at work at {bot.url}", "the file is sound", "no ticket waits", "https://shop.example",
        "no article is due to be looked at again",
    ):  # fmt: skip
        assert words in fine.stdout
    await _file_a_ticket(bot)
    store = Store(read_settings(database_url=bot.environment["ASKONCE_DATABASE_URL"]).database_url)
    head = "id: lamps\ntitle: Lamps\nsources:\n  - Handbook\nrevised: 2026-01-01\nreview: 2026-02-03"
    lamps = f"---\n{head}\n---\nMended.\n"
    later = lamps.replace("2026-02-03", "2099-02-03")
    published = await keep_version(store, "lamps", lamps, note="", who="ada@example.com", account=None, base=0)
    await keep_draft(store, "lamps", later, note="", who="ada@example.com", account=None, base=published)
    due = _askonce(tmp_path, "doctor", ASKONCE_PORT=port)
    assert due.returncode == 0 and "articles are to be looked at again: lamps (2026-02-03)" in due.stdout
    assert "1 drafts of articles wait" in due.stdout
    await store.transact(lambda connection: connection.execute(update(outbox).values(status="refused")) and None)
    assert "1 tickets were refused" in _askonce(tmp_path, "doctor", ASKONCE_PORT=port).stdout
    await store.transact(lambda connection: connection.execute(update(outbox).values(status="filed")) and None)
    await store.close()
    bad = tmp_path / "articles"
    bad.mkdir()
    (bad / "x.md").write_text("no head")
    ill = _askonce(
        tmp_path, "doctor", ASKONCE_SUPPORT_EMAIL="", ASKONCE_ARTICLES=str(bad), ASKONCE_RASA_URL="http://127.0.0.1:9"
    )
    assert ill.returncode == 1 and "Traceback" not in ill.stderr
    for words in (
        "FAIL  ASKONCE_SUPPORT_EMAIL is not set",
        "FAIL  the articles cannot be used",
        "Rasa does not understand",
    ):
        assert words in ill.stdout


def test_the_judge_of_logs_notices_what_is_personal() -> None:
    for line in ("refused jane@shop.example", "card 4111 1111 1111 1111", "password hunter2", "for Jane Doe"):
        assert indiscreet(line)
    fine = (
        f"2026-11-21 12:00:00,123 WARNING askonce.courier took AO-ABC2345-1 conversation={'0' * 32}\nwrite to {SUPPORT}"
    )
    assert not indiscreet(fine)
