"""Files over HTTP, as a client that is no browser sends them: in pieces, once, for the bearer of the chat's token."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from bot.store.files.bucket import connected
from tests.bot.evidence.clamd import FakeClamd
from tests.bot.evidence.hostile import located, picture
from tests.bot.store.files.s3_server import KEY, REGION, SECRET, new_bucket, s3_server
from tests.conftest import TOKEN, BotProcess, Client, client_of


@pytest.fixture
def bot(standing_bot: BotProcess) -> BotProcess:
    return standing_bot


@pytest.fixture
async def http(bot: BotProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as found:
        yield found


class Sender:
    """One chat and what it uploads."""

    def __init__(self, http: httpx.AsyncClient, welcome: dict[str, Any]) -> None:
        self.http, self.chat = http, welcome["conversation"]
        self.bearer = {"Authorization": f"Bearer {welcome['token']}"}

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.chat}/files"

    async def put(
        self,
        content: bytes,
        *,
        id: str = "1",
        name: str = "lid.jpg",
        offset: int = 0,
        size: int | None = None,
        **more: Any,
    ) -> httpx.Response:
        query = {"id": id, "name": name, "offset": offset, "size": len(content) if size is None else size, **more}
        return await self.http.post(self.path, params=query, content=content, headers=self.bearer)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=self.bearer | headers)


async def begun(client: Client, http: httpx.AsyncClient) -> Sender:
    return Sender(http, await client.hello())


async def test_a_file_is_a_turn_that_is_thanked_for_and_nothing_else(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        assert "files" in client.welcome["features"]
        await client.say("open a ticket, the lid is cracked")
        await client.until("ask")
        answer = await sender.put(picture(size=(1200, 900)))
        assert answer.status_code == 201 and answer.json()["sent"] is True
        await client.until("thanks")
        await client.until("privacy")  # once: what is in a picture cannot be masked
        (turn,) = [t for t in client.turns if t.get("files")]
        assert (turn["who"], turn["text"], turn["id"]) == ("shopper", "lid.jpg", "1")
        await sender.put(picture(colour="red"), id="2")
        await client.until("thanks")
        await client.say("Jane Doe, jane@example.com")
        await client.until("ticket_filed")
        assert [t.get("act") for t in client.turns].count("privacy") == 1
    (ticket,) = bot.get(f"/api/tickets?conversation={sender.chat}")["items"]
    assert ticket["fields"] == {"name": "Jane Doe", "email": "jane@example.com", "reason": "the lid is cracked"}


async def test_an_upload_goes_on_where_it_broke_off_and_is_one_file(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client:
        sender, content = await begun(client, http), picture("PNG", (900, 700))
        half = len(content) // 2
        assert (await sender.get(f"{sender.path}?id=1")).json() == {"received": 0}
        first = await sender.put(content[:half], name="lid.png", size=len(content))
        assert (first.status_code, first.json()) == (202, {"received": half})
        late = await sender.put(content[10:half], name="lid.png", size=len(content), offset=10)
        assert late.json() == {"received": half}, "a piece that came twice changes nothing"
        assert (await sender.get(f"{sender.path}?id=1")).json() == {"received": half}
        done = await sender.put(content[half:], name="lid.png", size=len(content), offset=half)
        again = await sender.put(content[half:], name="lid.png", size=len(content), offset=half)
        assert done.status_code == again.status_code == 201 and done.json()["id"] == again.json()["id"]
        await client.until("thanks")
        assert len([t for t in client.turns if t.get("files")]) == 1


async def test_several_are_one_turn(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        ids = [
            (await sender.put(picture(colour=c), id=c, name=f"{c}.jpg", send="false")).json()["id"]
            for c in ("red", "blue")
        ]
        await client.send(type="file", id="both", files=ids)
        await client.until("thanks")
        await client.send(type="file", id="both", files=ids)  # not acknowledged in time, so sent again
        while [t.get("id") for t in client.turns].count("both") < 1:
            await client.receive()
        await client.say("hello")
        (turn,) = [t for t in client.turns if t.get("files")]
        assert [f["name"] for f in turn["files"]] == ["red.jpg", "blue.jpg"]
        await client.send(type="file", id="other", files=ids)
        while not client.errors:
            await client.receive()
        assert client.errors[-1]["code"] == "bad_frame", "each stands in one turn"


async def test_place_and_camera_are_gone_and_the_small_picture_is_small(
    bot: BotProcess, http: httpx.AsyncClient
) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        told = (await sender.put(located())).json()
        whole, small = await sender.get(told["url"]), await sender.get(told["thumbnail"])
        for answer in (whole, small):
            assert answer.status_code == 200 and answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]
            assert b"Exif" not in answer.content and b"CameraMaker" not in answer.content
        assert len(small.content) < len(whole.content) and whole.headers["content-type"] == "image/jpeg"


async def test_nobody_elses_token_opens_a_file_or_takes_one(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client, client_of(bot.url) as stranger:
        sender, other = await begun(client, http), await begun(stranger, http)
        told = (await sender.put(picture())).json()
        for headers in ({}, other.bearer, {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": "Basic eDp5"}):
            for path in (told["url"], told["thumbnail"], f"{sender.path}?id=1"):
                assert (await http.get(path, headers=headers)).status_code == 404
        answer = await http.post(
            sender.path, params={"id": "1", "name": "a", "size": 1}, content=b"a", headers=other.bearer
        )
        assert answer.status_code == 404
        strange = {"Origin": "https://evil.example"}
        assert (await http.get(told["url"], headers=sender.bearer | strange)).status_code == 403


@pytest.mark.parametrize(
    ("content", "size", "status", "words"),
    [
        (b"", 0, 415, "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, 415, "can't be sent"),
        (b"a", 11_000_000, 413, "10 MB"),
        (b"GIF89a nothing", None, 415, ""),
    ],
)
async def test_what_is_not_taken_is_told_in_words(
    bot: BotProcess, http: httpx.AsyncClient, content: bytes, size: int | None, status: int, words: str
) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        answer = await sender.put(content, size=size)
        assert answer.status_code == status and words in answer.json()["detail"] and answer.json()["detail"]
        await client.say("hello")
        assert not [t for t in client.turns if t.get("files")]


async def test_in_the_chats_language(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        await client.say("meine Lampe kam kaputt an")
        assert (await sender.put(b"")).json()["detail"].startswith("Diese Datei ist leer")


async def test_erasing_the_chat_leaves_no_byte_of_it(bot: BotProcess, http: httpx.AsyncClient) -> None:
    async with client_of(bot.url) as client, client_of(bot.url) as other:
        sender, same = await begun(client, http), await begun(other, http)
        shared, own = picture(colour="purple"), picture(colour="orange")
        told, kept = (await sender.put(own)).json(), (await same.put(shared)).json()
        await sender.put(shared, id="2")
        folder = bot.folder / "files"
        before = {p.name for p in folder.glob("??/*")}
        await client.send(type="erase")
        while (await client.receive())["type"] != "erased":
            continue
        assert (await http.get(told["url"], headers=sender.bearer)).status_code == 404
        assert (await same.get(kept["url"])).status_code == 200, "what another sent as well is still theirs"
        after = {p.name for p in folder.glob("??/*")}
        assert len(before - after) == 2, "the whole and the small one"


async def test_while_the_scanner_is_away_the_shopper_hears_to_try_again_and_a_retry_sends_no_byte_anew(
    make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path
) -> None:
    bot, clamd, content = make_bot(ASKONCE_CLAMAV=f"unix:{tmp_path}/fake.ctl"), FakeClamd(), picture()
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http, client_of(bot.url) as client:
        sender = await begun(client, http)
        away = await sender.put(content)
        assert (away.status_code, away.json()["code"]) == (503, "unscanned")
        assert "try again in a moment" in away.json()["detail"]
        assert (await sender.get(f"{sender.path}?id=1")).json() == {"received": len(content)}
        async with clamd.listening(tmp_path):
            assert (await sender.put(b"", size=len(content), offset=len(content))).status_code == 201
            clamd.deed = clamd.says("stream: Some.Virus-1 FOUND")
            found = await sender.put(content, id="2")
        assert (found.status_code, found.json()["code"]) == (415, "virus")
        assert "virus scanner" in found.json()["detail"]
        assert (await sender.get(f"{sender.path}?id=2")).json() == {"received": 0}
        await client.until("thanks")


async def test_files_lie_in_a_bucket_and_an_outage_of_it_is_told_and_gone_over(
    make_bot: Callable[..., BotProcess],
) -> None:
    with s3_server() as server:
        address = new_bucket(server)
        bot = make_bot(ASKONCE_FILES_S3=str(address), ASKONCE_FILES_S3_KEY=KEY, ASKONCE_FILES_S3_SECRET=SECRET)
        async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http, client_of(bot.url) as client:
            sender, content = await begun(client, http), picture("PNG", (900, 700))
            half = len(content) // 2
            assert (await sender.put(content[:half], size=len(content))).json() == {"received": half}
            told = (await sender.put(content[half:], size=len(content), offset=half)).json()
            whole = await sender.get(told["url"])
            assert whole.status_code == 200 and whole.headers["content-type"] == "image/png"
            s3 = connected(address, KEY, SECRET, REGION)
            keys = [each["Key"] for each in s3.list_objects_v2(Bucket=address.bucket)["Contents"]]
            assert len(keys) == 2 and all(key.startswith("shop/contents/") for key in keys), "no piece is left"
            assert not [path for path in (bot.folder / "files").rglob("*") if path.is_file()]
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http:
        assert (await http.get(told["url"], headers=sender.bearer)).status_code == 503
        assert (await http.get(f"{sender.path}?id=9", headers=sender.bearer)).status_code == 503
        sender.http = http
        refused = await sender.put(content, id="9")
        assert refused.status_code == 507 and "right now" in refused.json()["detail"]


async def test_the_numbers_tell_of_files(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot()
    async with client_of(bot.url) as client, httpx.AsyncClient(base_url=bot.url, timeout=600) as http:
        sender = await begun(client, http)
        assert (await sender.put(b"four lines", name="notes.txt")).status_code == 201
        assert (await sender.put(b"\x7fELF", id="2", name="notes.txt")).status_code == 415
        lines = (await http.get("/metrics")).text.splitlines()
    told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("askonce_file"))
    assert float(told["askonce_file_bytes"]) == 10 and float(told['askonce_file_notes{status="refused"}']) == 0
    assert float(told['askonce_files_total{outcome="kept"}']) == float(told['askonce_files_total{outcome="kind"}']) == 1


async def test_a_chat_an_address_and_the_shop_have_their_bounds(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_LIMIT_CHAT_FILES="2", ASKONCE_LIMIT_SHOP_FILES="1")
    other_chat = client_of(bot.url)
    async with client_of(bot.url) as client, other_chat as other, httpx.AsyncClient(base_url=bot.url) as http:
        sender, more = await begun(client, http), await begun(other, http)
        for id in ("1", "2"):
            assert (await sender.put(b"a line of text\n" * 20_000, id=id, name="notes.txt")).status_code == 201
        full = await sender.put(b"one more", id="3", name="notes.txt")
        assert full.status_code == 409 and full.json()["code"] == "many"
        assert (await sender.put(b"whatever", id="1", name="notes.txt")).status_code == 201, "what is there is there"
        shop = await more.put(b"a line of text\n" * 30_000, name="notes.txt")
        assert shop.status_code == 507 and shop.json()["code"] == "full" and "support@" in shop.json()["detail"]
    bot.stop()
    quick = make_bot(ASKONCE_LIMIT_ADDRESS_FILES="1", ASKONCE_LIMIT_CHAT_FILES="1000")
    async with client_of(quick.url) as client, httpx.AsyncClient(base_url=quick.url, timeout=600) as http:
        sender = await begun(client, http)
        told = [await sender.put(b"text", id=str(n), name="notes.txt") for n in range(30)]
    assert {answer.status_code for answer in told} == {201, 429}
    assert all(answer.json()["detail"] for answer in told if answer.status_code == 429)
