"""The console's commands: accounts, invented data, and retention."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click
from rich.console import Console
from rich.progress import Progress

from bot.history import erasure
from bot.settings import Settings
from bot.store.accounts import AccountError, Accounts, Role, read_email
from bot.store.database import Store
from bot.store.migrate import migrate
from bot.store.scrubbing import scrub


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    await asyncio.to_thread(migrate, settings.database_url)
    store = Store(settings.database_url)
    try:
        yield store
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    finally:
        await store.close()


async def add_account(settings: Settings, *, email: str, name: str, role: str, password: str) -> None:
    async with _store(settings) as store:
        accounts = Accounts(store)
        made = await accounts.add(email=email, name=name, role=Role[role.upper()], password=password)
        await accounts.note("command line", "add account", made.email, role)


async def set_password(settings: Settings, *, email: str, password: str) -> None:
    async with _store(settings) as store:
        accounts = Accounts(store)
        wanted = read_email(email)
        found = next((a for a in await accounts.all() if a.email == wanted), None)
        if found is None:
            raise click.ClickException(f"{email} has no account; `askonce account add {email}` makes one")
        await accounts.set_password(found.id, password)
        await accounts.note("command line", "account: password", found.email)


async def add_demo_data(settings: Settings, *, conversations: int, days: int, seed: int) -> None:
    from bot.operations.demo_data import make_demo_data

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Making conversations", total=conversations)
        made, turns = await make_demo_data(
            settings.database_url,
            conversations=conversations,
            days=days,
            seed=seed,
            step=lambda n: progress.advance(task, n),
        )
    click.echo(f"{made:,} conversations with {turns:,} turns were added.")


async def retain(settings: Settings, *, days: int, dry_run: bool) -> None:
    before = erasure.horizon(days)
    async with _store(settings) as store:
        due = await erasure.how_old(store, before)
        told = f"{due.conversations:,} conversations with {due.turns:,} turns and {due.tickets:,} tickets, untouched for {days} days"
        if due.refused:
            told += f" ({len(due.refused):,} of them refused by the helpdesk: {', '.join(due.refused)})"
        if dry_run:
            click.echo(f"Would erase {told}.")
            return
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Erasing", total=due.conversations)
            while ids := await erasure.erase_older(store, before):
                progress.advance(task, len(ids))
            await erasure.sweep(store)
            others = await erasure.erase_aged(store, settings.retention)
            overwritten = await scrub(store)
        await Accounts(store).note("command line", "retention", f"{days} days", told)
        click.echo(f"Erased {told}.")
        for name, rows in others.items():
            click.echo(f"Erased {rows:,} rows of {name}, older than the settings keep them.")
        if not overwritten:
            click.echo("The file's log could not be emptied yet; the bot empties it, or this command when run again.")
