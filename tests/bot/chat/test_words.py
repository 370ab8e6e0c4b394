"""R17 by construction: no field, form or column without a decision, and a last line before the database."""

from __future__ import annotations

import pathlib
import random
import re
from typing import Annotated, Any

import orjson
import pytest
from pydantic import StringConstraints
from sqlalchemy import Column, MetaData, String, Table, select
from sqlalchemy.exc import OperationalError

from bot.bootstrap import run_bot
from bot.chat.frames import Hello, Rate, Say, parse
from bot.chat.words import WORDS, ClientId, Entry, masked_query
from bot.commands.chat import Session, command
from bot.console.site import Ask
from bot.settings import read_settings
from bot.store.database import Store
from bot.store.declarations import REGISTER
from bot.store.declared import Kind
from bot.store.tables import happening, metadata, rating, turn
from bot.store.words import Words, mask_words_of, masked_json
from dialogue import events
from dialogue.understanding.secrets import CARD, CODE, PASSWORD, mask
from tests.conftest import BotProcess, client_of
from tests.proofs.test_secret_doors import CONSOLE, Marks


def test_a_text_field_without_a_decision_cannot_be_declared() -> None:
    class Fine(Entry):
        words: Annotated[str, StringConstraints(max_length=10), WORDS] | None = None

    assert Fine(words="cvv 123").words == f"cvv {CODE}"
    for annotation in (
        str,
        str | None,
        list[str],
        dict[str, str],
        Annotated[str, StringConstraints(max_length=3)],
        Any,
    ):
        with pytest.raises(TypeError, match="words of people"):
            type("Leaky", (Entry,), {"__annotations__": {"comment": annotation}, "__module__": __name__})


def test_every_text_column_is_decided_and_masks_until_it_is() -> None:
    columns = {f"{t.name}.{c.name}": c for t in metadata.tables.values() for c in t.columns if not c.foreign_keys}
    texts = {name for name, c in columns.items() if isinstance(c.type, String | Words)}
    declared = {
        f"{table}.{name}": holds for table, kept in REGISTER.tables.items() for name, holds in kept.columns.items()
    }
    assert texts <= declared.keys(), f"say in bot.store.declarations what these hold: {texts - declared.keys()}"
    assert {n for n in texts if isinstance(columns[n].type, Words)} == {n for n in texts if declared[n].words}
    assert {n for n in texts if isinstance(columns[n].type, Words) and columns[n].type.json} == {
        n for n in texts if declared[n].words and declared[n].json
    }
    for name, holds in declared.items():
        assert holds.words or (holds.kind is not Kind.PERSONAL and not holds.typed), f"{name} may hold a secret"
        assert not holds.words or holds.kind is not Kind.SECRET, f"{name} would be broken"
    fresh = MetaData()
    mask_words_of(fresh)
    assert isinstance(Table("new", fresh, Column("remark", String(40))).c.remark.type, Words)


def test_handlers_of_the_console_reach_no_raw_form() -> None:
    """What is typed is read with `given` (masked) or `credential` (said to be none of people's words), and nothing
    else."""
    for path in CONSOLE.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        if path.name != "site.py":
            assert not re.search(
                r"\.raw\b|request\.form|request\.body|request\.stream|request\.json|multi_items", source
            ), path.name
    # "key" is the public half of one that a browser made, matched letter by letter (`bot.console.one_time`)
    credentials = {"password", "old", "new", "code", "token", "secret", "id", "key"}
    for path in CONSOLE.glob("*.py"):
        named = set(re.findall(r"\.credential\(\s*[\"'](\w+)", path.read_text(encoding="utf-8")))
        assert named <= credentials, f"{path.name}: {named - credentials} is read unmasked"
    assert Ask.given.__doc__ and "masked" in Ask.given.__doc__


