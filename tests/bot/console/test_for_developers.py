"""Corrections reach the training file and the fixture as what they are, and nothing leaves before somebody has
looked."""

from __future__ import annotations

import html
import pathlib
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.console.for_developers import example, training_text
from bot.replay.fixtures import read_fixtures
from bot.replay.new_fixture import Fix, Move, as_yaml, corrected
from bot.replay.play import play_rehearsed
from bot.replay.rehearsal import Stagehand
from bot.store.accounts import Role
from bot.store.records import Turn
from bot.store.tables import happening, turn
from dialogue import events
from dialogue.vocabulary import IntentName
from tests.bot.console.conftest import Desk, Visitor


def text_of(page: str) -> str:
    """The text in the page's form."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert found
    return html.unescape(found[1])


async def download(visitor: Visitor, page: str, path: str) -> str:
    """Look at a page's text, tick that one has, and download it."""
    text = text_of(await visitor.get(page))
    return (await visitor.post(path, 200, text=text, do="download", looked="yes")).text


def rasa_lines(text: str) -> list[tuple[str, str]]:
    """Intent and line of each example, read as Rasa reads its training data: a list of lines that begin with a
    hyphen."""
    data = YAML(typ="safe").load(text)
    assert set(data) == {"version", "nlu"}
    found = []
    for part in data["nlu"]:
        assert set(part) == {"intent", "examples"}
        for line in part["examples"].split("\n"):
            if line:
                assert line.startswith("- "), line
                found.append((part["intent"], line[2:]))
    return found


#: Rasa's own expression for entities in a line (rasa/shared/nlu/training_data/entities_parser.py, 3.6).
RASA_ENTITY = re.compile(r"\[(?P<text>[^\]]+?)\](\((?P<entity>[^:)]+?)(?:\:(?P<value>[^)]+))?\)|\{(?P<dict>[^}]+?)\})")
anything = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("-:#[]{}()'\"\n\r\t\x85\u2028\u0000\ufeff\\|>&*!%@`"),
    max_size=40,
)


@given(
    st.lists(
        st.tuples(st.sampled_from([i.value for i in IntentName]), anything, st.sampled_from(["", "Jane", "x"])),
        max_size=6,
    )
)
def test_any_message_is_one_line_of_valid_training_data(rows: list[tuple[str, str, str]]) -> None:
    pairs = [(intent, example(text, name)) for intent, text, name in rows]
    wanted = list(dict.fromkeys(pair for pair in pairs if pair[1]))
    assert sorted(rasa_lines(training_text(pairs))) == sorted(wanted)
    for (_, line), (_, _, name) in zip(pairs, rows, strict=True):
        for entity in RASA_ENTITY.finditer(line):
            assert (entity["text"], entity["entity"], entity["dict"]) == (name, "name", None), line
        assert "\\" not in line


_REPLY = Turn(2, "bot", "Noted.", "2026-11-21T10:00:00.000Z", act="clarify")


@given(st.lists(anything.filter(str.strip), min_size=1, max_size=4))
def test_any_words_make_a_fixture_that_holds_them(tmp_path_factory: Any, texts: list[str]) -> None:
    moves = [Move(events.ShopperSaid(events.Understanding(t, reason=t or None)), t) for t in texts]
    path = pathlib.Path(tmp_path_factory.mktemp("any")) / "case.yml"
    path.write_text(as_yaml("any: [words] # here", moves, [[_REPLY] for _ in moves]), encoding="utf-8", newline="")
    (case,) = read_fixtures([path])
    assert [s.user for s in case.steps] == texts
    assert [(s.understood or {}).get("reason", "") for s in case.steps] == texts


@given(st.sampled_from(list(IntentName)), st.sets(st.sampled_from(["name", "email", "reason"])))
def test_a_corrected_understanding_says_what_the_reviewer_said(intent: IntentName, wrong: set[str]) -> None:
    before = events.Understanding(
        "not happy at all",
        name="not happy at all",
        email="a@b.example",
        reason="it",
        question="it?",
        signals=frozenset(),
    )
    after = corrected(before, Fix(intent=intent.value, wrong=tuple(sorted(wrong))))
    assert after.intents == (events.Intent(intent, 1.0),)
    assert {f for f in ("name", "email") if getattr(after, f) is None} == wrong & {"name", "email"}
    assert bool(after.answer) == (intent in (IntentName.AFFIRM, IntentName.DENY))
    given_anew = corrected(before, Fix(name="Jane Doe", wrong=("name",)))
    assert given_anew.name == "Jane Doe" and given_anew.intents == before.intents and given_anew.question == "it?"


