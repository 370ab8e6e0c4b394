"""The pages that people read: languages, topics, articles, the search, what is refused, and how long a page is kept."""

from __future__ import annotations

import pathlib
import re

import orjson
import pytest

from bot.help_centre.pages import chat_link, rendered
from bot.help_centre.site import KEPT
from tests.bot.help_centre.conftest import Centre, centre_of, written

HOSTILE = '<script>alert(1)</script> & "quoted" </title> {{ 7*7 }}'


@pytest.mark.parametrize(
    ("asked", "given"),
    [("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr", "en"), ("", "en"), ("xx, de;q=0.1", "de"), ("en,de", "en")],
)
async def test_the_bare_address_leads_to_the_readers_language(centre: Centre, asked: str, given: str) -> None:
    for path in ("/help", "/help/"):
        answer = await centre.get(path, 302, accept_language=asked)
        assert answer.headers["location"] == f"/help/{given}/" and answer.headers["vary"] == "Accept-Language"
        assert "max-age" not in answer.headers["cache-control"]
    assert (await centre.get("/help/de", 308)).headers["location"] == "/help/de/"
    assert (await centre.get("/help/de/repairs/", 308)).headers["location"] == "/help/de/repairs"
    await centre.get("/help/xx", 404)


async def test_the_start_page_groups_articles_by_topic(centre: Centre) -> None:
    page = (await centre.get("/help/en/")).text
    headings = re.findall(r"<h2[^>]*><bdi>(.*?)</bdi>", page)
    assert headings == ["Delivery", "Gifts", "More"]
    assert page.index("Gifts") < page.index("Gift wrapping") < page.index("More") < page.index("Repairs of old lamps")
    german = (await centre.get("/help/de/")).text
    assert '<html lang="de" dir="ltr">' in german
    assert re.findall(r"<h2[^>]*><bdi>(.*?)</bdi>", german) == ["Lieferung", "Gifts", "Mehr"]
    assert '<a href="/help/de/repairs" lang="en"><bdi>Repairs of old lamps</bdi></a>' in german


async def test_an_article_says_what_it_says_since_when_and_where_else(centre: Centre) -> None:
    page = (await centre.get("/help/en/gift-wrapping")).text
    assert "<h1>Gift wrapping</h1>" in page and "<p>Ribbons cost <em>nothing</em>.</p>" in page
    assert '<time datetime="2026-03-01">Last revised on March 1, 2026</time>' in page
    here = "https://chat.shop.example/help"
    assert f'<link rel="canonical" href="{here}/en/gift-wrapping">' in page
    for code in ("en", "de"):
        assert f'<link rel="alternate" hreflang="{code}" href="{here}/{code}/gift-wrapping">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="{here}/en/gift-wrapping">' in page
    assert "noindex" not in page and "note" not in re.findall(r'class="(\w+)"', page)
    german = (await centre.get("/help/de/gift-wrapping")).text
    assert "Wir packen Geschenke kostenlos ein." in german and "Zuletzt überarbeitet am 1. März 2026" in german
    assert f'<link rel="canonical" href="{here}/de/gift-wrapping">' in german


async def test_a_translation_of_an_older_text_says_so(centre: Centre) -> None:
    page = (await centre.get("/help/de/delivery-time")).text
    assert "gibt einen älteren Text wieder" in page and "Fünf Tage." in page
    assert '<a href="/help/en/delivery-time" hreflang="en">Das Original lesen</a>' in page
    assert "älteren Text" not in (await centre.get("/help/de/gift-wrapping")).text


async def test_without_a_translation_the_original_stands_there_and_a_line_says_so(centre: Centre) -> None:
    page = (await centre.get("/help/de/repairs")).text
    assert "Diesen Artikel gibt es nur auf Englisch." in page
    assert '<article lang="en" dir="ltr">' in page and "We repair any lamp." in page
    assert '<link rel="canonical" href="https://chat.shop.example/help/en/repairs">' in page
    assert 'hreflang="de" href="https://' not in page


