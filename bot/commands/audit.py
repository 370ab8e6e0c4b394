"""`askonce audit`: the strict rules over what is stored, as a table for people or JSON for programs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click
import orjson

from bot.commands.options import read_since
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.history.audit import Audit


@click.command()
@click.option("--since", help="Only conversations that changed at or after this date or time (UTC), e.g. 2026-11-21.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def audit(since: str | None, form: str) -> None:
    """Check stored conversations against the strict rules; the status is non-zero where one is broken."""
    result = asyncio.run(_judged(read_settings(), since=read_since(since)))
    if form == "json":
        click.echo(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(result)
    if result.found:
        raise click.exceptions.Exit(1)


async def _judged(settings: Settings, *, since: str | None) -> Audit:
    from rich.console import Console
    from rich.progress import Progress

    from bot.history.audit import audit as judge
    from bot.history.views import how_many
    from bot.store.opened import opened

    async with opened(settings) as store:
        total = await how_many(store, since)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Judging conversations", total=total)
            return await judge(
                store, support_email=settings.support_email, since=since, step=lambda: progress.advance(task)
            )


def _show(result: Audit) -> None:
    from rich.console import Console
    from rich.table import Table

    from bot.replay.printable import words

    console = Console(highlight=False)
    if result.found:
        table = Table("conversation", "turn", "rule", "what was seen")
        for id, violations in result.found.items():
            for v in violations:
                table.add_row(words(id), str(v.seq), v.rule, words(v.reason))
        console.print(table)
    many = sum(result.by_rule.values())
    console.print(
        f"{result.conversations} conversations, {result.turns} turns: "
        + (
            "no violation of the strict rules."
            if not many
            else f"{many} violations in {len(result.found)} conversations."
        )
    )
