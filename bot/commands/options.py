"""What several commands read or need alike."""

from __future__ import annotations

import datetime
import pathlib

import click

from bot.clock import as_text
from bot.settings import DEMO_EMAIL, Settings, read_settings

#: The project's folder: Rasa's environment, `var/` and `docs/` lie in it.
ROOT = pathlib.Path(__file__).resolve().parents[2]


def settings_to_try() -> Settings:
    """The settings, with the demo's address where none is set: for what never speaks to shoppers."""
    settings = read_settings()
    return settings if settings.support_email else settings.model_copy(update={"support_email": DEMO_EMAIL})


def read_since(text: str | None) -> str | None:
    """A date or a time as the store writes times. Raises `click.BadParameter`."""
    if text is None:
        return None
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            "must be a date such as 2026-11-21, or a time such as 2026-11-21T08:00", param_hint="--since"
        ) from error
    return as_text(when if when.tzinfo else when.replace(tzinfo=datetime.UTC))
