"""The doors of the chat: who comes in and says nothing leaves nothing, beginnings are counted by whoever stands behind
an address, and a customer's signature is for this purpose and this week."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from bot.bootstrap import run_bot
from bot.chat.identity import LONGEST, customer_key, signature
from bot.chat.limits import Limits, party_of
from bot.settings import SettingsError, read_settings
from bot.store.database import Store
from bot.store.entry import FRESH, Entry
from tests.conftest import BotProcess, Client, client_of

SECRET = "a secret of the shop"


def jane(**changes: Any) -> dict[str, Any]:
    signed = signature(SECRET, "jane@example.com", expires=time.time() + 3600)
    return {"name": "Jane Doe", "email": "jane@example.com", "signature": signed} | changes


# ---------------------------------------------------------------- who says nothing


async def test_hundreds_of_hellos_leave_no_row_and_the_first_word_leaves_one(
    make_bot: Callable[..., BotProcess],
) -> None:
    bot = await asyncio.to_thread(make_bot, ASKONCE_IDENTITY_SECRET=SECRET)

    async def come_and_go(number: int) -> None:
        async with client_of(bot.url) as client:
            who = {"name": "Sam Roe", "email": f"sam{number}@example.com"} if number % 2 else jane()
            assert (await client.hello(customer=who))["type"] == "welcome"
            await client.send(type="typing")

    for begin in range(0, 300, 50):
        await asyncio.gather(*(come_and_go(n) for n in range(begin, begin + 50)))
    assert bot.get("/api/conversations")["items"] == []
    async with client_of(bot.url) as client:
        welcome = await client.hello(customer=jane())
        await client.say("open a ticket, my lamp is broken")
        await client.until(
            "ticket_filed"
        )  # the page's customer was named before the first word, and is not asked for (R2)
    (stored,) = bot.get("/api/conversations")["items"]
    assert stored["id"] == welcome["conversation"]
    assert bot.get(f"/api/conversations/{stored['id']}")["state"]["name"] == "Jane Doe"


async def test_a_chat_in_which_nothing_was_said_is_resumed_claimed_and_erased(
    make_bot: Callable[..., BotProcess],
) -> None:
    bot = await asyncio.to_thread(make_bot, ASKONCE_IDENTITY_SECRET=SECRET)
    async with client_of(bot.url) as first:
        welcome = await first.hello(customer=jane())
    async with client_of(bot.url) as again:
        assert (await again.hello(welcome["token"]))["conversation"] == welcome["conversation"]
    sam = signature(SECRET, "sam@example.com", expires=time.time() + 60)
    async with client_of(bot.url) as other:
        refused = await other.hello(welcome["token"], customer={"email": "sam@example.com", "signature": sam})
        assert refused["code"] == "bad_token"
    async with client_of(bot.url) as last:
        await last.hello(welcome["token"])
        await last.send(type="erase")
        while (await last.receive())["type"] != "erased":
            continue
    async with client_of(bot.url) as gone:
        assert (await gone.hello(welcome["token"]))["code"] == "bad_token"


async def test_what_is_said_at_once_from_two_tabs_of_a_fresh_chat_begins_it_once(database_url: str) -> None:
    settings = read_settings(database_url=database_url, support_email="support@example.com")
    async with run_bot(settings) as bot:
        chat, token = bot.hub.greet()
        same = await bot.hub.resume(token)
        assert same is chat and chat.unborn
        await asyncio.gather(*(chat.hear(str(n), "hello") for n in range(5)))
        assert not chat.unborn and await bot.store.id_of(token) == chat.id
        assert [t.id for t in await bot.store.turns(chat.id) if t.who == "shopper"] == [str(n) for n in range(5)]


async def test_a_crash_before_the_first_word_is_not_noticed(make_bot: Callable[..., BotProcess]) -> None:
    bot = await asyncio.to_thread(make_bot)
    async with client_of(bot.url) as client:
        welcome = await client.hello()
        bot.kill()
    await asyncio.to_thread(bot.start)
    async with client_of(bot.url) as client:
        again = await client.hello(welcome["token"])
        assert again["type"] == "welcome" and again["conversation"] == welcome["conversation"]
        await client.say("my lamp is broken")
        await client.until("offer_ticket")
        await client.send(type="erase")
        while (await client.receive())["type"] != "erased":
            continue
    async with client_of(bot.url) as client:
        assert (await client.hello(welcome["token"]))["code"] == "bad_token"


async def test_two_replicas_begin_one_chat_once(database_url: str) -> None:
    """The same token in two tabs, each on a replica of its own, and both say their first word at once."""
    settings = read_settings(database_url=database_url, support_email="support@example.com")
    async with run_bot(settings) as one, run_bot(settings) as two:
        mine, token = one.hub.greet()
        other = await two.hub.resume(token)
        assert other is not None and other.id == mine.id and other.unborn
        await asyncio.gather(mine.hear("a", "hello"), other.hear("b", "my lamp is broken"))
        said = [t.id for t in await one.store.turns(mine.id) if t.who == "shopper"]
        assert sorted(map(str, said)) == ["a", "b"]


@given(st.text(max_size=90), st.integers(0, 2 * FRESH))
def test_a_token_is_known_again_for_a_day_by_its_own_bot_alone(other: str, later: int) -> None:
    entry, stranger, now = Entry(b"k" * 32), Entry(b"s" * 32), 1_800_000_000.0
    token = entry.token(now)
    assert entry.is_fresh(token, now + later) == (later <= FRESH)
    assert not stranger.is_fresh(token, now) and not entry.is_fresh(other, now)
    for place in (0, 20, 45, -1):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + (token[place + 1 :] if place != -1 else "")
        assert not entry.is_fresh(changed, now)
    assert entry.conversation(token) != entry.conversation(entry.token(now)) and entry.conversation(token) not in token


# ---------------------------------------------------------------- how many may begin


async def begun(client: Client) -> str:
    """`welcome`, or the code of the refusal."""
    try:
        frame = await client.hello()
    except ConnectionClosed:
        return str(client.errors[-1]["code"])
    return str(frame.get("code") or frame["type"])


async def test_beginnings_are_counted_by_address_and_coming_back_is_none(make_bot: Callable[..., BotProcess]) -> None:
    few = {"ASKONCE_LIMIT_ADDRESS_BEGINNINGS": "3", "ASKONCE_LIMIT_ADDRESS_BEGINNINGS_RATE": "0.001"}
    bot = await asyncio.to_thread(make_bot, **few)
    tokens = []
    for _ in range(3):  # each leaves again: what was counted stays counted
        async with client_of(bot.url) as client:
            assert await begun(client) == "welcome"
            tokens.append(client.welcome["token"])
    async with client_of(bot.url) as one_more:
        assert await begun(one_more) == "too_fast" and one_more.errors[-1]["retry_after"] > 0
        with pytest.raises(ConnectionClosed) as closed:
            await one_more.receive()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
    async with client_of(bot.url) as back:
        assert (await back.hello(tokens[0]))["type"] == "welcome"
        await back.say("hello")


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_addresses_of_a_prefix_are_one_party(address: ipaddress.IPv6Address, suffix: int) -> None:
    if address.ipv4_mapped is None:
        neighbour = ipaddress.IPv6Address((int(address) >> 64 << 64) + suffix)
        if neighbour.ipv4_mapped is None:
            assert party_of(str(address)) == party_of(str(neighbour))
        elsewhere = ipaddress.IPv6Address(int(address) ^ (1 << 64))
        assert party_of(str(address)) != party_of(str(elsewhere))


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_party_however_it_is_written(address: ipaddress.IPv4Address) -> None:
    assert party_of(str(address)) == party_of(f"::ffff:{address}") == str(address)


async def test_a_flood_of_addresses_is_forgotten_and_whoever_owes_something_is_not() -> None:
    limits = Limits(read_settings(support_email="support@example.com"), most=50)
    busy = limits.enter("192.0.2.1")
    assert busy is not None
    await busy.beginnings.acquire(500)
    limits.leave("192.0.2.1")
    for number in range(500):
        assert limits.enter(f"10.0.{number // 250}.{number % 250}") is not None
        limits.leave(f"10.0.{number // 250}.{number % 250}")
    assert limits.enter("192.0.2.1") is busy
    assert len(limits._addresses) <= 52


# ---------------------------------------------------------------- the customer's signature


@given(st.floats(-1e6, 1e6))
def test_a_signature_holds_until_it_expires_and_no_longer_than_a_week(ahead: float) -> None:
    now = 1_800_000_000.0
    signed = signature(SECRET, "jane@example.com", expires=now + ahead)
    holds = customer_key(SECRET, "jane@example.com", signed, now=now) is not None
    if -100 < ahead < LONGEST:
        assert holds
    if ahead < -200 or ahead > LONGEST + 200:
        assert not holds


@pytest.mark.parametrize(
    "text", ["jane@example.com", "askonce customer\n{}\nsam@example.com", "other purpose\n{}\njane@example.com"]
)
def test_what_was_signed_for_another_end_serves_not_here(text: str) -> None:
    until = int(time.time()) + 60
    digest = hmac.new(SECRET.encode(), text.format(until).encode(), hashlib.sha256).hexdigest()
    for given_ in (digest, f"{until}.{digest}", f"{until + 1}.{digest}"):
        assert customer_key(SECRET, "jane@example.com", given_) is None


def test_a_customers_key_outlives_their_signatures() -> None:
    now = time.time()
    one, two = (signature(SECRET, "jane@example.com", expires=now + s) for s in (60, 600))
    assert one != two
    assert customer_key(SECRET, "jane@example.com", one) == customer_key(SECRET, "Jane@example.com ", two) is not None


# ---------------------------------------------------------------- the administrator's token


@pytest.mark.parametrize("token", ["x", "admin", "secret", "12345678", "elevenchars"])
def test_a_token_that_can_be_guessed_is_refused_in_one_line(token: str) -> None:
    with pytest.raises(SettingsError, match=r"ASKONCE_ADMIN_TOKEN.*easy to guess") as error:
        read_settings(admin_token=token)
    assert "\n" not in str(error.value) and f"'{token}'" not in str(error.value)


async def test_a_first_word_while_the_store_is_asked_is_no_erasure(database_url: str) -> None:
    """Whoever looks what other replicas have stored reads before the row is there, and judges after."""
    async with run_bot(read_settings(database_url=database_url, support_email="support@example.com")) as bot:
        chat, _ = bot.hub.greet()
        read = bot.store.heads

        class Slow:
            """The store, with a first word between the question and its answer."""

            async def heads(self, ids: list[str]) -> dict[str, int]:
                found = await read(ids)
                await chat.hear("1", "hello")
                return found

        shop = bot.hub.shop
        bot.hub.equip(dataclasses.replace(shop, store=cast(Store, Slow())), entry=bot.hub.entry)
        await bot.hub._look([chat.id])
        bot.hub.equip(shop, entry=bot.hub.entry)
        assert not chat.erased and not chat.unborn
        await chat.hear("2", "my lamp is broken")
        assert len([t for t in await bot.store.turns(chat.id) if t.who == "shopper"]) == 2
