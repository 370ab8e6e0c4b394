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
from rich.markup import escape
from rich.progress import Progress

from bot.bootstrap import make_understander
from bot.coverage import Coverage, show_coverage
from bot.fixtures import Case, read_fixtures
from bot.rehearsal import Stagehand
from bot.replay import Outcome, play_over_socket, play_rehearsed
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


@dataclass
class Played:
    """How a run went."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    left: int = 0

    @property
    def failed(self) -> list[Outcome]:
        return [o for o in self.outcomes if o.problems]


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
        if options.stop and found.failed:
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
    """True where every case passed. Raises `FixtureError`, `ReplayError`."""
    console = Console(highlight=False)
    cases = [c for c in read_fixtures(paths) if not options.only or options.only.lower() in c.name.lower()]
    started = time.perf_counter()
    played = await _play(cases, settings, options)
    for outcome in played.outcomes:
        _show(console, outcome, quiet=options.quiet)
    stable = True
    for _ in range(options.times - 1):
        again = await _play(cases, settings, options)
        stable = _same(console, played, again) and stable
    seconds = time.perf_counter() - started
    failed = len(played.failed)
    console.print(
        f"{len(played.outcomes) - failed} passed, {failed} failed, {played.left} not played, in {seconds:.1f} s"
    )
    if options.times > 1:
        said = "every case went the same way each time" if stable else "some cases went different ways (R16)"
        passing = len(played.outcomes) - failed if stable else 0
        console.print(f"{options.times} runs: {said}; pass^{options.times}: {passing} of {len(played.outcomes)}")
    if options.junit:
        options.junit.write_bytes(junit(played))
    if options.as_json:
        options.as_json.write_bytes(as_json(played))
    if options.github:
        for line in github_lines(played.failed):
            click.echo(line)
    if options.coverage is not None:
        show_coverage(Coverage.of(played.outcomes), console, options.coverage)
    return failed == 0 and bool(played.outcomes) and stable


def _same(console: Console, first: Played, again: Played) -> bool:
    same = True
    for one, other in zip(first.outcomes, again.outcomes, strict=True):
        if [(t["act"], t["text"]) for t in one.turns] != [(t["act"], t["text"]) for t in other.turns]:
            console.print(
                f"[red]DIFFERS[/red] {escape(one.case.name)}: the same words got different turns in another run"
            )
            same = False
    return same


def _show(console: Console, outcome: Outcome, *, quiet: bool) -> None:
    if not outcome.problems:
        if not quiet:
            console.print(f"[green]pass[/green] {escape(outcome.case.name)}", soft_wrap=True)
        return
    console.print(f"[red]FAIL[/red] {escape(outcome.case.name)}", soft_wrap=True)
    for line in outcome.transcript:
        colour = {"-": "red", "+": "green"}.get(line[1:2], "")
        console.print(f"  [{colour}]{escape(line)}[/]" if colour else f"  {escape(line)}", soft_wrap=True)
    for line in outcome.problems:
        console.print(f"  [bold]{escape(line)}[/bold]", soft_wrap=True)


# ---------------------------------------------------------------- for CI


def junit(played: Played) -> bytes:
    """JUnit's XML, one test case a case."""
    attributes = {"name": "askonce replay", "tests": str(len(played.outcomes)), "failures": str(len(played.failed)),
                  "time": f"{sum(played.seconds):.3f}"}  # fmt: skip
    suite = ET.Element("testsuite", attributes)
    for outcome, seconds in zip(played.outcomes, played.seconds, strict=True):
        case = ET.SubElement(
            suite, "testcase", {"classname": outcome.case.file, "name": outcome.case.name, "time": f"{seconds:.3f}"}
        )
        if outcome.problems:
            failure = ET.SubElement(case, "failure", {"message": _printable(outcome.problems[0])})
            failure.text = _printable("\n".join((*outcome.transcript, *outcome.problems)))
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def _printable(text: str) -> str:
    """Without the control characters that XML does not know."""
    return "".join(c if c in "\n\t" or ord(c) >= 32 else "\ufffd" for c in text)


def as_json(played: Played) -> bytes:
    """What was played, as JSON."""
    cases = [
        {"file": o.case.file, "line": o.case.line, "case": o.case.name, "passed": not o.problems, "problems": o.problems,
         "turns": [{"seq": t["seq"], "act": t["act"], "text": t["text"]} for t in o.turns], "seconds": round(seconds, 4)}
        for o, seconds in zip(played.outcomes, played.seconds, strict=True)
    ]  # fmt: skip
    return orjson.dumps({"passed": not played.failed, "cases": cases}, option=orjson.OPT_INDENT_2)


def github_lines(failed: Iterable[Outcome]) -> list[str]:
    """GitHub's annotations: one line for each failed case, shown beside the fixture."""
    return [
        f"::error file={o.case.file},line={o.case.line},title={_github(o.case.name)}::{_github(o.problems[0])}"
        for o in failed
    ]


def _github(text: str) -> str:
    for raw, coded in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        text = text.replace(raw, coded)
    return text


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
