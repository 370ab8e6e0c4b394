"""A third of the rows is blind: always the same third, and its words are shown nowhere."""

from __future__ import annotations

import itertools
import pathlib
import random
from collections.abc import Callable
from typing import Any

import orjson
from click.testing import CliRunner

from bot.cli import main
from bot.evals.measures import Error
from bot.evals.report import page
from bot.evals.rows import FILES, Data, is_blind, read_data
from bot.evals.run import run
from dialogue.events import Intent, Understanding
from dialogue.vocabulary import Answer, IntentName
from kb_answers.answer import Answers
from tests.bot.evals.test_evals import ROWS, SETTINGS, VALUES, Parrot

MARK = "quagga"  # in every word of a blind row that is a person's


def a_row(make: Callable[[int], dict[str, Any]], *, blind: bool) -> dict[str, Any]:
    return next(row for n in itertools.count() if is_blind(row := make(n)) is blind)


#: For each file a row that a reader who always says the same gets wrong.
MAKERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "intents": lambda n: {"text": f"{MARK} {n}", "label": "question", "alt": [], "templated": False},
    "intents_two_shops": lambda n: {
        "text": f"{MARK} {n}",
        "label": "question",
        "alt": [],
        "templated": False,
        "topic": "faq_product",
    },
    "contact": lambda n: {
        "id": f"c{n}",
        "messages": [
            {"prev_agent": f"your name, {MARK}?", "text": f"Ada {MARK}"},
            {"prev_agent": "email?", "text": f"ada@{MARK}.example"},
        ],
        "name": f"Ada {MARK}",
        "email": f"ada@{MARK}.example",
    },
    "conversations": lambda n: {
        "id": f"v{n}",
        "turns": [{"role": "customer", "text": f"the {MARK} lamp came in pieces"}],
        "name": f"Ada {MARK}",
        "email": f"ada@{MARK}.example",
        "reason_text": f"the {MARK} lamp came in pieces",
    },
    "faq": lambda n: {"question": f"{MARK} {n} whatever", "topic": "refunds", "alt_topics": []},
    "yesno": lambda n: {"prev_agent": f"{MARK}?", "text": f"{MARK} {n}", "label": "deny", "alt": []},
    "names_multiscript": lambda n: {"name": f"Ada {MARK}", "n": n},
    "emails_syntax": lambda n: {"email": f"{MARK}{n} at nowhere", "valid": True},
}


#: Of twelve rows, those that were blind on the day the halves were drawn.
FIXED = [True, True, False, False, False, True, False, True, False, True, False, False]


def test_the_same_rows_are_blind_whatever_stands_beside_them() -> None:
    assert [is_blind({"text": f"row {n}", "label": str(n)}) for n in range(12)] == FIXED
    assert is_blind({"text": "row 3"}) == is_blind({"text": "row 3", "id": "other", "question": "other"})
    assert is_blind({"question": "row 3"}) == is_blind({"id": "row 3"}) == is_blind({"text": "row 3"})
    assert is_blind({"name": "a", "country": "b"}) == is_blind({"country": "b", "name": "a"})
    rows = [{"text": f"row {n}"} for n in range(3000)]
    blind = Data({"intents": rows}).half("blind")["intents"]
    read = Data({"intents": rows}).half("read")["intents"]
    assert len(blind) + len(read) == len(rows)
    assert 900 < len(blind) < 1100
    random.Random(1).shuffle(rows)
    again = Data({"intents": rows}).half("blind")["intents"]
    assert {r["text"] for r in again} == {r["text"] for r in blind}


def test_an_error_of_a_blind_row_keeps_its_cause_alone() -> None:
    blind, read = (a_row(MAKERS["intents"], blind=b) for b in (True, False))
    gone = Error(blind, "question taken for greet", blind["text"], "question", "greet")
    assert MARK not in repr(gone)
    assert not gone.shown
    kept = Error(read, "question taken for greet", read["text"], "question", "greet")
    assert kept.text == read["text"]
    assert kept.shown


async def test_no_word_of_a_blind_row_reaches_the_report_or_the_figures() -> None:
    assert set(MAKERS) == set(FILES)
    rows = {file: [*ROWS[file], a_row(make, blind=True)] for file, make in MAKERS.items()}
    greets = Understanding(
        kept="", intents=(Intent(IntentName.GREET, 1.0),), answer=Answer.AFFIRM, name="Some Body", email="x@y.example"
    )
    answers = Answers(values=VALUES)
    done = await run("rules", Parrot(greets), Data(rows), answers, lambda what, steps: list[None]().clear, SETTINGS)
    hidden = {part for part, m in done.halves["blind"].items() if any(not e.shown for e in m.errors)}
    for part in (
        "intents",
        "two_shops",
        "chats_stated",
        "chats_whole",
        "contact",
        "yes_no",
        "consent",
        "fields",
        "faq",
    ):
        assert part in hidden, f"the blind row of {part} was meant to be an error"
    for m in done.halves["blind"].values():
        assert MARK not in repr(m)
    html = page([done], date="2026-01-01", command="make eval")
    assert "1 of them not shown" in html
    assert MARK not in html
    assert MARK not in orjson.dumps(done.figures).decode()


async def test_a_row_that_may_be_read_shows_nothing_that_is_blind_in_another_file() -> None:
    told = next(t for n in itertools.count() if is_blind({"text": (t := f"the zebu lamp I wanted is {n}")}))
    words = "Hello. " + told.upper() + "!"
    rows = ROWS | {
        "intents": [*ROWS["intents"], {"text": told, "label": "question", "alt": [], "templated": False}],
        "yesno": [
            *ROWS["yesno"],
            a_row(lambda n: {"prev_agent": "", "text": f"{words} {n}", "label": "deny", "alt": []}, blind=False),
            a_row(lambda n: {"prev_agent": "", "text": f"an ibex lamp {n}", "label": "deny", "alt": []}, blind=False),
        ],
    }
    yes = Understanding(kept="", intents=(Intent(IntentName.AFFIRM, 1.0),), answer=Answer.AFFIRM)
    answers = Answers(values=VALUES)
    done = await run("rules", Parrot(yes), Data(rows), answers, lambda what, steps: list[None]().clear, SETTINGS)
    html = page([done], date="2026-01-01", command="make eval").lower()
    assert "ibex" in html
    assert "zebu" not in html


def test_no_word_of_a_blind_row_reaches_the_terminal_or_a_file(tmp_path: pathlib.Path) -> None:
    for name, make in MAKERS.items():
        rows = [*ROWS[name], a_row(make, blind=True)]
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(orjson.dumps(r) for r in rows))
    assert len(read_data(tmp_path)["faq"]) == len(ROWS["faq"]) + 1
    out = tmp_path / "out"
    found = CliRunner().invoke(main, ["eval", "--rules-only", "--data", str(tmp_path), "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert MARK not in found.output + found.stderr
    for path in out.iterdir():
        assert MARK not in path.read_text(encoding="utf-8"), path
