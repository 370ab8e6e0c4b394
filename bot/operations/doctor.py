"""`askonce doctor`: looks at everything the bot rests on and says in plain words what is well, what is not, and what to
do."""

from __future__ import annotations

import asyncio
import pathlib
import resource
import shutil
import time
from collections.abc import AsyncIterator

import click
import httpx
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from bot.factories import check_articles, make_answers, make_helpdesk, make_smtp
from bot.history import views
from bot.operations import backup
from bot.operations.configured import configured
from bot.operations.editing import Editing
from bot.operations.evidence_checks import evidence
from bot.operations.finding import Finding, ill, note, well
from bot.operations.helpdesk_check import helpdesk_notes
from bot.settings import Settings
from bot.store.database import Store, Unavailable
from bot.store.edited_articles import drafts_of, edited
from bot.store.migrate import newest
from bot.store.opened import opened
from bot.store.pokes import Pokes
from bot.store.private import parts, readable_by_others
from bot.store.seen_keys import keys_are_seen
from bot.store.tables import conversation
from dialogue.understanding.rasa import Nonsense, read_reply
from kb_answers.library import ArticleError, outdated
from ticket_bridge.helpdesks.contract import HelpdeskError
from ticket_bridge.helpdesks.mailbox import connected

_MARKS = {"well": "ok  ", "note": "note", "ill": "FAIL"}


