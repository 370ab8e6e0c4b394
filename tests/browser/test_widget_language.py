"""The widget in the chat's language: each bubble says which it is in, the widget's own words follow the shopper's, and
what is written from left to right stays so within Arabic."""

from __future__ import annotations

import pathlib
import re
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from bot.chat.phrases import ENGLISH, catalogue
from kb_answers.library import ARTICLES
from tests.browser.drive import heard, wait_for
from tests.browser.test_console import enter, problems
from tests.browser.test_widget import in_language
from tests.conftest import BotProcess

pytestmark = pytest.mark.browser

BotMaker = Callable[..., BotProcess]

FRENCH, GERMAN, ARABIC = (catalogue(language) for language in ("fr", "de", "ar"))
#: An issue in each language, which is offered a ticket.
ISSUES = {
    "en": "the lamp that I ordered arrived broken", "de": "die bestellte Lampe ist leider kaputt angekommen",
    "fr": "ma lampe est arrivée cassée", "es": "mi lámpara llegó rota", "pt": "o meu candeeiro chegou partido",
    "ar": "وصل المصباح مكسورًا",
}  # fmt: skip
#: Hears every change of what is read out, and sees every word of the button and the heading.
WATCH = """
  globalThis.readOut = []; globalThis.shown = new Set();
  const look = setInterval(() => {
    const root = document.querySelector('askonce-chat')?.shadowRoot;
    if (!root) return;
    clearInterval(look);
    const aloud = (change) => readOut.push(
      ...[...change.addedNodes].map((n) => n.textContent), change.target.data ?? "");
    for (const live of root.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status], [role=alert]'))
      new MutationObserver((changes) => changes.forEach(aloud))
        .observe(live, { childList: true, subtree: true, characterData: true });
    const see = () => shown.add(root.querySelector('.launch span').textContent + root.querySelector('h2').textContent);
    see();
    new MutationObserver(see).observe(root, { childList: true, subtree: true, characterData: true });
  }, 1);"""


def opened(page: Page, bot: BotProcess, language: str = "en") -> Page:
    """The chat, opened on a page in this language."""
    if language != "en":
        in_language(page, language)
    page.goto(bot.url)
    words = "Chat with us" if language == "en" else catalogue(language)["widget"]["open"]
    page.get_by_role("button", name=words).click()
    return page


def say(page: Page, words: str, until: str) -> None:
    """Said whatever language the box is labelled in."""
    box(page).fill(words)
    box(page).press("Enter")
    wait_for(page, until)


def box(page: Page) -> Locator:
    return page.locator("form.say textarea")


def marks(words: Locator) -> tuple[str | None, str | None]:
    return words.get_attribute("lang"), words.get_attribute("dir")


def bubble(page: Page, words: str) -> Locator:
    return page.locator(".turn .words", has_text=words).last


def lines(element: Locator) -> int:
    """On how many lines the words of an element stand."""
    found: int = element.evaluate(
        "(e) => { const r = document.createRange(); r.selectNodeContents(e);"
        " return new Set([...r.getClientRects()].map((b) => Math.round(b.top))).size; }"
    )
    return found


def test_every_bubble_says_its_language_and_direction(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot)
    assert marks(page.locator(".greeting .words")) == ("en", "ltr")
    say(page, ISSUES["en"], ENGLISH["offer_ticket"])
    say(page, "ok", "your full name")
    say(page, "كم يوم يستغرق التوصيل؟", "من 6 إلى 12 يوم عمل")
    say(page, "كيف أتواصل معكم؟", "You can contact support")
    assert marks(bubble(page, ISSUES["en"])) == ("en", "auto")
    assert marks(bubble(page, ENGLISH["offer_ticket"])) == ("en", "ltr")
    assert marks(bubble(page, "ok")) == ("", "auto")
    assert marks(bubble(page, "كم يوم يستغرق")) == ("ar", "auto")
    answer = bubble(page, "من 6 إلى 12 يوم عمل")
    assert marks(answer) == ("ar", "rtl")
    assert answer.evaluate("(a) => getComputedStyle(a).direction") == "rtl"
    assert marks(page.locator("summary bdi").last) == ("ar", "rtl")
    assert marks(bubble(page, "You can contact support")) == ("en", "ltr")
    assert page.locator(".panel").get_attribute("lang") == "ar" and problems(page) == []


