"""`make tickets`: one courier and the built-in desk: tickets a second, and a long backlog drained without growth in
memory.

    python -m tests.bench.tickets [--backlog 100000]

Beside the courier's rate stands what the same database does of bare commits in the same run, one row each: the ratio is
what is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import sys
import tempfile
import time

import psutil
from sqlalchemy import insert, select

from bot.bootstrap import Bot, run_bot
from bot.history.views import outbox_counts
from bot.operations.progress import tell
from bot.settings import read_settings
from bot.store.tables import conversation, gap, happening, outbox, turn

CONSENT = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"
_CHUNK = 2000


async def fill(bot: Bot, backlog: int) -> None:
    """One real conversation with a ticket that waits, and so many copies of all its rows."""
    first, _ = await bot.hub.begin(channel="bench")
    await first.hear("1", CONSENT)
    (ticket,) = first.state.tickets
    stem = first.state.stem
    async with bot.store.read() as connection:
        rows = {
            table: [dict(r._mapping) for r in await connection.execute(select(table).where(column == first.id))]
            for table, column in (
                (conversation, conversation.c.id), (happening, happening.c.conversation), (turn, turn.c.conversation),
                (outbox, outbox.c.conversation),
            )
        }  # fmt: skip

    def copy(row: dict[str, object], number: int) -> dict[str, object]:
        def other(value: object) -> object:
            if not isinstance(value, str):
                return value
            return value.replace(first.id, f"{number:032x}").replace(stem, f"N{number:06d}")

        made = {name: other(value) for name, value in row.items()}
        if "token_hash" in made:
            made["token_hash"] = f"{number:064x}"
        return made

    for begin in range(1, backlog, _CHUNK):
        numbers = range(begin, min(backlog, begin + _CHUNK))

        def job(sync: object, numbers: range = numbers) -> None:
            for table, found in rows.items():
                sync.execute(insert(table), [copy(r, n) for n in numbers for r in found])  # type: ignore[attr-defined]

        await bot.store.transact(job)
    assert (await outbox_counts(bot.store)) == {"queued": backlog}, ticket


async def commits_a_second(bot: Bot, seconds: float = 3.0) -> float:
    """Bare commits of one row each, one after the other."""
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        row = {"conversation": f"{1:032x}", "seq": 1, "question": "x", "at": "2026"}
        await bot.store.transact(lambda sync, row=row: sync.execute(insert(gap), row) and None)  # type: ignore[misc]
        done += 1
    return done / (time.perf_counter() - began)


async def measure(folder: pathlib.Path, backlog: int) -> tuple[float, float, list[tuple[int, float]]]:
    """Tickets a second, commits a second, and (filed, MB resident) along the way."""
    settings = read_settings(database_url=f"sqlite:///{folder}/bench.db", support_email="support@example.com")
    async with run_bot(settings, courier=False) as bot:
        tell(f"making a backlog of {backlog} tickets …")
        await fill(bot, backlog)
        bare = await commits_a_second(bot)
    process, memory = psutil.Process(), list[tuple[int, float]]()
    async with run_bot(settings) as bot:
        began, filed, said = time.perf_counter(), 0, 0.0
        while filed < backlog:
            await asyncio.sleep(0.5)
            filed = (await outbox_counts(bot.store)).get("filed", 0)
            memory.append((filed, process.memory_info().rss / 1e6))
            if time.perf_counter() - said > 10:
                said = time.perf_counter()
                tell(f"  {filed} of {backlog} filed, {memory[-1][1]:.0f} MB")
        taken = time.perf_counter() - began
    return backlog / taken, bare, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backlog", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="askonce-bench-") as folder:
        rate, bare, memory = asyncio.run(measure(pathlib.Path(folder), options.backlog))
    early = next(mb for filed, mb in memory if filed >= options.backlog / 10)
    late = memory[-1][1]
    print(f"{options.backlog} tickets by one courier to the built-in desk: {rate:.0f} a second")
    print(f"bare commits of one row on the same database: {bare:.0f} a second; tickets to commits {rate / bare:.2f}")
    print(f"memory after a tenth of the backlog {early:.0f} MB, at its end {late:.0f} MB")
    met = rate >= 100 and late <= early * 1.1
    print("met    100 tickets a second, no growth" if met else "MISSED 100 tickets a second, no growth over 10%")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
