"""Lists, search, filters, one conversation, exports: on SQLite and on PostgreSQL."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.console.exports import cell
from bot.history.masking import masked
from bot.history.search import CHOICES, Query, QueryError, _match, beside, find
from bot.store.accounts import Role
from bot.store.console_tables import summary
from bot.store.searched_words import fold
from bot.store.tables import happening, outbox
from tests.bot.console.conftest import Desk

TICKET = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} \" ' </title>"


async def _found(desk: Desk, hidden: bool = False, **filters: str) -> list[str]:
    page = await find(desk.bot.store, Query.read(filters), hidden=hidden)
    return [row.conversation for row in page.rows]


async def test_filters_find_what_they_say(either: Desk) -> None:
    filed = await either.chat(TICKET)
    answered = await either.chat("how long does delivery take?")
    declined = await either.chat("my kettle leaks", "no thanks")
    german = await either.chat("verkaufen Sie auch lila Elefanten mit Rädern?", locale="de-AT")
    assert await _found(either, outcome="filed") == [filed]
    assert await _found(either, outcome="declined") == [declined]
    assert await _found(either, outcome="left") == [german]
    assert await _found(either, outcome="abandoned") == []  # its shopper may still be writing
    assert await _found(either, act="answer") == [answered]
    assert await _found(either, intent="question", act="answer") == [answered]
    assert await _found(either, language="de") == [german]
    assert filed in await _found(either, rule="R8") and answered not in await _found(either, rule="R8")
    assert await _found(either, delivery="filed") == [filed]
    assert set(await _found(either, broken="none")) == {filed, answered, declined, german}
    assert await _found(either, broken="any") == []
    assert await _found(either, rating="any") == [] and await _found(either, flag="any") == []
    assert await _found(either, since="2000-01-01", until="2000-01-02") == []
    article = next(t.sources[0].article for t in await either.bot.store.turns(answered) if t.sources)
    assert await _found(either, article=article) == [answered]
    state = await either.bot.store.load(filed)
    assert state and await _found(either, ticket=state.state.tickets[0].reference) == [filed]
    assert set(await _found(either)) == {filed, answered, declined, german}


@pytest.mark.unlawful
async def test_what_words_alone_tell_is_shown_flagged_and_filtered(either: Desk) -> None:
    """A link that was filed as the shopper's name, though everything that was understood agrees with it."""
    lawful, broken = await either.chat(TICKET), await either.chat(TICKET)
    mine = outbox.c.conversation == broken

    async def misread() -> None:
        async with either.bot.store.engine.begin() as connection:
            payload = orjson.loads(str(await connection.scalar(select(outbox.c.payload).where(mine))))
            payload["name"] = "https://parcels.example.org"
            await connection.execute(update(outbox).where(mine).values(payload=orjson.dumps(payload).decode()))
            await connection.execute(delete(summary).where(summary.c.conversation == broken))

    await misread()
    await either.archive()
    assert await _found(either, broken="words:R6") == [broken] and await _found(either, flag="violation") == [broken]
    assert await _found(either, broken="none") == [lawful]
    lead = await either.as_role(Role.REVIEWER)
    assert 'words:R6, <span lang="en">the name filed with' in await lead.get(f"/conversations/{broken}")
    page = await lead.get("/conversations?broken=words:R6")
    assert broken in page and lawful not in page and '<option value="words:R6" selected' in page


async def test_search_finds_all_words_phrases_and_exclusions_in_any_script(either: Desk) -> None:
    lamp = await either.chat("my Lámp is broken")
    kettle = await either.chat("my kettle is broken, the lid too")
    greek = await either.chat("η λάμπα μου έσπασε")
    assert set(await _found(either, q="broken")) == {lamp, kettle}
    assert await _found(either, q="LAMP broken") == [lamp]
    assert await _found(either, q="broken -lamp") == [kettle]
    assert await _found(either, q='"the lid"') == [kettle]
    assert await _found(either, q='"lid the"') == []
    assert await _found(either, q="λαμπα") == [greek]
    assert await _found(either, q="-lamp") == [] and await _found(either, q='"') == []


@pytest.mark.parametrize(
    "words",
    [
        '" OR 1=1 --',
        "a AND b) OR (c",
        "NEAR(a b)",
        "words : x",
        "x* ^y",
        "'; DROP TABLE turn",
        "!a & b | c",
        "a:*",
        "\x00",
        "(((",
        "<->",
    ],
)
async def test_no_search_breaks_out_of_its_quotes(either: Desk, words: str) -> None:
    await either.chat("hello")
    assert isinstance(await _found(either, q=words), list)