async def test_arabic_is_written_from_right_to_left(tmp_path: pathlib.Path) -> None:
    async with centre_of(f"sqlite:///{tmp_path}/help.db") as centre:
        page = (await centre.get("/help/ar/delivery-time")).text
    assert '<html lang="ar" dir="rtl">' in page and '<article lang="ar" dir="rtl">' in page
    assert "آخر مراجعة: 21 نوفمبر 2026" in page


async def test_facts_for_search_engines_are_the_articles_own_words(centre: Centre) -> None:
    page = (await centre.get("/help/en/gift-wrapping")).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    facts = orjson.loads(block)
    assert facts["@type"] == "FAQPage" and facts["dateModified"] == "2026-03-01" and facts["inLanguage"] == "en"
    (question,) = facts["mainEntity"]
    assert question["name"] == "Gift wrapping" and question["acceptedAnswer"]["text"].startswith("We wrap gifts")


async def test_hostile_articles_are_shown_and_do_nothing(centre: Centre) -> None:
    text = f"{HOSTILE}\n\n[x](javascript:alert(1)) ![y](https://evil.example/p.png)\n\n# Not a heading"
    await centre.edit(
        "evil", written("evil", f"'{HOSTILE}'", text, f"topic: '{HOSTILE}'").replace(f"- '{HOSTILE}'", "- evil")
    )
    for path in (
        "/help/en/",
        "/help/en/evil",
        "/help/de/evil",
        "/help/en/evil/thanks",
        "/help/en/?q=evil",
        "/help/feed.xml",
    ):
        page = (await centre.get(path)).text
        assert "alert(1)" in page or path.endswith("xml") or "thanks" in path, path
        assert "<script>alert" not in page and "49" not in re.sub(r"\d{5,}|[0-9a-f]{12}", "", page), path
        assert 'href="javascript' not in page and "<img" not in page and page.count("<h1>") <= 1
    page = (await centre.get("/help/en/evil")).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert orjson.loads(block)["mainEntity"][0]["name"] == HOSTILE and "<" not in block


def test_markdown_of_an_article_holds_no_html() -> None:
    assert rendered("<b onclick=x>bold</b> **strong**") == (
        "<p>&lt;b onclick=x&gt;bold&lt;/b&gt; <strong>strong</strong></p>\n"
    )


async def test_the_search_answers_as_the_chat_does(centre: Centre) -> None:
    page = (await centre.get("/help/en/?q=do+you+offer+gift+wrapping")).text
    answer = centre.bot.answers.ask("do you offer gift wrapping")
    assert answer.text == "We wrap gifts for free."
    first = re.search(r'<li class="answers">.*?</li>', page, re.S)
    assert first and "Gift wrapping" in first[0] and answer.text in first[0] and "Answers this" in first[0]
    assert 'value="do you offer gift wrapping"' in page and '<meta name="robots" content="noindex">' in page
    none = (await centre.get("/help/en/?q=purple+elephants")).text
    assert centre.bot.answers.ask("purple elephants").text is None
    assert 'class="answers"' not in none and "No article speaks of this." in none


async def test_a_search_in_german_finds_what_is_written_in_it_first(centre: Centre) -> None:
    page = (await centre.get("/help/de/?q=geschenkverpackung")).text
    assert "Wir packen Geschenke kostenlos ein." in page and '/help/de/gift-wrapping"' in page


