"""`make states`: what a shopper can meet, as pictures: states × light and dark × desk and telephone × English, German
and Arabic, in `var/states/index.html`. The pictures of the run before stand beside those that have changed, to be
compared by eye."""

from __future__ import annotations

import html
import itertools
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.operations.progress import tell  # noqa: E402
from tests.browser.drive import chromium, elsewhere, on_page_in  # noqa: E402
from tests.conftest import BotProcess  # noqa: E402

expect.set_options(timeout=30_000)
OUT = ROOT / "var" / "states"
SCHEMES = ("light", "dark")
SIZES = {"desk": (1000, 760), "phone": (390, 760)}
#: In each language: a question, an issue with a wish for a ticket, who one is, a courtesy, words that wait.
SAID = {
    "en": ("how long does delivery take?", "my lamp arrived broken, open a ticket",
           "Jane Doe, jane@example.com", "thanks, bye", "and one more thing"),
    "de": ("wie lange dauert die Lieferung?", "meine Lampe kam kaputt an, bitte ein Ticket",
           "Jürgen Müller, juergen@example.com", "danke, tschüss", "und noch etwas"),
    "ar": ("كم تستغرق مدة التوصيل؟", "وصلني المصباح مكسور افتحلي تذكرة",
           "هدى السالم، huda@example.com", "شكرا، مع السلامة", "وشيء آخر"),
}  # fmt: skip
STATES = ("closed consent home search answer asked filed menu sure rating rated unread waiting").split()


def walk(page: Page, url: str, language: str) -> Iterator[str]:
    """Through the states of one chat; each one stands on the screen when its name is given."""
    question, issue, who, courtesy, more = SAID[language]
    log, panel = page.locator(".log"), page.locator(".panel")

    def say(words: str) -> None:
        before = page.locator(".turn.bot").count()
        page.locator("textarea").fill(words)
        page.locator("textarea").press("Enter")
        expect(page.locator(".turn.bot")).not_to_have_count(before)
        expect(page.locator(".typing")).to_have_count(0)

    page.goto(url)
    expect(page.locator(".launch")).to_be_visible()
    yield "closed"
    page.locator(".launch").click()
    expect(page.locator(".consent")).to_be_visible()
    yield "consent"
    page.locator(".consent .go").click()
    expect(page.locator(".home li").first).to_be_visible()
    yield "home"
    page.get_by_role("searchbox").fill(question)
    expect(page.locator(".home .found li").first).to_be_visible()
    yield "search"
    page.get_by_role("searchbox").fill("")
    say(question)
    yield "answer"
    say(issue)
    yield "asked"
    say(who)
    expect(page.locator(".card[data-status=filed]")).to_be_visible()
    yield "filed"
    page.locator(".head button[aria-controls=menu]").click()
    yield "menu"
    page.locator("#menu button").last.click()
    expect(page.locator(".sure")).to_be_visible()
    yield "sure"
    page.keyboard.press("Escape")
    say(courtesy)
    expect(page.locator(".rating")).to_be_visible()
    yield "rating"
    page.locator(".star[data-value='4']").click()
    page.locator(".rating button.go").click()
    expect(page.locator(".rating")).to_have_count(0)
    yield "rated"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    elsewhere(page, question)
    expect(page.locator(".badge")).to_be_visible()
    yield "unread"
    page.locator(".launch").click()
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.locator("textarea").fill(more)
    page.locator("textarea").press("Enter")
    expect(log.locator(".sign")).to_be_visible()
    yield "waiting"


def take(browser: Browser, url: str) -> None:
    """All pictures, into `OUT`."""
    every = list(itertools.product(SCHEMES, SIZES, SAID))
    for number, (scheme, size, language) in enumerate(every, 1):
        tell(f"  {number} of {len(every)}: {scheme}, {size}, {language}")
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        on_page_in(page, language, consent="We keep what you write here for a year.")
        for state in walk(page, url, language):
            page.wait_for_timeout(150)
            page.screenshot(path=OUT / f"{state}-{scheme}-{size}-{language}.png", animations="disabled", caret="hide")
        context.close()


def gallery(before: pathlib.Path) -> int:
    """The page on which all pictures stand; how many differ from those of the run before."""
    rows, changed = [], 0
    for state in STATES:
        cells = []
        for scheme, size, language in itertools.product(SCHEMES, SIZES, SAID):
            name = f"{state}-{scheme}-{size}-{language}.png"
            told, old = f"{state}, {scheme}, {size}, {language}", before / name
            new = old.exists() and old.read_bytes() != (OUT / name).read_bytes()
            changed += new
            images = f'<img src="{name}" alt="{told}" loading="lazy">'
            if new:
                images = f'<img src="before/{name}" alt="before: {told}" loading="lazy">' + images
            cells.append(f'<figure class="{"new" if new else ""}">{images}<figcaption>{told}</figcaption></figure>')
        rows.append(f"<h2>{html.escape(state)}</h2><div>{''.join(cells)}</div>")
    style = (
        "body{font:15px sans-serif;background:#cfd4de}div{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0}"
        "img{height:380px;margin-right:4px}.new{outline:3px solid #c33}"
    )
    page = f"<!doctype html><title>States of the widget</title><style>{style}</style><h1>{changed} changed</h1>"
    (OUT / "index.html").write_text(page + "".join(rows), encoding="utf-8")
    return changed


def main() -> None:
    before = OUT / "before"
    shutil.rmtree(before, ignore_errors=True)
    before.mkdir(parents=True)
    for picture in OUT.glob("*.png"):
        picture.rename(before / picture.name)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bot = BotProcess(pathlib.Path(folder), ASKONCE_HOURS="Mon-Fri 08:00-18:00 Europe/Berlin").start()
        browser = chromium(playwright)
        try:
            take(browser, bot.url)
        finally:
            browser.close()
            bot.stop()
    tell(f"{gallery(before)} pictures differ from those before: {OUT / 'index.html'}")


if __name__ == "__main__":
    main()
