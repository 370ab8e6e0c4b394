"""`askonce demo-data`: conversations to look at and to measure the console with.

A few hundred conversations are really held, through the engine with its rules, articles and desk; the many are copies
of these with other people, references and times. So every row is one that the bot writes, and a million turns take
minutes.
"""

from __future__ import annotations

import asyncio
import datetime
import functools
import itertools
import pathlib
import random
import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection

from bot.bootstrap import run_bot
from bot.clock import as_text, now
from bot.history.summaries import Archivist, Summary
from bot.history.views import outbox_counts
from bot.settings import DEMO_EMAIL, Settings
from bot.store.console_tables import facet, summary
from bot.store.database import Store, token_hash
from bot.store.opened import opened
from bot.store.searched_words import insert_words
from bot.store.tables import attempt, conversation, desk_ticket, gap, happening, outbox, rating, turn
from dialogue import events

NAME, EMAIL = "Jane Doe", "jane.doe@example.com"
_OPENERS = (
    "hi", "hello there", "how long does delivery take?", "do you ship to Norway?", "what is your return policy?",
    "can I cancel my order?", "how do I contact support?", "do you sell gift wrapping in velvet?",
    "is there a student discount?", "do students get a discount?", "do you restore old lamps?",
    "can you restore an old lamp?", "restauriert ihr alte lampen?", "can I pay in instalments over two years?",
    "which wood are the chairs made of?", "how do refunds work?",
)  # fmt: skip
_ISSUES = (
    "my order never arrived and it has been 25 days", "the lamp came broken", "I was charged twice for the kettle",
    "the bag has a torn strap", "I got the wrong colour", "the parcel was empty when I opened it",
    "the kettle leaks from the bottom", "my refund has not come",
)  # fmt: skip
_MIDDLES = (
    (), ("do you ship to Iceland, by the way?",), ("thanks",),
    ("what is your return policy?", "and how long do refunds take?"),
    ("any update on my ticket?",), ("asdf qwer",), ("is there a shop in Bergen?", "how much is shipping?"),
    ("that didn't help",),
)  # fmt: skip
_ENDINGS = (
    ("yes please", NAME, EMAIL, "thanks, bye"),
    (f"open a ticket, {NAME}, {EMAIL}", "follow up on my order", "bye"),
    ("no thanks", "bye"),
    ("yes", "why do you need that?", f"{NAME} {EMAIL}", "thank you"),
    (),
    ("yes please", "never mind"),
    ("yes please", NAME),
    (f"I want a human. {NAME}, {EMAIL}", "any news on my ticket?", "how long will that take?", "goodbye"),
)
_FIRST = (
    "Amara Bjørn Chidi Dolores Emre Fatima Goran Hye-jin Ingrid João Kwame Leila Mateo Nadia Oksana Priya Quentin Rosa "
    "Søren Tomás Ulla Víctor Wanjiru Xenia Yusuf Zofia"
).split()
_LAST = (
    "Adeyemi Bakker Costa Dimitrov Eriksen Ferrari García Horvat Ito Jansen Kowalski Lindqvist Moreau Novák Okafor "
    "Petrov Quist Romero Schmidt Tanaka Ueda Varga Wójcik Xu Yılmaz Zhang"
).split()
_SECONDS_A_TURN = 17
_BATCH = 250


@dataclass
class _Base:
    """One conversation that was held, with everything it wrote."""

    row: Any
    summary: Summary
    stem: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def _scripts(count: int, rng: random.Random) -> list[tuple[str, ...]]:
    every = list(itertools.product(_OPENERS, _MIDDLES, _ISSUES, _ENDINGS))
    rng.shuffle(every)
    return [(a, *b, c, *d) for a, b, c, d in every[:count]]


