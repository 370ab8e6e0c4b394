"""`askonce audit`: the strict rules over what is stored, as a table for people or JSON for programs."""

from __future__ import annotations

import asyncio
import datetime

import click
import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.history.audit import Audit, audit
from bot.history.views import how_many
from bot.replay.printable import words
from bot.settings import Settings
from bot.store.database import Store
from bot.store.migrate import migrate


def read_since(text: str | None) -> str | None:
    """A date or a time as the store writes times. Raises `click.BadParameter`."""
    if text is None:
        return None
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            "must be a date such as 2026-11-21, or a time such as 2026-11-21T08:00", param_hint="--since"
        ) from error
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return when.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def run_audit(settings: Settings, *, since: str | None, as_json: bool) -> bool:
    """True where every conversation is lawful."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    try:
        total = await how_many(store, since)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Judging conversations", total=total)
            result = await audit(
                store, support_email=settings.support_email, since=since, step=lambda: progress.advance(task)
            )
    finally:
        await store.close()
    if as_json:
        click.echo(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(result)
    return not result.found


def _show(result: Audit) -> None:
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
