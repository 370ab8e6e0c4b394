"""Articles drafted, published, withdrawn and looked at again, by people in the console and by programs through `/api`
alike: the same checks, the same clashes, the same log. What is published has passed `bot.operations.article_checks`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.clock import now_text, today
from bot.history.askers import Hearing, who_hears
from bot.operations.article_checks import check
from bot.store.database import Store
from bot.store.edited_articles import (
    DRAFT,
    PUBLISHED,
    Clash,
    Version,
    drafts_of,
    edited,
    keep_draft,
    keep_version,
    published_of,
    version_of,
    versions_of,
)
from bot.store.news import Awaited, keeping
from kb_answers.answer import Answers
from kb_answers.library import ArticleError
from kb_answers.reviews import MONTHS, due, looked_at, months_after
from kb_answers.unfinished import Problem

#: Letters that an article has at most.
LONGEST = 60_000
_ID = re.compile(r"(?=.{1,100}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")


class NoSuchArticle(Exception):
    """There is no article, or no version of it, of this name."""


class NotPublished(Exception):
    """The text may not be published; `problems` say why, by line. Nothing changed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Editor:
    """Who does it: an address or a token's short id, the account where it is a colleague's, and how the log of access
    is told (action, target, detail)."""

    who: str
    account: int | None
    note: Callable[[str, str, str], Awaitable[None]]


@dataclass(frozen=True)
class Standing:
    """How one article stands. `text` is what shoppers get, empty where they get nothing of it; `published` the version
    that says so, None where the `file` does (which is empty where there is none); `draft` the open draft; `newest` the
    number of the newest version or draft."""

    id: str
    text: str
    file: str
    published: Version | None
    draft: Version | None
    newest: int
    versions: tuple[Version, ...]

    @property
    def state(self) -> str:
        """`published`, `withdrawn`, `file`, or `draft` where nothing was published yet."""
        if self.published is not None:
            return self.published.state
        return "file" if self.file else DRAFT

    @property
    def answering(self) -> int:
        """The number of the version that shoppers' answers rest on, 0 for the file or nothing."""
        return self.published.id if self.published else 0


def is_id(id: str) -> bool:
    """True for what an article may be called."""
    return _ID.fullmatch(id) is not None


