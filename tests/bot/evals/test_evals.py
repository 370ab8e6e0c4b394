"""The evaluation measures what it says, and `docs/quality.md` says what was measured. All rows here are invented."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.evals import goals, measures
from bot.evals.answers import ARTICLES_OF, faq
from bot.evals.report import page
from bot.evals.rows import FILES, DataError, read_data
from bot.evals.run import run
from bot.settings import Settings
from dialogue.events import Intent, Understanding
from dialogue.understanding.rules import Rules
from dialogue.vocabulary import Answer, IntentName
from kb_answers.answer import Answers
from tests.test_docs import ROOT

SETTINGS = Settings(_env_file=None, support_email="help@shop.example")
VALUES = {"support_email": "help@shop.example", "hours": "Mon-Fri 9-17"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "intents": [
        {"text": "hello there", "label": "greet", "alt": [], "templated": False},
        {"text": "where has my parcel got to", "label": "order_status", "alt": [], "templated": False},
        {"text": "what did support do with my ticket", "label": "ticket_update", "alt": [], "templated": False},
        {"text": "the vase came in pieces", "label": "report_issue", "alt": ["question"], "templated": False},
        {"text": "will it rain in Lisbon", "label": "other", "alt": [], "templated": False},
        {"text": "how long do refunds take", "label": "question", "alt": [], "templated": True},
    ],
    "intents_two_shops": [
        {
            "text": "do you have this lamp in blue",
            "label": "question",
            "alt": [],
            "templated": False,
            "topic": "faq_product",
        },
    ],
    "contact": [
        {
            "id": "c1",
            "messages": [
                {"prev_agent": "your name please?", "text": "Ines Duarte"},
                {"prev_agent": "and your email?", "text": "ines@duarte.example"},
                {"prev_agent": None, "text": "the lid is cracked"},
            ],
            "name": "Ines Duarte",
            "email": "ines@duarte.example",
        }
    ],
    "conversations": [
        {
            "id": "v1",
            "turns": [
                {"role": "customer", "text": "the vase came in pieces"},
                {"role": "agent", "text": "may I have your name and email?"},
                {"role": "customer", "text": "Ines Duarte, ines@duarte.example"},
            ],
            "name": "Ines Duarte",
            "email": "ines@duarte.example",
            "reason_text": "the vase came in pieces",
        }
    ],
    "faq": [
        {"question": "how long does a refund take?", "topic": "refunds", "alt_topics": []},
        {"question": "can I pay with seashells?", "topic": "payment", "alt_topics": []},
    ],
    "yesno": [
        {"prev_agent": "Shall I?", "text": "go ahead", "label": "affirm", "alt": []},
        {"prev_agent": "Shall I?", "text": "rather not", "label": "deny", "alt": []},
    ],
    "names_multiscript": [{"name": "Ines Duarte"}, {"name": "Jean-Luc Moreau"}],
    "emails_syntax": [{"email": "a@b.example", "valid": True}, {"email": "a@@b", "valid": False}],
}


class Parrot:
    """An understander that always says the same, right or wrong."""

    name = "parrot"

    def __init__(self, says: Understanding) -> None:
        self._says = says

    async def understand(self, text: str, asked: object = None) -> Understanding:
        return self._says

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for name, rows in ROWS.items():
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(orjson.dumps(r) for r in rows))
    return tmp_path


def test_f1_counts_hits_misses_and_false_alarms() -> None:
    scores = measures.f1_scores([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    assert scores["a"] == (1.0, 0.5, pytest.approx(2 / 3), 2)
    assert scores["b"] == (pytest.approx(2 / 3), 1.0, pytest.approx(0.8), 2)


async def test_a_parrot_scores_what_a_parrot_deserves() -> None:
    says = Understanding(
        kept="", intents=(Intent(IntentName.GREET, 1.0),), answer=Answer.AFFIRM, name="Some Body", email="x@y.example"
    )
    parrot = Parrot(says)
    step = list[None]().clear
    found = (await measures.intents(ROWS["intents"], parrot, step)).figures
    assert found["human_accuracy_lenient"] == pytest.approx(1 / 5)
    assert found["greet_recall"] == 1.0
    assert found["greet_precision"] == pytest.approx(1 / 5)
    assert found["oos_recall"] == 0.0
    contact = (await measures.contact(ROWS["contact"], parrot, step)).figures
    assert contact["full_names_found"] == 0.0
    assert contact["false_names"] == 1.0
    assert contact["emails_invented"] == pytest.approx(2 / 3)
    assert (await measures.yes_no(ROWS["yesno"], parrot, step)).figures["accuracy"] == 0.5
    assert (await measures.fields_of_chats(ROWS["conversations"], parrot, step)).figures["all_three"] == 0.0


async def test_a_wrong_article_costs_five_abstentions(tmp_path: pathlib.Path) -> None:
    (tmp_path / "dodo.md").write_text(
        "---\nid: dodo\ntitle: Dodo feathers\nsources: ['000']\nrevised: 2026-01-01\nquestions:\n"
        "  - how long does a refund take\n---\n"
        "We sell dodo feathers.\n",
        encoding="utf-8",
    )
    wrong = await faq(
        ROWS["faq"][:1] + ROWS["faq"][1:],
        Rules(),
        Answers(tmp_path, values=VALUES),
        ROWS["intents"][4:5],
        list[None]().clear,
    )
    assert wrong.figures["another_family"] == 1.0
    assert wrong.figures["score"] == -5.0
    right = await faq(ROWS["faq"], Rules(), Answers(values=VALUES), ROWS["intents"][4:5], list[None]().clear)
    assert right.figures["score"] == 1.0
    assert right.figures["silent_without_article"] == 1.0


def test_the_topics_name_articles_that_exist() -> None:
    known = {a.id for a in Answers(values=VALUES).index.articles}
    assert set().union(*ARTICLES_OF.values()) <= known


async def test_the_report_holds_every_drawing_and_escapes_what_people_wrote(folder: pathlib.Path) -> None:
    hostile = {"text": "<script>alert(1)</script> zeppelin", "label": "greet", "alt": [], "templated": False}
    with (folder / "intents.jsonl").open("ab") as file:
        file.write(b"\n" + orjson.dumps(hostile))
    done = await run(
        "rules", Rules(), read_data(folder), Answers(values=VALUES), lambda what, steps: list[None]().clear, SETTINGS
    )
    html = page([done], date="2026-01-01", command="make eval")
    assert html.count("<svg") == 4
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_command_measures_checks_and_says_what_is_missing(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    runner = CliRunner()
    found = runner.invoke(main, ["eval", "--rules-only", "--data", str(folder), "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "yes, no or neither where something was offered (≥ 96.0%): rules 100.0%" in found.output
    assert set(orjson.loads((out / "figures.json").read_bytes())["runs"]) == {"rules"}
    (folder / "faq.jsonl").write_text("{", encoding="utf-8")
    broken = runner.invoke(main, ["eval", "--rules-only", "--data", str(folder), "--out", str(out)])
    assert broken.exit_code == 1
    assert "faq.jsonl, line 1: not JSON" in broken.output
    (folder / "faq.jsonl").unlink()
    with pytest.raises(DataError, match="say where the files are with --data"):
        read_data(folder)


def test_a_figure_that_fell_is_named() -> None:
    figures = {g.figure: 0.9 for g in (*goals.GOALS, *goals.ASIDE)}
    saved = {"runs": {"rules": {"all": figures}}}
    assert goals.fallen(saved, {"rules": {"all": figures}}) == []
    worse = figures | {"yes_no.accuracy": 0.85, "contact.false_names": 0.95}
    assert len(goals.fallen(saved, {"rules": {"all": worse}})) == 2
    assert goals.fallen(saved, {"rules": {"all": figures | {"latency.p50_ms": 99.0}}}) == []
    del figures["yes_no.accuracy"]  # not measured then: nothing to fall below
    assert len(goals.fallen(saved, {"rules": {"all": worse}})) == 1


def test_read_and_blind_rows_more_than_two_points_apart_are_marked() -> None:
    goal = goals.Goal("what", "a.b", 0.9)

    def shown(read: float, blind: float) -> str:
        return goals.cells(goal, {"read": {"a.b": read}, "blind": {"a.b": blind}}, judge=True)[3]

    assert shown(0.90, 0.88) == "-2.0"
    assert shown(0.90, 0.879) == "-2.1 **defect**"
    assert shown(0.90, 0.93) == "+3.0 **defect**"
    assert goals.cells(goal, {"all": {"a.b": 0.9}}, judge=True) == ["90.0%", "–", "–", "–"]


def test_the_page_says_what_was_measured() -> None:
    saved = orjson.loads((ROOT / "docs" / "quality.json").read_bytes())
    document = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert set(saved["runs"]) == {"rules", "rasa"}
    assert document.split(goals.BEGIN)[1].split(goals.END)[0].strip() == goals.table(saved)


def test_every_file_that_is_read_has_an_example_here() -> None:
    assert set(FILES) == set(ROWS)


def test_what_the_report_is_drawn_with_may_be_missing(folder: pathlib.Path) -> None:
    """A server needs no drawings, so what draws them is installed for development alone; without it
    there is one line."""
    code = "import sys; sys.modules['matplotlib'] = None; from bot.cli import main; main()"
    command = [sys.executable, "-c", code, "eval", "--rules-only", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["Error: matplotlib is missing; install what the tests need: make .venv/.test"]
