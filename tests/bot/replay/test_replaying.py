"""Replays, what would change, fixtures made from life, coverage, and the same cases as pytest's tests."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

import orjson
import pytest

from bot.commands.chat import Session
from bot.replay.coverage import Coverage
from bot.replay.fixtures import FixtureError, read_fixtures
from bot.replay.play import play_rehearsed
from bot.replay.rehearsal import Stagehand
from bot.replay.schema import reference, schema
from bot.replay.watch import fingerprint, watch
from bot.settings import Settings, read_settings
from dialogue import events
from dialogue.vocabulary import Signal
from tests.conftest import ROOT, SUPPORT

CASES = ROOT / "tests" / "dialogues"
GOOD = """test_cases:
- test_case: a late order is an issue
  steps:
  - user: "my order is late"
  - act: offer_ticket
"""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(support_email=SUPPORT)


@pytest.fixture(scope="module")
def hand(settings: Settings) -> Stagehand:
    return Stagehand(settings)


def run(folder: pathlib.Path, *command: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ASKONCE_", "PYTEST_"))}
    environment = clean | {"ASKONCE_DATABASE_URL": f"sqlite:///{folder}/r.db", "ASKONCE_SUPPORT_EMAIL": SUPPORT, **more}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        input=stdin,
    )


# ---------------------------------------------------------------- the project's own cases


async def test_the_cases_pass_cover_every_row_and_are_named_once(hand: Stagehand) -> None:
    cases = read_fixtures([CASES])
    outcomes = [await play_rehearsed(hand, case) for case in cases]
    assert [p for o in outcomes for p in o.problems] == []
    missing = Coverage.of(outcomes).missing()
    assert missing["rows"] == [] and missing["acts"] == [] and missing["intents"] == []
    names = [c.name for c in cases]
    assert len(cases) >= 150 and len(set(names)) == len(names)


async def test_the_same_words_go_the_same_way_every_time(hand: Stagehand, settings: Settings) -> None:
    """R16."""
    cases = read_fixtures([CASES / "variations.yml"])[:30]
    for other in (hand, Stagehand(settings)):
        for case in cases:
            one, two = await play_rehearsed(hand, case), await play_rehearsed(other, case)
            assert [(t["act"], t["text"]) for t in one.turns] == [(t["act"], t["text"]) for t in two.turns]


# ---------------------------------------------------------------- the command


def test_a_failing_case_shows_the_difference_the_rows_and_the_state(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yml").write_text(
        GOOD + "- test_case: wrong\n  steps:\n  - user: my lamp is broken\n  - act: ticket_filed\n"
    )
    done = run(tmp_path, "bot.cli", "replay", "a.yml", "--junit", "out.xml", "--json", "out.json", "--github")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for shown in (
        "pass a late order",
        "FAIL wrong",
        "- expected [ticket_filed]",
        "+ got [answer, offer_ticket]",
        "+ row: R10 an issue without consent: offer",
        "+ state: offered, reason='my lamp is broken'",
        "1 passed, 1 failed",
    ):
        assert shown in done.stdout, (shown, done.stdout)
    assert "::error file=a.yml,line=9,col=5,title=wrong::after" in done.stdout
    suite = ET.fromstring((tmp_path / "out.xml").read_bytes())  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    found = orjson.loads((tmp_path / "out.json").read_bytes())
    assert [c["passed"] for c in found["cases"]] == [True, False] and found["passed"] is False


def test_the_options_choose_repeat_and_share_out(tmp_path: pathlib.Path) -> None:
    case = GOOD.split("\n", 1)[1]
    (tmp_path / "a.yml").write_text(
        "test_cases:\n" + "".join(case.replace("a late", f"case {n} a late") for n in range(45))
    )
    done = run(tmp_path, "bot.cli", "replay", "a.yml", "--parallel", "2", "--times", "3", "-q", "--coverage", "c.html")
    assert done.returncode == 0 and "45 passed" in done.stdout and "pass^3: 45 of 45" in done.stdout, done.stdout
    assert "R10 the offer is made" in (tmp_path / "c.html").read_text()
    assert "1 passed" in run(tmp_path, "bot.cli", "replay", "a.yml", "-k", "case 7 A LATE").stdout
    for wrong, words in (
        (("replay",), "name a fixture"),
        (("replay", "a.yml", "--diff"), "leave out the fixtures"),
        (("replay", "a.yml", "--understander", "rasa"), "ASKONCE_RASA_URL"),
        (("replay", "none.yml"), "cannot be read"),
    ):
        done = run(tmp_path, "bot.cli", *wrong)
        assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("act: offer_ticket", "act: offer_tickets"), "did you mean `offer_ticket`"),
        (GOOD.replace("- user:", "- usr:"), "did you mean `user`"),
        (GOOD.replace('"my order is late"', "12"), "must be text"),
        (GOOD + "    understood: {reason: x}\n", "stands beside the `user`"),
        (
            GOOD.replace('- user: "my order is late"', '- user: "x"\n    understood: {reasn: x}'),
            "did you mean `reason`",
        ),
        (GOOD + "  - rate: five\n", "whole number"),
        (GOOD.replace("  steps:", "  helpdesk: fast\n  steps:"), "may be `slow`"),
        ("test_cases: [", "not valid YAML"),
        ("cases: []", "must hold a list"),
    ],
)
def test_mistakes_are_shown_where_they_are(tmp_path: pathlib.Path, text: str, words: str) -> None:
    path = tmp_path / "a.yml"
    path.write_text(text)
    with pytest.raises(FixtureError) as error:
        read_fixtures([path])
    first, *shown = str(error.value).split("\n")
    assert words in first and first.startswith(f"{path}:")
    line, column = (int(n) for n in first.removeprefix(f"{path}:").split(":")[:2])
    if line <= len(text.splitlines()):
        assert shown == [f"    {text.splitlines()[line - 1]}", f"    {' ' * (column - 1)}^"]


def test_rasas_own_test_stories_load(tmp_path: pathlib.Path) -> None:
    (tmp_path / "stories.yml").write_text("""version: "3.1"
