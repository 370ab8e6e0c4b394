"""After an erasure no byte of a person stands anywhere in the database's files: marks go in through every frame, form
and helpdesk path, and every file is searched to its last byte. On PostgreSQL, whose pages are its own, every cell of
every table is."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import random
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.chat.conversation import Erased
from bot.clock import horizon, now_text
from bot.history import erasure
from bot.operations.backup import backup
from bot.store.accounts import Role
from bot.store.database import Store
from bot.store.declarations import REGISTER
from bot.store.forgetting import table_of
from bot.store.records import Delivery
from bot.store.scrubbing import scrub
from bot.store.tables import conversation, desk_ticket, outbox
from dialogue import events
from tests.bot.console.conftest import Desk as Console
from tests.bot.console.conftest import console
from tests.conftest import BotProcess, client_of
from ticket_bridge.helpdesks.contract import Rejected, Unreachable
from ticket_bridge.helpdesks.desk import Desk

#: Marks without a beginning that other words share: the search keeps a word without what it has in common with the one
#: before.
NAME, LAST = "Zorvald Quixmark", b"uixmark"
FIRST, THEN = "first.flumbo@marks.example", "then.wimwam@marks.example"
THING = "gronkulator"
MARKS = (LAST, b"orvald", b"lumbo@", b"lumbo%40", b"imwam@", b"ronkulat", b"lumbo marks", b"mwam", b"lumbo")
TICKET = f"open a ticket, my {THING} is broken, {NAME}, {FIRST}"


def left_in_files(url: str, marks: Iterable[bytes] = MARKS) -> list[tuple[str, bytes]]:
    """The marks that stand in a SQLite file or beside it, in any case."""
    path = pathlib.Path(url.removeprefix("sqlite+aiosqlite:///"))
    found = []
    for file in path.parent.glob(path.name + "*"):
        content = file.read_bytes().lower()
        found += [(file.name, mark) for mark in marks if mark.lower() in content]
    return found


async def left(desk: Console, marks: Iterable[bytes] = MARKS) -> list[Any]:
    """The marks that stand in any cell; and, of SQLite, in any byte."""
    async with desk.bot.store.read() as connection:
        cells: list[str] = []
        for name in REGISTER.tables:
            rows = await connection.execute(text(f'SELECT * FROM "{name}"'))
            cells += [str(tuple(row)).casefold() for row in rows]
    everything = "\n".join(cells)
    found: list[Any] = [mark for mark in marks if mark.decode().casefold() in everything]
    return found + (left_in_files(desk.bot.settings.database_url, marks) if desk.bot.settings.sqlite else [])


class Moody(Desk):
    """The built-in desk by the mood it is told: takes, is away, or refuses."""

    mood = "takes"

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        if self.mood == "away":
            raise Unreachable("away", maybe_created=False)
        if self.mood == "refuses":
            raise Rejected("no such mailbox", status=422)
        return await super().create(payload, key=key, earlier=earlier)


class Elsewhere(Moody):
    """A helpdesk that keeps its tickets itself."""

    name = "elsewhere"

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        if self.mood != "takes":
            return await super().create(payload, key=key, earlier=earlier)
        return f"E-{key[-6:]}"

    async def find(self, key: str) -> str | None:
        return None


@contextlib.asynccontextmanager
async def with_helpdesk(url: str, kind: type[Moody] = Moody, **settings: Any) -> Any:
    made: list[Moody] = []

    def make(store: Store) -> Moody:
        made.append(kind(store.transact, desk_ticket, clock=now_text))
        return made[0]

    async with console(url, helpdesk=make, **settings) as desk:
        yield desk, made[0]


async def _due(desk: Console) -> None:
    """Whatever waits is tried again now."""
    await desk.bot.store.transact(
        lambda c: c.execute(update(outbox).where(outbox.c.status == "queued").values(due_at=0.0)) and None
    )
    desk.bot.courier.wake()


async def _tickets(desk: Console, *wanted: str) -> None:
    """Wait until the statuses of the outbox are these."""
    while True:
        async with desk.bot.store.read() as connection:
            rows = await connection.execute(text("SELECT status FROM outbox ORDER BY created_at"))
            if tuple(row[0] for row in rows) == wanted:
                return
        await asyncio.sleep(0.02)


async def _life(desk: Console, helpdesk: Moody) -> None:
    """A person in everything there is: two conversations and a page's customer, an address that was replaced, a refused
    ticket, a notice, ratings, gaps, an agent; a colleague's review, correction, sample, notes, view, article and
    look-ups."""
    chat, _ = await desk.bot.hub.begin()
    await chat.hear("1", f"hi, I'm {NAME}, {FIRST}, where is my {THING}? do you sell purple {THING} elephants?")
    await chat.hear(f"{THEN}-2", f"sorry, it's {THEN}")
    await chat.hear("3", "yes please, open a ticket")
    await _tickets(desk, "filed")
    await chat.tell(events.AgentJoined("Ada"))
    await chat.agent_says("a1", f"hello {NAME}, I write to {THEN}")
    await chat.tell(events.AgentLeft(settled=True))
    await chat.tell(events.ShopperRated(2, f"{NAME} was not amused, call {THEN}"))
    helpdesk.mood = "refuses"
    other, _ = await desk.bot.hub.begin()
    await other.hear("1", TICKET)
    await _tickets(desk, "filed", "refused")
    helpdesk.mood = "takes"
    page, _ = await desk.bot.hub.begin()
    await page.tell(events.CustomerIdentified(NAME, THEN.upper()))
    await page.hear("1", f"do you ship a {THING} to the moon?")
    await desk.archive()
    async with desk.bot.store.read() as connection:
        key = await connection.scalar(text("SELECT key FROM outbox WHERE status = 'filed'"))
    words = {
        "key": key,
        "subject": f"for {NAME}",
        "text": f"your {THING} for {THEN}",
        "status": "sent",
        "attempts": 1,
        "due_at": 0.0,
        "lease_until": 0.0,
    }
    await desk.bot.store.transact(lambda c: c.execute(table_of("notice").insert().values(**words)) and None)
    told = update(table_of("attempt")).values(
        detail=f"no mailbox {FIRST} for {NAME}"
    )  # should a helpdesk ever repeat it
    await desk.bot.store.transact(lambda c: c.execute(told) and None)
    await _colleagues(desk, chat.id)


async def _colleagues(desk: Console, id: str) -> None:
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post(f"/conversations/{id}/review", verdict="wrong", note=f"{NAME} said {FIRST} first")
    await admin.post(
        f"/conversations/{id}/correct", seq="1", intent="question", name=NAME, email=THEN, reason=f"{THING} late"
    )
    await admin.post(f"/conversations/{id}/assign", account="1")
    today = now_text()[:10]
    await admin.post("/samples", stratum="none", name=f"after {NAME} of {FIRST}", size="9", since=today, until=today)
    await admin.post("/desk/1", do="note", text=f"{NAME} rang from {THEN}")
    await admin.post("/views", name=f"{NAME}", query=f"q={THEN.replace('@', '%40')}")
    await admin.post("/views", name=f"{NAME.lower()}", query=f"q={FIRST.replace('@', '%40')}+{NAME.replace(' ', '+')}")
    head = (
        f"id: moon\ntitle: The moon\nsources:\n  - Catalogue\nrevised: {today}\nquestions:\n  - do you ship to the moon"
    )
    draft = f"---\n{head}\n---\nWe ship to the moon. {{}}"
    await desk.publish(admin, "moon", draft.format(f"As {NAME} ({FIRST}) asked."), note=f"for {THEN}")
    await admin.get(f"/conversations?q={THEN}")
    await admin.get(f"/conversations.csv?q={NAME.replace(' ', '+')}")
    for address in (FIRST, THEN):
        await admin.post("/privacy", 200, email=address)
    await admin.client.post("/console/sign-in", data={"email": THEN, "password": "x"})


async def test_no_byte_of_a_person_is_left(database_url: str, tmp_path: pathlib.Path) -> None:
    async with with_helpdesk(database_url) as (desk, helpdesk):
        await _life(desk, helpdesk)
        sam = await desk.chat("open a ticket, my lamp is broken, Sam Roe, sam@others.example")
        assert {mark for mark in await left(desk) if isinstance(mark, bytes)} >= {
            LAST,
            b"ronkulat",
            b"lumbo@",
            b"imwam@",
        }
        found, ids = await erasure.erase_person(desk.bot.store, THEN)
        assert len(ids) == 2 and found.overwritten, "the page's and the one in which it was replaced"
        found, ids = await erasure.erase_person(desk.bot.store, FIRST)
        assert len(ids) == 1 and len(found.refused) == 1, "the refused ticket goes along, and is told"
        for id in ids:
            desk.bot.hub.forget(id)
        assert await left(desk) == []
        async with desk.bot.store.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM conversation")) == 1
            assert (
                await connection.scalar(text("SELECT count(*) FROM saved_view")) == 2
            )  # the colleague's, without the name
        assert await erasure.conversations_of(desk.bot.store, "sam@others.example") == [sam]
        if desk.bot.settings.sqlite:
            backup(desk.bot.settings, tmp_path / "after.backup")
            content = (tmp_path / "after.backup").read_bytes().lower()
            assert not [mark for mark in MARKS if mark in content]


async def test_a_ticket_on_its_way_is_filed_first_and_then_nothing_is_left(database_url: str) -> None:
    async with with_helpdesk(database_url, Elsewhere) as (desk, helpdesk):
        helpdesk.mood = "away"
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("1", TICKET)
        await _tickets(desk, "queued")
        await desk.archive()
        found, ids = await erasure.erase_person(desk.bot.store, FIRST)
        desk.bot.hub.forget(chat.id)
        assert found.still_to_file == 1 and ids == [chat.id] and await erasure.sweep(desk.bot.store) == 0
        assert await left(desk, [b"lumbo@"]), "what the helpdesk is to get"
        helpdesk.mood = "takes"
        await _due(desk)
        await _tickets(desk, "filed")
        assert await erasure.sweep(desk.bot.store) == 1 and await scrub(desk.bot.store)
        assert await left(desk) == []


@pytest.mark.parametrize("then", ["refused at last", "refused before"])
async def test_a_refused_ticket_of_an_erased_chat_goes(database_url: str, then: str) -> None:
    async with with_helpdesk(database_url, Elsewhere) as (desk, helpdesk):
        helpdesk.mood = "away" if then == "refused at last" else "refuses"
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("1", TICKET)
        await _tickets(desk, "queued" if then == "refused at last" else "refused")
        await desk.bot.hub.erase(chat.id)
        if then == "refused at last":
            helpdesk.mood = "refuses"
            await _due(desk)
            await _tickets(desk, "refused")
            assert await erasure.sweep(desk.bot.store) == 1
        assert await scrub(desk.bot.store)
        assert await left(desk) == []


async def test_age_takes_refused_tickets_and_leaves_no_byte(database_url: str) -> None:
    async with with_helpdesk(database_url, Elsewhere) as (desk, helpdesk):
        helpdesk.mood = "refuses"
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("1", TICKET)
        await chat.tell(events.ShopperRated(1, f"{NAME}, {FIRST}"))
        await _tickets(desk, "refused")
        await desk.archive()
        long_ago = update(conversation).values(updated_at="2020-01-01T00:00:00.000Z")
        await desk.bot.store.transact(lambda c: c.execute(long_ago) and None)
        due = await erasure.how_old(desk.bot.store, horizon(365))
        assert due.conversations == 1 and len(due.refused) == 1
        assert due.refused[0] in await (await desk.as_role(Role.ADMINISTRATOR)).get("/privacy?days=365")
        assert await erasure.erase_older(desk.bot.store, horizon(365)) == [chat.id]
        assert await scrub(desk.bot.store)
        assert await left(desk) == []


async def test_what_the_shopper_erases_is_gone_within_moments(make_bot: Any, tmp_path: pathlib.Path) -> None:
    """The frame itself, at a bot of its own process: nobody asks for the overwriting."""
    bot: BotProcess = make_bot()
    async with client_of(bot.url) as client:
        await client.hello(customer={"name": NAME, "email": THEN})
        await client.say(f"do you sell a {THING}?")
        await client.say(f"no, my address is {FIRST}")
        await client.send(type="rate", score=1, comment=f"{NAME} is cross")
        url = f"sqlite+aiosqlite:///{tmp_path}/askonce.db"
        assert left_in_files(url)
        await client.send(type="erase")
        while (await client.receive())["type"] != "erased":
            continue
        while left_in_files(url):  # held by the test's own limit of time, and by nothing else
            await asyncio.sleep(0.05)


async def test_marks_of_hundreds_are_gone_whoever_is_erased(tmp_path: pathlib.Path) -> None:
    """Pages split, move and are freed in every way: words of all lengths, a tenth erased at random, the file
    searched."""
    rng = random.Random(5)
    url = f"sqlite+aiosqlite:///{tmp_path}/many.db"
    async with console(url) as desk:
        ids = []
        for number in range(150):
            chat, _ = await desk.bot.hub.begin()
            for turn in range(rng.randint(1, 3)):
                filler = " ".join(rng.choices(["lamp", "late", "kettle", "refund", "order"], k=rng.randint(1, 300)))
                await chat.hear(f"m{turn}", f"my mk{number:03d}q{rng.randint(0, 9)}zq is late, {filler}")
            ids.append(chat.id)
        await desk.archive()
        gone = rng.sample(range(150), 40)
        for number in gone:
            await erasure.erase(desk.bot.store, ids[number])
            desk.bot.hub.forget(ids[number])
        assert await scrub(desk.bot.store)
        marks = [f"k{number:03d}q{digit}zq".encode() for number in gone for digit in range(10)]
        assert left_in_files(url, marks) == []
        assert left_in_files(url, [f"k{number:03d}q".encode() for number in range(150) if number not in gone])


def test_without_the_overwriting_the_search_would_find_them(tmp_path: pathlib.Path) -> None:
    """The search for marks can fail: SQLite by itself leaves what it deletes."""
    path = tmp_path / "plain.db"
    with contextlib.closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA secure_delete=OFF")
        plain.execute("CREATE TABLE t (words TEXT)")
        plain.execute("INSERT INTO t VALUES (?)", (NAME,))
        plain.commit()
        plain.execute("DELETE FROM t")
        plain.commit()
    assert left_in_files(f"sqlite+aiosqlite:///{path}", [LAST])


async def test_everything_of_an_age_of_its_own_ends(either: Console) -> None:
    store, day = either.bot.store, 86_400.0
    await either.chat("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    await either.chat("open a ticket, my kettle is broken, Sam Roe, sam@example.com")
    admin = await either.as_role(Role.ADMINISTRATOR)
    await admin.post("/desk/1", do="note", text="done")
    await admin.post("/desk/1", do="close")
    async with store.read() as connection:
        now = float(await connection.scalar(text("SELECT max(created_at) FROM session")) or 0)
    kept = {"retention_desk_days": 30, "retention_log_days": 30, "retention_days": 1}
    assert await erasure.erase_aged(store, kept, now + 60) == {}
    assert await erasure.erase_aged(store, {"retention_desk_days": 0, "retention_log_days": 0}, now + 6 * day) == {
        "session": 1
    }
    found = await erasure.erase_aged(store, kept, now + 31 * day)
    assert found["desk_ticket"] == 1 and found["access"] > 0 and "conversation" not in found
    async with store.read() as connection:
        rows = list(await connection.execute(text("SELECT payload FROM desk_ticket")))
        assert len(rows) == 1 and "kettle" in rows[0][0], "an open ticket has no age"
        assert not list(await connection.execute(text("SELECT id FROM desk_note")))


async def test_an_outcome_for_a_chat_that_was_erased_writes_nothing_back(tmp_path: pathlib.Path) -> None:
    async with with_helpdesk(f"sqlite+aiosqlite:///{tmp_path}/o.db", Elsewhere) as (desk, helpdesk):
        helpdesk.mood = "away"
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("1", TICKET)
        await _tickets(desk, "queued")
        await desk.bot.hub.erase(chat.id)
        with contextlib.suppress(Erased):
            await chat.tell(events.TicketDelayed("AO-1"), delivery=Delivery("nothing", told_saved=True))
        async with desk.bot.store.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM turn")) == 0


async def test_what_a_killed_process_had_not_overwritten_is_overwritten_by_the_next(tmp_path: pathlib.Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/k.db"
    async with console(url) as desk:
        ids = [await desk.chat(f"my {THING} is late, {NAME}, {FIRST}"), await desk.chat("my lamp is late")]
    store = Store(url)  # what erases and is gone before it can do more
    await store.transact(lambda c: erasure.erase_conversation(c, ids[0]))
    await store.close()
    assert left_in_files(url)
    async with console(url):
        while left_in_files(url):
            await asyncio.sleep(0.05)