async def doctor(settings: Settings) -> bool:
    """Prints each finding as it is made; True where nothing fails."""
    fine = True
    async for finding in findings(settings):
        fine = fine and finding.state != "ill"
        click.echo(f"{_MARKS[finding.state]}  {finding.what}")
        if finding.advice:
            click.echo(f"      What to do: {finding.advice}.")
    click.echo("Everything the bot needs is well." if fine else "Something the bot needs is not well; see FAIL above.")
    return fine


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Every check, one after the other; none changes anything."""
    for looking in (configured, _files, _articles):
        for finding in looking(settings):
            yield finding
    async with opened(settings, migrating=False) as store:
        there = True
        async for finding in _database(settings, store):
            there = there and finding.state != "ill"
            yield finding
        yield await _rasa(settings)
        if there:
            yield await _helpdesk(settings, store)
            for what, advice in helpdesk_notes(settings):
                yield note(what, advice)
            if not await store.transact(keys_are_seen):
                yield ill(
                    "the key of the last ticket could not be read back from the helpdesk: after a fault, tickets that "
                    "may be there already cannot be looked for and wait for a person",
                    "run `askonce helpdesk check`, and mend what it names; the next ticket clears this",
                )
            yield await _tickets(store)
            for finding in await evidence(settings, store):
                yield finding
            for finding in await _reviews(settings, store):
                yield finding
    if (mail := make_smtp(settings)) is not None:
        try:
            async with asyncio.timeout(10), connected(mail):
                pass
            yield well(f"the mail server {settings.smtp_host} answers")
        except (HelpdeskError, TimeoutError) as error:
            advice = getattr(error, "mend", "") or "check ASKONCE_SMTP_*"
            yield ill(f"the mail server does not take us: {error or 'no answer in 10 s'}", advice)
    yield await _server(settings)


def _files(settings: Settings) -> list[Finding]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < settings.limit_chats + 200:
        return [
            note(
                f"{most:,} open files are allowed, and each chat is one "
                f"(ASKONCE_LIMIT_CHATS is {settings.limit_chats:,})",
                "raise the limit (ulimit -n, LimitNOFILE=) or lower ASKONCE_LIMIT_CHATS",
            )
        ]
    return [well(f"{most:,} open files are allowed")]


def _articles(settings: Settings) -> list[Finding]:
    try:
        check_articles(settings)
    except ArticleError as error:
        return [ill(f"the articles cannot be used: {error}", "mend the line named")]
    answers = make_answers(settings)
    count = len(answers.index.articles)
    found = [
        note(
            f"the translation {article.language}/{article.id}.md renders a text of {article.revised}, and serves on",
            f"bring it to its original, {article.id}.md, and set `renders` to the date of that",
        )
        for articles in answers.translations.values()
        for article in outdated(answers.index.articles, articles)
    ]
    if settings.articles is None:
        return [
            *found,
            note(
                f"the {count} articles that come with the bot are in use", "name the shop's folder in ASKONCE_ARTICLES"
            ),
        ]
    return [*found, well(f"{count} articles of {settings.articles} are in use")]


async def _reviews(settings: Settings, store: Store) -> list[Finding]:
    """Articles as shoppers get them that are to be looked at again, and drafts that wait for somebody."""
    try:
        answers = make_answers(settings)
        answers.reload(await edited(store))
    except ArticleError:  # told above, or by the line of the log that names it
        return []
    found, overdue = [], Editing(store, answers, months=settings.review_months).overdue()
    if overdue:
        first = ", ".join(f"{id} ({day})" for id, day in list(overdue.items())[:3])
        more = ", …" if len(overdue) > 3 else ""
        found.append(
            note(
                f"{len(overdue)} of {len(answers.index.articles)} articles are to be looked at again: {first}{more}",
                "look whether they are still true; the console lists them under Articles",
            )
        )
    else:
        found.append(well("no article is due to be looked at again"))
    if drafts := len(await drafts_of(store)):
        found.append(note(f"{drafts} drafts of articles wait", "publish them or give them up, in the console"))
    return found


async def _database(settings: Settings, store: Store) -> AsyncIterator[Finding]:
    url = make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if settings.sqlite:
        file = pathlib.Path(url.database or "")
        if not file.exists():
            yield ill(f"there is no database at {file} yet", "start `askonce serve` once, which makes it")
            return
        free = shutil.disk_usage(file.parent).free
        size = file.stat().st_size
        if free < max(500_000_000, size // 10):
            yield ill(
                f"{free / 1e6:,.0f} MB are left on the disk of {file.parent}", "make room: a full disk stops the chat"
            )
        else:
            yield well(f"{free / 1e9:,.1f} GB are free on the disk of the database ({size / 1e6:,.1f} MB)")
        yield _private(file)
        yield note("SQLite is for one machine", "use PostgreSQL where the bot runs on several")
    try:
        began = time.perf_counter()
        async with store.read() as connection:
            version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            count = await connection.scalar(select(conversation.c.id).limit(1))
        took = (time.perf_counter() - began) * 1000
        server = await backup.server_version(store)
    except Unavailable as error:
        yield ill(
            f"the database {shown} cannot be used ({error})",
            "check ASKONCE_DATABASE_URL and that the server runs; `askonce serve` makes the tables",
        )
        return
    kind = "SQLite" if settings.sqlite else "PostgreSQL"
    yield well(f"{kind} {server} answers in {took:.0f} ms{'' if count else ', and holds no conversation yet'}")
    if version == newest():
        yield well(f"its tables are of this version ({version})")
    elif str(version) < newest():
        yield note(
            f"its tables are of an older version ({version})", "`askonce serve` brings them up to date when it starts"
        )
    else:
        yield note(f"its tables are of a newer version ({version})", "update this copy of Askonce")
    if settings.sqlite:
        async with store.read() as connection:
            damage = await connection.scalar(text("PRAGMA quick_check(1)"))
        yield well("the file is sound") if damage == "ok" else ill(f"the file is damaged: {damage}", "restore a backup")
        return
    async with store.read() as connection:
        apart = abs(
            float(await connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0) - time.time()
        )
        may = await connection.scalar(text("SELECT current_setting('max_connections')::int"))
    if apart > 5:
        yield note(f"its clock is {apart:.0f} s away from ours", "let both follow the same time servers")
    yield note(
        f"it allows {may} connections", "each replica takes up to 13 for each of its workers: see docs/operations.md"
    )
    yield await _pokes(settings)


def _private(file: pathlib.Path) -> Finding:
    """Starting the bot tightens what is its own; another owner's file it cannot."""
    if wide := [part.name for part in parts(file) if readable_by_others(part)]:
        return note(
            f"others on this machine may read {', '.join(wide)}",
            f"chmod 600 {file}*, or start the bot as the file's owner, which does it",
        )
    return well("the database is for its owner's eyes only")