#: Keeps the languages of every line that a screen reader is given: the line itself is taken out again after a while.
READ_ALOUD = """
globalThis.aloud = [];
new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((line) => aloud.push(
    { words: line.textContent, languages: [...line.querySelectorAll("span")].map((s) => s.lang) }
)))).observe(
    document.querySelector("askonce-chat").shadowRoot.querySelector("[aria-live=polite]"), { childList: true }
);
"""
ALOUD = "aloud.find(({ words }) => words.includes('Shipping is free'))?.languages"


def test_an_english_article_in_an_arabic_chat_is_marked_as_english(
    make_bot: BotMaker, page: Page, tmp_path: pathlib.Path
) -> None:
    shutil.copytree(ARTICLES, tmp_path / "articles", ignore=shutil.ignore_patterns("ar"))
    opened(page, make_bot(ASKONCE_ARTICLES=str(tmp_path / "articles")))
    page.evaluate("globalThis.told = []; Askonce.on('message', (turn) => told.push(turn.parts.length))")
    page.evaluate(READ_ALOUD)
    say(page, "هل الشحن مجاني؟", "Shipping is free")
    whole, parts = bubble(page, "Shipping is free"), page.locator(".turn .part")
    assert marks(whole) == ("ar", "rtl")
    assert [marks(part) for part in parts.all()] == [("ar", "rtl"), ("en", "ltr")]
    assert parts.first.inner_text() == ARABIC["bot"]["untranslated"]
    assert marks(page.locator("summary bdi")) == ("en", "ltr")
    heard(page, lambda: page.evaluate(ALOUD))
    assert page.evaluate(ALOUD) == ["en", "ar", "en"]  # who speaks, then the parts
    assert page.evaluate("told") == [2] and problems(page) == []


def test_the_widgets_words_follow_the_chat_and_nothing_is_lost(standing_bot: BotProcess, page: Page) -> None:
    """The words of the other language come late: until then the old ones stay."""
    waiting: list[Route] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/widget/words/" in request.url else None)
    page.route("**/widget/words/fr.json", lambda route: waiting.append(route))
    page.add_init_script(WATCH)
    opened(page, standing_bot, "de")
    assert page.locator(".panel").get_attribute("lang") == "de"
    say(page, ISSUES["fr"], FRENCH["bot"]["offer_ticket"])
    box(page).press_sequentially("Jane D")
    page.wait_for_timeout(100)
    assert page.locator(".panel").get_attribute("lang") == "de"
    assert box(page).get_attribute("placeholder") == GERMAN["widget"]["placeholder"]
    before = page.evaluate("readOut.length")
    waiting[0].continue_()
    expect(box(page)).to_have_attribute("placeholder", FRENCH["widget"]["placeholder"])
    own = FRENCH["widget"]
    assert box(page).input_value() == "Jane D"
    expect(box(page)).to_be_focused()
    box(page).press_sequentially("oe")
    assert box(page).input_value() == "Jane Doe"
    assert page.evaluate("readOut.length") == before  # nothing is read out when words change
    assert marks(page.locator(".panel")) == marks(page.locator(".launch")) == ("fr", "ltr")
    for name in (own["send"], own["close"], own["more"]):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("dialog", name=own["title"])).to_contain_text(own["greeting"])
    page.get_by_role("button", name=own["more"]).click()
    expect(page.get_by_role("button", name=own["startOver"])).to_be_visible()
    page.keyboard.press("Escape")
    box(page).fill("")
    say(page, "oui", FRENCH["fields"]["email"])
    say(page, "Jane Doe, jane@example.com", FRENCH["bot"]["ticket_filed"].split(".")[0])
    card = page.locator(".card")
    for name in ("ticket", "filed", "copy"):
        expect(card).to_contain_text(own[name])
    assert len([url for url in asked if url.endswith("/fr.json")]) == 1
    german = {GERMAN["widget"]["open"] + GERMAN["widget"]["title"]}
    french = {own["open"] + own["title"]}
    assert set(page.evaluate("[...shown]")) <= german | french | {own["open"] + GERMAN["widget"]["title"]}


