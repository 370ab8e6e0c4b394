"""CSV, JSONL and a person's export, recomputed from the raw tables by a second, plain reading of them."""

from __future__ import annotations

import csv
import io
import json
import pathlib
import sqlite3
from typing import Any

import orjson

from bot.store.accounts import Role
from bot.store.declarations import REGISTER
from dialogue import events
from tests.bot.console.conftest import Desk

WORDS = [
    ("open a ticket, my lamp is broken, Jane Doe, jane@example.com", "and my kettle too"),
    ("how long does delivery take?", "thanks"),
    ("my kettle leaks", "no thanks"),
    ("do you sell purple elephants with wheels?", "yes", "Sam Roe, sam@example.com"),
    ("asdf qwer", "zxcv", "hello"),
]


async def _shop(desk: Desk) -> list[str]:
    ids = [await desk.chat(*words) for words in WORDS]
    for number, id in enumerate(ids[:3], 1):
        chat = await desk.bot.hub.conversation(id)
        assert chat
        await chat.tell(events.ShopperRated(number, f"comment, of “{number}”\nin two lines" if number != 2 else None))
    await desk.archive()
    return ids


def _raw(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, read past all of the bot's code."""
    path = pathlib.Path(desk.bot.settings.database_url.removeprefix("sqlite+aiosqlite:///"))
    with sqlite3.connect(path) as plain:
        plain.row_factory = sqlite3.Row
        found = {}
        for name in REGISTER.tables:
            rows = plain.execute(f"SELECT * FROM {name}")
            found[name] = [dict(row) for row in rows]
    plain.close()
    return found


def _of(rows: list[dict[str, Any]], id: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["conversation"] == id]


async def test_the_csv_says_what_the_tables_say(desk: Desk) -> None:
    ids = await _shop(desk)
    reviewer = await desk.as_role(Role.REVIEWER)
    rows = {r["conversation"]: r for r in csv.DictReader(io.StringIO(await reviewer.get("/conversations.csv")))}
    raw = _raw(desk)
    assert set(rows) == set(ids)
    for chat in raw["conversation"]:
        row, turns = rows[chat["id"]], sorted(_of(raw["turn"], chat["id"]), key=lambda t: t["seq"])
        acts = [t["act"] for t in turns if t["who"] == "bot"]
        tickets = _of(raw["outbox"], chat["id"])
        rated = _of(raw["rating"], chat["id"])
        assert row["created_at"] == chat["created_at"] and row["updated_at"] == chat["updated_at"]
        assert row["channel"] == chat["channel"] and int(row["turns"]) == len(turns) == chat["seq"]
        assert int(row["heard"]) == sum(t["who"] == "shopper" for t in turns)
        assert int(row["answered"]) == acts.count("answer") + acts.count("contact")
        assert int(row["offered"]) == int("offer_ticket" in acts) and int(row["saved"]) == int("ticket_saved" in acts)
        assert int(row["tickets"]) == len(tickets) and int(row["gaps"]) == len(_of(raw["gap"], chat["id"]))
        assert row["delivery"] == (tickets[0]["status"] if tickets else "none")
        assert row["rating"] == (str(rated[0]["score"]) if rated else "")
        assert row["comment"] == ((rated[0]["comment"] or "") if rated else "")
        assert row["opening"] == next(t["text"] for t in turns if t["who"] == "shopper")[:160]
        assert int(row["violations"]) == int(row["reasks"]) == 0


async def test_the_json_lines_say_what_the_tables_say(desk: Desk) -> None:
    ids = await _shop(desk)
    lines = (await (await desk.as_role(Role.ADMINISTRATOR)).get("/conversations.jsonl")).splitlines()
    chats, raw = {c["id"]: c for c in map(json.loads, lines)}, _raw(desk)
    assert set(chats) == set(ids)
    for chat in raw["conversation"]:
        found, turns = chats[chat["id"]], sorted(_of(raw["turn"], chat["id"]), key=lambda t: t["seq"])
        assert found["state"] == json.loads(chat["state"])
        assert [(t["seq"], t["who"], t["text"], t["at"]) for t in found["turns"]] == [
            (t["seq"], t["who"], t["text"], t["at"]) for t in turns
        ]
        assert [t.get("act") for t in found["turns"]] == [t["act"] for t in turns]
        rated = _of(raw["rating"], chat["id"])
        assert found["rating"] == ({k: rated[0][k] for k in ("score", "comment", "at")} if rated else None)
        assert [t["passed"] for t in sorted(found["tickets"], key=lambda t: t["reference"])] == [
            json.loads(o["payload"]) for o in sorted(_of(raw["outbox"], chat["id"]), key=lambda o: o["reference"])
        ]
        told = [
            fact
            for h in sorted(_of(raw["happening"], chat["id"]), key=lambda h: h["number"])
            for fact in json.loads(h["events"])
        ]
        heard = [fact["data"]["understood"] for fact in told if fact["kind"] == "ShopperSaid"]
        assert [t["understood"] for t in found["turns"] if t["who"] == "shopper"] == heard


async def test_a_persons_export_is_every_row_of_theirs(desk: Desk) -> None:
    ids = await _shop(desk)
    admin = await desk.as_role(Role.ADMINISTRATOR)
    await admin.post(f"/conversations/{ids[0]}/review", verdict="right", note="well done")
    await admin.post(f"/conversations/{ids[0]}/correct", seq="1", intent="question", name="Jane")
    await admin.post("/desk/1", do="note", text="rang")
    exported = orjson.loads((await admin.post("/privacy/export", 200, email="jane@example.com")).content)
    raw = _raw(desk)
    (mine,) = exported["conversations"]
    assert mine["conversation"] == ids[0]
    keys = {o["key"] for o in _of(raw["outbox"], ids[0])}
    for name in REGISTER.with_root("conversation"):
        kept = REGISTER.table(name)
        if kept.cache:
            assert name not in mine["kept"]
            continue
        own = raw[name] if name not in ("notice", "attempt") else [r for r in raw[name] if r["key"] in keys]
        own = [r for r in own if r.get("conversation", r.get("id") if name == "conversation" else ids[0]) == ids[0]]
        wanted = [_given(name, row) for row in own]
        found = mine["kept"].get(name, [])
        assert sorted(map(_settled, found)) == sorted(map(_settled, wanted if any(wanted) else [])), name
    assert mine["rating"]["comment"] == mine["kept"]["rating"][0]["comment"]
    (ticket,) = exported["desk_tickets"]
    assert ticket["passed"] == json.loads(raw["desk_ticket"][0]["payload"]) and ticket["notes"][0]["text"] == "rang"
    assert [n["text"] for n in ticket["kept"]["desk_note"]] == [n["text"] for n in raw["desk_note"] if n["ticket"] == 1]
    assert "token_hash" not in str(exported) and "sam@example.com" not in str(exported)


def _given(name: str, row: dict[str, Any]) -> dict[str, Any]:
    columns = REGISTER.table(name).columns
    return {
        c: json.loads(v) if columns[c].json and v is not None else v
        for c, v in row.items()
        if str(columns[c].whose) == "the shopper" and str(columns[c].kind) != "secret"
    }


def _settled(row: Any) -> str:
    return json.dumps(row, sort_keys=True)
