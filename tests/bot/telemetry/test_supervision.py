"""Work in the background that dies is noticed, counted, shown and begun again; lives are told apart."""

from __future__ import annotations

import asyncio
import os
import pathlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.doctor import findings
from bot.settings import read_settings
from bot.store.database import Store, Unavailable
from bot.store.lease import Lease
from bot.store.lives import life, process_name
from bot.store.migrate import migrate
from bot.telemetry.metrics import REGISTRY
from bot.telemetry.supervision import Supervisor
from bot.web.app import make_app
from tests.conftest import ROOT, SUPPORT, BotProcess, free_port

SECRET = "jane@example.com said hunter2"


class Moments:
    """Sleeps that end when the test says so, and the seconds asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.now = 0.0
        self._go = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._go.acquire()

    def wake(self) -> None:
        self._go.release()


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0)


def faults(work: str) -> float:
    return REGISTRY.get_sample_value("askonce_faults_total", {"work": work}) or 0.0


async def test_work_that_dies_is_counted_shown_and_begun_again_with_growing_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    moments, begun, before = Moments(), list[int](), faults("dying")
    supervisor = Supervisor(first=1.0, longest=6.0, well=100.0, clock=lambda: moments.now, sleep=moments.sleep)

    async def dying() -> None:
        begun.append(1)
        if len(begun) < 6:
            raise KeyError(SECRET)
        await asyncio.Event().wait()

    supervisor.start("dying", dying)
    for death in range(1, 6):
        await until(lambda death=death: len(moments.asked) == death)  # type: ignore[misc]
        assert "KeyError" in supervisor.troubles["dying"] and "waits" in supervisor.troubles["dying"]
        assert REGISTRY.get_sample_value("askonce_work", {"work": "dying"}) == 0
        moments.wake()
    await until(lambda: len(begun) == 6)
    assert moments.asked == [1.0, 2.0, 4.0, 6.0, 6.0]
    assert faults("dying") == before + 5 and REGISTRY.get_sample_value("askonce_work", {"work": "dying"}) == 1
    assert "goes on" in supervisor.troubles["dying"]
    moments.now = 101.0
    assert supervisor.troubles == {}, "it has gone on for long enough"
    await supervisor.stop()
    assert "dying died: KeyError at test_supervision.py" in caplog.text and SECRET not in caplog.text


async def test_work_that_ends_by_itself_is_noticed_too_and_a_stop_is_no_death() -> None:
    moments, supervisor = Moments(), Supervisor(sleep=(m := Moments()).sleep)
    del moments

    async def ends() -> None:
        return

    supervisor.start("ends", ends)
    await until(lambda: m.asked)
    supervisor.start("goes on", asyncio.Event().wait)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await supervisor.stop()
    assert set(supervisor.troubles) == {"ends"}


async def test_readyz_and_metrics_show_what_died(tmp_path: pathlib.Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/x.db", support_email=SUPPORT)
    supervisor = Supervisor(sleep=(moments := Moments()).sleep)
    app = make_app(settings, work=supervisor)

    async def doomed() -> None:
        raise ValueError(SECRET)

    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as http:
            await until(lambda: not app.state.bot.loading.trouble)
            assert (await http.get("/readyz")).json()["work"] == "ok"
            assert {"pressure", "idle chats", "articles", "forgetting", "archivist", "courier"} <= set(supervisor.works)
            supervisor.start("doomed", doomed)
            await until(lambda: moments.asked)
            answer = await http.get("/readyz")
            assert answer.status_code == 200, "shoppers are served all the same"
            ready = answer.json()
            assert ready["status"] == "degraded" and ready["work"].startswith("degraded (doomed: ValueError, 1 time")
            metrics = (await http.get("/metrics")).text
            assert 'askonce_faults_total{work="doomed"} 1.0' in metrics and 'askonce_work{work="doomed"} 0.0' in metrics
            assert SECRET not in answer.text + metrics


async def test_the_doctor_names_work_that_died(tmp_path: pathlib.Path) -> None:
    port = free_port()
    body = b'{"status":"degraded","database":"ok","work":"degraded (archivist: KeyError, 3 times, goes on)"}'

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    settings = read_settings(database_url=f"sqlite:///{tmp_path}/x.db", support_email=SUPPORT, port=port)
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        found = [finding async for finding in findings(settings)]
    assert any(f.state == "note" and "archivist: KeyError, 3 times" in f.what and f.advice for f in found)


async def test_a_store_whose_transaction_fails_unexpectedly_leaves_nobody_waiting(tmp_path: pathlib.Path) -> None:
    url = read_settings(database_url=f"sqlite:///{tmp_path}/x.db").database_url
    await asyncio.to_thread(migrate, url)
    store, before = Store(url), faults("store")
    store._thread.shutdown()  # the thread that writes is gone
    with pytest.raises(Unavailable):
        await store.transact(lambda connection: None)
    assert faults("store") == before + 1
    assert store._writer is not None
    store._writer.dispose()
    store._writer = None
    await store.close()


# ---------------------------------------------------------------- lives


def test_no_two_lives_have_one_name_and_it_fits_its_column() -> None:
    names = {process_name() for _ in range(50)}
    assert len(names) == 50 and all(len(name) <= 60 for name in names)


def _child(code: str) -> subprocess.Popen[str]:
    program = f"from bot.store.lives import process_name; print(process_name(), flush=True); {code}"
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_of_a_life_only_what_can_be_known_is_said() -> None:
    assert life(process_name()) == "alive"
    child = _child("import time; time.sleep(600)")
    assert child.stdout
    name = child.stdout.readline().strip()
    assert life(name) == "alive"
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has taken its number back yet
    assert life(name) == "dead"
    child.wait()
    child.stdout.close()
    assert life(name) == "dead"
    host, pid, rest = name.split(":")
    place, began, own = rest.split("-")
    mine = process_name().split(":")[1]
    assert life(f"{host}:{mine}:{place}-{int(began) - 1}-{own}") == "dead", "its number is another's by now"
    assert life(f"{host}:{pid}:00000000-{began}-{own}") == "unknown", (
        "another container, or before the machine began anew"
    )
    assert life(f"{host}:{pid}:--{own}") == "unknown", "a system that tells no more"
    assert life(f"{host}:{pid}") == "unknown", "as the version before named itself"


@given(st.text(max_size=60))
def test_a_name_of_any_form_is_read(owner: str) -> None:
    assert life(owner) in ("dead", "alive", "unknown")


async def test_one_host_and_process_number_hold_a_lease_one_at_a_time(tmp_path: pathlib.Path) -> None:
    """Two containers of one name whose processes are both number 1; and a bot that begins again."""
    url = read_settings(database_url=f"sqlite:///{tmp_path}/x.db").database_url
    await asyncio.to_thread(migrate, url)
    store, now = Store(url), 1_000.0
    first, second = (Lease(store, "work", process_name(), seconds=0.0, clock=lambda: now) for _ in range(2))
    assert re.match(r"[^:]+:\d+:", process_name())
    assert await first.held() and not await second.held()
    await store.close()


def test_a_bot_killed_and_begun_again_goes_on_at_once(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    bot.kill()
    bot.start()
    assert bot.ready()["work"] == "ok"
