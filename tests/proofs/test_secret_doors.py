"""R17 at every door: marked secrets go through every field of every frame and every form of a real bot, and are looked
for afterwards in all that it keeps and shows: the database's files, the log, metrics, exports and the backup."""

from __future__ import annotations

import ast
import contextlib
import pathlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from stdnum import luhn

from bot.chat.frames import Hello, Rate, Say
from bot.console.routes import ROUTES
from bot.operations.backup import backup
from bot.settings import Settings, read_settings
from dialogue.understanding.secrets import CARD, CODE, PASSWORD
from tests.conftest import ROOT, TOKEN, BotProcess, Client, client_of

CONSOLE = ROOT / "bot" / "console"
PASSWORD_OF_ADMIN = "correct horse battery"


@dataclass
class Marks:
    """Secrets that occur nowhere else, each told in a way that shares it. `told` is all that must not be found."""

    chance: random.Random
    told: list[bytes] = field(default_factory=list)

    def card(self) -> str:
        body = f"4{self.chance.randrange(10**14):014d}"
        digits = body + luhn.calc_check_digit(body)
        way = self.chance.choice(("", " ", "-", "    ", "."))
        written = way.join(digits[n : n + 4] for n in range(0, 16, 4))
        self.told += [digits.encode(), written.encode()]
        return written

    def word(self) -> str:
        secret = f"zq{self.chance.randrange(16**10):010x}7X"
        self.told += [secret.encode(), secret.lower().encode()]
        return secret

    def code(self) -> str:
        digits = f"7{self.chance.randrange(10**9):09d}"
        self.told.append(digits.encode())
        return digits

    def short(self) -> str:
        """Fits where forty characters do."""
        return self.chance.choice((lambda: f"pw: {self.word()}", self.card, lambda: f"otp {self.code()}"))()

    def words(self) -> str:
        return self.chance.choice((
            lambda: f"my password is {self.word()} and my card is {self.card()}",
            lambda: f"{self.card()}, the code is {self.code()}",
            lambda: f"mein Passwort lautet {self.word()}", lambda: f"el código es {self.code()}", self.short,
            lambda: f"mot de passe : {self.word()}\nmerci", lambda: f"كلمة السر: {self.word()}",
        ))()  # fmt: skip

    def email(self) -> str:
        return f"{self.card().replace(' ', '')}@example.com"

    def found_in(self, kept: bytes) -> list[bytes]:
        return [secret for secret in self.told if secret in kept]


def fields_of_console() -> tuple[set[str], set[str]]:
    """The names of every form's fields and of every address's parts, read from the code: a new one is tried at once."""
    forms, queries = set(), set()
    for path in CONSOLE.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
                continue
            name, of = call.args[0], ast.unparse(call.func.value)
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                if call.func.attr in ("given", "credential", "getlist", "number"):
                    forms.add(name.value)
                elif call.func.attr == "asked" or (call.func.attr == "get" and of.endswith("query_params")):
                    queries.add(name.value)
    return forms, queries | {"q", "since", "outcome", "article", "ticket", "assigned"}


def frames(marks: Marks) -> Iterator[dict[str, Any]]:
    """Every text field of every frame with a secret in it, and one frame with one everywhere."""
    for model in (Hello, Say, Rate):
        yield _filled(model, marks, set(model.model_fields))
        for name in model.model_fields:
            yield _filled(model, marks, {name})


def _filled(model: Any, marks: Marks, marked: set[str]) -> dict[str, Any]:
    plain = {"type": model.__name__.lower(), "token": None, "after": 0, "customer": None, "locale": "en", "score": 4,
             "id": f"m{marks.chance.randrange(10**6)}", "text": "where is my parcel", "comment": "fine",
             "extra": marks.words()}  # fmt: skip
    found = {name: plain[name] for name in (*model.model_fields, "extra")}
    for name in marked & {"token", "locale", "id", "text", "comment"}:
        found[name] = marks.words() if name in ("text", "comment", "id") else marks.short()[:35]
    if "customer" in marked:
        found["customer"] = {"name": marks.short(), "email": marks.email(), "signature": marks.short()}
    return found


