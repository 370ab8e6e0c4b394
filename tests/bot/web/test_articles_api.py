"""Articles by program: the same checks, clashes and log as in the console, as JSON, for the administrator's token."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.store.access_log import bearer
from bot.store.accounts import Role
from bot.store.edited_articles import edited
from tests.bot.console.conftest import Desk, console
from tests.bot.console.test_articles import LAMPS, QUESTION, TEXT
from tests.conftest import TOKEN

ARTICLE = "/api/articles/lamp-repair"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with console(database_url) as found:
        yield found


@pytest.fixture
async def api(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


async def _send(api: httpx.AsyncClient, path: str, expected: int, **fields: str | int) -> dict[str, object]:
    answer = await api.post(path, json=fields)
    assert answer.status_code == expected, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_an_article_is_drafted_published_and_withdrawn(desk: Desk, api: httpx.AsyncClient) -> None:
    sent = await _send(api, f"{ARTICLE}/drafts", 201, text=TEXT, base=0, note="imported", source="faq.csv, row 3")
    assert sent == {"id": "lamp-repair", "version": 1, "state": "draft", "problems": []}
    assert desk.bot.answers.ask(QUESTION).text is None
    listed = {a["id"]: a for a in (await api.get("/api/articles")).json()["items"]}
    assert (listed["lamp-repair"]["state"], listed["lamp-repair"]["draft"]) == ("draft", 1)
    assert (listed["reply-time"]["state"], listed["reply-time"]["due"]) == ("file", "2027-11-21")
    published = await _send(api, f"{ARTICLE}/publish", 200, version=1)
    assert (published["version"], published["state"]) == (2, "published") and desk.bot.answers.ask(QUESTION).text
    found = (await api.get(ARTICLE)).json()
    assert (found["state"], found["text"], found["standing"], found["newest"], found["draft"]) == (
        "published", TEXT, 2, 2, None,
    )  # fmt: skip
    assert [(v["version"], v["state"], v["base"], v["source"]) for v in found["versions"]] == [
        (2, "published", 1, ""), (1, "draft", 0, "faq.csv, row 3"),
    ]  # fmt: skip
    withdrawn = await _send(api, f"{ARTICLE}/withdraw", 200, standing=2)
    assert withdrawn["state"] == "withdrawn" and desk.bot.answers.ask(QUESTION).text is None
    assert (await api.get(ARTICLE)).json()["state"] == "withdrawn"
    await _send(api, f"{ARTICLE}/withdraw", 404, standing=3)
    await _send(api, f"{ARTICLE}/publish", 404, version=77)
    assert (await api.get("/api/articles/nonsense")).status_code == 404


async def test_what_is_not_fit_is_told_by_line(desk: Desk, api: httpx.AsyncClient) -> None:
    text = TEXT.replace("in our workshop.", "in our workshop.\n\nWe promise it.").replace(
        "Workshop handbook, page 4", "000"
    )
    told = [
        {"line": 4, "what": "“000” names no source: name the document or the page where the facts stand"},
        {"line": 12, "what": "“promise” promises something (R15): say what is so, and promise nothing"},
    ]
    sent = await _send(api, f"{ARTICLE}/drafts", 201, text=text, base=0)
    assert sent["problems"] == told
    refused = await _send(api, f"{ARTICLE}/publish", 422, version=1)
    assert refused == {"detail": "Not published: mend the text first.", "problems": told}
    assert await edited(desk.bot.store) == {}


async def test_a_program_and_an_editor_overwrite_nothing_of_each_other(desk: Desk, api: httpx.AsyncClient) -> None:
    reviewer = await desk.as_role(Role.REVIEWER)
    await reviewer.post(LAMPS, text=TEXT, do="save")
    later = TEXT.replace("workshop", "studio")
    clash = await _send(api, f"{ARTICLE}/drafts", 409, text=later, base=0)
    newest = clash["newest"]
    assert isinstance(newest, dict)
    assert (newest["version"], newest["text"], newest["who"]) == (1, TEXT, "reviewer@example.com")
    await _send(api, f"{ARTICLE}/drafts", 201, text=later, base=1)
    clash = await _send(api, f"{ARTICLE}/publish", 409, version=1)
    assert isinstance(clash["newest"], dict) and clash["newest"]["version"] == 2
    await _send(api, f"{ARTICLE}/publish", 200, version=2)
    await _send(api, f"{ARTICLE}/withdraw", 409, standing=1)
    page = (await reviewer.post(LAMPS, 409, text=TEXT, do="save", base="1")).text
    assert bearer(TOKEN) in page and "studio" in page
    log = [(e.who, e.action, e.target) for e in await desk.accounts.log() if e.target == "lamp-repair"]
    assert log == [
        (bearer(TOKEN), "publish article", "lamp-repair"), (bearer(TOKEN), "draft article", "lamp-repair"),
        ("reviewer@example.com", "draft article", "lamp-repair"),
    ]  # fmt: skip


async def test_bad_input_and_strangers_are_refused_in_words(desk: Desk, api: httpx.AsyncClient) -> None:
    for path, fields in (
        (f"{ARTICLE}/drafts", {"text": "x" * 60_001, "base": 0}), (f"{ARTICLE}/drafts", {"text": TEXT}),
        (f"{ARTICLE}/drafts", {"text": " \n", "base": 0}), (f"{ARTICLE}/publish", {"version": -1}),
        ("/api/articles/Lamp_Repair/drafts", {"text": TEXT, "base": 0}), (f"{ARTICLE}/publish", {"version": 2**31}),
    ):  # fmt: skip
        answer = await api.post(path, json=fields)
        assert answer.status_code == 422 and answer.json()["detail"], (path, answer.text)
    async with desk.client() as stranger:
        for path in ("/api/articles", ARTICLE):
            assert (await stranger.get(path)).status_code == 401
        for step in ("drafts", "publish", "withdraw"):
            assert (await stranger.post(f"{ARTICLE}/{step}", json={})).status_code == 401
    assert (await api.get(ARTICLE)).status_code == 404, "nothing of all that was stored"


async def test_secrets_are_taken_out_of_what_a_program_sends(desk: Desk, api: httpx.AsyncClient) -> None:
    card = "4242 4242 4242 4242"
    await _send(api, f"{ARTICLE}/drafts", 201, text=f"{TEXT}\nCard {card}.\n", base=0, note=card, source=card)
    assert card not in (await api.get(ARTICLE)).text


async def test_the_contract_is_published(api: httpx.AsyncClient) -> None:
    found = (await api.get("/openapi.json")).json()
    for path in ("", "/{id}", "/{id}/drafts", "/{id}/publish", "/{id}/withdraw"):
        assert f"/api/articles{path}" in found["paths"]
    clash = found["paths"]["/api/articles/{id}/publish"]["post"]["responses"]
    assert {"200", "404", "409", "422"} <= set(clash) and "Overtaken" in found["components"]["schemas"]


async def test_metrics_count_what_waits_and_what_is_due(desk: Desk, api: httpx.AsyncClient) -> None:
    async def counted() -> list[str]:
        lines = (await api.get("/metrics")).text.splitlines()
        return [line for line in lines if line.startswith(("askonce_article_drafts", "askonce_articles_due"))]

    assert await counted() == ["askonce_article_drafts 0.0", "askonce_articles_due 0.0"]
    await _send(
        api, f"{ARTICLE}/drafts", 201, text=TEXT.replace("questions:", "review: 2026-01-01\nquestions:"), base=0
    )
    assert await counted() == ["askonce_article_drafts 1.0", "askonce_articles_due 0.0"]
    await _send(api, f"{ARTICLE}/publish", 200, version=1)
    assert await counted() == ["askonce_article_drafts 0.0", "askonce_articles_due 1.0"]
