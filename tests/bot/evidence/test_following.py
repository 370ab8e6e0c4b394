"""Files follow their ticket into the helpdesk: each once, whatever breaks, and only where the shop wants it."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.bootstrap import Bot, run_bot
from bot.chat.conversation import Conversation
from bot.history import erasure
from bot.operations.delivery import deliver_again
from bot.operations.evidence_checks import evidence
from bot.settings import read_settings
from bot.store.files import additions
from bot.store.tables import addition, attachment
from tests.bot.evidence.hostile import picture
from tests.patience import REST, Looks, until
from tests.ticket_bridge.helpdesks.conftest import SECRETS, VENDORS, World, vendor_world
from tests.ticket_bridge.helpdesks.vendor import MOODS, Vendor
from ticket_bridge.retry import RetryPolicy

QUICK = RetryPolicy(first=0.01, ceiling=0.05, probe_ceiling=0.05, read_again=(0.01,))
WISH = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"
#: Where each vendor takes notes.
NOTES = {
    "zendesk": ("PUT", "/api/v2/tickets/101"),
    "freshdesk": ("POST", "/api/v2/tickets/101/notes"),
    "zammad": ("POST", "/api/v1/ticket_articles"),
    "chatwoot": ("POST", "/api/v1/accounts/1/conversations/101/messages"),
    "libredesk": ("POST", "/api/v1/conversations/c-101/messages"),
    "freescout": ("POST", "/api/conversations/101/threads"),
    "gorgias": ("POST", "/api/tickets/101/messages"),
    "webhook": ("POST", "/hook"),
}


@asynccontextmanager
async def bot_at(world: World, folder: pathlib.Path, **settings: Any) -> AsyncIterator[Bot]:
    given = {
        "evidence": "attach", "public_url": "https://chat.example", "database_url": f"sqlite:///{folder}/bot.db",
        "support_email": "support@example.com", "helpdesk_timeout": 0.1, "limit_chat_files": 100,
    }  # fmt: skip
    read = read_settings(**given | settings)
    async with run_bot(read, helpdesk=lambda _: world.helpdesk, retry=QUICK, tick=0.02) as bot:
        yield bot


async def sends(bot: Bot, chat: Conversation, *names: str, turn: str = "1", content: bytes = b"") -> None:
    """The shopper uploads files and sends them in one turn."""
    await chat.be_born() if chat.unborn else None
    ids = []
    for number, name in enumerate(names):
        piece = content or (picture() if name.endswith("jpg") else f"the notes in {name}".encode())
        kept = await bot.intake.take(chat.id, f"{turn}.{number}", name=name, size=len(piece), offset=0, piece=piece)
        ids.append(kept.id)
    assert await chat.show(f"files {turn}", ids)


async def they_stand(bot: Bot, wanted: dict[str, int]) -> None:
    """Until the notes stand so."""
    seen: dict[str, int] = {}
    look = Looks(lambda: sorted(seen.items()))
    while seen != wanted:
        look()
        await asyncio.sleep(REST)
        seen = await bot.store.look(additions.counts)


async def all_there(bot: Bot, many: int) -> None:
    await they_stand(bot, {"filed": many})


def names(vendor: Vendor) -> list[list[str]]:
    return [[file["name"] for file in note["files"]] for note in vendor.noted()]


def replica(world: World, vendor: Vendor) -> World:
    """The same helpdesk, as another process sees it."""
    return replace(world, helpdesk=VENDORS[world.kind][1](vendor.url, SECRETS[world.kind], 10))


@pytest.fixture
async def zammad() -> AsyncIterator[tuple[World, Vendor]]:
    async with vendor_world("zammad") as found:
        yield found


async def test_before_and_after_the_ticket_one_note_a_turn_and_the_bytes_that_were_kept(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await sends(bot, chat, "lid.jpg", "receipt.txt")
        await chat.hear("a", WISH)
        await all_there(bot, 1)
        await sends(bot, chat, "box.txt", turn="2")
        await all_there(bot, 2)
        assert names(vendor) == [["lid.jpg", "receipt.txt"], ["box.txt"]]
        photo, text = vendor.noted()[0]["files"]
        assert text["content"] == b"the notes in receipt.txt" and photo["type"] == "image/jpeg"
        async with bot.store.read() as connection:
            kept = {row.name: row.content for row in await connection.execute(attachment.select())}
        assert photo["content"] == bot.intake.folder.read(kept["lid.jpg"])
    (ticket,) = vendor.tickets
    assert "evidence" not in ticket["article"]["body"] and not any(n["public"] for n in vendor.noted())


async def test_files_of_a_chat_without_a_ticket_go_nowhere(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await sends(bot, chat, "lid.jpg")
        other, _ = await bot.hub.begin()
        await sends(bot, other, "mine.txt")
        await other.hear("a", WISH)
        await all_there(bot, 1)
    assert names(vendor) == [["mine.txt"]]


async def test_a_link_stands_in_the_ticket_and_on_one_that_was_filed_before(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path, evidence="link") as bot:
        early, _ = await bot.hub.begin()
        await sends(bot, early, "lid.jpg")
        await early.hear("a", WISH)
        late, _ = await bot.hub.begin()
        await late.hear("a", WISH.replace("lamp", "kettle"))
        await until(lambda: len(vendor.tickets) == 2)
        await sends(bot, late, "box.txt")
        await sends(bot, early, "more.txt", turn="2")
        await all_there(bot, 1)
    told, plain = sorted((t["article"]["body"] for t in vendor.tickets), key=lambda b: "evidence" not in b)
    assert told.splitlines()[2].startswith("https://chat.example/evidence/AO-") and "evidence" not in plain
    (note,) = vendor.noted()
    reference, address = note["text"].splitlines()
    assert reference in plain and address.startswith(f"https://chat.example/evidence/{reference}.")
    assert note["files"] == []


@pytest.mark.parametrize("told", [{"evidence": "none"}, {"evidence": "link", "public_url": ""}, {"files": False}])
async def test_a_helpdesk_that_is_not_to_hear_of_files_does_not(
    told: dict[str, Any], zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path, **told) as bot:
        assert bot.following is None
        chat, _ = await bot.hub.begin()
        await sends(bot, chat, "lid.jpg")
        await chat.hear("a", WISH)
        await until(lambda: vendor.tickets)
        assert "evidence" not in vendor.tickets[0]["article"]["body"]
    async with bot_at(replica(world, vendor), tmp_path) as bot:  # what was sent before that was set stays where it is
        other, _ = await bot.hub.begin()
        await other.hear("a", WISH.replace("lamp", "kettle"))
        await sends(bot, other, "box.txt")
        await all_there(bot, 1)
    assert names(vendor) == [["box.txt"]]


@pytest.mark.parametrize("kind", VENDORS)
async def test_one_note_a_turn_in_every_mood_of_the_vendor(kind: str, tmp_path: pathlib.Path) -> None:
    wanted: list[list[str]] = []
    async with (
        vendor_world(kind, timeout=httpx.Timeout(10, read=0.5)) as (world, vendor),
        bot_at(world, tmp_path) as bot,
    ):
        chat, _ = await bot.hub.begin()
        await chat.hear("a", WISH)
        await until(lambda: vendor.tickets)
        vendor.moody = NOTES[kind]
        for mood in MOODS:
            vendor.moods.append(mood)
            wanted.append([f"{mood.replace(' ', '-')}-{number}.txt" for number in (1, 2)])
            await sends(bot, chat, *wanted[-1], turn=mood)
            if mood in ("422", "redirect"):
                await they_stand(bot, {"filed": len(wanted) - 1, "refused": 1})
                (found,) = [f for f in await evidence(bot.settings, bot.store) if "refused files" in f.what]
                assert any(code in found.what for code in ("422", "400", "302")), found.what
                assert "tickets deliver" in found.advice and "Jane" not in found.what
                again = await deliver_again(bot.store, support_email="support@example.com")
                assert again == [chat.state.tickets[0].reference]
            await all_there(bot, len(wanted))
    assert names(vendor) == wanted and len(vendor.tickets) == 1


async def test_they_follow_into_the_helpdesk_that_filed_it_and_not_the_one_that_was_set_when_it_was_asked_for(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    before = read_settings(database_url=f"sqlite:///{tmp_path}/bot.db", support_email="support@example.com")
    async with run_bot(before, courier=False) as bot:
        asked, _ = await bot.hub.begin()
        await asked.hear("a", WISH)
    async with bot_at(world, tmp_path) as bot:
        await until(lambda: vendor.tickets)
        chat = await bot.hub.conversation(asked.id)
        assert chat is not None
        await sends(bot, chat, "box.txt")
        await all_there(bot, 1)
    assert names(vendor) == [["box.txt"]]


async def test_large_files_of_one_turn_go_in_several_notes(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("a", WISH)
        await sends(bot, chat, "one.txt", "two.txt", "three.txt", content=b"a line of text\n" * 290_000)
        await all_there(bot, 2)
    assert sorted(len(files) for files in names(vendor)) == [1, 2]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_two_replicas_put_each_file_there_once(
    database: str, zammad: tuple[World, Vendor], tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    world, vendor = zammad
    again = replica(world, vendor)
    at: dict[str, Any] = {"files_path": tmp_path / "files"}
    if database == "postgresql":
        at["database_url"] = request.getfixturevalue("postgres")()
    async with bot_at(world, tmp_path, **at) as one, bot_at(again, tmp_path, **at) as other:
        chats = [(await one.hub.begin())[0] for _ in range(12)]
        for number, chat in enumerate(chats):
            await sends(one, chat, f"{number}.txt")
            await chat.hear("a", WISH.replace("lamp", f"lamp number {number}"))
        await all_there(other, 12)
    assert sorted(names(vendor)) == sorted([f"{number}.txt"] for number in range(12))


async def test_who_is_erased_before_the_helpdesk_is_back_leaves_nothing_to_follow(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    vendor.moody = NOTES["zammad"]
    vendor.moods += ["503"] * 10_000
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("a", WISH)
        await until(lambda: vendor.tickets)
        await sends(bot, chat, "lid.jpg")
        await until(lambda: len(vendor.moods) < 9_995)
        await erasure.erase(bot.store, chat.id)
        assert await bot.store.look(additions.counts) == {} and list(bot.intake.folder.contents()) == []
        vendor.moods.clear()
        other, _ = await bot.hub.begin()
        await sends(bot, other, "box.txt")
        await other.hear("a", WISH)
        await all_there(bot, 1)
    assert names(vendor) == [["box.txt"]]


async def test_a_helpdesk_that_shows_no_notes_is_told_and_gets_no_second_one(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    shown: list[Callable[..., Any]] = []

    class Blind(type(world.helpdesk)):  # type: ignore[misc]
        async def added(self, id: str, key: str) -> str | None:
            return await super().added(id, key) if shown else None  # type: ignore[no-any-return]

    world.helpdesk.__class__ = Blind
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await chat.hear("a", WISH)
        await sends(bot, chat, "first.txt")
        await all_there(bot, 1)
        look = Looks()
        while not [f for f in await evidence(bot.settings, bot.store) if "does not show them" in f.what]:
            look()
            await asyncio.sleep(REST)
        vendor.moody = NOTES["zammad"]
        vendor.moods.append("cut made")
        await sends(bot, chat, "second.txt", turn="2")
        await they_stand(bot, {"filed": 1, "refused": 1})
        async with bot.store.read() as connection:
            said = [r.said for r in await connection.execute(addition.select()) if r.status == "refused"]
        assert "cannot be looked for" in said[0]
        shown.append(print)
        await sends(bot, chat, "third.txt", turn="3")
        await they_stand(bot, {"filed": 2, "refused": 1})
        await deliver_again(bot.store, support_email="support@example.com")
        await all_there(bot, 3)
    assert names(vendor) == [["first.txt"], ["second.txt"], ["third.txt"]]


async def test_a_file_that_is_not_in_the_folder_any_more_is_told_and_hinders_no_other(
    zammad: tuple[World, Vendor], tmp_path: pathlib.Path
) -> None:
    world, vendor = zammad
    async with bot_at(world, tmp_path) as bot:
        chat, _ = await bot.hub.begin()
        await sends(bot, chat, "lost.txt")
        for hash in list(bot.intake.folder.contents()):
            bot.intake.folder.at(hash).unlink()
        await chat.hear("a", WISH)
        await they_stand(bot, {"refused": 1})
        await sends(bot, chat, "box.txt", turn="2")
        await they_stand(bot, {"refused": 1, "filed": 1})
        assert any("not where it was kept" in f.what for f in await evidence(bot.settings, bot.store))
    assert names(vendor) == [["box.txt"]]


def test_every_vendor_has_its_place_for_notes() -> None:
    assert set(NOTES) == set(VENDORS)
