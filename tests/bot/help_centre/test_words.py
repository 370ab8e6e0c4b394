"""Every word of the pages, in every language; and the shop's colour, which can be read."""

from __future__ import annotations

import re

import pytest

from bot.chat.phrases import languages
from bot.help_centre.colours import _GROUNDS, contrast, readable, style
from bot.help_centre.words import CATALOGUES, catalogue, heading, name_in, own_name
from kb_answers.library import ARTICLES, read_library
from tests.bot.chat.test_phrases import FORBIDDEN

LANGUAGES = ("en", *sorted(languages()))


def test_every_language_has_every_word_and_no_other() -> None:
    assert {path.stem for path in CATALOGUES.glob("*.json")} == set(LANGUAGES)
    english = catalogue("en")
    for language in LANGUAGES:
        found = catalogue(language)
        assert list(found.words) == list(english.words) and list(found.topics) == list(english.topics), language
        for key, words in found.words.items():
            assert words.strip() == words != "" and set(re.findall(r"{(\w+)}", words)) == set(
                re.findall(r"{(\w+)}", english.words[key])
            ), (language, key)
            if language != "en" and key not in ("no",):
                assert words != english.words[key], (language, key, "not translated")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_breaks_a_rule(language: str) -> None:
    said = " ".join((*catalogue(language).words.values(), *catalogue(language).topics.values()))
    for rule, forbidden in FORBIDDEN[language].items():
        if rule != "R1":  # the hint says what not to write; the pages ask for no field
            assert not re.search(forbidden, said, re.I), rule


def test_every_article_of_the_bots_own_stands_under_a_topic_that_has_a_name() -> None:
    values = {"support_email": "support@example.com", "hours": "Mon-Fri 9-17"}
    for article in read_library(ARTICLES, values):
        assert article.topic in catalogue("en").topics and article.topic, article.id
    assert heading("delivery", "de") == "Lieferung" and heading("Gift wrapping", "de") == "Gift wrapping"


def test_languages_are_called_by_their_own_name_and_by_others() -> None:
    assert [own_name(code) for code in ("de", "fr", "ar")] == ["Deutsch", "Français", "العربية"]
    assert name_in("de", "en") == "Englisch" and name_in("fr", "en") == "anglais"


@pytest.mark.parametrize("colour", ["#2456d6", "#ffd400", "#101010", "#fff", "#000", "#ff69b4"])
def test_any_colour_can_be_read_in_light_and_dark(colour: str) -> None:
    given = tuple(
        int((2 * d if len(colour) == 4 else d), 16) for d in re.findall("." if len(colour) == 4 else "..", colour[1:])
    )
    red, green, blue = given
    for ground in _GROUNDS:
        assert contrast(readable((red, green, blue), ground), ground) >= 4.5
    rules = re.findall(r"--accent: (#\w{6}); --on-accent: (#\w+);", style(colour))
    assert len(rules) == 2
    for accent, on in rules:
        own = int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:], 16)
        assert contrast(own, (255, 255, 255) if on == "#fff" else (0, 0, 0)) >= 4.5
