"""`askonce understand`: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import asyncio
import dataclasses
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
@click.option("--why", is_flag=True, help="Also `read`: which sentence was taken for what, by what, and how sure.")
def understand(understander: str, why: bool) -> None:
    """JSON Lines in, JSON Lines out: what is understood of each {text, asked?}."""
    if not asyncio.run(understand_lines(sys.stdin, sys.stdout, understander, settings=read_settings(), why=why)):
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


def described_readings(u: Understanding) -> list[dict[str, Any]]:
    """Which clause was taken for what, and why, with its words; see `dialogue.events.Reading`."""
    return [{"said": u.kept[one.start : one.end], **dataclasses.asdict(one)} for one in u.read]


async def understand_lines(source: TextIO, target: TextIO, name: str, *, settings: Settings, why: bool = False) -> bool:
    """Understand every line by the understander of this `name`, and with `why` say how it was read; a bad line gets an
    error on standard error with its number, and the rest goes on. False where there was one."""
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
        return await _answer(source, target, mind, why=why)
    finally:
        await mind.close()
        if service:
            service.stop()


async def _answer(source: TextIO, target: TextIO, mind: Understander, *, why: bool) -> bool:
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
        understood = await mind.understand(text, asked)
        answer = describe(text, understood)
        if why:
            answer["read"] = described_readings(understood)
        target.write(orjson.dumps(answer).decode() + "\n")
    target.flush()
    return fine
