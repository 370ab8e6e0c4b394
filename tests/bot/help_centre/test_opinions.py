"""Whether an article helped: the form, what is kept of it, who is refused, and what leads see of it."""

from __future__ import annotations

import pathlib
import re

import httpx
import pytest
from sqlalchemy import select
from stdnum import luhn

from bot.history import erasure
from bot.history.opinions import opinions_of
from bot.store.accounts import Role
from bot.store.console_tables import article_opinion
from bot.store.database import Store
from bot.store.opinions import keep_opinion
from tests.bot.help_centre.conftest import HOST, Centre, centre_of

PATH = "/help/de/gift-wrapping/helpful"


async def _kept(centre: Centre) -> list[tuple[str, str, int, str]]:
    o = article_opinion.c
    async with centre.bot.store.read() as connection:
        rows = await connection.execute(select(o.article, o.language, o.helpful, o.words).order_by(o.id))
        return [(r.article, r.language, r.helpful, r.words) for r in rows]


async def test_a_word_on_an_article_is_kept_and_thanked_for(centre: Centre) -> None:
    answer = await centre.say(PATH, helpful="no", word="  Was kostet\r\nSchleife?  ")
    assert answer.headers["location"] == "/help/de/gift-wrapping/thanks" and "set-cookie" not in answer.headers
    assert "Danke für Ihre Rückmeldung!" in (await centre.get(answer.headers["location"])).text
    await centre.say("/help/en/repairs/helpful", helpful="yes")
    assert await _kept(centre) == [
        ("gift-wrapping", "de", 0, "Was kostet\nSchleife?"),
        ("repairs", "en", 1, ""),
    ]


async def test_secrets_in_it_are_masked_before_anything_is_kept_or_shown(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    """R17"""
    caplog.set_level("DEBUG")
    number = "4000001234567" + "89"
    card = number + luhn.calc_check_digit(number)
    words = f"I paid with {card} and my password is zq81kk7X"
    await centre.say(PATH, helpful="yes", word=words)
    refused = await centre.say(PATH, 422, word=words)
    kept = str(await _kept(centre))
    for secret in (card, "zq81kk7X"):
        assert secret not in kept + refused.text
        assert not [r for r in caplog.records if r.name.startswith("askonce") and secret in r.getMessage()]
    assert "I paid with" in kept and "I paid with" in refused.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"word": "hm"}, "Bitte wählen Sie ja oder nein."),
        ({"helpful": "maybe"}, "Bitte wählen Sie ja oder nein."),
        ({"helpful": "yes", "word": "x" * 1001}, "auf 1000 Buchstaben"),
    ],
)
async def test_what_cannot_be_kept_is_told_beside_what_was_written(
    centre: Centre, fields: dict[str, str], words: str
) -> None:
    answer = await centre.say(PATH, 422, **fields)
    assert words in answer.text and 'role="alert"' in answer.text and answer.headers["cache-control"] == "no-store"
    assert f">{fields.get('word', '')}</textarea>" in answer.text
    assert await _kept(centre) == []


async def test_a_form_from_another_site_a_file_and_an_article_that_is_none_are_refused(centre: Centre) -> None:
    foreign = await centre.http.post(PATH, data={"helpful": "yes"}, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403 and "von einer anderen Website" in foreign.text
    own = await centre.http.post(PATH, data={"helpful": "yes"}, headers={"origin": HOST})
    assert own.status_code == 303
    file = await centre.http.post(PATH, data={"helpful": "yes"}, files={"word": ("a.txt", b"words")})
    assert file.status_code == 400 and "Das hat nicht geklappt" in file.text
    await centre.say("/help/de/nothing/helpful", 404, helpful="yes")
    await centre.edit("repairs", "")
    await centre.say("/help/en/repairs/helpful", 410, helpful="yes")
    assert (await centre.http.get(PATH)).status_code == 405
    assert len(await _kept(centre)) == 1


async def test_one_address_may_not_say_it_without_end(centre: Centre) -> None:
    taken = 0
    while (answer := await centre.http.post(PATH, data={"helpful": "yes"})).status_code == 303:
        taken += 1
        assert taken < 300
    assert taken >= 30 and answer.status_code == 429 and answer.headers["retry-after"] == "60"
    other = httpx.AsyncClient(transport=httpx.ASGITransport(app=centre.app, client=("192.0.2.7", 1)), base_url=HOST)
    assert (await other.post(PATH, data={"helpful": "yes"})).status_code == 303
    assert len(await _kept(centre)) == taken + 1


async def test_leads_see_how_often_an_article_helped_and_the_newest_words(centre: Centre) -> None:
    for helpful, word in (("no", "unclear, write to ann@example.org"), ("no", ""), ("yes", "<b>fine</b>")):
        await centre.say(PATH, helpful=helpful, word=word)
    await centre.say("/help/en/repairs/helpful", helpful="yes")
    page = (await (await centre.lead(Role.REVIEWER)).get("/console/gaps")).text
    rows = re.findall(r"<tr><td><a href=\"/console/articles/([\w-]+)\">.*?</a></td><td>(\d+)</td><td>(\d+)</td>", page)
    assert rows == [("gift-wrapping", "1", "2"), ("repairs", "1", "0")]
    assert "ann@example.org" in page and "&lt;b&gt;fine&lt;/b&gt;" in page
    hidden = (await (await centre.lead(Role.VIEWER)).get("/console/gaps")).text
    assert "ann@example.org" not in hidden and "unclear, write to [email]" in hidden


async def test_counts_are_of_the_days_asked_for_and_words_are_the_newest(database_url: str) -> None:
    async with centre_of(database_url) as centre:
        store: Store = centre.bot.store
        for n in range(7):
            await keep_opinion(store, "a", language="en", helpful=n % 2 == 0, words=f"word {n}")
        await keep_opinion(store, "b", language="ar", helpful=False, words="")
        found = await opinions_of(store, ("2000-01-01", "9999-01-01"), hidden=False)
        assert [(o.article, o.yes, o.no) for o in found] == [("a", 4, 3), ("b", 0, 1)]
        assert [w.text for w in found[0].said] == [f"word {n}" for n in (6, 5, 4, 3, 2)] and found[1].said == ()
        assert await opinions_of(store, ("2000-01-01", "2000-02-01"), hidden=False) == []
        assert await erasure.erase_aged(store, {"retention_days": 1}, now=4_102_444_800.0) == {"article_opinion": 8}
        assert await opinions_of(store, ("2000-01-01", "9999-01-01"), hidden=False) == []


async def test_without_a_database_a_reader_is_told_so(tmp_path: pathlib.Path, articles: pathlib.Path) -> None:
    async with centre_of(f"sqlite:///{tmp_path}/help.db", articles=articles) as centre:
        await centre.get("/help/de/gift-wrapping")

        async def drop() -> None:
            async with centre.bot.store.engine.begin() as connection:
                await connection.exec_driver_sql("ALTER TABLE article_opinion RENAME TO gone")

        await drop()
        answer = await centre.http.post(PATH, data={"helpful": "yes"})
    assert answer.status_code == 503 and "gerade nicht gespeichert" in answer.text