async def test_every_correction_is_in_both_files(desk: Desk, tmp_path: pathlib.Path) -> None:
    """An intent, a missed name and a sentence misread as one, each in the training data and in the fixture."""
    id = await desk.chat("my lamp came broken", "yes", "not happy at all", "xolani mbeki here, xolani@example.org")
    turns = [t for t in await desk.bot.store.turns(id) if t.who == "shopper"]
    one = await desk.as_role(Role.REVIEWER)
    await one.post(f"/conversations/{id}/correct", 422, seq=str(turns[2].seq), wrong="address")
    await one.post(f"/conversations/{id}/correct", seq=str(turns[1].seq), intent="deny")
    await one.post(f"/conversations/{id}/correct", seq=str(turns[2].seq), intent="report_issue", wrong=["name"])
    await one.post(f"/conversations/{id}/correct", seq=str(turns[3].seq), name="xolani mbeki")
    page = await one.get(f"/conversations/{id}")
    assert "report issue, no name" in page and "name xolani mbeki" in page and page.count("Corrected by") == 3
    training = rasa_lines(await download(one, "/training", "/training.yml"))
    assert ("deny", "yes") in training and ("report_issue", "not happy at all") in training
    named = [line for _, line in training if "](name)" in line]
    assert len(training) == 3 and named == ["[robin tanner](name) here, shopper1@example.com"]
    text = await download(one, f"/conversations/{id}/fixture", f"/conversations/{id}/fixture.yml")
    (tmp_path / "case.yml").write_text(text, encoding="utf-8")
    (case,) = read_fixtures([tmp_path / "case.yml"])
    assert "corrected: turn" in case.name and "deny" in case.name
    assert [s.user for s in case.steps] == [
        "my lamp came broken",
        "yes",
        "not happy at all",
        "robin tanner here, shopper1@example.com",
    ]
    acts = [[e.act for e in s.expected] for s in case.steps]
    assert acts[0][-1] == "offer_ticket" and acts[1] == ["declined"], "after a no nothing is asked for"
    assert (case.steps[2].understood or {}).get("name") is None
    assert (case.steps[3].understood or {})["name"] == "robin tanner"
    assert (await play_rehearsed(Stagehand(desk.bot.settings), case)).problems == []


async def misread(desk: Desk, id: str, seq: int, name: str) -> None:
    """As if this message had been read as a name."""

    def job(connection: Connection) -> None:
        mine = (happening.c.conversation == id) & (
            happening.c.number
            == select(turn.c.number).where(turn.c.conversation == id, turn.c.seq == seq).scalar_subquery()
        )
        told = connection.execute(select(happening.c.events).where(mine)).scalar_one()
        changed = told.replace('"name":null', f'"name":"{name}"', 1)
        assert changed != told
        connection.execute(update(happening).where(mine).values(events=changed))

    await desk.bot.store.transact(job)


async def test_an_invented_name_never_stands_for_a_misread_sentence(desk: Desk) -> None:
    """What was taken for a name is what somebody said: it stays, whether its words show it or only the reviewer
    knows."""
    id = await desk.chat("my lamp broke", "not happy at all", "Grüne Lampe", "???")
    one = await desk.as_role(Role.REVIEWER)
    for t in [t for t in await desk.bot.store.turns(id) if t.who == "shopper"][1:3]:
        await misread(desk, id, t.seq, t.text)
        wrong = ["name"] if t.text == "Grüne Lampe" else []
        await one.post(f"/conversations/{id}/correct", seq=str(t.seq), intent="other", wrong=wrong)
    lines = rasa_lines(await download(one, "/training", "/training.yml"))
    assert [line for _, line in lines if "Grüne" in line] == ["Grüne Lampe"]
    assert [line for _, line in lines if "happy" in line] == ["not happy at all"]
    text = text_of(await one.get(f"/conversations/{id}/fixture"))
    assert "not happy at all" in text and "Grüne Lampe" in text and "Robin" not in text


async def test_nothing_is_downloaded_that_nobody_looked_at(desk: Desk) -> None:
    id = await desk.chat(
        "my neighbour Quirijn from Bergen has my lamp, we live at 12 Elm Street", "yes", "Olu Adebayo, olu@example.ng"
    )
    one, viewer = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.VIEWER)
    path = f"/conversations/{id}/fixture"
    answer = await one.client.get(f"/console{path}.yml")
    assert answer.status_code == 303 and answer.headers["location"] == f"/console{path}", (
        "the file's old address leads to the look"
    )
    await viewer.get(path, 403)
    await viewer.post(path + ".yml", 403)
    page = await one.get(path)
    assert (
        '<mark class="left">Quirijn</mark>' in page
        and '<mark class="left">Bergen</mark>' in page
        and "Elm" not in text_of(page)
    )
    assert '<mark class="made">Robin Tanner</mark>' in page and "Olu" not in text_of(page)
    text = text_of(page)
    refused = await one.post(path + ".yml", 422, text=text, do="download")
    assert "nothing was downloaded" in refused.text and "attachment" not in refused.headers.get(
        "content-disposition", ""
    )
    again = await one.post(path + ".yml", 200, text=text, do="replace", words=["Quirijn", "Bergen"])
    assert "Quirijn" not in text_of(again.text) and "Bergen" not in text_of(again.text)
    broken = await one.post(path + ".yml", 422, text="test_cases: [", do="download", looked="yes")
    assert "not valid YAML" in broken.text and "Traceback" not in broken.text
    done = await one.post(path + ".yml", 200, text=text_of(again.text), do="download", looked="yes")
    assert "attachment" in done.headers["content-disposition"] and done.text == text_of(again.text).strip() + "\n"
    await one.post(f"/conversations/{id}/correct", seq="1", intent="report_issue")
    wrong = await one.post(
        "/training.yml",
        422,
        text="version: '3.1'\nnlu:\n- intent: other\n  examples: |\n    no hyphen\n",
        do="download",
        looked="yes",
    )
    assert "no hyphen" in wrong.text
    answer = await one.client.get("/console/training.yml")
    assert answer.status_code == 303 and answer.headers["location"] == "/console/training"
    log = await (await desk.as_role(Role.ADMINISTRATOR)).get("/log")
    assert log.count("export fixture") == 1 and "export training" not in log
