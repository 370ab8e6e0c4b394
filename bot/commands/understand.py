"""`askonce understand`: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, TextIO

import click
import orjson

from bot.commands.options import ROOT
from bot.settings import Settings, read_settings
from dialogue.vocabulary import Field

if TYPE_CHECKING:
    from bot.chat.workshop import Understander
    from bot.operations.rasa_service import RasaService
    from dialogue.events import Understanding
    from dialogue.understanding.reader import Asked

_FIELDS = {f.value for f in Field}


@click.command()
@click.option("--understander", type=click.Choice(["rasa", "rules"]), default="rules", show_default=True)
def understand(understander: str) -> None:
    """JSON Lines in, JSON Lines out: what is understood of each {text, asked?}."""
    if not asyncio.run(understand_lines(sys.stdin, sys.stdout, understander, settings=read_settings())):
        raise click.exceptions.Exit(1)


class LineError(Exception):
    """A line that cannot be used; says what is wrong with it."""


def read_line(line: str) -> tuple[str, Asked]:
    """The text and what was asked, of one line. Raises `LineError`."""
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError(f"not JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise LineError('must be an object with a text, such as {"text": "where is my order"}')
    asked = raw.get("asked")
    if asked is None or asked == "offer":
        return raw["text"], asked
    if isinstance(asked, list) and all(a in _FIELDS for a in asked):
        return raw["text"], tuple(asked)
    raise LineError(f'`asked` is null, "offer", or a list of {", ".join(sorted(_FIELDS))}')


def describe(text: str, u: Understanding) -> dict[str, Any]:
    """The protocol's answer for one line."""
    return {
        "text": text,
        "intents": [{"name": i.name.value, "confidence": i.confidence} for i in u.intents],
        "answer": u.answer.value if u.answer else None,
        "name": u.name,
        "email": u.email,
        "reason": u.reason,
        "kept": u.kept,
    }


async def understand_lines(source: TextIO, target: TextIO, name: str, *, settings: Settings) -> bool:
    """Understand every line by the understander of this `name`; a bad line gets an error on standard error with its
    number, and the rest goes on. False where there was one."""
    from bot.operations.progress import tell
    from bot.operations.rasa_service import RasaError, RasaService
    from dialogue.understanding.rasa import Rasa
    from dialogue.understanding.rules import Rules

    service: RasaService | None = None
    mind: Understander = Rules(settings.support_email)
    try:
        if name == "rasa":
            url = settings.rasa_url
            if not url:
                service = RasaService(ROOT, say=tell)
                service.start_ready()
                url = service.url
            mind = Rasa(
                url, timeout=settings.rasa_timeout, when=settings.rasa_when, support_email=settings.support_email
            )
            if not await mind.ready():
                raise RasaError(f"Rasa does not answer at {url}; start it, or use --understander rules")
        return await _answer(source, target, mind)
    finally:
        await mind.close()
        if service:
            service.stop()


async def _answer(source: TextIO, target: TextIO, mind: Understander) -> bool:
    fine = True
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            text, asked = read_line(line)
        except LineError as error:
            click.echo(f"line {number}: {error}", err=True)
            fine = False
            continue
        answer = describe(text, await mind.understand(text, asked))
        target.write(orjson.dumps(answer).decode() + "\n")
    target.flush()
    return fine
