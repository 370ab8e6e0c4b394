"""Drafts of articles beside what shoppers get: nothing is overwritten, and a draft answers nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.factories import make_answers
from bot.history.erasure import erase_person
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.edited_articles import (
    Clash,
    EditedArticles,
    drafts_of,
    edited,
    keep_draft,
    keep_version,
    newest_of,
    published_of,
    version_of,
    versions_of,
)
from bot.store.migrate import config, migrate
from tests.lamps import TEXT

LAMPS = "lamp-repair"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    await asyncio.to_thread(migrate, database_url)
    store = Store(database_url)
    yield store
    await store.close()


async def _draft(store: Store, words: str, base: int = 0, article: str = LAMPS) -> int:
    return await keep_draft(store, article, words, note="", who="ada@example.com", account=1, base=base)


async def _publish(store: Store, words: str, base: int, standing: int | None = None) -> int:
    return await keep_version(
        store, LAMPS, words, note="", who="bea@example.com", account=2, base=base, standing=standing
    )


async def test_a_draft_answers_nobody_until_it_is_published(store: Store) -> None:
    answers = make_answers(read_settings())
    follower = EditedArticles(store, answers)
    draft = await keep_draft(
        store, LAMPS, TEXT, note="asked often", who="ada@example.com", account=1, source="faq.csv, row 3"
    )
    assert await edited(store) == {} and not await follower.look()
    assert answers.ask("do you restore old lamps?").text is None
    (waiting,) = await drafts_of(store)
    assert (waiting.id, waiting.article, waiting.text, waiting.state) == (draft, LAMPS, TEXT, "draft")
    assert (waiting.who, waiting.account, waiting.note, waiting.source) == (
        "ada@example.com", 1, "asked often", "faq.csv, row 3",
    )  # fmt: skip

    published = await _publish(store, TEXT, draft)
    assert await edited(store) == {LAMPS: TEXT} and await drafts_of(store) == []
    assert await follower.look() and answers.ask("do you restore old lamps?").text
    found = await published_of(store, LAMPS)
    assert found and (found.id, found.base, found.state, found.who) == (
        published,
        draft,
        "published",
        "bea@example.com",
    )

    later = await _draft(store, TEXT.replace("workshop", "cellar"), published)
    assert await edited(store) == {LAMPS: TEXT} and not await follower.look()
    assert [v.id for v in await versions_of(store, LAMPS)] == [later, published, draft]
    assert [v.id for v in await versions_of(store, LAMPS, up_to=published)] == [published, draft]
    assert await version_of(store, "another", later) is None


async def test_of_two_editors_the_slower_one_is_told_and_nothing_is_overwritten(store: Store) -> None:
    first = await _draft(store, "one")
    second = await _draft(store, "two", first)
    with pytest.raises(Clash) as clash:
        await _draft(store, "three", first)
    assert clash.value.newest == second
    with pytest.raises(Clash):
        await _draft(store, "from nothing")
    with pytest.raises(Clash):  # what is published is what was looked at
        await _publish(store, "one", first)
    assert [v.text for v in await versions_of(store, LAMPS)] == ["two", "one"] and await edited(store) == {}
    assert await newest_of(store, LAMPS) == second and await newest_of(store, "another") == 0
    assert await _draft(store, "three", second) > second


async def test_of_many_at_once_one_is_first(store: Store, database_url: str) -> None:
    """Also from two processes, which share no queue."""
    other = Store(database_url)
    kept = await asyncio.gather(
        *(_draft(which, f"by {n}", 0) for n in range(4) for which in (store, other)), return_exceptions=True
    )
    await other.close()
    assert sorted(type(k).__name__ for k in kept) == ["Clash"] * 7 + ["int"]
    assert len(await versions_of(store, LAMPS)) == 1


async def test_going_back_and_withdrawing_leave_the_open_draft_where_it_is(store: Store) -> None:
    first = await _publish(store, "one", await _draft(store, "one"))
    second = await _publish(store, "two", await _draft(store, "two", first))
    draft = await _draft(store, "three", second)
    back = await _publish(store, "one", first, standing=second)
    assert await edited(store) == {LAMPS: "one"}
    assert [d.id for d in await drafts_of(store)] == [draft]
    with pytest.raises(Clash) as clash:
        await _publish(store, "three", draft)
    assert clash.value.newest == back
    with pytest.raises(Clash):
        await _publish(store, "", second, standing=second)
    gone = await _publish(store, "", back, standing=back)
    assert await edited(store) == {LAMPS: ""}
    withdrawn = await published_of(store, LAMPS)
    assert withdrawn and (withdrawn.id, withdrawn.state) == (gone, "withdrawn")


async def test_a_draft_that_was_given_up_is_open_no_longer(store: Store) -> None:
    draft, other = await _draft(store, "one"), await _draft(store, "two", article="another")
    assert [d.id for d in await drafts_of(store)] == [other, draft]
    await _draft(store, "", draft)
    assert [d.id for d in await drafts_of(store)] == [other] and await edited(store) == {}
    assert [v.text for v in await versions_of(store, LAMPS)] == ["", "one"]


async def test_an_erasure_reaches_drafts_and_publishes_none(store: Store) -> None:
    draft = await _draft(store, "asked by jane@example.com")
    await erase_person(store, "jane@example.com")
    found = await version_of(store, LAMPS, draft)
    assert found and "jane" not in found.text and await edited(store) == {}
    first = await _publish(store, "one, for jane@example.com", draft)
    await _draft(store, "two, for jane@example.com", first)
    await erase_person(store, "jane@example.com")
    texts = await edited(store)
    assert texts[LAMPS].startswith("one, for ") and "jane" not in texts[LAMPS]


async def test_what_was_kept_before_there_were_drafts_is_published_or_withdrawn(database_url: str) -> None:
    from alembic import command

    engine = create_async_engine(database_url)
    row = "INSERT INTO article_version (article, text, who, at, note) VALUES (:a, :t, '', '', '')"
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "0014"))
        for article, words in (("a", "one"), ("b", "other"), ("a", "two"), ("b", "")):
            await connection.execute(text(row), {"a": article, "t": words})
    await asyncio.to_thread(migrate, database_url)
    async with engine.begin() as connection:
        await connection.execute(text(row), {"a": "a", "t": "three"})  # by a replica of the version before
    await engine.dispose()
    store = Store(database_url)
    assert await edited(store) == {"a": "three", "b": ""} and await drafts_of(store) == []
    found = [(v.id, v.state, v.base) for name in "ab" for v in reversed(await versions_of(store, name))]
    await store.close()
    assert found == [
        (1, "published", 0), (3, "published", 1), (5, "published", 0), (2, "published", 0), (4, "withdrawn", 2),
    ]  # fmt: skip
