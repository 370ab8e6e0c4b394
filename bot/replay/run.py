"""`askonce replay`: plays fixtures and shows what differs, to people, to CI and to whoever waits for a file to change."""

from __future__ import annotations

import asyncio
import os
import pathlib
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import click
import orjson
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from bot.factories import make_understander
from bot.replay.coverage import Coverage, show_coverage
from bot.replay.fixtures import Case, read_fixtures
from bot.replay.play import Outcome, play_over_socket, play_rehearsed
from bot.replay.printable import for_github, in_xml, plain, words
from bot.replay.rehearsal import Stagehand
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


@dataclass
class Played:
    """How a run went."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    left: int = 0

    @property
    def failed(self) -> list[Outcome]:
        """What went otherwise."""
        return [o for o in self.outcomes if o.faults]

    @property
    def unplayable(self) -> list[Outcome]:
        """What went as it must as far as it could be played, and could not be played whole."""
        return [o for o in self.outcomes if o.left_out and not o.faults]

    @property
    def passed(self) -> list[Outcome]:
        return [o for o in self.outcomes if not o.problems]


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
        _show(console, outcome, quiet=options.quiet)
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


def _show(console: Console, outcome: Outcome, *, quiet: bool) -> None:
    """One case for people. Whatever shoppers, fixtures and articles say is shown and does nothing to the terminal."""
    name = words(outcome.case.name)
    if not outcome.problems:
        if not quiet:
            console.print(Text.assemble(("pass ", "green"), name), soft_wrap=True)
        return
    if not outcome.faults:
        console.print(Text.assemble(("NOT PLAYED ", "yellow"), name), soft_wrap=True)
    else:
        console.print(Text.assemble(("FAIL ", "red"), name), soft_wrap=True)
        for line in outcome.transcript:
            style = {"-": "red", "+": "green"}.get(line[1:2], "")
            console.print(Text.assemble("  ", words(line, style)), soft_wrap=True)
    for line in outcome.problems:
        console.print(Text.assemble("  ", words(line, "bold")), soft_wrap=True)


# ---------------------------------------------------------------- what is written


def check_outputs(options: Options, paths: Sequence[pathlib.Path] = ()) -> None:
    """Before anything is played: every file that is to be written can be. Raises `click.ClickException` with one line."""
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


def check_output(option: str, path: pathlib.Path) -> None:
    """That `path` can be written, without writing: a file that was not there is gone again. Raises `click.ClickException`."""
    try:
        there = path.exists()
        if there and not path.is_file():
            raise click.ClickException(f"{option} {plain(str(path))}: is there already, and no file")
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise click.ClickException(f"{option} {plain(str(path))}: cannot be written: {why}") from error


def _write(played: Played, options: Options) -> None:
    if options.junit is not None:
        write_output("--junit", options.junit, junit(played, allow_unplayable=options.allow_unplayable))
    if options.as_json is not None:
        write_output("--json", options.as_json, as_json(played))


def write_output(option: str, path: pathlib.Path, content: bytes) -> None:
    """Raises `click.ClickException` with one line."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{option} {plain(str(path))}: cannot be written: {error.strerror}") from error


def junit(played: Played, *, allow_unplayable: bool = False) -> bytes:
    """JUnit's XML, one test case a case. What could not be played is a failure, or skipped where it may be left out."""
    skipped = len(played.unplayable) if allow_unplayable else 0
    failures = len(played.outcomes) - len(played.passed) - skipped
    attributes = {"name": "askonce replay", "tests": str(len(played.outcomes)), "failures": str(failures),
                  "skipped": str(skipped), "time": f"{sum(played.seconds):.3f}"}  # fmt: skip
    suite = ET.Element("testsuite", attributes)
    for outcome, seconds in zip(played.outcomes, played.seconds, strict=True):
        named = {"classname": in_xml(outcome.case.file), "name": in_xml(outcome.case.name), "time": f"{seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", named)
        if outcome.problems:
            tag = "skipped" if allow_unplayable and not outcome.faults else "failure"
            told = ET.SubElement(case, tag, {"message": in_xml(outcome.problems[0])})
            told.text = in_xml("\n".join((*outcome.transcript, *outcome.problems)))
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def as_json(played: Played) -> bytes:
    """What was played, as JSON."""
    cases = [
        {"file": o.case.file, "line": o.case.line, "case": o.case.name, "passed": not o.problems, "problems": o.problems,
         "unplayable": [{"line": u.line, "column": u.column, "why": u.why} for u in o.left_out],
         "turns": [{"seq": t["seq"], "act": t["act"], "text": t["text"]} for t in o.turns], "seconds": round(seconds, 4)}
        for o, seconds in zip(played.outcomes, played.seconds, strict=True)
    ]  # fmt: skip
    whole = {"passed": len(played.passed) == len(played.outcomes), "cases": cases}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def github_lines(outcomes: Iterable[Outcome], *, allow_unplayable: bool = False) -> list[str]:
    """GitHub's annotations, each beside the step that it speaks of: an error for what went otherwise and for what could not be played,
    a warning where that may be left out."""
    return [
        f"::{level} file={for_github(o.case.file, property=True)},line={fault.line},col={fault.column},"
        f"title={for_github(o.case.name, property=True)}::{for_github(fault.what)}"
        for o in outcomes
        for fault in o.all_faults
        for level in ("warning" if allow_unplayable and fault not in o.faults else "error",)
    ]


# ---------------------------------------------------------------- again on every change

_WATCHED = ("*.yml", "*.yaml", "*.py", "*.md", "*.json")


def fingerprint(roots: Iterable[pathlib.Path]) -> dict[str, int]:
    """When each watched file was last written."""
    found: dict[str, int] = {}
    for root in roots:
        files = [root] if root.is_file() else [f for p in _WATCHED for f in root.rglob(p) if ".venv" not in f.parts]
        for file in files:
            try:
                found[str(file)] = os.stat(file).st_mtime_ns
            except OSError:
                continue
    return found


def watch(
    command: Sequence[str], roots: Sequence[pathlib.Path], *, rounds: int | None = None, every: float = 0.5
) -> None:
    """Run `command` in a process of its own, and again whenever a file below `roots` changes, until Ctrl-C: a new process sees
    the new table, phrases and articles."""
    import subprocess

    done = 0
    while rounds is None or done < rounds:
        before = fingerprint(roots)
        subprocess.run(list(command), check=False)
        done += 1
        click.echo("Waiting for a change (Ctrl-C ends) ...", err=True)
        while (rounds is None or done < rounds) and fingerprint(roots) == before:
            time.sleep(every)
