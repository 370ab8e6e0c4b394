"""What rows and training lines have in common is counted, and no row of the development files is among the lines."""

from __future__ import annotations

import pathlib
import re

import orjson
import pytest

from bot.evals.lines import Line, answers, bare, training_lines
from bot.evals.overlap import TOLD, Likeness, lines_to_take_out, main, overlap, words
from bot.evals.rows import read_data
from dialogue.understanding.learned.lines import intent_lines
from dialogue.understanding.rules import Rules
from kb_answers.library import ARTICLES
from tests.bot.evals.test_evals import ROWS
from tests.test_docs import ROOT

FILES = ROOT.parent / "shared" / "data"


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for name, text in {
        "hellos": "nlu:\n- intent: greet\n  examples: |\n    - Hello, everybody!\n    - good day\n",
        "stories": "nlu:\n- intent: report_issue\n  examples: |\n    - the vase, which I'd longed for, broke\n"
        "- intent: greet\n  examples: |\n    - hi all\n",
    }.items():
        (tmp_path / f"{name}.yml").write_text(f'version: "3.1"\n{text}', encoding="utf-8")
    return tmp_path


def test_lines_are_read_from_every_file_and_the_file_is_their_manner(folder: pathlib.Path) -> None:
    assert [(line.label, line.text, line.manner) for line in training_lines(folder)] == [
        ("greet", "Hello, everybody!", "hellos"),
        ("greet", "good day", "hellos"),
        ("report_issue", "the vase, which I'd longed for, broke", "stories"),
        ("greet", "hi all", "stories"),
    ]
    assert training_lines(folder / "nowhere") == []


def test_the_lines_compared_are_the_lines_that_are_learned() -> None:
    assert [(line.label, line.text) for line in training_lines()] == intent_lines() != []


async def test_rows_are_counted_by_what_they_share_with_the_lines(folder: pathlib.Path) -> None:
    like = Likeness(lambda: training_lines(folder))
    texts = {
        "The vase which I'd longed for broke!": "report_issue",  # a line
        "the vase which i longed for broke": "report_issue",  # near a line
        "good day": "greet",  # a line, and short
        "my grandmother's zeppelin hummed over Ljubljana": "other",
    }
    rows = [{"text": t, "label": label, "alt": [], "templated": False} for t, label in texts.items()]
    others = [{"text": "the vase, which Id longed for, broke", "label": "report_issue", "alt": []}]
    found = (await overlap(rows, others, Rules(), like, list[None]().clear)).figures
    assert found["word_for_word_rows"] == 2
    assert found["telling_rows"] == 4
    assert found["unlike_rows"] == 1
    assert found["near"] == pytest.approx(3 / 4)
    assert found["near_told"] == pytest.approx(2 / 3)


def test_the_lines_to_take_out_are_named_and_no_row(folder: pathlib.Path) -> None:
    rows = [{"text": "THE VASE which Id longed for broke"}, {"text": "Good day."}]
    lines = training_lines(folder)
    found = lines_to_take_out(rows, lines)
    assert [(line.file.name, line.text) for line in found] == [("stories.yml", "the vase, which I'd longed for, broke")]
    assert all(isinstance(line, Line) for line in found)
    assert len(lines_to_take_out(rows, lines, least=2)) == 2


def test_the_command_prints_lines_and_never_a_row(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = next(each for each in training_lines() if len(each.bare.split()) >= 6)
    spelled = line.bare.upper()
    rows = ROWS | {"intents": [*ROWS["intents"], {"text": spelled, "label": "other", "alt": [], "templated": False}]}
    for name, each in rows.items():
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, each)))
    monkeypatch.setattr("sys.argv", ["overlap", "--list-lines", "--data", str(tmp_path)])
    main()
    told = capsys.readouterr().out
    assert f"{line.file.name}: [{line.label}] {line.text}" in told.splitlines()
    assert spelled not in told
    monkeypatch.setattr("sys.argv", ["overlap", "--list-lines", "--data", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit):
        main()
    assert "say where the files are with --data" in capsys.readouterr().err


@pytest.mark.skipif(not FILES.exists(), reason="the development files are not on this machine")
def test_nothing_that_stands_in_any_file_is_a_training_line() -> None:
    lines = [*training_lines(), *answers()]
    places = [line.file.name for line in lines_to_take_out(read_data(FILES).told(), lines)]
    assert not places, "python -m bot.evals.overlap --list-lines shows them"


@pytest.mark.skipif(not FILES.exists(), reason="the development files are not on this machine")
def test_no_article_and_no_fixture_says_what_a_row_says() -> None:
    rows = {bare(row["text"]) for row in read_data(FILES).told() if words(row["text"]) >= 5}
    ours = {
        bare(said[1])
        for path in (*ARTICLES.rglob("*.md"), *(ROOT / "tests" / "dialogues").glob("*.yml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if (said := re.fullmatch(r" *- (?:user: )?(.+)", line))
    }
    assert len(ours) > 1_000 and not ours & rows


@pytest.mark.skipif(not FILES.exists(), reason="the development files are not on this machine")
def test_no_row_that_tells_anything_is_near_a_training_line() -> None:
    """Below three words ("good morning") people and lines say the same: one row in thirteen."""
    data, like = read_data(FILES), Likeness()
    rows = [r for r in (*data["intents"], *data["intents_two_shops"]) if not r["templated"]]
    near = [words(r["text"]) for r in rows if like.is_near(r["text"])]
    assert len(near) <= 0.08 * len(rows)
    assert not [n for n in near if n >= TOLD]
