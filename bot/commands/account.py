"""`askonce account`, `demo-data` and `retention`: who may sign in to the console, invented data, and old data
erased."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.store.accounts import Accounts


@click.group()
def account() -> None:
    """The people who may sign in to the console."""


@account.command("add")
@click.argument("email")
@click.option(
    "--name", default="", help="What colleagues and shoppers see; the address' first part where it is not given."
)
@click.option(
    "--role", type=click.Choice(["viewer", "reviewer", "administrator"]), default="administrator", show_default=True
)
@click.password_option(help="Asked for where it is not given; ASKONCE_PASSWORD for scripts.", envvar="ASKONCE_PASSWORD")
def account_add(email: str, name: str, role: str, password: str) -> None:
    """Make an account, such as the first administrator's."""
    asyncio.run(_add_account(read_settings(), email=email, name=name, role=role, password=password))
    click.echo(f"{email} may sign in at /console as {role}.")


@account.command("password")
@click.argument("email")
@click.password_option(help="Asked for where it is not given; ASKONCE_PASSWORD for scripts.", envvar="ASKONCE_PASSWORD")
def account_password(email: str, password: str) -> None:
    """Set a new password, unlock the account, and end its sessions."""
    asyncio.run(_set_password(read_settings(), email=email, password=password))
    click.echo(f"{email} has a new password.")


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """The database's accounts. Raises `click.ClickException` for what one of them does not allow."""
    from bot.store.accounts import AccountError, Accounts
    from bot.store.opened import opened

    async with opened(settings) as store:
        try:
            yield Accounts(store)
        except AccountError as error:
            raise click.ClickException(str(error)) from error


async def _add_account(settings: Settings, *, email: str, name: str, role: str, password: str) -> None:
    from bot.store.accounts import Role

    async with _accounts(settings) as accounts:
        made = await accounts.add(email=email, name=name, role=Role[role.upper()], password=password)
        await accounts.note("command line", "add account", made.email, role)


async def _set_password(settings: Settings, *, email: str, password: str) -> None:
    from bot.store.accounts import read_email

    async with _accounts(settings) as accounts:
        wanted = read_email(email)
        found = next((a for a in await accounts.all() if a.email == wanted), None)
        if found is None:
            raise click.ClickException(f"{email} has no account; `askonce account add {email}` makes one")
        await accounts.set_password(found.id, password)
        await accounts.note("command line", "account: password", found.email)


@click.command("demo-data")
@click.option("--conversations", type=click.IntRange(1, 2_000_000), default=1_000, show_default=True)
@click.option(
    "--days", type=click.IntRange(1, 3_650), default=90, show_default=True, help="Over how many days they are spread."
)
@click.option("--seed", type=int, default=1, show_default=True)
def demo_data(conversations: int, days: int, seed: int) -> None:
    """Add invented conversations to the database, to look at and to measure the console with."""
    asyncio.run(_add_demo_data(read_settings(), conversations=conversations, days=days, seed=seed))


async def _add_demo_data(settings: Settings, *, conversations: int, days: int, seed: int) -> None:
    from rich.console import Console
    from rich.progress import Progress

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


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 36_500), required=True, help="Erase what nothing was added to for so long."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
def retention(days: int, dry_run: bool) -> None:
    """Erase old conversations, with their turns, tickets, ratings and reviews."""
    asyncio.run(_retain(read_settings(), days=days, dry_run=dry_run))


async def _retain(settings: Settings, *, days: int, dry_run: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from bot.clock import horizon
    from bot.history import erasure
    from bot.store.accounts import Accounts
    from bot.store.opened import opened
    from bot.store.scrubbing import scrub

    before = horizon(days)
    async with opened(settings) as store:
        due = await erasure.how_old(store, before)
        told = f"{due.conversations:,} conversations with {due.turns:,} turns and {due.tickets:,} tickets"
        told += f", untouched for {days} days"
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
