"""The commands as a person uses them: clear errors, clean output, no traceback."""

from __future__ import annotations

import importlib
import os
import pathlib
import socket
import subprocess
import sys

import orjson
import pytest

from tests.conftest import ROOT


def askonce(
    *arguments: str, stdin: str = "", cwd: pathlib.Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments], input=stdin, capture_output=True, text=True, cwd=cwd, timeout=60,
        env=clean | {"PYTHONPATH": str(ROOT)} | environment, check=False,
    )  # fmt: skip


def test_every_command_explains_itself() -> None:
    top = askonce("--help")
    assert top.returncode == 0
    for command in ("serve", "ask", "chat", "replay", "train", "understand"):
        assert command in top.stdout
        assert askonce(command, "--help").returncode == 0


def test_ask_answers_or_abstains() -> None:
    found = orjson.loads(askonce("ask", "--json", "is shipping free?").stdout)
    assert set(found) == {"question", "answer", "sources"} and "free" in found["answer"]
    assert found["sources"][0]["article"] == "shipping-cost"
    none = orjson.loads(askonce("ask", "--json", "is the walnut desk veneer?").stdout)
    assert none["answer"] is None and none["sources"] == []
    assert "No answer" in askonce("ask", "is the walnut desk veneer?").stdout


def test_understand_goes_on_after_a_bad_line() -> None:
    lines = [
        '{"text": "my order never came, Jane Doe, jane@example.com"}',
        "oops",
        '{"text": 5}',
        '{"text": "yes", "asked": "offer"}',
        '{"text": "x", "asked": ["phone"]}',
        '{"text": "Sukarno", "asked": ["name"]}',
    ]
    done = askonce("understand", "--understander", "rules", stdin="\n".join(lines) + "\n")
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and [e.split(":")[0] for e in done.stderr.splitlines()] == [
        "line 2",
        "line 3",
        "line 5",
    ]
    assert set(found[0]) == {"text", "intents", "answer", "name", "email", "reason", "kept"}
    assert (found[0]["name"], found[0]["email"], found[0]["reason"]) == (
        "Jane Doe",
        "jane@example.com",
        "my order never came",
    )
    assert found[1]["answer"] == "affirm" and found[2]["name"] == "Sukarno"


def test_understand_says_why_where_it_is_asked() -> None:
    line = '{"text": "please open a ticket, my boots came in the wrong size"}\n'
    (found,) = map(orjson.loads, askonce("understand", "--why", stdin=line).stdout.splitlines())
    wish, issue = found["read"]
    assert (wish["said"], wish["kind"], wish["by"]) == ("please open a ticket", "wish", "words")
    assert found["kept"][issue["start"] : issue["end"]] == issue["said"] == "my boots came in the wrong size"
    assert (issue["kind"], issue["by"], issue["intent"]) == ("issue", "heads", "report_issue")
    assert 0.5 < issue["confidence"] <= 1


def test_chat_works_from_a_pipe() -> None:
    done = askonce("chat", stdin="open a ticket, my lamp is broken\nJane Doe, jane@example.com\n")
    assert done.returncode == 0 and "(ask)" in done.stdout and "(ticket_filed)" in done.stdout


def test_replay_passes_and_fails_as_it_should(tmp_path: pathlib.Path) -> None:
    assert askonce("replay", "tests/dialogues/answers.yml").returncode == 0
    case = tmp_path / "case.yml"
    case.write_text("test_cases:\n- test_case: wrong\n  steps:\n  - user: 'hello'\n  - act: ticket_filed\n")
    done = askonce("replay", str(case))
    assert done.returncode == 1 and f"{case}:5" in done.stdout.replace("\n", "") and "got greet" in done.stdout
    case.write_text("test_cases:\n- test_case: never\n  steps:\n  - user: 'hello'\n  - never: [greet]\n")
    assert askonce("replay", str(case)).returncode == 1


