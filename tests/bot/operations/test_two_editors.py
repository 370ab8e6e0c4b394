"""Two editors and a second replica, doing anything in any order: nothing that was kept is lost or changed, shoppers
only ever get what was published, and that passed the checks."""

from __future__ import annotations

import asyncio
import functools
import pathlib
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.operations.article_checks import check
from bot.operations.editing import Clash, Editing, Editor, NoSuchArticle, NotPublished
from bot.store.database import Store
from bot.store.edited_articles import PUBLISHED, EditedArticles, drafts_of, version_of, versions_of
from bot.store.migrate import migrate
from kb_answers.answer import Answers
from kb_answers.library import parse_article

T = TypeVar("T")
ID = "lamps"
TEXT = "---\nid: lamps\ntitle: Old lamps\nsources:\n  - Handbook\nrevised: 2026-11-21\n---\n{}\n"
WORDS = ("Lamps are mended.", "Lamps are sold.", "We promise lamps.", "TODO", "Lamps are lent.")
EDITORS = st.integers(0, 1)
TEXTS = st.sampled_from([*map(TEXT.format, WORDS), "broken\n"])


@functools.cache
def _migrated() -> bytes:
    """An empty database's file."""
    with tempfile.TemporaryDirectory(prefix="askonce-editors-") as folder:
        migrate(f"sqlite+aiosqlite:///{folder}/empty.db")
        return (pathlib.Path(folder) / "empty.db").read_bytes()


async def _note(action: str, target: str, detail: str) -> None:
    """The log is held by other tests."""


@dataclass
class Desk:
    """What one editor has before them: the newest version and what shoppers got when they last looked."""

    by: Editor
    newest: int = 0
    standing: int = 0


@dataclass
class Model:
    """What ought to be: every version's text in order, and what shoppers get."""

    kept: list[str] = field(default_factory=list)
    shown: str = ""


class TwoEditors(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner, self.folder = asyncio.Runner(), tempfile.TemporaryDirectory(prefix="askonce-editors-")
        place = pathlib.Path(self.folder.name)
        articles = place / "articles"
        articles.mkdir()
        for id, words in (("lamps", "Lamps are old."), ("rugs", "Rugs are red.")):
            (articles / f"{id}.md").write_text(TEXT.replace("lamps", id).format(words), encoding="utf-8")
        (place / "editors.db").write_bytes(_migrated())
        self.store = Store(f"sqlite+aiosqlite:///{place}/editors.db")
        self.here, self.there = (Answers(articles, values={}) for _ in range(2))
        self.editing = Editing(self.store, self.here)
        self.follower = EditedArticles(self.store, self.there)
        self.file = self.editing.file(ID)
        self.model = Model(shown=self.file)
        self.desks = [Desk(Editor(f"{name}@example.com", n, _note)) for n, name in enumerate(("ada", "bea"))]

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def _step(self, work: Coroutine[object, object, object], text: str, *, shown: bool, fresh: bool) -> None:
        """A step that adds a version with this `text`, or is refused and adds none; `fresh`: nobody was faster."""
        try:
            self.run(work)
        except Clash:
            assert not fresh
        except NotPublished:
            assert shown
        except NoSuchArticle:
            pass
        else:
            assert fresh
            self.model.kept.append(text)
            if shown:
                self.model.shown = text

    @property
    def standing(self) -> int:
        return self.run(self.editing.standing(ID)).answering

    @rule(who=EDITORS)
    def looks(self, who: int) -> None:
        found = self.run(self.editing.standing(ID))
        self.desks[who].newest, self.desks[who].standing = found.newest, found.answering

    @rule(who=EDITORS, text=TEXTS)
    def saves(self, who: int, text: str) -> None:
        desk = self.desks[who]
        newest = len(self.model.kept)
        if text == (self.model.kept[-1] if self.model.kept else self.file):
            return  # nothing is kept twice
        work = self.editing.draft(desk.by, ID, text, note="", base=desk.newest)
        self._step(work, text, shown=False, fresh=desk.newest == newest)

    @rule(who=EDITORS)
    def publishes(self, who: int) -> None:
        desk = self.desks[who]
        found = self.run(version_of(self.store, ID, desk.newest))
        text, fresh = found.text if found else "", desk.newest == len(self.model.kept)
        standing = self.run(self.editing.standing(ID)).published
        if standing and standing.base == desk.newest and found and found.state == "draft" and standing.text == text:
            assert self.run(self.editing.publish(desk.by, ID, desk.newest)) == standing.id  # a second click
            return
        self._step(self.editing.publish(desk.by, ID, desk.newest), text, shown=True, fresh=fresh)

    @rule(who=EDITORS)
    def withdraws(self, who: int) -> None:
        desk = self.desks[who]
        self._step(
            self.editing.withdraw(desk.by, ID, desk.standing), "", shown=True, fresh=desk.standing == self.standing
        )

    @rule(who=EDITORS, version=st.integers(0, 12))
    def goes_back(self, who: int, version: int) -> None:
        desk = self.desks[who]
        text = self.model.kept[version - 1] if 0 < version <= len(self.model.kept) else self.file
        work = self.editing.back(desk.by, ID, version, desk.standing)
        self._step(work, text, shown=True, fresh=desk.standing == self.standing)

    @rule(who=EDITORS)
    def gives_up(self, who: int) -> None:
        desk = self.desks[who]
        work = self.editing.give_up(desk.by, ID, desk.newest)
        self._step(work, "", shown=False, fresh=desk.newest == len(self.model.kept))

    @invariant()
    def nothing_is_lost(self) -> None:
        versions = self.run(versions_of(self.store, ID, limit=1000))
        assert [v.text for v in reversed(versions)] == self.model.kept
        open_ones = self.run(drafts_of(self.store))
        assert all(d.text and d.id == max(v.id for v in versions if v.state == "draft") for d in open_ones)

    @invariant()
    def shoppers_get_what_was_published_and_passed(self) -> None:
        self.run(self.follower.look())
        shown = self.model.shown
        passages = ()
        if shown:
            assert check(shown, ID, self.here, others={}, before=[]) == []
            article = parse_article(shown, pathlib.Path("lamps.md"), {})
            passages = article.passages if article else ()
        for answers in (self.here, self.there):
            assert next((a.passages for a in answers.index.articles if a.id == ID), ()) == passages
        for version in self.run(versions_of(self.store, ID, limit=1000)):
            assert version.state != PUBLISHED or check(version.text, ID, self.here, others={}, before=[]) == []


TestTwoEditors = TwoEditors.TestCase
TestTwoEditors.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
