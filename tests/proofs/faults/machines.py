"""What a fault is done to: a PostgreSQL that can die and be followed by its standby, a wire that can be cut, a receiver
of tickets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from tests.conftest import free_port, missing, postgres_binaries

_QUIET: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}


def _as_postgres() -> list[str]:
    if os.geteuid() != 0:
        return []
    return [shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin:/bin") or "runuser", "-u", "postgres", "--"]


class Postgres:
    """A server of its own, durable as in production (fsync on). `standby_of` makes it follow another, synchronously."""

    def __init__(self, folder: pathlib.Path, *, standby_of: Postgres | None = None) -> None:
        found = postgres_binaries()
        assert found, "PostgreSQL is not installed"
        self.folder, self.port, self._bin, self._user = folder, free_port(), found, _as_postgres()
        folder.mkdir(parents=True)
        if self._user:
            folder.chmod(0o755)
            subprocess.run(["chown", "postgres", str(folder)], check=True)
        if standby_of is None:
            self._run("initdb", "-U", "askonce", "-A", "trust", "--no-sync")
            with (self.data / "postgresql.conf").open("a") as settings:
                settings.write("wal_level = replica\nmax_wal_senders = 4\nmax_connections = 60\n")
            with (self.data / "pg_hba.conf").open("a") as access:
                access.write("host replication askonce 127.0.0.1/32 trust\n")
        else:
            self._run(
                "pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                str(standby_of.port),
                "-U",
                "askonce",
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
            )

    @property
    def data(self) -> pathlib.Path:
        return self.folder / "data"

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run([*self._user, self._bin / tool, "-D", self.data, *arguments], **_QUIET)

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        for left in reversed(range(40)):
            try:
                return self._run("pg_ctl", "-o", options, "-l", str(self.folder / "log"), "-w", "start")
            except subprocess.CalledProcessError:  # children of the one that was killed still hold its memory
                if not left:
                    raise
                time.sleep(0.5)

    def kill(self) -> None:
        """kill -9 of the server: its children notice and go."""
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def promote(self) -> None:
        """The standby becomes the one that is written to."""
        self._run("pg_ctl", "-w", "promote")

    def sql(self, statement: str) -> str:
        command = [
            *self._user,
            self._bin / "psql",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "askonce",
            "-d",
            "postgres",
        ]
        done = subprocess.run([*command, "-Atc", statement], check=True, capture_output=True, text=True, cwd="/")
        return done.stdout.strip()

    def fresh(self) -> str:
        """A new database's name."""
        name = "t" + uuid.uuid4().hex[:12]
        self.sql(f"CREATE DATABASE {name}")
        return name


Mood = Literal["well", "cut", "silent", "slow"]


class Wire:
    """A TCP connection's way from one machine to another. `cut`: connections are reset and refused; `silent`: packets
    vanish, and nobody is told; `slow`: each packet takes 60 ms."""

    def __init__(self, target: int) -> None:
        self.target, self.port, self.mood = target, free_port(), "well"
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.become("cut")
        self._server.close()

    def become(self, mood: Mood) -> None:
        self.mood = mood
        self._changed.set()
        self._changed = asyncio.Event()
        if mood == "cut":
            for pair in self._pairs:
                for writer in pair:
                    writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.mood == "silent":
            await self._changed.wait()
        try:
            if self.mood == "cut":
                raise OSError
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, up_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump(reader, up_writer), self._pump(up_reader, writer))
        finally:
            self._pairs.discard(pair)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                while self.mood == "silent":
                    await self._changed.wait()
                if self.mood == "slow":
                    await asyncio.sleep(0.06)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()


@dataclass
class TicketReceiver:
    """A webhook's other end, which keeps the promise of one ticket for a key; `delay` in seconds."""

    port: int = field(default_factory=free_port)
    delay: float = 0.0
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    async def __aenter__(self) -> TicketReceiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answering(reader, writer, self._take)

    async def _take(self, body: bytes) -> dict[str, Any]:
        ticket = orjson.loads(body)
        key = ticket["key"]
        self.calls[key] += 1
        self.tickets.setdefault(key, ticket)
        await asyncio.sleep(self.delay)
        return {"id": f"W{list(self.tickets).index(key) + 1}"}


async def _answering(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Callable[[bytes], Awaitable[dict[str, Any]]]
) -> None:
    """HTTP, one request after the other on a connection, each answered with 200 and JSON."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")]
            told = orjson.dumps(await answer(await reader.readexactly(sum(lengths))))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(told), told))
            await writer.drain()
    writer.close()


class QuickRasa:
    """Answers `/model/parse` as Rasa does, with an opinion of its own: what matters here is the wire to it. A real Rasa
    is killed in `scenarios.rasa_killed`."""

    def __init__(self) -> None:
        self.port, self.asked = free_port(), 0

    async def __aenter__(self) -> QuickRasa:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answering(reader, writer, self._parse)

    async def _parse(self, body: bytes) -> dict[str, Any]:
        self.asked += 1
        ranking = [{"name": "report_issue", "confidence": 0.8}, {"name": "other", "confidence": 0.2}]
        return {"intent_ranking": ranking, "entities": []}


class Disk:
    """The disk under one process, which can become slow or full (`disk.c`, compiled here)."""

    def __init__(self, folder: pathlib.Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            missing("a C compiler (Debian: gcc libc6-dev)")
        folder.mkdir(parents=True, exist_ok=True)
        library, self._mood = folder / "disk.so", folder / "disk"
        source = pathlib.Path(__file__).with_name("disk.c")
        subprocess.run([str(compiler), "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
        self.become("well")
        self.environment = {"LD_PRELOAD": str(library), "ASKONCE_TEST_DISK": str(self._mood)}

    def become(self, mood: str) -> None:
        """`well`, `full`, or `slow MICROSECONDS`: how long each write takes to be durable."""
        fresh = self._mood.with_suffix(".new")
        fresh.write_text(mood)
        fresh.replace(self._mood)
