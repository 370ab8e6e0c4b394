"""Which language each turn is in, as clients are told it: what is said, quoted and only guessed at."""

from __future__ import annotations

import pathlib
import shutil

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.chat.phrases import LOCALES, catalogue, languages
from bot.replay.rehearsal import Stagehand
from bot.settings import read_settings
from bot.store.records import PARAGRAPH, Turn
from kb_answers.library import ARTICLES
from tests.conftest import BotProcess, client_of


@pytest.fixture(scope="module")
def hand() -> Stagehand:
    return Stagehand(read_settings())


async def told(hand: Stagehand, *said: str, locale: str | None = None) -> list[Turn]:
    """The turns of a chat, the shopper's own among them."""
    rehearsal = hand.begin(locale=locale)
    for words in said:
        await rehearsal.say(words)
    return rehearsal.turns


def languages_of(turns: list[Turn]) -> list[tuple[str, str | None]]:
    return [(turn.act or turn.who, turn.language) for turn in turns]


async def test_a_turn_tells_the_language_that_it_was_said_in(hand: Stagehand) -> None:
    turns = await told(hand, "ma lampe est arrivée cassée", "ja", "Jane Doe, jane@example.com", locale="de")
    assert languages_of(turns) == [
        ("shopper", "fr"), ("offer_ticket", "fr"), ("shopper", None), ("ask", "fr"), ("shopper", None),
        ("ticket_filed", "fr"),
    ]  # fmt: skip


async def test_words_in_the_pages_language_tell_it_where_they_suffice(hand: Stagehand) -> None:
    turns = await told(hand, "my lamp is broken", "ok", locale="en")
    assert [turn.language for turn in turns if turn.who == "shopper"] == ["en", None]
    assert {turn.language for turn in turns if turn.who == "bot"} == {"en"}


async def test_a_tapped_choice_is_in_the_language_of_its_offer(hand: Stagehand) -> None:
    turns = await told(hand, "وصل المصباح مكسورًا", catalogue("ar")["bot"]["choice_yes"])
    assert [turn.language for turn in turns if turn.who == "shopper"] == ["ar", "ar"]


async def test_the_approved_contact_answer_is_english_in_any_chat(hand: Stagehand) -> None:
    turns = await told(hand, "كيف أتواصل معكم؟", locale="ar")
    assert languages_of(turns) == [("shopper", "ar"), ("contact", "en")]


async def test_an_article_that_is_not_translated_is_told_apart(tmp_path: pathlib.Path) -> None:
    shutil.copytree(ARTICLES, tmp_path / "articles", ignore=shutil.ignore_patterns("ar"))
    turns = await told(Stagehand(read_settings(articles=str(tmp_path / "articles"))), "هل الشحن مجاني؟")
    frame = turns[1].frame()
    assert (frame["act"], frame["language"]) == ("answer", "ar")
    assert [part["language"] for part in frame["parts"]] == ["ar", "en"]
    assert frame["parts"][0]["text"] == catalogue("ar")["bot"]["untranslated"]
    assert frame["parts"][1]["text"].startswith("Shipping is free")
    assert PARAGRAPH.join(part["text"] for part in frame["parts"]) == frame["text"]
    assert [source["language"] for source in frame["sources"]] == ["en"]


async def test_an_article_in_the_chats_language_is_one_part(hand: Stagehand) -> None:
    frame = (await told(hand, "هل الشحن مجاني؟"))[1].frame()
    assert (frame["language"], frame["parts"], frame["sources"][0]["language"]) == ("ar", [], "ar")


async def test_the_sentence_in_a_language_that_nobody_speaks_here_is_told_apart(hand: Stagehand) -> None:
    turns = await told(hand, "la mia lampada è arrivata rotta, cosa posso fare?", locale="de")
    frame = turns[1].frame()
    assert (turns[0].language, frame["language"]) == ("it", "en")
    assert [part["language"] for part in frame["parts"]] == ["it", "en"]
    assert frame["parts"][1]["text"] == "Would you like me to open a support ticket for this?"


def test_what_goes_before_another_language_is_one_paragraph() -> None:
    """The parts of a turn are found again by the blank line between."""
    before = [catalogue(language)["bot"]["untranslated"] for language in languages()]
    before.append((LOCALES / "elsewhere" / "sentences.json").read_text(encoding="utf-8").replace("\\n", "\n"))
    assert not [words for words in before if PARAGRAPH in words]


def test_a_text_that_does_not_fall_into_its_parts_is_told_whole() -> None:
    assert Turn(1, "bot", "One paragraph.", "", language="ar", parts=("ar", "en")).frame()["parts"] == []


async def test_the_chats_language_comes_with_the_welcome_and_is_the_same_after_a_reconnect(
    standing_bot: BotProcess,
) -> None:
    async with client_of(standing_bot.url) as first:
        welcome = await first.hello(locale="de")
        assert (welcome["language"], welcome["features"]) == (None, ["languages", "hours", "home", "read", "files"])
        await first.say("ma lampe est arrivée cassée")
        await first.until("offer_ticket")
    async with client_of(standing_bot.url) as again:
        assert (await again.hello(welcome["token"], locale="de"))["language"] == "fr"
        await again.until("offer_ticket")
    assert again.turns == first.turns
    async with client_of(standing_bot.url) as other:
        welcome = await other.hello(locale="de-AT")
        await other.say("12345")
        assert other.turns[0]["language"] is None
    async with client_of(standing_bot.url) as again:
        assert (await again.hello(welcome["token"]))["language"] == "de"


async def test_turns_of_an_older_version_are_in_no_language(tmp_path: pathlib.Path) -> None:
    bot = BotProcess(tmp_path).start()
    async with client_of(bot.url) as client:
        welcome = await client.hello()
        await client.say("وصل المصباح مكسورًا")
        await client.until("offer_ticket")
    bot.stop()
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/askonce.db")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE turn SET language = NULL, parts = NULL"))
    await engine.dispose()
    bot.start()
    async with client_of(bot.url) as client:
        assert (await client.hello(welcome["token"]))["language"] == "ar"
        turn = await client.until("offer_ticket")
    bot.stop()
    assert (turn["language"], turn["parts"]) == (None, [])
