"""The address of a ticket's files that a helpdesk gets: for that ticket alone, for a while, and made by nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import orjson
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.signing import Signing
from tests.bot.web.test_files import begun
from tests.conftest import BotProcess, client_of

DAY = 86_400
SIGNING = Signing(b"a key of the bot's own", "https://chat.example", 30)


def _where(address: str) -> str:
    return address.rpartition("/")[2]


@given(now=st.integers(min_value=1, max_value=10**10), later=st.integers(min_value=0, max_value=90 * DAY))
def test_it_holds_for_as_many_days_as_are_set_and_a_day_more_at_most(now: int, later: int) -> None:
    address = SIGNING.address("AO-ABCD2345-1", now)
    assert address
    opened = SIGNING.opened(_where(address), now + later)
    if later <= 30 * DAY:
        assert opened == "AO-ABCD2345-1"
    elif later > 31 * DAY:
        assert opened is None


@given(place=st.integers(min_value=0, max_value=200), other=st.characters(codec="utf-8"))
def test_no_character_of_it_can_be_another(place: int, other: str) -> None:
    where = _where(SIGNING.address("AO-ABCD2345-1", 1e9) or "")
    place %= len(where)
    changed = where[:place] + other + where[place + 1 :]
    assert (SIGNING.opened(changed, 1e9) is not None) == (changed == where)


def test_another_bots_is_no_address_of_ours() -> None:
    theirs = Signing(b"another key", "https://chat.example", 30).address("AO-ABCD2345-1", 1e9)
    assert theirs and SIGNING.opened(_where(theirs), 1e9) is None
    assert Signing(b"key", "", 30).address("AO-ABCD2345-1", 1e9) is None


async def _filed_with(bot: BotProcess, http: httpx.AsyncClient, name: str, content: bytes) -> None:
    async with client_of(bot.url) as client:
        sender = await begun(client, http)
        assert (await sender.put(content, name=name)).status_code == 201
        await client.say("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
        await client.until("ticket_filed")


async def test_it_shows_the_files_of_its_ticket_and_of_no_other(make_bot: Callable[..., BotProcess]) -> None:
    bot = make_bot(ASKONCE_PUBLIC_URL="https://chat.example")
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http:
        await _filed_with(bot, http, "<b>mine & yours.txt", b"what is mine")
        await _filed_with(bot, http, "other.txt", b"what is another's")
        with closing(sqlite3.connect(bot.folder / "askonce.db")) as database:
            payloads = [orjson.loads(row[0]) for row in database.execute("SELECT payload FROM desk_ticket ORDER BY id")]
        mine, other = (urlsplit(p["envelope"]["evidence"]).path for p in payloads)
        page = await http.get(mine)
        assert page.status_code == 200 and "-b-mine" in page.text and "other.txt" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer" and "no-store" in page.headers["cache-control"]
        (link,) = [part.partition('"')[0] for part in page.text.split('<a href="')[1:]]
        file = await http.get(f"/evidence/{link}")
        assert file.content == b"what is mine" and file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-disposition"].startswith("attachment")
        id = link.rpartition("/")[2]
        for strange in (
            f"{other}/{id}",
            f"{mine}0",
            f"{mine[:-1]}x",
            f"/evidence/AO-ABCD2345-1.99999999999.{'0' * 40}",
        ):
            answer = await http.get(strange)
            assert answer.status_code == 404 and b"mine" not in answer.content, strange