FIXTURES = {
    "not_a_list: 1\n": "must hold a list `test_cases`",
    "test_cases:\n- test_case: a\n  steps:\n  - usr: hi\n": ":4:5: unknown key `usr` in a step; did you mean `user`?",
    "test_cases:\n- test_case: a\n  steps:\n  - user: hi\n  - act: aks\n": (
        ":5:5: unknown act `aks`; did you mean `ask`?"
    ),
    "test_cases:\n- test_case: a\n  steps:\n  - user: hi\n  - bot: /(/\n": "not a regular expression",
    "test_cases:\n- test_case: a\n  steps:\n  - act: ask\n": "before the first `user`",
    "test_cases:\n- test_case: a\n  steps:\n  - user: hi\n  - asks: [phone]\n    act: ask\n": "`asks` is a list of",
    "test_cases:\n- test_case: a\n  steps:\n  - user: 'hi\n": "not valid YAML",
    "test_cases:\n- test_case: a\n  steps:\n  - user: hi\n  - never: [asking]\n": "is no act, no `ask.FIELD`",
}


@pytest.mark.parametrize("text", FIXTURES)
def test_fixture_errors_name_the_place(tmp_path: pathlib.Path, text: str) -> None:
    case = tmp_path / "case.yml"
    case.write_text(text)
    done = askonce("replay", str(case))
    assert done.returncode == 1 and FIXTURES[text] in done.stderr and "Traceback" not in done.stderr


def _one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_serve_refuses_what_it_cannot_do_in_one_line(tmp_path: pathlib.Path) -> None:
    email = {"ASKONCE_SUPPORT_EMAIL": "support@example.com"}
    url = {"ASKONCE_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    _one_line(askonce("serve", cwd=tmp_path), "ASKONCE_SUPPORT_EMAIL")
    _one_line(askonce("serve", ASKONCE_SUPPORT_EMAIL="not an address"), "ASKONCE_SUPPORT_EMAIL", "not an email address")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        _one_line(askonce("serve", "--port", str(taken.getsockname()[1]), **email, **url), "is in use")
    _one_line(askonce("serve", "--port", "0", **email, ASKONCE_DATABASE_URL="mysql://x"), "sqlite:/// or postgresql://")
    _one_line(
        askonce("serve", "--port", "0", **email, ASKONCE_DATABASE_URL="sqlite:////proc/none/x.db"),
        "ASKONCE_DATABASE_URL",
    )
    _one_line(
        askonce("serve", "--port", "0", **email, ASKONCE_DATABASE_URL="postgresql://127.0.0.1:1/x"),
        "cannot reach the database",
    )
    _one_line(askonce("serve", "--port", "0", **email, **url, ASKONCE_HELPDESK="webhook"), "ASKONCE_WEBHOOK_URL")
    _one_line(askonce("serve", "--port", "0", **email, **url, ASKONCE_ARTICLES=str(tmp_path)), "holds no articles")
    _one_line(askonce("serve", "--port", "0", **email, ASKONCE_LIMIT_RATE="fast"), "ASKONCE_LIMIT_RATE")
    assert askonce("serve", "--port", "seven").returncode == 2


def test_replay_against_nobody_is_one_line() -> None:
    _one_line(askonce("replay", "--url", "http://127.0.0.1:1", "tests/dialogues/answers.yml"), "cannot reach the bot")


def test_help_loads_no_more_than_it_shows() -> None:
    """The commands are a list to be looked through, and completions ask for it at every key: none of what they work
    with is loaded for that."""
    code = "import sys, bot.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(done.stdout.split())
    assert {"bot.commands.serve", "bot.commands.chat"} <= loaded
    heavy = {"sqlalchemy", "fastapi", "uvicorn", "rich", "httpx", "jinja2", "matplotlib", "opentelemetry"}
    rooms = {"store", "chat", "history", "replay", "operations", "console", "web", "evals", "factories", "bootstrap"}
    assert not (heavy | {f"bot.{room}" for room in rooms}) & loaded


def test_worker_processes_find_their_application() -> None:
    """`serve --workers` hands its processes a name."""
    from bot.commands.serve import from_environment

    assert importlib.import_module(from_environment.__module__).from_environment is from_environment
