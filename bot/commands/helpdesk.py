"""`askonce helpdesk check` and `askonce tickets`: for the operator, in plain words."""

from __future__ import annotations

import asyncio
import time

import click

from bot.settings import Settings, read_settings


@click.group()
def helpdesk() -> None:
    """The helpdesk that tickets go to."""


@helpdesk.command("check")
@click.option("--look-only", is_flag=True, help="File no ticket, not even one that is taken away again.")
def check(look_only: bool) -> None:
    """Whether the configured helpdesk can be reached, signed in to and written to, and shows what was written: a ticket
    of nobody's is filed, looked up and taken away again."""
    if not asyncio.run(_check(read_settings(), trying=not look_only)):
        raise click.exceptions.Exit(1)


async def _check(settings: Settings, *, trying: bool) -> bool:
    """Try the configured helpdesk step by step; True where tickets can be filed."""
    from bot.operations.helpdesk_check import check_helpdesk, helpdesk_notes
    from bot.store.opened import opened

    click.echo(f"The helpdesk is {settings.helpdesk}.")
    async with opened(settings) as store:
        async for tried in check_helpdesk(settings, store, trying=trying):
            if not tried.well:
                click.echo(f"  no   {tried.what}: {tried.why}")
                click.echo(f"       What to do: {tried.mend}.")
                return False
            click.echo(f"  yes  {tried.what}")
            if tried.remark:
                click.echo(f"       {tried.remark}")
    for what, advice in helpdesk_notes(settings):
        click.echo(f"  note {what}.")
        click.echo(f"       What to do: {advice}.")
    click.echo("Tickets can be filed." if trying else "Tickets can be filed, as far as looking tells.")
    return True


@click.group()
def tickets() -> None:
    """The tickets that wait for the helpdesk."""


@tickets.command("waiting")
def waiting() -> None:
    """Tickets that are not filed yet, and what the helpdesk said last."""
    asyncio.run(_show(read_settings()))


async def _show(settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from bot.history.views import waiting_tickets
    from bot.store.opened import opened

    async with opened(settings) as store:
        found = await waiting_tickets(store)
    if not found:
        click.echo("Every ticket is filed.")
        return
    table = Table(Column("reference", no_wrap=True), "state", "attempts", "next attempt", "what the helpdesk said last")
    now = time.time()
    for ticket in found:
        wait = max(0.0, ticket["due_at"] - now)
        due = "after `askonce tickets deliver`" if ticket["status"] == "refused" else f"in {wait:.0f} s"
        table.add_row(ticket["reference"], ticket["status"], str(ticket["attempts"]), due, ticket["said"] or "")
    Console(highlight=False).print(table)


@tickets.command("deliver")
@click.argument("reference", required=False)
@click.option("--all", "everything", is_flag=True, help="Every ticket that was refused.")
def deliver(reference: str | None, everything: bool) -> None:
    """Send refused tickets again, after what was wrong has been mended: the one named, or --all."""
    if bool(reference) == everything:
        raise click.UsageError("name one ticket by its reference, or say --all")
    if not asyncio.run(_deliver(read_settings(), reference)):
        raise click.ClickException(
            f"{reference} is not among the refused tickets; `askonce tickets waiting` lists them"
            if reference
            else "no ticket was refused; `askonce tickets waiting` lists those that wait"
        )


async def _deliver(settings: Settings, reference: str | None) -> int:
    """Put refused tickets (all, or the one named) back into the queue; how many."""
    from bot.operations.delivery import deliver_again
    from bot.store.opened import opened

    async with opened(settings) as store:
        references = await deliver_again(store, support_email=settings.support_email or "", reference=reference)
    for one in references:
        click.echo(f"{one} goes out again")
    return len(references)
