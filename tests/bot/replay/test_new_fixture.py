"""Stored conversations played again, and made into fixtures without their people."""

from __future__ import annotations

import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.history.summaries import names_of
from bot.operations.demo_data import make_demo_data
from bot.replay.diff import Diff, compare
from bot.replay.explain import understood_words
from bot.replay.fixtures import read_fixtures
from bot.replay.new_fixture import Move, as_yaml, moves_of, play, shrink
from bot.replay.play import play_rehearsed
from bot.replay.pseudonyms import Pseudonyms, is_name
from bot.replay.rehearsal import Stagehand
from bot.settings import Settings, read_settings
from bot.store.database import Store
from bot.store.happened import Happened
from dialogue import events
from kb_answers.answer import Answers
from tests.bot.replay.test_replaying import run
from tests.conftest import SUPPORT


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(support_email=SUPPORT)


@pytest.fixture(scope="module")
def hand(settings: Settings) -> Stagehand:
    return Stagehand(settings)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with invented conversations."""
    import asyncio

    folder = tmp_path_factory.mktemp("lived")
    url = f"sqlite+aiosqlite:///{folder}/r.db"
    asyncio.run(make_demo_data(url, conversations=30, held=20))
    return url


async def _stored(store: Store) -> list[str]:
    from sqlalchemy import select

    from bot.store.tables import conversation

    async with store.read() as connection:
        return list(await connection.scalars(select(conversation.c.id)))


async def test_explain_tells_of_each_sentence_what_it_was_taken_for_and_why(
    tmp_path: pathlib.Path, settings: Settings, hand: Stagehand
) -> None:
    rehearsal = hand.begin()
    await rehearsal.say("please open a ticket, my boots came in the wrong size [bold]. any news on my ticket?")
    told = rehearsal.changes[0].happenings[0]
    assert isinstance(told, events.ShopperSaid)
    lines = understood_words(told.understood)
    assert "“please open a ticket”: a wish for a ticket or a person, by its words" in lines
    assert "“any news on my ticket?”: about a ticket, by its words" in lines
    (issue,) = (line for line in lines if "boots" in line and "”: an issue (report issue " in line)
    assert "[bold]" in issue and issue.endswith(" %)")


async def test_no_place_in_real_words_is_in_a_fixture(hand: Stagehand, tmp_path: pathlib.Path) -> None:
    """Invented people have names of other lengths: a place in the words of real ones would be wrong."""
    rehearsal = hand.begin()
    await rehearsal.say("my boots leak, I'm Ines Duarte, please open a ticket")
    turns = [turn for change in rehearsal.changes for turn in change.turns]
    happened = [
        Happened(c.turns[0].seq, c.turns[-1].seq, c.turns[0].at, c.happenings, "[]", 0.0)
        for c in rehearsal.changes
        if c.turns
    ]
    assert any(told.understood.read for told in happened[0].told if isinstance(told, events.ShopperSaid))
    moves = moves_of(turns, happened, Pseudonyms({"Ines Duarte"}))
    said = [move.told.understood for move in moves if isinstance(move.told, events.ShopperSaid)]
    assert said and all(u.read == () and "Ines" not in u.kept for u in said)
    kept = [Move(told) for told in happened[0].told if isinstance(told, events.ShopperSaid)]
    _, after = await play(hand, kept)
    (tmp_path / "f.yml").write_text(as_yaml("boots", kept, after), encoding="utf-8")
    assert "read:" not in (tmp_path / "f.yml").read_text(encoding="utf-8")


async def test_stored_conversations_go_as_they_went(lived: str, hand: Stagehand) -> None:
    store, found = Store(lived), Diff()
    try:
        for id in await _stored(store):
            found.add(await compare(store, hand, id, anew=False))
    finally:
        await store.close()
    assert found.conversations == 30 and found.turns > 200 and found.found == []


async def test_an_edited_article_is_found_by_the_difference_it_makes(
    lived: str, settings: Settings, tmp_path: pathlib.Path
) -> None:
    for path in Answers(values={"support_email": SUPPORT, "hours": ""}).folder.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text("---\nIn short: ".join(text.rsplit("---\n", 1)), encoding="utf-8")
    hand, store, found = Stagehand(settings.model_copy(update={"articles": tmp_path})), Store(lived), Diff()
    try:
        for id in await _stored(store):
            found.add(await compare(store, hand, id, anew=False))
    finally:
        await store.close()
    assert found.found and {d.rule for d in found.found} == {"R15 an article answers"}
    assert all("In short: " in d.now and "In short: " not in d.before for d in found.found)


async def test_a_stored_conversation_becomes_a_fixture_that_passes(
    lived: str, hand: Stagehand, tmp_path: pathlib.Path
) -> None:
    store = Store(lived)
    try:
        for id in (await _stored(store))[:10]:
            loaded = await store.load(id)
            assert loaded
            names = names_of(loaded.state, await store.told(id))
            moves = moves_of(await store.turns(id), await store.happenings(id), Pseudonyms(names))
            _, after = await play(hand, moves)
            text = as_yaml(f"case {id}", moves, after)
            assert not [n for n in names if is_name(n) and n in text] and (loaded.state.email or "@@") not in text
            (tmp_path / "case.yml").write_text(text, encoding="utf-8")
            (case,) = read_fixtures([tmp_path / "case.yml"])
            assert (await play_rehearsed(hand, case)).problems == []
    finally:
        await store.close()


def test_invented_people_keep_shape_and_script_and_are_the_same_everywhere() -> None:
    people = Pseudonyms({"Olu Adebayo", "山田太郎", "Олег Петров", "Maya"})
    text = people.text(
        "I'm Olu Adebayo (olu@example.ng), order 4711-0815-99. Olu here again: OLU@example.ng, 山田太郎, олег петров"
    )
    assert "Olu" not in text and "山田" not in text and "4711" not in text and "example.ng" not in text
    assert text.count("shopper1@example.com") == 2
    assert people.text("Olu Adebayo").split()[0] == people.text("Olu")
    assert any("CJK" in __import__("unicodedata").name(c) for c in people.text("山田太郎"))
    assert people.text("олег петров").islower() and len(people.text("4711-0815-99")) == 12
    assert people.text("4711-0815-99") == people.text("4711-0815-99") != "4711-0815-99"


@given(st.sets(st.integers(0, 30), min_size=1), st.integers(1, 40))
async def test_shrinking_keeps_what_matters_and_nothing_else(needed: set[int], length: int) -> None:
    needed = {n % length for n in needed}
    moves = [Move(events.AgentSaid(), str(n)) for n in range(length)]

    async def keeps(fewer: list[Move]) -> bool:
        return needed <= {int(m.text) for m in fewer}

    assert [int(m.text) for m in await shrink(moves, keeps)] == sorted(needed)


def test_commands_over_a_stored_conversation(lived: str, tmp_path: pathlib.Path) -> None:
    import asyncio

    async def first() -> str:
        store = Store(lived)
        try:
            for id in await _stored(store):
                if any(t.act == "ticket_filed" for t in await store.turns(id)):
                    return id
        finally:
            await store.close()
        raise AssertionError("no conversation with a ticket")

    id, url = asyncio.run(first()), {"ASKONCE_DATABASE_URL": lived.replace("+aiosqlite", "")}
    done = run(
        tmp_path,
        "bot.cli",
        "fixture",
        "new",
        "--conversation",
        id,
        "--shrink",
        "--until",
        "ticket_filed",
        "--looked",
        "-o",
        "f.yml",
        **url,
    )
    assert done.returncode == 0, done.stderr
    make = ("bot.cli", "fixture", "new", "--conversation", id, "-o", "unseen.yml")
    unseen = run(tmp_path, *make, **url)
    assert unseen.returncode == 1 and not (tmp_path / "unseen.yml").exists() and "Traceback" not in unseen.stderr
    assert "test_case" in unseen.stderr and "Replaced: " in unseen.stderr and "--looked" in unseen.stderr
    assert run(tmp_path, *make, "--replace", "word", **url).returncode == 2
    assert run(tmp_path, *make, "--looked", "--replace", "Robin=Sam", **url).returncode == 0
    assert "Robin" not in (tmp_path / "unseen.yml").read_text(encoding="utf-8")
    (case,) = read_fixtures([tmp_path / "f.yml"])
    assert len(case.steps) <= 3 and case.steps[-1].expected[-1].act == "ticket_filed"
    assert run(tmp_path, "bot.cli", "replay", "f.yml").returncode == 0
    why = run(tmp_path, "bot.cli", "explain", f"{id}#1", **url)
    assert (
        why.returncode == 0 and "understood by" in why.stdout and "row: " in why.stdout and "#1 shopper" in why.stdout
    )
    whole = run(tmp_path, "bot.cli", "explain", id, **url)
    assert "ticket_filed" in whole.stdout and "phase: " in whole.stdout
    same = run(tmp_path, "bot.cli", "replay", "--diff", "--parallel", "2", **url)
    assert same.returncode == 0 and "0 would go differently" in same.stdout
    for wrong, words in (
        (("explain", "nope"), "no conversation"),
        (("explain", f"{id}#x"), "number of a turn"),
        (("explain", f"{id}#9999"), "has turns 1 to"),
        (("fixture", "new", "--conversation", "nope"), "no conversation"),
        (("fixture", "new", "--conversation", id, "--shrink", "--until", "privacy"), "does no `privacy`"),
    ):
        done = run(tmp_path, "bot.cli", *wrong, **url)
        assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr
