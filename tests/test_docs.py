"""The documentation stays true: settings, commands, files and the words that must not be there."""

from __future__ import annotations

import re
import subprocess

import pytest
from ruamel.yaml import YAML

from bot.cli import main
from bot.replay.fixtures import read_fixtures
from bot.settings import Settings
from tests.conftest import ROOT
from tests.rooms.figures import functions
from tests.rooms.imports import PARTS

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
TRACKED = subprocess.run(
    ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    pages = "".join((ROOT / "docs" / name).read_text() for name in ("operating.md", "helpdesks.md"))
    documented = set(re.findall(r"ASKONCE_[A-Z0-9_]+", pages))
    settings = {f"ASKONCE_{name.upper()}" for name in Settings.model_fields}
    assert settings - documented == set()
    # the second: how variables of an installed helpdesk begin, in an example
    assert documented - settings == {"ASKONCE_RASA_PYTHON", "ASKONCE_ACME_"}


def test_commands_in_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text() + (ROOT / "CHANGELOG.md").read_text()
    for name in ("serve", "chat", "ask", "understand", "train", "replay"):
        assert name in main.commands and name in readme
    makefile = (ROOT / "Makefile").read_text()
    for doc in DOCS:
        for target in re.findall(r"`make (\w+)`", doc.read_text()):
            assert re.search(rf"^{target}:", makefile, re.M), f"{doc}: make {target}"


@pytest.mark.parametrize("doc", DOCS, ids=lambda d: str(d.relative_to(ROOT)))
def test_links_lead_somewhere(doc) -> None:  # type: ignore[no-untyped-def]
    for link in re.findall(r"\]\(([^)#]+)\)", doc.read_text()):
        if not link.startswith(("http:", "https:", "mailto:")):
            assert (doc.parent / link).exists(), f"{doc}: {link}"


def test_the_fixture_in_the_docs_is_one(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (block,) = re.findall(r"```yaml\n(test_cases:.*?)```", (ROOT / "docs" / "developing.md").read_text(), re.S)
    (tmp_path / "doc.yml").write_text(block)
    assert read_fixtures([tmp_path])[0].never == ("ask.reason",)


def test_no_registry_address_and_no_shared_folder_in_the_tree() -> None:
    hosts = [r"\.".join(host) for host in (("pypi", "org"), ("npmjs", "org"), ("debian", "org/"))]
    pattern = re.compile("|".join([*hosts, "python" + "hosted", r"\.\./sh" + "ared", "/wo" + "rk/"]))
    for name in TRACKED:
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in (".png",):
            continue
        found = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        assert not found, f"{name}: {found and found.group()}"


def test_rooms_are_small() -> None:
    """Over 400 lines wants a reason; the reasons stand here."""
    reasons: dict[str, str] = {}
    for name in TRACKED:
        if name.endswith((".py", ".js", ".css", ".html")) and (ROOT / name).is_file():
            lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
            assert lines <= 400 or (name in reasons and lines <= 900), f"{name} has {lines} lines"
    for name in reasons:
        assert (ROOT / name).read_text(encoding="utf-8").count("\n") > 400, f"{name} is short by now, needs no reason"


#: Why a function spans more than 60 lines, migrations aside.
LONG_FUNCTIONS = {
    "bot/history/summaries.py: summarise": "every column and every facet of a summary once, read as one table",
}


def test_functions_are_small() -> None:
    """Over 60 lines wants a reason, and a reason without such a function is taken away."""
    long = {f.where: f.lines for f in functions(ROOT, (*PARTS, "tests")) if f.lines > 60}
    assert {where: n for where, n in long.items() if where not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) - set(long) == set(), "short by now, needs no reason"


def test_compose_and_docker_agree() -> None:
    compose = YAML(typ="safe").load(ROOT / "compose.yaml")
    targets = set(re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "Dockerfile").read_text(), re.M))
    assert {s["build"]["target"] for s in compose["services"].values() if "build" in s} == {"bot"} <= targets
    for copied in re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M):
        for part in copied.split():
            assert (ROOT / part).exists(), part


def test_locks_are_hashed_and_pinned() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-rasa.lock", "requirements-helpdesks.lock"):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.M)
        assert len(packages) > 20 and text.count("--hash=sha256:") >= len(packages)
        assert "http" not in re.sub(r"^\S*http\S*==.*$", "", text, flags=re.M)
