"""Customers whom the shop vouches for, and conversations that are erased: over a real WebSocket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.chat.identity import customer_key, signature
from tests.conftest import BotProcess, Client, client_of

SECRET = "a secret of the shop"


def jane(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Jane Doe",
        "email": "jane@example.com",
        "signature": signature(SECRET, "jane@example.com", expires=time.time() + 3600),
    } | changes


def test_a_signature_is_of_one_address_and_one_secret() -> None:
    right = signature(SECRET, "Jane@Example.com ", expires=time.time() + 3600)
    assert customer_key(SECRET, "jane@example.com", right.upper()) == customer_key(SECRET, "JANE@example.com", right)
    for secret, email, given in (
        (SECRET, "joan@example.com", right),
        ("other", "jane@example.com", right),
        ("", "jane@example.com", right),
        (SECRET, None, right),
        (SECRET, "jane@example.com", None),
        (SECRET, "jane@example.com", "é"),
    ):
        assert customer_key(secret, email, given) is None
    assert right not in str(customer_key(SECRET, "jane@example.com", right))


async def _talk(client: Client, text: str) -> None:
    await client.say(text)


@pytest.mark.parametrize("changes", [{"signature": "0" * 64}, {"signature": None}, {"email": "joan@example.com"}])
async def test_only_the_right_signature_opens_a_customers_chat(
    make_bot: Callable[..., BotProcess], changes: dict[str, Any]
) -> None:
    bot = await asyncio.to_thread(make_bot, ASKONCE_IDENTITY_SECRET=SECRET)
    async with client_of(bot.url) as first:
        welcome = await first.hello(customer=jane())
        await _talk(first, "my lamp is broken")
    async with client_of(bot.url) as stranger:
        assert (await stranger.hello(customer=jane(**changes)))["conversation"] != welcome["conversation"]
    async with client_of(bot.url) as second:
        again = await second.hello(customer=jane())
        assert again["conversation"] == welcome["conversation"] and again["token"] != welcome["token"]
        await second.until("offer_ticket")
    async with client_of(bot.url) as third:  # the second device's token opens it as well, from its own place
        assert (await third.hello(again["token"], after=again["seq"]))["conversation"] == welcome["conversation"]


async def test_a_chat_of_one_customer_is_not_shown_to_another_in_the_same_browser(
    make_bot: Callable[..., BotProcess],
) -> None:
    bot = await asyncio.to_thread(make_bot, ASKONCE_IDENTITY_SECRET=SECRET)
    sam = {
        "name": "Sam Roe",
        "email": "sam@example.com",
        "signature": signature(SECRET, "sam@example.com", expires=time.time() + 3600),
    }
    async with client_of(bot.url) as first:
        token = (await first.hello(customer=jane()))["token"]
    async with client_of(bot.url) as second:
        assert (await second.hello(token, customer=sam))["code"] == "bad_token"
        assert (await second.hello(customer=sam))["type"] == "welcome"
    async with client_of(bot.url) as third:
        await third.hello(token)
        await third.send(type="hello", token=token, after=0, customer=sam)
        assert (await third.receive())["code"] == "bad_token"


async def test_without_a_secret_nobody_is_vouched_for(standing_bot: BotProcess) -> None:
    bot = standing_bot
    async with client_of(bot.url) as first, client_of(bot.url) as second:
        one, two = await first.hello(customer=jane()), await second.hello(customer=jane())
        assert one["conversation"] != two["conversation"]


async def test_an_erased_chat_is_gone_for_every_tab_and_its_ticket_is_filed(
    make_bot: Callable[..., BotProcess],
) -> None:
    bot = await asyncio.to_thread(make_bot)
    async with client_of(bot.url) as first, client_of(bot.url) as second:
        token = (await first.hello())["token"]
        await second.hello(token)
        await first.say("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
        await first.until("ticket_filed")
        await first.send(type="erase")
        while (frame := await first.receive())["type"] not in ("erased", "error"):
            continue
        assert frame == {"type": "erased"}
        while (frame := await second.receive())["type"] != "error":
            continue
        assert frame["code"] == "bad_token"
    async with client_of(bot.url) as third:
        assert (await third.hello(token))["code"] == "bad_token"
    assert (await asyncio.to_thread(bot.get, "/api/conversations"))["items"] == []
    assert (await asyncio.to_thread(bot.get, "/api/tickets"))["items"] == []


async def test_the_welcome_tells_the_hours_only_where_they_are_published(make_bot: Callable[..., BotProcess]) -> None:
    bot = await asyncio.to_thread(make_bot, ASKONCE_HOURS="Mon-Sun 00:00-24:00")
    async with client_of(bot.url) as client:
        always = {"text": "Mon-Sun 00:00-24:00", "open": True, "next": None, "closes": None, "closed": ""}
        assert (await client.hello())["hours"] == always
    await asyncio.to_thread(bot.stop)
    bot = await asyncio.to_thread(make_bot)
    async with client_of(bot.url) as client:
        assert "hours" not in await client.hello()
