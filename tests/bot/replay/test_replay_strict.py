"""Replay passes nothing over in silence: what a fixture says is played and checked, an error, or named and counted."""

from __future__ import annotations

import asyncio
import io
import pathlib
import xml.etree.ElementTree as ET

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import insert

from bot.bootstrap import run_bot
from bot.cli import main
from bot.replay.diff import Diff, Difference, compare, in_json, show, stagehand
from bot.replay.fixtures import Case, FixtureError, read_fixtures
from bot.replay.play import Fault, Outcome, Played, play_rehearsed
from bot.replay.printable import for_github, in_xml, markup, plain, words
from bot.replay.rehearsal import Stagehand
from bot.replay.report import github_lines, junit
from bot.settings import read_settings
from bot.store.console_tables import article_version
from kb_answers.library import ARTICLES
from tests.bot.replay.test_replaying import GOOD, run
from tests.conftest import SUPPORT

STEPS = "test_cases:\n- test_case: one\n  steps:\n  - user: my lamp is broken\n"


@pytest.fixture(scope="module")
def hand() -> Stagehand:
    return Stagehand(read_settings(support_email=SUPPORT))


async def played(hand: Stagehand, folder: pathlib.Path, text: str) -> Outcome:
    (folder / "a.yml").write_text(text, encoding="utf-8")
    (case,) = read_fixtures([folder / "a.yml"])
    return await play_rehearsed(hand, case)


# ---------------------------------------------------------------- what is known takes no turn


@pytest.mark.parametrize(
    "steps",
    [
        "  - slot_was_set: [reason]\n  - slot_was_not_set: [name]\n  - slot_was_not_set: [email]\n",
        "  - slot_was_set: [reason]\n  - act: offer_ticket\n",
        "  - slot_was_not_set: [name]\n  - act: answer\n  - slot_was_set: [{reason: my lamp is broken}]\n"
        "  - act: offer_ticket\n",
        "  - act: offer_ticket\n    slot_was_set: [reason]\n  - slot_was_not_set: [name, email]\n",
    ],
)
async def test_a_check_of_what_is_known_takes_no_bot_turn(hand: Stagehand, tmp_path: pathlib.Path, steps: str) -> None:
    assert (await played(hand, tmp_path, STEPS + steps)).problems == []


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("  - slot_was_set: [name]\n", "expected that name is known"),
        ("  - act: offer_ticket\n  - slot_was_not_set: [reason]\n", "expected that reason is not known"),
        (
            "  - act: offer_ticket\n    slot_was_set: [{reason: my desk is broken}]\n",
            "reason 'my desk is broken' is known",
        ),
    ],
)
async def test_a_check_of_what_is_known_can_fail(
    hand: Stagehand, tmp_path: pathlib.Path, steps: str, words: str
) -> None:
    (fault,) = (await played(hand, tmp_path, STEPS + steps)).faults
    line = next(n for n, text in enumerate((STEPS + steps).splitlines(), 1) if "slot_was" in text)
    assert words in fault.what and abs(fault.line - line) <= 1


# ---------------------------------------------------------------- mistakes that went unnoticed

