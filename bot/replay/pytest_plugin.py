"""Dialogue fixtures as tests of any repository: pytest collects the files and folders that its setting names.

    [tool.pytest.ini_options]
    askonce_fixtures = ["dialogues"]

Settings come from `ASKONCE_*` variables as everywhere (such as `ASKONCE_ARTICLES`, the shop's own articles). Files that
end in `.dialogue.yml` are collected wherever they lie.
"""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

_HAND: pytest.StashKey[Any] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "askonce_fixtures", "files and folders of dialogue fixtures, relative to the root", type="paths", default=[]
    )
    parser.addini(
        "askonce_allow_unplayable",
        "skip cases whose steps cannot all be played, instead of failing",
        type="bool",
        default=False,
    )


def pytest_collect_file(file_path: pathlib.Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".yml", ".yaml"):
        return None
    named = [pathlib.Path(p) for p in parent.config.getini("askonce_fixtures")]
    if file_path.name.endswith((".dialogue.yml", ".dialogue.yaml")) or any(
        p == file_path or p in file_path.parents for p in named
    ):
        return DialogueFile.from_parent(parent, path=file_path)
    return None


class DialogueFile(pytest.File):
    """One fixture file."""

    def collect(self) -> Iterator[pytest.Item]:
        from bot.replay.fixtures import FixtureError, read_fixtures

        try:
            cases = read_fixtures([self.path])
        except FixtureError as error:
            raise self.CollectError(str(error)) from error
        for case in cases:
            yield DialogueCase.from_parent(self, name=case.name, case=case)


class DialogueFailure(Exception):
    """A case went otherwise; the words are for the terminal."""


class DialogueCase(pytest.Item):
    """One case, played through the engine in this process."""

    def __init__(self, *, case: Any, **more: Any) -> None:
        super().__init__(**more)
        self.case = case

    def runtest(self) -> None:
        from bot.replay.play import play_rehearsed
        from bot.replay.printable import plain
        from bot.replay.rehearsal import Stagehand
        from bot.settings import read_settings

        if _HAND not in self.config.stash:
            self.config.stash[_HAND] = Stagehand(read_settings())
        outcome = asyncio.run(play_rehearsed(self.config.stash[_HAND], self.case))
        if outcome.left_out and not outcome.faults and self.config.getini("askonce_allow_unplayable"):
            pytest.skip(plain(outcome.problems[0]))
        if outcome.problems:
            raise DialogueFailure("\n".join(map(plain, (*outcome.transcript, *outcome.problems))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, DialogueFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[pathlib.Path, int, str]:
        return self.path, self.case.line - 1, self.case.name
