"""The understander that needs nothing: patterns, readers, and the small linear model. About half a millisecond a message."""

from __future__ import annotations

from dialogue.events import Understanding
from dialogue.understanding.linear import classify
from dialogue.understanding.reader import Asked, draft
from dialogue.understanding.weighing import finish


def understand(text: str, asked: Asked = None) -> Understanding:
    """What is understood of `text` in the light of what was just asked. Never raises, whatever the text."""
    d = draft(text, asked)
    return finish(d, classify(d.ask) if d.ask else (), by="rules")


class Rules:
    """The same, in the form the bot takes an understander in."""

    name = "rules"

    async def understand(self, text: str, asked: Asked = None) -> Understanding:
        return understand(text, asked)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""
