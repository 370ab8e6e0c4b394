"""The protocol over a real WebSocket against the real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.conftest import TOKEN, BotProcess, Client, client_of


@pytest.fixture
def bot(standing_bot: BotProcess) -> BotProcess:
    return standing_bot


async def test_resume_brings_exactly_what_was_missed(bot: BotProcess) -> None:
    async with client_of(bot.url) as first:
        welcome = await first.hello()
        assert welcome["seq"] == 0 and len(welcome["token"]) >= 40
        await first.say("open a ticket, my lamp is broken")
        await first.until("ask")
        seen = first.turns[-1]["seq"]
    async with client_of(bot.url) as other:
        await other.hello(welcome["token"])
        await other.say("Jane Doe")
        await other.until("ask")
        await other.until("ask")
        assert [t["seq"] for t in other.turns] == [1, 2, 3, 4]
    async with client_of(bot.url) as again:
        back = await again.hello(welcome["token"], after=seen)
        assert back["conversation"] == welcome["conversation"] and back["seq"] == 4
        while len(again.turns) < 2:
            await again.receive()
        assert [t["seq"] for t in again.turns] == [3, 4]
        assert again.turns[0]["text"] == "Jane Doe"


async def test_a_repeated_id_is_acknowledged_and_not_processed_twice(bot: BotProcess) -> None:
    async with client_of(bot.url) as one, client_of(bot.url) as two:
        welcome = await one.hello()
        await two.hello(welcome["token"])
        text = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"
        await asyncio.gather(one.say(text, "same"), two.say(text, "same"))
        await one.until("ticket_filed")
        await one.say(text, "same")
    tickets = bot.get(f"/api/tickets?conversation={welcome['conversation']}")["items"]
    assert len(tickets) == 1
    turns = bot.get(f"/api/conversations/{welcome['conversation']}")["turns"]
    assert [t["who"] for t in turns].count("shopper") == 1


async def test_a_repeat_is_acknowledged_at_any_age_and_after_a_reconnect(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_LIMIT_BURST="1000", ASKONCE_LIMIT_RATE="1000", ASKONCE_LIMIT_ADDRESS_RATE="1000")
    async with client_of(bot.url) as client:
        welcome = await client.hello()
        for number in range(260):
            await client.say("how do I contact support?", f"m{number}")
        while client.turns[-1]["who"] != "bot":
            await client.receive()
        last = client.turns[-1]["seq"]
        assert last > 500
        await client.say("how do I contact support?", "m0")
    async with client_of(bot.url) as again:
        back = await again.hello(welcome["token"], after=last)
        for number in (0, 100, 259):  # the oldest, one that only the store knows, the newest
            await again.say("how do I contact support?", f"m{number}")
            acknowledged = [t for t in again.turns if t.get("id") == f"m{number}"]
            assert acknowledged and acknowledged[0]["seq"] <= last
            again.turns.clear()
        assert not again.errors
    async with client_of(bot.url) as later:
        assert (await later.hello(welcome["token"], after=last))["seq"] == back["seq"], "nothing was processed twice"


async def test_a_client_that_comes_back_is_told_that_the_chat_is_rated(bot: BotProcess) -> None:
    async with client_of(bot.url) as one, client_of(bot.url) as two:
        welcome = await one.hello()
        assert welcome["rated"] is False
        assert (await two.hello(welcome["token"]))["rated"] is False
        await one.say("thanks, bye")
        await one.until("invite_rating")
        await one.send(type="rate", score=5)
        await one.until("thanks")
        await two.until("thanks")
    async with client_of(bot.url) as again:
        assert (await again.hello(welcome["token"]))["rated"] is True


async def test_bad_frames_get_an_error_and_the_connection_lives_on(bot: BotProcess) -> None:
    async with client_of(bot.url) as client:
        await client.ws.send("{not json")
        assert (await client.receive())["code"] == "bad_frame"
        await client.send(type="say", id="1", text="too early")
        assert (await client.receive())["code"] == "bad_frame"
        await client.send(type="hello", token="no such token", after=0)
        assert (await client.receive())["code"] == "bad_token"
        await client.hello(unknown="field")
        for frame in (
            "[]",
            '"x"',
            '{"type":"dance"}',
            '{"type":"say","id":"1"}',
            '{"type":"say","id":"","text":"x"}',
            '{"type":"rate","score":9}',
            '{"type":"say","id":"2","text":"   "}',
            "\ud83d".encode("utf-16-le", "surrogatepass"),
        ):
            await client.ws.send(frame)
            error = await client.receive()
            assert (error["type"], error["code"]) == ("error", "bad_frame"), frame
            assert error["message"].endswith(".")
        await client.send(type="say", id="long", text="x" * 4001)
        error = await client.receive()
        assert (error["code"], error["id"]) == ("too_long", "long")
        await client.send(type="typing")
        await client.say("hello")
        await client.until("greet")


async def test_a_foreign_page_is_refused_and_named_ones_are_admitted(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_ALLOWED_ORIGINS="https://shop.example, https://other.example")
    async with client_of(bot.url, origin="https://evil.example") as client:
        assert (await client.receive())["code"] == "bad_origin"
    async with client_of(bot.url, origin="https://evil.example") as client:
        assert (await client.receive())["code"] == "bad_origin"
    told = [line for line in (bot.folder / "bot.log").read_text().splitlines() if "ASKONCE_ALLOWED_ORIGINS" in line]
    assert len(told) == 1 and "'https://evil.example'" in told[0], "once an origin, and what to do"
    for origin in ("https://shop.example", bot.url):
        async with client_of(bot.url, origin=origin) as client:
            assert (await client.hello())["type"] == "welcome"


async def test_a_person_is_not_hindered_and_a_flood_is(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    async with client_of(bot.url) as client:
        await client.hello()
        for number in range(40):
            await client.send(type="say", id=str(number), text="hello")
        while len(client.errors) + sum(t["who"] == "shopper" for t in client.turns) < 40:
            await client.receive()
        heard = [t["id"] for t in client.turns if t["who"] == "shopper"]
        assert heard[:20] == [str(n) for n in range(20)]
        assert client.errors and all(e["code"] == "too_fast" and e["id"] not in heard for e in client.errors)


async def test_two_tabs_stay_in_step(bot: BotProcess) -> None:
    async with client_of(bot.url) as one, client_of(bot.url) as two:
        welcome = await one.hello()
        await two.hello(welcome["token"])
        await one.say("is shipping free?")
        await one.until("answer")
        await two.until("answer")
        assert one.turns[-1]["text"] == two.turns[-1]["text"]
        assert [t["seq"] for t in two.turns] == [1, 2]


async def test_a_signed_in_customer_completes_a_ticket_on_reconnect(bot: BotProcess) -> None:
    async with client_of(bot.url) as client:
        welcome = await client.hello()
        await client.say("open a ticket, the zip is broken")
        await client.until("ask")
    async with client_of(bot.url) as client:
        await client.hello(welcome["token"], after=2, customer={"name": "Olu Adebayo", "email": "olu@example.ng"})
        await client.until("ticket_filed")
        await client.send(type="rate", score=5, comment="quick, my card is 4242 4242 4242 4242")
        await client.until("thanks")
    (ticket,) = bot.get(f"/api/tickets?conversation={welcome['conversation']}")["items"]
    assert ticket["fields"] == {"name": "Olu Adebayo", "email": "olu@example.ng", "reason": "the zip is broken"}
    assert set(ticket["passed"]) == {"name", "email", "reason", "subject", "envelope"}


async def test_secrets_reach_neither_store_nor_log(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    async with client_of(bot.url) as client:
        await client.hello()
        await client.say("my card 4242-4242-4242-4242 was charged twice, cvv 123, password: hunter2")
        await client.until("privacy")
    stored = b"".join(path.read_bytes() for path in bot.folder.iterdir() if path.is_file())
    for secret in (b"4242-4242", b"hunter2"):
        assert secret not in stored


async def test_health_readiness_metrics_and_the_api_are_guarded(bot: BotProcess) -> None:
    async with httpx.AsyncClient(base_url=bot.url) as http:
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        ready = (await http.get("/readyz")).json()
        assert ready["database"] == "ok" and ready["helpdesk"] == "ok"
        assert "askonce_open_chats" in (await http.get("/metrics")).text
        assert "customElements" in (await http.get("/widget.js")).text
        for path in ("/api/conversations", "/api/tickets", "/api/conversations/x", "/api/tickets/x"):
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers={"Authorization": "Bearer wrong"})).status_code == 401
        signed_in = {"Authorization": f"Bearer {TOKEN}"}
        assert (await http.get("/api/tickets/none", headers=signed_in)).status_code == 404
        assert (await http.get("/api/conversations?limit=0", headers=signed_in)).status_code == 422


async def test_rasas_rest_channel(bot: BotProcess) -> None:
    async with httpx.AsyncClient(base_url=bot.url) as http:
        path = "/webhooks/rest/webhook"
        first = await http.post(path, json={"sender": "s1", "message": "open a ticket, my lamp is broken"})
        assert [m["recipient_id"] for m in first.json()] == ["s1"] and "your full name" in first.json()[0]["text"]
        second = await http.post(path, json={"sender": "s1", "message": "Jane Doe, jane@example.com"})
        assert "filed" in second.json()[0]["text"]
        assert (await http.post(path, json={"sender": "", "message": "x"})).status_code == 422


async def test_paging_of_conversations(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    for _ in range(5):
        async with client_of(bot.url) as client:
            await client.hello()
            await client.say("hello")
    seen: list[str] = []
    after = ""
    while True:
        page = bot.get(f"/api/conversations?limit=2{after}")
        seen += [c["id"] for c in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next'].replace('+', '%2B')}"
    assert len(seen) == len(set(seen)) == 5


def test_client_helper_sees_gaps() -> None:
    """The tests' own client must be able to fail."""

    class Wire:
        async def recv(self) -> bytes:
            return b'{"type": "turn", "seq": 3, "who": "bot", "text": "x"}'

    client = Client(Wire())  # type: ignore[arg-type]
    client.turns = [{"seq": 1}]
    with pytest.raises(AssertionError, match="a gap"):
        asyncio.run(client.receive())
