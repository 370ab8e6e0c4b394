"""The key is read back after each create: where it is not to be seen, looking proves nothing, and that is told, counted
and kept, and no ticket is made twice for it."""

from __future__ import annotations

import asyncio
import logging
import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from bot.bootstrap import Bot, run_bot
from bot.history.views import outbox_counts, tickets
from bot.operations.delivery import deliver_again
from bot.settings import Settings, read_settings
from bot.store.seen_keys import keys_are_seen
from bot.telemetry.metrics import KEYS
from tests.patience import patient, until
from tests.ticket_bridge.test_bridge import CONSENT, Receiver, acts_until, webhook_settings
from ticket_bridge.helpdesks.contract import HelpdeskError, NotSignedIn, RequiredField, Step, Unreachable
from ticket_bridge.retry import RetryPolicy

QUICK = RetryPolicy(first=0.02, ceiling=0.1, probe_ceiling=0.1, read_again=(0.01, 0.01))


class Blind:
    """A helpdesk that makes tickets. `blind`: it shows no keys. `lost`: so many creates are made and their answers
    lost. `shut`: nobody is let in. `misread`: so many readings of a key are spoilt."""

    name, settle = "blind", 0.05
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, *, blind: bool = True) -> None:
        self.blind, self.lost, self.shut, self.misread = blind, 0, False, 0
        self.tickets: list[str] = []

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        if self.shut:
            raise NotSignedIn("status 401, not signed in")
        self.tickets.append(key)
        if self.lost:
            self.lost -= 1
            raise Unreachable("no reply", maybe_created=True)
        return str(len(self.tickets))

    async def find(self, key: str) -> str | None:
        return None if self.blind or key not in self.tickets else str(self.tickets.index(key) + 1)

    async def carries(self, id: str, key: str) -> bool | None:
        if self.misread:
            self.misread -= 1
            return False
        return await self.find(key) is not None

    async def withdraw(self, id: str) -> str:
        raise HelpdeskError("not here")

    async def health(self) -> None:
        """Well."""

    def steps(self) -> tuple[Step, ...]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""


def settings_in(folder: pathlib.Path) -> Settings:
    return read_settings(
        database_url=f"sqlite:///{folder}/blind.db", support_email="support@example.com", helpdesk_timeout=0.5
    )


def running(helpdesk: Blind, folder: pathlib.Path) -> Any:
    return run_bot(settings_in(folder), helpdesk=lambda _: helpdesk, retry=QUICK, tick=0.05)


async def consent(bot: Bot, number: int = 1) -> Any:
    conversation, _ = await bot.hub.begin()
    await conversation.hear("1", CONSENT.replace("jane@", f"jane{number}@"))
    return conversation


def counted(said: str) -> float:
    return float(KEYS.labels(said)._value.get())


async def until_counts(bot: Bot, expected: dict[str, int]) -> None:
    async with patient():
        while await outbox_counts(bot.store) != expected:
            bot.courier.wake()
            await asyncio.sleep(0.02)


async def test_a_key_that_cannot_be_read_back_is_an_alarm(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    helpdesk, before = Blind(), counted("unseen")
    async with running(helpdesk, tmp_path) as bot:
        with caplog.at_level(logging.ERROR):
            await acts_until(await consent(bot), "ticket_filed")
            await until(lambda: bot.courier.keys_seen is False)
        assert "shows no key of it" in caplog.text and "askonce helpdesk check" in caplog.text
        assert counted("unseen") == before + 1
        assert "show no keys" in str(await bot.helpdesk_trouble())
        assert not await bot.store.transact(keys_are_seen), "for `askonce doctor`, and for the other replicas"
        (shown,) = (await tickets(bot.store, conversation=None, after=None, limit=5))["items"]
        assert [a["outcome"] for a in shown["attempts"]] == ["filed", "key unseen"]


async def test_what_cannot_be_looked_for_is_not_made_twice_and_not_lost(tmp_path: pathlib.Path) -> None:
    """The answer is lost while no keys are shown: a person looks, and says what is to become of it."""
    helpdesk = Blind()
    async with running(helpdesk, tmp_path) as bot:
        await acts_until(await consent(bot), "ticket_filed")
        await until(lambda: bot.courier.keys_seen is False)
        helpdesk.lost = 1
        chat = await consent(bot, 2)
        await acts_until(chat, "ticket_saved")
        await until_counts(bot, {"filed": 1, "refused": 1})
        assert len(helpdesk.tickets) == 2, "made once, although nothing was found"
        helpdesk.blind = False
        await acts_until(await consent(bot, 3), "ticket_filed")
        await until(lambda: bot.courier.keys_seen is True)
        assert await bot.store.transact(keys_are_seen)
        await deliver_again(bot.store, support_email="support@example.com")
        bot.courier.wake()
        await acts_until(chat, "ticket_filed")
    assert len(helpdesk.tickets) == 3, "now it is found"


async def test_one_spoilt_reading_is_no_alarm(tmp_path: pathlib.Path) -> None:
    helpdesk = Blind(blind=False)
    helpdesk.misread = 2
    async with running(helpdesk, tmp_path) as bot:
        await acts_until(await consent(bot), "ticket_filed")
        await until(lambda: bot.courier.keys_seen is True)
        assert await bot.helpdesk_trouble() is None


async def test_a_replica_that_is_not_let_in_parks_no_ticket(tmp_path: pathlib.Path) -> None:
    """A 401 is the replica's own trouble: it holds off, and files all of them when its token is right again."""
    helpdesk = Blind(blind=False)
    helpdesk.shut = True
    async with running(helpdesk, tmp_path) as bot:
        chats = [await consent(bot, n) for n in range(6)]
        for chat in chats:
            await acts_until(chat, "ticket_saved")
        assert (await outbox_counts(bot.store)).get("refused", 0) == 0
        assert bot.courier.circuit.is_open
        helpdesk.shut = False
        for chat in chats:
            await acts_until(chat, "ticket_filed")
    assert len(helpdesk.tickets) == 6


async def test_a_webhook_without_a_receipt_is_told_and_a_page_is_no_success(tmp_path: pathlib.Path) -> None:
    """Whoever answers 200 with a sign-in page has no ticket of ours."""
    receiver = Receiver(moods=["page", "page", "fine"])
    async with receiver.running(), run_bot(webhook_settings(tmp_path, receiver), retry=QUICK, tick=0.05) as bot:
        assert (await acts_until(await consent(bot), "ticket_filed"))[0] == "ticket_saved"
        assert len(receiver.calls) == 3 and len(receiver.tickets) == 1
        receiver.moods.append("silent")
        await acts_until(await consent(bot, 2), "ticket_filed")
        await until(lambda: bot.courier.keys_seen is False)
