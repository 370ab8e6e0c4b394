"""Articles for programs: `/api/articles`, for the bearer of the administrator's token. The same checks, clashes and log
as in the console (`bot.operations.editing`): what is sent is a draft until it is published, and nothing is overwritten
that somebody wrote meanwhile.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from bot.chat.frames import without_nul
from bot.chat.words import WORDS, Entry
from bot.operations.editing import LONGEST, Clash, Editing, Editor, NoSuchArticle, NotPublished, Standing
from bot.store.access_log import AccessLog, bearer
from bot.store.edited_articles import Version, drafts_of, edited, version_of
from bot.web.api import administrator
from bot.web.running import Running

routes = APIRouter(prefix="/api/articles", tags=["articles"], dependencies=[Depends(administrator)])
Id = Annotated[str, Path(pattern="^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=100, description="lower case, with hyphens")]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Note = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(without_nul), WORDS]


class DraftSent(Entry):
    """A draft: the whole text, made upon version `base` (`newest` of the article as it was read; 0 for the file, or for
    a new article)."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(without_nul), WORDS]
    base: Number
    note: Note = ""
    source: Annotated[str, StringConstraints(max_length=500), AfterValidator(without_nul), WORDS] = ""


class ToPublish(Entry):
    """The draft to be published, by its version. `tell`: whoever asked what it answers, and got no article, hears of
    it."""

    version: Number
    note: Note = ""
    tell: bool = True


class ToWithdraw(Entry):
    """`standing`: the published version that was looked at, 0 for the file."""

    standing: Number
    note: Note = ""


class VersionTold(BaseModel):
    """One version or draft. `base` is the version it was made upon, 0 for the file or nothing; `account` the
    colleague's, null for a program's."""

    version: int
    state: Literal["draft", "published", "withdrawn"]
    at: str
    who: str
    account: int | None
    note: str
    base: int
    source: str
    text: str


class ProblemTold(BaseModel):
    """Why a text is not published: the line (0: the whole text), and what to do."""

    line: int
    what: str


class Listed(BaseModel):
    """`state`: `published`, `withdrawn`, `file` (as the shop's repository holds it) or `draft` (nothing published yet).
    `draft`: the version of the open draft. `due`: when it is to be looked at again."""

    id: str
    title: str
    state: Literal["published", "withdrawn", "file", "draft"]
    revised: datetime.date | None
    due: datetime.date | None
    draft: int | None


class ArticleList(BaseModel):
    items: list[Listed]


class ArticleTold(BaseModel):
    """`text` is what shoppers get, empty where they get nothing of it; `standing` and `newest` are what a step names
    that was made upon this."""

    id: str
    state: Literal["published", "withdrawn", "file", "draft"]
    text: str
    standing: int
    newest: int
    due: datetime.date | None
    draft: VersionTold | None
    versions: list[VersionTold]


class Kept(BaseModel):
    """The version that was stored, and what would be against publishing it."""

    id: str
    version: int
    state: Literal["draft", "published", "withdrawn"]
    problems: list[ProblemTold] = []


class Unfit(BaseModel):
    """Nothing was published."""

    detail: str
    problems: list[ProblemTold]


class Malformed(BaseModel):
    """What was sent is no such request: what is wrong with it, field by field or in a sentence."""

    detail: str | list[dict[str, object]]


class Overtaken(BaseModel):
    """Nothing was stored: `newest` stands since, go on upon it."""

    detail: str
    newest: VersionTold | None


def _version(found: Version) -> VersionTold:
    return VersionTold.model_validate({**dataclasses.asdict(found), "version": found.id})


def _editing(running: Running) -> Editing:
    settings = running.settings
    mails = bool(settings.smtp_host)
    return Editing(running.store, running.answers, months=settings.review_months, mails=mails)


def _editor(request: Request) -> Editor:
    who = bearer(request.headers.get("authorization", "").partition(" ")[2].strip())
    access: AccessLog = request.app.state.access

    async def note(action: str, target: str, detail: str) -> None:
        await access.note(who, action, target, detail)

    return Editor(who, None, note)


async def _standing(running: Running, id: str) -> Standing:
    try:
        return await _editing(running).standing(id)
    except NoSuchArticle as error:
        raise HTTPException(404, "There is no such article.") from error