@given(st.text())
def test_what_is_searched_for_is_only_words(words: str) -> None:
    assert re.fullmatch(r'(NOT )?"[\w ]+"(( AND | )(NOT )?"[\w ]+")*|', _match(words, "sqlite"))
    assert re.fullmatch(r"(!?\('\w+'( <-> '\w+')*\)( & )?)*", _match(words, "postgresql"))
    assert fold(fold(words)) == fold(words)


async def test_pages_follow_one_another_without_gap_or_repeat(either: Desk) -> None:
    ids = [await either.chat("hello", *["hi"] * (n % 3)) for n in range(7)]
    for sort in ("newest", "oldest", "active", "longest"):
        seen: list[str] = []
        after = ""
        while True:
            page = await find(either.bot.store, Query.read({"sort": sort, "after": after}), hidden=False, limit=2)
            seen += [row.conversation for row in page.rows]
            after = page.next
            if not after:
                break
        assert sorted(seen) == sorted(ids), sort
        query = Query.read({"sort": sort})
        for place, id in enumerate(seen):
            around = await beside(either.bot.store, query, id, hidden=False)
            assert around == (seen[place - 1] if place else None, seen[place + 1] if place + 1 < len(seen) else None)


def test_an_address_says_what_it_filters_by_and_refuses_what_it_does_not_know() -> None:
    query = Query.read({"q": " lamp ", "outcome": "filed", "after": "", "unknown": "x"})
    assert query.address() == "q=lamp&outcome=filed"
    assert Query.read(dict(pair.split("=") for pair in query.address().split("&"))) == query
    for name in CHOICES:
        with pytest.raises(QueryError, match=name):
            Query.read({name: "nonsense"})
    for wrong in ({"since": "yesterday"}, {"after": "~x"}, {"assigned": "me"}):
        with pytest.raises(QueryError):
            Query.read(wrong)


async def test_a_wrong_address_is_a_clear_page(desk: Desk) -> None:
    visitor = await desk.as_role(Role.VIEWER)
    assert "may be" in await visitor.get("/conversations?outcome=nonsense", 422)
    assert "There is no such conversation" in await visitor.get("/conversations/nonsense", 404)


async def test_hostile_words_are_shown_as_words_everywhere(desk: Desk) -> None:
    id = await desk.chat(HOSTILE, f"open a ticket, {HOSTILE} my lamp is broken, Jane Doe, jane@example.com")
    visitor = await desk.as_role(Role.ADMINISTRATOR)
    await visitor.post(f"/conversations/{id}/review", verdict="wrong", note=HOSTILE)
    await visitor.post("/views", name=HOSTILE[:60], query="q=lamp")
    paths = [
        *(
            "/conversations",
            f"/conversations/{id}",
            "/live",
            "/tickets",
            "/desk",
            "/desk/1",
            "/numbers",
            "/gaps",
            "/flags",
        ),
        *("/log", "/conversations?q=%3Cscript%3E", "/articles-try?q=%3Cscript%3Ealert(1)"),
        "/articles-new?question=%3Cscript%3E",
    ]
    for path in paths:
        page = await visitor.get(path)
        assert "<script>alert" not in page and "<img src=x" not in page, path
    shown = await visitor.get(f"/conversations/{id}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "{{7*7}}" in shown


async def test_viewers_see_no_personal_data_and_cannot_search_for_it(either: Desk) -> None:
    id = await either.chat("I'm Jane Doe, order 4711 0815 99", TICKET)
    viewer, reviewer = await either.as_role(Role.VIEWER), await either.as_role(Role.REVIEWER)
    chat = f"/conversations/{id}"
    lists = ("/conversations", "/tickets", "/desk", "/live", "/numbers", "/conversations.csv")
    for path in (*lists, chat, f"{chat}/turns", "/desk/1"):
        page = await viewer.get(path)
        for personal in ("Jane", "jane@example.com", "0815"):
            assert personal not in page, (path, personal)
    assert "jane@example.com" in await reviewer.get(f"/conversations/{id}")
    assert await _found(either, q="jane") == [id]
    assert await _found(either, hidden=True, q="jane") == [] and await _found(either, hidden=True, q="lamp") == [id]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I'm Jane Doe, jane@example.com", "I'm [name], [email]"),
        ("jane here again, DOE", "[name] here again, [name]"),
        ("order 12345, tracking 1Z 999 AA1 and +47 22 33 44 55", "order 12345, tracking 1Z 999 AA1 and [number]"),
        ("janet is not jane", "janet is not [name]"),
        ("山田太郎です", "山田太郎です"),
        ("", ""),
    ],
)
def test_masking(text: str, wanted: str) -> None:
    assert masked(text, ["Jane Doe"]) == wanted


