"""Rasa slow, down, or talking nonsense: each falls back for that message, is counted, and breaks nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
import pytest

from dialogue.events import Intent
from dialogue.understanding.opinions import Opinion
from dialogue.understanding.rasa import Nonsense, Rasa, read_reply
from dialogue.understanding.rules import understand
from dialogue.vocabulary import IntentName
from tests.conftest import free_port

TEXT = "the thing about my cousin's gadget"


@contextlib.asynccontextmanager
async def server(reply: bytes, delay: float = 0.0) -> AsyncIterator[str]:
    """A Rasa on a real socket that always gives `reply`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_calls.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(delay)
                writer.write(reply)
                await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    open_calls: set[asyncio.Task[None] | None] = set()
    port = free_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
        for call in open_calls:
            if call is not None:
                call.cancel()
        await asyncio.gather(*(c for c in open_calls if c is not None), return_exceptions=True)


def http(body: bytes, status: str = "200 OK") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (http(b"{}"), "nonsense"),
        (http(b"<html>"), "nonsense"),
        (http(b"{}", "500 Oops"), "nonsense"),
        (http(b'{"intent_ranking": [{"name": "greet", "confidence": "high"}]}'), "nonsense"),
        (http(b'{"intent_ranking": [{"name": "dance", "confidence": 0.9}]}'), "nonsense"),
        (b"garbage\r\n\r\n", "error"),
        (b"", "error"),
    ],
)
async def test_nonsense_falls_back_to_rules(reply: bytes, outcome: str) -> None:
    async with server(reply) as url:
        rasa = Rasa(url)
        assert await rasa.understand(TEXT) == understand(TEXT)
        assert rasa.outcomes[outcome] == 1
        await rasa.close()


async def test_slow_and_absent_fall_back_and_rest() -> None:
    async with server(http(b"{}"), delay=5) as url:
        rasa = Rasa(url, timeout=0.05)
        for _ in range(5):
            assert await rasa.understand(TEXT) == understand(TEXT)
        assert rasa.outcomes == {"timeout": 3, "resting": 2}
        assert not await rasa.ready()
        await rasa.close()
    rasa = Rasa(f"http://127.0.0.1:{free_port()}")
    assert await rasa.understand(TEXT) == understand(TEXT)
    assert rasa.outcomes == {"error": 1}
    await rasa.close()


async def test_rasa_is_asked_only_where_it_can_change_the_decision_and_remembered() -> None:
    ranking = [{"name": "report_issue", "confidence": 0.97}, {"name": "other", "confidence": 0.03}]
    async with server(http(orjson.dumps({"intent_ranking": ranking}))) as url:
        rasa = Rasa(url)
        await rasa.understand("yes please", "offer")
        await rasa.understand("jane@example.com")
        assert rasa.outcomes == {"not_needed": 2}
        first = await rasa.understand(TEXT)
        assert first.by == "rasa"
        assert await rasa.understand(TEXT) == first
        assert rasa.outcomes == {"not_needed": 2, "asked": 1, "remembered": 1}
        await rasa.close()


async def test_a_name_that_rasa_finds_is_taken_where_the_word_lists_agree() -> None:
    ranking = [{"name": "report_issue", "confidence": 1.0}]
    for entity, name in (("Kofi Mensah", "Kofi Mensah"), ("walnut desk", None), ("Kofi", None), ("Ama Owusu", None)):
        reply = {"intent_ranking": ranking, "entities": [{"entity": "name", "value": entity}, {"entity": 5}, "x"]}
        async with server(http(orjson.dumps(reply))) as url:
            rasa = Rasa(url)
            u = await rasa.understand("the walnut desk for Kofi Mensah arrived in another shade")
            assert u.name == name, "a name must stand in the text and look like one"
            await rasa.close()


def test_replies_are_read_strictly() -> None:
    good = read_reply({"intent_ranking": [{"name": "greet", "confidence": 0.2}, {"name": "deny", "confidence": 0.7}]})
    assert [i.name for i in good] == [IntentName.DENY, IntentName.GREET]
    for bad in (
        None,
        [],
        {},
        {"intent_ranking": []},
        {"intent_ranking": [{"name": "greet", "confidence": float("nan")}]},
    ):
        with pytest.raises(Nonsense):
            read_reply(bad)


def test_two_opinions_are_averaged() -> None:
    own = Opinion({IntentName.GREET: 0.8, IntentName.DENY: 0.2}, ({IntentName.DENY: 1.0}, {}), {})
    both = own.beside((Intent(IntentName.DENY, 1.0),))
    assert both.whole[IntentName.DENY] == 0.6 and both.whole[IntentName.GREET] == 0.4
    assert both.clauses[0][IntentName.DENY] == 1.0 and both.clauses[1] == {IntentName.DENY: 1.0}
    assert own.beside(()) is own


@pytest.mark.rasa
async def test_a_real_rasa_understands(rasa_url: str) -> None:
    rasa = Rasa(rasa_url, timeout=120, when="always")
    assert await rasa.ready()
    for text, intent in (("where is my parcel", "order_status"), ("any news on my ticket", "ticket_update"), ("goodbye", "goodbye"),
                         ("my lamp arrived broken", "report_issue"), ("tell me a joke", "other")):  # fmt: skip
        u = await rasa.understand(text)
        assert u.intents[0].name.value == intent, (text, u.intents)
    assert rasa.outcomes["asked"] == 5
    await rasa.close()
