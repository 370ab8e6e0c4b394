"""The published contract is the one that is kept: real frames are held to the AsyncAPI document's models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from pydantic import TypeAdapter

from bot.web.asyncapi import BotTurn, Error, ShopperTurn, TypingShown, Welcome, document
from tests.conftest import BotProcess, client_of

SENT: TypeAdapter[Any] = TypeAdapter(Welcome | ShopperTurn | BotTurn | TypingShown | Error)


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(_references(v) for v in value.values()))
    return set().union(*(_references(v) for v in value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    found = document()
    for reference in _references(found):
        place: Any = found
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


async def test_real_frames_keep_the_contract(standing_bot: BotProcess) -> None:
    bot = standing_bot
    async with client_of(bot.url) as client:
        frames = [await client.hello()]
        for text in (
            "hello",
            "my order is late",
            "yes",
            "Jane Doe, jane@example.com",
            "card 4242 4242 4242 4242",
            "bye",
        ):
            await client.say(text)
        await client.send(type="nonsense")
        while not client.errors:
            frames.append(await client.receive())
        frames += client.turns + client.errors
    kinds = {type(SENT.validate_python({k: v for k, v in f.items() if k != "met"})).__name__ for f in frames}
    assert kinds == {"Welcome", "ShopperTurn", "BotTurn", "Error"}
    published = httpx.get(bot.url + "/asyncapi.json").json()
    assert published["channels"]["chat"]["address"] == "/ws"
    paths = httpx.get(bot.url + "/openapi.json").json()["paths"]
    assert {"/healthz", "/readyz", "/api/conversations", "/api/tickets/{reference}"} <= set(paths)


async def test_several_workers_share_a_database_and_stay_in_step(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_WORKERS="2")
    for _ in range(4):
        async with client_of(bot.url) as one, client_of(bot.url) as two:
            welcome = await one.hello()
            await two.hello(welcome["token"])
            await one.say("is shipping free?")
            await two.until("answer")
            await two.say("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
            await one.until("ticket_filed")
            await two.until("ticket_filed")
            assert [t["text"] for t in one.turns] == [t["text"] for t in two.turns]
            assert len(bot.get(f"/api/tickets?conversation={welcome['conversation']}")["items"]) == 1