async def _pokes(settings: Settings) -> Finding:
    """Two ears on the database, one speaking: a pooler in transaction mode would swallow that."""
    heard = asyncio.Event()
    ears = [Pokes(settings.database_url, lambda kind, id: heard.set(), lambda: None) for _ in range(2)]
    tasks = [asyncio.create_task(ear.run()) for ear in ears]
    try:
        async with asyncio.timeout(5):
            while not all(ear.listening for ear in ears):
                await asyncio.sleep(0.02)
            ears[0].say("c", "doctor")
            await heard.wait()
        return well("replicas can poke each other (LISTEN/NOTIFY)")
    except TimeoutError:
        return note(
            "replicas cannot poke each other through this address; they look every ten seconds instead",
            "connect to PostgreSQL itself, or to a pooler in session mode",
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _rasa(settings: Settings) -> Finding:
    if not settings.rasa_url:
        return well("the bot understands by itself, with no Rasa beside it")
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            began = time.perf_counter()
            answer = await client.post(
                f"{settings.rasa_url.rstrip('/')}/model/parse", json={"text": "I want my money back"}
            )
            took = (time.perf_counter() - began) * 1000
        best = read_reply(answer.json())[0]
        return well(f"Rasa understands, in {took:.0f} ms ({best.name} {best.confidence:.2f})")
    except (httpx.HTTPError, Nonsense, ValueError) as error:
        return note(
            f"Rasa does not understand ({type(error).__name__}: {error}); the bot does by itself meanwhile",
            "start it, or see its log; `askonce train` makes its model",
        )


async def _helpdesk(settings: Settings, store: Store) -> Finding:
    helpdesk = make_helpdesk(settings, store)
    try:
        async with asyncio.timeout(settings.helpdesk_timeout + 5):
            await helpdesk.health()
        return well(f"the helpdesk ({helpdesk.name}) answers; `askonce helpdesk check` tries all it needs")
    except (HelpdeskError, Unavailable, TimeoutError) as error:
        return note(
            f"the helpdesk ({helpdesk.name}) is not well: {error or 'no answer'}; tickets are saved meanwhile",
            getattr(error, "mend", "") or "see `askonce helpdesk check`",
        )
    finally:
        await helpdesk.close()


async def _tickets(store: Store) -> Finding:
    counts = await views.outbox_counts(store)
    if refused := counts.get("refused", 0):
        return note(
            f"{refused} tickets were refused by the helpdesk",
            "see `askonce tickets waiting`, then `askonce tickets deliver`",
        )
    oldest = await views.oldest_unfiled(store)
    if oldest is not None and time.time() - oldest > 300:
        return note(
            f"a ticket has waited for {(time.time() - oldest) / 60:.0f} minutes", "see `askonce tickets waiting`"
        )
    return well("no ticket waits")


async def _server(settings: Settings) -> Finding:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    url = f"http://{host}:{settings.port}"
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            state = (await client.get(f"{url}/readyz")).json()
    except (httpx.HTTPError, ValueError):
        return note(f"no bot answers at {url}", "start it with `askonce serve`, unless it runs elsewhere")
    if state.get("status") == "ok":
        return well(f"a bot is at work at {url}, and all its work in the background goes on")
    if str(state.get("work", "ok")) != "ok":
        return note(
            f"work in the background of the bot at {url} died of unexpected errors: {state['work']}",
            "see its log for what died where; it is started again by itself, and a restart of this replica harms "
            "nothing",
        )
    troubles = "; ".join(f"{name}: {value}" for name, value in state.items() if name != "status" and value != "ok")
    return note(f"the bot at {url} says {state.get('status')} ({troubles})", "see the lines above")
