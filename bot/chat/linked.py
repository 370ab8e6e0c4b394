"""Where the sources of an answer can be read: a turn as it is sent, with the address of each article's page in the help
centre. What is stored holds no address: it may change."""

from __future__ import annotations

from bot.settings import Settings


def linked(frame: dict[str, object], settings: Settings) -> dict[str, object]:
    """A `turn` frame whose sources say their `url`, where there is a help centre. Without a public address it is a path
    on the bot's own host."""
    sources = frame.get("sources")
    if not settings.help or not isinstance(sources, list):
        return frame
    return frame | {"sources": [source | {"url": _url(source, settings)} for source in sources]}


def _url(source: dict[str, object], settings: Settings) -> str:
    return f"{settings.help_url}/{source['language'] or 'en'}/{source['article']}"
