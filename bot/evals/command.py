"""`askonce eval`: measures, writes the report, and holds the committed figures."""

from __future__ import annotations

import datetime
import pathlib
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.bootstrap import make_answers
from bot.evals import goals
from bot.evals.measures import Step
from bot.evals.rows import DataError, read_data
from bot.evals.run import Run, run
from bot.operations.rasa_service import RasaError, RasaService, tell
from bot.settings import Settings
from dialogue.understanding.rasa import Rasa
from dialogue.understanding.rules import Rules

COMMAND = "make eval"


class EvalError(Exception):
    """The evaluation cannot be made; one line that says what to do."""


async def evaluate(
    folder: pathlib.Path,
    out: pathlib.Path,
    *,
    settings: Settings,
    root: pathlib.Path,
    with_rasa: bool,
    check: bool,
    save: bool,
) -> list[str]:
    """Measure, write `report.html` and `figures.json` below `out`, and with `check` say what fell behind the committed
    figures (empty: nothing). Raises `EvalError`."""
    try:
        from bot.evals.report import page
    except ImportError as error:
        raise EvalError(f"{error.name} is missing; install what the tests need: make .venv/.test") from error
    try:
        data = read_data(folder)
    except DataError as error:
        raise EvalError(str(error)) from error
    answers = make_answers(settings)
    runs: list[Run] = []
    service: RasaService | None = None
    try:
        if with_rasa:
            service = RasaService(root, say=tell)
            service.start_ready()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:

            def begin(what: str, steps: int) -> Step:
                task = progress.add_task(what, total=steps)
                return lambda: progress.advance(task)

            runs.append(await run("rules", Rules(), data, answers, begin))
            if service:
                rasa = Rasa(service.url, timeout=10, when="always")
                try:
                    runs.append(await run("rasa", rasa, data, answers, begin))
                finally:
                    await rasa.close()
                if unheard := {k: n for k, n in rasa.outcomes.items() if k not in ("asked", "not_needed")}:
                    raise EvalError(f"Rasa did not answer everything, so its figures would be wrong: {unheard}")
    except RasaError as error:
        raise EvalError(str(error)) from error
    finally:
        if service:
            service.stop()
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    result: dict[str, Any] = {"date": today, "command": COMMAND, "runs": {r.by: r.figures for r in runs}}
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "figures.json", result)
    (out / "report.html").write_text(page(runs, date=today, command=COMMAND), encoding="utf-8")
    click.echo(_summary(runs))
    click.echo(f"The report: {out / 'report.html'}", err=True)
    saved = root / "docs" / "quality.json"
    fallen = goals.fallen(orjson.loads(saved.read_bytes()), result["runs"]) if check else []
    if save:
        _write(saved, result)
        document = root / "docs" / "quality.md"
        before, rest = document.read_text(encoding="utf-8").split(goals.BEGIN)
        after = rest.split(goals.END)[1]
        document.write_text(f"{before}{goals.BEGIN}\n{goals.table(result)}\n{goals.END}{after}", encoding="utf-8")
    return fallen


def _write(path: pathlib.Path, content: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def _summary(runs: list[Run]) -> str:
    lines = []
    for goal in goals.GOALS:
        cells = []
        for done in runs:
            value = done.figures[goal.figure]
            cells.append(f"{done.by} {goals.show(goal, value)}{'' if goals.met(goal, value) else ' (missed)'}")
        sign = "≥" if goal.least else "≤"
        lines.append(f"{goal.what} ({sign} {goals.show(goal, goal.goal)}): {', '.join(cells)}")
    return "\n".join(lines)