ONE = STEPS + "  - act: offer_ticket\n"
MISTAKES = {
    "no expectation": (STEPS, "expects nothing"),
    "no case": ("test_cases: []\n", "there is none"),
    "an empty file": ("", "must hold a list"),
    "only a comment": ("# later\n", "must hold a list"),
    "another key of the file": (ONE + "test_casess: []\n", "did you mean `test_cases`"),
    "two cases of one name": (ONE + ONE.split("\n", 1)[1], "is the name of the case in line 2, too"),
    "a name that is none": (ONE.replace("test_case: one", "test_case: 12"), "the name of a case must be text"),
    "an empty name": (ONE.replace("test_case: one", 'test_case: ""'), "the name of a case is empty"),
    "an empty message": (ONE.replace("my lamp is broken", '" "'), "`user` is empty"),
    "half a character": (ONE.replace("my lamp is broken", '"a\\uD800"'), ""),
    "a misspelt key": (ONE.replace("act:", "acts:"), "unknown key `acts` in a step; did you mean `act`?"),
    "two deeds in one step": (
        ONE.replace("- act: offer_ticket", "- user: yes\n    rate: 5\n  - act: ask"),
        "`user` and `rate` in one step",
    ),
    "act and utter": (ONE + "    utter: utter_ask\n", "say the same"),
    "a score of six": (ONE + "  - rate: 6\n", "1 to 5"),
    "a yes for a score": (ONE + "  - rate: true\n", "1 to 5"),
    "a never of nothing": (ONE + "  - never: []\n", "names nothing"),
    "a never of an unknown act": (ONE + "  - never: [ask, ticket_fild]\n", "did you mean `ticket_filed`"),
    "a never of an unknown field": (ONE + "  - never: [ask.phone]\n", "no `ask.FIELD`"),
    "a never of an empty expression": (ONE + "  - never: ['//']\n", "no act"),
    "a never of a broken expression": (ONE + "  - never: ['/(/']\n", "not a regular expression"),
    "a broken expression": (ONE + "  - bot: '/[/'\n", "not a regular expression"),
    "an empty expression": (ONE + "  - bot: '//'\n", "no regular expression between"),
    "a broken expression of a ticket": (ONE + "  - ticket: {reason: '/*/'}\n", "not a regular expression"),
    "a ticket of nothing": (ONE + "    ticket: {}\n", "`ticket` holds"),
    "a number in a ticket": (ONE + "    ticket: {name: 5}\n", "`name` must be text"),
    "slots of nothing": (ONE + "  - slot_was_set: []\n", "names one field or more"),
    "an unknown slot": (ONE + "  - slot_was_not_set: [nam]\n", "did you mean `name`"),
    "a customer's phone": (
        ONE.replace("  steps:", "  customer: {phone: '5'}\n  steps:"),
        "unknown key `phone` in a customer",
    ),
    "a customer of nothing": (ONE.replace("  steps:", "  customer: {}\n  steps:"), "`customer` holds"),
    "a customer's number": (ONE.replace("  steps:", "  customer: {name: 5}\n  steps:"), "`name` must be text"),
    "an unknown signal": (
        ONE.replace("  - act", "    understood: {signals: [wants_tickets]}\n  - act"),
        "cannot be understood",
    ),
    "control characters": (ONE.replace("my lamp", "my \x1b[31mlamp"), "not valid YAML"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_what_would_go_unnoticed_is_a_mistake_with_its_place(tmp_path: pathlib.Path, what: str) -> None:
    text, said = MISTAKES[what]
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(FixtureError) as error:
        read_fixtures([tmp_path / "a.yml"])
    first, *shown = str(error.value).split("\n")
    assert said in first and first.startswith(f"{tmp_path}/a.yml:")
    line, column = (int(n) for n in first.removeprefix(f"{tmp_path}/a.yml:").split(":")[:2])
    if line <= len(text.splitlines()):
        assert shown[0] == f"    {plain(text.splitlines()[line - 1])}" and shown[1].strip() == "^" and column >= 1


def test_a_file_is_played_once(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yml").write_text(ONE)
    assert len(read_fixtures([tmp_path / "a.yml", tmp_path, tmp_path / "a.yml"])) == 1


# ---------------------------------------------------------------- Rasa's stories

STORIES = """stories:
- story: good
  steps:
  - user: my lamp is broken
    intent: report_issue
  - action: utter_answer
  - slot_was_set: [reason: my lamp is broken]
  - bot: "/support ticket/"
- story: wrong words
  steps:
  - user: my lamp is broken
  - bot: "Nothing of the kind."
- story: another's action
  steps:
  - user: my lamp is broken
  - action: action_look_up_order
  - action: utter_offer_ticket
- story: forked
  steps:
  - or:
    - intent: affirm
    - intent: deny
  - action: utter_ask
- story: silent
  steps:
  - intent: greet
  - action: utter_greet
- story: expects nothing
  steps:
  - user: hello
- story: another's slot
  steps:
  - user: my lamp is broken
  - slot_was_set: [order_id]
  - action: utter_offer_ticket
"""


async def test_a_story_is_checked_or_named_and_refuses_no_file(hand: Stagehand, tmp_path: pathlib.Path) -> None:
    (tmp_path / "stories.yml").write_text(STORIES)
    cases = read_fixtures([tmp_path / "stories.yml"])
    outcomes = {c.name: await play_rehearsed(hand, c) for c in cases}
    assert outcomes["good"].problems == [] and outcomes["good"].turns
    assert [f.line for f in outcomes["wrong words"].faults] == [12]
    left = {name: [(u.line, u.why) for u in o.left_out] for name, o in outcomes.items() if o.left_out}
    assert left == {
        "another's action": [(16, "`action: action_look_up_order` is none of this bot's acts")],
        "forked": [(20, "`or` of a story")],
        "silent": [(26, "`intent` without the words of a message")],
        "expects nothing": [(28, "story `expects nothing` expects nothing that can be checked here")],
        "another's slot": [(34, "`slot_was_set` of `order_id`, which this bot has not; known are email, name, reason")],
    }
    assert outcomes["another's action"].turns and not outcomes["another's action"].faults  # the rest of it was played


def test_what_cannot_be_played_is_counted_and_fails_unless_it_may_be_left_out(tmp_path: pathlib.Path) -> None:
    (tmp_path / "stories.yml").write_text(STORIES.replace("Nothing of the kind.", "/ticket/"))
    done = run(tmp_path, "bot.cli", "replay", "stories.yml", "--junit", "o.xml", "--github")
    assert done.returncode == 1
    assert "2 passed, 0 failed, 5 not played whole (5 steps)" in done.stdout and "--allow-unplayable" in done.stdout
    assert "NOT PLAYED forked" in done.stdout and "stories.yml:20: cannot be played: `or` of a story" in done.stdout
    assert "::error file=stories.yml,line=16,col=5,title=another's action::" in done.stdout
    assert ET.fromstring((tmp_path / "o.xml").read_bytes()).get("failures") == "5"  # noqa: S314 - our own file
    done = run(tmp_path, "bot.cli", "replay", "stories.yml", "--allow-unplayable", "--junit", "o.xml", "--github")
    assert (
        done.returncode == 0
        and "5 not played whole" in done.stdout
        and "::warning file=stories.yml,line=16" in done.stdout
    )
    suite = ET.fromstring((tmp_path / "o.xml").read_bytes())  # noqa: S314 - our own file
    assert (suite.get("failures"), suite.get("skipped"), len(suite.findall(".//skipped"))) == ("0", "5", 5)


def test_over_a_socket_a_case_with_a_person_is_named_and_the_rest_is_played(tmp_path: pathlib.Path) -> None:
    """Nothing is reached for a case that needs this process; before, the whole run ended there."""
    (tmp_path / "a.yml").write_text(
        ONE.replace("  - act", "  - agent: joins\n  - act")
        + ONE.split("\n", 1)[1].replace("one", "two").replace("  steps", "  helpdesk: slow\n  steps")
    )
    done = run(tmp_path, "bot.cli", "replay", "a.yml", "--url", "http://127.0.0.1:9")
    assert done.returncode == 1 and "0 passed, 0 failed, 2 not played whole" in done.stdout, done.stdout + done.stderr
    assert "`agent`, outside this process" in done.stdout and "`helpdesk: slow`, outside this process" in done.stdout


def test_as_pytests_tests_what_cannot_be_played_fails_or_is_skipped(tmp_path: pathlib.Path) -> None:
    (tmp_path / "s.dialogue.yml").write_text(STORIES.replace("Nothing of the kind.", "/ticket/"))
    done = run(tmp_path, "pytest", "-p", "no:cacheprovider")
    assert "5 failed, 2 passed" in done.stdout and "cannot be played: `or` of a story" in done.stdout, done.stdout
    (tmp_path / "pytest.ini").write_text("[pytest]\naskonce_allow_unplayable = true\n")
    assert "2 passed, 5 skipped" in run(tmp_path, "pytest", "-p", "no:cacheprovider").stdout


# ---------------------------------------------------------------- files that are to be written


def commanded(*arguments: str) -> Result:
    """A command in this process: what it says and its status."""
    return CliRunner().invoke(
        main, arguments, env={"ASKONCE_SUPPORT_EMAIL": SUPPORT, "ASKONCE_DATABASE_URL": "sqlite:///r.db"}
    )


def unforeseen(done: Result) -> bool:
    return done.exception is not None and not isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("option", ["--junit", "--json", "--coverage"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no/such/folder/o", "cannot be written"),
        ("folder", ""),
        ("/proc/o", "cannot be written"),
        ("a.yml", "is a fixture"),
    ],
)
def test_an_impossible_file_is_one_line_before_the_run(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, option: str, path: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yml").write_text(GOOD)
    (tmp_path / "folder").mkdir()
    done = commanded("replay", "a.yml", option, path)
    assert done.exit_code != 0 and words in done.stderr and option in done.stderr and not unforeseen(done)
    assert "pass" not in done.stdout and (tmp_path / "a.yml").read_text() == GOOD


def test_options_that_would_be_passed_over_are_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yml").write_text(GOOD)
    for wrong, said in (
        (("a.yml", "--junit", "o", "--json", "o"), "would write the same file"),
        (("a.yml", "-k", "no such name"), "none of the 1 cases"),
        (("a.yml", "--since", "2026-01-01"), "goes with --diff"),
        (("--diff", "--junit", "o"), "--junit does not go with --diff"),
        (("--diff", "-k", "x"), "-k does not go with --diff"),
        (("--diff", "--times", "3"), "--times does not go"),
        (("--diff", "--json", "no/such/o"), "cannot be written"),
        (("--diff", "--understander", "rasa"), "--understander rules"),
        (("a.yml", "--url", "http://x", "--coverage", "c"), "leave out"),
    ):
        done = commanded("replay", *wrong)
        assert done.exit_code != 0 and said in done.stderr and not unforeseen(done), (wrong, done.stderr)
    assert not (tmp_path / "o").exists()
    done = commanded("fixture", "new", "--conversation", "x", "-o", "no/such/f.yml")
    assert done.exit_code != 0 and "-o no/such/f.yml: cannot be written" in done.stderr


# ---------------------------------------------------------------- nothing that is printed acts

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
ACTING = "\x1b]0;x\x07[red]:smile:[/red]\u202egnp.\u2066\r\n::error::\x9b31m\x00\\"


@given(ANYTHING)
@example(ACTING)
def test_no_text_acts_on_a_terminal(text: str) -> None:
    shown = plain(text)
    assert not any(
        ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for c in shown
    )
    shown.encode()  # no half characters
    out = io.StringIO()
    console = Console(file=out, highlight=False, emoji=False, force_terminal=False, width=10_000)
    console.print(words(text), soft_wrap=True)
    assert out.getvalue() == shown + "\n"
    out.truncate(0)
    console.print(f"<{markup(text)}>", soft_wrap=True)
    assert not any(ord(c) < 32 and c != "\n" for c in out.getvalue().lstrip("\x00"))


@given(ANYTHING, ANYTHING)
@example(ACTING, ACTING)
def test_whatever_is_said_the_xml_is_xml_and_the_annotation_one_line(name: str, said: str) -> None:
    case = Case("a.yml", 1, name, ())
    outcome = Outcome(case, faults=[Fault(7, 3, said)], transcript=[said])
    suite = ET.fromstring(junit(Played([outcome], [0.1])))  # noqa: S314 - our own
    assert suite.findall("testcase/failure")[0].get("message") is not None
    (line,) = github_lines([outcome])
    assert line.isprintable() or not any(c in line for c in "\r\n\x1b\x00\u202e")
    assert line.startswith("::error file=a.yml,line=7,col=3,title=")
    title = line.split("title=", 1)[1].split("::", 1)[0]
    assert (not set(title) & {",", ":"} and "%0A" in line) or "\n" not in name + said


@given(st.text(max_size=60))
def test_githubs_escapes_are_taken_back_by_githubs_rules(text: str) -> None:
    """As the runner decodes them: %25 last."""
    pairs = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
    decoded = for_github(text, property=True)
    for coded, raw in pairs:
        decoded = decoded.replace(coded, raw)
    assert decoded == "".join(c if c in "\r\n" else plain(c) for c in text)


@given(ANYTHING)
def test_xml_knows_every_character_that_is_left(text: str) -> None:
    element = ET.Element("a")
    element.text = in_xml(text)
    ET.fromstring(ET.tostring(element))  # noqa: S314 - our own


def test_the_diff_is_shown_and_does_nothing() -> None:
    out = io.StringIO()
    one = Difference("c1", 3, ACTING, ACTING, ACTING, ACTING)
    show(Console(file=out, highlight=False, width=300), Diff(1, 3, [one]))
    assert not any(c in out.getvalue() for c in "\x1b\x07\r\x00\x9b\u202e\u2066")
    assert ":smile:" in out.getvalue() and "[red]" in out.getvalue()
    found = orjson.loads(in_json(Diff(1, 3, [one])))
    assert found["different"] == 1 and found["found"][0]["heard"] == ACTING


# ---------------------------------------------------------------- the diff sees what answers now


async def test_the_diff_sees_articles_that_were_edited_in_the_console(tmp_path: pathlib.Path) -> None:
    settings = read_settings(support_email=SUPPORT, database_url=f"sqlite:///{tmp_path}/d.db")
    async with run_bot(settings) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("m1", "how long does delivery take?")
        turns = await bot.store.turns(chat.id)
        article = turns[1].sources[0].article
        before = await compare(bot.store, await stagehand(settings, bot.store), chat.id, anew=False)
        assert before.found == [] and turns[1].act == "answer"
        text = (
            (ARTICLES / f"{article}.md")
            .read_text(encoding="utf-8")
            .replace("6 to 12 working days", "7 to 13 working days")
        )
        row = {"article": article, "text": text, "who": "lead", "at": "2026-11-26T10:00:00.000Z", "note": ""}
        await bot.store.transact(lambda c: c.execute(insert(article_version).values(**row)) and None)
        (now,) = (await compare(bot.store, await stagehand(settings, bot.store), chat.id, anew=False)).found
        assert "6 to 12" in now.before and "7 to 13" in now.now


def test_the_diff_writes_json(tmp_path: pathlib.Path) -> None:
    async def chat() -> None:
        async with run_bot(read_settings(support_email=SUPPORT, database_url=f"sqlite:///{tmp_path}/r.db")) as bot:
            conversation, _ = await bot.hub.begin()
            await conversation.hear("m1", "hello")

    asyncio.run(chat())
    done = run(tmp_path, "bot.cli", "replay", "--diff", "--json", "o.json")
    assert done.returncode == 0, done.stderr
    assert orjson.loads((tmp_path / "o.json").read_bytes()) == {
        "conversations": 1,
        "turns": 2,
        "different": 0,
        "found": [],
    }
