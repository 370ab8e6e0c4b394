"""Takes the pictures in `docs/pictures`: the real page, the real bot. Run by `make screenshots`."""

from __future__ import annotations

import asyncio
import base64
import io
import pathlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.operations.demo_data import make_demo_data  # noqa: E402
from tests.browser.drive import chromium, on_page_in, say, wait_for  # noqa: E402
from tests.browser.test_console import enter  # noqa: E402
from tests.conftest import BotProcess  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bot = BotProcess(pathlib.Path(folder)).start()
        browser = chromium(playwright)
        for name, width, height, scheme in (("desktop", 1180, 760, "light"), ("phone-dark", 390, 800, "dark")):
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page.goto(bot.url)
            page.get_by_role("button", name="Chat with us").click()
            say(page, "how long does delivery take?")
            wait_for(page, "6 to 12 working days")
            say(page, "mine has been 25 days, nothing came. I'm Jane Doe")
            wait_for(page, "Would you like me to open")
            page.get_by_role("button", name="Yes, open a ticket").click()
            wait_for(page, "your email address")
            say(page, "jane.doe@example.com")
            wait_for(page, "Your support ticket is filed")
            page.wait_for_timeout(400)
            page.screenshot(path=PICTURES / f"widget-{name}.png")
            page.close()
        take_home(browser, bot)
        take_files(browser, bot)
        take_languages(browser, bot)
        take_help(browser, bot)
        bot.stop()
        take_console(browser, pathlib.Path(folder))
        browser.close()


#: What a shopper says, and what of each reply is waited for.
Said = tuple[tuple[str, str], ...]

#: What is said on a page in each language, and what of the reply is waited for.
LANGUAGES: dict[str, Said] = {
    "de": (
        ("wie lange kann ich etwas zurückgeben?", "60 Tage"),
        ("mein wasserkocher kam mit einem riss im deckel an, bitte ticket aufmachen", "vollständigen Namen"),
        ("Jürgen Müller, juergen@example.com", "Ticket ist angelegt"),
    ),
    "ar": (
        ("وصلني الكرسي مكسور", "هل تريد"),
        ("ايوه افتحلي تذكرة", "اسمك الكامل"),
        ("هدى السالم، huda@example.com", "أُنشئت تذكرة"),
    ),
}


#: A page in one language, a chat in another: what the page is in, what the picture is called, what is said.
MIXED: tuple[tuple[str, str, Said], ...] = (
    (
        "de",
        "fr-on-de",
        (
            ("combien de temps prend la livraison ?", "jours ouvrés"),
            ("ma lampe est arrivée cassée, je voudrais un ticket", "nom complet"),
            ("Amélie Dupont, amelie.dupont@example.com", "ticket d'assistance est"),
        ),
    ),
    ("en", "ar-on-en", LANGUAGES["ar"]),
)


def take_home(browser: Browser, bot: BotProcess) -> None:
    """What a chat begins with, on a telephone: topics, and beside it what a search finds."""
    taken = []
    for words in ("", "how long does a refund take"):
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(bot.url)
        page.get_by_role("button", name="Chat with us").click()
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("heading", name="Found in the help" if words else "What others ask").wait_for()
        page.wait_for_timeout(400)
        taken.append(base64.b64encode(page.screenshot()).decode())
        page.close()
    page = browser.new_page(viewport={"width": 850, "height": 840})
    images = "".join(f'<img src="data:image/png;base64,{image}" width="390">' for image in taken)
    page.set_content(f'<body style="margin:20px;background:#cfd4de;display:flex;gap:30px">{images}')
    page.screenshot(path=PICTURES / "widget-home.png")
    page.close()


def cracked(scene: int) -> bytes:
    """A lamp with a crack in it, drawn: nobody's photo."""
    image = Image.new("RGB", (800, 600), ((222, 214, 201), (201, 212, 222))[scene])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 430, 800, 600), fill=(139, 104, 74))
    draw.polygon(((280, 260), (520, 260), (590, 420), (210, 420)), fill=(232, 178, 60))
    draw.rectangle((385, 420, 415, 520), fill=(70, 70, 74))
    draw.ellipse((310, 500, 490, 545), fill=(70, 70, 74))
    crack = ((430, 262), (405, 300), (440, 330), (398, 372), (420, 418))
    draw.line([(x + 60 * scene, y) for x, y in crack], fill=(40, 28, 20), width=7)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def take_files(browser: Browser, bot: BotProcess) -> None:
    """Photos in a chat on a telephone, and beside it what a lead sees of them."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(bot.url)
    page.get_by_role("button", name="Chat with us").click()
    say(page, "my lamp arrived with a crack in the shade, please open a ticket")
    wait_for(page, "full name")
    photos: list[FilePayload] = [
        {"name": f"lamp {number + 1}.jpg", "mimeType": "image/jpeg", "buffer": cracked(number)} for number in range(2)
    ]
    page.locator("input[type=file]").set_input_files(photos)
    wait_for(page, "in this chat now")
    say(page, "Jane Doe, jane.doe@example.com")
    wait_for(page, "Your support ticket is filed")
    for image in page.locator(".file img").all():
        image.evaluate("async (image) => { await image.decode(); }")
    page.wait_for_timeout(400)
    page.locator(".turn.shopper .files").scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    page.screenshot(path=PICTURES / "widget-files.png")
    page.close()


def take_languages(browser: Browser, bot: BotProcess) -> None:
    """The widget on a German and on an Arabic page, from the first word to the filed ticket; and on pages in another
    language than the chat's."""
    for language, said in LANGUAGES.items():
        take_chat(browser, bot, language, f"widget-{language}", said)
    for language, name, said in MIXED:
        take_chat(browser, bot, language, f"widget-{name}", said)