async def _hold(folder: pathlib.Path, count: int, rng: random.Random, step: Callable[[], None]) -> list[_Base]:
    settings = Settings(database_url=f"sqlite+aiosqlite:///{folder}/held.db", support_email=DEMO_EMAIL, demo=True)
    held: list[_Base] = []
    async with run_bot(settings, archivist=False, tick=0.05) as bot:
        ids = []
        for script in _scripts(count, rng):
            chat, _ = await bot.hub.begin(locale="en")
            for number, words in enumerate(script):
                await chat.hear(f"m{number}", words)
            if chat.state.invited and rng.random() < 0.6:
                await chat.tell(events.ShopperRated(rng.choice((1, 2, 3, 4, 4, 5, 5, 5)), None))
            ids.append(chat.id)
            step()
        async with asyncio.timeout(60):
            while set(await outbox_counts(bot.store)) - {"filed"}:
                await asyncio.sleep(0.1)
        archive = Archivist(bot.store, support_email=DEMO_EMAIL)
        for id in ids:
            found = await archive.summary(id)
            assert found is not None  # it was just held
            held.append(await _read(bot.store, id, found))
    return held


async def _read(store: Store, id: str, found: Summary) -> _Base:
    async with store.read() as connection:
        row = (await connection.execute(select(conversation).where(conversation.c.id == id))).one()
        rows: dict[str, list[dict[str, Any]]] = {}
        for table in (happening, turn, outbox, gap, rating):
            rows[table.name] = [
                dict(r._mapping) for r in await connection.execute(select(table).where(table.c.conversation == id))
            ]
        keys = [r["key"] for r in rows["outbox"]]
        for table in (attempt, desk_ticket):
            rows[table.name] = [
                dict(r._mapping) for r in await connection.execute(select(table).where(table.c.key.in_(keys)))
            ]
    loaded = await store.load(id)
    return _Base(row, found, loaded.state.stem if loaded else "", rows)


def _start(rng: random.Random, now: datetime.datetime, days: int) -> datetime.datetime:
    """A moment in the last `days`, by day more likely than by night, on weekdays more likely than at the weekend."""
    while True:
        moment = now - datetime.timedelta(seconds=rng.uniform(3600, days * 86400))
        by_hour = 1.0 if 8 <= moment.hour < 21 else 0.25
        if rng.random() < by_hour * (0.6 if moment.weekday() >= 5 else 1.0):
            return moment


@dataclass(frozen=True)
class _Life:
    """What one copy has of its own: when it began, and for every name, address and reference another one."""

    start: datetime.datetime
    id: str
    stem: str
    name: str
    email: str

    @classmethod
    def draw(cls, rng: random.Random, start: datetime.datetime) -> _Life:
        """Drawn in this order, so that a seed gives the same data for ever."""
        id = f"{rng.getrandbits(128):032x}"
        stem = "".join(rng.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(12))
        name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
        email = f"{rng.choice('abcdefghij')}{rng.randrange(10**6)}@example.{rng.choice(('com', 'org', 'net'))}"
        return cls(start, id, stem, name, email)

    def when(self, seq: int) -> datetime.datetime:
        """The moment of a turn."""
        return self.start + datetime.timedelta(seconds=_SECONDS_A_TURN * seq)

    def at(self, seq: int) -> str:
        """The moment of a turn, as the store writes times."""
        return as_text(self.when(seq))