async def _overtaken(running: Running, id: str, clash: Clash) -> JSONResponse:
    newest = await version_of(running.store, id, clash.newest)
    told = Overtaken(detail=f"Nothing was stored: {clash}.", newest=_version(newest) if newest else None)
    return JSONResponse(told.model_dump(mode="json"), 409)


@routes.get("", summary="Every article, with its state")
async def articles(running: Running) -> ArticleList:
    edits, changed = _editing(running), await edited(running.store)
    drafts = {draft.article: draft.id for draft in await drafts_of(running.store)}
    answering = {a.id: a for a in running.answers.index.articles}
    items = []
    for id in sorted({*answering, *changed, *drafts}):
        state: Literal["published", "withdrawn", "file", "draft"] = "file" if id in answering else "draft"
        if id in changed:
            state = "published" if changed[id] else "withdrawn"
        article = answering.get(id)
        items.append(
            Listed(
                id=id, title=article.title if article else "", state=state, due=edits.due(id), draft=drafts.get(id),
                revised=article.revised if article else None,
            )
        )  # fmt: skip
    return ArticleList(items=items)


@routes.get("/{id}", summary="One article, with its state and its versions", responses={404: {}})
async def article(running: Running, id: Id) -> ArticleTold:
    found = await _standing(running, id)
    return ArticleTold.model_validate({
        "id": id, "state": found.state, "text": found.text, "standing": found.answering, "newest": found.newest,
        "due": _editing(running).due(id), "draft": _version(found.draft) if found.draft else None,
        "versions": [_version(version) for version in found.versions],
    })  # fmt: skip


@routes.post("/{id}/drafts", status_code=201, response_model=Kept,
             responses={409: {"model": Overtaken}, 422: {"model": Malformed}},
             summary="Keep a draft: shoppers get nothing of it")  # fmt: skip
async def draft(running: Running, request: Request, id: Id, sent: DraftSent) -> Kept | JSONResponse:
    edits, text = _editing(running), sent.text.replace("\r\n", "\n").strip() + "\n"
    if not sent.text.strip():
        raise HTTPException(422, "The text is empty; to take an article away, withdraw it.")
    try:
        version = await edits.draft(
            _editor(request), id, text, note=sent.note or "edited", base=sent.base, source=sent.source
        )
    except Clash as clash:
        return await _overtaken(running, id, clash)
    told = [ProblemTold(line=p.line, what=p.told) for p in await edits.problems(id, text)]
    found = await version_of(running.store, id, version)
    return Kept.model_validate({
        "id": id, "version": version, "state": found.state if found else "published", "problems": told
    })  # fmt: skip


@routes.post("/{id}/publish", response_model=Kept, summary="Publish a draft: shoppers get it at once",
             responses={404: {}, 409: {"model": Overtaken}, 422: {"model": Unfit | Malformed}})  # fmt: skip
async def publish(running: Running, request: Request, id: Id, sent: ToPublish) -> Kept | JSONResponse:
    try:
        version = await _editing(running).publish(_editor(request), id, sent.version, sent.note, tell=sent.tell)
    except NoSuchArticle as error:
        raise HTTPException(404, "There is no such draft.") from error
    except NotPublished as error:
        told = [ProblemTold(line=p.line, what=p.told) for p in error.problems]
        return JSONResponse(Unfit(detail="Not published: mend the text first.", problems=told).model_dump(), 422)
    except Clash as clash:
        return await _overtaken(running, id, clash)
    return Kept(id=id, version=version, state="published")


@routes.post("/{id}/withdraw", response_model=Kept, summary="Withdraw an article: its versions are kept",
             responses={404: {}, 409: {"model": Overtaken}})  # fmt: skip
async def withdraw(running: Running, request: Request, id: Id, sent: ToWithdraw) -> Kept | JSONResponse:
    try:
        version = await _editing(running).withdraw(_editor(request), id, sent.standing, sent.note)
    except NoSuchArticle as error:
        raise HTTPException(404, "There is no such article, or shoppers get nothing of it already.") from error
    except Clash as clash:
        return await _overtaken(running, id, clash)
    return Kept(id=id, version=version, state="withdrawn")
