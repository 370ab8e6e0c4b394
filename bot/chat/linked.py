"""A turn as it is sent: with the address of each article's page in the help centre, and with the name of who came into
the chat. What is stored holds neither: an address may change."""

from __future__ import annotations

from collections.abc import Callable

from bot.chat.agents_named import who_joined
from bot.settings import Settings


def linked(
    frame: dict[str, object], settings: Settings, revised: Callable[[str], str | None] = lambda id: None
) -> dict[str, object]:
    """A `turn` frame whose sources say their `url`, where there is a help centre, and since when the article stands as
    it does (`revised(id)`, a day in ISO 8601). Without a public address the `url` is a path on the bot's own host. A
    `system` turn that says who of the shop is in the chat names them as `agent`."""
    if frame.get("who") == "system":
        name = who_joined(str(frame["text"]), str(frame["language"] or ""))
        return frame | {"agent": name} if name else frame
    sources = frame.get("sources")
    if not isinstance(sources, list):
        return frame
    return frame | {"sources": [source | _more(source, settings, revised) for source in sources]}


def _more(source: dict[str, object], settings: Settings, revised: Callable[[str], str | None]) -> dict[str, object]:
    day = revised(str(source["article"]))
    more: dict[str, object] = {}
    if settings.help:
        more["url"] = f"{settings.help_url}/{source['language'] or 'en'}/{source['article']}"
    if day:
        more["revised"] = day
    return more