async def _shop(bot: BotProcess, marks: Marks) -> list[str]:
    """Shoppers whose every frame carries secrets; the ids of their chats."""
    chats = []
    for frame in frames(marks):
        async with client_of(bot.url) as client:
            welcome = await client.hello()
            chats.append(welcome["conversation"])
            await client.send(**frame)
            await client.say(f"open a ticket, my lamp is broken, {marks.words()}", id=marks.short())
            await client.say(f"Jane Doe, jane@example.com. {marks.words()}")
            await _settled(client)
            await _sends_files(bot, client, marks)
            await client.send(type="rate", score=2, comment=marks.words())
            await client.say("bye")
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http:
        for _ in range(3):
            body = {"sender": marks.words(), "message": marks.words(), "extra": marks.words()}
            assert (await http.post("/webhooks/rest/webhook", json=body)).status_code == 200
            opinion = {"helpful": "no", "word": marks.words(), "extra": marks.words()}
            assert (await http.post("/help/en/delivery-time/helpful", data=opinion)).status_code == 303
            searched = await http.get("/help/en/", params={"q": marks.words(), "extra": marks.words()})
            assert searched.status_code == 200 and not marks.found_in(searched.content)
    return chats


async def _sends_files(bot: BotProcess, client: Client, marks: Marks) -> None:
    """One file with secrets in its name, its id and whatever else is sent along."""
    signed = {"Authorization": f"Bearer {client.welcome['token']}"}
    async with httpx.AsyncClient(base_url=bot.url, headers=signed, timeout=600) as http:
        query = {"id": marks.short(), "name": f"{marks.words()}.txt", "size": 4, "extra": marks.words()}
        path = f"/api/conversations/{client.welcome['conversation']}/files"
        answer = await http.post(path, params=query, content=b"note")
        assert answer.status_code == 201 and not marks.found_in(answer.content), answer.text
        assert not marks.found_in((await http.get(path, params={"id": query["id"]})).content)


async def _settled(client: Client) -> None:
    with contextlib.suppress(TimeoutError):
        await client.until("ticket_filed", 5)


class Lead:
    """Somebody at the console who writes secrets everywhere."""

    def __init__(self, http: httpx.AsyncClient, marks: Marks) -> None:
        self.http, self.marks = http, marks
        self.statuses: list[tuple[str, int]] = []

    async def enter(self) -> None:
        told = {
            "name": f"Ada {self.marks.short()}",
            "email": "ada@example.com",
            "token": TOKEN,
            "password": PASSWORD_OF_ADMIN,
        }
        assert (await self.http.post("/console/first", data=told)).status_code == 303

    async def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        page = await self.http.get("/console/own")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf, page.status_code
        answer = await self.http.post("/console" + path, data=fields | {"csrf": csrf[1]})
        self.statuses.append((path, answer.status_code))
        return answer


#: What a form needs beside words, so that it is taken; None: the field is left out.
TAKEN: dict[str, list[dict[str, str | None]]] = {
    "/conversations/{id:str}/review": [{"verdict": "wrong", "reasons": None}],
    "/conversations/{id:str}/correct": [{"seq": "1", "intent": ""}],
    "/desk/{id:int}": [{"do": "note"}, {"do": "reply"}, {"do": "close"}, {"do": "open"}],
    "/samples": [{"stratum": "none", "size": "5", "seed": "1", "since": "2020-01-01", "until": "2099-01-01"}],
    "/articles/{id}": [{"do": "save", "new": "1", "base": "0"}],
    "/articles/{id}/publish": [{"version": "1"}],
    "/people": [{"role": "viewer", "email": "ben@example.com", "password": PASSWORD_OF_ADMIN}],
    "/people/{id:int}": [],
}