# ---------------------------------------------------------------- the last line


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_the_store_masks_what_slipped_through(
    database: str, tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    """An understander, a helpdesk or a new door may say anything: what is stored is masked all the same."""
    url = f"sqlite:///{tmp_path}/slip.db" if database == "sqlite" else request.getfixturevalue("postgres")()
    marks = Marks(random.Random(3))

    class Gossip:
        name = "gossip"

        async def understand(self, text: str, asked: Any = None) -> events.Understanding:
            said = events.Understanding(text, reason=f"my lamp broke, {marks.words()}", question=f"{marks.words()}?")
            return said

        async def ready(self) -> bool:
            return True

        async def close(self) -> None:
            return

    async with run_bot(
        read_settings(database_url=url, support_email="support@example.com"), understander=Gossip()
    ) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("m1", "hello")
        await chat.tell(events.ShopperRated(1, f'"quoted"\n{marks.words()}'))
        await chat.tell(events.CustomerIdentified(f"Jane {marks.card()}", marks.email()))
        stored = []
        async with bot.store.read() as connection:
            for table in (happening, turn, rating):
                stored += [str(tuple(row)) for row in await connection.execute(select(table))]
            state = await bot.store.load(chat.id)
    assert stored and state is not None and not marks.found_in(("\n".join(stored) + str(state)).encode())
    assert CARD in "".join(stored) or PASSWORD in "".join(stored)


def test_json_is_masked_inside_its_texts_and_stays_json() -> None:
    value = {"reason": "my password is hunter2", "list": ["cvv:\n123", 4], "fine": None, "number": 4242424242424242}
    assert orjson.loads(masked_json(orjson.dumps(value).decode())) == {
        "reason": f"my password is {PASSWORD}", "list": [f"cvv:\n{CODE}", 4], "fine": None, "number": 4242424242424242,
    }  # fmt: skip
    assert masked_json("no json, pw: hunter2") == f"no json, pw: {PASSWORD}"
    untouched = '{"a": "hello \\n there"}'
    assert masked_json(untouched) == untouched


async def test_a_failed_statement_is_told_without_what_it_carried(tmp_path: pathlib.Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/none.db")
    row = {"conversation": "x", "score": 1, "comment": "secret words", "at": ""}
    try:
        async with store.engine.connect() as connection:
            with pytest.raises(OperationalError, match="no such table") as told:
                await connection.execute(rating.insert(), row)
        assert "secret words" not in str(told.value)
    finally:
        await store.close()


# ---------------------------------------------------------------- frames and ids


def test_frames_are_masked_and_remember_it() -> None:
    said = parse(orjson.dumps({"type": "say", "id": "1", "text": "my cvv is 123"}))
    assert isinstance(said, Say) and said.text.masked() == f"my cvv is {CODE}" and said.text.masked().held
    assert "123" not in repr(said)
    rated = parse(orjson.dumps({"type": "rate", "score": 1, "comment": "4242 4242 4242 4242"}))
    assert isinstance(rated, Rate) and rated.comment and rated.comment.masked() == CARD and "4242" not in repr(rated)
    greeted = parse(
        orjson.dumps(
            {
                "type": "hello",
                "locale": "4242424242424242",
                "customer": {"name": "pw: x", "email": "4242424242424242@x.example"},
            }
        )
    )
    assert isinstance(greeted, Hello) and greeted.locale is None and greeted.customer
    assert (greeted.customer.name, greeted.customer.email) == (None, None)
    named = parse(
        orjson.dumps(
            {"type": "hello", "locale": "pt-BR", "customer": {"name": "Olu Adebayo", "email": "olu@x.example"}}
        )
    )
    assert (
        isinstance(named, Hello) and named.locale == "pt-BR" and named.customer and named.customer.name == "Olu Adebayo"
    )


async def test_a_message_is_acknowledged_by_the_id_it_was_sent_with(standing_bot: BotProcess) -> None:
    id = "0.4242424242424242"
    assert ClientId.of(id) != id and ClientId.of(id) == ClientId.of(id) and ClientId.of("m1") == "m1"
    async with client_of(standing_bot.url) as client:
        welcome = await client.hello()
        await client.say("hello", id=id)
        await client.say("hello", id=id)
        assert {t["id"] for t in client.turns if t["who"] == "shopper"} == {id}
    async with client_of(standing_bot.url) as again:
        await again.hello(welcome["token"], after=0)
        await again.say("hello", id=id)
        assert sum(t["who"] == "shopper" for t in again.turns) == 1


def test_an_address_keeps_what_is_no_secret_to_the_letter() -> None:
    for query in (b"", b"q=late+order&since=2026-11-01", b"q=%C3%A9&empty=", b"a=1&a=2"):
        assert masked_query(query) == query
    assert masked_query(b"q=4242%204242%204242%204242") == b"q=%5Bcard+number+removed%5D"


async def test_a_fixture_written_at_the_keyboard_holds_no_secret(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    monkeypatch.chdir(tmp_path)
    session = Session.begin(read_settings(database_url="sqlite:///x.db"))
    await session.say("my card 4242 4242 4242 4242 was charged twice, my password is hunter2")
    await command(session, "/save pw: hunter3 late", Console(quiet=True))
    (written,) = tmp_path.glob("*.yml")
    assert not re.search("4242|hunter", written.name + written.read_text(encoding="utf-8"))
    assert mask(written.read_text(encoding="utf-8")) == written.read_text(encoding="utf-8")
