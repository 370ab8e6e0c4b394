"""`askonce doctor`, `backup`, `restore`, `move` and `kept`: for the operator."""

from __future__ import annotations

import asyncio
import pathlib

import click

from bot.settings import read_settings


@click.command()
def doctor() -> None:
    """Look at everything the bot rests on, and say in plain words what to do where something is not well."""
    from bot.operations.doctor import doctor as examine

    if not asyncio.run(examine(read_settings())):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=pathlib.Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
def backup(file: pathlib.Path, force: bool) -> None:
    """Write everything (conversations, tickets, accounts, edited articles, files) into FILE, while the bot runs."""
    from bot.operations.backup import backup as save

    size = save(read_settings(), file, force=force)
    click.echo(
        f"{file} holds everything ({size / 1e6:,.1f} MB). It holds what shoppers said: keep it as safe as the database."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=pathlib.Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Lose what the database holds now.")
def restore(file: pathlib.Path, replace: bool) -> None:
    """Bring back what FILE holds. Stop every bot first; while one is at work this is refused."""
    from bot.operations.backup import restore as bring_back

    found = asyncio.run(bring_back(read_settings(), file, replace=replace))
    click.echo(f"{found['conversations']:,} conversations with {found['turns']:,} turns are back.")
    if found["files"]:
        click.echo(f"{found['files']:,} files are back.")
    if found["doubted"]:
        click.echo(
            f"{found['doubted']:,} tickets were not filed when the backup was made: "
            "couriers look for each in the helpdesk first."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=pathlib.Path, dir_okay=False))
def move(file: pathlib.Path) -> None:
    """Move everything from FILE, a SQLite database, into the PostgreSQL database that ASKONCE_DATABASE_URL names.

    Stop the server of FILE first, and make an empty database. FILE stays as it is, for looking back; start no server on
    it again, or shoppers are answered in two places."""
    from bot.operations.moving import move as go

    moved = asyncio.run(go(read_settings(), file))
    click.echo(
        f"{moved['conversation']:,} conversations with {moved['turn']:,} turns, {moved['outbox']:,} tickets and "
        f"{moved['account']:,} accounts were moved; nobody stays signed in."
    )
    if moved["files"]:
        click.echo(f"{moved['files']:,} files were copied to where files are kept now.")
    click.echo(f"{file} is as it was. Start `askonce serve` on the new database, and no server on {file} again.")


@click.command()
def kept() -> None:
    """What is kept, of whom, and until when: what every table declares."""
    from bot.store.declarations import REGISTER

    click.echo(REGISTER.as_markdown())
