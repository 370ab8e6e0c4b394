"""How fast the console's lists are with many conversations, on SQLite and on PostgreSQL, in one run.

    python -m tests.bench.console [--conversations 100000] [--save]

The server's own time for each page is measured by the pages' `Server-Timing`, over a real connection, with the pages
asked for in turn; the goal is 100 ms at p95. With --save the table in `docs/performance.md` is renewed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import pathlib
import re
import sys
import tempfile
import time
from collections.abc import Iterator

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.operations.demo_data import make_demo_data  # noqa: E402
from tests.conftest import TOKEN, BotProcess, postgres_in  # noqa: E402

GOAL = 100.0
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- console: begin -->", "<!-- console: end -->"
PASSWORD = "a password for the bench"
LISTS = {
    "newest first": "",
    "a rare word": "q=velvet+instalments",
    "a word that is everywhere": "q=delivery",
    "two words and a day": "q=lamp+broken&since={day}&until={day}",
    "one address": "q=jane+doe",
    "outcome": "outcome=filed",
    "rare outcome": "outcome=redirected",
    "abandoned": "outcome=abandoned",
    "act and rule": "act=give_email&rule=R9",
    "common act and intent": "act=answer&intent=question",
    "article": "article=delivery-time",
    "lowest rating": "sort=worst",
    "longest": "sort=longest",
    "flagged, not judged": "flag=any&review=none",
    "all at once": "outcome=filed&act=answer&rating=5&language=en&q=refund&sort=longest",
}
#: Other lists, by their address.
PAGES = {
    "tickets": "tickets",
    "filed tickets": "tickets?delivery=filed",
    "the desk": "desk",
    "flags": "flags",
    "running chats": "live",
    "gaps": "gaps",
}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def sign_in(client: httpx.Client) -> None:
    page = {"token": TOKEN, "name": "Bench", "email": "bench@example.com", "password": PASSWORD}
    client.post("/console/first", data=page).raise_for_status()


def measure(url: str, rounds: int) -> dict[str, tuple[float, float]]:
    """List -> (median, p95) of the server's time in milliseconds; the second page of each list is measured too."""
    found: dict[str, tuple[float, float]] = {}
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as client:
        sign_in(client)
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86400))
        for name, query in LISTS.items():
            times: list[float] = []
            address = f"/console/conversations?{query.format(day=day)}"
            for _ in range(rounds):
                page = address
                for _ in range(2):
                    answer = client.get(page)
                    answer.raise_for_status()
                    times.append(float(answer.headers["server-timing"].split("dur=")[1]))
                    following = re.search(r'rel="next" href="([^"]+)"', answer.text)
                    if following is None:
                        break
                    page = following[1].replace("&amp;", "&")
            found[name] = percentile(times, 0.5), percentile(times, 0.95)
        for name, path in PAGES.items():
            client.get(f"/console/{path}").raise_for_status()  # the first of each finds nothing in any cache
            answers = [client.get(f"/console/{path}") for _ in range(rounds)]
            times = [float(answer.headers["server-timing"].split("dur=")[1]) for answer in answers]
            found[name] = percentile(times, 0.5), percentile(times, 0.95)
    return found


@contextlib.contextmanager
def database(kind: str, folder: pathlib.Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite+aiosqlite:///{folder}/askonce.db"
    else:
        with postgres_in(folder) as fresh:
            yield fresh().replace("postgresql://", "postgresql+asyncpg://")


def run(kind: str, conversations: int, rounds: int) -> tuple[dict[str, tuple[float, float]], int]:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        with database(kind, folder) as url:
            with Progress(console=Console(stderr=True)) as progress:
                task = progress.add_task(f"{kind}: making conversations", total=conversations)
                _, turns = asyncio.run(
                    make_demo_data(url, conversations=conversations, step=lambda n: progress.advance(task, n))
                )
            bot = BotProcess(folder, ASKONCE_DATABASE_URL=url.replace("+aiosqlite", "").replace("+asyncpg", "")).start()
            try:
                return measure(bot.url, rounds), turns
            finally:
                bot.stop()


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--conversations", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--save", action="store_true")
    given = options.parse_args()
    results = {kind: run(kind, given.conversations, given.rounds) for kind in ("SQLite", "PostgreSQL")}
    turns = results["SQLite"][1]
    table = Table("list", "SQLite median", "p95", "PostgreSQL median", "p95", title="server time, ms")
    lines = [
        f"{given.conversations:,} conversations, {turns:,} turns; server time in milliseconds over {given.rounds} "
        f"rounds of two pages "
        f"(`python -m tests.bench.console --conversations {given.conversations} --save`).",
        "",
        "| list | SQLite, median | SQLite, p95 | PostgreSQL, median | PostgreSQL, p95 |",
        "|---|---|---|---|---|",
    ]
    worst = 0.0
    for name in (*LISTS, *PAGES):
        cells = [f"{value:.0f}" for kind in results for value in results[kind][0][name]]
        worst = max([worst, *(results[kind][0][name][1] for kind in results)])
        table.add_row(name, *cells)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    Console().print(table)
    print(f"slowest p95: {worst:.0f} ms, goal {GOAL:.0f} ms: {'met' if worst < GOAL else 'missed'}")
    lines += ["", f"Slowest p95: {worst:.0f} ms; the goal is {GOAL:.0f} ms: {'met' if worst < GOAL else '**missed**'}."]
    if given.save:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after, encoding="utf-8")
    return 0 if worst < GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
