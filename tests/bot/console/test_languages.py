"""The console in another language: catalogues that are whole, pages with no word of English left, who gets which."""

from __future__ import annotations

import ast
import pathlib
import re
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from sqlalchemy import text

from bot.chat.accepted import preferred
from bot.clock import now_text
from bot.console import speech
from bot.console.routes import ROUTES
from bot.console.speech import Speech, file_of, languages, speaking, speech_for
from bot.store.accounts import Role
from dialogue import events
from tests.bot.console.conftest import PASSWORD, Desk, Visitor, console
from tests.bot.console.visible import said_by, words_of
from tests.conftest import ROOT
from tests.words import HERE, extracted, noted, renewed, whole

OTHERS = [code for code in languages() if code != "en"]
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
_JINJA = re.compile(r"\{% trans.*?endtrans %\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLACES = re.compile(r"%\((\w+)\)s|%%|</?\w[^>]*>")


# ---------------------------------------------------------------- the catalogues


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_in_the_catalogue_and_none_is_left_over(language: str) -> None:
    with file_of(language).open("rb") as file:
        stored = read_po(file, locale=language)
    wanted = {(m.context, m.id) for m in extracted() if m.id}
    found = {(m.context, m.id) for m in stored if m.id}
    assert not wanted - found, f"make words, then translate: {sorted(map(str, wanted - found))}"
    assert not found - wanted, f"make words takes these out: {sorted(map(str, found - wanted))}"
    assert not stored.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated_with_its_places(language: str) -> None:
    for message in renewed(language):
        if not message.id:
            continue
        assert whole(message), f"{message.id!r} is empty or fuzzy"
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = [Counter(m[0] for m in _PLACES.finditer(id)) for id in ids]
        for form in forms:
            assert Counter(m[0] for m in _PLACES.finditer(form)) in allowed, (message.id, form)


def test_a_catalogue_behind_the_code_is_found_out() -> None:
    """A word of a template, one of the code, a stored key and a line of the log are all looked for."""
    ids = {(m.context, m.id) for m in extracted()}
    for id in (
        "Sign out",
        "There is no such page.",
        "no answer",
        "Chats that began in these days and hold at least one turn.",
    ):
        assert (None, id) in ids
    assert ("log", "join chat") in ids and "sign out" in noted()
    assert (None, "“%(name)s” must be a whole number from %(least)s to %(most)s.") in ids
    assert (None, ("%(shown)s conversation", "%(shown)s conversations")) in ids
    assert (None, "at least one administrator must remain") in ids


@pytest.mark.parametrize("path", sorted((HERE / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_template_says_a_word_by_itself(path: pathlib.Path) -> None:
    bare = _JINJA.sub("", path.read_text("utf-8"))
    said = {word for text in said_by(bare) for word in words_of(text)}
    assert not said - {"askonce", "ms", "ao"}, f"{sorted(said)} are not in a catalogue: write _(…) or trans"


def test_no_refusal_and_no_notice_is_said_past_the_catalogue() -> None:
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("Refused", "to", "_back"):
                    own = node.args[1].values if isinstance(node.args[1], ast.JoinedStr) else [node.args[1]]
                    said = "".join(str(part.value) for part in own if isinstance(part, ast.Constant))
                    assert not words_of(said), f"{path.name}:{node.lineno}"


# ---------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("chosen", "header", "language"),
    [
        ("", "", "en"),
        ("", "de", "de"),
        ("", "de-AT,en;q=0.8", "de"),
        ("", "fr-FR, en-GB;q=0.8, de;q=0.5", "en"),
        ("", "fr, it", "en"),
        ("", "en;q=0.2, de;q=0.9", "de"),
        ("", "de;q=0, en", "en"),
        ("en", "de", "en"),
        ("de", "en", "de"),
        ("xx", "de", "de"),
        ("", "de;q=nonsense,\x00,;;;,*" * 50, "en"),
    ],
)
def test_chosen_comes_before_the_browser_and_english_is_last(chosen: str, header: str, language: str) -> None:
    assert speech_for(chosen, header).language == language


def test_the_country_of_the_browser_decides_how_days_are_written() -> None:
    def written(chosen: str, header: str) -> str:
        with speaking(speech_for(chosen, header)):
            return speech.day("2026-11-02")

    assert written("", "en-GB") == "2 Nov 2026" and written("", "en-US") == "Nov 2, 2026"
    assert written("de", "en-GB") == written("", "de-CH, en") == "02.11.2026"
    assert preferred("de;q=0.1, en-GB") == ["en-GB", "de"]


def test_numbers_shares_and_times_are_written_as_the_language_does() -> None:
    with speaking(speech_for("de", "")):
        assert speech.number(12_345.678) == "12.345,68" and speech.percent(0.125) == "12,5\xa0%"
        assert speech.moment("2026-11-02T14:05:00Z") == "02.11.2026, 14:05" and speech.weekdays()[6] == "So"
        assert speech.percent(None) == "–" and speech.seconds(0.0) == "" and speech.two_places(0.5) == "0,50"
    assert speech.number(12_345.678) == "12,345.68" and speech.speech().language == "en"


async def test_one_request_speaks_one_language_and_the_next_its_own(desk: Desk) -> None:
    async with desk.client() as client:
        german = (await client.get("/console/first", headers=GERMAN)).text
        assert '<html lang="de" dir="ltr">' in german and "Legen Sie das erste Konto an" in german
        english = (await client.get("/console/first")).text
        assert '<html lang="en" dir="ltr">' in english and "Make the first account" in english


async def test_who_is_not_signed_in_switches_and_keeps_where_they_were_going(desk: Desk) -> None:
    await desk.as_role(Role.VIEWER, "maya")
    async with desk.client() as client:
        page = (await client.get("/console/sign-in?next=/console/gaps")).text
        assert 'name="language" value="de"' in page and ">Deutsch</button>" in page
        answer = await client.post("/console/language", data={"language": "de", "next": "/console/gaps"})
        assert answer.status_code == 303
        page = (await client.get(answer.headers["location"])).text
        assert '<html lang="de"' in page and 'value="/console/gaps"' in page
        wrong = await client.post("/console/sign-in", data={"email": "maya@example.com", "password": "wrong"})
        assert wrong.status_code == 401 and "Die Adresse, das Passwort oder der Code ist falsch." in wrong.text
        assert (await client.post("/console/language", data={"language": "xx"})).status_code == 422


async def test_ones_own_choice_is_stored_and_goes_before_the_browsers(either: Desk) -> None:
    visitor = await either.as_role(Role.VIEWER, "maya")
    await visitor.post("/own/language", language="de")
    page = await visitor.get("/own")
    assert '<html lang="de"' in page and "Die Konsole ist jetzt in dieser Sprache." in page  # and still signed in
    async with either.client() as other:  # another device
        await other.post("/console/sign-in", data={"email": "maya@example.com", "password": PASSWORD})
        assert '<html lang="de"' in (await other.get("/console/own", headers={"Accept-Language": "en"})).text
    assert (await either.accounts.all())[0].language == "de"
    await visitor.post("/own/language", 422, language="xx")
    await visitor.post("/own/language", language="")
    assert '<html lang="en"' in await visitor.get("/own") and (await either.accounts.all())[0].language == ""


async def test_refusals_of_every_kind_are_in_german(desk: Desk) -> None:
    visitor = await _german(desk, Role.ADMINISTRATOR)
    for path, code, words in (
        ("/articles/nonsense", 404, "Diesen Artikel gibt es nicht."),
        ("/conversations?outcome=nonsense", 422, "Outcome=nonsense: möglich sind filed"),
        ("/log?before=x", 400, "„davor“ muss eine ganze Zahl von 0 bis 2.147.483.647 sein."),
        ("/numbers?since=x", 422, "„since“ und „until“ sind Tage wie 2026-11-21."),
    ):
        assert words in await visitor.get(path, code)
    answer = await visitor.post("/people", 422, role="viewer", email="nobody", name="N", password=PASSWORD)
    assert "„nobody“ ist keine E-Mail-Adresse." in answer.text
    answer = await visitor.post("/people", 422, role="viewer", email="n@example.com", name="N", password="short")
    assert "Wählen Sie ein Passwort mit mindestens 12 Zeichen" in answer.text
    viewer = await _german(desk, Role.VIEWER)
    assert "braucht die Rolle „Administrator“; Ihre ist „Betrachter“" in await viewer.get("/people", 403)


# ---------------------------------------------------------------- the pages


async def _german(desk: Desk, role: Role) -> Visitor:
    visitor = await desk.as_role(role, f"maya{role}")
    visitor.client.headers.update(GERMAN)
    return visitor


@pytest.fixture
async def worked(tmp_path: pathlib.Path) -> AsyncIterator[tuple[Desk, Visitor, str]]:
    """A console in which something of everything has happened, an administrator who reads German, a conversation."""
    url = f"sqlite+aiosqlite:///{tmp_path}/console.db"
    async with console(url, hours="Mon-Fri 09:00-17:00 Europe/Berlin") as desk:
        await desk.chat("hi", "asdf qwer", "zxcv asdf")
        await desk.chat("do you ship to the moon?", "is there a shop in Bergen?")
        chat, _ = await desk.bot.hub.begin()
        await chat.hear("1", "how long does delivery take?")
        await chat.hear("2", "my lamp is broken. please open a ticket, Jane Doe, jane@example")
        await chat.hear("3", "jane@example.com")
        await desk.filed()
        await chat.tell(events.ShopperRated(2, "meh"))
        await chat.tell(events.AgentJoined("Ada"))
        await chat.agent_says("a1", "hello")
        await desk.archive()
        visitor = await _german(desk, Role.ADMINISTRATOR)
        await visitor.post(f"/conversations/{chat.id}/correct", seq="1", intent="question", name="Jane", wrong="email")
        await visitor.post(f"/conversations/{chat.id}/review", verdict="wrong", reasons="tone", note="n")
        await visitor.post("/desk/1", do="note", text="n")
        await visitor.post("/desk/1", do="close")
        await visitor.post("/samples", stratum="none", name="s", size="2", since="2020-01-01", until=now_text()[:10])
        source = (ROOT / "kb_answers" / "articles" / "reply-time.md").read_text("utf-8")
        longer = source.replace("revised: 2026-11-21", "revised: 2026-11-21\nreview: 2026-01-05")
        await desk.publish(visitor, "reply-time", longer)
        await visitor.post("/articles/reply-time/undo", version="0", standing="2")
        await desk.publish(visitor, "reply-time", longer)  # version 5, and due
        await visitor.post("/articles/reply-time", text=source + "Wir versprechen es.", note="", do="save", base="5")
        await visitor.post("/views", name="v", query="outcome=filed")
        await visitor.post("/people", email="leo@example.com", name="Leo", role="viewer", password=PASSWORD)
        yield desk, visitor, chat.id


def _left(html: str) -> set[str]:
    """English words that are left of a page."""
    catalogue = [m for m in renewed("de") if m.id]
    ids = [id for m in catalogue for id in (m.id if isinstance(m.id, tuple) else (m.id,))]
    forms = [s for m in catalogue for s in (m.string if isinstance(m.string, tuple) else (m.string,))]
    english = {w for id in ids for w in words_of(id)} - {w for form in forms for w in words_of(form)}
    return {f"{word} in {said!r}" for said in said_by(html) for word in words_of(said) & english}


def test_english_that_is_left_is_seen() -> None:
    assert _left("<p>Gespräche <b>yesterday</b></p><p title='Sign out'>x</p>") == {
        "sign in 'Sign out'",
        "out in 'Sign out'",
    }
    assert not _left("<p>Abmelden <bdi>sign out</bdi> <span lang='en'>turns</span></p>")


#: Pages beside those that the routes name as they are.
_MORE = (
    "/articles-try?q=how+long+does+delivery+take", "/articles-try?q=moon", "/desk?status=closed", "/privacy?days=1",
    "/conversations?outcome=filed&flag=any", "/flags?flag=bad_rating", "/log?who=maya3@example.com",
    "/tickets?delivery=refused", "/numbers?since=2020-01-01&until=2020-02-01",
)  # fmt: skip
#: What is no page: files, drawings, and the turns that a page fetches.
_FILES = (".csv", ".jsonl", ".yml", ".svg", "/turns")


async def test_no_page_in_german_has_a_word_of_english_left(worked: tuple[Desk, Visitor, str]) -> None:
    _, visitor, id = worked
    named = {"{id:str}": id, "{id:int}": "1", "{version:int}": "1", "{id}": "reply-time"}
    pages = [r.path for r in ROUTES if r.method == "GET" and not r.path.endswith(_FILES) and "/files/" not in r.path]
    for place, value in named.items():
        pages = [path.replace(place, value) for path in pages]
    assert len(pages) >= 22
    found = {}
    for path in (*pages, *_MORE):
        answer = await visitor.client.get("/console" + path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert '<html lang="de" dir="ltr">' in answer.text
        found[path] = answer.text
    found["look"] = (await visitor.post("/privacy", 200, email="jane@example.com")).text
    found["erase"] = (await visitor.post("/privacy/erase", 200, email="jane@example.com", sure="yes")).text
    left = {path: _left(html.replace("reply-time", "")) for path, html in found.items()}
    assert not any(left.values()), {path: words for path, words in left.items() if words}


async def test_words_stand_whole_in_attributes(desk: Desk) -> None:
    """Translations are markup to the templates: a quotation mark in one would end the attribute it stands in."""
    visitor = await desk.as_role(Role.VIEWER)
    assert 'late "return label" -refund' in said_by(await visitor.get("/conversations"))
    for message in renewed("de"):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and "<" not in str(message.id) and message.id != 'late "return label" -refund':
            assert not any('"' in form for form in forms), message.id


async def test_turns_drawings_and_the_scripts_words_are_german_too(worked: tuple[Desk, Visitor, str]) -> None:
    _, visitor, id = worked
    turns = (await visitor.client.get(f"/console/conversations/{id}/turns?after=0")).json()["html"]
    assert "Verstanden durch" in turns and not _left(turns)
    drawing = await visitor.get("/drawings/outcomes.svg")
    assert "angelegt" in drawing and ">filed<" not in drawing
    assert "nicht verstanden, %" in await visitor.get("/drawings/health.svg")
    assert "Der Kunde schreibt" in await visitor.get("/live")


async def test_what_is_stored_and_exported_knows_no_language(worked: tuple[Desk, Visitor, str]) -> None:
    desk, visitor, _ = worked
    german = [await visitor.get(path) for path in ("/conversations.csv", "/numbers.csv", "/conversations.jsonl")]
    visitor.client.headers.pop("Accept-Language")
    english = [await visitor.get(path) for path in ("/conversations.csv", "/numbers.csv", "/conversations.jsonl")]
    assert german == english
    async with desk.bot.store.read() as connection:
        verdicts = list(await connection.scalars(text("SELECT verdict FROM review")))
        actions = set(await connection.scalars(text("SELECT action FROM access")))
        notes = list(await connection.scalars(text("SELECT note FROM article_version ORDER BY id")))
    assert verdicts == ["wrong"] and {"review", "correct", "draft article", "publish article"} <= actions
    assert notes == ["edited", "edited", "back to the file", "edited", "edited", "edited"]
    visitor.client.headers.update(GERMAN)
    assert "zurück zur Datei" in await visitor.get("/articles/reply-time")


def test_a_third_language_is_a_folder_more() -> None:
    """Nothing but the folder names a language, and one from right to left is written so."""
    assert Speech(Locale.parse("ar")).direction == "rtl"
    assert set(languages()) == {"en", *(path.name for path in (HERE / "locales").iterdir())}
