"""What people do to articles: draft, preview, publish, go back, withdraw, look at one again. Nobody overwrites what
somebody else wrote meanwhile: whoever was slower sees both texts and goes on upon the newer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import Response

from bot.console.articles import changes, editing, form_of, passages, standing
from bot.console.site import Ask, Refused
from bot.console.speech import day, gettext
from bot.console.wording import note_of, told
from bot.operations.editing import LONGEST, Clash, Editor, NoSuchArticle, NotPublished, is_id
from bot.store.edited_articles import Version, version_of


def _me(ask: Ask) -> Editor:
    return Editor(ask.me.account.email, ask.me.account.id, ask.note)


async def save_article(ask: Ask) -> Response:
    """Check and preview what was written, or keep it as a draft: shoppers get nothing of it."""
    id, text, note = ask.part("id"), ask.given("text", LONGEST), ask.given("note", 200)
    if not is_id(id):
        raise Refused(422, gettext("An article's id is in lower case, with hyphens between words."))
    if not text:
        raise Refused(422, gettext("There is no text: write one, or withdraw the article."))
    text, base, edits = text + "\n", ask.number("base") if ask.given("base") else 0, editing(ask)
    if ask.given("do") == "preview":
        form = form_of(id, text, new=ask.given("new") == "1", base=base, note=note)
        form |= {"preview": passages(ask, id, text), "problems": await edits.problems(id, text)}
        return ask.page("article.html", **form, checked=True, stands=None)
    try:
        version = await edits.draft(_me(ask), id, text, note=note or "edited", base=base)
    except Clash as clash:
        return await _clash(ask, id, text, note, clash.newest)
    if version == base:
        return ask.to(f"/console/articles/{id}", gettext("Nothing was changed."))
    return ask.to(f"/console/articles/{id}/draft", gettext("Saved as a draft. Shoppers get nothing of it yet."))


async def _clash(ask: Ask, id: str, text: str, note: str, newest: int) -> Response:
    """Both texts, what sets them apart, and a form that goes on upon the newer."""
    newer = await version_of(ask.bot.store, id, newest)
    if newer is None:  # an erasure between two looks
        raise Refused(409, gettext("Somebody changed this article meanwhile; open its page again."))
    return ask.page(
        "article_clash.html", 409, id=id, text=text, note=note, newer=newer, lines=changes(newer.text, text),
        called=await ask.called(),
    )  # fmt: skip


async def draft(ask: Ask) -> Response:
    """The open draft of an article: what shoppers would get, what it changes, and what is against it."""
    id = ask.part("id")
    stands = await standing(ask, id)
    if stands.draft is None:
        raise Refused(404, gettext("There is no draft of this article."))
    return await _draft_page(ask, id, stands.draft, stands.text, overtaken=stands.newest != stands.draft.id)


async def _draft_page(ask: Ask, id: str, found: Version, before: str, *, overtaken: bool, code: int = 200) -> Response:
    edits = editing(ask)
    return ask.page(
        "article_draft.html", code, id=id, draft=found, preview=passages(ask, id, found.text), overtaken=overtaken,
        problems=await edits.problems(id, found.text), lines=changes(before, found.text), before=bool(before),
        called=await ask.called(), hearing=await edits.who_hears(id, found.text),
    )  # fmt: skip


async def publish_article(ask: Ask) -> Response:
    """Shoppers get the draft from now on, on every replica within seconds; refused, with the lines, where it is not
    fit."""
    id, version = ask.part("id"), ask.number("version")
    # the page's form says that it asked; whoever else sends a version alone means what is usual
    tell = ask.given("tell") == "1" or ask.given("asked") != "1"
    try:
        await editing(ask).publish(_me(ask), id, version, ask.given("note", 200), tell=tell)
    except NoSuchArticle as error:
        raise Refused(404, gettext("There is no such draft.")) from error
    except NotPublished:
        stands = await standing(ask, id)
        found = await version_of(ask.bot.store, id, version)
        if found is None:
            raise Refused(404, gettext("There is no such draft.")) from None
        return await _draft_page(ask, id, found, stands.text, overtaken=stands.newest != found.id, code=422)
    except Clash as clash:
        found = await version_of(ask.bot.store, id, version)
        return await _clash(ask, id, found.text if found else "", found.note if found else "", clash.newest)
    return ask.to(f"/console/articles/{id}", gettext("Published. Shoppers get answers from it now."))


@contextmanager
def _refusing(missing: str) -> Iterator[None]:
    """What stands in the way of a step, in words for its page; `missing`: what is said where there is no such thing."""
    try:
        yield
    except NoSuchArticle as error:
        raise Refused(404, missing) from error
    except NotPublished as error:
        found = (gettext("Line %(line)s:", line=p.line) + f" {told(p)}" if p.line else told(p) for p in error.problems)
        raise Refused(422, gettext("Not published: %(why)s.", why="; ".join(found))) from error
    except Clash as error:
        raise Refused(409, gettext("Somebody changed this article meanwhile; open its page again.")) from error


async def give_up_draft(ask: Ask) -> Response:
    """The draft waits no longer; its text is kept among the versions."""
    id = ask.part("id")
    with _refusing(gettext("There is no such draft.")):
        await editing(ask).give_up(_me(ask), id, ask.number("version"))
    return ask.to(f"/console/articles/{id}", gettext("The draft is given up; its text is kept among the versions."))


async def undo_article(ask: Ask) -> Response:
    """Shoppers get an earlier version again; 0 is the file, or nothing where there is none."""
    id = ask.part("id")
    version, stood = ask.number("version"), ask.number("standing")
    with _refusing(gettext("There is no such version.")):
        await editing(ask).back(_me(ask), id, version, stood)
    note = note_of(f"back to version {version}" if version else "back to the file")
    return ask.to(f"/console/articles/{id}", gettext("Done: %(note)s.", note=note))


async def withdraw_article(ask: Ask) -> Response:
    """Answer from this article no longer; its versions are kept."""
    id = ask.part("id")
    with _refusing(gettext("There is no such article.")):
        await editing(ask).withdraw(_me(ask), id, ask.number("standing"))
    return ask.to("/console/articles", gettext("“%(id)s” is withdrawn; its versions are kept.", id=id))


async def still_true(ask: Ask) -> Response:
    """Somebody has looked at the article, and it is still true: it is looked at again after the usual time."""
    id = ask.part("id")
    with _refusing(gettext("There is no such article.")):
        until = await editing(ask).still_true(_me(ask), id, ask.number("standing"))
    return ask.to(f"/console/articles/{id}", gettext("Noted. It is to be looked at again on %(day)s.", day=day(until)))
