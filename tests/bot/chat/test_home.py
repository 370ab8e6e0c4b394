"""What a chat begins with on the screen: topics that the bot can answer, in the reader's language."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.chat.agents_named import who_joined
from bot.chat.home import MOST, Home
from bot.chat.phrases import catalogue, languages, render
from bot.factories import make_answers
from bot.settings import Settings
from bot.widget.joined import script
from kb_answers.answer import Answers
from tests.conftest import BotProcess, client_of

LANGUAGES = ("en", *sorted(languages()))


@pytest.fixture(scope="module")
def answers() -> Answers:
    return make_answers(Settings(support_email="support@example.com"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_topic_as_it_stands_is_answered_by_its_article(answers: Answers, language: str) -> None:
    told = await Home(answers).told(f"{language}-XX")
    assert 4 <= len(told["topics"]) <= MOST and "search" not in told
    for topic in told["topics"]:
        assert topic["language"] == language
        assert answers.ask(topic["title"], language).sources[0].title == topic["title"]


async def test_the_shop_chooses_and_what_is_gone_is_left_out(answers: Answers) -> None:
    home = Home(answers, ("privacy", "no-such-article", "delivery-time"), "https://chat.shop.example/help")
    told = await home.told("de")
    titles = {a.id: a.title for a in answers.translations["de"]}
    assert [t["title"] for t in told["topics"]] == [titles["privacy"], titles["delivery-time"]]
    assert told["search"] == "https://chat.shop.example/help/de/search.json"
    assert (await home.told("xx"))["search"].endswith("/en/search.json")


async def test_an_edit_of_the_articles_is_shown(answers: Answers) -> None:
    beside = answers.with_edited({})
    home = Home(beside)
    first = (await home.told("en"))["topics"]
    beside.reload({"delivery-time": ""})
    second = (await home.told("en"))["topics"]
    assert [t for t in first if t not in second] == [{"title": "How long delivery takes", "language": "en"}]


def test_a_setting_names_few_and_each_once() -> None:
    assert Settings(topics="a, b,").topics == ("a", "b")
    for wrong in ("a,b,c,d,e,f,g", "a,a"):
        with pytest.raises(ValidationError, match="names up to 6 articles"):
            Settings(topics=wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_joined_is_read_from_the_announcement_and_from_nothing_else(language: str) -> None:
    for name in ("Maya Lind", "هدى", "O'Neil (shop)"):
        said = render("agent_joined", {"agent": name}, support_email="s@example.com", language=language)
        assert who_joined(said, language) == name
        gone = render("agent_gone", {"agent": name}, support_email="s@example.com", language=language)
        assert who_joined(gone, language) is None


#: What the buttons of the home say for the shopper; English has its words in the widget itself.
SAID = {"en": {"wishSaid": "Please open a ticket", "talkSaid": "I would like to talk to a person"}}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("button", ["wishSaid", "talkSaid"])
async def test_whoever_taps_for_a_ticket_or_a_person_is_on_the_way_to_one(
    standing_bot: BotProcess, language: str, button: str
) -> None:
    words = SAID.get(language) or catalogue(language)["widget"]
    async with client_of(standing_bot.url) as client:
        await client.hello(locale=language)
        await client.say(words[button])
        turn = await client.until("ask")
        assert {"name", "email"} <= set(turn["asks"]) and turn["language"] == language


def test_the_english_words_of_the_buttons_are_the_widgets() -> None:
    for name, words in SAID["en"].items():
        assert f'{name}: "{words}"' in script()
