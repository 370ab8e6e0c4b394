"""Whoever means harm: hostile frames, hostile HTTP, patterns that explode, addresses that lead inwards, words that are
code."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.settings import SettingsError, read_settings
from tests.conftest import ROOT, TOKEN, BotProcess, client_of
from tests.proofs.fuzz import LIMITS, fuzz

HOURS = 400  # seconds after which something hangs


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_frames_of_every_kind(
    make_bot: Callable[..., BotProcess], kind: str, request: pytest.FixtureRequest
) -> None:
    """A small share of `make fuzz`."""
    where = {} if kind == "sqlite" else {"ASKONCE_DATABASE_URL": request.getfixturevalue("postgres")()}
    found = await fuzz(make_bot(**LIMITS, **where), 3000, seed=20261121)
    print(found.line())
    assert found.served >= 2 and found.answered["bad_frame"] > 100 and found.answered["turn"] > 100


def test_the_http_api_by_its_own_description(make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path) -> None:
    """Schemathesis invents requests from the published OpenAPI: none may end in a server error or an undocumented
    answer."""
    bot = make_bot(ASKONCE_DEMO="0")
    program = shutil.which("schemathesis", path=str(pathlib.Path(sys.executable).parent))
    assert program
    checks = "not_a_server_error,content_type_conformance,response_schema_conformance"
    done = subprocess.run(
        [program, "run", f"{bot.url}/openapi.json", "--checks", checks, "--max-examples", "10", "--seed", "1",
         "--workers", "1", "-H", f"Authorization: Bearer {TOKEN}", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "Traceback" not in (bot.folder / "bot.log").read_text()


# ---------------------------------------------------------------- patterns that explode


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern that a module of ours holds, by where it was found."""
    import importlib
    import pkgutil

    seen: set[tuple[str, int]] = set()
    for package in ("bot", "dialogue", "kb_answers", "ticket_bridge"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if any(
                part in module.name for part in ("migrations", "make_", "rasa_project", "pytest_plugin", "learned.fit")
            ):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                for found in _within(value):
                    if (found.pattern, found.flags) not in seen and isinstance(found.pattern, str):
                        seen.add((found.pattern, found.flags))
                        yield f"{module.name}.{name}", found


def _within(value: Any, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _within(item, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for key, item in value.items():
            yield from _within(key, depth + 1)
            yield from _within(item, depth + 1)


_ATTACK = """
import sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, "{root}")
from regexploit.ast.categories import Category
from regexploit.ast.sre import SreOpParser
from regexploit.redos import find
Category.__lt__ = lambda one, other: one.value < other.value  # it sorts them, and forgot to say how
from tests.proofs.test_enemies import patterns
for name, pattern in patterns():
    print(name, flush=True)
    for weak in find(SreOpParser().parse_sre(pattern.pattern, pattern.flags)):
        if weak.starriness > 3:
            attack = eval(weak.example())[:4000]
            for length in (30, 4000):
                for way in (pattern.match, pattern.search, pattern.fullmatch):
                    way(attack[:length] + attack[-1:])
"""


def test_no_pattern_explodes() -> None:
    """Regexploit looks for the weak spot of each pattern; the strings with which it would attack them must not hang the
    real one. What was begun last is the culprit."""
    script = _ATTACK.format(root=ROOT)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=HOURS, check=False
        )
    except subprocess.TimeoutExpired as error:
        last = (error.stdout or b"").decode().splitlines()[-1:]
        pytest.fail(f"an attack hangs this pattern: {last}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(done.stdout.splitlines()) > 80


#: Long runs of what patterns repeat: each took a second or more before the patterns began where runs begin.
RUNS = ("a", "1", "é", "我", "a-", "a.", "a_", "a@", "www.", "1234 ", "x" + " " * 3990, "my name is ", "a dot ", "1-",
        "!", "I don't want ",
        "\u0301", "password is ", "no no no yes", "\t\n", "don't open a ticket, ", "escalate ", "<a@b.co>[(",
        "a.b/")  # fmt: skip


def test_no_message_stops_the_others() -> None:
    """Understanding and answering run where all chats are served; the longest message of any run must not take long
    there."""
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.proofs.test_enemies import RUNS
from bot.factories import make_answers
from bot.settings import read_settings
from dialogue.understanding.rules import understand
answers = make_answers(read_settings())
for run in RUNS:
    print(repr(run), flush=True)
    text = (run * 4000)[:3999] + "x"
    for asked in (None, "offer", ("name", "email", "reason")):
        understand(text, asked)
    answers.ask(text)
"""
    try:
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=HOURS, check=True
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"a message hangs: {(error.stdout or b'').decode().splitlines()[-1:]}")


# ---------------------------------------------------------------- addresses, headers, other people's chats


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/x", "http://[fd00:ec2::254]/",
     "http://metadata.google.internal/",
     "https://user:hunter2@hooks.example/", "file:///etc/passwd", "gopher://x/", "http:///x", "http://0xA9FEA9FE/",
     "http://2852039166/"],
)  # fmt: skip
def test_a_webhook_does_not_lead_where_secrets_are(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        read_settings(support_email="a@b.example", helpdesk="webhook", webhook_url=url)
    assert "ASKONCE_WEBHOOK_URL" in str(told.value) and "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["https://hooks.example/in", "http://127.0.0.1:9/", "http://10.0.0.7:8080/x", "http://helpdesk:8000/"]
)
def test_a_webhook_may_lead_into_the_shops_own_network(url: str) -> None:
    assert read_settings(helpdesk="webhook", webhook_url=url).webhook_url == url


def test_no_header_can_be_injected(standing_bot: BotProcess) -> None:
    bot = standing_bot
    for path in ("/console/?next=%0d%0aSet-Cookie:%20a=b", "/console%0d%0aSet-Cookie:%20a=b",
                 "/widget/words/de%0d%0aX-A:b.json", "/api/tickets/AO%0d%0aX-A:b"):  # fmt: skip
        answer = httpx.get(bot.url + path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert "x-a" not in answer.headers and answer.headers.get("set-cookie", "").count("a=b") == 0
        assert answer.status_code < 500


@pytest.mark.parametrize("path",
                         ["/widget/words/../../settings.json", "/widget/words/..%2f..%2fsettings.json",
                          "/demo/..%2fapp.py",
                                  "/console/static/..%2f..%2fsite.py"])  # fmt: skip
def test_no_path_leads_out(standing_bot: BotProcess, path: str) -> None:
    answer = httpx.get(standing_bot.url + path)
    assert "def " not in answer.text and "class " not in answer.text


async def test_a_token_opens_its_own_chat_and_no_other(standing_bot: BotProcess) -> None:
    bot = standing_bot
    async with client_of(bot.url) as mine, client_of(bot.url) as theirs:
        await mine.hello()
        await theirs.hello()
        await mine.say("my secret is safe")
        tried = [
            mine.welcome["conversation"],
            theirs.welcome["token"][:-1],
            theirs.welcome["token"] + "x",
            theirs.welcome["token"].swapcase(),
        ]
        for wrong in tried:
            async with client_of(bot.url) as enemy:
                assert (await enemy.hello(wrong))["code"] == "bad_token"
        assert len(mine.welcome["token"]) >= 43, "256 bits"
    for path in (f"/api/conversations/{mine.welcome['conversation']}", "/api/tickets"):
        for headers in (
            {},
            {"Authorization": "Bearer x"},
            {"Authorization": f"Basic {TOKEN}"},
            {"Authorization": f"Bearer {mine.welcome['token']}"},
        ):
            assert httpx.get(bot.url + path, headers=headers).status_code == 401
    with pytest.raises(AssertionError):
        bot.get("/api/conversations/" + mine.welcome["token"])