async def test_what_is_searched_for_is_shown_as_text_masked_and_kept_nowhere(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answer = await centre.get("/help/en/", q="ignored")
    assert answer.headers["cache-control"] == KEPT
    answer = await centre.http.get("/help/en/", params={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text and "&#34;&gt;&lt;script&gt;" in answer.text
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers
    answer = await centre.http.get("/help/en/", params={"q": "my card is 4111 1111 1111 1111"})
    assert answer.status_code == 200 and "1111" not in answer.text
    answer = await centre.http.get("/help/en/", params={"q": "gift " * 2000})
    assert answer.status_code == 200 and len(answer.text) < 8000
    own = [r.getMessage() for r in caplog.records if r.name.startswith(("askonce", "uvicorn"))]
    assert not [line for line in own if "4111" in line or "script" in line]


async def test_pages_are_kept_for_minutes_and_then_asked_for_by_their_tag(centre: Centre) -> None:
    for path in ("/help/en/", "/help/de/gift-wrapping", "/help/feed.xml", "/help/sitemap.xml", "/robots.txt"):
        first = await centre.get(path)
        assert first.headers["cache-control"] == "public, max-age=120" and "set-cookie" not in first.headers, path
        again = await centre.get(path, 304, if_none_match=f'"other", W/{first.headers["etag"]}')
        assert again.text == "" and again.headers["etag"] == first.headers["etag"]
        head = await centre.http.head(path)
        assert head.status_code == 200 and head.headers["etag"] == first.headers["etag"]
    before = await centre.get("/help/en/gift-wrapping")
    await centre.edit("gift-wrapping", written("gift-wrapping", "Gift wrapping", "We wrap no gifts."))
    after = await centre.get("/help/en/gift-wrapping", if_none_match=before.headers["etag"])
    assert "We wrap no gifts." in after.text


async def test_files_are_kept_for_ever_under_the_address_of_their_version(centre: Centre) -> None:
    page = (await centre.get("/help/en/")).text
    for kind, name in (("text/css", "help.css"), ("text/javascript", "help.js")):
        (address,) = re.findall(rf'"(/help/{name}\?v=\w+)"', page)
        named = await centre.get(address)
        assert "immutable" in named.headers["cache-control"] and named.headers["content-type"].startswith(kind)
        assert "immutable" not in (await centre.get(f"/help/{name}")).headers["cache-control"]


async def test_every_page_has_a_strict_policy_and_no_script_of_its_own(centre: Centre) -> None:
    for path, status in (("/help/en/", 200), ("/help/en/repairs", 200), ("/help/en/?q=x", 200), ("/help/en/no", 404)):
        answer = await centre.get(path, status)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
        scripts = re.findall(r"<script([^>]*)>", answer.text)
        assert all('src="/help/help.js' in s or "application/ld+json" in s for s in scripts)
        assert not re.search(r"\son\w+=|style=", answer.text)
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/help/xx/", "/help/en/nothing", "/help/de/nothing/thanks", "/help/a/b/c/d", "/help/fr/feed.xml", "/help/EN/"],
)
async def test_what_is_not_there_is_a_page_that_leads_on(centre: Centre, path: str) -> None:
    answer = await centre.get(path, 404)
    assert answer.headers["cache-control"] == "no-store" and 'role="search"' in answer.text
    assert "content-security-policy" in answer.headers and "noindex" in answer.text
    german = "/de/" in path
    assert ("Diese Seite gibt es nicht" if german else "There is no such page") in answer.text


async def test_a_withdrawn_article_is_gone_in_every_language(centre: Centre) -> None:
    await centre.edit("gift-wrapping", "")
    for path, words in (("/help/en/gift-wrapping", "was withdrawn"), ("/help/de/gift-wrapping", "zurückgezogen")):
        assert words in (await centre.get(path, 410)).text
    assert "gift-wrapping" not in (await centre.get("/help/de/")).text
    assert "gift-wrapping" not in (await centre.get("/help/sitemap.xml")).text
    assert "gift-wrapping" not in (await centre.get("/help/feed.xml")).text
    await centre.edit("gift-wrapping", written("gift-wrapping", "Gift wrapping", "We wrap again."))
    assert "We wrap again." in (await centre.get("/help/en/gift-wrapping")).text


async def test_related_articles_speak_of_the_same(tmp_path: pathlib.Path) -> None:
    async with centre_of(f"sqlite:///{tmp_path}/help.db") as centre:
        page = (await centre.get("/help/en/return-window")).text
    section = page.split('id="related"')[1].split("</section>")[0]
    assert 1 <= section.count("<li>") <= 4 and "return-cost" in section and "return-window" not in section


async def test_too_many_searches_of_one_address_wait(centre: Centre) -> None:
    taken = 0
    while (answer := await centre.http.get("/help/en/?q=a")).status_code == 200:
        taken += 1
        assert taken < 3000
    assert taken >= 300 and answer.status_code == 429
    assert answer.headers["retry-after"] == "60" and "a little fast" in answer.text
    assert (await centre.http.get("/help/en/gift-wrapping")).status_code == 200


async def test_the_widget_searches_from_any_page_as_the_page_does(centre: Centre) -> None:
    found = await centre.get("/help/de/search.json?q=Geschenke+einpacken")
    first = found.json()["items"][0]
    assert (
        first["title"] == "Geschenkverpackung"
        and first["language"] == "de"
        and first["passage"].startswith("Wir packen")
    )
    assert first["url"] == "https://chat.shop.example/help/de/gift-wrapping" and first["answers"] is True
    assert found.headers["access-control-allow-origin"] == "*" and found.headers["cache-control"] == "no-store"
    other = (await centre.get("/help/xx/search.json?q=gift+wrapping")).json()["items"][0]
    assert (other["language"], other["title"]) == ("en", "Gift wrapping")
    for nothing in ("", "?q=", "?q=++"):
        assert (await centre.get(f"/help/en/search.json{nothing}")).json() == {"items": []}
    while (answer := await centre.http.get("/help/en/search.json?q=gift")).status_code == 200:
        pass
    assert answer.status_code == 429 and answer.json() == {"items": []} and answer.headers["retry-after"] == "60"
    assert (await centre.http.get("/help/en/?q=gift")).status_code == 429  # one door for both


async def test_switched_off_there_is_none(tmp_path: pathlib.Path) -> None:
    async with centre_of(f"sqlite:///{tmp_path}/help.db", help=False) as centre:
        for path in ("/help", "/help/", "/help/en/", "/robots.txt"):
            await centre.get(path, 404)


async def test_under_another_prefix_and_behind_a_proxys_path(tmp_path: pathlib.Path, articles: pathlib.Path) -> None:
    given = {"articles": articles, "help_prefix": "/hilfe", "public_url": "https://shop.example/support"}
    async with centre_of(f"sqlite:///{tmp_path}/help.db", **given) as centre:
        answer = await centre.get("/hilfe", 302)
        assert answer.headers["location"] == "/support/hilfe/en/"
        page = (await centre.get("/hilfe/en/repairs")).text
        await centre.get("/help/en/repairs", 404)
        assert "Diese Seite gibt es nicht" in (await centre.get("/hilfe/de/a/b/c", 404)).text
    assert 'href="https://shop.example/support/hilfe/en/repairs"' in page
    assert 'action="/support/hilfe/en/repairs/helpful"' in page and '"/help' not in page


@pytest.mark.parametrize(
    ("where", "link"),
    [
        ("", ""),
        ("widget", "?askonce=open&askonce_about=Gift%20wrapping%20%26%20more"),
        (
            "https://shop.example/c?a=1#x",
            "https://shop.example/c?a=1&askonce=open&askonce_about=Gift%20wrapping%20%26%20more#x",
        ),
    ],
)
def test_the_link_into_the_chat(where: str, link: str) -> None:
    assert chat_link(where, "Gift wrapping & more") == link


async def test_the_chat_is_on_the_page_only_where_the_shop_wants_it(
    tmp_path: pathlib.Path, articles: pathlib.Path
) -> None:
    url = f"sqlite:///{tmp_path}/help.db"
    async with centre_of(url, articles=articles) as centre:
        plain = (await centre.get("/help/en/repairs")).text
    async with centre_of(url, articles=articles, help_chat="https://shop.example/contact") as centre:
        linked = (await centre.get("/help/en/repairs")).text
    async with centre_of(url, articles=articles, help_chat="widget", help_colour="#fd0") as centre:
        there = (await centre.get("/help/de/repairs")).text
    assert "widget.js" not in plain + linked and 'class="chat"' not in plain
    assert 'href="https://shop.example/contact?askonce=open&amp;askonce_about=Repairs%20of%20old%20lamps"' in linked
    assert '<script async src="/widget.js" data-askonce data-locale="de" data-accent="#fd0"></script>' in there
