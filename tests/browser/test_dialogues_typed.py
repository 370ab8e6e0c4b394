"""Dialogue cases typed into the widget in a real Chromium, read from what it shows: the acceptance cases among them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from playwright.async_api import Page, async_playwright

from bot.replay.fixtures import Case, read_fixtures
from bot.replay.play import play
from tests.browser.drive import ARGUMENTS
from tests.conftest import ROOT, TOKEN, BotProcess, missing

pytestmark = pytest.mark.browser

FILES = ("capture.yml", "consent.yml", "after_filing.yml", "answers.yml")
CASES = read_fixtures([ROOT / "tests" / "dialogues" / name for name in FILES])


class InBrowser:
    """A stage: typing into the widget, reading what it tells the page of each turn."""

    def __init__(self, page: Page, http: httpx.AsyncClient) -> None:
        self._page, self._http = page, http
        self._turns: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said = 0

    async def open(self, url: str, customer: dict[str, str] | None) -> None:
        await self._page.expose_function("tellTest", lambda text: self._turns.put_nowait(orjson.loads(text)))
        await self._page.goto(url)
        await self._page.wait_for_function("globalThis.Askonce")
        await self._page.evaluate("Askonce.on('message', (turn) => tellTest(JSON.stringify(turn)))")
        if customer:
            await self._page.evaluate("(who) => Askonce.identify(who)", customer)
        await self._page.get_by_role("button", name="Chat with us").click()

    async def agent(self, move: str) -> None:
        raise AssertionError("no case typed here has a person of the shop")

    async def rate(self, score: int) -> None:
        raise AssertionError("no case typed here rates with the stars")

    def why(self) -> list[str]:
        return []

    async def say(self, text: str, understood: dict[str, Any] | None = None) -> None:
        box = self._page.get_by_role("textbox", name="Write a message")
        await box.fill(text)
        await box.press("Enter")
        self._said += 1
        shown = self._page.locator(".turn.shopper:not(:has(.note))")
        await shown.nth(self._said - 1).wait_for()

    async def next_turn(self, patience: float) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(patience):
                turn = await self._turns.get()
        except TimeoutError:
            return None
        shown = self._page.locator(".turn:not(.greeting):not(.shopper) > .words")
        words = await shown.all_inner_texts()
        assert turn["text"] in words, "the widget told the page of a turn that it does not show"
        return turn

    async def ticket(self, reference: str) -> dict[str, Any] | None:
        answer = await self._http.get(f"/api/tickets/{reference}")
        return answer.json() if answer.status_code == 200 else None

    async def fields(self) -> dict[str, str | None]:
        listed = (await self._http.get("/api/conversations?limit=1")).json()["items"]
        state = (await self._http.get(f"/api/conversations/{listed[0]['id']}")).json()["state"]
        return {name: state[name] for name in ("name", "email", "reason")}


async def test_dialogue_cases_typed_into_the_widget(make_bot: Callable[..., BotProcess]) -> None:
    if shutil.which("chromium") is None:
        missing("Chromium (the command `chromium`)")
    bot = await asyncio.to_thread(make_bot)
    problems: list[str] = []
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with async_playwright() as playwright, httpx.AsyncClient(base_url=bot.url, headers=headers) as http:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)

        async def one(case: Case) -> None:
            context = await chromium.new_context()
            stage = InBrowser(await context.new_page(), http)
            await stage.open(bot.url, case.customer)
            problems.extend((await play(case, stage, patience=120)).problems)
            await context.close()

        room = asyncio.Semaphore(4)

        async def in_room(case: Case) -> None:
            async with room:
                await one(case)

        await asyncio.gather(*(in_room(case) for case in CASES))
        await chromium.close()
    assert not problems, "\n".join(problems)
    assert len(CASES) == 28