def test_a_reload_comes_up_in_the_chats_language_at_once_and_a_new_chat_in_the_pages(
    standing_bot: BotProcess, page: Page
) -> None:
    page.add_init_script(WATCH)
    opened(page, standing_bot, "de")
    say(page, ISSUES["fr"], FRENCH["bot"]["offer_ticket"])
    expect(box(page)).to_have_attribute("placeholder", FRENCH["widget"]["placeholder"])
    page.reload()
    wait_for(page, FRENCH["bot"]["offer_ticket"])
    own = FRENCH["widget"]
    assert page.evaluate("[...shown]") == [own["open"] + own["title"]]
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.includes('/widget/words/'))"
        ".map((e) => [e.name.split('/').pop(), e.transferSize])"
    )
    assert sorted(fetched) == [["de.json", 0], ["fr.json", 0]]  # out of the browser's own store
    page.get_by_role("button", name=own["more"]).click()
    page.get_by_role("button", name=own["startOver"]).click()
    page.get_by_role("button", name=own["yes"], exact=True).click()
    wait_for(page, GERMAN["widget"]["fresh"])
    assert page.locator(".panel").get_attribute("lang") == "de"
    expect(box(page)).to_have_attribute("placeholder", GERMAN["widget"]["placeholder"])
    page.reload()
    expect(box(page)).to_have_attribute("placeholder", GERMAN["widget"]["placeholder"])
    assert page.evaluate("[...shown]") == [GERMAN["widget"]["open"] + GERMAN["widget"]["title"]]


def test_without_words_in_the_chats_language_the_pages_stay(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot, "de")
    say(page, "la mia lampada è arrivata rotta, cosa posso fare?", ENGLISH["offer_ticket"])
    page.wait_for_timeout(300)
    assert page.locator(".panel").get_attribute("lang") == "de"
    expect(box(page)).to_have_attribute("placeholder", GERMAN["widget"]["placeholder"])
    assert [marks(part) for part in page.locator(".turn .part").all()] == [("it", "ltr"), ("en", "ltr")]
    say(page, ISSUES["fr"] + ", je veux un ticket", FRENCH["fields"]["email"])
    expect(box(page)).to_have_attribute("placeholder", FRENCH["widget"]["placeholder"])
    say(page, "perché non mi rispondete in italiano? non capisco niente", "italiano")
    expect(box(page)).to_have_attribute("placeholder", GERMAN["widget"]["placeholder"])


def test_an_arabic_chat_on_an_english_page_turns_around_in_its_place(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot)
    page.evaluate("Askonce.theme({ title: 'Lamps & Co', greeting: 'Welcome to Lamps & Co!' })")
    before = page.locator(".panel").bounding_box()
    say(page, ISSUES["ar"], ARABIC["bot"]["offer_ticket"])
    expect(page.locator(".panel")).to_have_attribute("dir", "rtl")
    assert page.locator(".panel").bounding_box() == before
    assert box(page).evaluate("(b) => getComputedStyle(b).direction") == "rtl"  # as its placeholder
    box(page).fill("hello")
    assert box(page).evaluate("(b) => getComputedStyle(b).direction") == "ltr"
    box(page).fill("")
    bot_bubble, own = (
        bubble(page, ARABIC["bot"]["offer_ticket"]).bounding_box(),
        bubble(page, ISSUES["ar"]).bounding_box(),
    )
    assert bot_bubble and own and bot_bubble["x"] > own["x"]
    for shops in (page.locator(".head h2"), page.locator(".greeting .words")):  # the shop's words are the page's
        assert marks(shops) == ("en", "auto") and "Lamps & Co" in shops.inner_text()
    page.get_by_role("button", name=ARABIC["widget"]["close"]).click()
    expect(page.locator(".launch")).to_be_visible()
    launch = page.locator(".launch").bounding_box()
    assert launch and before and launch["x"] > before["x"]


