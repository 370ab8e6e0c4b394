"""The `askonce` command: the list of its commands, each in a file of `bot.commands`. Bad input gives one clear line and
a non-zero status; a traceback here is a fault of ours.

A file of a command loads no more than `--help` needs; what the command works with is imported where it runs.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from bot.commands.account import account, demo_data, retention
from bot.commands.articles import articles
from bot.commands.ask import ask
from bot.commands.audit import audit
from bot.commands.chat import chat
from bot.commands.evaluate import evaluate
from bot.commands.helpdesk import helpdesk, tickets
from bot.commands.operate import backup, doctor, kept, move, restore
from bot.commands.replay import explain, fixture, replay
from bot.commands.serve import demo, serve
from bot.commands.train import train
from bot.commands.understand import understand
from bot.settings import SettingsError

COMMANDS = (
    *(serve, demo, ask, chat, understand, train, evaluate, audit, helpdesk, tickets),
    *(replay, explain, fixture, articles, account, demo_data, retention, doctor, backup, restore, move, kept),
)


class _Friendly(click.Group):
    """Turns the errors that users can mend into one line; anything else keeps its traceback for a bug report."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(130)
        except Exception as error:
            if (line := _in_one_line(error)) is None:
                raise
            raise click.ClickException(line) from error


def _in_one_line(error: Exception) -> str | None:
    """What to mend, where it is the user who can; None for what is a fault of ours. Imports here, so that a command
    which goes well loads no more than it needs."""
    from bot.operations.rasa_service import RasaError
    from bot.replay.fixtures import FixtureError
    from bot.replay.stages import ReplayError
    from bot.store.database import Unavailable
    from bot.store.migrate import MigrationError
    from kb_answers.library import ArticleError

    if isinstance(error, Unavailable):
        return f"the database cannot be used ({error}); check ASKONCE_DATABASE_URL"
    if isinstance(error, (SettingsError, FixtureError, RasaError, ReplayError, MigrationError, ArticleError)):
        return str(error)
    return None


@click.group(cls=_Friendly, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="askonce")
def main() -> None:
    """Askonce: the live-chat bot that never asks twice."""
    if os.environ.get("PYTHONUTF8") != "1":
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="replace")


for _command in COMMANDS:
    main.add_command(_command)


if __name__ == "__main__":
    main()
