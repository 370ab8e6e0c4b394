"""`askonce replay`: plays fixtures and shows what differs."""

from __future__ import annotations

import pathlib
import time

from rich.console import Console
from rich.markup import escape

from bot.fixtures import Case, read_fixtures
from bot.replay import Outcome, in_process, play_in_process, play_over_socket
from bot.settings import Settings


async def run_replay(
    paths: list[pathlib.Path], *, settings: Settings, url: str | None, only: str | None, stop: bool
) -> bool:
    """True where every case passed. Raises `FixtureError`, `ReplayError`."""
    console = Console(highlight=False)
    cases = [c for c in read_fixtures(paths) if not only or only.lower() in c.name.lower()]
    started = time.perf_counter()
    failed = played = 0
    if url:
        token = settings.admin_token.get_secret_value()
        for case in cases:
            played += 1
            failed += _show(console, await play_over_socket(url, case, token=token))
            if failed and stop:
                break
    else:
        async with in_process(settings) as running:
            for case in cases:
                played += 1
                failed += _show(console, await play_in_process(running, case))
                if failed and stop:
                    break
    seconds = time.perf_counter() - started
    console.print(f"{played - failed} passed, {failed} failed, {len(cases) - played} not played, in {seconds:.1f} s")
    return failed == 0 and played > 0


def _show(console: Console, outcome: Outcome) -> int:
    case: Case = outcome.case
    if not outcome.problems:
        console.print(f"[green]pass[/green] {escape(case.name)}", soft_wrap=True)
        return 0
    console.print(f"[red]FAIL[/red] {escape(case.name)}", soft_wrap=True)
    for line in (*outcome.transcript, *outcome.problems):
        console.print(f"  {escape(line)}", soft_wrap=True)
    return 1