@pytest.mark.parametrize("language", ISSUES)
@pytest.mark.parametrize("pressed", ["choice_yes", "choice_no"])
def test_what_a_press_sends_is_understood(standing_bot: BotProcess, page: Page, language: str, pressed: str) -> None:
    said = ENGLISH if language == "en" else catalogue(language)["bot"]
    missing = "your email address" if language == "en" else catalogue(language)["fields"]["email"]
    opened(page, standing_bot, "en" if language == "de" else "de")
    say(page, ISSUES[language], said["offer_ticket"])
    choices = page.locator(".choices")
    assert choices.get_attribute("lang") == language
    assert [b.inner_text() for b in choices.get_by_role("button").all()] == [said["choice_yes"], said["choice_no"]]
    choices.get_by_role("button", name=said[pressed]).click()
    wait_for(page, missing if pressed == "choice_yes" else said["declined"])
    assert page.locator(".turn.shopper .words").all_inner_texts() == [ISSUES[language], said[pressed]]


def test_references_and_addresses_stay_whole_in_arabic(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    page = browser.new_page(viewport={"width": 320, "height": 640})
    opened(page, bot, "ar")
    long = "https://shop.example/" + "a-long-way/" * 20
    say(page, f"وصل المصباح من الطلب #4711-2208 مكسورًا {long}", ARABIC["bot"]["offer_ticket"])
    page.get_by_role("button", name=ARABIC["bot"]["choice_yes"]).click()
    wait_for(page, ARABIC["fields"]["email"])
    say(page, "هدى السالم، huda.alsalem@example.com", "AO-")
    (ticket,) = bot.get("/api/tickets")["items"]
    say(page, "ما حالة تذكرتي؟", "support@example.com")
    kept = page.locator(".turn .words .kept, .card .kept")
    words = kept.all_inner_texts()
    assert {"#4711-2208", "huda.alsalem@example.com", "support@example.com", ticket["reference"]} <= set(words)
    for element in kept.all():
        assert element.get_attribute("dir") == "ltr"
        assert element.evaluate("(e) => getComputedStyle(e).unicodeBidi") == "isolate"
        assert (lines(element) == 1) == (element.inner_text() != long[:-1] and element.inner_text() != long)
    log = page.locator(".log")
    assert log.evaluate("(l) => l.scrollWidth <= l.clientWidth")
    assert bubble(page, "a-long-way").evaluate("(w) => w.scrollWidth <= w.clientWidth")
    assert page.locator("a[href='mailto:support@example.com']").count() > 0 and problems(page) == []
    page.close()


def test_ranges_words_and_dates_are_no_numbers_of_orders(standing_bot: BotProcess, page: Page) -> None:
    opened(page, standing_bot)
    say(page, "within 24-48 hours, 30 days, well-known, +49 30 1234567, order 100200300 or A-17", "")
    said = page.locator(".turn.shopper .kept")
    expect(said).to_have_text(["+49 30 1234567", "100200300", "A-17"])


def test_what_a_person_of_the_shop_writes_shows_its_own_direction(make_bot: BotMaker, browser: Browser) -> None:
    bot = make_bot()
    shopper, lead = browser.new_context().new_page(), browser.new_context().new_page()
    opened(shopper, bot)
    say(shopper, ISSUES["ar"] + "، افتح تذكرة", ARABIC["fields"]["email"])
    enter(lead, bot)
    lead.get_by_role("link", name="Live").click()
    lead.get_by_role("link", name=re.compile(ARABIC["fields"]["email"])).click()
    lead.get_by_role("button", name="Join this chat").click()
    wait_for(shopper, "Maya Lind")
    assert marks(shopper.locator(".turn.system .words")) == ("ar", "rtl")
    for words, direction in (("مرحبًا، كيف أساعدك؟", "rtl"), ("Hello, what happened?", "ltr")):
        lead.get_by_label("Write as Maya Lind").fill(words)
        lead.get_by_role("button", name="Send", exact=True).click()
        wait_for(shopper, words)
        said = shopper.locator(".turn.agent .words").last
        assert marks(said) == ("", "auto")
        assert said.evaluate("(w) => getComputedStyle(w).direction") == direction
    for page in (shopper, lead):
        page.context.close()
