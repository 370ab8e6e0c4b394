"""`askonce train`: Rasa trains the heads from the project's own lines, and the bot gets them."""

from __future__ import annotations

import click

from bot.commands.options import ROOT


@click.command()
@click.option("--force", is_flag=True, help="Train even where a model of the same data is there.")
def train(force: bool) -> None:
    """Train the heads from the project's own lines with Rasa, and hand them to the bot.

    Models are kept by fingerprint under var/rasa; the bot runs dialogue/understanding/learned/heads.npz."""
    from bot.operations.progress import tell
    from bot.operations.rasa_service import RasaService
    from bot.operations.trained_heads import hand_over
    from dialogue.understanding.learned import own_words
    from dialogue.understanding.learned.heads import FILE

    service = RasaService(ROOT, say=tell)
    service.install()
    model = service.train(force=force)
    new = hand_over(model)
    if own_words.renew():
        tell(f"{own_words.FILE} is new: commit the file.")
    tell(f"{FILE} is new: restart the bot, commit the file." if new else f"{FILE} held the same heads already.")
    click.echo(str(model))
