"""The unit of work, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from bot.bootstrap import run_bot
from bot.settings import read_settings
from bot.store.database import Conflict, Store
from bot.store.migrate import migrate
from bot.store.records import from_json, happenings_from_json, happenings_to_json, to_json
from dialogue import events as e
from dialogue.policy import Policy
from dialogue.states import Phase, State
from dialogue.tracker import replay, step
from dialogue.vocabulary import IntentName
from tests.dialogue.understandings import understandings
from tests.patience import patient


@given(understandings)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_stored_comes_back_the_same(understood: e.Understanding) -> None:
    told = (e.ShopperSaid(understood), e.ArticleFound("x", (e.Passage("a", "A", "x"),)), e.NothingFound())
    assert happenings_from_json(happenings_to_json(told)) == told
    state = step(Policy(), State(), told[0]).state
    assert from_json(State, to_json(state)) == state


async def test_migrating_twice_and_at_once_is_harmless(database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, database_url) for _ in range(3)))
    store = Store(database_url)
    await store.ping()
    await store.close()


async def test_a_conversation_survives_and_its_state_is_the_fold_of_its_happenings(database_url: str) -> None:
    chosen = read_settings(database_url=database_url, support_email="support@example.com", saved_after=0.5)
    messages = [
        "Hi, I'm Jane",
        "is shipping free?",
        "open a ticket about that, jane@example.com",
        "Jane Doe",
        "thanks, bye",
        "5",
    ]
    async with run_bot(chosen) as bot:
        conversation, token = await bot.hub.begin()
        for number, text in enumerate(messages):
            assert await conversation.hear(str(number), text)
        await bot.courier.settle()
    async with run_bot(chosen) as bot:
        again = await bot.hub.resume(token)
        assert again is not None and again.state == conversation.state
        told = await bot.store.told(again.id)
        assert replay(Policy(), again.state.beginning, told) == again.state
        turns = await again.turns_after(0)
        assert [t.seq for t in turns] == list(range(1, again.seq + 1))
        assert not await again.hear("0", "Hi, I'm Jane"), "an id heard before the restart was processed again"
        assert await bot.hub.resume(token + "x") is None


async def test_two_writers_clash_and_both_messages_are_kept_in_order(database_url: str) -> None:
    chosen = read_settings(database_url=database_url, support_email="support@example.com")
    async with run_bot(chosen) as one, run_bot(chosen, courier=False) as two:
        first, token = await one.hub.begin()
        second = await two.hub.resume(token)
        assert second is not None
        await asyncio.gather(
            *(c.hear(f"{n}-{i}", f"message {n} {i}") for i in range(10) for n, c in enumerate((first, second)))
        )
        turns = await one.store.turns(first.id)
        assert [t.seq for t in turns] == list(range(1, len(turns) + 1))
        said = [t.id for t in turns if t.who == "shopper"]
        assert len(said) == len(set(said)) == 20
        for n in (0, 1):
            assert [i for i in said if i and i.startswith(f"{n}-")] == [f"{n}-{i}" for i in range(10)]


async def test_one_clash_does_not_harm_the_others_of_its_group(database_url: str) -> None:
    chosen = read_settings(database_url=database_url, support_email="support@example.com")
    async with run_bot(chosen) as bot:
        good = [await bot.hub.begin() for _ in range(8)]
        bad = good[3][0]
        bad.number += 5  # as if another writer had been ahead: its happening is a lie the database must refuse
        await bad.hear("first", "hello")
        bad.number -= 1
        results = await asyncio.gather(*(c.hear("x", "is shipping free?") for c, _ in good), return_exceptions=True)
        assert [r for r in results if isinstance(r, BaseException)] == []
        for conversation, _ in good:
            turns = await bot.store.turns(conversation.id)
            assert [t.seq for t in turns] == list(range(1, len(turns) + 1))
            assert sum(t.id == "x" for t in turns) == 1


async def test_a_token_is_stored_only_as_its_hash(database_url: str) -> None:
    migrate_in_thread = asyncio.to_thread(migrate, database_url)
    await migrate_in_thread
    store = Store(database_url)
    await store.create(id="c", token="secret-token", state=State(), at="2026", locale=None, channel="test")
    with pytest.raises(Conflict):
        await store.create(id="d", token="secret-token", state=State(), at="2026", locale=None, channel="test")
    assert await store.id_of("secret-token") == "c"
    async with store.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM conversation")).all()
    assert "secret-token" not in str(rows)
    await store.close()


async def test_who_is_cancelled_while_waiting_takes_nobody_along(database_url: str) -> None:
    """A shopper who closes the page in the middle of a commit does not keep the others' commits from ending."""
    await asyncio.to_thread(migrate, database_url)
    store = Store(database_url)

    def job(number: int) -> Callable[[Connection], int]:
        def work(connection: Connection) -> int:
            connection.execute(text("SELECT 1"))
            return number

        return work

    try:
        for _ in range(20):
            leader = asyncio.create_task(store.transact(job(0)))
            others = [asyncio.create_task(store.transact(job(n))) for n in range(1, 6)]
            await asyncio.sleep(0)
            leader.cancel()
            async with patient():
                assert await asyncio.gather(*others) == [1, 2, 3, 4, 5]
    finally:
        await store.close()


READINGS = st.builds(
    e.Reading, st.integers(0, 9), st.integers(0, 9), st.sampled_from(["issue", "chat"]), st.just("heads"),
    st.none() | st.sampled_from(IntentName), st.none() | st.floats(0, 1),
)  # fmt: skip


@given(st.lists(READINGS, max_size=3).map(tuple))
def test_which_sentence_was_taken_for_what_is_stored_and_may_be_missing(read: tuple[e.Reading, ...]) -> None:
    told = (e.ShopperSaid(e.Understanding("my boots leak", by="rasa", read=read)),)
    stored = orjson.loads(happenings_to_json(told))
    assert happenings_from_json(orjson.dumps(stored).decode()) == told
    del stored[0]["data"]["understood"]["read"]  # as it was stored before there were any
    assert happenings_from_json(orjson.dumps(stored).decode()) == (
        e.ShopperSaid(e.Understanding("my boots leak", by="rasa")),
    )


def test_what_was_stored_before_there_were_leases_goes_on_loading() -> None:
    state = replace(State(), phase=Phase.ATTENDED, agent="Maya", reason="the lamp is broken")
    old = {k: v for k, v in orjson.loads(to_json(state)).items()
           if k not in ("presence", "waits", "open_question", "useless", "digressions")}  # fmt: skip
    old["turn"].pop("news")
    assert from_json(State, orjson.dumps(old).decode()) == state
    stored = '[{"kind": "AgentJoined", "data": {"name": "Maya"}}, {"kind": "AgentLeft", "data": {"settled": true}}]'
    assert happenings_from_json(stored) == (e.AgentJoined("Maya"), e.AgentLeft(settled=True))
    new = (e.AgentJoined("Maya", "stay"), e.AgentLeft(gone="stay"))
    assert happenings_from_json(happenings_to_json(new)) == new
