"""`askonce eval`: measures, writes the report, and holds the committed figures."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.clock import today
from bot.evals import goals
from bot.evals.measures import Step
from bot.evals.rows import Data, DataError, read_data
from bot.evals.run import Begin, Run, run
from bot.factories import make_answers
from bot.operations.progress import tell
from bot.operations.rasa_service import RasaError, RasaService
from bot.settings import Settings
from dialogue.understanding.rasa import Rasa
from dialogue.understanding.rules import Rules
from kb_answers.answer import Answers

COMMAND = "make eval"


class EvalError(Exception):
    """The evaluation cannot be made; one line that says what to do."""


@dataclass(frozen=True)
class Asked:
    """What is to be measured: the development files in `folder`, `with_rasa` beside the rules or not. The report goes
    below `out`; `check` compares with the committed figures, and `save` makes these the committed ones, in `root`'s
    `docs/`."""

    folder: pathlib.Path
    out: pathlib.Path
    root: pathlib.Path
    with_rasa: bool = True
    check: bool = False
    save: bool = False


async def evaluate(asked: Asked, *, settings: Settings) -> list[str]:
    """Measure, write `report.html` and `figures.json`, and say what fell behind the committed figures where that was
    asked (empty: nothing). Raises `EvalError`."""
    try:
        from bot.evals.report import page
    except ImportError as error:
        raise EvalError(f"{error.name} is missing; install what the tests need: make .venv/.test") from error
    try:
        data = read_data(asked.folder)
    except DataError as error:
        raise EvalError(str(error)) from error
    try:
        runs = await _measure(data, asked, settings)
    except RasaError as error:
        raise EvalError(str(error)) from error
    date = today().isoformat()
    result: dict[str, Any] = {"date": date, "command": COMMAND, "runs": {r.by: r.figures for r in runs}}
    report = asked.out / "report.html"
    asked.out.mkdir(parents=True, exist_ok=True)
    _write(asked.out / "figures.json", result)
    report.write_text(page(runs, date=date, command=COMMAND), encoding="utf-8")
    click.echo(_summary(runs))
    click.echo(f"The report: {report}", err=True)
    committed = asked.root / "docs" / "quality.json"
    fallen = goals.fallen(orjson.loads(committed.read_bytes()), result["runs"]) if asked.check else []
    if asked.save:
        _write(committed, result)
        _write_table(asked.root / "docs" / "quality.md", result)
    return fallen


async def _measure(data: Data, asked: Asked, settings: Settings) -> list[Run]:
    """One run a reader: the rules', and Rasa's where it was asked for. Raises `RasaError`, `EvalError`."""
    answers = make_answers(settings)
    service = RasaService(asked.root, say=tell) if asked.with_rasa else None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    try:
        if service:
            service.start_ready()
        with Progress(*columns, console=Console(stderr=True)) as progress:

            def begin(what: str, steps: int) -> Step:
                task = progress.add_task(what, total=steps)
                return lambda: progress.advance(task)

            runs = [await run("rules", Rules(), data, answers, begin, settings)]
            if service:
                runs.append(await _with_rasa(service.url, data, answers, begin, settings))
            return runs
    finally:
        if service:
            service.stop()


async def _with_rasa(url: str, data: Data, answers: Answers, begin: Begin, settings: Settings) -> Run:
    rasa = Rasa(url, timeout=10, when="always")
    try:
        done = await run("rasa", rasa, data, answers, begin, settings)
    finally:
        await rasa.close()
    if unheard := {k: n for k, n in rasa.outcomes.items() if k not in ("asked", "not_needed")}:
        raise EvalError(f"Rasa did not answer everything, so its figures would be wrong: {unheard}")
    return done


def _write_table(document: pathlib.Path, result: dict[str, Any]) -> None:
    """The table of figures in the page that people read, between its two marks."""
    before, rest = document.read_text(encoding="utf-8").split(goals.BEGIN)
    after = rest.split(goals.END)[1]
    document.write_text(f"{before}{goals.BEGIN}\n{goals.table(result)}\n{goals.END}{after}", encoding="utf-8")


def _write(path: pathlib.Path, content: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def _summary(runs: list[Run]) -> str:
    lines = []
    for goal in goals.GOALS:
        told = []
        for done in runs:
            every, read, blind, apart = goals.cells(goal, done.figures, judge=True)
            told.append(f"{done.by} {every}, read {read}, blind {blind}, apart {apart}".replace("*", ""))
        lines.append(f"{goal.what.strip('*')} ({goals.aim(goal)}): {'; '.join(told)}")
    return "\n".join(lines)
