"""What tests share: a bot as a real process, a PostgreSQL of their own, a client that speaks frames."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import settings
from websockets.asyncio.client import ClientConnection, connect

from bot.history.audit import Audit, audit
from bot.settings import read_settings
from bot.store.database import Store, Unavailable
from tests.patience import Looks, patient, wait_until

#: The same examples in every run, so that a red run means a change and not a roll of the dice;
#: HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "administrator-for-tests"
SUPPORT = "support@example.com"
CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """Skip by name where a part is missing; with CI=true that is a failure."""
    if CI:
        pytest.fail(f"{what} is missing, and with CI=true nothing is skipped")
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def audited(url: str) -> Audit:
    """The referee's word on every conversation of the database at `url`."""

    async def look() -> Audit:
        store = Store(url)
        try:
            return await audit(store, support_email=SUPPORT, since=None, step=lambda: None)
        finally:
            await store.close()

    with ThreadPoolExecutor(1) as beside:  # Playwright keeps a loop running in this thread
        return beside.submit(lambda: asyncio.run(look())).result()


@pytest.fixture(autouse=True)
def refereed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever conversations a test leaves in a database of its own go before the referee; `unlawful` marks the tests
    that break the rules on purpose."""
    names = request.fixturenames
    folder: pathlib.Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in names else None
    named = str(request.getfixturevalue("database_url")) if "database_url" in names else ""
    yield
    if folder is None or request.node.get_closest_marker("unlawful"):
        return
    urls = [f"sqlite+aiosqlite:///{path}" for path in folder.rglob("*.db") if path.stat().st_size]
    urls += [named] if named.startswith("postgresql") else []
    for url in urls:
        with contextlib.suppress(Unavailable):  # a test may leave a file that is no database of ours
            found = audited(url)
            assert not found.found, f"the strict rules were broken: {found.found}"


#: What no log line may hold: an address of somebody (the shop's own and a database's user aside), a long number, a
#: password.
_PERSONAL = re.compile(
    r"[\w.+-]+@(?!127\.0\.0\.1|localhost)[\w-]+\.[\w.-]+|\d(?:[ -]?\d){12,18}|hunter2|Jane Doe|\bDoe\b"
)


def indiscreet(log: str) -> list[str]:
    """The lines of a log that hold what only a shopper and the shop may know."""
    return [line for line in log.replace(SUPPORT, "").splitlines() if _PERSONAL.search(_STAMP.sub("", line))]


_STAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*|[0-9a-f]{32}")


class _Overheard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("askonce", "uvicorn")):
            self.lines += self.format(record).splitlines()


@pytest.fixture(autouse=True)
def discreet() -> Iterator[None]:
    """Whatever the whole suite logs, in this process or in a bot's own, holds nothing of a shopper's."""
    ear = _Overheard()
    logging.getLogger().addHandler(ear)
    logging.getLogger("askonce").setLevel(logging.DEBUG)
    yield
    logging.getLogger().removeHandler(ear)
    assert not (found := indiscreet("\n".join(ear.lines))), f"logged: {found[:3]}"


class BotProcess:
    """`askonce serve` as a process of its own."""

    def __init__(self, folder: pathlib.Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
        self.environment = clean | {
            "ASKONCE_SUPPORT_EMAIL": SUPPORT,
            "ASKONCE_DATABASE_URL": f"sqlite:///{folder}/askonce.db",
            "ASKONCE_ADMIN_TOKEN": TOKEN,
            "ASKONCE_REST_CHANNEL": "1",
            "ASKONCE_DEMO": "1",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> BotProcess:
        self.log = (self.folder / "bot.log").open("ab")
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log)
        wait_until(self._up)
        return self

    def _up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the bot ended: {(self.folder / 'bot.log').read_text()[-2000:]}")
        return self._answers()

    def _answers(self) -> bool:
        """Asked with little: an HTTP client of httpx reads all certificates before its first question."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self._listen()

    def stop(self) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        process = self.process
        wait_until(lambda: process.poll() is not None)
        code = process.wait()
        self._listen()
        return code

    def _listen(self) -> None:
        """What the process logged goes before the same judge as everything else."""
        self.log.close()
        assert not (found := indiscreet((self.folder / "bot.log").read_text(errors="replace"))), f"logged: {found[:3]}"

    def ready(self) -> Any:
        """What `/readyz` says, once understanding is loaded."""
        wait_until(lambda: httpx.get(f"{self.url}/readyz", timeout=120).json()["understander"] != "loading")
        return self.get("/readyz")

    def get(self, path: str) -> Any:
        answer = httpx.get(self.url + path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def make_bot(tmp_path: pathlib.Path) -> Iterator[Callable[..., BotProcess]]:
    """Starts bots; all are stopped at the end."""
    bots: list[BotProcess] = []

    def start(**settings: str) -> BotProcess:
        bot = BotProcess(tmp_path, **settings)
        bots.append(bot)
        return bot.start()

    yield start
    for bot in bots:
        if bot.process:
            bot.stop()
    for url in {bot.environment["ASKONCE_DATABASE_URL"] for bot in bots}:
        if url.startswith("postgresql"):
            found = audited(read_settings(database_url=url).database_url).found
            assert not found, f"the strict rules were broken: {found}"


@pytest.fixture(scope="session")
def standing_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """One bot with the usual settings for every test that brings a conversation of its own and looks at nothing else: a
    start costs more than most such tests. Its conversations go before the referee at the end."""
    bot = BotProcess(tmp_path_factory.mktemp("standing")).start()
    yield bot
    bot.stop()
    found = audited(f"sqlite+aiosqlite:///{bot.folder}/askonce.db").found
    assert not found, f"the strict rules were broken: {found}"


class Client:
    """A chat client: collects turns, checks that they are gapless and in order."""

    def __init__(self, ws: ClientConnection, again: Callable[[], Awaitable[ClientConnection]] | None = None) -> None:
        self.ws, self._again = ws, again
        self.welcome: dict[str, Any] = {}
        self.turns: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []

    async def send(self, **frame: Any) -> None:
        await self.ws.send(orjson.dumps(frame).decode())

    async def receive(self, within: float | None = None) -> dict[str, Any]:
        """The next frame; `within` seconds where its absence is what is asked about. Raises `TimeoutError`."""
        async with patient() if within is None else asyncio.timeout(within):
            frame: dict[str, Any] = orjson.loads(await self.ws.recv())
        if frame["type"] == "turn" and not any(t["seq"] == frame["seq"] for t in self.turns):
            before = self.turns[-1]["seq"] if self.turns else None
            assert before is None or frame["seq"] == before + 1, f"a gap: {before} then {frame['seq']}"
            self.turns.append(frame)
        elif frame["type"] == "error":
            self.errors.append(frame)
        elif frame["type"] == "welcome":
            self.welcome = frame
        return frame

    async def hello(
        self, token: str | None = None, after: int = 0, *, insist: bool = True, **more: Any
    ) -> dict[str, Any]:
        """The answer to a hello. A bot on a busy machine asks newcomers to come back; who insists does, as a widget
        would."""
        look = Looks()
        while True:
            await self.send(type="hello", token=token, after=after, **more)
            while (frame := await self.receive())["type"] not in ("welcome", "error"):
                continue
            if not insist or self._again is None or frame.get("code") != "unavailable":
                return frame
            look()
            await asyncio.sleep(0.2)
            self.errors.pop()
            self.ws = await self._again()

    async def say(self, text: str, id: str | None = None) -> str:
        """Say it and wait for the acknowledgement; returns the id."""
        id = id or uuid.uuid4().hex
        await self.send(type="say", id=id, text=text)
        while True:
            frame = await self.receive()
            if frame["type"] == "turn" and frame.get("id") == id:
                return id
            if frame["type"] == "error" and frame.get("id") == id:
                return id

    async def until(self, act: str, within: float | None = None) -> dict[str, Any]:
        """The next turn with this act, among those not yet waited for."""
        while True:
            for turn in self.turns:
                if turn.get("act") == act and not turn.get("met"):
                    turn["met"] = True
                    return turn
            await self.receive(within)


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[Client]:
    """A connected client, not yet greeted."""
    async with AsyncExitStack() as stack:

        async def come() -> ClientConnection:
            return await stack.enter_async_context(connect(url.replace("http", "ws", 1) + "/ws", **options))

        yield Client(await come(), come)


def postgres_binaries() -> pathlib.Path | None:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of the tests' own; calling it makes a fresh database and gives its URL."""
    if postgres_binaries() is None:
        missing("PostgreSQL (/usr/lib/postgresql/*/bin)")
    # Not below pytest's own folder: another pytest that starts meanwhile would close that to every other user.
    with tempfile.TemporaryDirectory(prefix="askonce-postgres-", ignore_cleanup_errors=True) as folder:
        with postgres_in(pathlib.Path(folder)) as fresh:
            yield fresh


@contextmanager
def postgres_in(folder: pathlib.Path) -> Iterator[Callable[[], str]]:
    """A PostgreSQL server whose files lie in `folder`."""
    binaries = postgres_binaries()
    assert binaries
    port = free_port()
    user: list[str] = []
    if os.geteuid() == 0:
        folder.chmod(0o755)
        subprocess.run(
            [shutil.which("chown", path="/usr/bin:/bin") or "chown", "-R", "postgres", str(folder)], check=True
        )
        user = [shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin:/bin") or "runuser", "-u", "postgres", "--"]
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*user, binaries / "initdb", "-D", data, "-U", "askonce", "-A", "trust", "--no-sync"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [*user, binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], **quiet
    )

    def fresh() -> str:
        name = "t" + uuid.uuid4().hex[:12]
        command = [*user, binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "askonce", name]
        subprocess.run(command, **quiet)
        return f"postgresql://askonce@127.0.0.1:{port}/{name}"

    yield fresh
    subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres")()).replace("postgresql://", "postgresql+asyncpg://")


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """A real Rasa with the project's model."""
    from bot.operations.progress import tell
    from bot.operations.rasa_service import RasaError, RasaService

    service = RasaService(ROOT, say=tell)
    try:
        service.install()
        service.train()
    except RasaError as error:
        missing(f"Rasa ({error})")
    service.start()
    try:
        assert service.wait_ready(180), "Rasa did not start; see var/rasa/rasa.log"
        yield service.url
    finally:
        service.stop()
