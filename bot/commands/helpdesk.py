"""`askonce helpdesk check` and `askonce tickets`: for the operator, in plain words."""

from __future__ import annotations

import asyncio
import time

import click
from rich.console import Console
from rich.table import Column, Table

from bot.factories import make_helpdesk
from bot.history.views import waiting_tickets
from bot.operations.delivery import deliver_again
from bot.settings import Settings
from bot.store.database import Store
from bot.store.migrate import migrate
from ticket_bridge.helpdesks.contract import HelpdeskError, Rejected


async def check_helpdesk(settings: Settings) -> bool:
    """Try the configured helpdesk step by step, leaving nothing behind in it; True where tickets can be filed."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    helpdesk = make_helpdesk(settings, store)
    click.echo(f"The helpdesk is {helpdesk.name}.")
    try:
        for step in helpdesk.steps():
            try:
                await step.run()
            except HelpdeskError as error:
                click.echo(f"  no   {step.what}: {error}")
                advice = step.mend if isinstance(error, Rejected) else f"it did not answer as it should; {step.mend}"
                click.echo(f"       What to do: {advice}.")
                return False
            click.echo(f"  yes  {step.what}")
        click.echo("Tickets can be filed.")
        return True
    finally:
        await helpdesk.close()
        await store.close()


async def show_tickets(settings: Settings) -> None:
    """The tickets that are not filed yet, with why."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    try:
        found = await waiting_tickets(store)
    finally:
        await store.close()
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


async def deliver_tickets(settings: Settings, reference: str | None) -> int:
    """Put refused tickets (all, or the one named) back into the queue; how many."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    try:
        references = await deliver_again(store, support_email=settings.support_email or "", reference=reference)
    finally:
        await store.close()
    for one in references:
        click.echo(f"{one} goes out again")
    return len(references)
