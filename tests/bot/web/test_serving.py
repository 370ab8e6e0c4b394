"""The server against the network's bad manners: slow senders, slow readers, dead peers, too many at once; and its own
departure."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from aiolimiter import AsyncLimiter
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bot.chat.limits import Address
from bot.chat.pressure import Pressure
from bot.replay.fixtures import read_fixtures
from bot.replay.play import play_over_socket
from tests.conftest import ROOT, TOKEN, BotProcess, Client, client_of, free_port
from tests.patience import patient, wait_until

_MANY = {f"ASKONCE_LIMIT_{name}": "100000" for name in ("BURST", "RATE", "ADDRESS_CHATS")}
_MANY |= {f"ASKONCE_LIMIT_{name}": "1000000" for name in ("ADDRESS_BEGINNINGS", "ADDRESS_RATE")}
#: A silence that a test can wait for.
_HASTY = {"ASKONCE_LIMIT_SILENCE": "1.5"}


def _raw(bot: BotProcess) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", bot.port))
    found.settimeout(40)
    return found


# ---------------------------------------------------------------- slow senders, large bodies


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """A bot that bears no long silence."""
    bot = BotProcess(tmp_path_factory.mktemp("hasty"), **_HASTY).start()
    yield bot
    bot.stop()


_BEGUN = {
    "nothing": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-",
    "half a body": b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{",
}


@pytest.mark.parametrize("begun", _BEGUN.values(), ids=_BEGUN)
def test_a_request_that_never_ends_is_ended(hasty: BotProcess, begun: bytes) -> None:
    with _raw(hasty) as slow:
        slow.sendall(begun)
        answer = slow.recv(4096)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408")
        assert slow.recv(4096) == b""


def test_a_drip_of_headers_is_ended_too(hasty: BotProcess) -> None:
    with _raw(hasty) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for number in range(200):  # each line is a sign of life; the whole must come in time all the same
                slow.sendall(b"X-%d: 1\r\n" % number)
                time.sleep(0.05)
            pytest.fail("it was listened to for ten seconds")


def test_large_bodies_are_refused(standing_bot: BotProcess) -> None:
    bot = standing_bot
    large = b'{"sender": "a", "message": "' + b"a" * 1_200_000 + b'"}'
    assert httpx.post(bot.url + "/webhooks/rest/webhook", content=large).status_code == 413

    def pieces():  # type: ignore[no-untyped-def]  # no length is declared
        for start in range(0, len(large), 50_000):
            yield large[start : start + 50_000]

    with contextlib.suppress(httpx.WriteError):  # refused while it was still being sent
        assert httpx.post(bot.url + "/webhooks/rest/webhook", content=pieces()).status_code in (400, 413)
    squeezed = httpx.post(
        bot.url + "/webhooks/rest/webhook", content=b"\x1f\x8b\x08" + b"\0" * 100, headers={"content-encoding": "gzip"}
    )
    assert squeezed.status_code == 422, "a compressed body is not unpacked, so it is no JSON"


async def test_frames_are_never_compressed_and_never_large(standing_bot: BotProcess) -> None:
    bot = standing_bot
    async with connect(bot.url.replace("http", "ws") + "/ws", compression="deflate") as ws:
        assert "sec-websocket-extensions" not in ws.response.headers
        await ws.send("x" * 300_000)
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


# ---------------------------------------------------------------- slow readers, dead peers


async def test_who_does_not_read_is_dropped_and_goes_on_where_they_were(make_bot: Callable[..., BotProcess]) -> None:
    """Acknowledgements pile up for a client that says much and reads nothing. The bot keeps a bounded heap for it, lets
    go, and the client reads on from the turn it saw last."""
    bot = make_bot(**_MANY, **_HASTY)
    async with client_of(bot.url) as other:
        await other.hello()
        raw = _raw(bot)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with connect(
            bot.url.replace("http", "ws") + "/ws", sock=raw, max_queue=1, ping_interval=None, compression=None
        ) as ws:
            deaf = Client(ws)
            await deaf.hello()
            said = 0
            with contextlib.suppress(WebSocketException, TimeoutError):
                while said < 20_000:
                    async with patient():
                        await deaf.send(type="say", id=str(said), text="hello" + "!" * 3900)
                    said += 1
            assert said < 20_000, "its unread answers were piled up without end"
            await other.say("hello")  # nobody else noticed
            token = deaf.welcome["token"]
    async with client_of(bot.url) as again:
        await again.hello(token)
        while again.turns == [] or again.turns[-1]["seq"] < again.welcome["seq"]:
            await again.receive()
        assert [t["seq"] for t in again.turns] == list(range(1, len(again.turns) + 1))
        heard = [int(t["id"]) for t in again.turns if t["who"] == "shopper"]
        assert heard and heard == sorted(set(heard)), "what was stored is what was said, in order and once"
        passed_over = heard[-1] + 1 - len(heard)
        assert passed_over <= _refused(bot), "what was passed over was refused"


def test_half_open_sockets_are_found(make_bot: Callable[..., BotProcess]) -> None:
    """A phone that went into a tunnel sends nothing, not even a close: its chat must not count for ever. Played by a
    client whose process is stopped: the connection stands, and nobody answers pings."""
    bot = make_bot(**_HASTY)
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_open_and_wait(bot.url))
        finally:
            os._exit(0)
    try:
        wait_until(lambda: _metric(bot, "askonce_open_chats") == 1)
        os.kill(child, signal.SIGSTOP)
        wait_until(lambda: _metric(bot, "askonce_open_chats") == 0)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def _open_and_wait(url: str) -> None:
    async with connect(url.replace("http", "ws") + "/ws") as ws:
        await ws.send('{"type": "hello", "token": null, "after": 0}')
        await asyncio.sleep(3600)


def _metric(bot: BotProcess, name: str) -> float:
    shown = httpx.get(bot.url + "/metrics").text
    return float(next(line.split()[-1] for line in shown.splitlines() if line.startswith(name)))


def _refused(bot: BotProcess) -> float:
    """Error frames so far; a busy machine may have the bot refuse for a moment, and it says so."""
    shown = httpx.get(bot.url + "/metrics").text
    return sum(float(line.split()[-1]) for line in shown.splitlines() if line.startswith("askonce_frame_errors_total{"))


# ---------------------------------------------------------------- overload


def test_newcomers_give_way_first() -> None:
    pressure = Pressure(most=10, chats=100)
    assert pressure.has_room_for_newcomers and pressure.has_room_for_messages and not pressure.busy
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(pressure.message())
        assert not pressure.has_room_for_newcomers and pressure.has_room_for_messages
        hint = pressure.retry_after
        for _ in range(5):
            stack.enter_context(pressure.message())
        assert not pressure.has_room_for_messages and pressure.retry_after > hint
    assert pressure.has_room_for_newcomers and pressure.has_room_for_messages
    pressure.open = 101
    assert not pressure.has_room_for_newcomers and pressure.has_room_for_messages
    pressure.open, pressure.lag = 1, 1.0
    assert not pressure.has_room_for_newcomers and pressure.has_room_for_messages and pressure.busy
    pressure.lag = 60.0
    assert not pressure.has_room_for_messages and pressure.retry_after == 30


async def test_a_long_message_counts_for_what_it_costs() -> None:
    def of(rate: float) -> Address:
        address = Address(rate)
        address.messages = AsyncLimiter(rate, 3600)
        return address

    pace, short, long, small = AsyncLimiter(1000, 3600), of(50), of(50), of(3)
    assert [await short.count_message(40, pace) for _ in range(51)] == [True] * 50 + [False]
    assert [await long.count_message(4000, pace) for _ in range(3)] == [True, True, False], "seventeen each"
    assert [await small.count_message(4000, pace) for _ in range(2)] == [True, False], (
        "never more than may come at once"
    )
    slow = AsyncLimiter(1, 3600)
    assert [await of(50).count_message(1, slow) for _ in range(2)] == [True, False], (
        "the chat's own pace counts as well"
    )


async def test_a_full_house_says_when_to_come_back(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_LIMIT_CHATS="1")
    async with client_of(bot.url) as first:
        await first.hello()
        token = first.welcome["token"]
        async with client_of(bot.url) as second:
            refused = await second.hello(insist=False)
            assert refused["code"] == "unavailable" and refused["retry_after"] >= 1
            with pytest.raises(ConnectionClosed) as closed:
                await second.receive()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        async with client_of(bot.url) as tab:  # a chat that is open already comes first, also in one more tab
            assert (await tab.hello(token))["type"] == "welcome"
        await first.say("hello")


async def test_a_replay_waits_for_a_bot_that_is_pressed(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_LIMIT_CHATS="1")
    case = next(c for c in read_fixtures([ROOT / "tests" / "dialogues" / "capture.yml"]) if not c.slow)
    async with client_of(bot.url) as first:
        await first.hello()
        replay = asyncio.create_task(play_over_socket(bot.url, case, token=TOKEN))
        while 'askonce_frame_errors_total{code="unavailable"}' not in httpx.get(bot.url + "/metrics").text:
            await asyncio.sleep(0.05)
        assert not replay.done()
    assert (await replay).problems == []


async def test_five_times_too_much_loses_nothing_and_passes(make_bot: Callable[..., BotProcess]) -> None:
    """Far more messages at once than may be at work: each is answered or refused with a hint, those refused get through
    when they are sent again, none is doubled, and afterwards the bot is as before."""
    bot = make_bot(**_MANY, ASKONCE_LIMIT_WAITING="10")
    async with contextlib.AsyncExitStack() as stack:
        clients = []
        for _ in range(60):
            clients.append(client := await stack.enter_async_context(client_of(bot.url)))
            await client.hello()
        refusals = await asyncio.gather(*(_insist(client) for client in clients))
        assert sum(refusals) > 0, "that was no overload"
        for client in clients:
            assert [t["text"] for t in client.turns if t["who"] == "shopper"] == [f"message {n}" for n in range(5)]
            assert all(e["retry_after"] >= 1 for e in client.errors)
        async with client_of(bot.url) as later:
            assert (await later.hello())["type"] == "welcome"
            await later.say("hello")
            assert not later.errors
    assert _metric(bot, "askonce_messages_at_work") == 0


async def _insist(client: Client) -> int:
    """Five messages, each sent again while it is refused; how many refusals that took. The hint is cut short: a test
    does not wait for seconds."""
    refusals = 0
    for number in range(5):
        id = str(number)
        while not any(t.get("id") == id for t in client.turns):
            before = len(client.errors)
            await client.say(f"message {number}", id)
            if len(client.errors) > before:
                refusals += 1
                await asyncio.sleep(0.02)
    return refusals


# ---------------------------------------------------------------- leaving


class Balancer:
    """A TCP load balancer: each connection goes to the next replica that accepts it."""

    def __init__(self, replicas: list[BotProcess]) -> None:
        self.replicas, self.port, self._turn = replicas, free_port(), 0
        self.url = f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Balancer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2 * len(self.replicas)):
            self._turn += 1
            with contextlib.suppress(OSError):
                up = await asyncio.open_connection("127.0.0.1", self.replicas[self._turn % len(self.replicas)].port)
                await asyncio.gather(_pump(reader, up[1]), _pump(up[0], writer))
                return
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _shopper(url: str, number: int, over: asyncio.Event) -> list[str]:
    """One message after the other until it is over; reconnects as the widget does. Returns what was said."""
    token, turns, said = None, [], []
    waiting: list[tuple[str, str]] = []
    while not (over.is_set() and not waiting):
        try:
            async with client_of(url, open_timeout=5) as client:
                client.turns = turns
                frame = await client.hello(token, after=turns[-1]["seq"] if turns else 0)
                if frame["type"] == "error":
                    continue
                token = client.welcome["token"]
                while not over.is_set() or waiting:
                    if not waiting:
                        waiting.append((f"{number}-{len(said)}", f"how long does delivery take? {len(said)}"))
                        said.append(waiting[0][1])
                    await client.say(waiting[0][1], waiting[0][0])
                    assert not client.errors, client.errors
                    waiting.clear()
                    await asyncio.sleep(0.02)
        except (WebSocketException, OSError, TimeoutError):
            waiting = [w for w in waiting if w[0] not in {t.get("id") for t in turns}]
            await asyncio.sleep(0.05)
    assert [t["text"] for t in turns if t["who"] == "shopper"] == said, "lost, doubled or out of order"
    return said


@pytest.mark.postgres
async def test_a_rolling_restart_loses_nothing(
    make_bot: Callable[..., BotProcess], postgres: Callable[[], str]
) -> None:
    """Two replicas behind a balancer are stopped (SIGTERM, as an orchestrator does) and started anew, one after the
    other, while shoppers write without a pause."""
    url = postgres()
    replicas = [make_bot(ASKONCE_DATABASE_URL=url, ASKONCE_DRAIN="1", **_MANY) for _ in range(2)]
    over = asyncio.Event()
    async with Balancer(replicas) as balancer:
        shoppers = [asyncio.create_task(_shopper(balancer.url, number, over)) for number in range(12)]
        for replica in replicas:
            await asyncio.sleep(1)
            assert replica.process
            replica.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(replica.process.wait, 30) in (0, -signal.SIGTERM)
            replica.log.close()
            await asyncio.to_thread(replica.start)
        await asyncio.sleep(1)
        over.set()
        said = await asyncio.gather(*shoppers)
    print(
        f"{sum(map(len, said))} messages of {len(said)} shoppers during two restarts: "
        "none lost, doubled or out of order"
    )
    assert sum(map(len, said)) > 100
    for replica in replicas:
        assert "Traceback" not in (replica.folder / "bot.log").read_text()


async def test_a_drain_sends_the_chats_away_one_by_one(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_DRAIN="60")  # of which only the first seconds are looked at
    async with contextlib.AsyncExitStack() as stack:
        clients = []
        for _ in range(30):
            clients.append(client := await stack.enter_async_context(client_of(bot.url)))
            await client.hello()
        assert bot.process
        bot.process.send_signal(signal.SIGTERM)
        gone: list[int | None] = []

        async def until_gone(client: Client) -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await client.receive()
            gone.append(client.ws.close_code)

        waits = [asyncio.create_task(until_gone(client)) for client in clients]
        while not gone:
            await asyncio.sleep(0.01)
        for client in clients:  # served until its own turn to go, which may be now
            with contextlib.suppress(ConnectionClosed):
                await client.send(type="say", id="last", text="hello")
        while not (len(gone) > 2 and any(t.get("id") == "last" for client in clients for t in client.turns)):
            await asyncio.sleep(0.01)
        assert len(gone) < 15, "they left together"
        bot.kill()
        await asyncio.gather(*waits)
        assert gone[:3] == [1012] * 3