def _copy(base: _Base, life: _Life) -> dict[str, list[dict[str, Any]]]:
    """Rows of one more conversation like `base`, by table; `search` and `facet` still lack the summary's number."""
    at, last = life.at, base.row.seq
    exchange = (
        (base.row.id, life.id), (base.stem, life.stem), (NAME, life.name), (EMAIL, life.email),
        (EMAIL.casefold(), life.email),
    )  # fmt: skip

    def mend(value: Any) -> Any:
        if isinstance(value, str):
            for old, new in exchange:
                value = value.replace(old, new)
        return value

    made: dict[str, list[dict[str, Any]]] = {
        table: [{k: mend(v) for k, v in row.items() if k != "id"} for row in rows] for table, rows in base.rows.items()
    }
    for row in (*made["turn"], *made["happening"], *made["gap"]):
        row["at"] = at(row["seq"])
    for row in (*made["rating"], *made["attempt"]):
        row["at"] = at(last)
    for row in made["desk_ticket"]:
        row["created_at"] = at(last)
    for row in made["outbox"]:
        row["created_at"] = row["due_at"] = life.when(last).timestamp()
    head = {k: mend(v) for k, v in base.row._mapping.items()}
    head |= {"created_at": at(0), "updated_at": at(last), "token_hash": token_hash(secrets.token_urlsafe(16))}
    columns = {k: mend(v) for k, v in base.summary.columns.items()}
    heard = max((row["seq"] for row in base.rows["turn"] if row["who"] == "shopper"), default=0)
    columns |= {"created_at": at(0), "updated_at": at(last), "heard_at": at(heard)}
    kinds = [{"kind": k, "value": mend(v), "created_at": at(0)} for k, v in sorted(base.summary.facets)]
    return made | {"conversation": [head], "summary": [columns], "facet": kinds, "search": [_searched(base, life)]}


def _searched(base: _Base, life: _Life) -> dict[str, str]:
    """What is searched of a copy: small letters, an address in its parts."""
    apart = str.maketrans("@.", "  ")
    words, hidden = base.summary.words, base.summary.masked
    for old, new in (
        (base.row.id, life.id),
        (base.stem.casefold(), life.stem.casefold()),
        (NAME.casefold(), life.name.casefold()),
        (EMAIL.translate(apart), life.email.translate(apart)),
    ):
        words = words.replace(old, new)
    for old, new in ((base.row.id, life.id), (base.stem.casefold(), life.stem.casefold())):
        hidden = hidden.replace(old, new)
    return {"words": words, "hidden": hidden}


#: Tables as they may be filled: what is pointed at comes first.
_ORDER = (conversation, happening, turn, outbox, attempt, desk_ticket, gap, rating)


def _write(connection: Connection, copies: Sequence[dict[str, list[dict[str, Any]]]]) -> None:
    for table in _ORDER:
        rows = [row for copy in copies for row in copy[table.name]]
        if rows:
            connection.execute(insert(table), rows)
    first = int(connection.scalar(select(summary.c.id).order_by(summary.c.id.desc()).limit(1)) or 0) + 1
    connection.execute(insert(summary), [copy["summary"][0] | {"id": first + n} for n, copy in enumerate(copies)])
    connection.execute(
        insert(facet), [row | {"summary": first + n} for n, copy in enumerate(copies) for row in copy["facet"]]
    )
    connection.execute(
        insert_words(connection.dialect.name), [copy["search"][0] | {"id": first + n} for n, copy in enumerate(copies)]
    )
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('summary', 'id'), :last)"), {"last": first + len(copies)}
        )


async def make_demo_data(
    url: str,
    *,
    conversations: int,
    days: int = 90,
    seed: int = 1,
    held: int = 300,
    step: Callable[[int], None] = lambda n: None,
) -> tuple[int, int]:
    """Add conversations to the database at `url`; returns how many, and their turns. `step` is told of each batch."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        bases = await _hold(pathlib.Path(folder), min(held, conversations), rng, lambda: None)
    end, turns = now(), 0
    async with opened(Settings(database_url=url)) as store:
        starts = sorted(_start(rng, end, days) for _ in range(conversations))
        for begin in range(0, conversations, _BATCH):
            batch = starts[begin : begin + _BATCH]
            copies = [_copy(rng.choice(bases), _Life.draw(rng, start)) for start in batch]
            await store.transact(functools.partial(_write, copies=copies))
            turns += sum(len(copy["turn"]) for copy in copies)
            step(len(copies))

        def settle(connection: Connection) -> None:
            connection.execute(text("ANALYZE"))

        await store.transact(settle)
    return conversations, turns
