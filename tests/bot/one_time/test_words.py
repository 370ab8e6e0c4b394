"""Every language says every word of the one-time channel, and nothing that masks itself (R17)."""

from __future__ import annotations

import re

import pytest

from bot.chat.phrases import languages
from bot.one_time.words import asking, words
from bot.store.one_time import LETTERS
from dialogue.understanding.secrets import mask


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_language_lacks_no_word_and_no_gap(language: str) -> None:
    gaps = {key: set(re.findall(r"\{\w+\}", text)) for key, text in words(language).items()}
    assert gaps == {key: set(re.findall(r"\{\w+\}", text)) for key, text in words("en").items()}


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("what", ["", "the code on the letter", "PIN"])
def test_what_is_told_stays_whole(language: str, what: str) -> None:
    link = f"https://chat.shop.example/once/{LETTERS * 3}#{LETTERS[::-1] * 8}"
    told = asking(language, what, link)
    assert mask(told) == told and told.endswith(link)