async def _lead(bot: BotProcess, marks: Marks, chats: list[str]) -> list[tuple[str, int]]:
    forms, queries = fields_of_console()
    async with httpx.AsyncClient(base_url=bot.url, timeout=600) as http:
        lead = Lead(http, marks)
        await lead.enter()
        await lead.post(f"/conversations/{chats[0]}/join", {})
        for route in ROUTES:
            if route.path in ("/sign-out", "/first", "/sign-in"):
                continue
            if route.method == "GET":
                address = _filled_path(route.path, chats[0], marks)
                await http.get("/console" + address, params={name: marks.short() for name in queries})
                await http.get("/console" + address, params={"q": marks.short(), "question": marks.words()})
                continue
            for taken in [*TAKEN.get(route.path, [{}]), {}]:
                fields = {name: marks.short() for name in forms} | {
                    "text": marks.words(),
                    "note": marks.words(),
                    "query": f"q={marks.short()}",
                }
                if route.path.startswith("/articles") and taken:
                    fields["text"] = ("---\nid: broken-lamps\ntitle: Broken lamps\nsources:\n  - Handbook\nrevised: "
                                      "2026-11-21\nquestions:\n"
                                      f"  - what about broken lamps\n---\nWe mend lamps.\n\nAda says: my password is "
                                      f"{marks.word()}\n")  # fmt: skip
                await lead.post(
                    _filled_path(route.path, chats[0], marks, taken=bool(taken)),
                    {k: v for k, v in (fields | taken).items() if v is not None},
                )
        typed = {
            "email": marks.short(),
            "password": marks.word(),
            "code": marks.code(),
            "next": f"/console/?q={marks.short()}",
        }
        await http.post("/console/sign-in", data=typed)
        await _nothing_shown(http, marks, chats)
        return lead.statuses


def _filled_path(path: str, chat: str, marks: Marks, *, taken: bool = True) -> str:
    path = (
        path.replace("{id:str}", chat).replace("{id:int}", "1").replace("{note:int}", "1").replace("{version:int}", "1")
    )
    return (
        path.replace("{id}", "broken-lamps" if taken else marks.card().replace(" ", "-"))
        .replace("{reference}", "ABC")
        .replace("{name}", "conversations")
    )


async def _nothing_shown(http: httpx.AsyncClient, marks: Marks, chats: list[str]) -> None:
    """Exports, lists and metrics show no secret."""
    signed = {"Authorization": f"Bearer {TOKEN}"}
    pages = ["/metrics", "/readyz", "/api/conversations?limit=200", "/api/tickets?limit=200",
             "/console/conversations.csv", "/console/log",
             "/console/conversations.jsonl", "/console/training.yml", f"/console/conversations/{chats[0]}/fixture.yml",
             "/console/gaps",
             "/console/desk", "/console/desk/1", "/console/tickets", "/console/live", "/console/articles/broken-lamps",
             "/console/people"]  # fmt: skip
    for page in [*pages, *(f"/api/conversations/{id}" for id in chats)]:
        answer = await http.get(page, headers=signed)
        assert answer.status_code in (200, 303), (page, answer.status_code)
        assert not (found := marks.found_in(answer.content)), (page, found)
    own = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/console/own")).text)
    assert own
    answer = await http.post("/console/privacy/export", data={"email": "jane@example.com", "csrf": own[1]})
    assert b"Jane Doe" in answer.content and not (found := marks.found_in(answer.content)), found


async def test_no_secret_of_any_door_is_kept_anywhere(
    make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path
) -> None:
    bot, marks = (
        make_bot(ASKONCE_LIMIT_ADDRESS_RATE="10000", ASKONCE_LIMIT_ADDRESS_FILES="10000"),
        Marks(random.Random(17)),
    )
    chats = await _shop(bot, marks)
    statuses = await _lead(bot, marks, chats)
    settings = _settings(bot)
    backup(settings, tmp_path / "saved.backup")
    bot.stop()
    assert len(marks.told) > 500
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        assert not (found := marks.found_in(path.read_bytes())), (path.name, found)
    kept = (tmp_path / "askonce.db").read_bytes()
    for note in (CARD, CODE, PASSWORD):
        assert note.encode() in kept
    taken = {path for path, status in statuses if status in (200, 303)}
    for path in (
        f"/conversations/{chats[0]}/review",
        f"/conversations/{chats[0]}/say",
        "/desk/1",
        "/samples",
        "/articles/broken-lamps",
        "/articles/broken-lamps/publish",
        "/views",
    ):
        assert path in taken, (path, statuses)  # the form was taken, and not merely refused


def _settings(bot: BotProcess) -> Settings:
    return read_settings(database_url=bot.environment["ASKONCE_DATABASE_URL"], support_email="support@example.com")
