"""`askonce replay`: plays fixtures as the command line asks, in one process or several, once or again and again."""

from __future__ import annotations

import asyncio
import pathlib
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import click
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from bot.factories import make_understander
from bot.replay.coverage import Coverage, show_coverage
from bot.replay.fixtures import Case, read_fixtures
from bot.replay.play import Played, play_over_socket, play_rehearsed
from bot.replay.printable import plain, words
from bot.replay.rehearsal import Stagehand
from bot.replay.report import as_json, check_output, github_lines, junit, show, write_output
from bot.settings import Settings

_LONG = 200  # cases from which a bar is shown


@dataclass(frozen=True)
class Options:
    """What the command line asked for; see `askonce replay --help`."""

    url: str | None = None
    only: str | None = None
    stop: bool = False
    understander: str = "recorded"
    parallel: int = 1
    times: int = 1
    junit: pathlib.Path | None = None
    as_json: pathlib.Path | None = None
    github: bool = False
    coverage: pathlib.Path | None = None
    quiet: bool = False
    allow_unplayable: bool = False


def _hand(settings: Settings, options: Options) -> Stagehand:
    if options.understander == "rasa":
        if not settings.rasa_url:
            raise click.UsageError("--understander rasa needs a running Rasa: set ASKONCE_RASA_URL")
        return Stagehand(settings, understander=make_understander(settings))
    return Stagehand(settings)


async def play_all(
    cases: Sequence[Case], settings: Settings, options: Options, progress: Progress | None = None
) -> Played:
    """Every case, in order, as `options` say. Raises `ReplayError`."""
    found = Played()
    task = progress.add_task("Replaying", total=len(cases)) if progress else None
    hand = None if options.url else _hand(settings, options)
    token = settings.admin_token.get_secret_value()
    for number, case in enumerate(cases, 1):
        began = time.perf_counter()
        if hand is None:
            found.outcomes.append(await play_over_socket(options.url or "", case, token=token))
        else:
            found.outcomes.append(await play_rehearsed(hand, case, recorded=options.understander == "recorded"))
        found.seconds.append(time.perf_counter() - began)
        if progress and task is not None:
            progress.advance(task)
        if options.stop and (found.failed or (found.unplayable and not options.allow_unplayable)):
            found.left = len(cases) - number
            break
    if hand is not None:
        await hand.understander.close()
    return found


def _chunk(cases: Sequence[Case], settings: Settings, options: Options) -> Played:
    return asyncio.run(play_all(cases, settings, options))


async def _play(cases: Sequence[Case], settings: Settings, options: Options) -> Played:
    workers = min(options.parallel, max(1, len(cases) // 20))
    with Progress(console=Console(stderr=True), disable=len(cases) < _LONG, transient=True) as progress:
        if workers < 2 or options.url:
            return await play_all(cases, settings, options, progress)
        whole = Played()
        size = -(-len(cases) // workers)
        with ProcessPoolExecutor(workers) as pool:
            loop = asyncio.get_running_loop()
            chunks = [cases[n : n + size] for n in range(0, len(cases), size)]
            for part in await asyncio.gather(
                *(loop.run_in_executor(pool, _chunk, c, settings, options) for c in chunks)
            ):
                whole.outcomes += part.outcomes
                whole.seconds += part.seconds
                whole.left += part.left
        return whole


async def run_replay(paths: list[pathlib.Path], *, settings: Settings, options: Options) -> bool:
    """True where every case passed, and was played whole or may be left out. Raises `FixtureError`, `ReplayError`."""
    console = Console(highlight=False)
    check_outputs(options, paths)
    found = read_fixtures(paths)
    cases = [c for c in found if not options.only or options.only.lower() in c.name.lower()]
    if not cases:
        raise click.UsageError(f"none of the {len(found)} cases has “{plain(options.only or '')}” in its name")
    started = time.perf_counter()
    played = await _play(cases, settings, options)
    for outcome in played.outcomes:
        show(console, outcome, quiet=options.quiet)
    stable = True
    for _ in range(options.times - 1):
        again = await _play(cases, settings, options)
        stable = _same(console, played, again) and stable
    _sum_up(console, played, options, stable=stable, seconds=time.perf_counter() - started)
    _write(played, options)
    if options.github:
        for line in github_lines(played.outcomes, allow_unplayable=options.allow_unplayable):
            click.echo(line)
    if options.coverage is not None:
        show_coverage(Coverage.of(played.outcomes), console, options.coverage)
    whole = options.allow_unplayable or not played.unplayable
    return not played.failed and whole and bool(played.outcomes) and stable


def _sum_up(console: Console, played: Played, options: Options, *, stable: bool, seconds: float) -> None:
    passed, failed, unplayable = len(played.passed), len(played.failed), len(played.unplayable)
    steps = sum(len(o.left_out) for o in played.outcomes)
    left = f"{unplayable} not played whole ({steps} steps), " if steps else ""
    console.print(words(f"{passed} passed, {failed} failed, {left}{played.left} not played, in {seconds:.1f} s"))
    if unplayable and not options.allow_unplayable:
        console.print(words("What cannot be played counts as failed; --allow-unplayable lets it pass."))
    if options.times > 1:
        said = "every case went the same way each time" if stable else "some cases went different ways (R16)"
        passing = passed if stable else 0
        console.print(words(f"{options.times} runs: {said}; pass^{options.times}: {passing} of {len(played.outcomes)}"))


def _same(console: Console, first: Played, again: Played) -> bool:
    same = True
    for one, other in zip(first.outcomes, again.outcomes, strict=True):
        if [(t["act"], t["text"]) for t in one.turns] != [(t["act"], t["text"]) for t in other.turns]:
            name = words(f"{one.case.name}: the same words got different turns in another run")
            console.print(Text.assemble(("DIFFERS ", "red"), name))
            same = False
    return same


# ---------------------------------------------------------------- what is written


def check_outputs(options: Options, paths: Sequence[pathlib.Path] = ()) -> None:
    """Before anything is played: every file that is to be written can be. Raises `click.ClickException` with one
    line."""
    asked = [("--junit", options.junit), ("--json", options.as_json), ("--coverage", options.coverage)]
    read = {p.resolve() for p in paths}
    taken: dict[pathlib.Path, str] = {}
    for option, path in asked:
        if path is None:
            continue
        check_output(option, path)
        where = path.resolve()
        if where in read:
            raise click.UsageError(f"{option} {plain(str(path))} is a fixture that is to be played")
        if where in taken:
            raise click.UsageError(f"{taken[where]} and {option} would write the same file, {plain(str(path))}")
        taken[where] = option


def _write(played: Played, options: Options) -> None:
    if options.junit is not None:
        write_output("--junit", options.junit, junit(played, allow_unplayable=options.allow_unplayable))
    if options.as_json is not None:
        write_output("--json", options.as_json, as_json(played))
