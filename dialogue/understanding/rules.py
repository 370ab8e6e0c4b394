"""The understander that needs nothing beside it: readers of form, and the heads. About three milliseconds a message."""

from __future__ import annotations

from collections import OrderedDict

from dialogue.events import Understanding
from dialogue.understanding import distress, never_names, tongues
from dialogue.understanding.learned.heads import heads
from dialogue.understanding.opinions import drafted, weigh
from dialogue.understanding.reader import Asked
from dialogue.understanding.secrets import may_hold_secret
from dialogue.understanding.weighing import finish

_remembered: OrderedDict[tuple[str, Asked, str], Understanding] = OrderedDict()
_MANY, _SHORT = 2048, 80


def understand(text: str, asked: Asked = None, *, support_email: str = "") -> Understanding:
    """What is understood of `text` in the light of what was just asked. `support_email`: the shop's own address,
    which is nobody's. Never raises, whatever the text. The same text means the same (R16), so what many say ("hello",
    "where is my order?") is remembered; what holds a field of somebody's is not."""
    known = _remembered.get((text, asked, support_email))
    if known is not None:
        return known
    found = understand_anew(text, asked, support_email=support_email)
    if len(text) <= _SHORT and not (found.name or found.email or found.greeting_name or found.rejected or found.extra):
        _remembered[(text, asked, support_email)] = found
        if len(_remembered) > _MANY:
            _remembered.popitem(last=False)
    return found


def understand_anew(text: str, asked: Asked = None, *, support_email: str = "") -> Understanding:
    """The same without remembering anything."""
    d = drafted(text, asked, support_email=support_email)
    return finish(d, weigh(d), by="rules")


def warm_up() -> None:
    """Load what the first message would wait for."""
    heads().weigh(["hello"])
    may_hold_secret("hello")
    distress.lexicon()
    never_names.is_small_word("hello")
    tongues.identify("hello there")


class Rules:
    """The same, in the form the bot takes an understander in."""

    name = "rules"

    def __init__(self, support_email: str = "") -> None:
        self._support_email = support_email

    async def understand(self, text: str, asked: Asked = None) -> Understanding:
        return understand(text, asked, support_email=self._support_email)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""
