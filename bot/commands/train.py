"""`askonce train`: the Rasa model, trained from the project's own data."""

from __future__ import annotations

import click

from bot.commands.options import ROOT


@click.command()
@click.option("--force", is_flag=True, help="Train even where a model of the same data is there.")
def train(force: bool) -> None:
    """Train the Rasa model from the project's own data (kept by fingerprint under var/rasa)."""
    from bot.operations.progress import tell
    from bot.operations.rasa_service import RasaService

    service = RasaService(ROOT, say=tell)
    service.install()
    click.echo(str(service.train(force=force)))
