"""`askonce doctor`, `backup`, `restore` and `kept`: for the operator."""

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
def kept() -> None:
    """What is kept, of whom, and until when: what every table declares."""
    from bot.store.declarations import REGISTER

    click.echo(REGISTER.as_markdown())
