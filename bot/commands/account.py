"""The commands of the console: accounts, invented data, retention. `bot.cli` gathers them."""

from __future__ import annotations

import asyncio

import click

from bot.settings import read_settings


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
    from bot.commands.console import add_account

    asyncio.run(add_account(read_settings(), email=email, name=name, role=role, password=password))
    click.echo(f"{email} may sign in at /console as {role}.")


@account.command("password")
@click.argument("email")
@click.password_option(help="Asked for where it is not given; ASKONCE_PASSWORD for scripts.", envvar="ASKONCE_PASSWORD")
def account_password(email: str, password: str) -> None:
    """Set a new password, unlock the account, and end its sessions."""
    from bot.commands.console import set_password

    asyncio.run(set_password(read_settings(), email=email, password=password))
    click.echo(f"{email} has a new password.")


@click.command("demo-data")
@click.option("--conversations", type=click.IntRange(1, 2_000_000), default=1_000, show_default=True)
@click.option(
    "--days", type=click.IntRange(1, 3_650), default=90, show_default=True, help="Over how many days they are spread."
)
@click.option("--seed", type=int, default=1, show_default=True)
def demo_data(conversations: int, days: int, seed: int) -> None:
    """Add invented conversations to the database, to look at and to measure the console with."""
    from bot.commands.console import add_demo_data

    asyncio.run(add_demo_data(read_settings(), conversations=conversations, days=days, seed=seed))


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 36_500), required=True, help="Erase what nothing was added to for so long."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
def retention(days: int, dry_run: bool) -> None:
    """Erase old conversations, with their turns, tickets, ratings and reviews."""
    from bot.commands.console import retain

    asyncio.run(retain(read_settings(), days=days, dry_run=dry_run))