stories:
- story: a late order
  steps:
  - user: |
      my [order](thing) is late
    intent: report_issue
  - action: utter_offer_ticket
  - slot_was_set:
    - reason
  - user: "no"
    intent: deny
  - action: action_listen
  - action: utter_declined
""")
    (case,) = read_fixtures([tmp_path / "stories.yml"])
    assert [(s.user, [e.act for e in s.expected]) for s in case.steps] == [
        ("my order is late", ["offer_ticket", None]),
        ("no", ["declined"]),
    ]


def test_watching_runs_again_when_a_file_changes(tmp_path: pathlib.Path) -> None:
    file, told = tmp_path / "a.yml", tmp_path / "told"
    file.write_text("x")
    before = fingerprint([tmp_path])
    script = (
        f"import pathlib; p = pathlib.Path({str(told)!r}); p.write_text(p.read_text() + 'x' if p.exists() else 'x'); "
        f"pathlib.Path({str(file)!r}).write_text('y' * len(p.read_text()))"
    )
    watch([sys.executable, "-c", script], [tmp_path / "a.yml"], rounds=3, every=0.01)
    assert told.read_text() == "xxx" and fingerprint([tmp_path]) != before


def test_the_schema_knows_every_key_and_the_docs_are_made_from_it() -> None:
    found = schema()
    page = (ROOT / "docs" / "fixtures.md").read_text(encoding="utf-8")
    assert reference() in page, (
        "renew the table of docs/fixtures.md: python -c 'from bot.replay.schema import reference; print(reference())'"
    )
    kept = orjson.loads((ROOT / "docs" / "fixtures.schema.json").read_bytes())
    assert kept == found, "renew it: askonce fixture schema > docs/fixtures.schema.json"
    keys = set(found["$defs"]["step"]["properties"])
    assert keys == {
        "user",
        "files",
        "understood",
        "agent",
        "rate",
        "published",
        "act",
        "asks",
        "bot",
        "ticket",
        "never",
        "utter",
        "slot_was_set",
        "slot_was_not_set",
    }


# ---------------------------------------------------------------- at the keyboard


async def test_a_session_is_undone_and_explained_and_saved(
    settings: Settings, hand: Stagehand, tmp_path: pathlib.Path
) -> None:
    session = Session.begin(settings)
    assert await session.undo() is None and session.why() == ["nothing was said yet"]
    await session.say("my lamp is broken")
    state = session.rehearsal.state
    await session.say("yes please")
    assert "row: R7 yes to the offer" in session.why() and "phase: offered → collecting" in session.why()
    assert await session.undo() == "yes please" and session.rehearsal.state == state
    await session.say("yes, Jane Doe, jane@example.com")
    (tmp_path / "a.yml").write_text(await session.fixture("a broken lamp"), encoding="utf-8")
    (case,) = read_fixtures([tmp_path / "a.yml"])
    assert case.name == "a broken lamp" and (await play_rehearsed(hand, case)).problems == []


def test_slash_commands_through_a_pipe(tmp_path: pathlib.Path) -> None:
    words = (
        "my lamp is broken\n/state\n/why\n/save a broken lamp\n/save a broken lamp\n/save\n/undo\n/state\n"
        "/nonsense\n/quit\nnever read\n"
    )
    done = run(tmp_path, "bot.cli", "chat", stdin=words)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    for shown in (
        "offered, reason='my lamp is broken'",
        "row: R10 an issue without consent: offer",
        "Written to a_broken_lamp.yml",
        "is there already",
        "taken back: my lamp is broken",
        "idle",
        "/state what is known",
    ):
        assert shown in done.stdout, shown
    assert run(tmp_path, "bot.cli", "replay", "a_broken_lamp.yml").returncode == 0


# ---------------------------------------------------------------- as pytest's tests, in a shop's own repository


def test_fixtures_are_tests_in_any_repository(tmp_path: pathlib.Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naskonce_fixtures = dialogues\n")
    (tmp_path / "dialogues").mkdir()
    wrong = "- test_case: wrong\n  steps:\n  - user: my lamp is broken\n  - act: ticket_filed\n"
    (tmp_path / "dialogues" / "a.yml").write_text(GOOD + wrong)
    (tmp_path / "b.dialogue.yml").write_text(GOOD)
    (tmp_path / "other.yml").write_text("not: ours")
    done = run(tmp_path, "pytest", "-p", "no:cacheprovider")
    assert "1 failed, 2 passed" in done.stdout, done.stdout
    assert "dialogues/a.yml::wrong" in done.stdout and "+ row: R10 an issue without consent: offer" in done.stdout
    assert "play_rehearsed" not in done.stdout  # words for people, no traceback
    (tmp_path / "dialogues" / "a.yml").write_text(GOOD.replace("act:", "akt:"))
    done = run(tmp_path, "pytest", "-p", "no:cacheprovider")
    assert "did you mean `act`" in done.stdout and done.returncode != 0


async def test_recorded_understanding_is_taken_and_may_be_left_out(hand: Stagehand, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yml").write_text("""test_cases:
- test_case: recorded
  steps:
  - user: "blah"
    understood: {signals: [wants_ticket]}
  - act: ask
""")
    (case,) = read_fixtures([tmp_path / "a.yml"])
    outcome = await play_rehearsed(hand, case)
    assert outcome.problems == []
    told = outcome.changes[0].happenings[0]
    assert isinstance(told, events.ShopperSaid) and told.understood.signals == {Signal.WANTS_TICKET}
    assert (await play_rehearsed(hand, case, recorded=False)).problems