class Editing:
    """Every step that changes what shoppers are told from articles. `months`: after how many an article is to be looked
    at again; 0: where its header says so alone. `mails`: whether there is a mail server."""

    def __init__(self, store: Store, answers: Answers, *, months: int = MONTHS, mails: bool = False) -> None:
        self._store, self._answers, self._months, self._mails = store, answers, months, mails

    def file(self, id: str) -> str:
        """The article as the shop's repository holds it, empty where it does not."""
        path = self._answers.folder / f"{id}.md"
        return path.read_text(encoding="utf-8") if is_id(id) and path.exists() else ""

    async def standing(self, id: str) -> Standing:
        """Raises `NoSuchArticle`."""
        versions = tuple(await versions_of(self._store, id))
        published, file = await published_of(self._store, id), self.file(id)
        if not versions and not file:
            raise NoSuchArticle(id)
        draft = next((v for v in await drafts_of(self._store) if v.article == id), None)
        text = published.text if published else file
        return Standing(id, text, file, published, draft, versions[0].id if versions else 0, versions)

    def due(self, id: str) -> datetime.date | None:
        """When the article, as it answers now, is to be looked at again."""
        article = next((a for a in self._answers.index.articles if a.id == id), None)
        return due(article, self._months) if article else None

    def overdue(self) -> dict[str, datetime.date]:
        """The articles that are to be looked at by today, by id, the longest due first."""
        found = {a.id: day for a in self._answers.index.articles if (day := due(a, self._months)) is not None}
        return {id: day for id, day in sorted(found.items(), key=lambda pair: (pair[1], pair[0])) if day <= today()}

    async def problems(self, id: str, text: str) -> list[Problem]:
        """Why `text` may not be published as this article; empty where it may."""
        before = [v.text for v in await versions_of(self._store, id) if v.state == PUBLISHED]
        others = await edited(self._store)
        return check(text, id, self._answers, others=others, before=[self.file(id), *before])

    async def draft(self, by: Editor, id: str, text: str, *, note: str, base: int, source: str = "") -> int:
        """Keep a draft, made upon version `base`; its number. One that is to the letter what stands already is that
        one. Raises `Clash`."""
        found = await versions_of(self._store, id, limit=1)
        if (found[0].text if found else self.file(id)) == text:
            return found[0].id if found else 0
        version = await keep_draft(
            self._store, id, text, note=note, who=by.who, account=by.account, source=source, base=base
        )
        await by.note("draft article", id, f"version {version}")
        return version

    async def give_up(self, by: Editor, id: str, version: int) -> None:
        """The draft `version` waits no longer; it is kept among the versions. Raises `NoSuchArticle`, `Clash`."""
        await self._draft(id, version)
        note = "draft given up"
        await keep_draft(self._store, id, "", note=note, who=by.who, account=by.account, base=version)
        await by.note("give up draft", id, f"version {version}")

    async def who_hears(self, id: str, text: str) -> Hearing:
        """Who asked what no article answered, and would hear if `text` were published: nobody where it cannot be."""
        try:
            return await who_hears(self._store, self._answers, await edited(self._store), id, text, mails=self._mails)
        except ArticleError:
            return Hearing()

    async def publish(self, by: Editor, id: str, version: int, note: str = "", *, tell: bool = True) -> int:
        """Shoppers get the draft `version` from now on; the published version's number. `tell`: whoever asked what it
        answers, and got no article, hears of it. Raises `NoSuchArticle`, `NotPublished`, and `Clash` where anything
        newer stands."""
        draft = await self._draft(id, version)
        standing = await published_of(self._store, id)
        if standing is not None and standing.base == version and standing.text == draft.text:  # a second click
            return standing.id
        hearing = await self.who_hears(id, draft.text) if tell else Hearing()
        note = note or draft.note or "published"
        return await self._keep(by, id, draft.text, "publish article", note, version, awaited=hearing.awaited)

    async def back(self, by: Editor, id: str, version: int, standing: int) -> int:
        """Shoppers get the published `version` again; 0 is the file, or nothing where there is none. `standing` is the
        published version that was looked at. Raises as `publish`."""
        if version == 0:
            text = self.file(id)
            note = "back to the file" if text else "withdrawn"
        else:
            found = await version_of(self._store, id, version)
            if found is None or found.state == DRAFT:
                raise NoSuchArticle(id)
            text, note = found.text, f"back to version {version}"
        return await self._keep(by, id, text, "publish article", note, version, standing)

    async def withdraw(self, by: Editor, id: str, standing: int, note: str = "") -> int:
        """Answer from this article no longer. `standing` as in `back`. Raises `NoSuchArticle`, `Clash`."""
        if not (await self.standing(id)).text:
            raise NoSuchArticle(id)
        return await self._keep(by, id, "", "withdraw article", note or "withdrawn", standing, standing)

    async def still_true(self, by: Editor, id: str, standing: int) -> datetime.date:
        """Somebody has looked: the published text stays, and is looked at again on the day returned. Raises as
        `publish`."""
        text = (await self.standing(id)).text
        if not text:
            raise NoSuchArticle(id)
        until = months_after(today(), self._months or MONTHS)
        problems = await self.problems(id, text)
        if problems:
            raise NotPublished(problems)
        note = "looked at, still true"
        await self._keep(by, id, looked_at(text, until), "review article", note, standing, standing)
        return until

    async def _draft(self, id: str, version: int) -> Version:
        found = await version_of(self._store, id, version)
        if found is None or found.state != DRAFT or not found.text:
            raise NoSuchArticle(id)
        return found

    async def _keep(
        self,
        by: Editor,
        id: str,
        text: str,
        action: str,
        note: str,
        base: int,
        standing: int | None = None,
        awaited: Sequence[Awaited] = (),
    ) -> int:
        if text and (problems := await self.problems(id, text)):
            raise NotPublished(problems)
        version = await keep_version(
            self._store, id, text, note=note[:200], who=by.who, account=by.account, base=base, standing=standing,
            beside=keeping(awaited, article=id, at=now_text()),
        )  # fmt: skip
        self._answers.reload(await edited(self._store))
        await by.note(action, id, note)
        if chats := {one.conversation for one in awaited}:
            await by.note("tell who asked", id, f"version {version}, chats: {len(chats)}")
        return version


__all__ = [
    "Clash",
    "Editing",
    "Editor",
    "Hearing",
    "NoSuchArticle",
    "NotPublished",
    "Problem",
    "Standing",
    "Version",
    "is_id",
]
