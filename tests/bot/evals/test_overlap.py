"""What rows and training lines have in common is counted, and no row of the development files is among the lines."""

from __future__ import annotations

import pathlib
import random
import re

import orjson
import pytest

from bot.evals.lines import Line, bare, patterns, training_lines
from bot.evals.overlap import Likeness, lines_to_take_out, main, overlap
from bot.evals.rows import read_data
from dialogue.understanding.rules import Rules
from tests.bot.evals.test_evals import ROWS
from tests.test_docs import ROOT

FILES = ROOT.parent / "shared" / "data"
PATTERNS = "# a remark\n{opener} where('s| is|) (my|the (red|blue|)) {thing}(?| now)\n[{person}](name) is (sad|glad|)\n"
SLOTS = 'opener: ["hi,", ""]\nthing: [lamp, "bike (bell|seat)"]\nwish: ["a {thing}"]\n'


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    project = tmp_path / "rasa_project"
    for name, text in {
        "data/nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - Hello, [Ada Lovelace](name)!\n    - good day\n",
        "patterns/order_status.txt": PATTERNS,
        "patterns/slots.yml": SLOTS,
        "../lines/en/stories.txt": "# told\n[report_issue]\nthe vase, which I'd longed for, broke\n[greet]\nhi all\n",
    }.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_lines_are_read_from_every_place_they_may_stand(folder: pathlib.Path) -> None:
    found = [(line.label, line.text, line.manner, line.number) for line in training_lines(folder)]
    assert found == [
        ("greet", "Hello, Ada Lovelace!", "nlu", 4),
        ("greet", "good day", "nlu", 5),
        ("report_issue", "the vase, which I'd longed for, broke", "stories", 3),
        ("greet", "hi all", "stories", 5),
    ]
    (folder / "rasa_project" / "data" / "nlu.yml").unlink()
    assert len(training_lines(folder)) == 2
    assert training_lines(folder / "nowhere") == patterns(folder / "nowhere") == []


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Hi, where's my lamp?", True),
        ("where is the red bike seat now", True),
        ("where the lamp", True),
        ("where is my bike", False),
        ("where is the green lamp", False),
        ("oh hi where is my lamp", False),
        ("Zoë Quux is glad", True),
        ("Zoë is glad", False),
    ],
)
def test_a_pattern_makes_what_its_choices_allow_and_no_more(folder: pathlib.Path, text: str, made: bool) -> None:
    assert any(p.made.fullmatch(bare(text)) for p in patterns(folder)) is made


def test_every_sentence_made_of_our_patterns_is_recognised_as_such() -> None:
    """The expressions against the very maker of the lines: what it makes, they match."""
    maker = pytest.importorskip("dialogue.understanding.rasa_project.make_data")
    slots = maker.YAML(typ="safe").load(maker.HERE / "patterns" / "slots.yml")
    rng = random.Random(7)
    for p in patterns():
        for _ in range(3):
            made = re.sub(r"\]\(\w+\)", "", maker.expand(p.text, slots, rng, ["Ada Lovelace"]))
            # The maker leaves a choice with a mark inside as it stands.
            assert "|" in made or p.made.fullmatch(bare(made)), (p.file.name, p.number, made)


async def test_rows_are_counted_by_what_they_share_with_the_lines(folder: pathlib.Path) -> None:
    like = Likeness(lambda: training_lines(folder), lambda: patterns(folder))
    texts = {
        "The vase which I'd longed for broke!": "report_issue",  # a line
        "hi where is the blue bike bell": "order_status",  # of a pattern
        "the vase which i longed for broke": "report_issue",  # near a line
        "good day": "greet",  # a line, and short
        "my grandmother's zeppelin hummed over Ljubljana": "other",
    }
    rows = [{"text": t, "label": label, "alt": [], "templated": False} for t, label in texts.items()]
    others = [{"text": "where is the red bike bell now", "label": "order_status", "alt": []}]
    found = (await overlap(rows, others, Rules(), like, list[None]().clear)).figures
    assert found["word_for_word_rows"] == 1
    assert found["generable_rows"] == 2
    assert found["telling_rows"] == 5
    assert found["unlike_rows"] == 2
    assert found["near"] == pytest.approx(3 / 5)


def test_the_lines_to_take_out_are_named_and_no_row(folder: pathlib.Path) -> None:
    rows = [
        {"text": "THE VASE which Id longed for broke"},
        {"text": "hi where is the blue lamp"},
        {"text": "Good day."},
    ]
    lines = training_lines(folder)
    found = lines_to_take_out(rows, lines, patterns(folder))
    assert [(line.file.name, line.number) for line in found] == [("stories.txt", 3), ("order_status.txt", 2)]
    assert all(isinstance(line, Line) for line in found)
    assert len(lines_to_take_out(rows, lines, patterns(folder), words=2)) == 3


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
    assert f"{line.file.name}:{line.number}: [{line.label}] {line.text}" in told.splitlines()
    assert spelled not in told
    monkeypatch.setattr("sys.argv", ["overlap", "--list-lines", "--data", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit):
        main()
    assert "say where the files are with --data" in capsys.readouterr().err


@pytest.mark.skipif(not FILES.exists(), reason="the development files are not on this machine")
@pytest.mark.xfail(
    strict=True, reason="lines and patterns of today hold such rows; this mark goes when they are taken out"
)
def test_no_row_is_a_training_line_or_can_be_made_of_the_patterns() -> None:
    data = read_data(FILES)
    rows = [*data["intents"], *data["intents_two_shops"]]
    places = [f"{line.file.name}:{line.number}" for line in lines_to_take_out(rows, training_lines(), patterns())]
    assert not places, "python -m bot.evals.overlap --list-lines shows them"
