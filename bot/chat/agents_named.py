"""Who of the shop came into a chat, as its turns tell it: the announcement was made from a phrase, and its name is what
stands in the phrase's gap. Nothing of an account is known here, and what is stored does not change."""

from __future__ import annotations

import functools
import re

from bot.chat.phrases import ENGLISH, catalogue, languages

_GAP = "{agent}"


@functools.cache
def _announced(language: str) -> re.Pattern[str]:
    phrase = (ENGLISH if language == "en" else catalogue(language)["bot"])["agent_joined"]
    before, after = (re.escape(part) for part in phrase.split(_GAP))
    return re.compile(f"{before}(.+){after}", re.S)


def who_joined(text: str, language: str | None) -> str | None:
    """The name in an announcement that somebody of the shop is in the chat now; None where `text` is no such one."""
    found = _announced(language if language in languages() else "en").fullmatch(text)
    return found[1] if found else None