def take_chat(browser: Browser, bot: BotProcess, language: str, name: str, said: Said) -> None:
    """One chat on a telephone, on a page in this language."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    on_page_in(page, language)
    page.goto(bot.url)
    page.locator("button").first.click()
    box = page.get_by_role("textbox")
    for words, reply in said:
        box.fill(words)
        box.press("Enter")
        expect(page.get_by_role("log")).to_contain_text(reply, timeout=60_000)
    page.wait_for_timeout(400)
    page.screenshot(path=PICTURES / f"{name}.png")
    page.close()


def take_help(browser: Browser, bot: BotProcess) -> None:
    """The help centre: its start on a desktop, beside it an article on a telephone in the dark."""
    shots = (("/help/en/", 1000, 900, "light"), ("/help/de/return-window", 390, 900, "dark"))
    taken = []
    for path, width, height, scheme in shots:
        size = {"width": width, "height": height}
        page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(bot.url + path)
        taken.append((base64.b64encode(page.screenshot()).decode(), width))
        page.close()
    page = browser.new_page(viewport={"width": 1460, "height": 940})
    images = "".join(f'<img src="data:image/png;base64,{image}" width="{width}">' for image, width in taken)
    page.set_content(f'<body style="margin:20px;background:#cfd4de;display:flex;gap:30px">{images}')
    page.screenshot(path=PICTURES / "help-centre.png")
    page.close()


def take_console(browser: Browser, folder: pathlib.Path) -> None:
    """The console over a month of invented conversations."""
    url = f"sqlite+aiosqlite:///{folder}/demo.db"
    with ThreadPoolExecutor(1) as beside:  # Playwright keeps a loop running in this thread
        beside.submit(lambda: asyncio.run(make_demo_data(url, conversations=1_500, days=30))).result()
    hours = "Mon-Fri 08:00-18:00 Europe/Berlin"
    bot = BotProcess(folder, ASKONCE_DATABASE_URL=url.replace("+aiosqlite", ""), ASKONCE_HOURS=hours).start()
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    enter(page, bot)
    page.screenshot(path=PICTURES / "console-list.png")
    page.goto(bot.url + "/console/conversations?outcome=filed&act=remind")
    page.locator("a.open").first.click()
    page.get_by_text("Understood by").first.wait_for()
    page.screenshot(path=PICTURES / "console.png")
    page.goto(bot.url + "/console/numbers")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "console-numbers.png")
    take_impact(page, bot)
    take_german_console(page, bot)
    bot.stop()


LAMPS = """---
id: lamp-repair
title: Repairing old lamps
sources:
  - "000"
revised: 2026-11-21
questions:
  - do you restore old lamps
  - can I have my broken lamp repaired
---
Old lamps are restored in our workshop, with wiring that is safe.
"""


def take_impact(page: Page, bot: BotProcess) -> None:
    """What a draft would change, before it is published."""
    page.goto(bot.url + "/console/articles-new?question=lamp+repair")
    page.get_by_label("Text, with its header").fill(LAMPS)
    page.get_by_role("button", name="What would change?").click()
    page.get_by_role("heading", name="Gaps that close").wait_for(timeout=120_000)
    page.screenshot(path=PICTURES / "impact.png")


def take_german_console(page: Page, bot: BotProcess) -> None:
    """One conversation as a German support lead sees it."""
    page.goto(bot.url + "/console/own")
    page.get_by_label("Language of the console").select_option("de")
    page.get_by_role("button", name="Set", exact=True).click()
    page.goto(bot.url + "/console/conversations?outcome=filed&act=remind")
    page.locator("a.open").first.click()
    page.get_by_text("Verstanden durch").first.wait_for()
    page.screenshot(path=PICTURES / "console-de.png")


if __name__ == "__main__":
    main()
