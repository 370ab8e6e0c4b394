"""`askonce eval`: understanding and answers, measured; what is measured and written is `bot.evals`' matter."""

from __future__ import annotations

import asyncio
import pathlib

import click

from bot.commands.options import ROOT
from bot.settings import read_settings


@click.command("eval")
@click.option(
    "--data",
    type=click.Path(path_type=pathlib.Path),
    default=ROOT.parent / "shared" / "data",
    help="The development files.",
)
@click.option(
    "--out", type=click.Path(path_type=pathlib.Path), default=ROOT / "var" / "eval", help="Where the report goes."
)
@click.option("--rules-only", is_flag=True, help="Leave Rasa out.")
@click.option("--check", is_flag=True, help="Fail where a figure fell below docs/quality.json by more than the noise.")
@click.option("--save", is_flag=True, help="Make these the committed figures: docs/quality.json and docs/quality.md.")
def evaluate(data: pathlib.Path, out: pathlib.Path, rules_only: bool, check: bool, save: bool) -> None:
    """Measure understanding and answers on real people's words; writes report.html and figures.json."""
    from bot.evals.command import Asked, EvalError
    from bot.evals.command import evaluate as measure

    if save and rules_only:
        raise click.UsageError("the committed figures are made with Rasa beside the rules; leave out --rules-only")
    try:
        asked = Asked(data, out, root=ROOT, with_rasa=not rules_only, check=check, save=save)
        fallen = asyncio.run(measure(asked, settings=read_settings()))
    except EvalError as error:
        raise click.ClickException(str(error)) from error
    for line in fallen:
        click.echo(f"fell behind: {line}", err=True)
    if fallen:
        raise click.exceptions.Exit(1)
