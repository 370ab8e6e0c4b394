"""A turn as it is sent: with the address of each article's page in the help centre, and with the name of who came into
the chat. What is stored holds neither: an address may change."""

from __future__ import annotations

from bot.chat.agents_named import who_joined
from bot.settings import Settings


def linked(frame: dict[str, object], settings: Settings) -> dict[str, object]:
    """A `turn` frame whose sources say their `url`, where there is a help centre. Without a public address it is a path
    on the bot's own host. A `system` turn that says who of the shop is in the chat names them as `agent`."""
    if frame.get("who") == "system":
        name = who_joined(str(frame["text"]), str(frame["language"] or ""))
        return frame | {"agent": name} if name else frame
    sources = frame.get("sources")
    if not settings.help or not isinstance(sources, list):
        return frame
    return frame | {"sources": [source | {"url": _url(source, settings)} for source in sources]}


def _url(source: dict[str, object], settings: Settings) -> str:
    return f"{settings.help_url}/{source['language'] or 'en'}/{source['article']}"
