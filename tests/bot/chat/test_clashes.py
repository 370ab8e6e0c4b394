"""Somebody was faster, or the store will never take it: a clash is stepped again, anything else ends in a clear
word."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history.views import outbox_counts
from bot.settings import Settings, read_settings
from bot.store.console_tables import account
from bot.store.constraints import broken
from bot.store.database import Conflict, Refused, Store, Unavailable
from bot.store.migrate import migrate
from bot.store.tables import conversation, gap, happening, lease, outbox, turn
from bot.telemetry.metrics import REGISTRY
from dialogue import events as e
from dialogue.policy import Policy
from dialogue.states import State
from dialogue.tracker import replay
from dialogue.understanding.reader import Asked
from dialogue.understanding.rules import Rules
from tests.conftest import SUPPORT

CONSENT = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"


def settings_of(url: str, **more: object) -> Settings:
    return read_settings(database_url=url, support_email=SUPPORT, **more)


def drawing(*values: str) -> Callable[[], str]:
    """Chance as the test has it; the last value comes again and again."""
    left = list(values)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def refused(constraint: str) -> float:
    return REGISTRY.get_sample_value("askonce_writes_refused_total", {"constraint": constraint}) or 0.0


async def all_filed(bot: Bot, many: int) -> None:
    while (await outbox_counts(bot.store)) != {"filed": many}:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("stem", ["PW6NHWYS52E9", "X3PW7788K2QN", "PASS2345PWD6", "4CVV123K9876", "2FA482913XYZ"])
async def test_a_reference_in_which_chance_wrote_the_name_of_a_secret_stays_whole(database_url: str, stem: str) -> None:
    async with run_bot(settings_of(database_url), stem=lambda: stem, courier=False) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("1", CONSENT)
    async with run_bot(settings_of(database_url)) as bot:  # another process knows what is stored, and no more
        await all_filed(bot, 1)
        found = await bot.hub.conversation(chat.id)
        assert found is not None and found.state.stem == stem
        assert found.state.tickets[0].reference == f"AO-{stem}-1"
        (filed,) = [t for t in await bot.store.turns(chat.id) if t.act == "ticket_filed"]
        assert f"AO-{stem}-1" in filed.text and filed.ticket == {"reference": f"AO-{stem}-1", "status": "filed"}
        await found.hear("2", f"is there any update on my ticket AO-{stem}-1?")
        (asked,) = [t for t in await bot.store.turns(chat.id) if t.id == "2"]
        assert f"AO-{stem}-1" in asked.text


async def test_two_conversations_of_one_stem_both_file(database_url: str) -> None:
    before = refused("outbox(reference)")
    async with run_bot(settings_of(database_url), stem=drawing("SAME", "SAME", "SAME", "OTHER")) as bot:
        first, _ = await bot.hub.begin()
        second, other = await bot.hub.begin()
        assert first.state.stem == second.state.stem == "SAME"
        assert await first.hear("1", CONSENT) and await second.hear("1", CONSENT)
        assert [c.state.tickets[0].reference for c in (first, second)] == ["AO-SAME-1", "AO-OTHER-1"]
        assert refused("outbox(reference)") == before + 2, "one stem was drawn that is taken as well"
        await second.hear("2", "open another ticket, I was also charged twice for the mugs")
        await all_filed(bot, len(second.state.tickets) + 1)
        bot.hub.let_go(second.id)
        again = await bot.hub.resume(other)
        assert again is not None and again.state.tickets == second.state.tickets
        assert replay(Policy(), again.state.beginning, await bot.store.told(again.id)) == again.state


async def test_where_no_stem_is_free_the_shopper_is_told_and_the_chat_goes_on(database_url: str) -> None:
    async with run_bot(settings_of(database_url), stem=lambda: "SAME") as bot:
        first, second = (await bot.hub.begin())[0], (await bot.hub.begin())[0]
        await first.hear("1", CONSENT)
        with pytest.raises(Unavailable):
            await second.hear("1", CONSENT)
        assert second.seq == 0 and second.state.tickets == ()
        assert await second.hear("2", "how do I contact support?"), "the lock is free"
        assert SUPPORT in (await second.turns_after(0))[-1].text


async def _broken(store: Store, statement: object) -> str:
    with pytest.raises(IntegrityError) as found:
        await store.transact(lambda connection: connection.execute(statement) and None)  # type: ignore[call-overload]
    return broken(found.value)


@pytest.mark.unlawful
async def test_each_constraint_is_told_from_the_others(database_url: str) -> None:
    await asyncio.to_thread(migrate, database_url)
    store = Store(database_url)
    try:
        made = {"id": "c", "token": "t", "state": State(), "at": "2026", "locale": None, "channel": "test"}
        await store.create(**made)  # type: ignore[arg-type]
        with pytest.raises(Conflict):
            await store.create(**(made | {"id": "d"}))  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"conversation\(id\)"):
            await store.create(**(made | {"token": "u"}))  # type: ignore[arg-type]
        told = {
            "conversation": "c",
            "number": 1,
            "seq": 1,
            "at": "2026",
            "events": "[]",
            "rows": "[]",
            "milliseconds": 1.0,
        }
        said = {"conversation": "c", "seq": 1, "who": "bot", "text": "x", "at": "2026", "number": 1, "client_id": "m"}
        filed = {
            "key": "k",
            "conversation": "c",
            "reference": "AO-X-1",
            "payload": "{}",
            "status": "queued",
            "due_at": 0.0,
            "helpdesk": "desk",
            "attempts": 0,
            "ambiguous": 0,
            "lease_until": 0.0,
            "created_at": 0.0,
            "told_saved": 0,
        }
        person = {"email": "a@shop.example", "name": "A", "role": "viewer", "password_hash": "x", "created_at": "2026",
                  "totp_used": 0, "failed": 0, "locked_until": 0.0, "disabled": 0}  # fmt: skip
        held = {"name": "n", "owner": "o", "until": 0.0}
        for table, row in ((happening, told), (turn, said), (outbox, filed), (account, person), (lease, held)):
            job = insert(table).values(**row)
            await store.transact(lambda c, job=job: c.execute(job) and None)  # type: ignore[misc]
        expected = {
            "happening(conversation, number)": insert(happening).values(**told),
            "turn(conversation, seq)": insert(turn).values(**(said | {"client_id": "n"})),
            "turn(conversation, client_id)": insert(turn).values(**(said | {"seq": 2})),
            "outbox(key)": insert(outbox).values(**(filed | {"reference": "AO-X-2"})),
            "outbox(reference)": insert(outbox).values(**(filed | {"key": "l"})),
            "account(email)": insert(account).values(**person),
            "lease(name)": insert(lease).values(**held),
        }
        for constraint, statement in expected.items():
            assert await _broken(store, statement) == constraint
        orphan = insert(gap).values(conversation="gone", seq=1, question="x", at="2026")
        assert await _broken(store, orphan) not in expected
    finally:
        await store.close()


async def test_a_happening_that_is_there_for_ever_is_no_clash_without_end(tmp_path: pathlib.Path) -> None:
    """As after a damaged restore: the database holds the next happening, and no load shows it."""
    url = settings_of(f"sqlite:///{tmp_path}/x.db").database_url
    async with run_bot(settings_of(url), courier=False) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("1", "hello")
        row = {"conversation": chat.id, "number": chat.number + 1, "seq": 9, "at": "2026", "events": "[]", "rows": "[]",
               "milliseconds": 0.0}  # fmt: skip
        await bot.store.transact(lambda c: c.execute(insert(happening), row) and None)
        with pytest.raises(Unavailable):
            await chat.hear("2", "is shipping free?")
        with pytest.raises(Unavailable):
            await chat.tell(e.ShopperRated(4))
        await bot.store.transact(lambda c: c.execute(update(conversation).values(number=chat.number + 1)) and None)
        assert await chat.hear("2", "is shipping free?"), "the lock was left held"


class Slow(Rules):
    """Understands by rules, and waits where the test says so; notes in which light it read."""

    def __init__(self) -> None:
        super().__init__()
        self.wait: asyncio.Event | None = None
        self.waiting = asyncio.Event()
        self.lights: list[tuple[str, Asked]] = []

    async def understand(self, text: str, asked: Asked = None) -> e.Understanding:
        self.lights.append((text, asked))
        if self.wait is not None:
            self.waiting.set()
            await self.wait.wait()
        return await super().understand(text, asked)


async def test_after_a_clash_a_message_is_understood_in_the_light_of_what_is_asked_now(tmp_path: pathlib.Path) -> None:
    chosen, slow = settings_of(f"sqlite:///{tmp_path}/two.db"), Slow()
    async with (
        run_bot(chosen, courier=False, owner="one") as one,
        run_bot(chosen, courier=False, owner="two", understander=slow) as two,
    ):
        here, token = await one.hub.begin()
        await here.hear("1", "open a ticket please, my lamp is broken, jane@example.com")
        there: Conversation | None = await two.hub.resume(token)
        assert there is not None and here.state.missing == ("name",)
        slow.wait = asyncio.Event()
        late = asyncio.create_task(there.hear("2", "Wolf"))  # understood as a name, for a name is asked for
        await slow.waiting.wait()
        await here.hear("3", "never mind")
        slow.wait.set()
        assert await late
        assert slow.lights == [("Wolf", ("name",)), ("Wolf", None)]
        assert there.state.name is None, "an answer to a question that was taken back"
