"""How cost grows: `python -m tests.bench.curves` measures latency at steady rates, memory with many open chats, stored
conversations and replicas; `--save` writes the figures and their drawings into docs/performance.md. A part of `make
bench`.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import math
import os
import pathlib
import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load import UNLIMITED, Measured, drive, more_files, open_many, resident, still_client
from tests.conftest import ROOT, BotProcess, postgres_in


@dataclass
class Curve:
    """One measured line: its points as (x, value), for the table and the drawing."""

    name: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    beyond: float | None = None  # from this x on the machine's cores are shared, so it says little

    def add(self, line: str, x: float, y: float) -> None:
        self.lines.setdefault(line, []).append((x, y))

    def draw(self, path: pathlib.Path) -> None:
        import matplotlib

        matplotlib.use("svg")
        from matplotlib import pyplot

        matplotlib.rcParams["svg.hashsalt"] = "askonce"
        figure, axes = pyplot.subplots(figsize=(6.4, 3.4), layout="constrained")
        for (name, points), mark in zip(self.lines.items(), "os^v", strict=False):
            axes.plot(*zip(*points, strict=True), marker=mark, label=name)
        places = sorted({x for points in self.lines.values() for x, _ in points})
        if places[-1] >= 50 * places[0]:
            axes.set_xscale("log")
        axes.set_xticks(places, [f"{x:,.0f}" for x in places])
        axes.minorticks_off()
        if self.beyond is not None:
            axes.axvspan(self.beyond, axes.get_xlim()[1], alpha=0.15, color="gray", label="more processes than cores")
        axes.set(xlabel=self.x, ylabel=self.y, title=self.name, ylim=(0, None))
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)


async def _replicas(root: pathlib.Path, count: int, **settings: str) -> list[BotProcess]:
    bots = []
    for number in range(count):
        folder = root / f"{uuid.uuid4().hex[:6]}-{number}"
        folder.mkdir(parents=True)
        bots.append(await asyncio.to_thread(BotProcess(folder, **UNLIMITED, **settings).start))
    return bots


async def _measured(
    root: pathlib.Path, count: int, chats: int, per_second: float, seconds: float, **settings: str
) -> tuple[Measured, float]:
    """Figures of one stretch, and the MB of the largest replica under it."""
    bots = await _replicas(root, count, **settings)
    try:
        into = Measured()
        opened = await open_many([b.url for b in bots], chats, into)
        await drive(opened, per_second, min(5.0, seconds), into)
        into.taken.clear()
        await drive(opened, per_second, seconds, into)
        weight = max(resident(b) for b in bots)
        await asyncio.gather(*(chat.close() for chat in opened))
        return into, weight
    finally:
        for bot in bots:
            await asyncio.to_thread(bot.stop)


async def _flooded(root: pathlib.Path, seconds: float) -> tuple[Measured, Measured]:
    """Far more than can be taken, and then the same chats at an easy pace."""
    (bot,) = await _replicas(root, 1)
    try:
        into, after = Measured(), Measured()
        opened = await open_many([bot.url], 2000, into)
        await drive(opened, 2000, seconds, into)
        for chat in opened:
            chat.into = after
        await drive(opened, 100, seconds, after)
        await asyncio.gather(*(chat.close() for chat in opened))
        return into, after
    finally:
        await asyncio.to_thread(bot.stop)


async def _fill(url: str, conversations: int) -> None:
    """So many stored conversations of thirteen turns: one real one, copied inside the database."""
    import asyncpg

    connection = await asyncpg.connect(url, timeout=30)
    try:
        tables = {"conversation": "id, token_hash", "happening": "conversation", "turn": "conversation"}
        have = int(await connection.fetchval("SELECT count(*) FROM conversation"))
        await connection.execute("SET synchronous_commit = off")
        for table, own in tables.items():
            columns = [r["column_name"] for r in await connection.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND column_default IS NULL",
                table)]  # fmt: skip
            picked = ", ".join(
                f"md5(g::text || {c}::text)" if c in own.split(", ") and table == "conversation"
                else f"md5(g::text || {c}::text)" if c == "conversation" else f'"{c}"'
                for c in columns
            )  # fmt: skip
            names = ", ".join(f'"{c}"' for c in columns)
            key = "id" if table == "conversation" else "conversation"
            await connection.execute(
                f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table}, generate_series({have}, "
                f"{conversations - 1}) g "
                f"WHERE {key} = (SELECT id FROM conversation WHERE erased_at IS NULL ORDER BY created_at LIMIT 1)",
                timeout=1200,
            )
        await connection.execute("ANALYZE", timeout=300)
    finally:
        await connection.close()


def _row(name: str, m: Measured) -> str:
    refused = ", ".join(f"{n} {code}" for code, n in m.refused.items()) or "0"
    latencies = " | ".join(f"{m.percentile(share):.0f}" for share in (50, 95, 99))
    return f"| {name} | {m.rate:.0f} | {latencies} | {refused} | {m.unanswered} |"


_HEAD = ["| | messages/s | p50 ms | p95 ms | p99 ms | refused | unanswered |", "|---|---:|---:|---:|---:|---:|---:|"]


def measure_all(
    root: pathlib.Path, database: Any, *, seconds: float, most_stored: int, most_chats: int
) -> tuple[list[str], list[Curve]]:
    """Every part in one run; the lines of the report, and the curves."""
    more_files()
    still_client()
    steady, latency_curve = _at_steady_rates(root, database, seconds)
    flooded = _at_five_times_too_much(root, seconds)
    opened, memory_curve = _with_open_chats(root, seconds, most_chats)
    stored, stored_curve = _with_stored_conversations(root, database, seconds, most_stored)
    together, replica_curve = _with_replicas(root, database, seconds)
    lines = [*steady, *flooded, *opened, *stored, *together]
    return lines, [latency_curve, memory_curve, stored_curve, replica_curve]


def _at_steady_rates(root: pathlib.Path, database: Any, seconds: float) -> tuple[list[str], Curve]:
    lines = [f"### At a steady rate, 1,000 chats open, {seconds:.0f} s each", "", *_HEAD]
    setups = (
        ("one process, SQLite", 1, False),
        ("one process, PostgreSQL", 1, True),
        ("two replicas, PostgreSQL", 2, True),
    )
    curve = Curve("99 of 100 messages are answered within", "messages a second", "milliseconds")
    for name, count, postgres in setups:
        for rate in (100, 200, 350, 500):
            where = {"ASKONCE_DATABASE_URL": database()} if postgres else {}
            found, _ = asyncio.run(_measured(root, count, 1000, rate, seconds, **where))
            lines.append(_row(f"{name}, {rate}/s asked", found))
            curve.add(name, rate, found.percentile(99))
            tell(lines[-1])
    return lines, curve


def _at_five_times_too_much(root: pathlib.Path, seconds: float) -> list[str]:
    during, after = asyncio.run(_flooded(root, seconds))
    found = [_row("2,000/s asked", during), _row("100/s, right after", after)]
    tell("\n".join(found))
    title = "### Five times too much: 2,000 messages/s asked of one process on SQLite, and 100/s right after"
    return ["", title, "", *_HEAD, *found]


def _with_open_chats(root: pathlib.Path, seconds: float, most_chats: int) -> tuple[list[str], Curve]:
    lines = ["", "### Open chats, one process on SQLite, 200 messages/s", ""]
    lines += ["| open chats | MB in use | p50 ms | p99 ms |", "|---:|---:|---:|---:|"]
    curve = Curve("Memory of one process", "open chats", "MB")
    for chats in (c for c in (100, 1000, 5000, 10_000) if c <= most_chats):
        found, weight = asyncio.run(
            _measured(root, 1, chats, 200, max(seconds, chats / 200), ASKONCE_LIMIT_CHATS="20000")
        )
        curve.add("resident", chats, weight)
        lines.append(f"| {chats:,} | {weight:.0f} | {found.percentile(50):.0f} | {found.percentile(99):.0f} |")
        tell(lines[-1])
    return lines, curve


def _with_stored_conversations(
    root: pathlib.Path, database: Any, seconds: float, most_stored: int
) -> tuple[list[str], Curve]:
    lines = ["", "### Stored conversations (13 turns each), one process on PostgreSQL, 200 messages/s", ""]
    lines += ["| stored | p50 ms | p99 ms |", "|---:|---:|---:|"]
    curve = Curve("An answer, with ever more conversations stored", "stored conversations", "milliseconds")
    where = {"ASKONCE_DATABASE_URL": database()}
    asyncio.run(_measured(root, 1, 10, 20, 4, **where))
    for stored in (s for s in (10_000, 100_000, 1_000_000) if s <= most_stored):
        tell(f"storing {stored:,} conversations …")
        asyncio.run(_fill(where["ASKONCE_DATABASE_URL"], stored))
        found, _ = asyncio.run(_measured(root, 1, 1000, 200, seconds, **where))
        curve.add("half of the messages", stored, found.percentile(50))
        curve.add("99 of 100", stored, found.percentile(99))
        lines.append(f"| {stored:,} | {found.percentile(50):.0f} | {found.percentile(99):.0f} |")
        tell(lines[-1])
    return lines, curve


def _with_replicas(root: pathlib.Path, database: Any, seconds: float) -> tuple[list[str], Curve]:
    lines = ["", "### Replicas on one PostgreSQL, as fast as they go (1,200 messages/s asked)", "", *_HEAD]
    curve = Curve("What replicas answer together", "replicas", "messages a second", beyond=2.05)
    for count in (1, 2, 3, 4):
        found, _ = asyncio.run(
            _measured(root, count, 1000, 1200, seconds, ASKONCE_DATABASE_URL=database(), ASKONCE_LIMIT_WAITING="5000")
        )
        curve.add("answered", count, found.rate)
        lines.append(_row(f"{count}{' (extrapolation: two cores)' if count > 2 else ''}", found))
        tell(lines[-1])
    return lines, curve


def sizes(latency: Curve, memory: Curve, replicas: Curve) -> list[str]:
    """Replicas for three shops, from what was measured: the rate at which one process on PostgreSQL still answers 99 of
    100 messages within 100 ms, and the memory of an open chat. 7 messages a chat, a tenth of a day in its busiest hour,
    ten minutes a chat."""
    line = latency.lines["one process, PostgreSQL"]
    good = max((rate for rate, p99 in line if p99 < 100), default=line[0][0])
    (few, base), (many, full) = memory.lines["resident"][0], memory.lines["resident"][-1]
    each = (full - base) / (many - few)
    two = dict(replicas.lines["answered"])
    rows = []
    for chats in (1_000, 100_000, 10_000_000):
        peak, opened = chats * 7 * 0.1 / 3600, chats * 0.1 / 6
        needed = max(2, math.ceil(peak / good), math.ceil(opened / 10_000))
        why = (
            "one would do; two, so that one may fail"
            if needed == 2
            else "open chats"
            if opened / 10_000 > peak / good
            else "messages"
        )
        weight = base + each * opened / needed
        rows.append(f"| {chats:,} | {peak:,.1f} | {opened:,.0f} | {needed} | {weight:,.0f} | {why} |")
    return [
        f"Measured by `python -m tests.bench.curves --save` on {datetime.date.today()}: one process on PostgreSQL "
        f"keeps p99 under 100 ms up to {good:.0f} messages a second (the best "
        f"of the rates tried), an open chat takes {each * 1000:.0f} kB beside a base of {base:.0f} MB, and two "
        f"processes on two cores, shared with PostgreSQL and the client, "
        f"answer {two[2] / two[1]:.1f} times what one does. Beyond two replicas everything here is extrapolated.",
        "",
        "| chats a day | messages/s at the peak | open at once | replicas | MB each | decided by |",
        "|---:|---:|---:|---:|---:|---|",
        *rows,
        "",
        "Ten million chats a day write some two thousand messages a second into one PostgreSQL, each with about four "
        "rows; that was not measured. It is where to look first: a "
        "machine of its own with fast disks, partitions by month for `turn` and `happening`, and a shard for each shop "
        "group before any of the bot's own parts give way.",
    ]


def between(page: pathlib.Path, name: str, lines: list[str]) -> None:
    """Put `lines` into a page of the docs, between the two marks of that name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text()
    page.write_text(text[: text.index(begin) + len(begin)] + "\n" + "\n".join(lines) + "\n" + text[text.index(end) :])


def tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each stretch")
    parser.add_argument("--stored", type=int, default=1_000_000, help="the most stored conversations")
    parser.add_argument("--chats", type=int, default=10_000, help="the most open chats")
    parser.add_argument("--save", action="store_true", help="write docs/performance.md and its pictures")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as own,
        tempfile.TemporaryDirectory(prefix="askonce-load-", ignore_cleanup_errors=True) as pg,
    ):
        with postgres_in(pathlib.Path(pg)) as database:
            lines, curves = measure_all(
                pathlib.Path(own),
                database,
                seconds=options.seconds,
                most_stored=options.stored,
                most_chats=options.chats,
            )
    print("\n".join(lines))
    if options.save:
        pictures = []
        for number, curve in enumerate(curves, 1):
            curve.draw(ROOT / "docs" / "pictures" / f"load-{number}.svg")
            pictures.append(f"![{curve.name}](pictures/load-{number}.svg)")
        made = (
            f"Made by `python -m tests.bench.curves --save` on {datetime.date.today()}, "
            f"{os.cpu_count()} cores shared with the client and PostgreSQL."
        )
        between(ROOT / "docs" / "performance.md", "load", [made, "", *pictures, "", *lines])
        between(ROOT / "docs" / "operations.md", "sizes", sizes(curves[0], curves[1], curves[3]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