async def test_one_conversation_shows_why(desk: Desk) -> None:
    id = await desk.chat("how long does delivery take?", TICKET)
    page = await (await desk.as_role(Role.REVIEWER)).get(f"/conversations/{id}")
    reasons = ("Understood by", "question", "R15 an article answers", "State after", "Source:")
    for shown in (*reasons, "Exactly what was passed", "attempt to deliver", "no violation"):
        assert shown in page, shown


async def test_each_sentence_stands_there_with_what_it_was_taken_for_and_why(desk: Desk) -> None:
    words = "my boots leak & squeak. <b>any news</b> on my ticket? I'm Ines Duarte"
    id = await desk.chat(words)
    reviewer, viewer = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.VIEWER)
    for path in (f"/conversations/{id}", f"/conversations/{id}/turns"):
        answer = await reviewer.client.get(f"/console{path}")
        page = answer.json()["html"] if path.endswith("turns") else answer.text
        assert '<ol class="sentences" aria-labelledby="sentences-1">' in page and 'id="sentences-1"' in page
        assert re.search(
            r"<q [^>]*>my boots leak &amp; squeak\.</q>: <b>an issue</b><span[^>]*> \(report issue \d+%\)<", page
        )
        assert re.search(r"news&lt;/b&gt; on my ticket\?</q>: <b>about a ticket</b><span[^>]*>, by its words<", page)
        assert re.search(r"Ines Duarte</q>: <b>contact data</b>", page) and "<b>any news" not in page
        seen = await viewer.get(path)
        assert "an issue" in seen and "Duarte" not in seen and "[name]" in seen


async def test_a_message_from_before_sentences_were_kept_is_shown_without(desk: Desk) -> None:
    id = await desk.chat("my boots leak")
    async with desk.bot.store.engine.begin() as connection:
        stored = orjson.loads(
            str(await connection.scalar(select(happening.c.events).where(happening.c.conversation == id)))
        )
        assert stored[0]["data"]["understood"].pop("read")
        old = orjson.dumps(stored).decode()
        await connection.execute(update(happening).where(happening.c.conversation == id).values(events=old))
    page = await (await desk.as_role(Role.REVIEWER)).get(f"/conversations/{id}")
    assert "Understood by" in page and "my boots leak" in page and "sentences-1" not in page


async def test_the_csv_has_one_row_a_conversation_and_no_formula(desk: Desk) -> None:
    await desk.chat('=HYPERLINK("http://evil.example")')
    await desk.chat(TICKET)
    visitor = await desk.as_role(Role.REVIEWER)
    rows = list(csv.DictReader(io.StringIO(await visitor.get("/conversations.csv"))))
    assert len(rows) == 2 and {r["outcome"] for r in rows} >= {"filed"}
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert any(r["opening"].startswith("'=HYPERLINK") for r in rows)


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
    assert cell(text).lstrip("'").startswith(text.lstrip("'")) or text in cell(text)


async def test_all_turns_as_json_lines(desk: Desk) -> None:
    id = await desk.chat("hello")
    lines = (await (await desk.as_role(Role.ADMINISTRATOR)).get("/conversations.jsonl")).splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == [id]


async def test_views_are_saved_and_belong_to_one_person(desk: Desk) -> None:
    one, two = await desk.as_role(Role.VIEWER), await desk.as_role(Role.REVIEWER)
    await one.post("/views", name="Late lamps", query="q=lamp&outcome=filed")
    await one.post("/views", 409, name="Late lamps", query="q=lamp")
    await one.post("/views", 422, name="", query="q=lamp")
    page = await one.get("/conversations")
    assert "Late lamps" in page and "q=lamp&amp;outcome=filed" in page
    assert "Late lamps" not in await two.get("/conversations")
    await two.post("/views/1/forget")
    assert "Late lamps" in await one.get("/conversations")
    await one.post("/views/1/forget")
    assert "Late lamps" not in await one.get("/conversations")


async def test_a_summary_follows_its_conversation(either: Desk) -> None:
    id = await either.chat("my lamp is broken")
    assert await _found(either, outcome="left") == [id]
    chat = await either.bot.hub.conversation(id)
    assert chat
    await chat.hear("more", "yes, Jane Doe, jane@example.com")
    await either.filed()
    await either.archive()
    assert await _found(either, outcome="left") == [] and await _found(either, outcome="filed") == [id]
    assert await _found(either, q="jane") == [id]
