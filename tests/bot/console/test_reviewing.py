"""Verdicts, corrections and what becomes of them, assignments, flags, samples and agreement."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.history.samples import draw, kappa
from bot.history.search import Query, find
from bot.replay.fixtures import read_fixtures
from bot.store.accounts import Role
from dialogue import events
from tests.bot.console.conftest import Desk
from tests.bot.console.test_for_developers import download

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


async def test_a_verdict_is_kept_replaced_and_filtered_by(desk: Desk) -> None:
    id = await desk.chat("how long does delivery take?")
    one = await desk.as_role(Role.REVIEWER)
    await one.post(f"/conversations/{id}/review", 422, verdict="great")
    await one.post(f"/conversations/{id}/review", 422, verdict="wrong", reasons="nonsense")
    await one.post(f"/conversations/{id}/review", verdict="wrong", reasons=["tone", "no_article"], note="Too short.")
    await one.post(f"/conversations/{id}/review", verdict="right", note="On second thoughts.")
    page = await one.get(f"/conversations/{id}")
    assert "On second thoughts." in page and "Too short." not in page
    for verdict, wanted in (("right", [id]), ("wrong", []), ("none", [])):
        found = await find(desk.bot.store, Query.read({"review": verdict}), hidden=False)
        assert [r.conversation for r in found.rows] == wanted
    await one.post("/conversations/nonsense/review", 404, verdict="right")


async def test_two_reviewers_judge_apart(desk: Desk) -> None:
    id = await desk.chat("hello")
    one, two = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.ADMINISTRATOR)
    await one.post(f"/conversations/{id}/review", verdict="wrong", note="Hidden at first")
    page = await two.get(f"/conversations/{id}")
    assert "Hidden at first" not in page and "1 other verdict" in page
    await two.post(f"/conversations/{id}/review", verdict="right")
    assert "Hidden at first" in await two.get(f"/conversations/{id}")


async def test_assigning(desk: Desk) -> None:
    id = await desk.chat("hello")
    one = await desk.as_role(Role.REVIEWER)
    me = (await desk.accounts.all())[0]
    await one.post(f"/conversations/{id}/assign", 422, account="99")
    await one.post(f"/conversations/{id}/assign", account=str(me.id))
    found = await find(desk.bot.store, Query.read({"assigned": str(me.id)}), hidden=False)
    assert [r.conversation for r in found.rows] == [id]
    await one.post(f"/conversations/{id}/assign", account="")
    assert not (await find(desk.bot.store, Query.read({"assigned": str(me.id)}), hidden=False)).rows


async def test_corrections_become_training_data_without_the_people(desk: Desk) -> None:
    id = await desk.chat("I'm Jane Doe, jane@example.com, order 4711081599, where's my stuff")
    one = await desk.as_role(Role.REVIEWER)
    await one.post(f"/conversations/{id}/correct", 422, seq="2", intent="order_status")
    await one.post(f"/conversations/{id}/correct", 422, seq="1", intent="nonsense")
    await one.post(f"/conversations/{id}/correct", seq="1", intent="order_status", reason="where's my stuff")
    assert "Corrected by" in await one.get(f"/conversations/{id}")
    training = await download(one, "/training", "/training.yml")
    found = YAML(typ="safe").load(training)
    assert found["nlu"][0]["intent"] == "order_status"
    assert "where's my stuff" in found["nlu"][0]["examples"]
    assert "jane@example.com" not in training and "4711081599" not in training
    await one.post(f"/conversations/{id}/correct", seq="1", intent="")
    assert YAML(typ="safe").load(await download(one, "/training", "/training.yml"))["nlu"] == []


async def test_a_conversation_becomes_a_fixture_that_loads(desk: Desk, tmp_path: pathlib.Path) -> None:
    id = await desk.chat("the parcel was empty", "yes please", "Olu Adebayo, olu@example.ng", "thanks")
    chat = f"/conversations/{id}/fixture"
    text = await download(await desk.as_role(Role.REVIEWER), chat, chat + ".yml")
    assert "Olu" not in text and "olu@example.ng" not in text
    path = tmp_path / "case.yml"
    path.write_text(text, encoding="utf-8")
    case = read_fixtures([path])[0]
    assert [s.user for s in case.steps] == [
        "the parcel was empty",
        "yes please",
        "Robin Tanner, shopper1@example.com",
        "thanks",
    ]
    assert [e.act for s in case.steps for e in s.expected][:2] == ["offer_ticket", "ask"]


async def test_a_shopper_in_danger_is_flagged_at_once(desk: Desk) -> None:
    """R21: in the queue, in the list with its filter, and before all others among the running chats."""
    id = await desk.chat("my lamp is broken", "I want to kill myself")
    calm = await desk.chat("hello")
    one = await desk.as_role(Role.REVIEWER)
    assert id in await one.get("/flags?flag=danger") and calm not in await one.get("/flags?flag=danger")
    found = await find(desk.bot.store, Query.read({"flag": "danger"}), hidden=False)
    assert [r.conversation for r in found.rows] == [id]
    live = await one.get("/live")
    assert live.index(id) < live.index(calm) and live.count(">danger</span>") == 1


async def test_what_needs_a_look_is_flagged_until_judged(desk: Desk) -> None:
    bad = await desk.chat("my lamp is broken", "no thanks", "bye")
    lost = await desk.chat("???", "bla")
    chat = await desk.bot.hub.conversation(bad)
    assert chat
    await chat.tell(events.ShopperRated(1))
    await desk.archive()
    one = await desk.as_role(Role.REVIEWER)
    page = await one.get("/flags")
    assert bad in page and lost in page
    assert bad in await one.get("/flags?flag=bad_rating") and lost not in await one.get("/flags?flag=bad_rating")
    assert lost in await one.get("/flags?flag=fallback")
    await one.get("/flags?flag=nonsense", 422)
    await one.post(f"/conversations/{bad}/review", verdict="right")
    assert bad not in await one.get("/flags")


async def test_a_sample_is_drawn_judged_and_agreement_measured(desk: Desk) -> None:
    ids = [await desk.chat("hello") for _ in range(6)]
    one, two = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.ADMINISTRATOR)
    form = {
        "name": "Audit",
        "size": "4",
        "stratum": "outcome",
        "seed": "7",
        "since": "2020-01-01",
        "until": "2099-01-01",
    }
    for wrong in (
        {"stratum": "nonsense"},
        {"since": "soon"},
        {"name": ""},
        {"until": "2020-01-02"},
    ):
        await one.post("/samples", 422, **{**form, **wrong})
    answer = await one.post("/samples", **form)
    path = answer.headers["location"].removeprefix("/console")
    page = await one.get(path)
    drawn = re.findall(r'class="open" href="/console/conversations/(\w+)"', page)
    assert len(drawn) == 4 and set(drawn) <= set(ids)
    again = (await one.post("/samples", **form)).headers["location"].removeprefix("/console")
    assert re.findall(r'class="open" href="/console/conversations/(\w+)"', await one.get(again)) == drawn
    for n, id in enumerate(drawn):
        await one.post(f"/conversations/{id}/review", verdict="right" if n < 2 else "wrong")
        await two.post(f"/conversations/{id}/review", verdict="right" if n < 3 else "wrong")
    page = await one.get(path)
    assert "0.50" in page and "4 of 4" in page and "You have judged all of them" in page
    await one.get("/samples/99", 404)


def test_kappa_of_the_textbook() -> None:
    """Cohen 1960's measure on a table of 50: both yes 20, both no 15, 5 and 10 apart: 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("y", "y")]) is None and kappa([("y", "y")] * 3) is None
    assert kappa([("y", "n"), ("n", "y")]) == pytest.approx(-1.0)


@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(), min_size=1, unique=True), min_size=1),
    st.integers(1, 20), st.integers(),
)  # fmt: skip
def test_samples_are_random_but_repeatable(groups: dict[str, list[int]], size: int, seed: int) -> None:
    named = {g: [f"{g}{n}" for n in ids] for g, ids in groups.items()}
    everyone = [id for ids in named.values() for id in ids]
    drawn = draw(named, size, seed)
    assert drawn == draw({g: list(reversed(ids)) for g, ids in named.items()}, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(everyone)) and set(drawn) <= set(everyone)
    if size >= len(everyone) or size >= 3 * len(named):
        assert {id[0] for id in drawn} == set(named)
